package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sohoa/archive"
)

var (
	inline  = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<style|<[^>]+\sstyle\s*=|<[^>]+\son[a-z]+\s*=`)
	quoted  = regexp.MustCompile(`="[^"]*"`)
	obeyed  = regexp.MustCompile(`(?i)(?:src|href|action)\s*=\s*"javascript:`)
	foreign = regexp.MustCompile(`(?i)(?:src|href|action)\s*=\s*"(?:https?:)?//`)
	missing = regexp.MustCompile(`\[[a-z_]+\.[a-z_]+\]`)
	assets  = regexp.MustCompile(`"(/static/[^"]+)"`)
)

const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(2)> javascript:alert(3)`

// Every page holds to the policy, in both languages, with hostile words in every place a paper's words can reach.
func TestPagesHoldToThePolicy(t *testing.T) {
	w := build(t, func(k *desk) { k.text = func(int) string { return "krông " + hostile } }).registered().work()
	clerk := w.account("an", archive.RoleClerk, commune)
	admin := w.account("quan", archive.RoleAdmin, "")
	d := w.paper(w.actor(clerk), hostile+".pdf", "H15.61-250915-0021")
	one, member := w.visitor(), w.as(clerk)
	boss := w.as(admin)
	at := "/documents/" + d.ID.String()
	member.post(at, form(d, "type", hostile, "subject", hostile, "number", "<b>", "signer_name", hostile, "issuing_agency_name", hostile, "owner_name", hostile, "dossier_code", "H15.61-250915-0021")...).leads(t, at+"?done=saved")
	boss.post("/admin/agencies", "code", "H15.63", "name", hostile).leads(t, "/admin/agencies?done=agency")
	w.until(func() bool { return strings.Contains(member.get("/search?q=krong").body, "<mark>") })
	pages := []struct {
		v    *visitor
		path string
	}{
		{one, "/"}, {one, "/setup"}, {one, "/signin?next=" + "%22%3E%3Cscript%3E"}, {one, "/t"}, {one, "/t?over=%22%3E%3Cscript%3E"}, {member, "/satisfaction"}, {member, "/satisfaction?from=%22%3E%3Cscript%3E"}, {one, "/nowhere"},
		{member, "/"}, {member, "/?tab=all"}, {member, at}, {member, at + "?q=%22%3E%3Cscript%3Ealert(1)"}, {member, "/search"}, {member, "/search?q=krong"}, {member, "/search?q=%3Cscript%3E"},
		{member, "/dossiers"}, {member, "/dossiers/H15.61-250915-0021"}, {member, "/account"}, {member, "/admin"},
		{boss, "/admin"}, {boss, "/admin/accounts"}, {boss, "/admin/tokens"}, {boss, "/admin/agencies"}, {boss, "/admin/agencies?edit=H15.63"}, {boss, "/admin/procedures"},
		{boss, "/admin/procedures?edit=1.900112&from="}, {boss, "/trail"},
	}
	for _, lang := range []string{"vi", "en"} {
		for _, p := range pages {
			p.v.post("/language", "lang", lang)
			a := p.v.get(p.path)
			if a.status >= 500 {
				t.Errorf("%s: %d", p.path, a.status)
			}
			csp := a.header.Get("Content-Security-Policy")
			if !strings.Contains(csp, "script-src 'self'") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
				t.Errorf("%s: policy %q", p.path, csp)
			}
			if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Content-Type") != "text/html; charset=utf-8" || a.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %v", p.path, a.header)
			}
			for what, re := range map[string]*regexp.Regexp{"inline": inline, "a script to follow": obeyed, "another host": foreign, "a text without words": missing} {
				body := a.body
				if re == inline { // what stands in quotes is no markup
					body = quoted.ReplaceAllString(body, "")
				}
				if x := re.FindString(body); x != "" {
					t.Errorf("%s (%s): %s: %s", p.path, lang, what, x)
				}
			}
			if !strings.Contains(a.body, `<html lang="`+lang+`"`) || strings.Count(a.body, "<h1") != 1 {
				t.Errorf("%s (%s): language or heading", p.path, lang)
			}
		}
	}
}

func TestAssets(t *testing.T) {
	w := build(t)
	v := w.visitor()
	found := assets.FindAllStringSubmatch(v.get("/setup").body, -1)
	if len(found) < 3 {
		t.Fatalf("assets %v", found)
	}
	for _, m := range found {
		a := v.get(m[1])
		if a.status != http.StatusOK || !strings.Contains(a.header.Get("Cache-Control"), "immutable") || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", m[1], a.status, a.header)
		}
	}
	folder := found[0][1][:strings.LastIndex(found[0][1], "/")+1]
	for name, typ := range map[string]string{"sohoa.css": "text/css; charset=utf-8", "home.js": "text/javascript; charset=utf-8", "text-vi.js": "text/javascript; charset=utf-8", "text-en.js": "text/javascript; charset=utf-8", "mark.svg": "image/svg+xml"} {
		if a := v.get(folder + name); a.header.Get("Content-Type") != typ {
			t.Errorf("%s: %s", name, a.header.Get("Content-Type"))
		}
	}
	// A page that was open while the house was renewed keeps its style.
	if a := v.get("/static/old/sohoa.css"); a.status != http.StatusOK || a.header.Get("Cache-Control") != "no-cache" {
		t.Errorf("old hash: %d %v", a.status, a.header)
	}
	for _, path := range []string{folder + "../web.go", folder + "none.css", folder, "/static/x/..%2f..%2fweb.go"} {
		if a := v.get(path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+folder+"sohoa.css", nil)
	must(t, err)
	r.Header.Set("If-None-Match", v.get(folder+"sohoa.css").header.Get("ETag"))
	if a := v.do(r); a.status != http.StatusNotModified {
		t.Errorf("unchanged: %d", a.status)
	}
}

func TestAdministration(t *testing.T) {
	w := build(t).registered()
	boss := w.as(w.account("quan", archive.RoleAdmin, ""))
	boss.get("/admin").has(t, http.StatusOK, "Sức khỏe hệ thống", "1.2.3")

	made := boss.post("/admin/accounts", "login", "Lan", "name", "Lê Thị Lan", "role", "clerk", "agency", "H15.61", "until", "31/12/2030")
	made.has(t, http.StatusCreated, "Mật khẩu dùng một lần", "lan")
	once := regexp.MustCompile(`<output>([a-z0-9-]{19})</output>`).FindStringSubmatch(made.body)
	if once == nil {
		t.Fatal("no password is shown")
	}
	list := boss.get("/admin/accounts")
	list.has(t, http.StatusOK, "Lê Thị Lan", "chưa đổi mật khẩu")
	if strings.Contains(list.body, once[1]) {
		t.Error("the password is shown twice")
	}
	lan := w.visitor()
	lan.post("/signin", "login", "lan", "password", once[1]).leads(t, "/account")
	boss.post("/admin/accounts", "login", "lan", "role", "clerk", "agency", "H15.61").has(t, http.StatusConflict)
	boss.post("/admin/accounts", "login", "có dấu cách", "role", "clerk", "agency", "H15.61", "until", "hôm nào").has(t, http.StatusBadRequest, "Ngày không đúng")
	boss.post("/admin/accounts", "login", "x", "role", "clerk").has(t, http.StatusBadRequest, "Xin chọn cơ quan")

	acc, err := w.ByLogin(t.Context(), "lan")
	must(t, err)
	at := "/admin/accounts/" + acc.ID.String()
	boss.post(at, "act", "reset").has(t, http.StatusOK, "Mật khẩu dùng một lần")
	boss.post(at, "act", "close").leads(t, "/admin/accounts?done=account_close")
	lan.get("/").has(t, http.StatusOK, "Tên đăng nhập")
	boss.post(at, "act", "open").leads(t, "/admin/accounts?done=account_open")
	boss.post(at, "act", "eat").has(t, http.StatusNotFound)

	token := boss.post("/admin/tokens", "note", "iGate", "role", "service", "agency", "H15.61")
	token.has(t, http.StatusCreated, "sohoa_", "iGate")
	boss.get("/admin/tokens").has(t, http.StatusOK, "iGate", "Thu hồi")
	all, err := w.Tokens(t.Context(), archive.System, archive.ID{}, 10)
	must(t, err)
	boss.post("/admin/tokens/"+all[0].ID.String()).leads(t, "/admin/tokens?done=token_revoked")
	boss.get("/admin/tokens").has(t, http.StatusOK, "đã hết")

	boss.post("/admin/agencies", "code", "H15.61.05", "name", "Bộ phận một cửa", "aliases", "Một cửa, Đồi Thông\nBPMC").leads(t, "/admin/agencies?done=agency")
	boss.get("/admin/agencies?edit=H15.61.05").has(t, http.StatusOK, "Sửa cơ quan", "Một cửa, Đồi Thông\nBPMC", `name="revision" value="1"`)
	boss.post("/admin/agencies", "revision", "1", "code", "H15.61.05", "name", "Một cửa phường", "to", "30/06/2030").leads(t, "/admin/agencies?done=agency")
	boss.post("/admin/agencies", "revision", "1", "code", "H15.61.05", "name", "Chậm chân").has(t, http.StatusPreconditionFailed, "vừa sửa")
	boss.post("/admin/agencies", "code", "sai", "name", "").has(t, http.StatusBadRequest, "Mã cơ quan không đúng dạng")
	boss.post("/admin/procedures", "code", "2.000777", "name", "Cấp trích lục", "days", "x").has(t, http.StatusBadRequest, "Viết một số ngày")
	boss.post("/admin/procedures", "code", "2.000777", "name", "Cấp trích lục", "days", "1", "components", "Tờ khai\nGiấy tờ tùy thân").leads(t, "/admin/procedures?done=procedure")
	boss.get("/admin/procedures").has(t, http.StatusOK, "Cấp trích lục", "2 thành phần")

	boss.get("/trail").has(t, http.StatusOK, "Thay đổi tài khoản", "Thay đổi danh mục", "thủ tục 2.000777")
	boss.get("/trail?action=sign_in").has(t, http.StatusOK, "Đăng nhập")
	boss.get("/trail?from=x&document=y&unit=-&dossier=-").has(t, http.StatusBadRequest, "Ngày không đúng", "36 ký tự", "Mã cơ quan không đúng dạng")
	boss.get("/trail?person=ai-do&outcome=denied&address=192.0.2.1").has(t, http.StatusOK, "Không có sự kiện nào khớp", `value="ai-do"`, `<option value="denied" selected>`, "Bỏ lọc")
}

// When a part of the house is away, a person is told what is safe and which number to name.
func TestErrorsArePages(t *testing.T) {
	w := build(t).registered()
	v := w.as(w.account("an", archive.RoleClerk, commune))
	v.get("/nowhere").has(t, http.StatusNotFound, "Không tìm thấy", "Về trang đầu")
	v.get("/admin").has(t, http.StatusForbidden, "Không được phép")
	must(t, w.Catalog.Close())
	a := v.get("/")
	if a.status < 500 || !strings.Contains(a.text(), "Số yêu cầu") || !strings.Contains(a.text(), a.header.Get("X-Request-Id")) {
		t.Errorf("%d %s", a.status, a.text())
	}
}

package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"sohoa/archive"
)

// Everything of a second factor works without script.
func TestSecondFactorOnPages(t *testing.T) {
	w := build(t).registered()
	w.account("an", archive.RoleClerk, commune)
	boss := w.as(w.account("quan", archive.RoleAdmin, ""))
	v := w.as(mustLogin(t, w, "an"))
	v.get("/account").has(t, http.StatusOK, "Chưa bật", "Thiết bị đang đăng nhập")
	v.post("/account/second-factor", "act", "begin").leads(t, "/account/second-factor")
	page := v.get("/account/second-factor")
	page.has(t, http.StatusOK, "<svg class=\"qr\"", "Quét mã này")
	secret := regexp.MustCompile(`<code class="key">([A-Z2-7 ]+)</code>`).FindStringSubmatch(page.body)
	if secret == nil {
		t.Fatalf("no key by hand: %s", page.text())
	}
	v.post("/account/second-factor", "act", "confirm", "code", "000000").has(t, http.StatusBadRequest, "Mã không đúng")
	on := v.post("/account/second-factor", "act", "confirm", "code", code(t, secret[1], 0))
	on.has(t, http.StatusOK, "Mã khôi phục")
	recovery := regexp.MustCompile(`<li><code>([a-z0-9-]{19})</code>`).FindAllStringSubmatch(on.body, -1)
	if len(recovery) != 10 || strings.Contains(v.get("/account/second-factor").body, recovery[0][1]) {
		t.Errorf("%d recovery codes, or shown again", len(recovery))
	}
	v.post("/account/second-factor", "act", "no such").has(t, http.StatusNotFound)

	x := w.visitor()
	x.get("/signin/code").leads(t, "/signin")
	x.post("/signin", "login", "an", "password", password, "next", "/search").leads(t, "/signin/code?next=%2Fsearch")
	if a := x.get("/"); strings.Contains(a.body, "details class=\"menu\"") {
		t.Error("the password alone signs in")
	}
	x.get("/signin/code").has(t, http.StatusOK, "6 số")
	x.post("/signin/code", "code", "000000", "next", "/search").has(t, http.StatusBadRequest, "Mã không đúng")
	x.post("/signin/code", "code", recovery[0][1], "next", "/search").leads(t, "/search")
	x.get("/account/second-factor").has(t, http.StatusOK, "Còn 9 mã khôi phục")
	x.post("/account/second-factor", "act", "renew").has(t, http.StatusOK, "Mã khôi phục")

	// The rules of the house, and a reset by an administrator.
	boss.get("/admin/sign-in").has(t, http.StatusOK, "Vai trò phải dùng")
	boss.post("/admin/sign-in", "role", "clerk", "role", "admin").leads(t, "/admin/sign-in?done=rules")
	boss.get("/admin").leads(t, "/account/second-factor") // he has none himself
	boss.get("/").leads(t, "/account/second-factor")
	x.post("/account/second-factor", "act", "remove").has(t, http.StatusForbidden, "Vai trò này phải dùng")
	boss.post("/account/second-factor", "act", "begin")
	secret = regexp.MustCompile(`<code class="key">([A-Z2-7 ]+)</code>`).FindStringSubmatch(boss.get("/account/second-factor").body)
	boss.post("/account/second-factor", "act", "confirm", "code", code(t, secret[1], 0)).has(t, http.StatusOK)
	boss.get("/admin").has(t, http.StatusOK)
	an := mustLogin(t, w, "an")
	boss.post("/admin/accounts/"+an.ID.String(), "act", "factor").leads(t, "/admin/accounts?done=account_factor")
	x.get("/search").leads(t, "/signin?next=%2Fsearch")
	y := w.as(an)
	y.get("/").leads(t, "/account/second-factor")
	boss.post("/admin/sign-in").leads(t, "/admin/sign-in?done=rules")
	y.get("/").has(t, http.StatusOK, "Quản trị viên đã tắt xác thực hai bước")
	y.post("/account/notice").leads(t, "/account")
	if strings.Contains(y.get("/").body, "Quản trị viên đã tắt") {
		t.Error("it is told for ever")
	}
	clerk := y.get("/admin/sign-in")
	clerk.has(t, http.StatusForbidden)
}

// mustLogin finds an account.
func mustLogin(t *testing.T, w *world, login string) archive.Account {
	t.Helper()
	acc, err := w.ByLogin(t.Context(), login)
	must(t, err)
	return acc
}

func TestDevicesOnPages(t *testing.T) {
	w := build(t).registered()
	acc := w.account("an", archive.RoleClerk, commune)
	here, there, third := w.as(acc), w.as(acc), w.as(acc)
	list := here.get("/account/devices")
	list.has(t, http.StatusOK, "thiết bị này", "Kết thúc")
	ids := regexp.MustCompile(`name="id" value="([0-9a-f-]{36})"`).FindAllStringSubmatch(list.body, -1)
	if len(ids) != 2 {
		t.Fatalf("%d other devices", len(ids))
	}
	here.post("/account/devices", "id", ids[0][1]).leads(t, "/account/devices?done=device_ended")
	ended := 0
	for _, v := range []*visitor{there, third} {
		if v.get("/account").location != "" {
			ended++
		}
	}
	if ended != 1 {
		t.Errorf("%d ended", ended)
	}
	here.post("/account/devices", "id", "x").has(t, http.StatusNotFound)
	here.post("/account/devices", "act", "everywhere").leads(t, "/account/devices?done=devices_ended")
	for _, v := range []*visitor{there, third} {
		v.get("/account").leads(t, "/signin?next=%2Faccount")
	}
	here.get("/account").has(t, http.StatusOK)
	boss := w.as(w.account("quan", archive.RoleAdmin, ""))
	boss.post("/admin/accounts/"+acc.ID.String(), "act", "out").leads(t, "/admin/accounts?done=account_out")
	here.get("/account").leads(t, "/signin?next=%2Faccount")
}

func TestInvitationOnPages(t *testing.T) {
	w := build(t).registered()
	boss := w.as(w.account("quan", archive.RoleAdmin, ""))
	boss.post("/admin/accounts", "login", "lan", "name", "Lê Thị Lan", "role", "clerk", "agency", "H15.61").has(t, http.StatusCreated)
	acc := mustLogin(t, w, "lan")
	made := boss.post("/admin/accounts/"+acc.ID.String(), "act", "invite")
	link := regexp.MustCompile(`/invite#([A-Za-z0-9_-]{43})`).FindStringSubmatch(made.body)
	if link == nil {
		t.Fatalf("no link: %s", made.text())
	}
	v := w.visitor()
	v.get("/invite").has(t, http.StatusOK, "Đặt mật khẩu")
	v.post("/invite", "secret", "x", "password", "con trâu cái cày", "again", "con trâu cái cày").has(t, http.StatusBadRequest, "Liên kết mời không đúng")
	v.post("/invite", "secret", link[1], "password", "matkhau123", "again", "matkhau123").has(t, http.StatusBadRequest, "bị thử đầu tiên")
	v.post("/invite", "secret", link[1], "password", "con trâu cái cày", "again", "khác").has(t, http.StatusBadRequest, "không giống nhau")
	v.post("/invite", "secret", "https://sohoa.example/invite#"+link[1], "password", "con trâu cái cày", "again", "con trâu cái cày").leads(t, "/")
	v.get("/").has(t, http.StatusOK, "Lê Thị Lan")
	w.visitor().post("/invite", "secret", link[1], "password", "con trâu cái bừa", "again", "con trâu cái bừa").has(t, http.StatusBadRequest, "đã dùng")
	boss.post("/admin/accounts/"+acc.ID.String(), "act", "invite").has(t, http.StatusConflict, "Chỉ mời được")
}

// A dangerous act of a session that was left alone leads to the question who it is, and from there back.
func TestProofOnPages(t *testing.T) {
	w := build(t, func(*desk) {}).registered()
	w.Limits.ProofTime = 1 // nothing is fresh enough
	boss := w.as(w.account("quan", archive.RoleAdmin, ""))
	r := url.Values{"login": {"lan"}, "role": {"clerk"}, "agency": {"H15.61"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/admin/accounts", strings.NewReader(r.Encode()))
	must(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Referer", w.url+"/admin/accounts?after=x")
	boss.do(req).leads(t, "/prove?next=%2Fadmin%2Faccounts%3Fafter%3Dx")
	boss.post("/admin/tokens", "role", "service", "agency", "H15.61").leads(t, "/prove?next=%2Faccount")
	boss.get("/prove?next=/admin/accounts").has(t, http.StatusOK, "Xác nhận là bạn")
	boss.post("/prove", "secret", "sai mật khẩu", "next", "/admin/accounts").has(t, http.StatusBadRequest, "Mật khẩu không đúng")
	boss.post("/prove", "secret", password, "next", "//evil.example").leads(t, "/?done=proved")
	boss.post("/prove", "secret", password, "next", "/admin/accounts?after=x").leads(t, "/admin/accounts?after=x&done=proved")
}

func TestTokensSayOnWhoseRightsTheyLive(t *testing.T) {
	w := build(t).registered()
	first, second := w.as(w.account("quan", archive.RoleAdmin, "")), w.as(w.account("quan2", archive.RoleAdmin, ""))
	first.post("/admin/tokens", "note", "máy quét", "role", "clerk", "agency", "H15.61").has(t, http.StatusCreated)
	page := second.get("/admin/tokens")
	page.has(t, http.StatusOK, "quan", "Nhận về tôi")
	at := regexp.MustCompile(`/admin/tokens/[0-9a-f-]{36}`).FindString(page.body)
	second.post(at, "act", "adopt").leads(t, "/admin/tokens?done=token_adopted")
	if a := second.get("/admin/tokens"); strings.Contains(a.body, "Nhận về tôi") {
		t.Error("one's own is offered again")
	}
}

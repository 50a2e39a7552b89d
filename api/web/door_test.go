package web_test

import (
	"net/http"
	"strings"
	"testing"

	"sohoa/api/session"
	"sohoa/archive"
)

func TestSetUp(t *testing.T) {
	w := build(t)
	secret, digest := session.NewSecret()
	if open, err := w.OfferSetup(t.Context(), digest); err != nil || !open {
		t.Fatal(open, err)
	}
	v := w.visitor()
	v.get("/setup").has(t, http.StatusOK, "Thiết lập lần đầu", `name="secret"`)
	for _, c := range []struct {
		reason string
		fields []string
		want   string
	}{
		{"no secret", []string{"login", "a", "password", password, "again", password}, "Chưa có mã thiết lập"},
		{"another secret", []string{"secret", "x", "login", "a", "password", password, "again", password}, "Liên kết thiết lập không đúng"},
		{"no login", []string{"secret", secret, "password", password, "again", password}, "Xin điền ô này"},
		{"the passwords differ", []string{"secret", secret, "login", "a", "password", password, "again", "khác"}, "Hai lần nhập không giống nhau"},
		{"the password is short", []string{"secret", secret, "login", "a", "password", "ngắn", "again", "ngắn"}, "Mật khẩu cần từ 10"},
	} {
		t.Run(c.reason, func(t *testing.T) { v.post("/setup", c.fields...).has(t, http.StatusBadRequest, c.want) })
	}
	// The whole link may be pasted.
	v.post("/setup", "secret", w.url+"/setup#"+secret, "login", "Quantri", "name", "Nguyễn Thị Quản Trị", "password", password, "again", password).leads(t, "/admin?done=set_up")
	v.get("/admin?done=set_up").has(t, http.StatusOK, "Đã tạo tài khoản quản trị", "Nguyễn Thị Quản Trị")
	w.visitor().post("/setup", "secret", secret, "login", "b", "password", password, "again", password).has(t, http.StatusBadRequest, "đã được dùng")
}

func TestSignIn(t *testing.T) {
	w := build(t).registered()
	w.account("an", archive.RoleClerk, commune)
	v := w.visitor()
	v.get("/").has(t, http.StatusOK, "Đăng nhập", "Sohoa nhận bản quét")
	v.get("/search?q=%C4%91%E1%BA%A5t&sort=newest").leads(t, "/signin?next=%2Fsearch%3Fq%3D%25C4%2591%25E1%25BA%25A5t%26sort%3Dnewest")
	wrong := v.post("/signin", "login", "an", "password", "không phải", "next", "/dossiers")
	wrong.has(t, http.StatusForbidden, "Tên đăng nhập hoặc mật khẩu không đúng", `value="an"`, `name="next" value="/dossiers"`)
	if nobody := v.post("/signin", "login", "không-có", "password", "không phải", "next", "/dossiers"); strings.ReplaceAll(nobody.text(), "không-có", "an") != wrong.text() {
		t.Errorf("an unknown login is told apart: %s", nobody.text())
	}
	for next, to := range map[string]string{"/dossiers": "/dossiers", "//evil.example": "/", "/\\evil.example": "/", "https://evil.example/": "/", "": "/"} {
		w.visitor().post("/signin", "login", "an", "password", password, "next", next).leads(t, to)
	}
	v.post("/signin", "login", "an", "password", password).leads(t, "/")
	v.get("/").has(t, http.StatusOK, "Việc của tôi")
	v.get("/signin").leads(t, "/")
	v.post("/signout").leads(t, "/signin?done=signed_out")
	v.get("/search").leads(t, "/signin?next=%2Fsearch")
}

func TestOneTimePasswordMustBeChanged(t *testing.T) {
	w := build(t).registered()
	acc := w.account("an", archive.RoleClerk, commune)
	acc.MustChange = true
	if _, err := w.ChangeAccount(t.Context(), archive.System, acc, acc.Revision, "reset"); err != nil {
		t.Fatal(err)
	}
	v := w.visitor()
	v.post("/signin", "login", "an", "password", password).leads(t, "/account")
	for _, path := range []string{"/", "/search", "/dossiers", "/documents/" + archive.NewID().String()} {
		v.get(path).leads(t, "/account")
	}
	page := v.get("/account")
	page.has(t, http.StatusOK, "Đặt mật khẩu mới")
	if strings.Contains(page.body, `class="rooms"`) {
		t.Error("the rooms are shown before the password is changed")
	}
	v.post("/account", "old", "sai", "password", "mật khẩu khác hẳn", "again", "mật khẩu khác hẳn").has(t, http.StatusBadRequest, "Mật khẩu hiện tại không đúng")
	v.post("/account", "old", password, "password", password, "again", password).has(t, http.StatusBadRequest, "phải khác mật khẩu cũ")
	v.post("/account", "old", password, "password", "mật khẩu khác hẳn", "again", "mật khẩu khác hẳn").leads(t, "/?done=password")
	v.get("/?done=password").has(t, http.StatusOK, "Đã đổi mật khẩu", "Việc của tôi")
}

func TestLanguageIsRemembered(t *testing.T) {
	v := build(t).visitor()
	v.get("/").has(t, http.StatusOK, `lang="vi"`, "Đăng nhập")
	v.post("/language", "lang", "en", "back", "/signin").leads(t, "/signin")
	v.get("/signin").has(t, http.StatusOK, `lang="en"`, "Sign in")
	v.get("/nothing-here").has(t, http.StatusNotFound, "Not found", "Go to the first page")
	v.post("/language", "lang", "xx", "back", "//evil.example").leads(t, "/")
	v.get("/").has(t, http.StatusOK, `lang="vi"`)
}

func TestAnotherSiteCannotPost(t *testing.T) {
	w := build(t).registered()
	v := w.as(w.account("an", archive.RoleClerk, commune))
	for _, path := range []string{"/signout", "/account", "/documents", "/dossiers", "/admin/accounts", "/language", "/signin", "/setup"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+path, strings.NewReader(""))
		must(t, err)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if a := v.do(r); a.status != http.StatusForbidden {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	v.get("/").has(t, http.StatusOK, "Việc của tôi")
}

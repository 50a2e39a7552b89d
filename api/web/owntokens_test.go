package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

var ownToken = regexp.MustCompile(`/account/tokens/[0-9a-f-]{36}`)

func TestOwnTokensWithoutScript(t *testing.T) {
	w := build(t).registered()
	an, binh := w.as(w.account("an", archive.RoleClerk, commune)), w.as(w.account("binh", archive.RoleClerk, commune))
	an.get("/account").has(t, http.StatusOK, `href="/account/tokens"`)
	an.get("/account/tokens").has(t, http.StatusOK, "Mã truy cập của tôi", "Chưa có mã truy cập nào")
	an.post("/account/tokens", "note", "", "until", "31/12/2026").has(t, http.StatusBadRequest, "dùng cho việc gì")
	an.post("/account/tokens", "note", "máy quét", "until", "").has(t, http.StatusBadRequest, "ngày hết hạn")
	an.post("/account/tokens", "note", "máy quét", "until", "31/12/2199").has(t, http.StatusBadRequest, "lâu nhất một năm", "máy quét")
	until := w.Clock.Now().AddDate(0, 1, 0).In(archive.Zone).Format("02/01/2006")
	an.post("/account/tokens", "note", "máy quét", "until", until, "agency", "H15.99").has(t, http.StatusForbidden)
	made := an.post("/account/tokens", "note", "máy quét", "until", until)
	made.has(t, http.StatusCreated, "máy quét", "sẽ không hiện lại", until)
	secret := regexp.MustCompile(`sohoa_[A-Za-z0-9_-]{49}`).FindString(made.body)
	if secret == "" || strings.Count(made.body, secret) != 1 {
		t.Fatalf("the secret is shown once: %q", secret)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/api/v1/documents", nil)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+secret)
	program := w.visitor()
	if a := program.do(r); a.status != http.StatusOK {
		t.Errorf("the program is let in: %d", a.status)
	}
	page := an.get("/account/tokens")
	page.has(t, http.StatusOK, "máy quét", until, "Thu hồi")
	if strings.Contains(page.body, secret) || strings.Contains(page.body, "chưa dùng") {
		t.Error("the secret is shown again, or its use is not")
	}
	binh.get("/account/tokens").has(t, http.StatusOK, "Chưa có mã truy cập nào")
	at := ownToken.FindString(page.body)
	binh.post(at).has(t, http.StatusNotFound)
	an.post(at).leads(t, "/account/tokens?done=token_revoked")
	an.get("/account/tokens?done=token_revoked").has(t, http.StatusOK, "Đã thu hồi", "đã hết")
	if a := program.do(r); a.status != http.StatusUnauthorized {
		t.Errorf("the program after the end: %d", a.status)
	}
	w.Limits.ProofTime = 1
	an.post("/account/tokens", "note", "máy quét", "until", until).leads(t, "/prove?next=%2Faccount")
	stale := an.get("/account/tokens")
	stale.has(t, http.StatusOK, `href="/prove?next=/account/tokens"`, "Xác nhận lại bạn là ai")
	if strings.Contains(stale.body, `name="note"`) {
		t.Error("a form is offered that asks for a proof after it is filled in")
	}
}

func TestJourneyOfOwnTokens(t *testing.T) {
	for name, size := range map[string]browser.Option{"1366": browser.Size(1366, 768), "390": browser.Phone()} {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size)
			w := build(t).registered()
			w.account("an", archive.RoleClerk, commune)
			enter(p, w, "an")
			p.Goto(w.url + "/account")
			p.Click(`a[href="/account/tokens"]`)
			p.WaitText("h1", "Mã truy cập của tôi")
			sound(t, p, "own-tokens-none-"+name)
			p.Type("#f-note", "Máy quét phòng một cửa, gửi giấy tờ vào kho")
			p.Press(browser.Enter)
			p.WaitFor(".secret output")
			p.WaitFor(".secret button")
			sound(t, p, "own-tokens-made-"+name)
			secret := p.Text(".secret output")
			p.Click(".secret button")
			p.WaitText(".secret button", "Đã chép")
			if !strings.HasPrefix(secret, "sohoa_") {
				t.Errorf("secret %q", secret)
			}
			p.Goto(w.url + "/account/tokens")
			p.WaitFor("table.rows")
			if strings.Contains(p.Text("main"), secret) {
				t.Error("the secret is shown again")
			}
			p.Click("table.rows button")
			p.WaitText("table.rows .chip", "đã hết")
			sound(t, p, "own-tokens-ended-"+name)
			p.Quiet()
		})
	}
}

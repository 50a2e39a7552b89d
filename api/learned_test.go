package api_test

import (
	"testing"

	"sohoa/archive"
)

func TestWhatWasLearnedIsListedAndForgotten(t *testing.T) {
	w := build(t)
	clerk, checker, admin := w.clerk(), w.as(w.token(archive.RoleChecker, "H15.50")), w.as(w.token(archive.RoleAdmin, "H15.50"))
	at := clerk.deposited("", paper(64))
	clerk.with("If-Match: *").do("PATCH", at, `{"type":"Giấy phép","subject":"Thử","number":"1","issuing_agency":{"name":"UBND xã Ea Kao"},"signer":{"name":"Lò Thị Mai","position":"Chủ tịch"}}`).want(200)
	clerk.with("If-Match: *").do("POST", at+"/submit", nil).want(200)
	checker.with("If-Match: *").do("POST", at+"/accept", nil).want(200)
	a := admin.do("GET", "/api/v1/learned", nil).want(200)
	if a.text("items.0.value") != "Lò Thị Mai" || a.text("items.0.shown") != "UBND xã Ea Kao" || a.text("items.0.confirmed") != "1" || a.text("items.0.offered") != "true" {
		t.Errorf("learned: %s", a.body)
	}
	clerk.do("GET", "/api/v1/learned", nil).refused(403, "forbidden")
	admin.do("GET", "/api/v1/learned?kind=rumour", nil).refused(400, "invalid")
	body := map[string]any{"kind": "signer", "scope": a.text("items.0.scope"), "value": "Lò Thị Mai"}
	clerk.do("POST", "/api/v1/learned/forget", body).refused(403, "forbidden")
	admin.do("POST", "/api/v1/learned/forget", body).want(204)
	admin.do("POST", "/api/v1/learned/forget", body).refused(404, "not_found")
}

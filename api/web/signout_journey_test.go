package web_test

import (
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

// Whoever comes to the machine after somebody has signed out finds nothing: not by the button back, not in what scripts keep, not in the
// browser's cache. What is nobody's secret, how keys behave, stays.
func TestJourneyOfSigningOut(t *testing.T) {
	p := browser.Open(t, browser.Size(1366, 768))
	w := build(t).registered()
	an := w.account("an", archive.RoleClerk, commune)
	d := w.paper(w.actor(an), "giấy riêng.pdf", "")
	enter(p, w, "an")
	p.Goto(w.url + "/documents/" + d.ID.String())
	p.WaitText("main", "giấy riêng")
	p.Goto(w.url + "/account")
	p.WaitText("h1", "Tài khoản")
	p.Eval(`[localStorage.setItem("sohoa-uploads", '{"giấy riêng.pdf": {}}'), localStorage.setItem("sohoa-letters", "off")].length`, new(int))
	p.Click("details.menu summary")
	p.Click(`form[action="/signout"] button`)
	p.WaitFor("#f-login")
	var kept, letters string
	p.Eval(`localStorage.getItem("sohoa-uploads") ?? "nothing"`, &kept)
	p.Eval(`localStorage.getItem("sohoa-letters") ?? "nothing"`, &letters)
	if kept != "nothing" || letters != "off" {
		t.Errorf("scripts keep %q and %q", kept, letters)
	}
	for range 2 { // the account, then the paper
		p.Eval(`[window.left = true, history.back()].length`, new(int))
		p.Wait(`!window.left && location.pathname === "/signin" && document.readyState === "complete"`)
		p.WaitFor("#f-login")
		if text := p.Text("body"); strings.Contains(text, "riêng") {
			t.Errorf("the button back shows %q", text)
		}
	}
}

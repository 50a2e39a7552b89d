package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"sohoa/archive"
)

// published returns the path of a paper that is public.
func (w *world) published(clerk, checker *caller, query, fields string) string {
	w.t.Helper()
	at := clerk.deposited("kind=result&"+query, paper(64))
	clerk.with("If-Match: *").do("PATCH", at, fields).want(200)
	clerk.with("If-Match: *").do("POST", at+"/submit", nil).want(200)
	for _, m := range []string{"accept", "publish"} {
		checker.with("If-Match: *").do("POST", at+"/"+m, nil).want(200)
	}
	return at
}

var because = map[string]string{"reason": "mờ trang 2"}

func TestNewScanOfAPublishedPaper(t *testing.T) {
	w := build(t)
	clerk, checker := w.clerk(), w.as(w.token(archive.RoleChecker, "H15.50"))
	at := w.published(clerk, checker, "", `{"type":"QĐ","subject":"Cấp phép"}`)
	if a := clerk.do("GET", at, nil).want(200); a.text("public_version") != "1" || a.text("current_version") != "1" || a.at("standing") != nil {
		t.Errorf("published: %s", a.body)
	}
	first := clerk.do("GET", at+"/file?version=public", nil).want(200)
	send := clerk.with("Content-Type: application/pdf")
	send.do("POST", at+"/versions", paper(64)).refused(400, "reason_required")
	a := send.do("POST", at+"/versions?reason=m%E1%BB%9D", paper(64)).want(201)
	if a.text("state") != "review" || a.text("public_version") != "1" || a.text("current_version") != "2" || a.text("standing.0.state") != "published" || a.text("standing.0.version") != "1" || a.text("reason") != "mờ" {
		t.Errorf("scanned again: %s", a.body)
	}
	if !strings.Contains(string(a.body), `"revert"`) || strings.Contains(string(a.body), `"discard"`) {
		t.Errorf("moves: %s", a.body)
	}
	if b := clerk.do("GET", at+"/file?version=public", nil).want(200); b.header.Get("ETag") != first.header.Get("ETag") {
		t.Error("another file is public")
	}
	if b := clerk.do("HEAD", at+"/file?version=public", nil).want(200); b.header.Get("ETag") != first.header.Get("ETag") {
		t.Error("HEAD tells of another file")
	}
	if b := clerk.do("GET", at+"/file", nil).want(200); b.header.Get("ETag") == first.header.Get("ETag") {
		t.Error("the file that counts is the old one")
	}
	clerk.do("GET", at+"/file?version=newest", nil).refused(400, "invalid")
	checker.with("If-Match: *").do("POST", at+"/discard", because).refused(409, "version_stands")
	clerk.with("If-Match: *").do("PATCH", at, `{"access":"public"}`).refused(409, "version_stands")
	clerk.with("If-Match: *").do("PATCH", at, `{"subject":"sửa"}`).want(200)
	clerk.with("If-Match: *").do("POST", at+"/revert", nil).refused(400, "reason_required")
	a = clerk.with("If-Match: *", "Idempotency-Key: r").do("POST", at+"/revert", because).want(200)
	if a.text("state") != "published" || a.text("subject") != "Cấp phép" || a.text("current_version") != "1" || a.text("versions.1.number") != "2" {
		t.Errorf("dropped: %s", a.body)
	}
	if b := clerk.with("If-Match: *", "Idempotency-Key: r").do("POST", at+"/revert", because).want(200); string(b.body) != string(a.body) {
		t.Errorf("repeated: %s", b.body)
	}
	clerk.with("If-Match: *").do("POST", at+"/revert", because).refused(409, "wrong_state")
	// And a third, which is published.
	typ, form := form(part{name: "metadata", typ: "application/json", body: `{"reason":"thiếu trang"}`}, part{name: "file", file: "lai.pdf", typ: "application/pdf", body: string(paper(64))})
	if a := clerk.with("Content-Type: "+typ).do("POST", at+"/versions", form).want(201); a.text("current_version") != "3" || a.text("reason") != "thiếu trang" {
		t.Errorf("third scan: %s", a.body)
	}
	clerk.with("If-Match: *").do("POST", at+"/submit", nil).want(200)
	checker.with("If-Match: *").do("POST", at+"/accept", nil).want(200)
	if a := checker.with("If-Match: *").do("POST", at+"/publish", nil).want(200); a.text("public_version") != "3" || a.at("standing") != nil {
		t.Errorf("published again: %s", a.body)
	}
	fresh := clerk.deposited("", paper(64))
	clerk.do("GET", fresh+"/file?version=public", nil).refused(404, "not_found")
}

func TestMoveToAnotherDossier(t *testing.T) {
	w := build(t)
	clerk, checker := w.clerk(), w.as(w.token(archive.RoleChecker, "H15.50"))
	const wrong, right = "H15.50-261008-0001", "H15.50-261008-0002"
	at := clerk.deposited("dossier="+wrong, paper(64))
	to := func(code string) map[string]string { return map[string]string{"dossier_code": code} }
	clerk.do("POST", at+"/move", to(right)).refused(428, "precondition_required")
	clerk.with("If-Match: *").do("POST", at+"/move", to("H15-x")).refused(400, "invalid")
	clerk.with("If-Match: *").do("POST", at+"/move", map[string]string{}).refused(400, "invalid")
	clerk.with("If-Match: *").do("POST", at+"/move", to(wrong)).refused(409, "same_dossier")
	a := clerk.with(`If-Match: "r1"`, "Idempotency-Key: m").do("POST", at+"/move", to(right)).want(200)
	if a.text("dossier_code") != right || a.header.Get("ETag") != `"r2"` {
		t.Errorf("moved: %s", a.body)
	}
	if b := clerk.with(`If-Match: "r1"`, "Idempotency-Key: m").do("POST", at+"/move", to(right)).want(200); string(b.body) != string(a.body) {
		t.Errorf("repeated: %s", b.body)
	}
	if d := clerk.do("GET", "/api/v1/dossiers/"+right, nil).want(200); d.text("components.0.dossier_code") != right {
		t.Errorf("the dossier: %s", d.body)
	}
	h := clerk.do("GET", "/api/v1/dossiers/"+wrong+"/events?limit=1", nil).want(200)
	h = clerk.do("GET", "/api/v1/dossiers/"+wrong+"/events?cursor="+h.text("next"), nil).want(200)
	if h.text("items.0.detail.act") != "paper_out" || h.text("items.0.detail.to_dossier") != right || !strings.HasSuffix(at, strings.TrimPrefix(h.text("items.0.object"), "document:")) {
		t.Errorf("history of the dossier: %s", h.body)
	}
	clerk.with("If-Match: *").do("POST", at+"/move", to("")).want(200) // out of every dossier
	public := w.published(clerk, checker, "dossier="+wrong, `{"type":"QĐ","subject":"x"}`)
	clerk.with("If-Match: *").do("POST", public+"/move", to(right)).refused(403, "forbidden")
	checker.with("If-Match: *").do("POST", public+"/move", to(right)).refused(400, "reason_required")
	if a := checker.with("If-Match: *").do("POST", public+"/move", map[string]string{"dossier_code": right, "reason": "nhầm hồ sơ"}).want(200); a.text("state") != "published" || a.at("reason") != nil {
		t.Errorf("a published paper moved: %s", a.body)
	}
	stranger := w.as(w.token(archive.RoleChecker, "H15.51"))
	stranger.with("If-Match: *").do("POST", at+"/move", to(right)).refused(404, "not_found")
	stranger.do("GET", "/api/v1/dossiers/"+right+"/events", nil).refused(404, "not_found")
}

// The same number is told wherever fields are written and when the paper is sent on, and keeps nothing back.
func TestSameNumberIsToldAndKeepsNothingBack(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	fields := `{"type":"QĐ","subject":"Cấp phép","number":"15","notation":"QĐ-UBND","issued_on":"2026-03-02","issuing_agency":{"code":"H15.50"}}`
	first := clerk.deposited("", paper(64))
	clerk.with("If-Match: *").do("PATCH", first, fields).want(200)
	at := clerk.deposited("", paper(64))
	told := func(where string, a *answer, named bool) {
		t.Helper()
		var d struct {
			Findings []struct {
				Code   string
				Papers []struct{ ID, Title, State string }
			}
		}
		must(t, json.Unmarshal(a.body, &d))
		for _, f := range d.Findings {
			if f.Code != archive.SameNumber {
				continue
			}
			if named != (len(f.Papers) == 1) || named && (!strings.HasSuffix(first, f.Papers[0].ID) || f.Papers[0].Title != "QĐ 15/QĐ-UBND") {
				t.Errorf("%s names %+v", where, f.Papers)
			}
			return
		}
		t.Errorf("%s says nothing of the other paper: %s", where, a.body)
	}
	told("the change", clerk.with("If-Match: *").do("PATCH", at, fields).want(200), true)
	told("the paper", clerk.do("GET", at, nil).want(200), true)
	sent := clerk.with("If-Match: *", "Idempotency-Key: s").do("POST", at+"/submit", nil).want(200)
	told("the submission", sent, true)
	if again := clerk.with("If-Match: *", "Idempotency-Key: s").do("POST", at+"/submit", nil).want(200); string(again.body) != string(sent.body) {
		t.Errorf("repeated: %s", again.body)
	}
	typ, form := form(part{name: "metadata", typ: "application/json", body: fields}, part{name: "file", file: "ba.pdf", typ: "application/pdf", body: string(paper(64))})
	told("the deposit", clerk.with("Content-Type: "+typ).do("POST", "/api/v1/documents", form).want(201), false) // two by now: not one
	stranger := w.as(w.token(archive.RoleClerk, "H15.51"))
	own := stranger.deposited("", paper(64))
	a := stranger.with("If-Match: *").do("PATCH", own, fields).want(200)
	told("to a stranger the change", a, false)
	if strings.Contains(string(a.body), strings.TrimPrefix(first, "/api/v1/documents/")) || strings.Contains(string(a.body), `"papers"`) {
		t.Errorf("it gives away: %s", a.body)
	}
}

func TestDiscardedPaperSaysUntilWhenItIsThere(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	at := clerk.deposited("", paper(64))
	a := clerk.with("If-Match: *").do("POST", at+"/discard", because).want(200)
	if a.text("discarded_at") == "" || a.text("erased_after") == "" || a.text("discarded_by") == "" || a.text("reason") != "mờ trang 2" {
		t.Errorf("discarded: %s", a.body)
	}
	if l := clerk.do("GET", "/api/v1/documents?state=discarded&order=changed", nil).want(200); l.text("items.0.discarded_at") != a.text("discarded_at") {
		t.Errorf("the list: %s", l.body)
	}
	if b := clerk.with("If-Match: *").do("POST", at+"/restore", nil).want(200); b.at("discarded_at") != nil || b.at("discarded_by") != nil {
		t.Errorf("restored: %s", b.body)
	}
}

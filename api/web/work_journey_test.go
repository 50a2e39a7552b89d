package web_test

import (
	"net/http"
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

// Four eyes with two people in two browsers: an administrator lets the next commune check this one's papers. The only person of
// this commune sends two papers on in one act; her neighbour sees these two and nothing else, says something about one, returns
// it, accepts the other; the first hears why, and publishes what was accepted.
func TestJourneyOfTwoNeighbours(t *testing.T) {
	const beside = archive.AgencyCode("H15.62")
	for name, size := range map[string][]browser.Option{"1366": nil, "390": {browser.Phone()}} {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			w := build(t).registered().work()
			lone := w.account("mai", archive.RoleChecker, commune)
			w.account("ngan", archive.RoleChecker, beside)
			w.account("quan", archive.RoleAdmin, "")
			one, two := w.paper(w.actor(lone), "một.pdf", ""), w.paper(w.actor(lone), "hai.pdf", "")
			hers := w.as(lone)
			for _, d := range []archive.Document{one, two} {
				hers.post("/documents/"+d.ID.String(), form(d, "subject", "Giấy phép "+d.ID.String())...)
			}
			b := p.Beside(size...)
			enter(b, w, "quan")
			b.Goto(w.url + "/admin/checks?agency=" + string(commune))
			b.Choose("#f-result_mode", "neighbour")
			b.Type("#f-result_neighbour", string(beside))
			b.Type("#f-result_checking", "3")
			b.Click("form[method=post][action='/admin/checks'] button.primary")
			b.WaitText("ul", "H15.62")
			sound(t, b, "checks-"+name)

			enter(p, w, "mai")
			p.Goto(w.url + "/work")
			p.WaitText("table.rows", "Người mai")
			sound(t, p, "work-"+name)
			p.Click("input[name=whole]")
			p.Choose("#f-act", "submit")
			p.Click("fieldset button.primary")
			p.WaitText(".lead", "Gửi kiểm tra: 2 giấy tờ")
			sound(t, p, "bulk-asked-"+name)
			p.Click(".acts button.primary")
			p.Wait(`document.querySelector(".lead")?.innerText.includes("Đã xong: 2")`)
			sound(t, p, "bulk-done-"+name)
			p.Goto(w.url + "/documents/" + one.ID.String())
			if p.Count("form[action$='moves/accept']") != 0 {
				t.Error("she could accept her own paper")
			}

			n := p.Beside(size...)
			enter(n, w, "ngan")
			n.Goto(w.url + "/work?list=neighbours")
			if got := n.Count("table.rows tbody tr"); got != 2 {
				t.Fatalf("the neighbour sees %d papers", got)
			}
			sound(t, n, "neighbours-"+name)
			n.Goto(w.url + "/documents/" + one.ID.String() + "/work")
			write(n, "#f-body", "Trang 2 mờ <b>quá</b>")
			n.Click("form[action$='work/say'] button.primary")
			n.WaitText(".said", "Trang 2 mờ <b>quá</b>")
			n.WaitText("dl.facts", "Ea Sur")
			sound(t, n, "talk-"+name)
			n.Quiet()

			her := w.as(w.account("hoa", archive.RoleChecker, beside)) // the second of that unit, without script
			if a := her.post("/documents/"+one.ID.String()+"/moves/return", "reason", "quét lại trang 2"); a.status != http.StatusSeeOther || strings.Contains(a.location, one.ID.String()) {
				t.Errorf("return: %d %s", a.status, a.location)
			}
			if a := her.post("/documents/"+two.ID.String()+"/moves/accept", "reason", ""); a.status != http.StatusSeeOther {
				t.Errorf("accept: %d", a.status)
			}
			for _, d := range []archive.Document{one, two} {
				if a := her.get("/documents/" + d.ID.String()); a.status != http.StatusNotFound {
					t.Errorf("the neighbour still sees a paper: %d", a.status)
				}
			}
			p.Goto(w.url + "/work?list=returned")
			p.WaitText("table.rows .reason", "quét lại trang 2")
			p.Goto(w.url + "/documents/" + one.ID.String() + "/work")
			p.WaitText(".said", "Trang 2 mờ")
			p.WaitText(".note.warn", "quét lại trang 2")
			p.Goto(w.url + "/documents/" + two.ID.String())
			p.WaitFor("form[action$='moves/publish']")
			p.Quiet()
		})
	}
}

// What is done to many on the pages: nothing chosen, the report with its reasons, the way back.
func TestManyAtOnceOnThePages(t *testing.T) {
	w := build(t).registered().work()
	an, binh := w.account("an", archive.RoleClerk, commune), w.account("binh", archive.RoleChecker, commune)
	clerk, checker, auditor := w.as(an), w.as(binh), w.as(w.account("thanh", archive.RoleAuditor, ""))
	d := w.paper(w.actor(an), "một.pdf", "")
	if a := clerk.post("/bulk", "list", "mine", "act", "submit"); a.status != http.StatusBadRequest || !strings.Contains(a.text(), "Chưa chọn giấy tờ nào") {
		t.Errorf("nothing chosen: %d %s", a.status, a.text())
	}
	if a := clerk.post("/bulk", "list", "mine", "act", "return", "id", d.ID.String()); a.status != http.StatusBadRequest || !strings.Contains(a.text(), "ghi lý do") {
		t.Errorf("no reason: %d", a.status)
	}
	run := func(v *visitor, want string, fields ...string) string {
		t.Helper()
		a := v.post("/bulk", fields...)
		if a.status != http.StatusSeeOther {
			t.Fatalf("ask: %d %s", a.status, a.text())
		}
		v.post(a.location+"/start").leads(t, a.location)
		w.until(func() bool { return strings.Contains(v.get(a.location).text(), "Đã xong:") })
		if text := v.get(a.location).text(); !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
		return a.location
	}
	at := run(checker, "1 giấy tờ làm được", "act", "assign", "to", "binh", "id", d.ID.String())
	if a := checker.get("/work"); !strings.Contains(a.text(), "Người binh") {
		t.Errorf("her list: %s", a.text())
	}
	back := checker.post(at + "/undo")
	checker.post(back.location+"/start").leads(t, back.location)
	w.until(func() bool { return strings.Contains(clerk.get("/work").text(), "Người an") })
	run(checker, "trạng thái không cho phép", "act", "accept", "id", d.ID.String())
	if a := clerk.get(at); a.status != http.StatusNotFound {
		t.Errorf("another's bulk act: %d", a.status)
	}
	if a := auditor.get("/draws"); a.status != http.StatusOK || !strings.Contains(a.text(), "không có lượt bốc") {
		t.Errorf("the lots: %d", a.status)
	}
	if a := clerk.get("/draws"); a.status != http.StatusForbidden {
		t.Errorf("a clerk hears the lots: %d", a.status)
	}
	if a := clerk.get("/admin/checks"); a.status != http.StatusForbidden {
		t.Errorf("a clerk opens the rules: %d", a.status)
	}
}

// A paper is passed to a whole unit: the office above sees it among its own work, and it is nobody's there until somebody takes it.
func TestJourneyOfWorkPassedToAUnit(t *testing.T) {
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			w := build(t).registered().work()
			must(t, w.LoadAgencies(t.Context(), archive.System, []archive.Agency{{Code: commune, Name: "Ủy ban nhân dân phường Đồi Thông", Parent: province}}))
			d := w.paper(w.actor(w.account("an", archive.RoleClerk, commune)), "một.pdf", "")
			w.account("chinh", archive.RoleChecker, province)
			enter(p, w, "an")
			p.Goto(w.url + "/documents/" + d.ID.String() + "/work")
			p.WaitText("dl.facts", "Người an")
			p.Choose("#f-unit", province.String())
			sound(t, p, "unit-"+name)
			p.Click("form[action$='work/unit'] button")
			p.WaitText("dl.facts", "tỉnh Đắk Lắk")
			if got := p.Text("dl.facts"); strings.Contains(got, "Người an") {
				t.Errorf("it is still hers: %s", got)
			}
			p.Quiet()
			above := w.as(w.account("binh", archive.RoleChecker, province))
			if got := above.get("/work?list=unit").text(); !strings.Contains(got, "một.pdf") {
				t.Errorf("the unit does not see it: %s", got)
			}
			if a := above.post("/documents/"+d.ID.String()+"/work/unit", "unit", "H15.62"); a.status != http.StatusBadRequest || !strings.Contains(a.text(), "không xem được") {
				t.Errorf("to a unit that does not see it: %d", a.status)
			}
		})
	}
}

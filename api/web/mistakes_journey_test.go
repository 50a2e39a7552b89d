package web_test

import (
	"fmt"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

var sizes = map[string][]browser.Option{"1366": nil, "390": {browser.Phone()}}

// focused waits until the element has the focus.
func focused(p *browser.Page, selector string) {
	p.Wait(fmt.Sprintf(`document.activeElement === document.querySelector(%q)`, selector))
}

// reach presses Tab until the element has the focus, as somebody without a mouse does.
func reach(t *testing.T, p *browser.Page, selector string) {
	t.Helper()
	p.WaitFor(selector)
	for range 40 {
		var there bool
		p.Eval(fmt.Sprintf(`document.activeElement === document.querySelector(%q)`, selector), &there)
		if there {
			return
		}
		p.Press(browser.Tab)
	}
	t.Fatalf("%s is not reached by the keyboard", selector)
}

// Papers are thrown away, one and several, and taken back; one is moved to another dossier and back: by the keyboard alone.
func TestJourneyOfMistakesUndone(t *testing.T) {
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			w := build(t).registered()
			acc := w.account("an", archive.RoleClerk, commune)
			me := w.actor(acc)
			one := w.paper(me, "đơn xin phép.pdf", "H15.61-250915-0021")
			w.paper(me, "bản vẽ.pdf", "H15.61-250915-0021")
			w.paper(me, "trang bìa quét thừa.pdf", "")
			enter(p, w, "an")
			sound(t, p, "mistakes-list-"+name)
			p.Eval(`document.querySelectorAll("#rows .pick input")[0].focus()`, nil)
			p.Press(" ")
			p.Eval(`document.querySelectorAll("#rows .pick input")[1].focus()`, nil)
			p.Press(" ")
			reach(t, p, "#chosen button")
			p.Press(browser.Enter)
			p.WaitText("h1", "Bỏ nhiều giấy tờ")
			p.WaitText(".lead", "2 giấy tờ")
			sound(t, p, "mistakes-ask-"+name)
			write(p, "#f-reason", "quét trùng")
			reach(t, p, "form.card button.danger")
			p.Press(browser.Enter)
			p.WaitText(".lead", "2/2 giấy tờ đã xong")
			sound(t, p, "mistakes-done-"+name)
			p.Goto(w.url + "/bin")
			p.WaitText("table", "trang bìa quét thừa.pdf")
			sound(t, p, "bin-"+name)
			reach(t, p, "td form button")
			p.Press(browser.Enter)
			p.WaitText(".note", "Đã khôi phục")

			// One paper, from its own page.
			at := w.url + "/documents/" + one.ID.String()
			p.Goto(at)
			p.WaitFor("#tablist button")
			p.Eval(`document.querySelector("[data-open=discard]").focus()`, nil)
			p.Press(browser.Enter)
			p.WaitFor("#r-discard")
			sound(t, p, "mistakes-discard-"+name)
			write(p, "#r-discard", "nhầm hồ sơ")
			p.Press(browser.Enter, browser.Ctrl)
			p.WaitText(".done", "Đã bỏ giấy tờ này")
			p.WaitFor("#tablist button")
			sound(t, p, "mistakes-undo-"+name)
			reach(t, p, ".done button")
			p.Press(browser.Enter)
			p.WaitText(".done", "Đã khôi phục")

			// To the right dossier, and back.
			p.WaitFor("#tablist button")
			p.Eval(`document.querySelector("[data-open=move]").focus()`, nil)
			p.Press(browser.Enter)
			p.Type("#refile-code", "H15.61-xx")
			p.Press(browser.Enter)
			p.WaitText("#refile-fault", "Mã hồ sơ không đúng dạng")
			focused(p, "#refile-code")
			sound(t, p, "mistakes-move-fault-"+name)
			p.Complaints() // the refused form shows in the console
			write(p, "#refile-code", "H15.61-250915-0022")
			write(p, "#refile-why", "kẹp nhầm")
			p.Press(browser.Enter, browser.Ctrl)
			p.WaitText(".done", "Đã chuyển hồ sơ")
			p.WaitFor("#tablist button")
			sound(t, p, "mistakes-moved-"+name)
			p.Click("#tab-history")
			p.WaitText("#panel-history", "sang hồ sơ H15.61-250915-0022 · lý do kẹp nhầm")
			p.Goto(w.url + "/dossiers/H15.61-250915-0021")
			p.WaitText("main", "Một giấy tờ chuyển sang hồ sơ khác")
			sound(t, p, "dossier-history-"+name)
			p.Goto(at + "?done=move")
			reach(t, p, ".done button")
			p.Press(browser.Enter)
			p.WaitText(".crumb", "H15.61-250915-0021")
			p.Quiet()
		})
	}
}

// A clerk scans a published paper again; the old scan stays public while the new one goes its way, and comes back when it is
// dropped.
func TestJourneyOfANewScan(t *testing.T) {
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			w := build(t).registered().work()
			clerk, checker := w.account("an", archive.RoleClerk, commune), w.account("binh", archive.RoleChecker, commune)
			d := w.public(w.actor(clerk), w.actor(checker), "giấy phép.pdf")
			enter(p, w, "an")
			p.Goto(w.url + "/documents/" + d.ID.String())
			p.WaitFor("#tablist button")
			sound(t, p, "scan-published-"+name)
			p.Click(".moves a[href$=rescan]")
			p.WaitText("h1", "Quét lại")
			sound(t, p, "scan-form-"+name)
			write(p, "#f-reason", "mờ trang 2")
			p.Upload("#f-file", files(t, "xấu.pdf")...)
			p.Click("form.card button.primary")
			p.WaitText(".refused", "Trang 2 có mã lệnh")
			sound(t, p, "scan-refused-"+name)
			p.Complaints() // the refused form shows in the console
			p.Upload("#f-file", files(t, "quét lại.pdf")...)
			p.Click("form.card button.primary")
			p.WaitText(".done", "Đã nhận bản quét mới")
			p.WaitText("main", "Bản 1 vẫn đang công bố")
			p.WaitFor("#tablist button")
			sound(t, p, "scan-behind-"+name)
			write(p, "#f-subject", "Về việc cấp giấy phép, sửa lại")
			p.Press(browser.Tab)
			p.WaitText("#saved", "Đã lưu lúc")
			p.Click("#tab-versions")
			p.WaitText("#panel-versions", "đang công bố")
			sound(t, p, "scan-versions-"+name)
			p.Click("#tab-fields")
			p.Click("[data-open=revert]")
			write(p, "#r-revert", "bản cũ rõ hơn")
			p.Press(browser.Enter, browser.Ctrl)
			p.WaitText(".done", "Đã hủy bản quét mới")
			p.WaitText("main", "Về việc cấp giấy phép xây dựng")
			p.WaitFor("#tablist button")
			sound(t, p, "scan-dropped-"+name)
			p.Quiet()
		})
	}
}

// Two papers with one number: said beside the form as soon as it is saved, asked about when it is sent on.
func TestJourneyOfADuplicate(t *testing.T) {
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			w := build(t).registered().work()
			acc := w.account("an", archive.RoleClerk, commune)
			me := w.actor(acc)
			first, second := w.paper(me, "một.pdf", ""), w.paper(me, "hai.pdf", "")
			f := archive.Fields{Type: "QĐ", Number: "1287", Notation: "QĐ-UBND", Subject: "Về việc cấp giấy phép xây dựng", IssuingAgency: archive.AgencyRef{Name: "Ủy ban nhân dân phường Đồi Thông", Code: commune}}
			_, err := w.Edit(t.Context(), me, first.ID, archive.Edit{Fields: &f})
			must(t, err)
			f.Number = "1288"
			_, err = w.Edit(t.Context(), me, second.ID, archive.Edit{Fields: &f})
			must(t, err)
			enter(p, w, "an")
			p.Goto(w.url + "/documents/" + second.ID.String())
			p.WaitFor("#tablist button")
			p.WaitGone("#despite")
			write(p, "#f-number", "1287")
			p.Press(browser.Tab)
			p.WaitText("#findings", "Đã có văn bản khác cùng số")
			p.WaitText("#findings .paper-link", "1287/QĐ-UBND")
			p.WaitFor("#despite")
			sound(t, p, "twin-"+name)
			p.Press(browser.Enter, browser.Ctrl)
			focused(p, "#despite input")
			p.WaitText("#saved", "Có giấy tờ khác cùng số")
			write(p, "#f-number", "1289")
			p.Press(browser.Tab)
			p.WaitGone("#despite")
			write(p, "#f-number", "1287")
			p.Press(browser.Enter, browser.Ctrl) // before it is saved: the server asks
			p.WaitText(".note.bad", "Đã lưu, chưa gửi")
			focused(p, "#despite input")
			sound(t, p, "twin-asked-"+name)
			p.Complaints() // the question comes as a refusal
			p.Press(" ")
			p.Press(browser.Enter, browser.Ctrl)
			p.WaitText(".note", "Đã gửi kiểm tra")
			p.Quiet()
		})
	}
}

// The same without script.
func TestMistakesAreUndoneWithoutScript(t *testing.T) {
	p := browser.Open(t, browser.NoScript())
	w := build(t).registered()
	acc := w.account("an", archive.RoleClerk, commune)
	d := w.paper(w.actor(acc), "thừa.pdf", "H15.61-250915-0021")
	enter(p, w, "an")
	p.Click("#rows .pick input")
	p.Click("#chosen button")
	write(p, "#f-reason", "quét thừa")
	p.Click("form.card button.danger")
	p.WaitText(".lead", "1/1")
	p.Click("form.undo button")
	p.WaitText("h1", "Khôi phục nhiều giấy tờ")
	p.Goto(w.url + "/documents/" + d.ID.String())
	p.Click("[data-open=move]")
	p.Type("#refile-code", "H15.61-250915-0022")
	p.Click(".move[open] button")
	p.WaitText(".done", "Đã chuyển hồ sơ")
	p.Click(".done button")
	p.WaitText(".crumb", "H15.61-250915-0021")
	p.Quiet()
}

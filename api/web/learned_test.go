package web_test

import (
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

// An administrator sees what two people's confirmation taught, and forgets it.
func TestJourneyOfWhatWasLearned(t *testing.T) {
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			w := build(t).registered().work()
			clerk, checker := w.actor(w.account("an", archive.RoleClerk, commune)), w.actor(w.account("binh", archive.RoleChecker, commune))
			w.account("quan", archive.RoleAdmin, "")
			d := w.known(w.paper(clerk, "phép", firstDossier))
			f := d.Fields
			f.Type, f.Subject, f.IssuingAgency, f.Signer = "Giấy phép", "Về việc thử", archive.AgencyRef{Name: "UBND phường Đồi Thông"}, archive.Signer{Name: "Lò Thị <b>Mai</b>", Position: "Chủ tịch"}
			_, err := w.Edit(t.Context(), clerk, d.ID, archive.Edit{Fields: &f})
			must(t, err)
			_, err = w.Move(t.Context(), clerk, d.ID, archive.MoveRequest{Move: archive.Submit})
			must(t, err)
			_, err = w.Move(t.Context(), checker, d.ID, archive.MoveRequest{Move: archive.Accept})
			must(t, err)
			enter(p, w, "quan")
			p.Goto(w.url + "/admin/learned")
			p.WaitText("tbody", "Lò Thị <b>Mai</b>")
			p.WaitText("tbody", "1 xác nhận, 0 sửa lại")
			sound(t, p, "learned-"+name)
			p.Click("tbody button")
			p.WaitText("main", "Chưa học được gì")
			sound(t, p, "learned-none-"+name)
		})
	}
}

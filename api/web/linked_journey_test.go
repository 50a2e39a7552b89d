package web_test

import (
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

// A code on a page puts the paper into its dossier while the clerk has it open and has begun to type; one press takes it out again.
func TestJourneyOfAPaperWithACode(t *testing.T) {
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			gate := make(chan struct{}, 2)
			w := build(t, func(k *desk) {
				k.gate = gate
				k.codes = map[int][]archive.Code{2: {{Kind: archive.CodeQR, Text: "https://x.test/?h=" + firstDossier.String(), Box: archive.Box{X0: 400, Y0: 600, X1: 480, Y1: 680}}}}
			}).registered().work()
			me := w.actor(w.account("an", archive.RoleClerk, commune))
			_, err := w.OpenDossier(t.Context(), archive.System, archive.Dossier{Code: firstDossier, Custodian: commune}, nil)
			must(t, err)
			d := w.paper(me, "đơn.pdf", "")
			in := func(code archive.DossierCode) bool { return w.known(d).Dossier == code }

			enter(p, w, "an")
			p.Goto(w.url + "/documents/" + d.ID.String())
			p.Wait(`document.querySelector("#linked").hidden`)
			gate <- struct{}{}
			p.WaitText("#reading", "1/2")
			write(p, "#f-subject", "Đơn của bà Hoa")
			p.Wait(`document.querySelector("#paper").dataset.revision === "2"`) // saved
			gate <- struct{}{}
			p.WaitText("#linked", "vào hồ sơ "+firstDossier.String()+" theo mã in ở trang 2")
			p.Wait(`document.querySelector("#f-dossier_code").value === "` + firstDossier.String() + `"`)
			if !in(firstDossier) {
				t.Error("the page says more than is so")
			}
			p.Wait(`document.querySelector("#paper").dataset.revision === "3"`)
			p.Click("#linked-page")
			p.Wait(`document.querySelector("#paper").dataset.page !== "" && !!document.querySelector("#sheet svg rect.lit")`)
			sound(t, p, "linked-"+name)
			// What she goes on typing is kept, as if nothing had happened.
			write(p, "#f-number", "12")
			p.Wait(`document.querySelector("#paper").dataset.revision === "4"`) // saved, and the page knows: it lets itself be left
			if got := w.known(d).Fields.Number; got != "12" {
				t.Errorf("typed 12, kept %q", got)
			}

			p.Goto(w.url + "/documents/" + d.ID.String()) // opened later it is told as well
			p.WaitText("#linked", "theo mã in ở trang 2")
			p.Click("#linked button")
			p.WaitText(".note.done", "Đã chuyển hồ sơ")
			if got := w.known(d); got.Dossier != "" || got.Fields.Subject != "Đơn của bà Hoa" {
				t.Errorf("after the undo in %q, %q", got.Dossier, got.Fields.Subject)
			}
			p.Wait(`!document.querySelector("#linked")`)
			page := w.as(w.account("binh", archive.RoleClerk, commune)).get("/documents/" + d.ID.String())
			page.has(t, 200, "sang hồ sơ "+firstDossier.String()+" · theo mã in ở trang 2")
			if strings.Contains(page.body, `id="linked"`) {
				t.Error("it is told though it is taken back")
			}
		})
	}
}

package web_test

import (
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

// From the QR code of a receipt to the paper on a phone, and what staff see of it.
func TestJourneyOfACitizen(t *testing.T) {
	for name, size := range map[string][]browser.Option{"1366": nil, "390": {browser.Phone()}} {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			o := build(t).office()
			p.Goto(o.url + "/t")
			sound(t, p, "lookup-"+name)
			p.Goto(o.url + "/t#" + fetched.String() + "." + string(o.code))
			p.Wait(`document.querySelector("#f-code").value.length === 13`)
			if at := p.Location(); strings.Contains(at, "#") || strings.Contains(at, string(o.code)) {
				t.Errorf("the code stays in the address: %s", at)
			}
			if got := p.Value("#f-dossier"); got != fetched.String() {
				t.Errorf("dossier %q", got)
			}
			p.Wait(`document.activeElement.id === "go"`)
			write(p, "#f-code", archive.NewRetrievalCode().Grouped())
			p.Press(browser.Enter)
			p.WaitText(".note.bad", "chưa đúng")
			sound(t, p, "lookup-wrong-"+name)
			p.Complaints() // the browser notes the status of the refused form
			write(p, "#f-code", strings.ToLower(o.code.Grouped()))
			p.Press(browser.Enter)
			p.WaitText(".chip.large", "Đã có kết quả")
			sound(t, p, "results-"+name)
			if at := p.Location(); !strings.HasSuffix(at, "/t/results") {
				t.Errorf("the results are at %s", at)
			}
			p.Click(`a.button[href^="/t/results/"]`)
			p.Wait(`[...document.querySelectorAll(".shown img")].some((i) => i.complete && i.naturalWidth === 1000)`)
			sound(t, p, "result-pages-"+name)
			p.Click(`.crumb a`)
			p.WaitFor(`input[name="scale"]`)
			p.Click(`input[name="scale"][value="4"]`)
			write(p, "#f-comment", "Nhanh, rõ ràng.")
			p.Click(`#rate button`)
			p.WaitText(".done", "Cảm ơn")
			sound(t, p, "results-answered-"+name)
			p.Click(`form[action="/t/end"] button`)
			p.WaitText(".done", "Đã kết thúc")

			enter(p, o.world, "an")
			p.Goto(o.url + "/dossiers/" + fetched.String())
			p.WaitText("#retrieved", "Người dân tra cứu")
			p.Click(`details.more:has(form[method="post"]) summary`)
			sound(t, p, "dossier-receipt-"+name)
			p.Goto(o.url + "/satisfaction")
			p.WaitText("main", "Nhanh, rõ ràng.")
			sound(t, p, "satisfaction-"+name)
		})
	}
}

// The same without script: by typing, as on an old phone.
func TestJourneyOfACitizenWithoutScript(t *testing.T) {
	p := browser.Open(t, browser.Phone(), browser.NoScript())
	o := build(t).office()
	p.Goto(o.url + "/t#" + fetched.String() + "." + string(o.code))
	p.Type("#f-dossier", strings.ToLower(fetched.String()))
	p.Type("#f-code", strings.ReplaceAll(o.code.Grouped(), "-", " "))
	p.Press(browser.Enter)
	p.WaitText(".chip.large", "Đã có kết quả")
	p.Picture("results-plain")
	if p.Overflows() {
		t.Error("wider than the phone")
	}
}

package web_test

import (
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

// separators is what the reader says of a page with a separator's code.
func (k *desk) separators(n int) []archive.Finding {
	if _, is := archive.SeparatorOf(k.codes[n]); !is {
		return nil
	}
	return []archive.Finding{{Code: archive.FoundSeparator, Severity: archive.Info, Msg: archive.Text{VI: "Tờ phân cách.", EN: "A separator sheet."}}}
}

const (
	firstDossier  archive.DossierCode = "H15.61-250915-0021"
	secondDossier archive.DossierCode = "H15.61-250915-0022"
)

func cover(d archive.DossierCode, kind archive.DocumentKind, typ string) []archive.Code {
	return []archive.Code{{Kind: archive.CodeQR, Text: archive.Separator{Dossier: d, Kind: kind, Type: typ}.String(), Box: archive.Box{X0: 50, Y0: 50, X1: 150, Y1: 150}}}
}

// A clerk scans a stack, looks at how it would be split, puts it right and splits it.
func TestJourneyOfAStack(t *testing.T) {
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			w := build(t, func(k *desk) {
				k.blank = map[int]bool{2: true, 8: true}
				k.codes = map[int][]archive.Code{1: cover(firstDossier, archive.Component, "Đơn đề nghị"), 5: cover(secondDossier, archive.Result, "")}
			}).registered().work()
			me := w.actor(w.account("an", archive.RoleClerk, commune))
			d := w.pages(me, "c1 b2 a3 a4 c5 r6 r7 b8", "")
			w.until(func() bool {
				got, err := w.Document(t.Context(), me, d.ID)
				return err == nil && got.Reading.State == archive.ReadingDone
			})
			enter(p, w, "an")
			p.Goto(w.url + "/documents/" + d.ID.String())
			p.WaitText("header.heading", "Tập giấy này có tờ phân cách")
			sound(t, p, "stack-way-in-"+name)
			p.Click("header.heading a[href$='/stack']")
			p.WaitText("#stack-sum", "2 giấy tờ, bỏ 4 trang")
			p.Wait(`document.querySelector(".stack-image img").naturalWidth > 0`)
			sound(t, p, "stack-"+name)

			// Page 4 is a paper of its own: one key, and it is in the dossier of the one before.
			p.Eval(`document.querySelector("[data-page='4'] input:checked").focus()`, nil)
			p.Press("m")
			p.WaitText("#stack-sum", "3 giấy tờ, bỏ 4 trang")
			p.Wait(`document.activeElement.name === "u5" && document.querySelector("#f-d4").value === "` + firstDossier.String() + `"`)
			write(p, "#f-t4", "Bản vẽ")
			write(p, "#f-d6", "nhầm")
			p.Click("#split")
			p.WaitText(".note.bad", "1 mã hồ sơ chưa đúng")
			p.Wait(`document.querySelector("#f-d6").value === "nhầm" && document.querySelector("#f-t4").value === "Bản vẽ"`)
			sound(t, p, "stack-wrong-"+name)
			write(p, "#f-d6", secondDossier.String())
			p.Click("#split")
			p.WaitText("main", "Đã tách tập giấy")
			sound(t, p, "stack-done-"+name)

			l, err := w.Documents(t.Context(), me, archive.Filter{Order: archive.Oldest, States: []archive.State{archive.Review}})
			must(t, err)
			want := []struct {
				words, typ string
				dossier    archive.DossierCode
				kind       archive.DocumentKind
			}{{"a3", "Đơn đề nghị", firstDossier, archive.Component}, {"a4", "Bản vẽ", firstDossier, archive.Component}, {"r6 r7", "", secondDossier, archive.Result}}
			if len(l.Items) != len(want) {
				t.Fatalf("%d papers", len(l.Items))
			}
			for i, x := range want {
				got := l.Items[i]
				if w.words(got.ID) != x.words || got.Fields.Type != x.typ || got.Dossier != x.dossier || got.Kind != x.kind {
					t.Errorf("paper %d: %q %+v", i+1, w.words(got.ID), got)
				}
			}
			if gone, err := w.Document(t.Context(), me, d.ID); err != nil || gone.State != archive.Discarded {
				t.Errorf("the stack is %s, %v", gone.State, err)
			}
		})
	}
}

// Without a script the same form does it: preview, then split.
func TestAStackWithoutAScript(t *testing.T) {
	w := build(t).registered().work()
	acc := w.account("an", archive.RoleClerk, commune)
	d := w.pages(w.actor(acc), "a b c", firstDossier)
	v := w.as(acc)
	at := "/documents/" + d.ID.String() + "/stack"
	v.get(at+"?every=2").has(t, 200, `name="d3"`, "2 giấy tờ, bỏ 0 trang")
	v.get(at+"?every=9").has(t, 400, "Viết một số từ 1")
	v.post(at, "revision", "1", "u1", "drop", "u2", "go", "u3", "start", "then", "look").has(t, 200, `name="d2"`, `name="d3"`, "2 giấy tờ, bỏ 1 trang")
	v.post(at, "revision", "1", "u1", "drop", "then", "split").has(t, 400, "Không còn giấy tờ nào")
	v.post(at, "revision", "1", "u1", "start", "u2", "go", "u3", "start", "d3", secondDossier.String(), "k3", "result", "t3", "<script>", "then", "split").leads(t, "/?done=stack_split")
}

// Sheets for a dossier: what its procedure asks for is offered, and a sheet goes into the browser as PDF.
func TestSeparatorSheetsOfADossier(t *testing.T) {
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			w := build(t).registered().work()
			me := w.actor(w.account("an", archive.RoleClerk, commune))
			w.pages(me, "a", firstDossier)
			enter(p, w, "an")
			p.Goto(w.url + "/dossiers/" + firstDossier.String())
			p.Click("details.more summary")
			p.WaitText("details.more", "Mở tệp PDF để in")
			sound(t, p, "sheets-"+name)
		})
	}
}

package web_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

// A paper of these tests is "%PDF-pages" and what stands on each page. Assemble makes such a paper; a page turned by a quarter
// is a^.
func (k *desk) Assemble(_ context.Context, sources []archive.AssembleSource, picks []archive.PagePick, out io.Writer, _ archive.AssembleLimits) error {
	var pages [][]string
	for _, s := range sources {
		b, err := io.ReadAll(io.NewSectionReader(s.File, 0, 1<<20))
		if err != nil {
			return err
		}
		pages = append(pages, strings.Fields(string(b))[1:])
	}
	fmt.Fprint(out, "%PDF-pages")
	for _, p := range picks {
		fmt.Fprintf(out, " %s%s", pages[p.Source-1][p.Page-1], strings.Repeat("^", p.Turn/90))
	}
	_, err := fmt.Fprintln(out)
	return err
}

func (k *desk) inspectPages(f *os.File) (archive.Inspection, error) {
	in := archive.Inspection{MediaType: archive.PDF}
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<20))
	if err != nil {
		return in, err
	}
	for range strings.Fields(string(b))[1:] {
		in.Pages = append(in.Pages, archive.PageInfo{Width: 595, Height: 842, DPI: 300, Colour: true})
	}
	return in, nil
}

// pages deposits a paper of pages with these words.
func (w *world) pages(by archive.Actor, words string, dossier archive.DossierCode) archive.Document {
	w.t.Helper()
	d, err := w.Deposit(w.t.Context(), by, archive.Deposit{Body: strings.NewReader("%PDF-pages " + words), FileName: words[:1] + ".pdf", Agency: commune, Dossier: dossier})
	must(w.t, err)
	return d
}

// words are what stands on the pages of a paper now.
func (w *world) words(id archive.ID) string {
	w.t.Helper()
	c, _, err := w.File(w.t.Context(), archive.System, id, 0)
	must(w.t, err)
	defer c.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(c)
	must(w.t, err)
	return strings.TrimSpace(strings.TrimPrefix(b.String(), "%PDF-pages "))
}

const order = `[...document.querySelectorAll("#grid [role=option]")].map(x => [...x.querySelectorAll(".foot > *")].map(y => y.textContent.trim()).join(" ")).join(" | ")`

func TestJourneyOfPages(t *testing.T) {
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			w := build(t, func(k *desk) { k.blank = map[int]bool{4: true} }).registered().work()
			acc := w.account("an", archive.RoleClerk, commune)
			me := w.actor(acc)
			const dossier = "H15.61-250915-0021"
			d := w.pages(me, "a b c d e", dossier)
			other := w.pages(me, "x y", dossier)
			for _, id := range []archive.ID{d.ID, other.ID} {
				w.until(func() bool {
					got, err := w.Document(t.Context(), me, id)
					return err == nil && got.Reading.State == archive.ReadingDone
				})
			}
			enter(p, w, "an")
			p.Goto(w.url + "/documents/" + d.ID.String())
			p.WaitFor("#tablist button")
			sound(t, p, "pages-way-in-"+name)
			p.Click(".moves a[href$='/pages']")
			p.WaitFor("#arrange.ready")
			p.WaitText("#blank", "Có 1 trang trắng")
			p.Wait(`[...document.querySelectorAll("#grid img")].slice(0, 2).every(i => i.naturalWidth > 0)`)
			sound(t, p, "pages-"+name)

			// The blank one is offered, not taken.
			p.Click("#blank button")
			p.WaitText("#pages-sum", "chọn 1")
			p.Click("[data-act=remove]")
			p.WaitText("#pages-sum", "4 trang")

			// By the keyboard: to the last page, turn it, to the front.
			p.Eval(`document.querySelector("#grid [tabindex='0']").focus()`, nil)
			p.Press(browser.End)
			p.Press(" ")
			p.Press("r")
			p.Wait(`document.activeElement.textContent.includes("xoay 90°")`)
			for range 3 {
				p.Press(browser.ArrowLeft, browser.Ctrl)
			}
			p.Wait(order + ` === "Trang 1 xoay 90° | Trang 2 | Trang 3 | Trang 4"`)
			sound(t, p, "pages-chosen-"+name)
			p.Press("z", browser.Ctrl)
			p.Wait(order + ` === "Trang 1 | Trang 2 xoay 90° | Trang 3 | Trang 4"`)
			p.Press("y", browser.Ctrl)
			p.Wait(order + ` === "Trang 1 xoay 90° | Trang 2 | Trang 3 | Trang 4"`)
			p.Press(browser.Enter)
			p.WaitFor("#look[open]")
			p.Wait(`document.querySelector("#look img").naturalWidth > 0`)
			sound(t, p, "pages-look-"+name)
			p.Press(browser.Escape)

			// By the mouse: the second behind the last.
			p.Eval(`(() => {
				const all = [...document.querySelectorAll("#grid [role=option]")], data = new DataTransfer();
				const box = all[3].getBoundingClientRect();
				const fire = (el, kind) => el.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data, clientX: box.right - 3, clientY: box.top + 9 }));
				fire(all[1], "dragstart"); fire(all[3], "dragover"); fire(all[3], "drop"); fire(all[1], "dragend");
			})()`, nil)
			p.WaitText("#pages-say", "Đã chuyển đến vị trí 4")

			// Pages of the other paper and of a file, behind the first.
			p.Eval(`document.querySelector("#grid [role=option]").click()`, nil)
			p.Choose("#f-sibling", other.ID.String())
			p.Click("#insert-paper")
			p.WaitText("#pages-sum", "6 trang, chọn 2")
			p.Upload("#insert-file", named(t, "thêm.pdf", "%PDF-pages n"))
			p.WaitText("#pages-sum", "7 trang, chọn 1")
			p.Wait(`document.querySelectorAll("#grid .leaf")[3].textContent.includes("từ thêm.pdf")`)
			sound(t, p, "pages-inserted-"+name)
			p.Eval(`dispatchEvent(Object.assign(new Event("beforeunload", { cancelable: true }))) ? 0 : document.body.dataset.asked = "yes"`, nil)
			p.WaitFor("body[data-asked]")
			p.Click("#save")
			p.WaitText(".done", "Đã lưu bản mới")
			if got := w.words(d.ID); got != "e^ x y n b c a" {
				t.Errorf("pages are %q", got)
			}
			if x, err := w.Document(t.Context(), me, other.ID); err != nil || x.State != archive.Discarded {
				t.Errorf("the merged paper is %s, %v", x.State, err)
			}
			p.WaitFor("#tablist button")
			p.Click("#tab-history")
			p.WaitText("#panel-history", "Sắp xếp trang")
			p.Click("#tab-versions")
			sound(t, p, "pages-versions-"+name)
			p.Click("#panel-versions button[name=version]")
			p.WaitText(".done", "Đã trở lại bản trước")
			if got := w.words(d.ID); got != "a b c d e" {
				t.Errorf("gone back to %q", got)
			}

			// Cut into three.
			p.Goto(w.url + "/documents/" + d.ID.String() + "/pages")
			p.WaitFor("#arrange.ready")
			for _, n := range []int{1, 3} {
				p.Eval(fmt.Sprintf(`document.querySelectorAll("#grid [role=option]")[%d].click()`, n), nil)
				p.Click("[data-act=cut]")
			}
			p.WaitText("#save", "Tách thành 3 giấy tờ")
			p.Wait(`[...document.querySelectorAll("#grid [role=group]")].map(x => x.children.length - 1).join() === "1,2,2"`)
			sound(t, p, "pages-cut-"+name)
			p.Click("#save")
			p.WaitFor("#split-ask[open]")
			sound(t, p, "pages-split-ask-"+name)
			p.Click("#split-ask button[value=yes]")
			p.WaitText(".done", "Đã tách")
			p.WaitFor("#tablist button")
			l, err := w.Documents(t.Context(), me, archive.Filter{Dossier: dossier, Order: archive.Oldest, States: []archive.State{archive.Review}})
			must(t, err)
			var got []string
			for _, x := range l.Items {
				got = append(got, w.words(x.ID))
			}
			if s := strings.Join(got, " | "); s != "a | b c | d e" {
				t.Errorf("papers are %s", s)
			}
			p.Quiet()
		})
	}
}

// Somebody else changes the paper while its pages are being arranged, and a file that is refused.
func TestPagesThatCannotBeSaved(t *testing.T) {
	p := browser.Open(t)
	w := build(t).registered()
	acc := w.account("an", archive.RoleClerk, commune)
	d := w.pages(w.actor(acc), "a b", "")
	enter(p, w, "an")
	p.Goto(w.url + "/documents/" + d.ID.String() + "/pages")
	p.WaitFor("#arrange.ready")
	p.Upload("#insert-file", named(t, "xấu.pdf", "%PDF-script"))
	p.WaitText("#insert-list", "Trang 2 có mã lệnh")
	p.Click("[data-act=all]")
	p.Click("[data-act='turn:90']")
	subject := archive.Fields{Subject: "đã sửa"}
	_, err := w.Edit(t.Context(), w.actor(acc), d.ID, archive.Edit{Fields: &subject})
	must(t, err)
	p.Click("#save")
	p.WaitText("#pages-alert", "Có người vừa sửa giấy tờ này")
	sound(t, p, "pages-stale")
	p.Complaints() // refusals show in the console
	if got := w.words(d.ID); got != "a b" {
		t.Errorf("pages are %q", got)
	}
	p.Eval(`removeEventListener("beforeunload", () => {})`, nil)
}

func TestPagesOfFiveHundred(t *testing.T) {
	p := browser.Open(t)
	w := build(t).registered()
	acc := w.account("an", archive.RoleClerk, commune)
	var words []string
	for i := range 500 {
		words = append(words, fmt.Sprint("p", i))
	}
	d := w.pages(w.actor(acc), strings.Join(words, " "), "")
	enter(p, w, "an")
	p.Goto(w.url + "/documents/" + d.ID.String() + "/pages")
	p.WaitFor("#arrange.ready")
	p.WaitText("#pages-sum", "500 trang")
	var asked int
	p.Eval(`performance.getEntriesByType("resource").filter(r => r.name.includes("/image")).length`, &asked)
	if asked > 150 {
		t.Errorf("%d pictures were asked for before anybody looked", asked)
	}
	p.Click("[data-act=all]")
	p.Click("[data-act='turn:90']")
	p.Click("#save")
	p.WaitText(".done", "Đã lưu bản mới")
	if got := w.words(d.ID); !strings.HasPrefix(got, "p0^ p1^") || len(strings.Fields(got)) != 500 {
		t.Errorf("%d pages: %.40s", len(strings.Fields(got)), got)
	}
	p.Quiet()
}

// Whoever may not arrange is told; going back works without a script.
func TestPagesWithoutScript(t *testing.T) {
	w := build(t).registered()
	acc := w.account("an", archive.RoleClerk, commune)
	me := w.actor(acc)
	d := w.pages(me, "a b", "")
	_, err := w.Arrange(t.Context(), me, d.ID, archive.Arrangement{Pages: []archive.PageRef{{Page: 2}}})
	must(t, err)
	v := w.as(acc)
	at := "/documents/" + d.ID.String()
	v.get(at+"/pages").has(t, 200, "Trang này cần JavaScript", "Các bản đang giữ")
	v.get(at).has(t, 200, "Trở lại bản 1", at+"/pages")
	v.post(at+"/back", "version", "7").has(t, 404)
	v.post(at+"/back", "version", "1", "revision", "1").has(t, 412, "Có người vừa sửa")
	v.post(at+"/back", "version", "1", "revision", "2").leads(t, at+"?done=gone_back")
	if got := w.words(d.ID); got != "a b" {
		t.Errorf("pages are %q", got)
	}
	auditor := w.as(w.account("kiem", archive.RoleAuditor, commune))
	auditor.get(at+"/pages").has(t, 403)
	if body := auditor.get(at).body; strings.Contains(body, `href="`+at+`/pages"`) || strings.Contains(body, at+"/back") {
		t.Error("an auditor is offered to arrange")
	}
}

// named is a file on the clerk's disk.
func named(t *testing.T, name, content string) string {
	t.Helper()
	f := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(f, []byte(content), 0o600))
	return f
}

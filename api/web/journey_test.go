package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sohoa/api/session"
	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

// enter signs a page in.
func enter(p *browser.Page, w *world, login string) {
	p.Goto(w.url + "/")
	p.Type("#f-login", login)
	p.Type("#f-password", password)
	p.Press(browser.Enter)
	p.WaitFor("details.menu")
	p.Wait(`document.readyState === "complete"`)
}

// write replaces what stands in a field, as a person does who selects it first.
func write(p *browser.Page, selector, text string) {
	p.WaitFor(selector)
	p.Eval(fmt.Sprintf(`(() => { const f = document.querySelector(%q); f.focus(); f.select(); })()`, selector), nil)
	p.Press(text)
}

// unsaid is how a page shows a text that is not in the catalogue.
var unsaid = regexp.MustCompile(`\[[a-z]+(\.[a-z_0-9]+)+\]`)

// sound holds a page, as it stands, to what every page promises.
func sound(t *testing.T, p *browser.Page, name string) {
	t.Helper()
	browser.Axe(t, p)
	if p.Overflows() {
		t.Errorf("%s is wider than the window", name)
	}
	if key := unsaid.FindString(p.Text("body")); key != "" {
		t.Errorf("%s has no words for %s", name, key)
	}
	p.Picture(name)
}

func files(t *testing.T, names ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var out []string
	for _, n := range names {
		content := "%PDF-1.7 " + n
		if strings.HasPrefix(n, "xấu") {
			content = "%PDF-script " + n
		}
		f := filepath.Join(dir, n)
		must(t, os.WriteFile(f, []byte(content), 0o600))
		out = append(out, f)
	}
	return out
}

// The first administrator opens the printed link: the secret never travels in an address.
func TestJourneyOfTheFirstAdministrator(t *testing.T) {
	p := browser.Open(t)
	w := build(t)
	secret, digest := session.NewSecret()
	_, err := w.OfferSetup(t.Context(), digest)
	must(t, err)
	p.Goto(w.url + "/setup#" + secret)
	p.Wait(`document.querySelector("#f-secret").value.length > 20`)
	if strings.Contains(p.Location(), secret) {
		t.Error("the secret stays in the address")
	}
	sound(t, p, "setup")
	p.Type("#f-name", "Nguyễn Thị Quản Trị")
	p.Type("#f-login", "quantri")
	p.Type("#f-password", "ngắn")
	p.Type("#f-again", "ngắn")
	p.Press(browser.Enter)
	p.WaitText(".fault", "từ 10 đến 200")
	sound(t, p, "setup-fault")
	p.Complaints() // the browser notes the status of the refused form
	p.Goto(w.url + "/setup#" + secret)
	p.Wait(`document.querySelector("#f-secret").value.length > 20`)
	p.Type("#f-name", "Nguyễn Thị Quản Trị")
	p.Type("#f-login", "quantri")
	p.Type("#f-password", password)
	p.Type("#f-again", password)
	p.Press(browser.Enter)
	p.WaitText("h1", "Quản trị")
	sound(t, p, "admin-first")

	p.Goto(w.url + "/admin/agencies")
	p.Click("details.open summary")
	p.Type("#f-code", "H15")
	p.Type("#f-name", "Ủy ban nhân dân tỉnh Đắk Lắk")
	p.Press(browser.Enter)
	p.WaitText(".note", "Đã lưu cơ quan")
	p.Wait(`document.readyState === "complete"`)
	// The rest comes as a table.
	csv := filepath.Join(t.TempDir(), "agencies.csv")
	must(t, os.WriteFile(csv, []byte("code,name\nH15.61,Phường Đồi Thông\nH15.62,Xã Ea Sur\nsai,Hỏng\n"), 0o600))
	p.Click("[data-load] summary")
	p.Upload("#f-csv", csv)
	p.Click("form.load button")
	p.WaitText(".csv-say", "Dòng 4, cột code")
	sound(t, p, "admin-agencies-fault")
	p.Complaints()
	must(t, os.WriteFile(csv, []byte("code,name\nH15.61,Phường Đồi Thông\nH15.62,Xã Ea Sur\n"), 0o600))
	p.Upload("#f-csv", csv)
	p.Click("form.load button")
	p.WaitText("table", "Xã Ea Sur")
	sound(t, p, "admin-agencies")

	p.Goto(w.url + "/admin/accounts")
	p.Click("details.open summary")
	p.Type("#f-login", "an")
	p.Type("#f-name", "Trần Văn An")
	p.Choose("#f-agency", "H15.61")
	p.Click("details.open button.primary")
	p.WaitFor(".secret output")
	once := p.Text(".secret output")
	sound(t, p, "admin-accounts")
	p.Goto(w.url + "/admin/tokens")
	sound(t, p, "admin-tokens")
	p.Goto(w.url + "/admin/procedures")
	sound(t, p, "admin-procedures")
	p.Goto(w.url + "/trail")
	p.WaitText("table", "Thay đổi tài khoản")
	sound(t, p, "trail")
	p.Quiet()

	// The clerk's first day.
	c := p.Beside()
	c.Goto(w.url + "/")
	c.Type("#f-login", "an")
	c.Type("#f-password", once)
	c.Press(browser.Enter)
	c.WaitText("h1", "Đặt mật khẩu mới")
	sound(t, c, "account-must")
	c.Type("#f-old", once)
	c.Type("#f-password", password)
	c.Type("#f-again", password)
	c.Press(browser.Enter)
	c.WaitFor("#drop")
	c.WaitText(".note", "Đã đổi mật khẩu")
	sound(t, c, "home-first")
	c.Quiet()
}

// A clerk drops papers, watches them being read, fills in the fields and sends one on; the checker accepts it.
func TestJourneyOfAClerkAndAChecker(t *testing.T) {
	for name, size := range map[string][]browser.Option{"1366": nil, "390": {browser.Phone()}} {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			w := build(t, func(k *desk) { k.gate = make(chan struct{}) }).registered().work()
			w.account("an", archive.RoleClerk, commune)
			w.account("binh", archive.RoleChecker, commune)
			enter(p, w, "an")
			sound(t, p, "home-empty-"+name)

			p.Click(".apply summary")
			p.Type("#f-dossier", "H15.61-250915-0021")
			p.Choose("#f-kind", "result")
			p.Upload("#f-file", files(t, "giấy phép.pdf", "xấu.pdf", "quyết định.pdf")...)
			p.WaitText("#uploads-sum", "2/3 đã nhận, 1 cần xem")
			p.WaitText(".upload.bad .why", "Trang 2 có mã lệnh")
			sound(t, p, "home-sent-"+name)
			p.Complaints() // the refused one shows in the console
			p.WaitText("#rows", "Chờ đọc")
			w.desk.gate <- struct{}{}
			p.WaitText("#rows", "Đang đọc 1/2")
			for range 3 {
				w.desk.gate <- struct{}{}
			}
			p.Wait(`!document.querySelector("#rows[data-live]")`)
			p.WaitText("#rows", "quyết định.pdf")
			sound(t, p, "home-list-"+name)

			// The same file again: kept once, unless somebody wants it twice.
			again := files(t, "giấy phép.pdf")
			p.Upload("#f-file", again...)
			p.WaitText(".upload:last-child .say", "đã có trong kho")
			p.Complaints()
			p.Click(".upload:last-child [data-act=keep]")
			p.WaitText(".upload:last-child .say", "Đã nhận")

			p.Eval(`[...document.querySelectorAll("#rows th a")].find(a => a.textContent === "quyết định.pdf").click()`, nil)
			p.WaitFor("#tablist button")
			p.Wait(`document.querySelectorAll("#sheet svg g").length > 10`)
			p.Wait(`document.querySelector("#image").naturalWidth > 0`)
			if n := p.Count("#sheet svg g.low"); n != 1 {
				t.Errorf("%d words are tinted", n)
			}
			sound(t, p, "document-"+name)
			before := p.Attribute("#paper", "data-revision")
			p.Type("#f-type", "Quyết định")
			p.Press(browser.Enter) // takes the field and goes on
			p.Wait(`document.activeElement.name === "issued_on"`)
			p.Type("#f-issued_on", "31/2/2026")
			p.Press(browser.Enter)
			p.WaitText("#fields .fault", "Ngày không đúng")
			write(p, "#f-issued_on", "5/1/2026")
			p.Press(browser.Enter)
			p.WaitGone("#fields .fault")
			p.Complaints() // the refused save shows in the console
			p.Type("#f-number", "1287")
			p.Type("#f-notation", "QĐ-UBND")
			write(p, "#f-subject", "Về việc cấp giấy phép xây dựng")
			p.Type("#f-owner_name", "Y Bhem Niê")
			p.Wait(`document.querySelector("#paper").dataset.revision > ` + before)
			p.WaitText("#saved", "Đã lưu lúc")

			// Pages, words, panels.
			p.Eval(`document.activeElement.blur()`, nil)
			p.Press(browser.ArrowRight)
			p.Wait(`document.querySelector("#f-page").value === "2"`)
			p.Wait(`document.querySelector("#sheet svg").textContent.includes("Krông")`)
			p.Press("+")
			p.Press("r")
			p.Wait(`document.querySelector("#sheet").style.transform.includes("rotate(90deg)")`)
			if p.Overflows() {
				t.Error("a turned page widens the window")
			}
			p.Press("0")
			p.Click("#tab-text")
			p.WaitText("#text", "đường Krông Pắc")
			sound(t, p, "document-text-"+name)
			p.Click("#tab-versions")
			p.WaitText("#panel-versions", "sha256:")
			sound(t, p, "document-versions-"+name)
			p.Click("#tab-history")
			p.WaitText("#panel-history", "Nhận giấy tờ")
			sound(t, p, "document-history-"+name)
			p.Press("?")
			p.WaitFor("#keys[open]")
			sound(t, p, "document-keys-"+name)
			p.Press(browser.Escape)
			p.Click("#tab-fields")
			p.Eval(`document.querySelector("#f-subject").focus()`, nil)
			p.Press(browser.Enter, browser.Ctrl)
			p.WaitText(".note", "Đây là giấy tờ tiếp theo")
			p.Wait(`document.activeElement.name === "type"`) // and begins again
			p.Quiet()

			// A second person, by one key.
			c := p.Beside(size...)
			enter(c, w, "binh")
			c.WaitText("#rows", "Quyết định 1287/QĐ-UBND")
			sound(t, c, "check-list-"+name)
			c.Eval(`document.querySelector("#rows th a").click()`, nil)
			c.WaitFor("[data-move=accept]")
			c.WaitFor("#tablist button")
			c.Click("details.move summary")
			sound(t, c, "check-"+name)
			c.Press(browser.Escape)
			c.Eval(`document.activeElement.blur()`, nil)
			c.Press(browser.Enter, browser.Ctrl)
			c.WaitText(".note", "Đã chấp nhận")
			c.Quiet()

			// And it is found.
			p.Goto(w.url + "/search")
			sound(t, p, "search-help-"+name)
			p.Type("#q", "duong krong pac")
			p.Press(browser.Enter)
			p.WaitText(".snippet mark", "Krông Pắc")
			sound(t, p, "search-"+name)
			p.Click(".snippet a.where")
			p.Wait(`document.querySelector("#f-page").value === "2"`)
			p.Wait(`document.querySelectorAll("#sheet svg g.hit").length === 3`)
			sound(t, p, "document-found-"+name)
			p.Goto(w.url + "/dossiers")
			sound(t, p, "dossiers-"+name)
			p.Click("table a")
			p.WaitText("h1", "H15.61-250915-0021")
			sound(t, p, "dossier-"+name)
			p.Quiet()
		})
	}
}

// Two hundred files at once: each goes in once, three at a time.
func TestTwoHundredFiles(t *testing.T) {
	p := browser.Open(t)
	w := build(t).registered()
	w.account("an", archive.RoleClerk, commune)
	enter(p, w, "an")
	var names []string
	for i := range 200 {
		names = append(names, fmt.Sprintf("tờ %03d.pdf", i))
	}
	p.Upload("#f-file", files(t, names...)...)
	p.WaitText("#uploads-sum", "200/200 đã nhận")
	if p.Overflows() {
		t.Error("the list widens the window")
	}
	acc, err := w.ByLogin(t.Context(), "an")
	must(t, err)
	n, err := w.Counts(t.Context(), w.actor(acc))
	must(t, err)
	if n[archive.Review] != 200 {
		t.Errorf("%d papers", n[archive.Review])
	}
	p.Quiet()
}

// The line breaks after the papers have arrived and before the answers: they are sent again, and kept once.
func TestBrokenLine(t *testing.T) {
	p := browser.Open(t)
	w := build(t).registered()
	acc := w.account("an", archive.RoleClerk, commune)
	enter(p, w, "an")
	w.desk.lose.Store(8)
	p.Upload("#f-file", files(t, "một.pdf", "hai.pdf", "ba.pdf", "bốn.pdf")...)
	p.WaitText("#uploads-sum", "4/4 đã nhận")
	p.WaitText("#uploads-say", "Đã nhận tất cả 4 tệp")
	n, err := w.Counts(t.Context(), w.actor(acc))
	must(t, err)
	if n[archive.Review] != 4 {
		t.Errorf("%d papers of four files", n[archive.Review])
	}
	if left := w.desk.lose.Load(); left >= 0 {
		t.Errorf("%d answers were not even asked for", left+1)
	}
	p.Complaints() // the broken line shows in the console
}

// Somebody else changes a paper while it is open.
func TestConflictIsTold(t *testing.T) {
	p := browser.Open(t)
	w := build(t).registered().work()
	acc := w.account("an", archive.RoleClerk, commune)
	d := w.paper(w.actor(acc), "a.pdf", "")
	enter(p, w, "an")
	p.Goto(w.url + "/documents/" + d.ID.String())
	p.WaitFor("#tablist button")
	kind := archive.Result
	_, err := w.Edit(t.Context(), w.actor(acc), d.ID, archive.Edit{Kind: &kind})
	must(t, err)
	write(p, "#f-subject", "của tôi")
	p.Press(browser.Tab)
	p.WaitText(".note.bad", "Có người vừa sửa giấy tờ này")
	p.Complaints() // the refused save shows in the console
	if got := p.Value("#f-subject"); got != "của tôi" {
		t.Errorf("what was typed is gone: %q", got)
	}
	sound(t, p, "document-conflict")
	p.Click(".note.bad button")
	p.Wait(`document.querySelector("#f-kind")?.value === "result"`)
	p.Quiet()
}

// A syllable that is being composed fires nothing.
func TestComposingFiresNothing(t *testing.T) {
	p := browser.Open(t)
	w := build(t).registered().work()
	acc := w.account("an", archive.RoleClerk, commune)
	d := w.paper(w.actor(acc), "a.pdf", "")
	enter(p, w, "an")
	p.Goto(w.url + "/documents/" + d.ID.String())
	p.WaitFor("#tablist button")
	p.Eval(`(() => {
		const f = document.querySelector("#f-number");
		f.focus();
		for (const key of ["Enter", "?", "ArrowRight"]) f.dispatchEvent(new KeyboardEvent("keydown", {key, isComposing: true, bubbles: true, cancelable: true}));
		document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", isComposing: true, bubbles: true}));
		f.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", ctrlKey: true, isComposing: true, bubbles: true}));
	})()`, nil)
	var at string
	p.Eval(`document.activeElement.name + document.querySelector("#f-page").value + !!document.querySelector("dialog[open]") + location.pathname.startsWith("/documents/")`, &at)
	if at != "number1falsetrue" {
		t.Errorf("something fired: %s", at)
	}
	p.Quiet()
}

// With script switched off a clerk still works, one file at a time.
func TestJourneyWithoutScript(t *testing.T) {
	p := browser.Open(t, browser.NoScript())
	w := build(t).registered().work()
	w.account("an", archive.RoleClerk, commune)
	enter(p, w, "an")
	p.Click(".apply summary")
	p.Choose("#f-kind", "result")
	p.Upload("#f-plain", files(t, "đơn.pdf")...)
	p.Picture("home-send-noscript")
	p.Click("#drop .plain-only button")
	p.WaitText(".note", "Đã nhận giấy tờ")
	p.WaitText("#f-kind option[selected]", "Kết quả giải quyết") // what was said of the file was heard
	p.Picture("document-noscript")
	p.Type("#f-type", "Đơn")
	write(p, "#f-subject", "Xin xây nhà")
	p.Click("#submit")
	p.WaitText(".note", "Đã gửi kiểm tra")
	p.Goto(w.url + "/?tab=all")
	p.Picture("home-noscript")
	p.Click("#rows th a")
	p.WaitText("h1", "Đơn")
	p.Click("#next")
	p.Wait(`document.querySelector("#f-page").value === "2"`)
	p.Quiet()
}

// What was read fills the form, and is kept only when it was taken.
func TestProposalsAreTakenDeliberately(t *testing.T) {
	p := browser.Open(t)
	w := build(t).registered()
	acc := w.account("an", archive.RoleClerk, commune)
	d := w.paper(w.actor(acc), "a.pdf", "")
	box := archive.Box{X0: 70, Y0: 110, X1: 200, Y1: 126}
	must(t, w.Catalog.Update(t.Context(), func(tx archive.Tx) error {
		return tx.Documents().SetReading(t.Context(), d.ID, 1, archive.Reading{State: archive.ReadingDone, PagesDone: 2, PagesTotal: 2, Confidence: 0.9, Proposals: []archive.Proposal{
			{Field: "type", Value: "QĐ", Confidence: 0.97, Page: 1, Box: box}, {Field: "number", Value: "1287", Confidence: 0.95, Page: 1, Box: box},
			{Field: "notation", Value: "QĐ-UBND", Confidence: 0.6, Page: 1, Box: box}, {Field: "issued_on", Value: "2026-01-05", Confidence: 0.9, Page: 2, Box: box},
			{Field: "issuing_agency.name", Value: "UBND P. ĐỒI THÔNG", Confidence: 0.9, Page: 1, Box: box}, {Field: "issuing_agency.code", Value: "H15.61", Confidence: 0.9, Page: 1, Box: box},
			{Field: "subject", Value: "Về việc cấp phép", Confidence: 0.9, Page: 1, Box: box}, {Field: "owner.id", Value: "066199000000", Confidence: 0.9, Page: 1, Box: box},
			{Field: "owner.name", Hand: true, Page: 2, Box: box}, {Field: "secrecy", Value: "MẬT", Confidence: 0.9, Page: 1, Box: box}}})
	}))
	enter(p, w, "an")
	p.Goto(w.url + "/documents/" + d.ID.String())
	p.WaitText("#also", "MẬT")
	p.Wait(`document.querySelectorAll(".field.proposed").length === 6 && document.querySelectorAll(".field.unsure").length === 1`)
	if got := p.Value("#f-type") + p.Value("#f-issued_on") + p.Value("#f-owner_id"); got != "Quyết định05/01/2026" {
		t.Errorf("filled in %q", got)
	}
	p.WaitText("#p-owner_name", "Viết tay")
	if got := p.Value("#f-owner_name"); got != "" {
		t.Errorf("handwriting filled in %q", got)
	}
	sound(t, p, "document-proposed")
	p.Click("#f-issued_on")
	p.Wait(`document.querySelector("#f-page").value === "2"`) // where it was read
	p.Press(browser.Enter, browser.Ctrl)
	p.WaitText("#saved", "Xin xem và nhận")
	p.Wait(`document.activeElement.name === "number"`)
	for _, name := range []string{"number", "notation", "issued_on"} {
		p.Click("#f-" + name)
		p.Press(browser.Enter)
	}
	p.WaitText("#saved", "Đã lưu lúc")
	kept, err := w.Document(t.Context(), w.actor(acc), d.ID)
	must(t, err)
	if f := kept.Fields; f.Number != "1287" || f.Subject != "" || f.Type != "" {
		t.Errorf("kept what nobody took: %+v", f)
	}
	p.Press(browser.Enter, browser.Ctrl)
	p.WaitText(".note", "Đã gửi kiểm tra")
	kept, err = w.Document(t.Context(), w.actor(acc), d.ID)
	must(t, err)
	if f := kept.Fields; f.Type != "QĐ" || f.Notation != "QĐ-UBND" || f.IssuedOn.String() != "2026-01-05" || f.Subject != "Về việc cấp phép" || f.IssuingAgency.Name != "UBND P. ĐỒI THÔNG" || f.Owner.ID != "" {
		t.Errorf("kept %+v", f)
	}
	p.Quiet()
}

package web_test

import (
	"net/http"
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

// Without script: what was refused is sent again to be kept aside; the uploader sees why and nothing of the pages; a checker
// lists it, looks and lets it in.
func TestQuarantineWithoutScript(t *testing.T) {
	w := build(t).registered()
	clerk, checker := w.as(w.account("an", archive.RoleClerk, commune)), w.as(w.account("binh", archive.RoleChecker, commune))
	refused := clerk.send("/documents", "xấu.pdf", "%PDF-script một", "kind", "result")
	if refused.status != http.StatusUnprocessableEntity || !strings.Contains(refused.body, `name="on_fault"`) {
		t.Fatalf("refused: %d\n%s", refused.status, refused.text())
	}
	if a := clerk.send("/documents", "văn bản.docx", "PK", "kind", "result"); strings.Contains(a.body, `name="on_fault"`) {
		t.Error("a Word file could be kept aside")
	}
	kept := clerk.send("/documents", "xấu.pdf", "%PDF-script một", "kind", "result", "on_fault", "quarantine")
	if kept.status != http.StatusSeeOther || !strings.HasSuffix(kept.location, "?done=aside") {
		t.Fatalf("kept aside: %d %s", kept.status, kept.location)
	}
	at, _, _ := strings.Cut(kept.location, "?")
	mine := clerk.get("/").text()
	for _, want := range []string{"xấu.pdf", "Đang cách ly", "Trang 2 có mã lệnh."} {
		if !strings.Contains(mine, want) {
			t.Errorf("her list does not say %q:\n%s", want, mine)
		}
	}
	page := clerk.get(at)
	if strings.Contains(page.body, "/image?") || strings.Contains(page.body, "/file?") || strings.Contains(page.body, `moves/release"`) || !strings.Contains(page.body, `moves/discard"`) ||
		!strings.Contains(page.text(), "Chỉ người kiểm tra xem được") || !strings.Contains(page.text(), "đối tượng PDF 7") {
		t.Errorf("the uploader's page:\n%s", page.body)
	}
	if a := clerk.get("/quarantine"); a.status != http.StatusForbidden {
		t.Errorf("a clerk lists the quarantine: %d", a.status)
	}
	if strings.Contains(page.body, `href="/quarantine"`) {
		t.Error("a clerk is shown the way to the quarantine")
	}
	listed := checker.get("/quarantine")
	if !strings.Contains(listed.body, `>Cách ly <span class="n">1</span></a>`) {
		t.Errorf("the way to the quarantine has no count:\n%s", listed.body)
	}
	list := listed.text()
	for _, want := range []string{"xấu.pdf", "Trang 2 có mã lệnh.", "đối tượng PDF 7", "Phường Đồi Thông"} {
		if !strings.Contains(strings.ToLower(list), strings.ToLower(want)) {
			t.Errorf("the list does not say %q:\n%s", want, list)
		}
	}
	look := checker.get(at)
	if !strings.Contains(look.body, "/pages/1/image?") || !strings.Contains(look.body, `/file?version=1" download`) || !strings.Contains(look.text(), "có thể gây hại") {
		t.Errorf("the checker's page:\n%s", look.body)
	}
	if a := checker.post(at+"/moves/release", "reason", ""); a.status != http.StatusBadRequest || !strings.Contains(a.text(), "ghi lý do") {
		t.Errorf("released without a reason: %d", a.status)
	}
	if a := checker.post(at+"/moves/release", "reason", "biểu mẫu của Bộ"); a.status != http.StatusSeeOther || !strings.HasSuffix(a.location, "?done=release") {
		t.Fatalf("release: %d\n%s", a.status, a.text())
	}
	if a := clerk.get(at); !strings.Contains(a.body, "/image?") || !strings.Contains(a.text(), "Trang 2 có mã lệnh.") {
		t.Errorf("after the release:\n%s", a.text())
	}
	if a := checker.post(at+"/moves/quarantine", "reason", "xem lại"); a.status != http.StatusSeeOther {
		t.Errorf("quarantine: %d\n%s", a.status, a.text())
	}
}

// A clerk drops a paper that does not pass and has it kept aside; a checker opens the list, looks at the page, learns what a
// download means, and lets it in.
func TestJourneyThroughQuarantine(t *testing.T) {
	for name, size := range map[string][]browser.Option{"1366": nil, "390": {browser.Phone()}} {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			w := build(t).registered().work()
			w.account("an", archive.RoleClerk, commune)
			w.account("binh", archive.RoleChecker, commune)
			enter(p, w, "an")
			p.Upload("#f-file", files(t, "xấu.pdf", "sạch.pdf")...)
			p.WaitText(".upload.bad .why", "Trang 2 có mã lệnh")
			p.Complaints() // the refused one shows in the console
			sound(t, p, "aside-offered-"+name)
			p.Click(".upload.bad [data-act=aside]")
			p.WaitText(".upload.aside .say", "Đã giữ riêng")
			p.WaitText("#rows", "Đang cách ly")
			p.WaitText("#rows .reason", "Trang 2 có mã lệnh")
			p.Wait(`!document.querySelector("#rows[data-live]")`)
			sound(t, p, "aside-kept-"+name)
			p.Click(".upload.aside .say a")
			p.WaitText(".heading", "Người kiểm tra sẽ xem")
			p.WaitText("#stage", "Chỉ người kiểm tra")
			sound(t, p, "aside-uploader-"+name)
			p.Quiet()

			c := p.Beside(size...)
			enter(c, w, "binh")
			c.WaitText(".rooms [href='/quarantine'] .n", "1")
			c.Click(".rooms [href='/quarantine']")
			c.WaitText("table.asides", "Trang 2 có mã lệnh")
			sound(t, c, "aside-list-"+name)
			c.Click("table.asides th a")
			c.WaitFor("#tablist button")
			c.Wait(`document.querySelector("#image").naturalWidth > 0`)
			sound(t, c, "aside-paper-"+name)
			c.Click("#tab-versions")
			c.Click(".risk summary")
			c.WaitText(".risk", "có thể gây hại")
			sound(t, c, "aside-download-"+name)
			c.Click("#tab-fields")
			c.Click("[data-open=release]")
			c.WaitFor("#r-release")
			write(c, "#r-release", "Biểu mẫu điện tử của Bộ, mã lệnh chỉ tính tổng")
			sound(t, c, "aside-release-"+name)
			c.Press(browser.Enter, browser.Ctrl)
			c.WaitText(".note", "Đã giải tỏa")
			c.WaitText("#findings", "Trang 2 có mã lệnh")
			c.Goto(w.url + "/quarantine")
			c.WaitText(".empty", "Không có giấy tờ nào bị cách ly")
			sound(t, c, "aside-none-"+name)
			c.Quiet()
		})
	}
}

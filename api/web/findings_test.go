package web_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

// Copy writes a copy that names its language.
func (k *desk) Copy(_ context.Context, req archive.CopyRequest, out io.Writer, _ archive.AssembleLimits) error {
	_, err := io.WriteString(out, "%PDF-copy "+req.Mark.Language)
	return err
}

// A clerk sees what is wrong with a scan, jumps to the page, narrows the list to it, sees the counts and takes the reading copy.
func TestJourneyOfAFindingAndItsCopy(t *testing.T) {
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			w := build(t).registered().work()
			clerk := w.actor(w.account("an", archive.RoleClerk, commune))
			d := w.known(w.paper(clerk, "lệch", firstDossier))
			w.known(w.paper(clerk, "phép", firstDossier))
			enter(p, w, "an")
			p.Goto(w.url + "/documents/" + d.ID.String())
			p.WaitText("#findings", "Trang 2 quét ở 150 dpi")
			sound(t, p, "finding-"+name)
			p.Click(`#findings a[data-page="2"]`)
			p.Wait(`document.querySelector("#f-page").value === "2"`)
			p.Wait(`document.querySelector("#image").src.includes("&of=")`)
			p.Click("#tab-text")
			p.WaitText("#copy", "Tải bản đọc")
			sound(t, p, "copy-"+name)
			p.Wait(`fetch(document.querySelector("#copy a").href).then(r => r.text()).then(t => t === "%PDF-copy vi" && (window.copied = true)), window.copied === true`)

			p.Goto(w.url + "/?tab=all")
			p.Click(".menus .order summary")
			sound(t, p, "finding-menu-"+name)
			p.Click(`.menus [href*="finding=low_resolution"]`)
			p.Wait(`new URLSearchParams(location.search).get("finding") === "low_resolution" && document.querySelectorAll("#rows tbody tr").length === 2`)
			p.WaitText(".menus", "Dưới 200 dpi")
			p.Goto(w.url + "/?tab=all&finding=blurred")
			p.WaitText("#rows", "Không có giấy tờ nào với lỗi này")
			p.Goto(w.url + "/findings")
			p.WaitText(".findings-table", "Dưới 200 dpi")
			sound(t, p, "findings-"+name)
			if strings.Contains(p.Text("main"), "Ảnh nhòe") {
				t.Error("a fault nobody has is counted")
			}
		})
	}
}

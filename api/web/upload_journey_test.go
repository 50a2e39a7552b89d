package web_test

import (
	"context"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/internal/testkit/browser"
)

// large writes a paper of eight megabytes, which goes in pieces, and returns its path and digest.
func large(t *testing.T, name string) (string, archive.Digest) {
	t.Helper()
	b := make([]byte, 8<<20)
	if _, err := testkit.Noise(uint64(len(name))).Read(b); err != nil {
		t.Fatal(err)
	}
	copy(b, "%PDF-1.7 ")
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, b, 0o600))
	return path, archive.DigestOf(b)
}

// over puts a line between the house and who looks at it.
func (w *world) over(plan func(broken int) (int64, testkit.Break)) *testkit.Line {
	line := testkit.NewLine(w.t, strings.TrimPrefix(w.url, "http://"), plan)
	w.url = "http://" + line.Address
	return line
}

// inReview returns the papers of an account.
func (w *world) inReview(acc archive.Account) []archive.Document {
	w.t.Helper()
	l, err := w.Documents(context.Background(), w.actor(acc), archive.Filter{})
	must(w.t, err)
	return l.Items
}

// until waits for what no page shows.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain: " + what)
		}
	}
}

func (w *world) openUploads(acc archive.Account) (n int) {
	w.t.Helper()
	must(w.t, w.Catalog.View(context.Background(), func(tx archive.Tx) (err error) {
		n, _, err = tx.Uploads().Open(context.Background(), acc.ID)
		return err
	}))
	return n
}

// A clerk's line goes dead in the middle of a large file. She reloads the page, chooses the file again, and it goes on where it
// stopped; then there is no line at all for a while, and it goes on by itself.
func TestUploadSurvivesAReloadAndAnOfflinePeriod(t *testing.T) {
	p := browser.Open(t)
	w := build(t).registered()
	acc := w.account("an", archive.RoleClerk, commune)
	var down atomic.Bool
	line := w.over(func(broken int) (int64, testkit.Break) {
		switch {
		case down.Load():
			return 0, testkit.Reset
		case broken == 0:
			return 3 << 20, testkit.Hang
		case broken == 1:
			return 3 << 20, testkit.Close
		}
		return -1, 0
	})
	enter(p, w, "an")
	path, sum := large(t, "hồ sơ đất.pdf")
	p.Upload("#f-file", path)
	until(t, "three megabytes pass, and then none", func() bool { return line.Breaks() > 0 })
	var began string
	p.Eval(`Object.values(JSON.parse(localStorage.getItem("sohoa-uploads")))[0].url`, &began)
	until(t, "they are durable, but for a checkpoint", func() bool {
		st, err := w.UploadState(t.Context(), w.actor(acc), filepath.Base(began))
		must(t, err)
		return st.Offset > 2<<20
	})
	p.Reload()
	p.WaitText("#uploads-list .say", "Chọn lại đúng tệp này")
	p.Wait(`/ [1-9]\d?%/.test(document.querySelector("#uploads-list .say")?.innerText ?? "")`) // the list may be drawn again between two looks
	p.Picture("upload-left")
	browser.Axe(t, p)
	line.Cut() // the browser keeps connections for later, and those of before would hang as well
	p.Upload("#f-file", path)
	until(t, "the line breaks again", func() bool { return line.Breaks() > 1 })
	down.Store(true)
	p.WaitText("#uploads-list .say", "Mất kết nối")
	if p.Count("#uploads-list li.upload") != 1 {
		t.Error("the file stands there twice")
	}
	line.Cut()
	down.Store(false)
	p.Eval(`dispatchEvent(new Event("online"))`, nil)
	p.WaitText("#uploads-say", "Đã nhận tất cả 1 tệp")
	papers := w.inReview(acc)
	if len(papers) != 1 || papers[0].Head().Digest != sum || papers[0].Head().FileName != "hồ sơ đất.pdf" {
		t.Errorf("papers %+v", papers)
	}
	if line.Carried() > 14<<20 {
		t.Errorf("%d bytes went over the line for a file of 8 MB", line.Carried())
	}
	p.Reload()
	p.WaitGone("#uploads-list li") // nothing is left to go on with
	p.Complaints()                 // broken lines show in the console
}

// A clerk stops a large file for a moment, goes on with it by the keyboard, and gives another one up.
func TestUploadIsPausedGoneOnWithAndCancelled(t *testing.T) {
	p := browser.Open(t)
	w := build(t).registered()
	acc := w.account("an", archive.RoleClerk, commune)
	var free atomic.Bool
	line := w.over(func(int) (int64, testkit.Break) {
		if free.Load() {
			return -1, 0
		}
		return 2 << 20, testkit.Hang
	})
	enter(p, w, "an")
	path, sum := large(t, "một.pdf")
	p.Upload("#f-file", path)
	until(t, "the line hangs", func() bool { return line.Breaks() > 0 })
	p.Click(`#uploads-list [data-act=pause]`)
	p.WaitText("#uploads-list .say", "Tạm nghỉ ở")
	p.Wait(`document.activeElement.dataset.act === "resume"`)
	p.Picture("upload-paused")
	browser.Axe(t, p)
	p.Resize(390, 844)
	if p.Overflows() {
		t.Error("a phone has to scroll sideways")
	}
	p.Picture("upload-paused-390")
	p.Resize(1366, 768)
	free.Store(true)
	line.Cut()
	p.Press(browser.Enter)
	p.WaitText("#uploads-say", "Đã nhận tất cả 1 tệp")
	if papers := w.inReview(acc); len(papers) != 1 || papers[0].Head().Digest != sum {
		t.Errorf("papers %+v", papers)
	}

	free.Store(false)
	line.Cut()
	before := line.Breaks()
	second, _ := large(t, "hai tờ.pdf")
	p.Goto(w.url + "/")
	p.Upload("#f-file", second)
	until(t, "the line hangs again", func() bool { return line.Breaks() > before })
	p.Click(`#uploads-list [data-act=cancel]`)
	p.WaitText("#uploads-list .say", "Đã dừng")
	p.Wait(`localStorage.getItem("sohoa-uploads") === "{}"`)
	until(t, "the house forgets it", func() bool { return w.openUploads(acc) == 0 })
	if papers := w.inReview(acc); len(papers) != 1 {
		t.Errorf("%d papers", len(papers))
	}
	p.Complaints()
}

// What the house refuses of a large file it says in its words; what it has already can be kept without sending it again.
func TestLargeFilesRefused(t *testing.T) {
	p := browser.Open(t)
	w := build(t).registered()
	acc := w.account("an", archive.RoleClerk, commune)
	line := w.over(func(int) (int64, testkit.Break) { return -1, 0 })
	enter(p, w, "an")
	path, _ := large(t, "một.pdf")
	p.Upload("#f-file", path)
	p.WaitText("#uploads-say", "Đã nhận tất cả 1 tệp")
	p.Upload("#f-file", path)
	p.WaitText("#uploads-list .say", "Tệp này đã có trong kho")
	p.Reload() // the connections end, and what they carried is known
	p.WaitGone("#uploads-list li")
	p.Upload("#f-file", path)
	p.WaitText("#uploads-list .say", "Tệp này đã có trong kho")
	p.Click(`#uploads-list [data-act=keep]`)
	p.WaitText("#uploads-say", "Đã nhận tất cả 1 tệp")
	if papers := w.inReview(acc); len(papers) != 2 {
		t.Errorf("%d papers", len(papers))
	}
	if line.Breaks() != 0 {
		t.Errorf("%d breaks", line.Breaks())
	}
	bad := filepath.Join(t.TempDir(), "lệnh.pdf")
	must(t, os.WriteFile(bad, append([]byte("%PDF-script "), make([]byte, 6<<20)...), 0o600))
	p.Upload("#f-file", bad)
	p.WaitText("#uploads-list .why", "mã lệnh")
	p.WaitText("#uploads-sum", "1 cần xem")
	if n := w.openUploads(acc); n != 0 {
		t.Errorf("%d uploads open", n)
	}
	p.Complaints()
}

// On a slow line a clerk chooses a file before the page's scripts are there. It is not forgotten.
func TestFileChosenBeforeTheScriptsAreHere(t *testing.T) {
	p := browser.Open(t)
	w := build(t).registered()
	acc := w.account("an", archive.RoleClerk, commune)
	house, err := url.Parse(w.url)
	must(t, err)
	var slow atomic.Bool
	here := make(chan struct{})
	line := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		if slow.Load() && strings.HasSuffix(r.In.URL.Path, ".js") {
			<-here
		}
		r.SetURL(house)
		r.Out.Host = r.In.Host
	}})
	defer line.Close()
	w.url = line.URL
	path := filepath.Join(t.TempDir(), "sớm.pdf")
	must(t, os.WriteFile(path, []byte("%PDF-1.7 sớm"), 0o600))
	p.Goto(w.url + "/")
	p.Type("#f-login", "an")
	p.Type("#f-password", password)
	slow.Store(true)
	p.Press(browser.Enter)
	p.Wait(`document.querySelector("#f-file")`)
	p.Upload("#f-file", path)
	close(here)
	p.WaitText("#uploads-say", "Đã nhận tất cả 1 tệp")
	if papers := w.inReview(acc); len(papers) != 1 {
		t.Errorf("%d papers", len(papers))
	}
	p.Quiet()
}

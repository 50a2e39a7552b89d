package web_test

import (
	"archive/zip"
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

// disk is one disk that a test fills and empties.
type disk struct{ free atomic.Int64 }

func (d *disk) Disks() ([]archive.Disk, error) {
	return []archive.Disk{{Uses: []string{"store", "spool", "catalog", "index"}, Free: d.free.Load(), Total: 1000e9}}, nil
}

func (w *world) onDisk(free int64) *disk {
	d := &disk{}
	d.free.Store(free)
	w.Config.Disks = d
	return d
}

func TestDisksAndQuotasForAdministrators(t *testing.T) {
	w := build(t).registered()
	w.onDisk(700e9)
	boss := w.as(w.account("quan", archive.RoleAdmin, ""))
	clerk := w.account("an", archive.RoleClerk, commune)
	for range 3 {
		w.paper(w.actor(clerk), "a.pdf", "")
	}
	boss.get("/admin").has(t, http.StatusOK, "Còn 700\u00a0GB trên 1,0\u00a0TB", "kho giấy tờ, chỗ làm việc, danh mục", "Cơ quan lưu giữ nhiều nhất", "phường Đồi Thông", "3 tệp")
	boss.get("/admin/agencies").has(t, http.StatusOK, "3 tệp")
	edit := boss.get("/admin/agencies?edit=H15.61")
	edit.has(t, http.StatusOK, "Hạn mức của cơ quan này", "Để trống: theo mức chung (không giới hạn)")
	fields := []string{"revision", "1", "code", "H15.61", "name", "Phường Đồi Thông"}
	post := func(more ...string) answer { return boss.post("/admin/agencies", append(fields, more...)...) }
	post("quota_bytes", "nhiều").has(t, http.StatusBadRequest, "Viết một số từ 0 trở lên", `value="nhiều"`)
	post("quota_papers", "2,5").has(t, http.StatusBadRequest, "Viết một số từ 0 trở lên")
	post("quota_bytes", "1,5", "quota_papers", "4", "quota_day", "0").leads(t, "/admin/agencies?done=agency")
	boss.get("/admin/agencies?edit=H15.61").has(t, http.StatusOK, `value="1,5"`, `value="4"`, `value="0"`)
	boss.get("/admin/agencies").has(t, http.StatusOK, "1,5\u00a0GB", "3 / 4 tệp")
	// Whoever administers the office itself sees the grant and cannot change it.
	own := w.as(w.account("ban", archive.RoleAdmin, commune))
	own.get("/admin/agencies?edit=H15.61").has(t, http.StatusOK, "do cấp trên đặt", "disabled")
	own.post("/admin/agencies", "revision", "2", "code", "H15.61", "name", "Phường Đồi Thông mới", "quota_papers", "9999").leads(t, "/admin/agencies?done=agency")
	boss.get("/admin/agencies?edit=H15.61").has(t, http.StatusOK, "Phường Đồi Thông mới", `value="4"`)
}

func TestTheDeskSaysHowMuchIsLeft(t *testing.T) {
	w := build(t).registered()
	w.Limits.Quota = archive.QuotaLimits{UserPapers: 5, AgencyTotal: 10_000}
	acc := w.account("an", archive.RoleClerk, commune)
	an := w.as(acc)
	for range 3 {
		w.paper(w.actor(acc), "a.pdf", "")
	}
	if b := an.get("/").body; strings.Contains(b, "được phép") {
		t.Error("it warns before four fifths are used")
	}
	w.paper(w.actor(acc), "a.pdf", "")
	an.get("/").has(t, http.StatusOK, "Hôm nay bạn đã gửi 4 trên 5 tệp được phép.")
	w.paper(w.actor(acc), "a.pdf", "")
	an.get("/").has(t, http.StatusOK, "Hôm nay bạn đã gửi 5 trên 5 tệp được phép. Đã hết hạn mức")
	w.onDisk(1e9)
	an.get("/").has(t, http.StatusOK, "Ổ đĩa sắp đầy nên tạm ngừng nhận giấy tờ")
}

// TestBodiesOfFormsAreBounded sends forms that nobody fills in by hand, before and after signing in.
func TestBodiesOfFormsAreBounded(t *testing.T) {
	w := build(t).registered()
	big := "back=/&lang=en&x=" + strings.Repeat("a", 100<<10)
	for _, path := range []string{"/language", "/signin", "/setup"} {
		res, err := http.Post(w.url+path, "application/x-www-form-urlencoded", strings.NewReader(big))
		must(t, err)
		res.Body.Close()
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: status %d", path, res.StatusCode)
		}
		head := "--x\r\nContent-Disposition: form-data; name=\"lang\"; filename=\"a\"\r\n\r\n"
		res, err = http.Post(w.url+path, "multipart/form-data; boundary=x", strings.NewReader(head+strings.Repeat("a", 1<<20)+"\r\n--x--\r\n"))
		if err == nil {
			res.Body.Close()
		}
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "multipart-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("a form put files on the disk: %v, %v", left, err)
	}
	// The form without script: what stands before its file is bounded, and a deposit counts among the uploads under way.
	an := w.as(w.account("an", archive.RoleClerk, commune))
	var body bytes.Buffer
	body.WriteString("--x\r\nContent-Disposition: form-data; name=\"kind\"\r\nX-Long: " + strings.Repeat("a", 200<<10) + "\r\n\r\ncomponent\r\n--x--\r\n")
	r, err := http.NewRequest(http.MethodPost, w.url+"/documents", &body)
	must(t, err)
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	an.do(r).has(t, http.StatusRequestEntityTooLarge)
}

func TestJourneyOfFilesThatAreNoPapers(t *testing.T) {
	p := browser.Open(t)
	w := build(t).registered()
	w.Limits.Quota = archive.QuotaLimits{UserPapers: 5}
	acc := w.account("an", archive.RoleClerk, commune)
	for range 3 {
		w.paper(w.actor(acc), "a.pdf", "")
	}
	enter(p, w, "an")
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, b, 0o600))
		return path
	}
	var word bytes.Buffer
	z := zip.NewWriter(&word)
	_, err := z.Create("word/document.xml")
	must(t, err)
	must(t, z.Close())
	p.Upload("#f-file", write("Tờ trình.docx", word.Bytes()), write("ảnh.HEIC", []byte("\x00\x00\x00\x18ftypheic")), write("giấy.docx", []byte("%PDF-1.7 là PDF, chỉ sai tên")))
	p.WaitText("#uploads-list", "Đây là tệp DOCX, chưa phải bản số hóa. Hãy mở tệp, in ra PDF")
	p.WaitText("#uploads-list", "Ảnh HEIC không nhận được. Hãy lưu lại thành JPEG")
	p.WaitText("#uploads-sum", "1/3 đã nhận, 2 cần xem")
	p.WaitText("#room", "Hôm nay bạn đã gửi 4 trên 5 tệp được phép")
	sound(t, p, "home-no-papers")
	// One place is left: of three files one is sent, and the others are told why not, without being sent.
	p.Upload("#f-file", files(t, "1.pdf", "2.pdf", "3.pdf")...)
	p.WaitText("#uploads-sum", "2/6 đã nhận, 4 cần xem")
	p.WaitText("#uploads-list", "Hạn mức hôm nay không còn đủ cho tệp này")
	p.WaitText("#room", "Đã hết hạn mức")
	sound(t, p, "home-quota-full")
	p.Resize(390, 844)
	sound(t, p, "home-quota-full-phone")
	p.Quiet() // no request of the page was refused

	boss := p.Beside()
	w.account("quan", archive.RoleAdmin, "")
	d := w.onDisk(150e9)
	enter(boss, w, "quan")
	boss.WaitText(".banner", "đang đầy dần")
	boss.Goto(w.url + "/admin")
	sound(t, boss, "admin-disk-warn")
	d.free.Store(1e9)
	boss.Goto(w.url + "/admin/agencies?edit=H15.61")
	sound(t, boss, "admin-agency-quota")
	boss.Resize(390, 844)
	sound(t, boss, "admin-agency-quota-phone")
	boss.Quiet()
}

package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"net/http"
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
)

// inboxState is what /status tells of the inbox.
type inboxState struct {
	Folder       string `json:"folder"`
	Reachable    bool   `json:"reachable"`
	Waiting      int    `json:"waiting"`
	Held         int    `json:"held"`
	Taken        int    `json:"taken"`
	Quarantined  int    `json:"quarantined"`
	Refused      int    `json:"refused"`
	RefusedFiles int    `json:"refused_files"`
}

// quick makes an inbox look often and settle soon, so that a test waits for files and not for clocks.
var quick = []string{"--folder-settle", "60ms", "--folder-every", "20ms", "--no-reading"}

func (p program) serveInbox(t testing.TB, data, inbox string, args ...string) *server {
	t.Helper()
	return p.start(t, data, "admin", append(append([]string{"--inbox", inbox}, quick...), args...)...)
}

// awaitInbox waits until the inbox is as the test wants it.
func (s *server) awaitInbox(what string, good func(inboxState) bool) inboxState {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		var st struct {
			Inbox *inboxState `json:"inbox"`
		}
		b := s.must(http.StatusOK, http.MethodGet, "/api/v1/status", nil, &st)
		if st.Inbox != nil && good(*st.Inbox) {
			return *st.Inbox
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the inbox never has %s: %s\n%s", what, b, s.logs)
		}
	}
}

// put puts a file into a folder as a scanner does that writes under the final name at once.
func put(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
}

// lying lists the regular files below a folder.
func lying(t testing.TB, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			rel, _ := filepath.Rel(dir, path)
			out = append(out, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestInboxTakesWhatScannersSend(t *testing.T) {
	t.Parallel()
	data, inbox := t.TempDir(), t.TempDir()
	s := self(t).serveInbox(t, data, inbox, "--inbox-agency", "H15", "--on-fault", "refuse")
	s.must(200, "GET", "/api/v1/status", nil, nil)

	// A scanner that writes slowly and keeps its file open; one that writes beside and renames; one that knows the dossier.
	slow, err := os.Create(filepath.Join(inbox, "slow.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	body := testkit.TextPDF("viet cham")
	if _, err := slow.Write(body[:len(body)/2]); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(inbox, "renamed.pdf.part"), testkit.TextPDF("doi ten"))
	put(t, filepath.Join(inbox, "H15-261008-0975", "trong hồ sơ.pdf"), testkit.TextPDF("trong ho so"))
	s.awaitInbox("the paper of the dossier", func(st inboxState) bool { return st.Taken == 1 && st.Waiting == 1 })
	if err := os.Rename(filepath.Join(inbox, "renamed.pdf.part"), filepath.Join(inbox, "renamed.pdf")); err != nil {
		t.Fatal(err)
	}
	s.awaitInbox("the renamed one", func(st inboxState) bool { return st.Taken == 2 && st.Waiting == 1 })
	if _, err := slow.Write(body[len(body)/2:]); err != nil {
		t.Fatal(err)
	}
	if err := slow.Close(); err != nil {
		t.Fatal(err)
	}
	s.awaitInbox("the slow one", func(st inboxState) bool { return st.Taken == 3 && st.Waiting == 0 })

	// What is wrong goes beside, with the reason: broken, no paper at all, there already, in the wrong folder, outside the scope.
	put(t, filepath.Join(inbox, "tầng 2", "hỏng.pdf"), []byte("%PDF-1.7 hỏng\n%%EOF"))
	put(t, filepath.Join(inbox, "thư.docx"), []byte("PK\x03\x04 word/document.xml"))
	put(t, filepath.Join(inbox, "rỗng.pdf"), nil)
	put(t, filepath.Join(inbox, "again.pdf"), testkit.TextPDF("doi ten"))
	put(t, filepath.Join(inbox, "H15-261332-0975", "sai ngày.pdf"), testkit.TextPDF("sai ngay"))
	put(t, filepath.Join(inbox, "H40.10", "lạc.pdf"), testkit.TextPDF("lac"))
	s.awaitInbox("six refused ones", func(st inboxState) bool { return st.Refused == 6 && st.RefusedFiles == 6 && st.Waiting == 0 })
	codes := map[string]string{"REFUSED/tầng 2/hỏng.pdf": "damaged_file", "REFUSED/thư.docx": "unsupported_type", "REFUSED/rỗng.pdf": "empty_file", "REFUSED/again.pdf": "duplicate_content",
		"REFUSED/H15-261332-0975/sai ngày.pdf": "dossier_date", "REFUSED/H40.10/lạc.pdf": "agency_scope"}
	left := lying(t, inbox)
	if len(left) != 2*len(codes) {
		t.Errorf("left in the folder: %q", left)
	}
	for name, code := range codes {
		b, err := os.ReadFile(filepath.Join(inbox, name+".reason.txt"))
		if err != nil || !strings.Contains(string(b), code) || !strings.Contains(string(b), "Cần làm / What to do:") {
			t.Errorf("%s: %v\n%s", name, err, b)
		}
		if _, err := os.Stat(filepath.Join(inbox, name)); err != nil {
			t.Error(err)
		}
	}
	if all := listAll(s); len(all) != 3 {
		t.Errorf("%d papers are kept", len(all))
	}
	var in struct {
		Items []struct {
			Custodian struct {
				Code string `json:"code"`
			} `json:"custodian"`
		} `json:"items"`
	}
	s.must(200, "GET", "/api/v1/documents?dossier=H15-261008-0975", nil, &in)
	if len(in.Items) != 1 || in.Items[0].Custodian.Code != "H15" {
		t.Errorf("in the dossier: %+v", in)
	}
	// Each refusal is in the trail, by name and code.
	var trail struct {
		Items []struct {
			Actor struct {
				Name string `json:"name"`
			} `json:"actor"`
			Detail map[string]string `json:"detail"`
		} `json:"items"`
	}
	s.must(200, "GET", "/api/v1/events?action=refusal&limit=200", nil, &trail)
	told := map[string]string{}
	for _, e := range trail.Items {
		told["REFUSED/"+e.Detail["file_name"]] = e.Detail["code"]
	}
	for name, code := range codes {
		if got := told["REFUSED/"+filepath.Base(name)]; got != code {
			t.Errorf("the trail says %q of %s, want %s", got, name, code)
		}
	}
}

// Nobody waits for the answer at a folder, so that what does not pass is kept for a checker, and only what can be no paper at
// all goes beside.
func TestInboxKeepsForACheckerWhatDoesNotPass(t *testing.T) {
	t.Parallel()
	data, inbox := t.TempDir(), t.TempDir()
	s := self(t).serveInbox(t, data, inbox, "--inbox-agency", "H15")
	put(t, filepath.Join(inbox, "hỏng.pdf"), []byte("%PDF-1.7 hỏng\n%%EOF"))
	put(t, filepath.Join(inbox, "thư.docx"), []byte("PK\x03\x04 word/document.xml"))
	put(t, filepath.Join(inbox, "tốt.pdf"), testkit.TextPDF("tot"))
	s.awaitInbox("one of each", func(st inboxState) bool {
		return st.Taken == 1 && st.Quarantined == 1 && st.Refused == 1 && st.Waiting == 0
	})
	put(t, filepath.Join(inbox, "hỏng lần nữa.pdf"), []byte("%PDF-1.7 hỏng\n%%EOF"))
	s.awaitInbox("the same once more", func(st inboxState) bool { return st.Quarantined == 1 && st.Refused == 2 && st.Waiting == 0 })
	if left := lying(t, inbox); len(left) != 4 {
		t.Errorf("left: %q", left)
	}
}

// TestInboxUnderPower: five hundred files at once, while the program is killed without warning again and again. In the end every
// file is in the house exactly once, none is in the folder, and none was set aside as a duplicate of itself.
func TestInboxUnderPower(t *testing.T) {
	t.Parallel()
	const files, bad = 500, 40 // these are quarantined
	p, data, inbox := self(t), t.TempDir(), t.TempDir()
	want := map[string]bool{}
	for i := range files {
		b := testkit.TextPDF(fmt.Sprintf("giay to so %d", i))
		if i%(files/bad) == 0 && i/(files/bad) < bad {
			b = fmt.Appendf(nil, "%%PDF-1.7 hỏng %d\n%%%%EOF", i)
		} else {
			want[archive.DigestOf(b).String()] = true
		}
		put(t, filepath.Join(inbox, fmt.Sprintf("H15.%02d", 50+i%3), fmt.Sprintf("scan%04d.pdf", i)), b)
	}
	token := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", data, "--role", "admin", "--agency", "H15"))
	serve := func() *server {
		return p.startWith(t, data, token, append([]string{"--inbox", inbox, "--inbox-jobs", "4"}, quick...)...)
	}
	again := 0
	for life := 1; life <= 8; life++ {
		s := serve()
		for deadline := time.Now().Add(time.Minute); len(lying(t, inbox)) > files-life*40; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("life %d takes nothing:\n%s", life, s.logs)
			}
		}
		s.kill()
		again += strings.Count(s.logs.String(), "outcome=before")
	}
	s := serve()
	st := s.awaitInbox("taken everything", func(st inboxState) bool { return st.Waiting == 0 && st.Taken > 0 && len(lying(t, inbox)) == 0 })
	t.Logf("%d files met their own acknowledgement of an earlier life", again+strings.Count(s.logs.String(), "outcome=before"))
	if st.Refused != 0 || st.RefusedFiles != 0 {
		t.Errorf("set aside: %+v", st)
	}
	var house struct {
		Documents map[string]int `json:"documents"`
	}
	s.must(200, "GET", "/api/v1/status", nil, &house)
	if house.Documents["quarantined"] != bad || house.Documents["review"] != files-bad {
		t.Errorf("by state: %v", house.Documents)
	}
	for cursor := ""; ; {
		var l struct {
			Items []paper `json:"items"`
			Next  string  `json:"next"`
		}
		s.must(200, "GET", "/api/v1/documents?limit=200&cursor="+cursor, nil, &l)
		for _, d := range l.Items {
			if digest := d.Versions[0].Digest; !want[digest] {
				t.Errorf("%s: twice, or never put there: %s", d.ID, digest)
			} else {
				delete(want, digest)
			}
		}
		if cursor = l.Next; cursor == "" {
			break
		}
	}
	if len(want) > 0 {
		t.Errorf("%d files are lost", len(want))
	}
	s.stop()
	if out := p.run(t, 0, "check", "--data", data); !strings.Contains(out, "Sound") {
		t.Errorf("check: %s", out)
	}
}

// TestInboxStrangeNames: names Linux allows and nobody should use come in, and out of REFUSED with their bytes.
func TestInboxStrangeNames(t *testing.T) {
	t.Parallel()
	data, inbox, done := t.TempDir(), t.TempDir(), t.TempDir()
	s := self(t).serveInbox(t, data, inbox, "--inbox-agency", "H15", "--inbox-done", done, "--on-fault", "refuse")
	names := []string{"xuống\ndòng.pdf", "chuông\a\x1b[31m.pdf", "\xff\xfe latin.pdf", "=1+1.pdf", strings.Repeat("ế", 83) + ".pdf", "-rf.pdf", " .pdf", "a\u202efdp.exe", "'; DROP TABLE documents.pdf"}
	for i, n := range names {
		put(t, filepath.Join(inbox, n), testkit.TextPDF(fmt.Sprintf("ten la %d", i)))
		put(t, filepath.Join(inbox, "hỏng", n), []byte(fmt.Sprintf("%%PDF-1.7 hỏng %d\n%%%%EOF", i)))
	}
	s.awaitInbox("everything", func(st inboxState) bool { return st.Taken == len(names) && st.Refused == len(names) && st.Waiting == 0 })
	for _, n := range names {
		if _, err := os.Stat(filepath.Join(done, n)); err != nil {
			t.Errorf("done: %v", err)
		}
	}
	refused := lying(t, filepath.Join(inbox, "REFUSED"))
	if len(refused) != 2*len(names) {
		t.Errorf("refused: %q", refused)
	}
	for _, line := range strings.Split(s.logs.String(), "\n") {
		if strings.ContainsAny(line, "\a\x1b\u202e") || strings.ToValidUTF8(line, "") != line {
			t.Errorf("a name breaks out of its log line: %q", line)
		}
	}
	if all := listAll(s); len(all) != len(names) {
		t.Errorf("%d papers are kept", len(all))
	}
}

// TestInboxComesAndGoes: the share is away when the server starts, comes, goes and comes back.
func TestInboxComesAndGoes(t *testing.T) {
	t.Parallel()
	data, inbox := t.TempDir(), filepath.Join(t.TempDir(), "share")
	s := self(t).serveInbox(t, data, inbox, "--inbox-agency", "H15")
	away := func(st inboxState) bool { return !st.Reachable }
	s.awaitInbox("gone", away)
	put(t, filepath.Join(inbox, "1.pdf"), testkit.TextPDF("mot"))
	s.awaitInbox("one", func(st inboxState) bool { return st.Reachable && st.Taken == 1 })
	if err := os.Rename(inbox, inbox+".away"); err != nil {
		t.Fatal(err)
	}
	s.awaitInbox("gone", away)
	put(t, filepath.Join(inbox+".away", "2.pdf"), testkit.TextPDF("hai"))
	if err := os.Rename(inbox+".away", inbox); err != nil {
		t.Fatal(err)
	}
	s.awaitInbox("two", func(st inboxState) bool { return st.Reachable && st.Taken == 2 && st.Waiting == 0 })
}

// TestInboxUnreadable: what the server may not read stays where it is and keeps nobody waiting; mended, it goes in. Root
// reads everything, so the server runs without that right.
func TestInboxUnreadable(t *testing.T) {
	t.Parallel()
	p := self(t)
	if os.Getuid() == 0 {
		p.wrap = []string{testkit.Need(t, "setpriv"), "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"}
	}
	data, inbox := t.TempDir(), t.TempDir()
	put(t, filepath.Join(inbox, "closed.pdf"), testkit.TextPDF("dong"))
	put(t, filepath.Join(inbox, "closed folder", "x.pdf"), testkit.TextPDF("thu muc dong"))
	put(t, filepath.Join(inbox, "open.pdf"), testkit.TextPDF("mo"))
	for _, name := range []string{"closed.pdf", "closed folder"} {
		if err := os.Chmod(filepath.Join(inbox, name), 0); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(filepath.Join(inbox, name), 0o777)
	}
	s := p.serveInbox(t, data, inbox, "--inbox-agency", "H15")
	s.awaitInbox("the readable one", func(st inboxState) bool { return st.Taken == 1 && st.Held == 1 && st.Refused == 0 })
	for _, name := range []string{"closed.pdf", "closed folder"} {
		if err := os.Chmod(filepath.Join(inbox, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	s.awaitInbox("all", func(st inboxState) bool { return st.Taken == 3 && st.Waiting == 0 })
}

// TestImportWatches: the command goes on until Ctrl-C, through a server, and its report is up to date all the time.
func TestImportWatches(t *testing.T) {
	t.Parallel()
	p, data, papers := self(t), t.TempDir(), folder(t)
	s := p.start(t, data, "clerk", "--no-reading")
	report := filepath.Join(t.TempDir(), "report.csv")
	q := p
	q.env = append(append([]string{}, p.env...), "SOHOA_TOKEN="+s.token)
	cmd := q.command("import", papers, "--watch", "--remove", "--folder-settle", "60ms", "--folder-every", "20ms", "--report", report, "--server", s.url, "--data", t.TempDir(), "--on-fault", "refuse")
	var out, errs lockedBuffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	rows := func() map[string]string {
		b, err := os.ReadFile(report)
		if err != nil {
			return nil
		}
		table, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff")))).ReadAll()
		if err != nil {
			t.Fatalf("the report is no table at this moment: %v\n%s", err, b)
		}
		m := map[string]string{}
		for _, row := range table {
			m[row[0]] = row[1] + " " + row[2]
		}
		return m
	}
	await := func(file, want string) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); rows()[file] != want; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s is %q in the report, want %q\n%s%s", file, rows()[file], want, out.String(), errs.String())
			}
		}
	}
	await("a/một.pdf", "taken ")
	await("a/hai.PDF", "taken ")
	await("hong.pdf", "refused damaged_file")
	put(t, filepath.Join(papers, "later.pdf"), testkit.TextPDF("den sau"))
	await("later.pdf", "taken ")
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitFindings || !strings.Contains(out.String(), "taken 4, there before 0, quarantined 0, refused 1") {
		t.Errorf("exit %d: %s%s", code, out.String(), errs.String())
	}
	if left := lying(t, papers); len(left) != 2 {
		t.Errorf("left: %q", left)
	}
	if all := listAll(s); len(all) != 4 {
		t.Errorf("%d papers are kept", len(all))
	}
}

// TestImportLineCut: the answer to an upload is lost. The next run hears it, and the paper is there once.
func TestImportLineCut(t *testing.T) {
	t.Parallel()
	p, data, papers := self(t), t.TempDir(), t.TempDir()
	s := p.start(t, data, "clerk", "--no-reading")
	put(t, filepath.Join(papers, "1.pdf"), testkit.TextPDF("mot"))
	q := p
	q.env = append(append([]string{}, p.env...), "SOHOA_TOKEN="+s.token)
	args := []string{"import", papers, "--remove", "--report", filepath.Join(t.TempDir(), "r.csv"), "--data", t.TempDir(), "--server"}
	proxy := losing(t, s.url)
	cmd := q.command(append(args, proxy)...)
	b, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != exitFailed || len(lying(t, papers)) != 1 {
		t.Fatalf("exit %d: %s", code, b)
	}
	if all := listAll(s); len(all) != 1 {
		t.Fatalf("the test loses the answer of %d deposits", len(all))
	}
	out := q.run(t, 0, append(args, proxy)...)
	if !strings.Contains(out, "taken 1, there before 0") || len(lying(t, papers)) != 0 || len(listAll(s)) != 1 {
		t.Errorf("%s", out)
	}
}

func TestImportDryRun(t *testing.T) {
	p, data, papers := self(t), filepath.Join(t.TempDir(), "none"), folder(t)
	put(t, filepath.Join(papers, "H15.61-251332-0021", "x.pdf"), testkit.TextPDF("x"))
	out := p.run(t, exitFindings, "import", papers, "--data", data, "--agency", "H15.61", "--dry-run")
	for _, want := range []string{"would take 4 (", "there before 0, would refuse 1, passed over 1", "H15.61-250915-0021"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("a dry run makes a data folder")
	}
}

// TestProgressLine is what a person reads while it runs.
func TestProgressLine(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{progressLine(10*time.Second, "papers", 20, 100, 0, 0), "20/100 papers, 2.0/s, 40s"},
		{progressLine(10*time.Second, "papers", 20, 0, 0, 0), "20 papers, 2.0/s"},
		{progressLine(10*time.Second, "papers", 20, 100, 50<<20, 100<<20), "20/100 papers, 50.0 MB/100 MB, 2.0/s, 5.0 MB/s, 10s"},
		{progressLine(0, "papers", 0, 100, 0, 1<<30), "0/100 papers, 0 B/1.0 GB, 0.0/s"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// losing stands before a server and cuts the line of the first deposit when the server has answered.
func losing(t *testing.T, to string) string {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	var first atomic.Bool
	through := httputil.NewSingleHostReverseProxy(u)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && first.CompareAndSwap(false, true) {
			through.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		through.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

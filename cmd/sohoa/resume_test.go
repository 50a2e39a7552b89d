package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// bigFile writes a paper of so many bytes and returns its path and digest.
func bigFile(t testing.TB, dir string, pages int, size int64) (string, archive.Digest) {
	t.Helper()
	path := filepath.Join(dir, "ho so day.pdf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := archive.NewHasher()
	if err := testkit.WritePDF(io.MultiWriter(f, h), pages, size, 11); err != nil {
		t.Fatal(err)
	}
	return path, h.Digest()
}

// digestOf reads a paper back from the server.
func (s *server) digestOf(id string) archive.Digest {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodGet, s.url+"/api/v1/documents/"+id+"/file", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("read back: %v, %v", res, err)
	}
	defer res.Body.Close()
	h := archive.NewHasher()
	if _, err := io.Copy(h, res.Body); err != nil {
		s.t.Fatal(err)
	}
	return h.Digest()
}

// breaking breaks connections until so many are broken, each after a random share of the file.
func breaking(seed uint64, breaks int, size int64) func(int) (int64, testkit.Break) {
	chance := testkit.Chance(seed)
	var mu sync.Mutex
	return func(broken int) (int64, testkit.Break) {
		mu.Lock()
		defer mu.Unlock()
		if broken >= breaks {
			return -1, 0
		}
		share := size / int64(breaks+5)
		return share/2 + chance.Int64N(share), []testkit.Break{testkit.Close, testkit.Reset}[chance.IntN(2)]
	}
}

// TestUploadThroughFiftyBreaks sends one paper by `sohoa import --server` over a line that breaks fifty times, at random. No
// connection carries more than a fiftieth of the file or so: an upload that began again would never end. With SOHOA_LONG=1 the
// file has a gigabyte.
func TestUploadThroughFiftyBreaks(t *testing.T) {
	t.Parallel()
	const breaks = 50
	size, pages := int64(24<<20), 4
	if os.Getenv("SOHOA_LONG") != "" {
		size, pages = 1<<30, 25
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	p := self(t)
	if os.Getenv("SOHOA_LONG") != "" {
		p = builtProgram(t)
	}
	s := p.start(t, t.TempDir(), "clerk", "--no-reading", "--max-file", "2G", "--upload-checkpoint", "1M")
	line := testkit.NewLine(t, strings.TrimPrefix(s.url, "http://"), breaking(seed, breaks, size))
	scans := t.TempDir()
	_, sum := bigFile(t, scans, pages, size)
	p.env = append(p.env, "SOHOA_TOKEN="+s.token)
	began := time.Now()
	report := filepath.Join(t.TempDir(), "report.csv")
	out := p.run(t, 0, "import", scans, "--server", "http://"+line.Address, "--data", t.TempDir(), "--report", report)
	took := time.Since(began)
	if !strings.Contains(out, "taken 1,") {
		t.Fatalf("import: %s", out)
	}
	if line.Breaks() != breaks {
		t.Errorf("the line broke %d times", line.Breaks())
	}
	all := listAll(s)
	if len(all) != 1 {
		t.Fatalf("%d papers", len(all))
	}
	for id := range all {
		if got := s.digestOf(id); got != sum {
			t.Errorf("%s came back as %s", sum, got)
		}
	}
	t.Logf("%d MB through %d breaks in %.1f s; %d MB went over the line", size>>20, line.Breaks(), took.Seconds(), line.Carried()>>20)
	if line.Carried() > 2*size {
		t.Errorf("%d bytes went over the line for a file of %d", line.Carried(), size)
	}
	// Run again, nothing is sent, and nothing is twice.
	carried := line.Carried()
	if out := p.run(t, 0, "import", scans, "--server", "http://"+line.Address, "--data", t.TempDir(), "--report", report); !strings.Contains(out, "taken 1,") && !strings.Contains(out, "there before 1") {
		t.Errorf("import again: %s", out)
	}
	if again := line.Carried() - carried; again > 1<<20 {
		t.Errorf("run again, %d bytes were sent", again)
	}
	if all := listAll(s); len(all) != 1 {
		t.Errorf("%d papers", len(all))
	}
}

// TestKilledInTheMiddleOfAnUpload is what P1 means for a file that is not whole yet: the program is killed without warning again
// and again while a paper comes in; what it said it had it has, and the paper is the one that was sent.
func TestKilledInTheMiddleOfAnUpload(t *testing.T) {
	t.Parallel()
	rounds := 8
	if testing.Short() {
		rounds = 3
	}
	const size = 24 << 20
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := testkit.Chance(seed)
	p, dir := self(t), t.TempDir()
	token := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", dir, "--role", "clerk", "--agency", "H15"))
	path, sum := bigFile(t, t.TempDir(), 4, size)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--no-reading", "--upload-checkpoint", "256K"}
	s := p.startWith(t, dir, token, args...)
	tus := func(more ...string) map[string]string {
		h := map[string]string{"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = more[i+1]
		}
		return h
	}
	status, h, b, err := s.call(http.MethodPost, "/api/v1/uploads", map[string]string{"Tus-Resumable": "1.0.0", "Upload-Length": fmt.Sprint(size)}, nil)
	if err != nil || status != http.StatusCreated {
		t.Fatalf("begin: %d %v %s", status, err, b)
	}
	where := h.Get("Location")
	var told, known int64 // what the server said it had; what the test has seen of it
	offset := func() int64 {
		t.Helper()
		status, h, _, err := s.call(http.MethodHead, where, map[string]string{"Tus-Resumable": "1.0.0"}, nil)
		if err != nil || status != http.StatusOK {
			t.Fatalf("offset: %d %v", status, err)
		}
		var n int64
		fmt.Sscan(h.Get("Upload-Offset"), &n)
		return n
	}
	for range rounds {
		at := offset()
		if at < known {
			t.Fatalf("%d bytes were durable, %d are there", known, at)
		}
		known = at
		// Whole pieces that are acknowledged, then one in the middle of which the power goes.
		if piece := int64(chance.IntN(1 << 20)); at+piece < size {
			status, h, b, err := s.call(http.MethodPatch, where, tus("Upload-Offset", fmt.Sprint(at)), bytes.NewReader(file[at:at+piece]))
			if err != nil || status != http.StatusNoContent {
				t.Fatalf("piece: %d %v %s", status, err, b)
			}
			fmt.Sscan(h.Get("Upload-Offset"), &told)
			known, at = told, told
		}
		slow := &slowly{r: bytes.NewReader(file[at:min(at+5<<20, size)]), after: int64(chance.IntN(3 << 20)), reached: make(chan struct{})}
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.call(http.MethodPatch, where, tus("Upload-Offset", fmt.Sprint(at)), slow)
		}()
		<-slow.reached
		s.kill()
		<-done
		s = p.startWith(t, dir, token, args...)
	}
	at := offset()
	if at < known || at >= size {
		t.Fatalf("%d bytes were durable, %d are there", known, at)
	}
	t.Logf("after %d kills %d of %d bytes are there", rounds, at, size)
	status, h, b, err = s.call(http.MethodPatch, where, tus("Upload-Offset", fmt.Sprint(at)), bytes.NewReader(file[at:]))
	if err != nil || status != http.StatusNoContent {
		t.Fatalf("the rest: %d %v %s", status, err, b)
	}
	if got := s.digestOf(filepath.Base(h.Get("Content-Location"))); got != sum {
		t.Errorf("%s came back as %s", sum, got)
	}
	if parts, err := filepath.Glob(filepath.Join(dir, "spool", "*.part")); err != nil || len(parts) != 0 {
		t.Errorf("left in the spool: %v, %v", parts, err)
	}
	s.stop()
	if out := p.run(t, 0, "check", "--data", dir, "--read-data"); !strings.Contains(out, "Sound") {
		t.Errorf("check: %s", out)
	}
}

// slowly is a body that says when so much of it has been read.
type slowly struct {
	r       io.Reader
	n       int64
	after   int64
	reached chan struct{}
	told    bool
}

func (s *slowly) Read(b []byte) (int, error) {
	n, err := s.r.Read(b[:min(len(b), 32<<10)])
	if s.n += int64(n); !s.told && (s.n >= s.after || err != nil) {
		s.told = true
		close(s.reached)
	}
	return n, err
}

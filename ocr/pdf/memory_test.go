package pdf

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// inspectAsChild is the first argument of this test binary when it is to play the child: the papers' names follow on standard input.
const inspectAsChild = "inspect-as-child"

// childMemory is what a child may have as data, in bytes: the default of archive.InspectLimits.
const childMemory = 256 << 20

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == inspectAsChild {
		playChild()
		return
	}
	os.Exit(withCache(m.Run))
}

// withCache gives the tests a folder for compiled code.
func withCache(run func() int) int {
	dir, err := os.MkdirTemp("", "sohoa-pdf-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	compiled = dir
	return run()
}

// childReport is one line a child writes per paper.
type childReport struct {
	Name    string
	Refusal string
	Took    time.Duration
	Peak    int64 // anonymous memory of the process so far, in bytes
	Err     string
}

func playChild() {
	// What the runtime has mapped before the first paper comes, whether used or not, is not the papers' doing.
	most := uint64(status("VmData:")) + childMemory
	limit := &unix.Rlimit{Cur: most, Max: most}
	if err := unix.Setrlimit(unix.RLIMIT_DATA, limit); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	debug.SetMemoryLimit(childMemory * 3 / 4)
	names := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for names.Scan() {
		report := childReport{Name: names.Text()}
		start := time.Now()
		f, err := os.Open(report.Name)
		if err == nil {
			var got archive.Inspection
			got, err = Inspect(context.Background(), f, archive.InspectRequest{AllowOwnerLocks: true, Limits: archive.InspectLimits{Time: time.Minute}})
			report.Refusal = got.Refusal
			_ = f.Close()
		}
		if err != nil {
			report.Err = err.Error()
		}
		report.Took, report.Peak = time.Since(start), status("RssAnon:")
		_ = out.Encode(report)
	}
}

// status reads a size of this process, in bytes: RssAnon is the private memory that no file backs.
func status(key string) int64 {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if kb, ok := strings.CutPrefix(line, key); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(kb), " kB"), 10, 64)
			return n << 10
		}
	}
	return 0
}

// inspectInChild runs papers through one child after the other's death, and returns what it said of each. A paper a child died of fails the
// test.
func inspectInChild(t *testing.T, papers []string) []childReport {
	t.Helper()
	if raceDetector {
		t.Skip("the race detector's memory fits under no limit")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, inspectAsChild)
	cmd.Stdin = strings.NewReader(strings.Join(papers, "\n") + "\n")
	home := t.TempDir()
	cmd.Env = []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "TMPDIR=" + home}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	runErr := cmd.Run()
	if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
		t.Errorf("the child wrote %v, %v: a child may write nothing", left, err)
	}
	var reports []childReport
	for dec := json.NewDecoder(&out); dec.More(); {
		var r childReport
		if err := dec.Decode(&r); err != nil {
			t.Fatal(err)
		}
		reports = append(reports, r)
	}
	if runErr != nil || len(reports) != len(papers) {
		victim := "none"
		if len(reports) < len(papers) {
			victim = papers[len(reports)]
		}
		t.Fatalf("the child died of %s: %v\n%.2000s", victim, runErr, errs.String())
	}
	return reports
}

// TestEveryPaperFitsInAChild inspects the whole corpus in one process that may have 256 MB.
func TestEveryPaperFitsInAChild(t *testing.T) {
	root := testkit.Corpus(t, "")
	var papers []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".pdf") {
			papers = append(papers, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range inspectInChild(t, papers) {
		if r.Err != "" {
			t.Errorf("%s: %s", r.Name, r.Err)
		}
		t.Logf("%-70s %-16s %8s %4d MB", strings.TrimPrefix(r.Name, root), r.Refusal, r.Took.Round(time.Millisecond), r.Peak>>20)
	}
}

// TestLargePapersFitInAChild inspects files larger than the child's memory.
func TestLargePapersFitInAChild(t *testing.T) {
	jpg := make([]byte, 1<<20) // never decoded here
	copy(jpg, "\xff\xd8\xff")
	path := filepath.Join(t.TempDir(), "large.pdf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	if err := scanned(w, 300, jpg); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, r := range inspectInChild(t, []string{path}) {
		if r.Refusal != "" || r.Err != "" {
			t.Errorf("refusal %q %s", r.Refusal, r.Err)
		}
		if r.Peak > 64<<20 {
			t.Errorf("%d MB for a file of 300 MB", r.Peak>>20)
		}
	}
}

// TestPagesLeaveNothingBehind reads a thousand pages and compares what is held after 20 with what is held after all.
func TestPagesLeaveNothingBehind(t *testing.T) {
	var jpg bytes.Buffer
	if err := jpeg.Encode(&jpg, image.NewYCbCr(image.Rect(0, 0, 330, 467), image.YCbCrSubsampleRatio420), nil); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := scanned(&file, 1000, jpg.Bytes()); err != nil {
		t.Fatal(err)
	}
	p, err := Open(context.Background(), temporary(t, file.Bytes()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var early uint64
	for n := 1; n <= p.Pages(); n++ {
		if _, _, err := p.Words(context.Background(), n); err != nil {
			t.Fatal(err)
		}
		if m, _, err := p.Picture(context.Background(), n); err != nil || m.Bounds().Dx() != 330 {
			t.Fatalf("page %d: %v", n, err)
		}
		if n == 20 {
			early = held()
		}
	}
	if late := held(); late > early+4<<20 {
		t.Errorf("%d KB held after 20 pages, %d KB after %d", early>>10, late>>10, p.Pages())
	}
}

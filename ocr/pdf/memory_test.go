package pdf

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
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
	os.Exit(m.Run())
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
	limit := &unix.Rlimit{Cur: childMemory, Max: childMemory}
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
		report.Took, report.Peak = time.Since(start), anonymous()
		_ = out.Encode(report)
	}
}

// anonymous is the private memory of this process that no file backs.
func anonymous() int64 {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if kb, ok := strings.CutPrefix(line, "RssAnon:"); ok {
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
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, inspectAsChild)
	cmd.Stdin = strings.NewReader(strings.Join(papers, "\n") + "\n")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	runErr := cmd.Run()
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

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/internal/testkit"
)

// anonymous returns the anonymous memory of a process and of its children together, in bytes.
func anonymous(t testing.TB, pid int) (own, children int64) {
	t.Helper()
	own, err := rssAnon(pid)
	if err != nil {
		t.Fatal(err)
	}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range tasks {
		b, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		for _, c := range strings.Fields(string(b)) {
			if n, err := strconv.Atoi(c); err == nil {
				if rss, err := rssAnon(n); err == nil {
					children += rss
				}
			}
		}
	}
	return own, children
}

func rssAnon(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(v), "kB")), 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("process %d has no RssAnon", pid)
}

// TestParallelUploadsStayInMemory: 50 uploads of 20 MB at once, and the server's anonymous memory stays under 150 MB, with
// its children under 500 MB.
func TestParallelUploadsStayInMemory(t *testing.T) {
	const uploads, bytesEach = 50, 20 << 20
	s := builtProgram(t).start(t, t.TempDir(), "clerk", "--no-reading")
	stop := make(chan struct{})
	var peakOwn, peakAll int64
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				own, children := anonymous(t, s.cmd.Process.Pid)
				peakOwn, peakAll = max(peakOwn, own), max(peakAll, own+children)
			}
		}
	})
	var clients sync.WaitGroup
	for i := range uploads {
		clients.Go(func() {
			r, w := io.Pipe()
			go func() { w.CloseWithError(testkit.WritePDF(w, 4, bytesEach, uint64(i))) }()
			status, _, b, err := s.put(fmt.Sprintf("%d.pdf", i), r, "&agency=H15")
			if err != nil || status != http.StatusCreated {
				t.Errorf("upload %d: %d %v %s", i, status, err, tail(string(b), 500))
			}
		})
	}
	clients.Wait()
	close(stop)
	watch.Wait()
	t.Logf("%d uploads of %d MB at once: server %d MB, with children %d MB", uploads, bytesEach>>20, peakOwn>>20, peakAll>>20)
	if peakOwn > 150<<20 || peakAll > 500<<20 {
		t.Errorf("anonymous memory: server %d MB (at most 150), with children %d MB (at most 500)", peakOwn>>20, peakAll>>20)
	}
}

// TestMetadataIsFindableWhileReadingLagsBehind: papers come in faster than they can be read, and each can be found by its
// fields as soon as the feed has passed.
func TestMetadataIsFindableWhileReadingLagsBehind(t *testing.T) {
	t.Parallel()
	s := self(t).start(t, t.TempDir(), "clerk", "--readers", "0")
	for i := range 20 {
		word := fmt.Sprintf("kyhieu%dx", i)
		status, doc, b, err := s.put(word+".pdf", bytes.NewReader(testkit.TextPDF(word)), "&agency=H15")
		if err != nil || status != http.StatusCreated {
			t.Fatalf("%d %v %s", status, err, b)
		}
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			var f found
			s.must(200, "GET", "/api/v1/search?q="+word, nil, &f)
			if len(f.Items) == 1 && f.Items[0].Document.ID == doc.ID {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s is not found by its file name", word)
			}
		}
	}
}

package virus

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/internal/testkit/clamd"
)

func TestClamd(t *testing.T) {
	d := clamd.Start(t, "StreamMaxLength 2M")
	s := scanner(t, Options{Address: d.Address})
	cases := []struct {
		reason  string
		content string
		found   string
		code    string
	}{
		{"a sound PDF", string(testkit.TextPDF("Một trang")), "", ""},
		{"a scan", string(testkit.PDF(1, 200_000, 1)), "", ""},
		{"the test virus by itself", clamd.EICAR(), clamd.Signature, ""},
		{"behind the end of a PDF", string(testkit.TextPDF("Một trang")) + clamd.EICAR(), clamd.Signature, ""},
		{"packed inside a PDF", string(clamd.Around(clamd.EICAR())), clamd.Signature, ""},
		{"the same place without it", string(clamd.Around("nothing to see")), "", ""},
		{"larger than it takes", strings.Repeat("x", 3<<20), "", "scanner_limit"},
		{"much larger than it takes", strings.Repeat("x", 60<<20), "", "scanner_limit"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			found, err := s.Scan(t.Context(), paper(t, c.content))
			if found != c.found || archive.CodeOf(err) != c.code {
				t.Errorf("found %q, %v", found, err)
			}
		})
	}
	if v, err := s.Version(t.Context()); err != nil || !strings.HasPrefix(v, "ClamAV ") {
		t.Errorf("version %q, %v", v, err)
	}
	d.Stop()
	if err := s.Ready(t.Context()); archive.CodeOf(err) != "scanner_away" {
		t.Errorf("killed, it is %v", err)
	}
	if _, err := s.Scan(t.Context(), paper(t, "x")); archive.CodeOf(err) != "scanner_away" {
		t.Errorf("killed, it judges: %v", err)
	}
	d.Restart()
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("started again: %v", err)
	}
}

// What is clean by the default settings though it was skipped for its size is not judged once clamd is told to say so.
func TestClamdThatStopsLookingHasNotJudged(t *testing.T) {
	s := scanner(t, Options{Address: clamd.Start(t, "StreamMaxLength 8M", "MaxFileSize 1M", "MaxScanSize 1M", "AlertExceedsMax yes").Address})
	f := paper(t, strings.Repeat("x", 4<<20)+clamd.EICAR())
	if found, err := s.Scan(t.Context(), f); archive.CodeOf(err) != "scanner_limit" {
		t.Errorf("found %q, %v", found, err)
	}
}

func TestClamdScansManyAtOnce(t *testing.T) {
	s := scanner(t, Options{Address: clamd.Start(t).Address, Limits: archive.VirusLimits{Parallel: 8}})
	var files []*os.File
	for i := range 24 {
		content := fmt.Sprint("paper ", i)
		if i%2 == 1 {
			content = clamd.EICAR()
		}
		files = append(files, paper(t, content))
	}
	done := make(chan error)
	for i, f := range files {
		go func() {
			found, err := s.Scan(t.Context(), f)
			if err == nil && (found != "") != (i%2 == 1) {
				err = fmt.Errorf("file %d: found %q", i, found)
			}
			done <- err
		}()
	}
	for range files {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

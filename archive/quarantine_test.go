package archive_test

import (
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"sohoa/archive"
)

// scanner finds a virus in what holds the word "virus"; it can be away. The real one is tested in ocr/virus.
type scanner struct {
	mu   sync.Mutex
	away bool
	seen int
}

func (s *scanner) Scan(_ context.Context, f *os.File) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return "", archive.Errorf(archive.Unavailable, "connection refused")
	}
	s.seen++
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<20))
	if strings.Contains(string(b), "virus") {
		return "Test.Virus\x1b[31m", err
	}
	return "", err
}

func (s *scanner) Ready(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return archive.Errorf(archive.Unavailable, "connection refused")
	}
	return nil
}

func (s *scanner) leave(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

func TestWhatBecomesOfAPaperThatDoesNotPass(t *testing.T) {
	const none, present, away = "no scanner", "scanner", "scanner away"
	cases := []struct {
		reason  string
		scanner string
		unsafe  bool // the policy
		wish    archive.OnFault
		content string
		code    string // of the refusal; "" kept
		state   archive.State
		finding string
	}{
		{"a sound paper", none, false, "", "paper", "", archive.Review, ""},
		{"a sound paper, scanned", present, false, archive.KeepAside, "paper", "", archive.Review, ""},
		{"active content is refused", none, false, "", "script", "unsafe_file", "", "javascript"},
		{"active content, kept aside on request", none, false, archive.KeepAside, "script", "", archive.Quarantined, "javascript"},
		{"active content, kept aside by policy", none, true, archive.Refuse, "script", "", archive.Quarantined, "javascript"},
		{"a damaged file is refused, whatever the policy on active content", none, true, "", "broken", "damaged_file", "", "damaged"},
		{"a damaged file, kept aside on request", none, false, archive.KeepAside, "broken", "", archive.Quarantined, "damaged"},
		{"a Word file is never kept aside", none, true, archive.KeepAside, "word file", "unsupported_type", "", "not_a_pdf"},
		{"a virus is refused", present, true, "", "paper with a virus", "unsafe_file", "", "virus"},
		{"a virus, kept aside on request", present, false, archive.KeepAside, "paper with a virus", "", archive.Quarantined, "virus"},
		{"nothing comes in unseen", away, false, archive.Refuse, "paper", "", archive.Quarantined, "not_scanned"},
		{"a refusal does not wait for the scanner", away, false, "", "broken", "damaged_file", "", "damaged"},
		{"a Word file does not wait for the scanner", away, false, archive.KeepAside, "word file", "unsupported_type", "", "not_a_pdf"},
		{"active content that nobody has scanned", away, false, archive.KeepAside, "script", "", archive.Quarantined, "not_scanned"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			h := open(t)
			if c.scanner != none {
				h.virus = &scanner{away: c.scanner == away}
			}
			h.reopen(t)
			h.Policy.QuarantineUnsafe = c.unsafe
			in := paper("một")
			in.Body, in.OnFault = strings.NewReader(c.content), c.wish
			d, err := h.Deposit(context.Background(), clerk, in)
			fs := d.Findings
			if err != nil {
				fs = err.(*archive.Error).Findings
			}
			if archive.CodeOf(err) != c.code || d.State != c.state {
				t.Fatalf("got state %q, %v", d.State, err)
			}
			if c.finding != "" && (len(fs) == 0 || fs[len(fs)-1].Code != c.finding) {
				t.Errorf("findings: %+v", fs)
			}
			for _, f := range fs {
				if f.Code == "virus" && (strings.Contains(f.Msg.VI, "\x1b") || !strings.Contains(f.Msg.EN, "Test.Virus")) {
					t.Errorf("the scanner's word is shown as %q", f.Msg.EN)
				}
			}
			if c.state == archive.Quarantined {
				if got := h.bytes(t, checker, d.ID, 1); got != c.content {
					t.Errorf("the quarantine holds %q", got)
				}
				if n := len(h.store.Keys()); n != rootKeys(t) {
					t.Errorf("the store holds %d keys", n)
				}
			} else if n := len(h.aside.Keys()); n > 0 {
				t.Errorf("the quarantine holds %d keys", n)
			}
			h.sound(t)
		})
	}
}

func TestWithoutAQuarantineNothingIsKeptAside(t *testing.T) {
	h := open(t)
	h.Quarantine = nil
	in := paper("một")
	in.Body, in.OnFault = strings.NewReader("script"), archive.KeepAside
	if _, err := h.Deposit(context.Background(), clerk, in); archive.CodeOf(err) != "unsafe_file" {
		t.Errorf("got %v", err)
	}
	h.Scanner = &scanner{away: true}
	if _, err := h.Deposit(context.Background(), clerk, paper("hai")); archive.CodeOf(err) != "scanner_away" {
		t.Errorf("got %v", err)
	}
	h.sound(t)
}

func TestPowerFailsDuringDepositIntoQuarantine(t *testing.T) {
	t.Parallel()
	nothing := func(*testing.T, *house) error { return nil }
	everyWrite(t, nothing, func(t *testing.T, h *house) error {
		in := paper("một")
		in.Body, in.OnFault = strings.NewReader("script một"), archive.KeepAside
		_, err := h.Deposit(context.Background(), clerk, in)
		return err
	}, func(t *testing.T, h *house, acted error) {
		l, err := h.Documents(context.Background(), checker, archive.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if acted != nil && !h.unheard && (len(l.Items) != 0 || len(h.aside.Keys()) != 0) {
			t.Errorf("not acknowledged, and there: %+v, %v", l.Items, h.aside.Keys())
		}
		if (acted == nil || len(l.Items) > 0) && (len(l.Items) != 1 || h.bytes(t, checker, l.Items[0].ID, 0) != "script một") {
			t.Error("acknowledged, and gone")
		}
	})
}

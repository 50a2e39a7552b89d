package archive_test

import (
	"context"
	"os"
	"slices"
	"sync"
	"testing"

	"sohoa/archive"
)

// pupil notes what it is taught.
type pupil struct {
	mu    sync.Mutex
	heard []string
}

func (p *pupil) Learn(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = append(p.heard, text)
}

// bornDigital is a reader whose first pages have text of their own.
type bornDigital struct {
	archive.Reader
	first int
}

func (b bornDigital) Read(ctx context.Context, f *os.File, req archive.ReadRequest, each func(archive.PageReading) error) error {
	return b.Reader.Read(ctx, f, req, func(p archive.PageReading) error {
		if p.Number <= b.first {
			p.Source = archive.SourceText
		}
		return each(p)
	})
}

// What was recognised teaches nothing: the model would learn its own errors.
func TestCertainTextIsLearned(t *testing.T) {
	h := open(t)
	school := &pupil{}
	h.Learner, h.Reader = school, bornDigital{h.Reader, 1}
	d := h.work(t, h.deposit(t, "một").ID, archive.ReadingDone)
	want := []string{"trang 1 của paper một\n"}
	if !slices.Equal(school.heard, want) {
		t.Fatalf("after reading: %q, want %q", school.heard, want)
	}
	d = h.on(t, d, archive.Submit, archive.Accept)
	if want = append(want, d.Fields.Subject); !slices.Equal(school.heard, want) || d.Fields.Subject == "" {
		t.Errorf("after accepting: %q, want %q", school.heard, want)
	}
}

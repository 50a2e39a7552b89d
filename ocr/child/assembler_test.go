package child

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/ocr"
)

// obeyAssemble does what the first source says; a PDF is assembled in earnest.
func obeyAssemble(ctx context.Context, sources []archive.AssembleSource, pages []archive.PagePick, out io.Writer, l archive.AssembleLimits) error {
	if sources[0].MediaType == archive.PDF {
		return ocr.Assemble(ctx, sources, pages, out, l)
	}
	words, err := orders(sources[0].File)
	if err != nil {
		return err
	}
	for _, w := range words {
		switch w {
		case "write":
			if _, err := sources[0].File.Write([]byte("evil")); err == nil {
				return errors.New("the source could be written to")
			}
		case "flood":
			for {
				if _, err := out.Write(make([]byte, 1<<20)); err != nil {
					return err
				}
			}
		default:
			if err := obey(w); err != nil {
				return err
			}
			if _, err := io.WriteString(out, w); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestAssembler(t *testing.T) {
	full := errors.New("disk full")
	for _, c := range []struct {
		name, orders string
		out          io.Writer
		want         string
		code         string
		err          error
	}{
		{name: "plain", orders: "one two", want: "onetwo"},
		{name: "crash", orders: "crash", code: "damaged_file"},
		{name: "hang", orders: "hang", code: "limits_exceeded"},
		{name: "memory", orders: "grow", code: "limits_exceeded"},
		{name: "more bytes than allowed", orders: "flood", code: "damaged_file"},
		{name: "words of its own", orders: "locked", code: "no_page"},
		{name: "sources are read only", orders: "write one", want: "one"},
		{name: "nobody takes the bytes", orders: "flood", out: deaf{full}, err: full},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := NewAssembler(Options{Limits: archive.Limits{Assemble: archive.AssembleLimits{Time: 2 * time.Second, Memory: 128 << 20, Bytes: 8 << 20}}})
			defer a.Close()
			var got bytes.Buffer
			if c.out == nil {
				c.out = &got
			}
			err := a.Assemble(t.Context(), []archive.AssembleSource{{File: paper(t, c.orders), MediaType: archive.PNG}}, []archive.PagePick{{Source: 1, Page: 1}}, c.out, archive.AssembleLimits{})
			switch {
			case c.err != nil:
				if !errors.Is(err, c.err) {
					t.Errorf("%v", err)
				}
			case archive.CodeOf(err) != c.code:
				t.Errorf("%v", err)
			case c.code == "" && got.String() != c.want:
				t.Errorf("%q", got.String())
			}
		})
	}
}

type deaf struct{ err error }

func (d deaf) Write([]byte) (int, error) { return 0, d.err }

// TestManySources puts more files together than fit beside one message of old.
func TestManySources(t *testing.T) {
	a := NewAssembler(Options{})
	defer a.Close()
	var sources []archive.AssembleSource
	var picks []archive.PagePick
	for i := range archive.DefaultLimits().Assemble.Sources {
		sources = append(sources, archive.AssembleSource{File: paper(t, string(testkit.TextPDF("one", "two"))), MediaType: archive.PDF})
		picks = append(picks, archive.PagePick{Source: i + 1, Page: 2, Turn: 90 * (i % 4)})
	}
	out, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := a.Assemble(t.Context(), sources, picks, out, archive.AssembleLimits{}); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command(testkit.Need(t, "qpdf"), "--show-npages", out.Name()).Output()
	if err != nil || strings.TrimSpace(string(text)) != "60" {
		t.Errorf("%s pages, %v", text, err)
	}
	if err := a.Assemble(t.Context(), append(sources, sources...), picks, out, archive.AssembleLimits{}); archive.KindOf(err) != archive.Invalid {
		t.Errorf("twice as many: %v", err)
	}
}

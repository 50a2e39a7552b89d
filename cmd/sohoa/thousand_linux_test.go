package main

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/ocr/child"
)

// allowed is by how much more the peak of a long paper may be. Measured here is a reader without its recogniser, which is the larger part of
// it: what is left is so small that the moment of a collection shows, and chance is what that may come to.
// Known: for a thousand pages the reader took 35 MB after 29 (and 34 for 120), the copier 16 after 11, this process 87 after 84.
const (
	allowed = 1.15
	chance  = 10 << 20
)

// TestAThousandPagesTakeNoMoreMemoryThanTwenty reads a bilevel paper in a real child and makes its reading copy in another: neither they nor this
// process, which hands on what they say, may need more for many pages than for twenty. With SOHOA_LONG=1 there are a thousand, else 120.
func TestAThousandPagesTakeNoMoreMemoryThanTwenty(t *testing.T) {
	many := 120
	if os.Getenv("SOHOA_LONG") != "" {
		many = 1000
	}
	few := peaksOf(t, 20)
	more := peaksOf(t, many)
	for _, what := range []struct {
		name      string
		few, more int64
	}{{"reader", few.reader, more.reader}, {"copier", few.copier, more.copier}, {"server", few.server, more.server}} {
		ratio := float64(what.more) / float64(what.few)
		t.Logf("%s: %.1f MB for 20 pages, %.1f MB for %d: %.2f", what.name, float64(what.few)/1e6, float64(what.more)/1e6, many, ratio)
		if ratio > allowed && what.more-what.few > chance {
			t.Errorf("the %s takes %.2f times as much", what.name, ratio)
		}
	}
	l := archive.DefaultLimits()
	if more.reader > l.Read.Memory || more.copier > l.Assemble.Memory {
		t.Errorf("over the cap of a child: %+v", more)
	}
}

type peaks struct{ reader, copier, server int64 }

func peaksOf(t *testing.T, pages int) (p peaks) {
	t.Helper()
	paper := bilevel(t, pages)
	opt := child.Options{Readers: 1, Assemblers: 1, Scratch: filepath.Join(t.TempDir(), "scratch")}
	words, err := os.Create(filepath.Join(t.TempDir(), "words"))
	if err != nil {
		t.Fatal(err)
	}
	defer words.Close()
	r, err := child.NewReader(opt)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a := child.NewAssembler(opt)
	defer a.Close()

	forgetPeak(t)
	req := archive.ReadRequest{MediaType: archive.PDF, Limits: archive.ReadLimits{}}
	for n := range pages {
		req.Pages = append(req.Pages, n+1)
	}
	read := 0
	err = r.Read(t.Context(), paper, req, func(pr archive.PageReading) error {
		if pr.Source != archive.SourceWaits {
			return fmt.Errorf("page %d is %s: %v", pr.Number, pr.Source, pr.Err)
		}
		read++
		pr.Source = archive.SourceScan // what a recogniser would have said of a full page
		for i := range 300 {
			x, y := float32(60+40*(i%12)), float32(80+24*(i/12))
			pr.Words = append(pr.Words, archive.Word{Text: "quyết", Confidence: 0.9, Line: i / 12, Box: archive.Box{X0: x, Y0: y, X1: x + 34, Y1: y + 12}})
		}
		z := gzip.NewWriter(words)
		if err := json.NewEncoder(z).Encode(pr); err != nil {
			return err
		}
		return z.Close()
	})
	if err != nil || read != pages {
		t.Fatalf("%d pages read, %v", read, err)
	}
	var wrote counter
	err = a.Copy(t.Context(), archive.CopyRequest{Source: archive.AssembleSource{File: paper, MediaType: archive.PDF}, Pages: pages, Words: words,
		Mark: archive.CopyMark{Title: "Bản đọc", Language: "vi"}}, &wrote, archive.AssembleLimits{})
	if err != nil || wrote == 0 {
		t.Fatalf("%d bytes of a copy, %v", wrote, err)
	}
	reading, _ := r.Stats()
	return peaks{reader: reading.Peak, copier: a.Stats().Peak, server: peak(t)}
}

type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// bilevel is a fax of A4 at 200 dpi, the same strokes on every page, every page an image of its own.
func bilevel(t *testing.T, pages int) *os.File {
	t.Helper()
	const w, h = 1654, 2339
	stride := (w + 7) / 8
	bits := bytes.Repeat([]byte{0xff}, stride*h)
	strokes := testkit.Chance(5)
	for line := range 40 {
		for x := 20; x < stride-20; x++ {
			for y := range 24 {
				if strokes.IntN(3) == 0 {
					bits[(150+50*line+y)*stride+x] = byte(strokes.IntN(256))
				}
			}
		}
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := z.Write(bits); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "fax.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	var at []int64
	var n int64
	put := func(format string, args ...any) {
		k, err := fmt.Fprintf(f, format, args...)
		if err != nil {
			t.Fatal(err)
		}
		n += int64(k)
	}
	object := func(format string, args ...any) {
		at = append(at, n)
		put("%d 0 obj\n"+format+"\nendobj\n", append([]any{len(at)}, args...)...)
	}
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 3+3*i)
	}
	put("%%PDF-1.4\n")
	object("<</Type/Catalog/Pages 2 0 R>>")
	object("<</Type/Pages/Count %d/Kids[%s]>>", pages, kids.String())
	for i := range pages {
		const draw = "q 595.44 0 0 842.04 0 0 cm /I Do Q"
		object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.44 842.04]/Contents %d 0 R/Resources<</XObject<</I %d 0 R>>>>>>", 4+3*i, 5+3*i)
		object("<</Length %d>>stream\n%s\nendstream", len(draw), draw)
		object("<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode/Length %d>>stream\n%s\nendstream", w, h, packed.Len(), packed.String())
	}
	table := n
	put("xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		put("%010d 00000 n \n", o)
	}
	put("trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return f
}

// forgetPeak has the kernel count the peak of this process anew (proc(5), clear_refs).
func forgetPeak(t *testing.T) {
	t.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200); err != nil {
		t.Skipf("the peak cannot be measured here: %v", err)
	}
}

// peak is the most memory this process had in use since then.
func peak(t *testing.T) int64 {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n << 10
}

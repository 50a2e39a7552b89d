package pdf

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/archive"
)

// builder writes small PDFs object by object. Object 1 is the catalogue, 2 the page tree, 3 the only page, unless a test says otherwise.
type builder struct {
	bytes.Buffer
	offsets map[int]int
	max     int
}

func newBuilder() *builder {
	b := &builder{offsets: map[int]int{}}
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	return b
}

func (b *builder) object(num int, body string) *builder {
	b.offsets[num] = b.Len()
	b.max = max(b.max, num)
	fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", num, body)
	return b
}

func (b *builder) stream(num int, dict string, data []byte) *builder {
	return b.object(num, fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", dict, len(data), data))
}

// end writes a cross-reference table over the objects so far and a trailer with more in it.
func (b *builder) end(more string) []byte {
	at := b.Len()
	fmt.Fprintf(b, "xref\n0 1\n0000000000 65535 f \n")
	for n := 1; n <= b.max; n++ {
		if off, ok := b.offsets[n]; ok {
			fmt.Fprintf(b, "%d 1\n%010d 00000 n \n", n, off)
		}
	}
	fmt.Fprintf(b, "trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", b.max+1, more, at)
	return b.Bytes()
}

// onePage is a sound file of one empty page; catalogue and page take more entries, objects are added.
func onePage(catalogue, page string, objects ...string) []byte {
	b := newBuilder()
	b.object(1, "<</Type/Catalog/Pages 2 0 R"+catalogue+">>")
	b.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
	b.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]"+page+">>")
	for i, o := range objects {
		b.object(4+i, o)
	}
	return b.end("")
}

func deflate(data []byte) []byte {
	var buf bytes.Buffer
	z := zlib.NewWriter(&buf)
	_, _ = z.Write(data)
	_ = z.Close()
	return buf.Bytes()
}

// temporary puts bytes in a file of the test.
func temporary(t testing.TB, data []byte) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func judged(t testing.TB, data []byte, l archive.InspectLimits) archive.Inspection {
	t.Helper()
	got, err := Inspect(context.Background(), temporary(t, data), archive.InspectRequest{Limits: l, AllowOwnerLocks: true})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// scanned writes a file of n pages, each one JPEG of about size bytes, to w.
func scanned(w io.Writer, n int, jpg []byte) error {
	offsets := make([]int, 0, 3*n+2)
	at := 0
	put := func(format string, args ...any) error {
		k, err := fmt.Fprintf(w, format, args...)
		at += k
		return err
	}
	if err := put("%%PDF-1.4\n"); err != nil {
		return err
	}
	object := func(format string, args ...any) error {
		offsets = append(offsets, at)
		return put("%d 0 obj\n"+format+"\nendobj\n", append([]any{len(offsets)}, args...)...)
	}
	kids := &strings.Builder{}
	for i := range n {
		fmt.Fprintf(kids, "%d 0 R ", 3+3*i)
	}
	if err := object("<</Type/Catalog/Pages 2 0 R>>"); err != nil {
		return err
	}
	if err := object("<</Type/Pages/Count %d/Kids[%s]>>", n, kids); err != nil {
		return err
	}
	for i := range n {
		page, contents, picture := 3+3*i, 4+3*i, 5+3*i
		draw := "q 595 0 0 842 0 0 cm /I Do Q"
		if err := object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</XObject<</I %d 0 R>>>>>>", contents, picture); err != nil {
			return err
		}
		if err := object("<</Length %d>>stream\n%s\nendstream", len(draw), draw); err != nil {
			return err
		}
		if err := object("<</Type/XObject/Subtype/Image/Width 1654/Height 2339/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode/Length %d>>stream\n%s\nendstream", len(jpg), jpg); err != nil {
			return err
		}
		_ = page
	}
	table := at
	if err := put("xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1); err != nil {
		return err
	}
	for _, o := range offsets {
		if err := put("%010d 00000 n \n", o); err != nil {
			return err
		}
	}
	return put("trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, table)
}

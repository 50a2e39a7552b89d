package rest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"strings"
	"testing"
	"unicode/utf8"

	"sohoa/archive"
)

func TestRevision(t *testing.T) {
	for _, c := range []struct {
		reason, header string
		want           int64
		code           string
	}{
		{"nothing sent", "", 0, "precondition_required"},
		{"whatever it is", "*", 0, ""},
		{"a revision", `"r7"`, 7, ""},
		{"no quotes", `r7`, 0, "stale_revision"},
		{"not ours", `"abc"`, 0, "stale_revision"},
		{"weak", `W/"r7"`, 0, "stale_revision"},
		{"before the first", `"r0"`, 0, "stale_revision"},
		{"no number", `"r"`, 0, "stale_revision"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			n, err := revision(c.header)
			if n != c.want || archive.CodeOf(err) != c.code {
				t.Errorf("%d, %v", n, err)
			}
		})
	}
}

func TestFileName(t *testing.T) {
	digest := archive.DigestOf(nil)
	for _, c := range []struct{ reason, in, typ, name, ascii string }{
		{"plain", "a.pdf", archive.PDF, "a.pdf", "a.pdf"},
		{"Vietnamese", "Đơn đề nghị.PDF", archive.PDF, "Đơn đề nghị.PDF", "Don de nghi.PDF"},
		{"another language", "許可.pdf", archive.PDF, "許可.pdf", "__.pdf"},
		{"a path of either kind", `C:\x/..\y.pdf`, archive.PDF, "y.pdf", "y.pdf"},
		{"an ending of something else", "setup.exe", archive.JPEG, "setup.exe.jpg", "setup.exe.jpg"},
		{"either ending of a type", "a.jpeg", archive.JPEG, "a.jpeg", "a.jpeg"},
		{"no name", "", archive.PNG, digest.Hex()[:12] + ".png", digest.Hex()[:12] + ".png"},
		{"hidden", "..pdf", archive.PDF, "pdf.pdf", "pdf.pdf"},
		{"a header in it", "a\r\nX: y\".pdf", archive.PDF, "a__X_ y_.pdf", "a__X_ y_.pdf"},
		{"percent", "100%.pdf", archive.PDF, "100%.pdf", "100_.pdf"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			v := archive.Version{FileName: c.in, MediaType: c.typ, Digest: digest}
			if got := FileName(v); got != c.name || asciiName(got) != c.ascii {
				t.Errorf("%q, %q", got, asciiName(got))
			}
		})
	}
	if got := percentName("Đơn 1%.pdf"); got != "%C4%90%C6%A1n%201%25.pdf" {
		t.Errorf("RFC 8187: %s", got)
	}
}

// content is a Content whose last read says what it is told.
type content struct {
	*bytes.Reader
	end error
}

func (c content) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if n == 0 && err == io.EOF {
		return 0, c.end
	}
	return n, nil
}
func (content) Close() error           { return nil }
func (content) Digest() archive.Digest { return archive.Digest{} }
func (c content) Size() int64          { return c.Reader.Size() }

func TestCheckedLooksPastTheEnd(t *testing.T) {
	body := []byte(strings.Repeat("x", 100_000))
	damaged := archive.Errorf(archive.Corrupt, "digest")
	for _, c := range []struct {
		reason string
		end    error
		whole  bool
	}{{"sound", io.EOF, true}, {"damaged", damaged, false}} {
		t.Run(c.reason, func(t *testing.T) {
			f := &checked{content: content{bytes.NewReader(body), c.end}}
			if n, _ := f.Seek(0, io.SeekEnd); n != int64(len(body)) {
				t.Fatalf("size %d", n)
			}
			_, _ = f.Seek(0, io.SeekStart)
			var got bytes.Buffer
			_, err := io.CopyN(&got, f, int64(len(body))) // as http.ServeContent does: it never asks for the end
			if whole := err == nil && got.Len() == len(body); whole != c.whole || !c.whole && !errors.Is(f.err, damaged) {
				t.Errorf("%d bytes, %v", got.Len(), err)
			}
		})
	}
}

// FuzzMultipart feeds arbitrary bodies to the parser of deposits. Whatever comes, it answers with an error of the domain
// or of the transport, reads no metadata past its limit, and hands out a file only from a form that ends properly.
func FuzzMultipart(f *testing.F) {
	for _, meta := range []string{"", `{}`, `{"subject":"Cấp phép","owner":{"id":"066200012345"}}`, `{"subject":7}`, `{"x":1}`, `[`, `{}{}`} {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		if err := w.SetBoundary("edge"); err != nil {
			f.Fatal(err)
		}
		if meta != "" {
			x, _ := w.CreateFormField("metadata")
			io.WriteString(x, meta)
		}
		x, _ := w.CreateFormFile("file", "a.pdf")
		io.WriteString(x, "%PDF-1.7")
		w.Close()
		f.Add(b.Bytes(), "edge")
		f.Add(b.Bytes()[:b.Len()-3], "edge")
	}
	f.Add([]byte("--\r\n\r\n----"), "")
	f.Fuzz(func(t *testing.T, body []byte, boundary string) {
		var in take
		err := in.multipart(bytes.NewReader(body), boundary, 1000)
		if err != nil {
			if archive.KindOf(err) == archive.Internal && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("an unforeseen error: %v", err)
			}
			return
		}
		var p parser
		in.meta.deposit(&p)
		for _, fault := range p.faults {
			if fault.Msg.VI == "" || fault.Msg.EN == "" {
				t.Errorf("a fault without words: %+v", fault)
			}
		}
		n, err := io.Copy(io.Discard, in.file)
		if n > int64(len(body)) {
			t.Errorf("%d bytes out of %d", n, len(body))
		}
		if err != nil && archive.KindOf(err) == archive.Internal && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("an unforeseen error: %v", err)
		}
	})
}

// FuzzMetadata: whatever JSON comes, a fault names a field and never repeats a value.
func FuzzMetadata(f *testing.F) {
	for _, s := range []string{`{}`, `{"dossier_code":"H15.50-261008-0975"}`, `{"issued_on":"2024-02-30"}`, `{"owner":{"id_type":"x"}}`, `{"sub\u0000ject":1}`, `{"<b>":1}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m DepositMetadata
		err := decodeMetadata(bytes.NewReader(b), 1000, &m)
		var e *archive.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("an unforeseen error: %v", err)
		}
		if e == nil {
			var p parser
			m.deposit(&p)
			e = &archive.Error{Fields: p.faults}
		}
		for _, field := range e.Fields {
			if len(field.Field) > 80 || !utf8.ValidString(field.Field) || strings.ContainsAny(field.Field, "<>&\"'\x00\n") {
				t.Errorf("field %q", field.Field)
			}
		}
	})
}

func FuzzTable(f *testing.F) {
	for _, s := range []string{"code,name\nH15,A\n", "\xef\xbb\xbfcode;name\nH15;\"A\nB\"\n", "code\n\"", "code,name\nH15,A,B\n", ""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tab, err := readTable(bytes.NewReader(b), []string{"code", "name"}, archive.DefaultLimits().Door)
		if err != nil {
			return
		}
		var p parser
		lines := 0
		for tab.next(&p) {
			if lines++; lines > len(b)+1 {
				t.Fatal("more lines than bytes")
			}
			_ = fmt.Sprint(tab.at(), tab.cell("code"), tab.cell("name"), tab.list("code"))
		}
	})
}

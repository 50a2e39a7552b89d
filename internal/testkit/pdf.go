package testkit

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
)

// PDF returns a valid PDF 1.4 of the given number of A4 pages and of exactly the given number of bytes, nearly all of them pixels
// that cannot be compressed. Another seed gives another file. It panics when the size is too small for the pages (allow 700 bytes a
// page).
func PDF(pages, size int, seed uint64) []byte {
	var out bytes.Buffer
	out.Grow(size)
	if err := WritePDF(&out, pages, int64(size), seed); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// WritePDF writes what PDF returns without holding it in memory, for files of hundreds of megabytes.
func WritePDF(w io.Writer, pages int, size int64, seed uint64) error {
	// The frame around the pixels depends on them only by the number of digits of lengths and offsets: start low and grow until
	// the rest fits into one comment line.
	side := int(math.Sqrt(float64(size) / float64(pages)))
	for ; side > 0; side-- {
		d := noisePDF(pages, side, 0)
		if rest := size - d.length(); rest == 0 || rest >= 2 && noisePDF(pages, side, rest).length() == size {
			return noisePDF(pages, side, rest).write(w, Noise(seed))
		}
	}
	return fmt.Errorf("a PDF of %d pages does not fit into %d bytes", pages, size)
}

// TextPDF returns a born-digital PDF with one A4 page for each text, set in Helvetica. Lines are split at \n; only ASCII is drawn as it
// stands.
func TextPDF(pages ...string) []byte {
	d := newDocument(len(pages))
	font := 3 + 2*len(pages)
	for i, text := range pages {
		content := "BT /F1 12 Tf 14 TL 72 770 Td\n"
		for line := range strings.SplitSeq(text, "\n") {
			content += "(" + strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(line) + ") Tj T*\n"
		}
		content += "ET\n"
		d.page(i, 2, fmt.Sprintf("/Font << /F1 %d 0 R >>", font))
		d.stream("", []byte(content))
	}
	d.object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	var out bytes.Buffer
	if err := d.write(&out, nil); err != nil {
		panic(err) // a buffer takes everything
	}
	return out.Bytes()
}

// JPEGPDF wraps JPEG pages the way scanners do: one full-page image each, A4.
func JPEGPDF(pages ...Scan) []byte {
	d := newDocument(len(pages))
	for i, p := range pages {
		space := "/DeviceRGB"
		if p.Gray {
			space = "/DeviceGray"
		}
		d.page(i, 3, fmt.Sprintf("/XObject << /Im0 %d 0 R >>", 3+3*i+2))
		d.stream("", []byte(fullPage))
		d.stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s /BitsPerComponent 8 /Filter /DCTDecode ",
			p.Width, p.Height, space), p.JPEG)
	}
	var out bytes.Buffer
	if err := d.write(&out, nil); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// Scan is one page image for JPEGPDF.
type Scan struct {
	JPEG          []byte
	Width, Height int // pixels
	Gray          bool
}

const fullPage = "q 595.28 0 0 841.89 0 0 cm /Im0 Do Q"

func noisePDF(pages, side int, rest int64) document {
	d := newDocument(pages)
	for i := range pages {
		d.page(i, 3, fmt.Sprintf("/XObject << /Im0 %d 0 R >>", 3+3*i+2))
		d.stream("", []byte(fullPage))
		d.noise(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %[1]d /ColorSpace /DeviceGray /BitsPerComponent 8 ", side), side*side)
	}
	if rest > 0 {
		d.parts = append(d.parts, part{text: "%" + strings.Repeat("-", int(rest)-2) + "\n"})
	}
	return d
}

// document is a PDF in parts: text as it stands, objects that the cross-reference table names, and runs of noise known by length only.
type document struct{ parts []part }

type part struct {
	text   string
	object bool // text begins an object
	noise  int  // that many bytes of noise follow the text
}

func newDocument(pages int) document {
	var d document
	d.parts = append(d.parts, part{text: "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"})
	d.object("<< /Type /Catalog /Pages 2 0 R >>")
	d.object("") // the page tree, filled in by page
	d.parts[2].text = fmt.Sprintf("<< /Type /Pages /Count %d /Kids [", pages)
	return d
}

func (d *document) object(body string) {
	d.parts = append(d.parts, part{text: body, object: true})
}

// page adds the page object i; step is how many objects each page takes, the contents being the next one.
func (d *document) page(i, step int, resources string) {
	self := 3 + step*i
	d.parts[2].text += fmt.Sprintf(" %d 0 R", self)
	d.object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.28 841.89] /Resources << %s >> /Contents %d 0 R >>", resources, self+1))
}

func (d *document) stream(dict string, data []byte) {
	d.object(fmt.Sprintf("<< %s/Length %d >>\nstream\n%s\nendstream", dict, len(data), data))
}

func (d *document) noise(dict string, length int) {
	d.object(fmt.Sprintf("<< %s/Length %d >>\nstream\n", dict, length))
	d.parts[len(d.parts)-1].noise = length
}

func (d document) length() int64 {
	var n counter
	if err := d.write(&n, nil); err != nil {
		panic(err)
	}
	return int64(n)
}

// write sets the parts one after the other. Without a source of noise, noise is counted and not written, which only length may want.
func (d document) write(w io.Writer, noise io.Reader) error {
	out := &offsetWriter{w: w}
	var offsets []int64
	for i, p := range d.parts {
		text := p.text
		if i == 2 {
			text += " ] >>"
		}
		if p.object {
			offsets = append(offsets, out.n)
			fmt.Fprintf(out, "%d 0 obj\n", len(offsets))
		}
		io.WriteString(out, text)
		if p.noise > 0 {
			if noise == nil {
				out.skip(p.noise)
			} else if _, err := io.CopyN(out, noise, int64(p.noise)); err != nil {
				return err
			}
			io.WriteString(out, "\nendstream")
		}
		if p.object {
			io.WriteString(out, "\nendobj\n")
		}
	}
	start := out.n
	fmt.Fprintf(out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(out, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return out.err
}

// offsetWriter counts, and keeps the first error for the end.
type offsetWriter struct {
	w   io.Writer
	n   int64
	err error
}

func (o *offsetWriter) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(p)
	o.n += int64(n)
	o.err = err
	return n, err
}

func (o *offsetWriter) skip(n int) {
	o.n += int64(n)
	if c, ok := o.w.(*counter); ok {
		*c += counter(n)
	}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

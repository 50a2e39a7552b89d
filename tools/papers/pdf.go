package main

import (
	"bytes"
	"fmt"
)

// pdf wraps scanned pages as scanners do: PDF 1.4, one image per A4 page, nothing else.
func pdf(pages []scan) []byte {
	var out bytes.Buffer
	var offsets []int
	object := func(body string, stream []byte) int {
		offsets = append(offsets, out.Len())
		n := len(offsets)
		fmt.Fprintf(&out, "%d 0 obj\n%s\n", n, body)
		if stream != nil {
			out.WriteString("stream\n")
			out.Write(stream)
			out.WriteString("\nendstream\n")
		}
		out.WriteString("endobj\n")
		return n
	}
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	object("<< /Type /Catalog /Pages 2 0 R >>", nil)
	kids := ""
	for i := range pages {
		kids += fmt.Sprintf("%d 0 R ", 4+3*i)
	}
	object(fmt.Sprintf("<< /Type /Pages /Kids [ %s] /Count %d >>", kids, len(pages)), nil)
	object("<< /Producer (sohoa papers) >>", nil)
	for _, p := range pages {
		self := len(offsets) + 1
		object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 595.28 841.89 ] /Resources << /XObject << /Im0 %d 0 R >> >> /Contents %d 0 R >>", self+2, self+1), nil)
		content := []byte("q 595.28 0 0 841.89 0 0 cm /Im0 Do Q")
		object(fmt.Sprintf("<< /Length %d >>", len(content)), content)
		object(fmt.Sprintf("<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /%s /BitsPerComponent %d /Filter /%s /Length %d >>",
			p.width, p.height, p.colours, p.bits, p.filter, len(p.data)), p.data)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return out.Bytes()
}

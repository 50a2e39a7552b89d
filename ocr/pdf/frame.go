package pdf

import (
	"bytes"
	"slices"

	"sohoa/internal/magic"
)

// versions are those that exist (ISO 32000-2 §7.5.2 and its forerunners).
var versions = []string{"1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2.0"}

// frame judges what stands around the PDF: nothing may stand before it, and only blanks after it. A line end or a byte order mark before it
// is somebody's carelessness and not another file.
func (in *inspection) frame() {
	head := in.data[:min(len(in.data), 1024)]
	at := bytes.Index(head, []byte("%PDF-"))
	switch before := head[:max(0, at)]; {
	case at < 0:
		in.found.add("header_offset", 0, 0)
	case at == 0:
	case len(bytes.Trim(bytes.TrimPrefix(before, []byte("\xef\xbb\xbf")), " \t\r\n\f\x00")) == 0:
		in.found.add("header_blank", 0, 0)
	default:
		in.found.add("header_offset", 0, 0)
	}
	if at >= 0 && !slices.Contains(versions, headerVersion(in.data)) {
		in.invented = true
		in.found.add("header_version", 0, 0)
	}
	end := bytes.LastIndex(in.data, []byte("%%EOF"))
	if end < 0 {
		in.found.add("no_end_mark", 0, 0)
	} else if blankAfter(in.data, int64(end+len("%%EOF"))) < int64(len(in.data)) {
		in.found.add("trailing_data", 0, 0)
	}
	if magic.Archive(bytes.NewReader(in.data), int64(len(in.data))) != "" {
		in.found.add("polyglot", 0, 0)
	}
}

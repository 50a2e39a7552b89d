package sheet

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Encoding names how the bytes of a CSV file mean letters, when it is not Unicode.
type Encoding string

// The 8-bit encodings in which Vietnamese tables still come. The fonts of TCVN3 and VNI have no code page of their own: their
// bytes are read as Windows1252, and the caller makes words of them (viet.Decode).
const (
	Windows1258 Encoding = "windows-1258"
	Windows1252 Encoding = "windows-1252"
)

// decoded returns r as UTF-8 without its mark at the start.
func decoded(r io.ReaderAt, size int64, enc Encoding) (io.Reader, error) {
	whole := func() io.Reader { return io.NewSectionReader(r, 0, size) }
	var mark [3]byte
	n, err := r.ReadAt(mark[:min(size, 3)], 0)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("read table: %w", err)
	}
	switch m := mark[:n]; {
	case bytes.HasPrefix(m, []byte("\xff\xfe")), bytes.HasPrefix(m, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(whole()), nil
	case bytes.HasPrefix(m, []byte("\xef\xbb\xbf")):
		return io.NewSectionReader(r, 3, size-3), checkUnicode(io.NewSectionReader(r, 3, size-3))
	}
	err = checkUnicode(whole())
	switch {
	case err == nil:
		return whole(), nil
	case enc == "":
		return nil, err
	}
	var page *charmap.Charmap
	switch enc {
	case Windows1258:
		page = charmap.Windows1258
	case Windows1252:
		page = charmap.Windows1252
	default:
		return nil, fmt.Errorf("encoding %q is not known", enc)
	}
	return page.NewDecoder().Reader(whole()), nil
}

// checkUnicode reads all of r and says whether it is UTF-8 text.
func checkUnicode(r io.Reader) error {
	line := 1
	buf := make([]byte, 0, 64<<10)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		valid := len(buf)
		for i := 0; i < len(buf); {
			if buf[i] == 0 {
				return fault("not_a_table", "Đây không phải tệp CSV hay XLSX.", "This is neither CSV nor XLSX.")
			}
			if buf[i] == '\n' {
				line++
			}
			if buf[i] < utf8.RuneSelf {
				i++
				continue
			}
			c, size := utf8.DecodeRune(buf[i:])
			if c == utf8.RuneError && size <= 1 {
				if err == nil && !utf8.FullRune(buf[i:]) {
					valid = i
					break
				}
				f := fault("encoding", "Tệp CSV không phải Unicode (UTF-8). Hãy lưu lại dạng “CSV UTF-8”, hoặc nói rõ bảng mã.",
					"The CSV file is not Unicode (UTF-8). Save it as “CSV UTF-8”, or say which encoding it has.")
				f.Line = line
				return f
			}
			i += size
		}
		rest := copy(buf, buf[valid:])
		buf = buf[:rest]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read table: %w", err)
		}
	}
}

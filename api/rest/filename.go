package rest

import (
	"path"
	"strings"
	"unicode/utf8"

	"sohoa/archive"
	"sohoa/internal/viet"
)

var endings = map[string][]string{archive.PDF: {".pdf"}, archive.JPEG: {".jpg", ".jpeg"}, archive.PNG: {".png"}, archive.TIFF: {".tif", ".tiff"}}

// FileName returns the name a version is saved under: as the depositor called it, without folders, and with the ending of
// what it truly is, so that no reader opens it as something else.
func FileName(v archive.Version) string {
	name := path.Base(strings.ReplaceAll(v.FileName, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) || r == utf8.RuneError {
			return '_'
		}
		return r
	}, name)
	name = strings.TrimLeft(name, ". ")
	ends := endings[v.MediaType]
	if name == "" || name == "_" {
		name = v.Digest.Hex()[:12]
	}
	lower := strings.ToLower(name)
	for _, e := range ends {
		if strings.HasSuffix(lower, e) {
			return name
		}
	}
	if len(ends) > 0 {
		name += ends[0]
	}
	return name
}

// asciiName is name for readers that know ASCII only: Vietnamese without its marks, anything else as "_".
func asciiName(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case r == '"', r == '\\', r == '%': // some readers decode % even here
			b.WriteByte('_')
		case r >= ' ' && r <= '~':
			b.WriteRune(r)
		default:
			b.WriteString(plainLetter(r))
		}
	}
	return b.String()
}

func plainLetter(r rune) string {
	folded := viet.Fold(string(r))
	if len(folded) != 1 || folded[0] < '0' || folded[0] > 'z' {
		return "_"
	}
	if strings.ToUpper(string(r)) == string(r) {
		return strings.ToUpper(folded)
	}
	return folded
}

// percentName is name as an ext-value (RFC 8187 §3.2.1).
func percentName(name string) string {
	const plain = "!#$&+-.^_`|~"
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		const hex = "0123456789ABCDEF"
		b.WriteString("%" + string(hex[c>>4]) + string(hex[c&15]))
	}
	return b.String()
}

package child

import (
	"encoding/json"
	"regexp"
	"unicode"
	"unicode/utf8"

	"sohoa/archive"
)

var knownRefusals = map[string]bool{
	"": true, "unsupported_type": true, "unsafe_file": true, "damaged_file": true, "encrypted_file": true, "limits_exceeded": true,
}

var knownTypes = map[string]bool{"": true, archive.PDF: true, archive.JPEG: true, archive.PNG: true, archive.TIFF: true}

var (
	codeShape    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	versionShape = regexp.MustCompile(`^[0-9.]{0,5}$`)
)

// What a verdict may say at most. Ours stay far below.
const (
	maxFindings = 10_000
	maxWords    = 1000 // bytes of one sentence
	maxPoints   = 1e10 // a picture of 200 megapixels in one row, at the lowest resolution
)

// parseVerdict reads what an inspector child says of a paper. A parser that was talked into something by that paper could say anything, and what it
// says goes into the catalog and before people's eyes: ok is false for a verdict that none of ours would be.
func parseVerdict(b []byte, pages int) (v archive.Inspection, ok bool) {
	if json.Unmarshal(b, &v) != nil || !known(&v) || !knownTypes[v.MediaType] || !versionShape.MatchString(v.PDFVersion) {
		return v, false
	}
	// One more than allowed is how a list of pages says that there are too many.
	if len(v.Pages) > pages+1 || len(v.Findings) > maxFindings || v.Signatures < 0 || v.Signatures > maxFindings*100 {
		return v, false
	}
	for _, p := range v.Pages {
		if !(p.Width >= 0 && p.Width < maxPoints && p.Height >= 0 && p.Height < maxPoints) || p.Rotation%90 != 0 || p.Rotation < 0 || p.Rotation >= 360 || p.DPI < 0 || p.DPI > 1e6 {
			return v, false
		}
	}
	for _, f := range v.Findings {
		if f.Page < 0 || f.Page > pages+1 || f.Object < 0 || !codeShape.MatchString(f.Code) || !legible(f.Msg.VI) || !legible(f.Msg.EN) {
			return v, false
		}
		if f.Severity != archive.Info && f.Severity != archive.Warning && f.Severity != archive.Fatal {
			return v, false
		}
	}
	fatal := archive.Worst(v.Findings) == archive.Fatal
	if v.Refusal == "" {
		return v, !fatal && v.MediaType != "" && len(v.Pages) > 0 && len(v.Pages) <= pages
	}
	return v, fatal
}

// known reports whether a verdict is one of ours: a child that speaks of other refusals has been talked into something.
func known(v *archive.Inspection) bool {
	for _, r := range v.Also {
		if r == "" || !knownRefusals[r] || v.Refusal == "" {
			return false
		}
	}
	return knownRefusals[v.Refusal]
}

// legible reports whether s is a sentence of reasonable length without control characters.
func legible(s string) bool {
	if s == "" || len(s) > maxWords || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) && r != ' ' {
			return false
		}
	}
	return true
}

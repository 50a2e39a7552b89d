package child

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"sohoa/archive"
)

func verdict() archive.Inspection {
	words := archive.Text{VI: "Ảnh quét dưới 200 dpi.", EN: "The scan is below 200 dpi."}
	return archive.Inspection{MediaType: archive.PDF, PDFVersion: "1.7", Pages: []archive.PageInfo{{Width: 595, Height: 842, DPI: 300}},
		Findings: []archive.Finding{{Code: "low_resolution", Severity: archive.Warning, Page: 1, Msg: words}}}
}

func TestVerdictsThatNoneOfOursWouldBe(t *testing.T) {
	cases := []struct {
		reason string
		change func(v *archive.Inspection)
		ok     bool
	}{
		{"one of ours", func(*archive.Inspection) {}, true},
		{"a refusal with its reason", func(v *archive.Inspection) { v.Refusal, v.Findings[0].Severity = "damaged_file", archive.Fatal }, true},
		{"a refusal and a lesser one", func(v *archive.Inspection) {
			v.Refusal, v.Also, v.Findings[0].Severity = "unsafe_file", []string{"damaged_file"}, archive.Fatal
		}, true},
		{"a refusal without a reason", func(v *archive.Inspection) { v.Refusal = "damaged_file" }, false},
		{"a refusal nobody knows", func(v *archive.Inspection) { v.Refusal, v.Findings[0].Severity = "because", archive.Fatal }, false},
		{"accepted though a finding says no", func(v *archive.Inspection) { v.Findings[0].Severity = archive.Fatal }, false},
		{"accepted without a page", func(v *archive.Inspection) { v.Pages = nil }, false},
		{"accepted without a type", func(v *archive.Inspection) { v.MediaType = "" }, false},
		{"a type nobody takes", func(v *archive.Inspection) { v.MediaType = "text/html" }, false},
		{"more pages than were allowed", func(v *archive.Inspection) { v.Pages = slices.Repeat(v.Pages, 11) }, false},
		{"a page of no size that can be", func(v *archive.Inspection) { v.Pages[0].Width = 1e300 }, false},
		{"a page turned a little", func(v *archive.Inspection) { v.Pages[0].Rotation = 45 }, false},
		{"a severity nobody knows", func(v *archive.Inspection) { v.Findings[0].Severity = "fine" }, false},
		{"a code that is markup", func(v *archive.Inspection) { v.Findings[0].Code = "<script>" }, false},
		{"words that move the cursor", func(v *archive.Inspection) { v.Findings[0].Msg.EN = "x\x1b[2J" }, false},
		{"words without end", func(v *archive.Inspection) { v.Findings[0].Msg.VI = strings.Repeat("x", maxWords+1) }, false},
		{"no words", func(v *archive.Inspection) { v.Findings[0].Msg.VI = "" }, false},
		{"a page before the first", func(v *archive.Inspection) { v.Findings[0].Page = -1 }, false},
		{"a version that is a sentence", func(v *archive.Inspection) { v.PDFVersion = "1.7 or so" }, false},
		{"fewer signatures than none", func(v *archive.Inspection) { v.Signatures = -1 }, false},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			v := verdict()
			c.change(&v)
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := parseVerdict(b, 10); ok != c.ok {
				t.Errorf("taken: %v, want %v: %s", ok, c.ok, b)
			}
		})
	}
}

// FuzzVerdict: whatever a child says, what is taken from it can be shown and kept.
func FuzzVerdict(f *testing.F) {
	for _, change := range []func(*archive.Inspection){
		func(*archive.Inspection) {},
		func(v *archive.Inspection) { v.Refusal, v.Findings[0].Severity = "unsafe_file", archive.Fatal },
	} {
		v := verdict()
		change(&v)
		b, _ := json.Marshal(v)
		f.Add(b)
	}
	f.Add([]byte(`{"refusal":"damaged_file","findings":[{"code":"damaged","severity":"error","page":1e9}]}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, ok := parseVerdict(b, 10)
		if !ok {
			return
		}
		if (v.Refusal == "") == (archive.Worst(v.Findings) == archive.Fatal) {
			t.Errorf("refusal %q with %v", v.Refusal, v.Findings)
		}
		again, err := json.Marshal(v)
		if err != nil {
			t.Fatalf("a verdict that was taken cannot be kept: %v", err)
		}
		if _, ok := parseVerdict(again, 10); !ok {
			t.Errorf("taken once and not twice: %s", again)
		}
	})
}

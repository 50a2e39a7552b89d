package ocr

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sohoa/archive"
	"sohoa/ocr/syllable"
)

// seeded is the model of a house that has learned nothing yet.
var seeded = syllable.New()

func TestMend(t *testing.T) {
	m := syllable.New()
	reading := func(source archive.PageSource, confidence float32) *archive.PageReading {
		p := &archive.PageReading{Source: source, Text: "as read"}
		for i, w := range []string{"Thông", "tự", "này", "CỤC", "THUÊ"} {
			p.Words = append(p.Words, archive.Word{Text: w, Confidence: confidence, Line: i / 3})
		}
		return p
	}
	p := reading(archive.SourceScan, 0.9)
	Mend(m, p)
	why := cmpopts.IgnoreFields(archive.WordRepair{}, "Score", "Why")
	want := []archive.Word{
		{Text: "Thông", Confidence: 0.9}, {Text: "tư", Confidence: 0.9, Repair: &archive.WordRepair{Read: "tự", Better: "tư", Made: true}}, {Text: "này", Confidence: 0.9},
		{Text: "CỤC", Confidence: 0.9, Line: 1}, {Text: "THUÊ", Confidence: 0.9, Line: 1, Repair: &archive.WordRepair{Read: "THUÊ", Better: "THUẾ"}},
	}
	if d := cmp.Diff(want, p.Words, why); d != "" {
		t.Error(d)
	}
	if p.Text != "Thông tư này\nCỤC THUÊ" {
		t.Errorf("text %q", p.Text)
	}
	for reason, p := range map[string]*archive.PageReading{"text of the page itself": reading(archive.SourceText, 1), "words of a stamp": reading(archive.SourceScan, 1)} {
		Mend(m, p)
		if d := cmp.Diff(reading(p.Source, 1), p); d != "" {
			t.Errorf("%s is changed: %s", reason, d)
		}
	}
	p = reading(archive.SourceScan, 0.9)
	Mend(nil, p)
	if d := cmp.Diff(reading(archive.SourceScan, 0.9), p); d != "" {
		t.Errorf("switched off: %s", d)
	}
}

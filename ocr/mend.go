package ocr

import (
	"sohoa/archive"
	"sohoa/ocr/syllable"
)

// Mend lets what is known of the language judge the words recognised on a page. Where it is sure the word's text becomes the
// better reading; everywhere the word's Repair keeps what the recogniser read, or what is proposed, and why. Pages with text
// of their own, and the certain words of stamps, are left as they are.
//
// It runs in the server and not in the child that read the page: what the archive has taught the model stays out of the
// reach of foreign code, and no file of it has to travel.
func Mend(m *syllable.Model, p *archive.PageReading) {
	if m == nil || p.Source != archive.SourceScan {
		return
	}
	words := make([]syllable.Word, len(p.Words))
	for i, w := range p.Words {
		words[i] = syllable.Word{Text: w.Text, Confidence: w.Confidence, Line: w.Line}
		if w.Confidence == 1 { // not recognised; the recogniser is never that sure
			words[i].Certain = true
		}
	}
	changed := false
	for _, r := range m.Repair(words) {
		w := &p.Words[r.Index]
		w.Repair = &archive.WordRepair{Read: r.Read, Better: r.Better, Made: r.Sure, Score: float32(r.Score), Why: r.Why}
		if r.Sure {
			w.Text, changed = r.Better, true
		}
	}
	if changed {
		p.Text = text(p.Words)
	}
}

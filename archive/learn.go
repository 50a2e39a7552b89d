package archive

import "strings"

// Learner learns the language of the house's papers, so that scans are read better. It is safe for concurrent use and never
// fails. What it knows is derived: lost, it is learned again from the papers.
type Learner interface {
	// Learn takes text of one paper that is certain: born-digital, or confirmed by a person.
	Learn(text string)
}

// learnText bounds what is learned from one paper: some hundred pages. Beyond that a paper teaches no more language.
const learnText = 256 << 10

// lesson gathers the certain text of one paper.
type lesson struct{ text strings.Builder }

// page adds a page that has text of its own.
func (l *lesson) page(p *PageReading) {
	if p.Source == SourceText && l.text.Len()+len(p.Text) < learnText {
		l.text.WriteString(p.Text)
		l.text.WriteByte('\n')
	}
}

// learn hands on what was gathered. Power lost before: this paper is not learned from, which nobody misses.
func (a *Archive) learn(text string) {
	if a.Learner != nil && text != "" {
		a.Learner.Learn(text)
	}
}

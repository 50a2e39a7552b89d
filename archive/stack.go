package archive

import (
	"context"
	"fmt"
	"slices"
)

// Cutting says where a stack of papers that were scanned in one go is cut.
type Cutting struct {
	Every int // pages of each paper; 0: at separator sheets
}

// PageUse is what becomes of one page of a stack.
type PageUse string

const (
	UseStart PageUse = "start" // a paper begins with it
	UseGo    PageUse = "go"    // it goes on
	UseCover PageUse = "cover" // a separator sheet: left out
	UseBlank PageUse = "blank" // nothing on it: left out
)

// StackPage is one page of a stack as it would be dealt with.
type StackPage struct {
	Number int
	Use    PageUse
	Read   bool // false: not read yet, so nobody knows what it is
	Codes  []Code
}

// StackPart is one paper of a stack as it would be.
type StackPart struct {
	Pages []int
	Place
}

// Stack is how a stack would be taken apart: a proposal, to be looked at and put right before Split is asked to do it.
type Stack struct {
	Document Document
	Pages    []StackPage
	Parts    []StackPart
	Covers   int
	Blanks   int
	Unread   int // pages nobody has read yet; a stack cut at its separator sheets is to be looked at again when there are none
}

// maxCoverWords is how many words a separator sheet carries at most: ours have 40. A page of print with a separator's code on it
// begins a paper, and stays in it.
const maxCoverWords = 120

// Stack proposes how to take a paper in review or returned apart. It changes nothing. The dossier of a part is what its cover
// says, else what the cover before it says, else the one a code of its pages names, else the paper's; what anybody printed
// there is no right to put anything into it: Split decides that. Errors: as for Split.
func (a *Archive) Stack(ctx context.Context, actor Actor, id ID, c Cutting) (Stack, error) {
	d, _, err := a.mayEdit(ctx, actor, id, Split, 0, a.Clock.Now())
	if err != nil {
		return Stack{}, err
	}
	if c.Every < 0 || c.Every > max(1, d.PageCount()) {
		msg := Text{fmt.Sprintf("Số trang mỗi giấy tờ từ 1 đến %d.", d.PageCount()), fmt.Sprintf("Each paper has 1 to %d pages.", d.PageCount())}
		return Stack{}, invalidField("every", msg)
	}
	_, rows, err := a.PageRows(ctx, actor, id)
	if err != nil {
		return Stack{}, err
	}
	s := Stack{Document: d}
	b := stackCutter{s: &s, every: c.Every, place: Place{Dossier: d.Dossier, Kind: d.Kind}, fresh: true}
	for n := 1; n <= d.PageCount(); n++ {
		row, read := rows[n]
		p := StackPage{Number: n, Read: read}
		words := 0
		if read {
			r, err := a.pageReading(ctx, row)
			if err != nil && KindOf(err) != NotFound && KindOf(err) != Corrupt { // derived: it is made again, and until then says nothing
				return Stack{}, err
			}
			p.Codes, words = r.Codes, len(r.Words)
		}
		b.page(p, row.Source == SourceBlank, words)
	}
	return s, nil
}

// stackCutter goes through the pages of a stack.
type stackCutter struct {
	s     *Stack
	every int
	place Place // of the part under way
	fresh bool  // the next page of a paper begins one
	own   bool  // the dossier of the part was said by a cover
}

func (b *stackCutter) page(p StackPage, blank bool, words int) {
	s := b.s
	if !p.Read {
		s.Unread++
	}
	sep, cut := Separator{}, false
	if b.every == 0 {
		sep, cut = SeparatorOf(p.Codes)
	}
	if cut {
		b.fresh = true
		b.place.Type = sep.Type
		if sep.Kind != "" {
			b.place.Kind = sep.Kind
		}
		if sep.Dossier != "" {
			b.place.Dossier, b.own = sep.Dossier, true
		}
	}
	switch {
	case cut && words <= maxCoverWords:
		p.Use = UseCover
		s.Covers++
	case b.every > 0:
		p.Use = UseGo
		if (p.Number-1)%b.every == 0 {
			p.Use = UseStart
		}
	case blank:
		p.Use = UseBlank
		s.Blanks++
	case b.fresh:
		p.Use = UseStart
	default:
		p.Use = UseGo
	}
	switch p.Use {
	case UseStart:
		s.Parts = append(s.Parts, StackPart{Place: b.place})
		b.fresh, b.place.Type = false, ""
	case UseCover, UseBlank:
		s.Pages = append(s.Pages, p)
		return
	}
	part := &s.Parts[len(s.Parts)-1]
	part.Pages = append(part.Pages, p.Number)
	if d := dossierOf(p.Codes); d != "" && !b.own && part.Dossier == "" {
		part.Dossier = d
	}
	s.Pages = append(s.Pages, p)
}

// IsStack reports whether separator sheets were seen in what was read of a paper.
func (d *Document) IsStack() bool {
	return slices.ContainsFunc(d.Reading.Findings, func(f Finding) bool { return f.Code == FoundSeparator })
}

// FoundSeparator is the code of the finding that a page is a separator sheet.
const FoundSeparator = "separator_sheet"

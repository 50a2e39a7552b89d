package rest

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

// stacking mounts the proposal for taking a stack apart. It is carried out by the split of the paper, with its places.
func (s *server) stacking() {
	op := operation("get-stack", http.MethodGet, "/documents/{id}/stack", "pages", "How a stack scanned in one go would be split", http.StatusConflict)
	op.Description = "Cut at separator sheets (our printed QR sheets, patch code T), or every so many pages. Separator sheets and blank pages are left out. " +
		"Nothing is changed: look at it, put it right, and send the parts to `split` with their `places`."
	huma.Register(s.api, op, s.stack)
}

type stackIn struct {
	ID    string `path:"id" doc:"Id of the paper"`
	Every int    `query:"every" minimum:"0" maximum:"100000" doc:"Pages of each paper; absent: cut at separator sheets"`
}

// Stack is how a stack would be taken apart.
type Stack struct {
	Pages  []StackPage `json:"pages"`
	Parts  []StackPart `json:"parts" doc:"The papers it would become, in order"`
	Covers int         `json:"covers" doc:"Separator sheets that are left out"`
	Blanks int         `json:"blanks" doc:"Blank pages that are left out"`
	Unread int         `json:"unread" doc:"Pages not read yet: separator sheets may be among them"`
}

// StackPage is one page of a stack.
type StackPage struct {
	Page  int        `json:"page" minimum:"1"`
	Use   string     `json:"use" enum:"start,go,cover,blank" doc:"Begins a paper, goes on, or is left out"`
	Codes []PageCode `json:"codes,omitempty"`
}

// PageCode is a code on a page.
type PageCode struct {
	Kind string    `json:"kind" enum:"qr,code128,patch"`
	Text string    `json:"text" doc:"What anybody may have printed there"`
	Box  []float32 `json:"box" minItems:"4" maxItems:"4" doc:"x0, y0, x1, y1 in points from the top left"`
}

// StackPart is one paper of a stack.
type StackPart struct {
	Pages []int `json:"pages"`
	PlaceIn
}

// PlaceIn says where a part goes and what it is.
type PlaceIn struct {
	Dossier string `json:"dossier_code,omitempty" maxLength:"60" doc:"Absent: where the stack is"`
	Kind    string `json:"kind,omitempty" enum:"component,result" doc:"Absent: as the stack"`
	Type    string `json:"type,omitempty" maxLength:"500"`
}

func pageCodes(codes []archive.Code) []PageCode {
	var out []PageCode
	for _, c := range codes {
		out = append(out, PageCode{string(c.Kind), c.Text, []float32{c.Box.X0, c.Box.Y0, c.Box.X1, c.Box.Y1}})
	}
	return out
}

type stackOut struct {
	ETag string `header:"ETag"`
	Body Stack
}

func (s *server) stack(ctx context.Context, in *stackIn) (*stackOut, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	st, err := s.Archive.Stack(ctx, s.Who(ctx), id, archive.Cutting{Every: in.Every})
	if err != nil {
		return nil, err
	}
	out := &stackOut{etag(st.Document.Revision), Stack{Pages: []StackPage{}, Parts: []StackPart{}, Covers: st.Covers, Blanks: st.Blanks, Unread: st.Unread}}
	for _, p := range st.Pages {
		out.Body.Pages = append(out.Body.Pages, StackPage{p.Number, string(p.Use), pageCodes(p.Codes)})
	}
	for _, p := range st.Parts {
		out.Body.Parts = append(out.Body.Parts, StackPart{p.Pages, PlaceIn{p.Dossier.String(), string(p.Kind), p.Type}})
	}
	return out, nil
}

// places reads where the parts go.
func (p *parser) places(field string, in []PlaceIn) []archive.Place {
	var out []archive.Place
	for i, x := range in {
		out = append(out, archive.Place{Dossier: p.dossier(field+"["+strconv.Itoa(i)+"].dossier_code", x.Dossier), Kind: archive.DocumentKind(x.Kind), Type: x.Type})
	}
	return out
}

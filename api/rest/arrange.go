package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

// pageBytes is room for one picked page in a body: an id and three numbers, spaced out.
const pageBytes = 300

// arranging mounts what rearranges the pages of papers. Pages of a file that is not here yet are not sent along: the file is
// deposited into the dossier first, by the same calls, checks and resumed uploads as any other, and its pages are then picked
// like those of any paper, with the new paper under "merge". Should the caller stop between the two, nothing is lost.
func (s *server) arranging() {
	room := s.Archive.Limits.MetadataBytes + pageBytes*int64(s.Archive.Limits.Assemble.Pages)
	register := func(id, path, summary, description string) huma.Operation {
		op := operation(id, http.MethodPost, path, "pages", summary, http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired,
			http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusInsufficientStorage)
		op.Description, op.MaxBodyBytes = description, room
		return op
	}
	huma.Register(s.api, register("arrange-pages", "/documents/{id}/pages", "Arrange the pages of a paper",
		"Makes a new version of picked pages: in another order, turned, without some, with pages of other papers, or all those of an earlier version to go back to it. "+
			"The images stay as they are, byte for byte; the version before stays. Papers under `merge` are discarded in the same moment, because their pages are here now. "+
			"Allowed in review and returned; signed files are not taken apart (409 `signed_file`). To insert pages of a new file, deposit it first and pick its pages."), s.arrange)
	split := register("split-document", "/documents/{id}/split", "Split into several papers",
		"Each part becomes a paper of its own in the same dossier, and this one is discarded, all in one moment. The part with the first page keeps the fields. Pages may be left out. With `places` each part goes to a dossier of its own: so a stack is split (see `stack`).")
	split.DefaultStatus = http.StatusCreated
	huma.Register(s.api, split, s.split)
	huma.Register(s.api, register("merge-documents", "/documents/{id}/merge", "Merge others into this paper",
		"A new version with the pages of this paper and then of the others, in their order; the others are discarded in the same moment and can be restored."), s.merge)
	list := operation("list-pages", http.MethodGet, "/documents/{id}/pages", "pages", "The pages, with their sizes and what was read of them")
	huma.Register(s.api, list, s.listPages)
}

// PageIn is one picked page.
type PageIn struct {
	Source  string `json:"source,omitempty" doc:"Id of the paper it is taken from; absent: this one"`
	Version int    `json:"version,omitempty" minimum:"0" doc:"Of that paper; absent: the present one"`
	Page    int    `json:"page" minimum:"1"`
	Turn    int    `json:"turn,omitempty" enum:"0,90,180,270" doc:"Degrees clockwise, beyond how it lies now"`
}

// PaperIn is a paper as the caller saw it.
type PaperIn struct {
	ID       string `json:"id"`
	Revision int64  `json:"revision,omitempty" minimum:"0" doc:"As it was seen; absent: whatever it is now"`
}

// ArrangeIn is the body of an arrangement.
type ArrangeIn struct {
	Pages []PageIn  `json:"pages" minItems:"1"`
	Merge []PaperIn `json:"merge,omitempty" doc:"Papers to discard, because pages of theirs are in this one now"`
}

// SplitIn is the body of a split.
type SplitIn struct {
	Parts  [][]PageIn `json:"parts" minItems:"1" doc:"At least two, unless places are given"`
	Places []PlaceIn  `json:"places,omitempty" doc:"Where each part goes: its dossier, kind and type. Absent: all stay where the paper is"`
}

// MergeIn is the body of a merge.
type MergeIn struct {
	Documents []PaperIn `json:"documents" minItems:"1"`
}

// Parts are the papers one was split into.
type Parts struct {
	Items []Document `json:"items"`
}

type onPaper[T any] struct {
	ID      string `path:"id" doc:"Id of the paper"`
	IfMatch string `header:"If-Match" doc:"ETag of what was read, or *"`
	Key     string `header:"Idempotency-Key" doc:"Repeats with this key get the first answer, for 7 days"`
	Body    T
}

// read takes what every act on a paper is asked with.
func (in *onPaper[T]) read() (id archive.ID, after int64, asked []byte, err error) {
	if id, err = documentID(in.ID); err != nil {
		return
	}
	if after, err = revision(in.IfMatch); err != nil {
		return
	}
	body, err := json.Marshal(in.Body)
	return id, after, append([]byte(id.String()+"\n"), body...), err
}

func (p *parser) pages(field string, in []PageIn) []archive.PageRef {
	out := make([]archive.PageRef, len(in))
	for i, x := range in {
		out[i] = archive.PageRef{Document: p.id(field+"["+strconv.Itoa(i)+"].source", x.Source), Version: x.Version, Page: x.Page, Turn: x.Turn}
	}
	return out
}

func (p *parser) papers(field string, in []PaperIn) []archive.Seen {
	out := make([]archive.Seen, len(in))
	for i, x := range in {
		out[i] = archive.Seen{Document: p.id(field+"["+strconv.Itoa(i)+"].id", x.ID), After: x.Revision}
		if x.ID == "" {
			p.fault(field+"["+strconv.Itoa(i)+"].id", "invalid", notValid)
		}
	}
	return out
}

func (s *server) arrange(ctx context.Context, in *onPaper[ArrangeIn]) (*created[Document], error) {
	id, after, asked, err := in.read()
	if err != nil {
		return nil, err
	}
	var p parser
	r := archive.Arrangement{Pages: p.pages("pages", in.Body.Pages), Absorb: p.papers("merge", in.Body.Merge), After: after}
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.newVersion(ctx, "arrange", in.Key, asked, func(ctx context.Context, actor archive.Actor, then func(context.Context, archive.Tx, archive.Document) error) error {
		r.Then = then
		_, err := s.Archive.Arrange(ctx, actor, id, r)
		return err
	})
}

func (s *server) merge(ctx context.Context, in *onPaper[MergeIn]) (*created[Document], error) {
	id, after, asked, err := in.read()
	if err != nil {
		return nil, err
	}
	var p parser
	others := p.papers("documents", in.Body.Documents)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.newVersion(ctx, "merge", in.Key, asked, func(ctx context.Context, actor archive.Actor, then func(context.Context, archive.Tx, archive.Document) error) error {
		_, err := s.Archive.Merge(ctx, actor, archive.Seen{Document: id, After: after}, others, then)
		return err
	})
}

// newVersion answers an act that leaves one paper with a new version.
func (s *server) newVersion(ctx context.Context, route, key string, asked []byte, act func(context.Context, archive.Actor, func(context.Context, archive.Tx, archive.Document) error) error) (*created[Document], error) {
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	return repeatable(ctx, s, route, key, asked, func(o *once, body archive.Digest) (*created[Document], bool, error) {
		var out *created[Document]
		err := act(ctx, t.actor, func(ctx context.Context, tx archive.Tx, d archive.Document) error {
			out = &created[Document]{Status: http.StatusOK, ETag: etag(d.Revision), Body: t.document(&d)}
			reply, err := encode(out.Body)
			if err != nil {
				return err
			}
			return o.complete(ctx, tx, body, out.Status, out.headers(), reply)
		})
		return out, true, err
	})
}

func (s *server) split(ctx context.Context, in *onPaper[SplitIn]) (*created[Parts], error) {
	id, after, asked, err := in.read()
	if err != nil {
		return nil, err
	}
	var p parser
	r := archive.Splitting{After: after}
	for i, part := range in.Body.Parts {
		r.Parts = append(r.Parts, p.pages("parts["+strconv.Itoa(i)+"]", part))
	}
	r.Places = p.places("places", in.Body.Places)
	if err := p.err(); err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	return repeatable(ctx, s, "split", in.Key, asked, func(o *once, body archive.Digest) (*created[Parts], bool, error) {
		var out *created[Parts]
		r.Then = func(ctx context.Context, tx archive.Tx, ds []archive.Document) error {
			out = &created[Parts]{Status: http.StatusCreated, Body: Parts{Items: t.documents(ds)}}
			reply, err := encode(out.Body)
			if err != nil {
				return err
			}
			return o.complete(ctx, tx, body, out.Status, out.headers(), reply)
		}
		_, err := s.Archive.Split(ctx, t.actor, id, r)
		return out, true, err
	})
}

// Page is one page of a paper.
type Page struct {
	Page       int     `json:"page" minimum:"1"`
	Width      float64 `json:"width" doc:"Points, as displayed"`
	Height     float64 `json:"height" doc:"Points, as displayed"`
	DPI        int     `json:"dpi,omitempty" doc:"Of the scan that fills the page"`
	Content    string  `json:"content,omitempty" enum:"text,scan,blank,failed" doc:"What reading found; absent while the page is not read"`
	Words      int     `json:"words"`
	Confidence float32 `json:"confidence,omitempty" minimum:"0" maximum:"1"`
}

// Pages is a stretch of pages.
type Pages struct {
	Items []Page `json:"items"`
	Next  string `json:"next,omitempty" doc:"Cursor of what follows; absent at the end"`
}

type listPagesIn struct {
	ID     string `path:"id" doc:"Id of the paper"`
	Cursor string `query:"cursor" maxLength:"8" doc:"Number of a page: the list goes on after it"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type listPagesOut struct {
	ETag string `header:"ETag"`
	Body Pages
}

func (s *server) listPages(ctx context.Context, in *listPagesIn) (*listPagesOut, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	var p parser
	after := p.number("query.cursor", in.Cursor, 0, 0, 1_000_000)
	if err := p.err(); err != nil {
		return nil, err
	}
	d, rows, err := s.Archive.PageRows(ctx, s.Who(ctx), id)
	if err != nil {
		return nil, err
	}
	out := Pages{Items: []Page{}}
	for n := after + 1; n <= d.PageCount(); n++ {
		if len(out.Items) == in.Limit {
			out.Next = strconv.Itoa(n - 1)
			break
		}
		info := d.Head().Pages[n-1]
		page := Page{Page: n, Width: info.Width, Height: info.Height, DPI: info.DPI}
		if row, ok := rows[n]; ok {
			page.Content, page.Words, page.Confidence = string(row.Source), row.Words, row.Confidence
		}
		out.Items = append(out.Items, page)
	}
	return &listPagesOut{etag(d.Revision), out}, nil
}

package rest

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

// IssuedReceipt is a receipt for a system that prints its own.
type IssuedReceipt struct {
	DossierCode   string    `json:"dossier_code"`
	Number        int       `json:"number" doc:"Of the dossier's receipts, from 1; the newest alone opens the results"`
	RetrievalCode string    `json:"retrieval_code" doc:"Shown this once; nobody can ask for it again" example:"7K3Q-9M2X-4TWB-H"`
	URL           string    `json:"url" doc:"What the QR code says"`
	IssuedAt      time.Time `json:"issued_at"`
}

// receipts mounts the issuing of receipts. It takes no Idempotency-Key: the answer holds a secret that is kept nowhere, and asking
// again only makes another receipt, which takes the place of the one nobody saw.
func (s *server) receipts() {
	op := operation("issue-receipt", http.MethodPost, "/dossiers/{code}/receipt", "dossiers", "Issue a receipt with a new retrieval code")
	op.Description = "The code and the QR on it open the dossier's results to whoever holds the receipt. The receipt before opens nothing from then on. The code is kept as a keyed hash only."
	op.Parameters = []*huma.Param{inPath("code", "Code of the dossier"), oneOf(inQuery("paper", huma.TypeString, "Size of the page; default a5"), "a5", "a4"), oneOf(inQuery("format", huma.TypeString, "json leaves the printing to the caller; default pdf"), "pdf", "json")}
	ok := binary("The receipt", archive.PDF)
	ok.Content["application/json"] = &huma.MediaType{Schema: schema[IssuedReceipt](s)}
	op.Responses = map[string]*huma.Response{"201": ok}
	s.plain(op, s.issueReceipt)

	seen := operation("list-retrievals", http.MethodGet, "/dossiers/{code}/retrievals", "dossiers", "What citizens did with a dossier's results, newest first")
	seen.Description = "Look-ups with the right codes, results looked at and downloaded, answers about the service. Addresses are masked; the trail of auditors has them whole."
	huma.Register(s.api, seen, s.listRetrievals)
}

type retrievalsIn struct {
	Code  string `path:"code" doc:"Code of the dossier"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *server) listRetrievals(ctx context.Context, in *retrievalsIn) (*eventPageOut, error) {
	code, err := archive.ParseDossierCode(in.Code)
	if err != nil {
		return nil, archive.ErrNotFound
	}
	es, err := s.Archive.RetrievalsOf(ctx, s.Who(ctx), code, in.Limit)
	if err != nil {
		return nil, err
	}
	return &eventPageOut{EventPage{Items: tellEvents(es)}}, nil
}

func (s *server) issueReceipt(c *gin.Context) {
	ctx := c.Request.Context()
	var p parser
	size := p.word("query.paper", c.Query("paper"), "a5", "a4")
	format := p.word("query.format", c.Query("format"), "pdf", "json")
	if err := p.err(); err != nil {
		s.Fail(c, err)
		return
	}
	code, err := archive.ParseDossierCode(c.Param("code"))
	if err != nil {
		s.Fail(c, archive.ErrNotFound)
		return
	}
	r, err := s.Archive.IssueReceipt(ctx, s.Who(ctx), code)
	if err != nil {
		s.Fail(c, err)
		return
	}
	at := s.LookUpAt(c.Request)
	if format == "json" {
		body, err := encode(IssuedReceipt{r.Dossier.Code.String(), r.Number, r.Code.Grouped(), at + "#" + r.Dossier.Code.String() + "." + string(r.Code), local(r.IssuedAt)})
		if err != nil {
			s.Fail(c, err)
			return
		}
		send(c, http.StatusCreated, nil, body)
		return
	}
	var b bytes.Buffer // some 30 KB
	if err := s.Receipt(&b, r, at, size == "a5"); err != nil {
		s.Fail(c, err)
		return
	}
	printed(c, http.StatusCreated, "giay-tiep-nhan.pdf", b.Bytes())
}

// printed sends a PDF that this house has written itself, to be looked at and printed. A browser's own reader of PDFs does not open
// in a sandbox, so this one, of which every byte is ours, is the only kind that comes without.
func printed(c *gin.Context, status int, name string, pdf []byte) {
	c.Header("Content-Security-Policy", "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	c.Header("Content-Disposition", `inline; filename="`+name+`"`)
	c.Data(status, archive.PDF, pdf)
}

// word reads one of a few words; "" is the first.
func (p *parser) word(field, s string, words ...string) string {
	for _, w := range words {
		if s == w {
			return w
		}
	}
	if s != "" {
		p.fault(field, "not_allowed", notValid)
	}
	return words[0]
}

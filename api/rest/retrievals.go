package rest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

// LookUp is what a receipt says.
type LookUp struct {
	DossierCode   string `json:"dossier_code" example:"H15.50.05.13-261008-0975"`
	RetrievalCode string `json:"retrieval_code" doc:"In any case, with spaces and hyphens anywhere; I and L are read as 1, O as 0" example:"7K3Q-9M2X-4TWB-H"`
}

// Retrieved is what the codes of a receipt open.
type Retrieved struct {
	Grant      string            `json:"grant,omitempty" doc:"Secret by which the results are fetched, as Authorization: Bearer; shown this once"`
	ExpiresAt  time.Time         `json:"expires_at"`
	Dossier    RetrievedDossier  `json:"dossier"`
	Results    []RetrievedResult `json:"results"`
	Answer     *ServiceAnswer    `json:"answer,omitempty" doc:"What was said of the service"`
	MayBeRated bool              `json:"may_be_rated" doc:"It can be said, or changed, by this grant"`
}

// RetrievedDossier is what an applicant is told of a dossier.
type RetrievedDossier struct {
	Code       string `json:"code"`
	Title      string `json:"title,omitempty"`
	Procedure  string `json:"procedure,omitempty" doc:"Its name"`
	Agency     string `json:"agency,omitempty" doc:"Name of who is answerable"`
	ReceivedOn string `json:"received_on,omitempty" format:"date"`
	DueOn      string `json:"due_on,omitempty" format:"date"`
	ClosedOn   string `json:"closed_on,omitempty" format:"date"`
}

// RetrievedResult is a result as its owner gets it.
type RetrievedResult struct {
	ID            string     `json:"id" format:"uuid"`
	State         string     `json:"state" enum:"valid,superseded,withdrawn" doc:"Only a valid one can be fetched"`
	Type          string     `json:"type,omitempty"`
	Number        string     `json:"number,omitempty"`
	Notation      string     `json:"notation,omitempty"`
	IssuedOn      string     `json:"issued_on,omitempty" format:"date"`
	IssuingAgency string     `json:"issuing_agency,omitempty"`
	Subject       string     `json:"subject,omitempty"`
	Signer        string     `json:"signer,omitempty"`
	Digest        string     `json:"digest,omitempty" doc:"SHA-256 of the file, to compare a copy with" example:"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	Size          int64      `json:"size,omitempty"`
	MediaType     string     `json:"media_type,omitempty"`
	Pages         int        `json:"pages,omitempty"`
	PublishedAt   time.Time  `json:"published_at"`
	ChangedAt     *time.Time `json:"changed_at,omitempty" doc:"When it was superseded or withdrawn"`
	Reason        string     `json:"reason,omitempty"`
	InPlace       []string   `json:"in_place" doc:"Valid results of this dossier that stand in its place, as far as the papers say so"`
}

// ServiceAnswer is what an applicant says of how the dossier was settled.
type ServiceAnswer struct {
	Scale   int    `json:"scale" minimum:"1" maximum:"5" doc:"5 is best"`
	Comment string `json:"comment,omitempty"`
}

// retrievals mounts the door of citizens: no account, two codes off a receipt, and a grant for some minutes.
func (s *server) retrievals() {
	public := func(id, method, path, summary string, errors ...int) huma.Operation {
		op := operation(id, method, "/public"+path, "public", summary, errors...)
		op.Security = []map[string][]string{}
		if id != "look-up" {
			op.Security = []map[string][]string{{"grant": {}}}
		}
		return op
	}
	s.api.OpenAPI().Components.SecuritySchemes["grant"] = &huma.SecurityScheme{Type: "http", Scheme: "bearer", Description: "The grant of a look-up"}
	op := public("look-up", http.MethodPost, "/retrievals", "Open the results of a dossier by the codes of its receipt", http.StatusTooManyRequests)
	op.Description = "Wrong and absent are answered alike, byte for byte but for the request number: 404 `wrong_codes`. Wrong look-ups are limited by address, dossier and house: 429 with `Retry-After`."
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: schema[LookUp](s)}}}
	op.Responses = map[string]*huma.Response{"201": s.json("What the codes open, and the grant", schema[Retrieved](s))}
	s.plainAt(s.Public, op, s.lookUp)

	op = public("get-retrieval", http.MethodGet, "/retrieval", "What the grant opens")
	op.Responses = map[string]*huma.Response{"200": s.json("What it opens", schema[Retrieved](s))}
	s.plainAt(s.Public, op, s.retrieved)

	op = public("end-retrieval", http.MethodDelete, "/retrieval", "End the grant")
	op.Responses = map[string]*huma.Response{"204": {Description: "Ended, or was over"}}
	s.plainAt(s.Public, op, func(c *gin.Context) {
		if err := s.Archive.EndRetrieval(c.Request.Context(), s.Grant(c.Request)); err != nil {
			s.Fail(c, err)
			return
		}
		c.Status(http.StatusNoContent)
	})

	op = public("rate-service", http.MethodPut, "/retrieval/answer", "Say how the dossier was settled", http.StatusConflict)
	op.Description = "One answer for each dossier. It can be changed while the grant lasts by which it was given; then it stands: 409 `answered`."
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: schema[ServiceAnswer](s)}}}
	op.Responses = map[string]*huma.Response{"204": {Description: "Kept"}}
	s.plainAt(s.Public, op, s.rate)

	op = public("result-file", http.MethodGet, "/results/{id}/file", "The file of a valid result")
	op.Description = "As it was deposited, as an attachment. Each download is noted and visible to the agency. 404 for everything that is not a valid result of the dossier."
	op.Parameters = []*huma.Param{inPath("id", "Id of the result"), inHeader("Range", "Part of the bytes")}
	file := header(header(binary("The whole file", archive.PDF, archive.JPEG, archive.PNG, archive.TIFF, "application/octet-stream"), "ETag", "Digest"), "Content-Disposition", "Name of the file (RFC 6266)")
	op.Responses = map[string]*huma.Response{"200": file, "206": binary("The part asked for", archive.PDF, archive.JPEG, archive.PNG, archive.TIFF, "application/octet-stream", "multipart/byteranges"), "304": {Description: "Not modified"}, "416": binary("No such part", "text/plain")}
	s.plainAt(s.Public, op, s.resultFile)

	op = public("result-page", http.MethodGet, "/results/{id}/pages/{n}/image", "Picture of a page of a valid result", http.StatusUnprocessableEntity)
	op.Parameters = []*huma.Param{inPath("id", "Id of the result"), inPath("n", "Page, from 1"), inQuery("width", huma.TypeInteger, "Pixels wanted; the nearest size made is sent: 400, 1000 or 1800")}
	op.Responses = map[string]*huma.Response{"200": binary("The page", archive.JPEG), "206": binary("A part of it", archive.JPEG), "416": binary("No such part", "text/plain")}
	s.plainAt(s.Public, op, s.resultPage)
}

// body reads the JSON of a small request; what is unknown in it is an error, as everywhere.
func (s *server) body(c *gin.Context, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(c.Writer, c.Request.Body, s.Archive.Limits.MetadataBytes))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); errors.Is(more, io.EOF) {
			return nil
		}
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return archive.Errorf(archive.Invalid, "a body that is not the JSON asked for")
}

func (s *server) lookUp(c *gin.Context) {
	ctx := c.Request.Context()
	var in LookUp
	if err := s.body(c, &in); err != nil {
		s.Fail(c, err)
		return
	}
	var p parser
	dossier, err := archive.ParseTypedDossierCode(in.DossierCode)
	if err != nil {
		p.note("dossier_code", err)
	}
	code, err := archive.ParseRetrievalCode(in.RetrievalCode)
	if err != nil {
		p.note("retrieval_code", err)
	}
	if err := p.err(); err != nil {
		s.Fail(c, err)
		return
	}
	secret, _, right, err := s.Archive.LookUp(ctx, s.Asker(ctx), dossier, code)
	if err == nil && !right {
		err = archive.ErrLookUp
	}
	if err != nil {
		s.Fail(c, err)
		return
	}
	s.tellRetrieved(c, http.StatusCreated, secret, secret)
}

func (s *server) retrieved(c *gin.Context) {
	s.tellRetrieved(c, http.StatusOK, s.Grant(c.Request), "")
}

func (s *server) tellRetrieved(c *gin.Context, status int, secret, shown string) {
	r, err := s.Archive.Retrieved(c.Request.Context(), secret)
	if err != nil {
		s.Fail(c, err)
		return
	}
	d := &r.Dossier
	out := Retrieved{Grant: shown, ExpiresAt: local(r.Grant.ExpiresAt), Results: []RetrievedResult{}, MayBeRated: r.MayAnswer,
		Dossier: RetrievedDossier{d.Code.String(), d.Title, r.Procedure, r.Agency, d.ReceivedOn.String(), d.DueOn.String(), d.ClosedOn.String()}}
	if r.Answer != nil {
		out.Answer = &ServiceAnswer{r.Answer.Scale, r.Answer.Comment}
	}
	for _, x := range r.Results {
		t := RetrievedResult{ID: x.ID.String(), State: string(x.State), Type: x.Fields.Type, Number: x.Fields.Number, Notation: x.Fields.Notation, IssuedOn: x.Fields.IssuedOn.String(),
			IssuingAgency: x.Fields.IssuingAgency.Name, Subject: x.Fields.Subject, Signer: x.Fields.Signer.Name, PublishedAt: local(x.PublishedAt), Reason: x.Reason, InPlace: []string{}}
		if x.State == archive.ResultValid {
			t.Digest, t.Size, t.MediaType, t.Pages = x.Version.Digest.String(), x.Version.Size, x.Version.MediaType, len(x.Version.Pages)
		} else {
			at := local(x.ChangedAt)
			t.ChangedAt = &at
		}
		for _, id := range x.InPlace {
			t.InPlace = append(t.InPlace, id.String())
		}
		out.Results = append(out.Results, t)
	}
	body, err := encode(out)
	if err != nil {
		s.Fail(c, err)
		return
	}
	send(c, status, nil, body)
}

func (s *server) rate(c *gin.Context) {
	ctx := c.Request.Context()
	var in ServiceAnswer
	err := s.body(c, &in)
	if err == nil {
		err = s.Archive.Answer(ctx, s.Asker(ctx), s.Grant(c.Request), in.Scale, in.Comment)
	}
	if err != nil {
		s.Fail(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

func (s *server) resultFile(c *gin.Context) {
	ctx := c.Request.Context()
	id, err := documentID(c.Param("id"))
	if err != nil {
		s.Fail(c, err)
		return
	}
	content, v, err := s.Archive.RetrieveFile(ctx, s.Asker(ctx), s.Grant(c.Request), id)
	if err != nil {
		s.Fail(c, err)
		return
	}
	defer content.Close()
	h := c.Writer.Header()
	h.Set("ETag", `"`+v.Digest.String()+`"`)
	attach(h, FileName(v), v.MediaType)
	s.serveContent(c, content, id, v)
}

func (s *server) resultPage(c *gin.Context) {
	ctx := c.Request.Context()
	id, err := documentID(c.Param("id"))
	if err != nil {
		s.Fail(c, err)
		return
	}
	var p parser
	n := p.number("path.n", c.Param("n"), 0, 1, 1<<30)
	width := p.number("query.width", c.Query("width"), 1000, 1, 10000)
	if err := p.err(); err != nil {
		s.Fail(c, err)
		return
	}
	img, err := s.Archive.RetrievePage(ctx, s.Asker(ctx), s.Grant(c.Request), id, n, width)
	if err != nil {
		s.Fail(c, err)
		return
	}
	defer img.Close()
	h := c.Writer.Header()
	h.Set("Content-Type", archive.JPEG)
	h.Set("Content-Disposition", "inline") // drawn by us from the page: pixels, whatever the paper was
	http.ServeContent(c.Writer, c.Request, "", time.Time{}, img)
}

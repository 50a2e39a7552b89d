package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

func (s *server) bytesIn() {
	for _, method := range []string{http.MethodPut, http.MethodPost} {
		op := operation("deposit-"+map[string]string{http.MethodPut: "put", http.MethodPost: "post"}[method], method, "/documents", "documents", "Deposit a paper",
			http.StatusConflict, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInsufficientStorage)
		op.Description = "The body is the file itself; its type is found out by looking. 201 comes when the paper is durable. Nothing of a refused paper is kept, " +
			"unless on_fault says quarantine: then, and always while the virus scanner is away, the answer is 201 with state quarantined and the findings."
		op.Parameters = s.depositParameters()
		op.RequestBody = &huma.RequestBody{Required: true, Content: fileTypes()}
		if method == http.MethodPost {
			op.Description += " Or multipart/form-data: part `metadata` (JSON, optional, first), then part `file`; its members win over the query."
			op.RequestBody.Content["multipart/form-data"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
				"metadata": schema[DepositMetadata](s), "file": {Type: huma.TypeString, Format: "binary"}}},
				Encoding: map[string]*huma.Encoding{"metadata": {ContentType: "application/json"}}}
		}
		op.Responses = map[string]*huma.Response{"201": s.kept()}
		s.plain(op, s.deposit)
	}
	op := operation("add-version", http.MethodPost, "/documents/{id}/versions", "documents", "A new scan of the same paper",
		http.StatusConflict, http.StatusPreconditionFailed, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInsufficientStorage)
	op.Description = "The body is as for a deposit. The old file stays; the new one is read. An accepted or published paper wants a reason, and what it was stays valid, and public, until the new scan is accepted or published. If-Match is optional here: nothing is overwritten."
	op.Parameters = []*huma.Param{inPath("id", "Id of the paper"), inQuery("file_name", huma.TypeString, "Name of the file, for people"),
		inQuery("reason", huma.TypeString, "Why an accepted or published paper is scanned again"), oneOf(inQuery("allow_duplicate", huma.TypeString, "Keep it though the same bytes are kept already"), "true", "false", "1", "0"),
		inHeader("If-Match", "ETag of what was read"), inHeader("Idempotency-Key", "Repeats get the first answer")}
	op.RequestBody = &huma.RequestBody{Required: true, Content: fileTypes()}
	op.RequestBody.Content["multipart/form-data"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
		"file": {Type: huma.TypeString, Format: "binary"}}}}
	op.Responses = map[string]*huma.Response{"201": s.kept()}
	s.plain(op, s.addVersion)
}

func fileTypes() map[string]*huma.MediaType {
	m := map[string]*huma.MediaType{}
	for _, t := range []string{archive.PDF, archive.JPEG, archive.PNG, archive.TIFF, "application/octet-stream"} {
		m[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return m
}

func (s *server) kept() *huma.Response {
	return header(header(s.json("Kept, durably", schema[Document](s)), "Location", "Where the paper is"), "ETag", "Its revision")
}

func (s *server) depositParameters() []*huma.Param {
	return []*huma.Param{inQuery("file_name", huma.TypeString, "Name of the file, for people"), inQuery("dossier", huma.TypeString, "Code of the dossier; opened when it is new"),
		oneOf(inQuery("kind", huma.TypeString, "component (default) or result"), "component", "result"), inQuery("agency", huma.TypeString, "Custodian; default the dossier's, else the caller's"),
		oneOf(inQuery("access", huma.TypeString, "Default restricted"), "public", "restricted", "sealed"),
		oneOf(inQuery("allow_duplicate", huma.TypeString, "Keep it though the same bytes are kept already"), "true", "false", "1", "0"),
		oneOf(inQuery("on_fault", huma.TypeString, "What to do with a paper that does not pass; quarantine keeps it aside for a checker"), "refuse", "quarantine"),
		inHeader("Idempotency-Key", "Repeats with this key get the first answer, for 7 days")}
}

// DepositMetadata is what may be said about a paper with its file.
type DepositMetadata struct {
	FileName       string     `json:"file_name,omitempty"`
	DossierCode    string     `json:"dossier_code,omitempty"`
	Kind           string     `json:"kind,omitempty" enum:"component,result"`
	Agency         string     `json:"agency,omitempty" doc:"Custodian"`
	Access         string     `json:"access,omitempty" enum:"public,restricted,sealed"`
	AllowDuplicate bool       `json:"allow_duplicate,omitempty"`
	Reason         string     `json:"reason,omitempty" doc:"Why an accepted or published paper is scanned again; of no meaning for a deposit"`
	OnFault        string     `json:"on_fault,omitempty" enum:"refuse,quarantine"`
	ProcedureCode  string     `json:"procedure_code,omitempty"`
	Type           string     `json:"type,omitempty"`
	Number         string     `json:"number,omitempty"`
	Notation       string     `json:"notation,omitempty"`
	IssuedOn       string     `json:"issued_on,omitempty"`
	IssuingAgency  *AgencyRef `json:"issuing_agency,omitempty"`
	Subject        string     `json:"subject,omitempty"`
	Signer         *Signer    `json:"signer,omitempty"`
	Owner          *OwnerIn   `json:"owner,omitempty"`
	Language       string     `json:"language,omitempty"`
	PageCount      int        `json:"page_count,omitempty" minimum:"0" doc:"How many pages a list that came with the paper says it has; a sound file of another count is refused as page_count"`
}

// OwnerIn is an owner as a caller tells it: whole.
type OwnerIn struct {
	IDType string `json:"id_type,omitempty" enum:"cccd,cmnd,mst,other"`
	ID     string `json:"id,omitempty"`
	Name   string `json:"name,omitempty"`
}

// deposit reads the metadata into the domain's words.
func (m *DepositMetadata) deposit(p *parser) archive.Deposit {
	d := archive.Deposit{FileName: m.FileName, Kind: archive.DocumentKind(m.Kind), Dossier: p.dossier("dossier", m.DossierCode), Agency: p.agency("agency", m.Agency),
		Access: archive.Access(m.Access), AllowDuplicate: m.AllowDuplicate, Reason: m.Reason, OnFault: archive.OnFault(m.OnFault), Pages: m.PageCount,
		Fields: archive.Fields{Procedure: p.procedure("procedure_code", m.ProcedureCode), Type: m.Type, Number: m.Number, Notation: m.Notation,
			IssuedOn: p.date("issued_on", m.IssuedOn), Subject: m.Subject, Language: m.Language}}
	if m.PageCount < 0 {
		p.fault("page_count", "out_of_range", archive.Text{VI: "Số trang không thể âm.", EN: "The number of pages cannot be negative."})
	}
	if a := m.IssuingAgency; a != nil {
		d.Fields.IssuingAgency = archive.AgencyRef{Code: p.agency("issuing_agency.code", a.Code), Name: a.Name}
	}
	if x := m.Signer; x != nil {
		d.Fields.Signer = archive.Signer{Name: x.Name, Position: x.Position}
	}
	if o := m.Owner; o != nil {
		d.Fields.Owner = archive.Owner{IDType: p.idType("owner.id_type", o.IDType), ID: o.ID, Name: o.Name}
	}
	return d
}

// take is a request that brings a file: what is said about it, and the file's bytes still to be read.
type take struct {
	meta DepositMetadata
	file io.Reader
	typ  string // media type the caller declared
	size int64  // of the file as announced, or a lower bound
}

// taken reads everything of the request that stands before the file.
func (s *server) taken(c *gin.Context) (take, error) {
	r := c.Request
	if r.ContentLength > s.Archive.Limits.FileBytes+s.Archive.Limits.MetadataBytes+1<<20 {
		return take{}, archive.Errorf(archive.TooLarge, "content length %d", r.ContentLength)
	}
	var p parser
	q := r.URL.Query()
	t := take{meta: DepositMetadata{FileName: q.Get("file_name"), DossierCode: q.Get("dossier"), Kind: q.Get("kind"), Agency: q.Get("agency"), Access: q.Get("access"), Reason: q.Get("reason"),
		AllowDuplicate: p.flag("query.allow_duplicate", q.Get("allow_duplicate")), OnFault: q.Get("on_fault")}, file: r.Body, size: max(0, r.ContentLength)}
	if err := p.err(); err != nil {
		return take{}, err
	}
	typ, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && r.Header.Get("Content-Type") != "" {
		return take{}, badType()
	}
	t.typ = typ
	if typ != "multipart/form-data" {
		return t, nil
	}
	if r.Method == http.MethodPut {
		return take{}, badType() // PUT is the fast path: the bytes and nothing else
	}
	t.size = max(0, t.size-s.Archive.Limits.MetadataBytes-maxFormHead)
	err = t.multipart(r.Body, params["boundary"], s.Archive.Limits.MetadataBytes)
	return t, err
}

func (s *server) deposit(c *gin.Context) {
	s.bring(c, "deposit", func(ctx context.Context, actor archive.Actor, d archive.Deposit) (archive.Document, error) {
		return s.Archive.Deposit(ctx, actor, d)
	})
}

func (s *server) addVersion(c *gin.Context) {
	id, err := documentID(c.Param("id"))
	if err != nil {
		s.Fail(c, err)
		return
	}
	var after int64
	if h := c.GetHeader("If-Match"); h != "" {
		if after, err = revision(h); err != nil {
			s.Fail(c, err)
			return
		}
	}
	s.bring(c, "version", func(ctx context.Context, actor archive.Actor, d archive.Deposit) (archive.Document, error) {
		return s.Archive.AddVersion(ctx, actor, id, after, d)
	})
}

// bring carries a file from the request into the archive and answers with the paper.
func (s *server) bring(c *gin.Context, route string, act func(context.Context, archive.Actor, archive.Deposit) (archive.Document, error)) {
	ctx := c.Request.Context()
	free, err := s.Archive.Slot(ctx)
	if err != nil {
		s.Fail(c, err)
		return
	}
	defer free()
	t, err := s.taken(c)
	if err != nil {
		s.Fail(c, err)
		return
	}
	var p parser
	d := t.meta.deposit(&p)
	if err := p.err(); err != nil {
		s.Fail(c, err)
		return
	}
	told, err := s.teller(ctx) // before the transaction, which must not open another
	if err != nil {
		s.Fail(c, err)
		return
	}
	o, old, err := s.begin(ctx, route, c.GetHeader("Idempotency-Key"))
	if err != nil {
		s.Fail(c, err)
		return
	}
	if old != nil {
		s.replay(c, old, &t)
		return
	}
	d.Body, d.MediaType, d.Size = t.file, t.typ, t.size
	var reply []byte
	d.Then = func(ctx context.Context, tx archive.Tx, doc archive.Document) (err error) {
		if doc.Fields.Number != "" { // a program that says all there is to know is told of other papers with the number at once
			if doc.Findings, err = s.Archive.WarningsIn(ctx, tx, told.actor, &doc); err != nil {
				return err
			}
		}
		if reply, err = encode(told.document(&doc)); err != nil {
			return err
		}
		return o.complete(ctx, tx, t.digest(c.Param("id"), doc.Head().Digest), http.StatusCreated, keptHeaders(&doc), reply)
	}
	doc, err := act(ctx, told.actor, d)
	if err != nil {
		o.abandon(ctx)
		s.Fail(c, err)
		return
	}
	send(c, http.StatusCreated, keptHeaders(&doc), reply)
}

func keptHeaders(d *archive.Document) map[string]string {
	return map[string]string{"Location": Base + "/documents/" + d.ID.String(), "ETag": etag(d.Revision)}
}

// digest is the digest of what a request asked for: the file's, with everything said about it. A multipart body's own
// bytes would not do: its boundary differs each time the same request is sent.
func (t *take) digest(id string, file archive.Digest) archive.Digest {
	meta, err := json.Marshal(t.meta)
	if err != nil {
		panic(err) // strings and a bool: cannot fail
	}
	return archive.DigestOf(bytes.Join([][]byte{meta, []byte(id), []byte(file.String())}, []byte{'\n'}))
}

// replay answers a repeated request. Its file is read to the end and thrown away, only to learn whether it is the same: no
// further than the limit of a file, and at the pace every body must keep.
func (s *server) replay(c *gin.Context, old *archive.Answer, t *take) {
	h := archive.NewHasher()
	limit := s.Archive.Limits.FileBytes
	if _, err := io.CopyN(h, t.file, limit+1); err != nil && !errors.Is(err, io.EOF) {
		s.Fail(c, err)
		return
	}
	if h.Size() > limit {
		s.Fail(c, archive.Errorf(archive.TooLarge, "repeated body over %d bytes", limit))
		return
	}
	if err := sameBody(old, t.digest(c.Param("id"), h.Digest())); err != nil {
		s.Fail(c, err)
		return
	}
	send(c, old.Status, old.Header, old.Reply)
}

// encode writes v as the operations of huma do.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

func send(c *gin.Context, status int, headers map[string]string, body []byte) {
	for _, name := range []string{"Location", "ETag"} {
		if v := headers[name]; v != "" {
			c.Header(name, v)
		}
	}
	c.Header("Content-Type", "application/json")
	c.Header("Cache-Control", "no-store")
	c.Status(status)
	_, _ = c.Writer.Write(body) // the caller is gone: nobody is left to be told
}

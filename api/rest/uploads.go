package rest

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

const uploadsPath = Base + "/uploads"

// resumable adds the operations of the tus protocol: a file sent in pieces over lines that break.
func (s *server) resumable() {
	ends := []int{http.StatusConflict, http.StatusGone, http.StatusPreconditionFailed, http.StatusUnsupportedMediaType, http.StatusMisdirectedRequest,
		http.StatusUnprocessableEntity, http.StatusLocked, http.StatusTooManyRequests, http.StatusInsufficientStorage}
	describe := func(id, method, path, summary, about string, errors ...int) huma.Operation {
		op := operation(id, method, path, "uploads", summary, errors...)
		op.Description = about
		op.Parameters = []*huma.Param{inHeader("Tus-Resumable", "1.0.0")}
		if path != "/uploads" {
			op.Parameters = append(op.Parameters, inPath("id", "Name of the upload"))
		}
		op.Responses = map[string]*huma.Response{}
		return op
	}
	told := func(description string, headers ...string) *huma.Response {
		r := &huma.Response{Description: description}
		for i := 0; i < len(headers); i += 2 {
			header(r, headers[i], headers[i+1])
		}
		return header(r, "Tus-Resumable", "1.0.0")
	}
	standing := []string{"Upload-Offset", "Bytes that are durable here", "Upload-Expires", "When it is removed unless somebody goes on with it", "Content-Location", "The paper it became, at the end"}
	piece := map[string]*huma.MediaType{tusBody: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}

	options := describe("upload-options", http.MethodOptions, "/uploads", "What this house can of the tus protocol", "tus 1.0.0 (https://tus.io): core, "+tusExtensions+".")
	options.Responses["204"] = told("In the headers", "Tus-Version", "Versions", "Tus-Extension", "Extensions", "Tus-Max-Size", "Bytes of the largest file")
	s.plain(options, s.uploadOptions)

	create := describe("begin-upload", http.MethodPost, "/uploads", "Begin a file that is sent in pieces", "Answers where the pieces go. Upload-Metadata holds, in base64: filename, filetype, dossier, kind, agency, access, "+
		"allow_duplicate, on_fault; document (id of a paper: the file is a new scan of it) and reason; digest (sha256:<hex> of the whole file: another file at the end is refused); metadata (the JSON of a "+
		"multipart deposit, whose members win). The first piece may come as the body. Rights, quotas and room are judged here and again at the end.", ends...)
	create.Parameters = append(create.Parameters, inHeader("Upload-Length", "Bytes of the whole file"), inHeader("Upload-Metadata", "Pairs of key and base64 value"), inHeader("Idempotency-Key", "Repeats get the first answer"))
	create.RequestBody = &huma.RequestBody{Content: piece}
	create.Responses["201"] = told("Begun", append(standing, "Location", "Where the pieces go")...)
	s.plain(create, s.tus(s.beginUpload))

	head := describe("upload-offset", http.MethodHead, "/uploads/{id}", "How much of an upload is here", "Ends a piece that is still being sent over another line, so that the offset is final. A whole file that was "+
		"not taken in yet is taken in now; one that was refused answers with the refusal.", ends...)
	head.Responses["200"] = told("In the headers", append(standing, "Upload-Length", "Bytes of the whole file", "Upload-Metadata", "As it was told")...)
	s.plain(head, s.tus(s.uploadOffset))

	patch := describe("append-upload", http.MethodPatch, "/uploads/{id}", "Send a piece", "From Upload-Offset on. What came of a piece whose line broke is kept. With the last byte the paper is taken in: "+
		"204 with Content-Location, or the refusal a deposit would answer, after which nothing of the file is kept. The bytes of a duplicate_content wait until the upload expires: an empty piece at the end with "+
		"Upload-Metadata `allow_duplicate dHJ1ZQ==` keeps them all the same.", ends...)
	patch.Parameters = append(patch.Parameters, inHeader("Upload-Offset", "Where in the file the piece begins"), inHeader("Upload-Metadata", "allow_duplicate, at the end"))
	patch.RequestBody = &huma.RequestBody{Required: true, Content: piece}
	patch.Responses["204"] = told("Kept, durably", standing...)
	s.plain(patch, s.tus(s.appendUpload))

	remove := describe("remove-upload", http.MethodDelete, "/uploads/{id}", "End an upload and remove its bytes", "A paper it became stays.", http.StatusGone, http.StatusPreconditionFailed, http.StatusMisdirectedRequest, http.StatusLocked)
	remove.Responses["204"] = told("Removed")
	s.plain(remove, s.tus(s.removeUpload))

	override := describe("override-upload", http.MethodPost, "/uploads/{id}", "Send a piece or end an upload where PATCH and DELETE cannot pass", "X-HTTP-Method-Override says PATCH or DELETE.", append(ends, http.StatusMethodNotAllowed)...)
	override.Parameters = append(override.Parameters, oneOf(inHeader("X-HTTP-Method-Override", "The method meant"), http.MethodPatch, http.MethodDelete), inHeader("Upload-Offset", "As for PATCH"), inHeader("Upload-Metadata", "As for PATCH"))
	override.RequestBody = &huma.RequestBody{Content: piece}
	override.Responses["204"] = told("As for the method meant", standing...)
	s.plain(override, s.tus(s.overrideUpload))

	state := operation("get-upload", http.MethodGet, "/uploads/{id}", "uploads", "How an upload stands", http.StatusGone, http.StatusMisdirectedRequest)
	state.Description = "For programs without tus, and for people's pages: disturbs nothing."
	huma.Register(s.api, state, s.uploadState)
}

func (s *server) uploadOptions(c *gin.Context) {
	c.Header("Tus-Resumable", tusVersion)
	c.Header("Tus-Version", tusVersion)
	c.Header("Tus-Extension", tusExtensions)
	c.Header("Tus-Max-Size", strconv.FormatInt(s.Archive.Limits.FileBytes, 10))
	c.Status(http.StatusNoContent)
}

// tell writes how an upload stands into the headers.
func (s *server) tell(c *gin.Context, u *archive.UploadState) {
	c.Header("Cache-Control", "no-store")
	c.Header("Upload-Offset", strconv.FormatInt(u.Offset, 10))
	c.Header("Upload-Expires", u.ExpiresAt.UTC().Format(http.TimeFormat))
	if u.Done() {
		c.Header("Content-Location", Base+"/documents/"+u.Document.String())
	}
}

func (s *server) beginUpload(c *gin.Context) {
	ctx, h := c.Request.Context(), c.Request.Header
	var p parser
	for _, name := range []string{"Upload-Defer-Length", "Upload-Concat"} {
		if h.Get(name) != "" {
			p.fault("header."+name, "not_supported", archive.Text{VI: "Phần mở rộng này không dùng ở đây.", EN: "This extension is not offered here."})
		}
	}
	size := p.count(h, "Upload-Length")
	first, err := firstPiece(c.Request)
	if err != nil {
		s.Fail(c, err)
		return
	}
	req, err := p.tusRequest(h, s.Archive.Limits.MetadataBytes)
	if err != nil {
		s.Fail(c, err)
		return
	}
	o, old, err := s.begin(ctx, "upload", h.Get("Idempotency-Key"))
	if err != nil {
		s.Fail(c, err)
		return
	}
	// The first piece is no part of what is compared: a repeated beginning leads to the upload, which tells how much it has.
	asked := archive.DigestOf(bytes.Join([][]byte{[]byte(strconv.FormatInt(size, 10)), []byte(req.Told)}, []byte{'\n'}))
	if old != nil {
		if err := sameBody(old, asked); err != nil {
			s.Fail(c, err)
			return
		}
		c.Header("Location", old.Header["Location"])
		c.Status(http.StatusCreated)
		return
	}
	req.Size = size
	req.Then = func(ctx context.Context, tx archive.Tx, u archive.UploadState) error {
		return o.complete(ctx, tx, asked, http.StatusCreated, map[string]string{"Location": uploadsPath + "/" + u.Name()}, []byte{})
	}
	u, err := s.Archive.BeginUpload(ctx, s.Who(ctx), req)
	if err != nil {
		o.abandon(ctx)
		s.Fail(c, err)
		return
	}
	c.Header("Location", uploadsPath+"/"+u.Name())
	if first || size == 0 {
		s.take(c, u.Name(), archive.UploadPiece{}, http.StatusCreated)
		return
	}
	s.tell(c, &u)
	c.Status(http.StatusCreated)
}

// firstPiece reports whether the body of a beginning is the first piece.
func firstPiece(r *http.Request) (bool, error) {
	if isPiece(r) {
		return true, nil
	}
	if r.ContentLength != 0 {
		return false, badType()
	}
	return false, nil
}

func isPiece(r *http.Request) bool {
	typ, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && typ == tusBody
}

func (s *server) appendUpload(c *gin.Context) {
	if !isPiece(c.Request) {
		s.Fail(c, badType())
		return
	}
	var p parser
	piece := archive.UploadPiece{At: p.count(c.Request.Header, "Upload-Offset")}
	for key, v := range p.tusMetadata(c.Request.Header.Values("Upload-Metadata")) {
		if key == "allow_duplicate" {
			piece.AllowDuplicate = p.flag("header.Upload-Metadata.allow_duplicate", v)
		} else {
			p.fault("header.Upload-Metadata."+key, "unknown_field", archive.Text{VI: "Trường này chỉ được khai khi bắt đầu gửi.", EN: "This can only be told at the beginning."})
		}
	}
	if err := p.err(); err != nil {
		s.Fail(c, err)
		return
	}
	s.take(c, c.Param("id"), piece, http.StatusNoContent)
}

// take adds the body of a request to an upload and answers how it stands.
func (s *server) take(c *gin.Context, name string, piece archive.UploadPiece, status int) {
	ctx := c.Request.Context()
	free, err := s.Archive.Slot(ctx)
	if err != nil {
		s.Fail(c, err)
		return
	}
	defer free()
	piece.Body = c.Request.Body
	if b, ok := c.Request.Body.(interface{ Interrupt() }); ok {
		piece.Cut = b.Interrupt
	}
	u, err := s.Archive.AppendUpload(ctx, s.Who(ctx), name, piece)
	if !u.ID.IsZero() {
		s.tell(c, &u)
	}
	if err != nil {
		s.Fail(c, err)
		return
	}
	c.Status(status)
}

func (s *server) uploadOffset(c *gin.Context) {
	u, err := s.Archive.ResumeUpload(c.Request.Context(), s.Who(c.Request.Context()), c.Param("id"))
	if !u.ID.IsZero() {
		s.tell(c, &u)
	}
	if err != nil {
		s.Fail(c, err)
		return
	}
	c.Header("Upload-Length", strconv.FormatInt(u.Size, 10))
	if u.Told != "" {
		c.Header("Upload-Metadata", u.Told)
	}
	c.Status(http.StatusOK)
}

func (s *server) removeUpload(c *gin.Context) {
	if err := s.Archive.RemoveUpload(c.Request.Context(), s.Who(c.Request.Context()), c.Param("id")); err != nil {
		s.Fail(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

var errNotOverridden = archive.Fault(archive.Invalid, "method_not_allowed", archive.Text{VI: "Địa chỉ này không nhận cách gọi đó.", EN: "This address does not take that method."})

// overrideUpload stands in for methods that old proxies do not let through (tus 1.0.0, X-HTTP-Method-Override). Only POST, which
// the door protects from other sites as it does what it stands for.
func (s *server) overrideUpload(c *gin.Context) {
	switch c.GetHeader("X-HTTP-Method-Override") {
	case http.MethodPatch:
		s.appendUpload(c)
	case http.MethodDelete:
		s.removeUpload(c)
	default:
		s.Fail(c, errNotOverridden)
	}
}

// Upload is how a file that is sent in pieces stands.
type Upload struct {
	ID          string         `json:"id" doc:"Name of the upload"`
	Offset      int64          `json:"offset" doc:"Bytes that are durable here"`
	Length      int64          `json:"length" doc:"Bytes of the whole file"`
	ExpiresAt   time.Time      `json:"expires_at"`
	Document    string         `json:"document,omitempty" format:"uuid" doc:"The paper it became"`
	Quarantined bool           `json:"quarantined" doc:"The paper is kept aside for a checker"`
	Findings    []Finding      `json:"findings" doc:"Why it is kept aside"`
	Problem     *UploadProblem `json:"problem,omitempty" doc:"Why it was refused at its end"`
}

// UploadProblem is a refusal that was answered before and is told again.
type UploadProblem struct {
	Code     string    `json:"code" doc:"A stable word for programs" example:"unsafe_file"`
	Detail   string    `json:"detail" doc:"In the caller's language"`
	Findings []Finding `json:"findings"`
	Document string    `json:"document,omitempty" format:"uuid" doc:"The paper that stands against it, where the caller may see that paper"`
}

type uploadIn struct {
	ID string `path:"id" doc:"Name of the upload"`
}

type uploadOut struct {
	CacheControl string `header:"Cache-Control"`
	Body         Upload
}

func (s *server) uploadState(ctx context.Context, in *uploadIn) (*uploadOut, error) {
	u, err := s.Archive.UploadState(ctx, s.Who(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	tell := teller{lang: s.Lang(ctx)}
	out := Upload{ID: u.Name(), Offset: u.Offset, Length: u.Size, ExpiresAt: u.ExpiresAt, Document: u.Document.String(), Quarantined: u.Quarantined, Findings: tell.findings(u.Findings)}
	var e *archive.Error
	if as(u.Refusal, &e) {
		out.Problem = &UploadProblem{Code: e.CodeOrKind(), Detail: e.Msg.In(tell.lang), Findings: tell.findings(e.Findings), Document: e.Other.String()}
	}
	return &uploadOut{"no-store", out}, nil
}

package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

func (s *server) bytesOut() {
	conditional := func(op huma.Operation) huma.Operation {
		op.Parameters = append(op.Parameters, inHeader("If-None-Match", "ETag held already"))
		op.Responses["304"] = &huma.Response{Description: "Not modified"}
		return op
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		op := operation("file-"+strings.ToLower(method), method, "/documents/{id}/file", "documents", "The bytes as deposited")
		op.Description = "Range (RFC 9110 §14) is understood; the ETag is the digest. Each download is noted. A quarantined paper's file is for checkers, and comes as " +
			"application/octet-stream under a name that says so."
		op.Parameters = []*huma.Param{inPath("id", "Id of the paper"), fileVersion(), inHeader("Range", "Part of the bytes")}
		ok := header(header(binary("The whole file", archive.PDF, archive.JPEG, archive.PNG, archive.TIFF, "application/octet-stream"), "ETag", "Digest"), "Content-Disposition", "Name of the file (RFC 6266)")
		part := binary("The part asked for", archive.PDF, archive.JPEG, archive.PNG, archive.TIFF, "application/octet-stream", "multipart/byteranges")
		op.Responses = map[string]*huma.Response{"200": ok, "206": part, "416": binary("No such part", "text/plain")}
		s.plain(conditional(op), s.file)

		img := operation("page-image-"+strings.ToLower(method), method, "/documents/{id}/pages/{n}/image", "documents", "Picture of a page", http.StatusUnprocessableEntity)
		img.Description = "With `of` naming the beginning of the digest of the version that counts, the picture never changes and a browser keeps it for a day without asking; " +
			"any other `of` is 404, because the paper has been scanned again since."
		img.Parameters = []*huma.Param{inPath("id", "Id of the paper"), inPath("n", "Page, from 1"), imageOf(), inQuery("width", huma.TypeInteger, "Pixels wanted; the nearest size made is sent: 400, 1000 or 1800")}
		img.Responses = map[string]*huma.Response{"200": header(binary("The page", archive.JPEG), "ETag", "Version, page and width")}
		s.plain(conditional(img), s.pageImage)
	}
	s.readingCopies(conditional)
	text := operation("document-text", http.MethodGet, "/documents/{id}/text", "documents", "What was read, as plain text", http.StatusAccepted)
	text.Description = "UTF-8; each page ends with a form feed. 202 while nothing has been read yet."
	text.Parameters = []*huma.Param{inPath("id", "Id of the paper")}
	text.Responses = map[string]*huma.Response{"200": binary("The text", "text/plain")}
	s.plain(text, s.text)

	words := operation("page-words", http.MethodGet, "/documents/{id}/pages/{n}", "documents", "Words of a page with boxes and confidence", http.StatusAccepted)
	words.Description = "Boxes in points (1/72 inch) from the top left of the page as displayed. 202 while the page is being read."
	huma.Register(s.api, words, s.pageWords)
}

// fileVersion is the number of a version, or the one that is public whichever that is.
func fileVersion() *huma.Param {
	p := inQuery("version", huma.TypeString, "A number, or `public` for the version that is public; default the one that counts (`current_version`)")
	p.Schema.Pattern = "^([1-9][0-9]*|public)$"
	return p
}

// imageOfLeast is how much of a digest names a version; no two of one paper begin alike.
const imageOfLeast = 12

func imageOf() *huma.Param {
	p := inQuery("of", huma.TypeString, "At least the first 12 digits of the digest of the version the picture is to be of")
	p.Schema.Pattern = "^[0-9a-f]{12,64}$"
	return p
}

func (s *server) file(c *gin.Context) {
	ctx, actor := c.Request.Context(), s.Who(c.Request.Context())
	id, err := documentID(c.Param("id"))
	if err != nil {
		s.Fail(c, err)
		return
	}
	var p parser
	n := archive.PublicFile
	if q := c.Query("version"); q != "public" {
		n = p.number("query.version", q, 0, 1, 1<<30)
	}
	if err := p.err(); err != nil {
		s.Fail(c, err)
		return
	}
	d, err := s.Archive.Document(ctx, actor, id)
	if err != nil {
		s.Fail(c, err)
		return
	}
	v, err := d.Version(n)
	if d.State == archive.Disposed {
		err = archive.ErrNotFound
	}
	if err != nil {
		s.Fail(c, err)
		return
	}
	h := c.Writer.Header()
	tag := `"` + v.Digest.String() + `"`
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-store") // a copy in a browser's cache outlives the session; programs that hold one ask with its tag
	if c.Request.Method == http.MethodHead || matches(c.GetHeader("If-None-Match"), tag) {
		// No byte leaves the house, so nothing is noted as a download; but who may not download is told so.
		if err := archive.Decide(actor, archive.ActDownload, &d, s.now()); err != nil {
			s.Fail(c, err)
			return
		}
		if c.Request.Method != http.MethodHead {
			c.Status(http.StatusNotModified)
			return
		}
		disposition(h, &d, v)
		h.Set("Content-Length", strconv.FormatInt(v.Size, 10))
		h.Set("Accept-Ranges", "bytes")
		c.Status(http.StatusOK)
		return
	}
	content, v, err := s.Archive.File(ctx, actor, id, n)
	if err != nil {
		s.Fail(c, err)
		return
	}
	defer content.Close()
	disposition(h, &d, v)
	s.serveContent(c, content, id, v)
}

// serveContent sends a file that is checked while it is read.
func (s *server) serveContent(c *gin.Context, content archive.Content, id archive.ID, v archive.Version) {
	body := &checked{content: content}
	http.ServeContent(c.Writer, c.Request, "", time.Time{}, body)
	if body.err != nil {
		s.Archive.Log.Error("serve file", "document", id, "version", v.Number, "err", body.err)
		panic(http.ErrAbortHandler) // cut the connection: a short file must not look like a whole one
	}
}

// disposition names the file for saving (RFC 6266): in ASCII for old readers, in UTF-8 for the rest, always with the
// ending its true type has. It is an attachment: nothing that came from outside opens in our origin.
func disposition(h http.Header, d *archive.Document, v archive.Version) {
	name, typ := FileName(v), v.MediaType
	if d.Aside() { // nothing opens it by itself, and whoever finds it in her downloads knows what it is
		name, typ = "cach-ly_"+name, "application/octet-stream"
	}
	attach(h, name, typ)
}

// attach names a file for saving (RFC 6266).
func attach(h http.Header, name, typ string) {
	h.Set("Content-Type", typ)
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, asciiName(name), percentName(name)))
}

// checked is a Content as http.ServeContent wants it. It seeks only when somebody reads elsewhere, so that a file read
// from start to end keeps its check; and it looks past the last byte before handing it out, because that is where a
// damaged file says so.
type checked struct {
	content archive.Content
	at      int64 // where the reader stands
	real    int64 // where the content stands
	err     error
}

func (f *checked) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.content.Size()
	}
	if offset < 0 {
		return 0, errors.New("seek before the start")
	}
	f.at = offset
	return offset, nil
}

func (f *checked) Read(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	if f.at != f.real {
		if _, err := f.content.Seek(f.at, io.SeekStart); err != nil {
			f.err = err
			return 0, err
		}
		f.real = f.at
	}
	n, err := f.content.Read(p)
	f.at, f.real = f.at+int64(n), f.real+int64(n)
	if err == nil && f.at == f.content.Size() {
		var past [1]byte
		_, err = f.content.Read(past[:])
		if err == nil {
			err = io.ErrUnexpectedEOF // longer than it says
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
		return 0, err
	}
	return n, err
}

func (s *server) pageImage(c *gin.Context) {
	ctx, actor := c.Request.Context(), s.Who(c.Request.Context())
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
	d, err := s.Archive.Document(ctx, actor, id)
	if err != nil {
		s.Fail(c, err)
		return
	}
	if err := archive.Decide(actor, archive.ActPages, &d, s.now()); err != nil {
		s.Fail(c, err)
		return
	}
	h := c.Writer.Header()
	width = archive.ImageWidth(width)
	tag := fmt.Sprintf(`"%s-%d-%d"`, d.Head().Digest.Hex()[:32], n, width)
	h.Set("ETag", tag)
	switch of := c.Query("of"); {
	case of == "":
		h.Set("Cache-Control", "private, no-cache") // asked again each time: the paper may have been scanned again, and rights may change
	case len(of) >= imageOfLeast && strings.HasPrefix(d.Head().Digest.Hex(), of):
		h.Set("Cache-Control", "private, max-age=86400, immutable") // in the cache of a person who has seen it
	default:
		h.Del("ETag")
		s.Fail(c, archive.ErrNotFound)
		return
	}
	switch {
	case d.Aside():
		h.Set("Cache-Control", "no-store")
	case d.Access == archive.Sealed: // who may see it is asked each time
		h.Set("Cache-Control", "private, no-cache")
	}
	if d.State != archive.Disposed && n <= d.PageCount() && matches(c.GetHeader("If-None-Match"), tag) {
		c.Status(http.StatusNotModified)
		return
	}
	img, err := s.Archive.PageImage(ctx, actor, id, n, width)
	if err != nil {
		s.Fail(c, err)
		return
	}
	defer img.Close()
	h.Set("Content-Type", archive.JPEG)
	h.Set("Content-Disposition", "inline") // drawn by us from the page: pixels, whatever the paper was
	http.ServeContent(c.Writer, c.Request, "", time.Time{}, img)
}

func (s *server) text(c *gin.Context) {
	ctx, actor := c.Request.Context(), s.Who(c.Request.Context())
	id, err := documentID(c.Param("id"))
	if err != nil {
		s.Fail(c, err)
		return
	}
	w := &late{ResponseWriter: c.Writer}
	if err := s.Archive.WriteText(ctx, actor, id, w); err != nil {
		if !w.begun {
			s.Fail(c, err)
			return
		}
		s.Archive.Log.Error("write text", "document", id, "err", err)
		panic(http.ErrAbortHandler)
	}
	w.begin() // a paper without a word is an empty text
}

// late sends its headers with the first byte, so that an error before it can still be answered as one.
type late struct {
	http.ResponseWriter
	begun bool
}

func (w *late) begin() {
	if w.begun {
		return
	}
	w.begun = true
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
}

func (w *late) Write(p []byte) (int, error) {
	w.begin()
	return w.ResponseWriter.Write(p)
}

// matches reports whether an If-None-Match header names the tag (RFC 9110 §13.1.2, weak comparison).
func matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimPrefix(strings.TrimSpace(part), "W/"); part == tag || part == "*" {
			return true
		}
	}
	return false
}

// PageWords is what was read on one page.
type PageWords struct {
	Number     int        `json:"number" minimum:"1"`
	Width      float64    `json:"width" doc:"Points, as displayed"`
	Height     float64    `json:"height" doc:"Points, as displayed"`
	Source     string     `json:"source" enum:"text,scan,blank,failed" doc:"Where the words come from"`
	Confidence float64    `json:"confidence"`
	Text       string     `json:"text"`
	Words      []Word     `json:"words"`
	Codes      []PageCode `json:"codes,omitempty" doc:"QR and bar codes decoded on the scan"`
	Findings   []Finding  `json:"findings"`
	Error      string     `json:"error,omitempty" doc:"Why the page could not be read"`
}

// Word is one word with its place.
type Word struct {
	Text       string    `json:"text"`
	Box        []float32 `json:"box" minItems:"4" maxItems:"4" doc:"x0, y0, x1, y1 in points from the top left"`
	Confidence float32   `json:"confidence" minimum:"0" maximum:"1"`
	Line       int       `json:"line" doc:"Words of one line share a number"`
	Repair     *Repair   `json:"repair,omitempty" doc:"A better reading than the recogniser's, made or proposed"`
}

// Repair is a better reading of a word.
type Repair struct {
	Read   string  `json:"read" doc:"As recognised"`
	Better string  `json:"better" doc:"As it reads among the words beside it"`
	Made   bool    `json:"made" doc:"The word's text is the better reading; false: it is only proposed"`
	Score  float32 `json:"score" doc:"How much more the better reading is worth, in bits"`
	Why    string  `json:"why" doc:"The pairs of syllables that speak for it, each with the number of papers it is known from"`
}

type pageWordsIn struct {
	ID string `path:"id" doc:"Id of the paper"`
	N  int    `path:"n" minimum:"1" doc:"Page, from 1"`
}

type pageWordsOut struct{ Body PageWords }

func (s *server) pageWords(ctx context.Context, in *pageWordsIn) (*pageWordsOut, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	p, err := s.Archive.PageWords(ctx, s.Who(ctx), id, in.N)
	if err != nil {
		return nil, err
	}
	lang := s.Lang(ctx)
	out := PageWords{Number: p.Number, Width: p.Width, Height: p.Height, Source: string(p.Source), Confidence: float64(p.Confidence), Text: p.Text,
		Words: make([]Word, 0, len(p.Words)), Codes: pageCodes(p.Codes), Findings: teller{lang: lang}.findings(p.Findings)}
	for _, w := range p.Words {
		word := Word{Text: w.Text, Box: []float32{w.Box.X0, w.Box.Y0, w.Box.X1, w.Box.Y1}, Confidence: w.Confidence, Line: w.Line}
		if r := w.Repair; r != nil {
			word.Repair = &Repair{r.Read, r.Better, r.Made, r.Score, r.Why}
		}
		out.Words = append(out.Words, word)
	}
	if p.Err != nil {
		out.Error = p.Err.In(lang)
	}
	return &pageWordsOut{out}, nil
}

package rest

import (
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

func (s *server) readingCopies(conditional func(huma.Operation) huma.Operation) {
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		op := operation("reading-copy-"+strings.ToLower(method), method, "/documents/{id}/reading-copy", "documents", "A PDF of the paper that can be searched",
			http.StatusAccepted, http.StatusConflict, http.StatusUnprocessableEntity)
		op.Description = "The pages as they are, their images byte for byte, with the recognised words laid over them invisibly; pages with text of their own keep it. " +
			"Picture files become one PDF. The copy says of itself that it is not the original, carries no signature, and names the digest of the file it was made of. " +
			"It is made when it is first asked for. 202 while the paper is being read; 409 `not_read` when there is no text of it. Range is understood. Each download is noted."
		op.Parameters = []*huma.Param{inPath("id", "Id of the paper"), inHeader("Range", "Part of the bytes")}
		ok := header(header(binary("The whole copy", archive.PDF), "ETag", "Of this copy"), "Content-Disposition", "Name of the file (RFC 6266)")
		op.Responses = map[string]*huma.Response{"200": ok, "206": binary("The part asked for", archive.PDF, "multipart/byteranges"), "416": binary("No such part", "text/plain")}
		s.plain(conditional(op), s.readingCopy)
	}
}

func (s *server) readingCopy(c *gin.Context) {
	ctx, actor := c.Request.Context(), s.Who(c.Request.Context())
	id, err := documentID(c.Param("id"))
	if err != nil {
		s.Fail(c, err)
		return
	}
	// Whether it may be had at all comes first; a look at the head or a copy held already is no download.
	planned, err := s.Archive.FindReadingCopy(ctx, actor, id)
	if err != nil {
		s.Fail(c, err)
		return
	}
	h := c.Writer.Header()
	tag := `"` + planned.Tag + `"`
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-store")
	if c.Request.Method == http.MethodGet && matches(c.GetHeader("If-None-Match"), tag) {
		c.Status(http.StatusNotModified)
		return
	}
	name := copyName(planned.Document.Head())
	named := func() {
		h.Set("Content-Type", archive.PDF)
		h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, asciiName(name), percentName(name)))
	}
	if c.Request.Method == http.MethodHead {
		named()
		c.Status(http.StatusOK)
		return
	}
	copied, err := s.Archive.ReadingCopy(ctx, actor, id)
	if err != nil {
		h.Del("ETag")
		s.Fail(c, err)
		return
	}
	defer copied.Close()
	h.Set("ETag", `"`+copied.Tag+`"`)
	named()
	http.ServeContent(c.Writer, c.Request, "", time.Time{}, copied)
}

// copyName tells the copy from its paper where both lie in one folder.
func copyName(v archive.Version) string {
	name := FileName(v)
	return strings.TrimSuffix(name, path.Ext(name)) + ".ban-doc.pdf"
}

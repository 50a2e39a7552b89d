package rest

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

// backup sends the whole house as one tar archive, made while it serves. It never carries the key of the log.
func (s *server) backup() {
	op := operation("get-backup", http.MethodGet, "/backup", "house", "One consistent backup of the whole house, for administrators of the whole province")
	op.Description = "A tar archive for `sohoa restore`, without the key of the log. An archive without its last entry, manifest.json, is cut off."
	op.Responses = map[string]*huma.Response{"200": {Description: "The archive", Content: map[string]*huma.MediaType{"application/x-tar": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
	s.plain(op, s.getBackup)
}

func (s *server) getBackup(c *gin.Context) {
	ctx := c.Request.Context()
	if s.Backup == nil {
		s.Fail(c, archive.ErrNotFound)
		return
	}
	if err := s.Archive.NoteBackup(ctx, s.Who(ctx)); err != nil {
		s.Fail(c, err)
		return
	}
	c.Header("Content-Type", "application/x-tar")
	c.Header("Content-Disposition", `attachment; filename="sohoa-`+time.Now().Format("20060102-150405")+`.tar"`)
	c.Header("Cache-Control", "no-store")
	c.Status(http.StatusOK)
	if err := s.Backup(ctx, c.Writer); err != nil {
		// The answer has begun: all that is left is to break it off where the reader will notice, before manifest.json.
		_ = c.Error(err)
		panic(http.ErrAbortHandler)
	}
}

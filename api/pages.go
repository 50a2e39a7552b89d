package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"sohoa/api/reply"
	"sohoa/archive"
)

// pages answers what no route matches.
func (d *door) pages(engine *gin.Engine, _ Config) error {
	engine.NoRoute(func(ctx *gin.Context) { d.Fail(ctx, archive.ErrNotFound) })
	return nil
}

func language(r *http.Request) string { return reply.Language(r.Header.Get("Accept-Language")) }

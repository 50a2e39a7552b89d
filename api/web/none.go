package web

import (
	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

// NotFound answers what no route matches with a page. It is for the engine's NoRoute, outside the base of REST.
func (p *Pages) NotFound(c *gin.Context) {
	p.open(func(*visit) error { return archive.ErrNotFound })(c)
}

// Fail answers with the page of an error: for what is refused before a page is reached, or breaks in it.
func (p *Pages) Fail(c *gin.Context, err error) {
	p.open(func(*visit) error { return err })(c)
}

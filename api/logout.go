package api

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"sohoa/api/reply"
	"sohoa/api/session"
	"sohoa/archive"
)

// providerLogout takes what the OpenID provider tells of people who have signed out there. It answers as the provider expects
// (OpenID Connect Back-Channel Logout 1.0 §2.8): 200 when they are signed out here too, 400 when it is not believed; 503 asks to come
// again. Nobody is told why: the log is.
func (d *door) providerLogout(c *gin.Context) {
	ctx := c.Request.Context()
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, d.archive.Limits.MetadataBytes)
	ended, err := d.keeper.ProviderLoggedOut(ctx, c.PostForm("logout_token"), d.origin(c.Request))
	var bad *session.BadLogout
	switch {
	case errors.As(err, &bad) || archive.CodeOf(err) == "logout_again":
		d.log.WarnContext(ctx, "a notice of a sign-out was not believed", "request", reply.From(ctx).ID, "address", visitOf(ctx).address, "err", err)
		c.JSON(http.StatusBadRequest, gin.H{"error": "invalid_request"})
	case err != nil:
		d.Fail(c, err)
	default:
		d.log.InfoContext(ctx, "the provider has told of a sign-out", "request", reply.From(ctx).ID, "sessions", ended)
		c.Status(http.StatusOK)
	}
}

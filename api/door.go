package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"sohoa/api/reply"
	"sohoa/api/session"
	"sohoa/archive"
)

// door is what every request passes. To the pages it is their way to the session room (web.Door).
type door struct {
	archive *archive.Archive
	keeper  *session.Keeper
	log     *slog.Logger
	metrics *metrics
	cross   *http.CrossOriginProtection
	public  url.URL // zero: not told
	proxied sync.Once
	trusted bool // somebody's X-Forwarded-For is believed
}

// visit is what is known of a request beside its words: where it comes from and, once admitted, who sent it.
type visit struct {
	address string
	visitor session.Visitor
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

func actorOf(ctx context.Context) archive.Actor { return visitOf(ctx).visitor.Actor }
func langOf(ctx context.Context) string         { return reply.From(ctx).Lang }

// begin gives a request its number, sets what every answer carries, and writes the log when it is over. The log holds the
// route, not the path, and nothing of the query: both can hold what a person typed. Who it was is in the trail, under the
// same number.
func (d *door) begin(c *gin.Context) {
	began := time.Now()
	r := &reply.Request{ID: archive.NewID().String(), Lang: language(c.Request)}
	ctx := context.WithValue(reply.With(c.Request.Context(), r), visitKey{}, &visit{address: c.ClientIP()})
	c.Request = c.Request.WithContext(ctx)
	if !d.trusted && c.GetHeader("X-Forwarded-For") != "" {
		d.proxied.Do(func() {
			d.log.Warn("requests seem to come through a proxy that is not trusted: everybody behind it is one address for limits and trail; see --trusted-proxies")
		})
	}
	h := c.Writer.Header()
	h.Set("X-Request-Id", r.ID)
	reply.Shield(h, d.public.Scheme == "https" || c.Request.TLS != nil)
	h.Add("Vary", "Accept-Language")
	defer func() {
		d.finish(c, r, time.Since(began))
	}()
	if len(c.Request.URL.RawQuery) > d.archive.Limits.Door.QueryBytes {
		d.Fail(c, archive.Errorf(archive.Invalid, "query of %d bytes", len(c.Request.URL.RawQuery)))
		return
	}
	c.Next()
}

func (d *door) finish(c *gin.Context, r *reply.Request, took time.Duration) {
	route, status := c.FullPath(), c.Writer.Status()
	if route == "" {
		route = "none"
	}
	if p := archive.CodeOf(r.Cause()); p == "client_gone" || errors.Is(r.Cause(), context.Canceled) {
		status = reply.StatusClientGone
	}
	d.metrics.observe(c.Request.Method, route, status, took)
	attrs := []slog.Attr{slog.String("request", r.ID), slog.String("method", method(c.Request.Method)), slog.String("route", route), slog.Int("status", status),
		slog.Int("bytes", max(0, c.Writer.Size())), slog.Duration("took", took)}
	if id := actorOf(c.Request.Context()).ID; !id.IsZero() {
		attrs = append(attrs, slog.String("actor", id.String()))
	}
	level := slog.LevelInfo
	if err := r.Cause(); err != nil {
		attrs = append(attrs, slog.String("code", archive.CodeOf(err)))
		if status >= 500 {
			level = slog.LevelError
			attrs = append(attrs, slog.String("err", err.Error()))
		}
	}
	d.log.LogAttrs(c.Request.Context(), level, "request", attrs...)
}

// survive answers a panic like an error, and leaves alone the one by which a handler cuts its connection.
func (d *door) survive(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler {
			panic(v)
		}
		err := fmt.Errorf("panic: %v", v)
		d.log.Error("panic", "request", reply.From(c.Request.Context()).ID, "err", err, "stack", string(debug.Stack()))
		if c.Writer.Written() {
			panic(http.ErrAbortHandler)
		}
		d.Fail(c, err)
	}()
	c.Next()
}

// sameOrigin refuses what another site makes a signed-in person's browser send. A request with a token was made by a
// program on purpose: a browser sends one from another site only after asking leave (CORS), which nobody gets here. Not so the name
// and password a proxy in front of us may ask for, which browsers add by themselves.
func (d *door) sameOrigin(c *gin.Context) {
	if scheme, _, _ := strings.Cut(c.GetHeader("Authorization"), " "); !strings.EqualFold(scheme, "Bearer") {
		if err := d.cross.Check(c.Request); err != nil {
			d.Fail(c, reply.ErrCrossOrigin)
			return
		}
	}
	c.Next()
}

// admit lets only those in who are known.
func (d *door) admit(c *gin.Context) {
	_, _, known, err := d.Who(c.Request)
	if err == nil && !known {
		c.Header("WWW-Authenticate", `Bearer realm="sohoa"`)
		err = reply.ErrUnauthenticated
	}
	if err != nil {
		d.Fail(c, err)
		return
	}
	if v := visitOf(c.Request.Context()).visitor; v.Cookie && v.Account.MustChange {
		d.Fail(c, errMustChange)
		return
	} else if v.Lacks {
		d.Fail(c, archive.ErrFactorRequired)
		return
	}
	c.Next()
}

var errMustChange = archive.Fault(archive.Forbidden, "password_change_required", archive.Text{VI: "Hãy đổi mật khẩu dùng một lần trước khi làm việc.", EN: "Change the one-time password before you go on."})

// Fail answers with err and ends the request.
func (d *door) Fail(c *gin.Context, err error) {
	reply.Write(c.Writer, c.Request.Context(), err)
	c.Abort()
}

// method keeps words of a stranger out of the log and the measures.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// local reports whether a request comes from this machine itself and was not passed on by a proxy that stands here.
func local(r *http.Request) bool {
	return loopback(r.RemoteAddr) && r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == "" && r.Header.Get("X-Real-Ip") == ""
}

package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

// visit is one request to a page.
type visit struct {
	gin     *gin.Context
	ctx     context.Context
	actor   archive.Actor
	account archive.Account
	known   bool
	session archive.Session
	lacks   bool // a second factor that the role asks for
	lang    string
	most    int64 // bytes of a form without a file
}

type handler func(*visit) error

// policy lets a page load what this host serves and nothing else; require-trusted-types-for turns every assignment of a
// text to innerHTML and its relatives into an error (W3C CSP 3, Trusted Types).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
	"object-src 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// open serves a page to everybody.
func (p *Pages) open(h handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Header("Content-Security-Policy", policy) // the rest of what protects an answer is the door's
		v := &visit{gin: c, ctx: c.Request.Context()}
		v.lang = p.Lang(v.ctx)
		defer p.survive(v)
		var err error
		if err = p.bound(v); err == nil {
			v.actor, v.account, v.known, err = p.Door.Who(c.Request)
			v.session, v.lacks = p.Door.Standing(c.Request)
		}
		if err == nil {
			err = h(v)
		}
		if err != nil {
			p.fail(v, err)
		}
	}
}

// bound reads the form of a page while it is small enough. What comes as multipart/form-data is left to the handlers that
// take files; where one of the others is sent such a body, form reads no more of it.
func (p *Pages) bound(v *visit) error {
	v.most = p.Archive.Limits.MetadataBytes
	r := v.gin.Request
	if r.Method == http.MethodGet || r.Method == http.MethodHead || strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return nil
	}
	r.Body = http.MaxBytesReader(v.gin.Writer, r.Body, v.most)
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	return nil
}

// survive answers a panic with a page, and leaves alone the one by which a handler cuts its connection.
func (p *Pages) survive(v *visit) {
	r := recover()
	if r == nil {
		return
	}
	if r == http.ErrAbortHandler {
		panic(r)
	}
	err := fmt.Errorf("panic: %v", r)
	p.Log.Error("panic", "page", v.gin.FullPath(), "err", err, "stack", string(debug.Stack()))
	if v.gin.Writer.Written() {
		panic(http.ErrAbortHandler)
	}
	p.fail(v, err)
}

// unsettled serves a page to whoever has signed in, even with a password that was printed.
func (p *Pages) unsettled(h handler) gin.HandlerFunc {
	return p.open(func(v *visit) error {
		if !v.known {
			to := "/signin"
			if v.gin.Request.Method == http.MethodGet {
				to += "?next=" + url.QueryEscape(v.gin.Request.URL.RequestURI())
			}
			return v.redirect(to)
		}
		return h(v)
	})
}

// own serves a page to whoever has signed in and chosen a password of his own.
func (p *Pages) own(h handler) gin.HandlerFunc {
	return p.unsettled(func(v *visit) error {
		if v.account.MustChange {
			return v.redirect("/account")
		}
		return h(v)
	})
}

// staff serves a page to whoever has signed in and settled: has a password of his own, and a second factor where the role asks
// for one.
func (p *Pages) staff(h handler) gin.HandlerFunc {
	return p.own(func(v *visit) error {
		if v.lacks {
			return v.redirect("/account/second-factor")
		}
		return h(v)
	})
}

// page is the address of the page from which a request came: its own for a GET, that of the form for a POST.
func (v *visit) page() string {
	if v.gin.Request.Method == http.MethodGet {
		return v.gin.Request.URL.RequestURI()
	}
	if u, err := url.Parse(v.gin.Request.Referer()); err == nil && u.Host == v.gin.Request.Host {
		return local(u.RequestURI())
	}
	return "/account"
}

// redirect sends the browser on with a GET.
func (v *visit) redirect(to string) error {
	v.gin.Redirect(http.StatusSeeOther, to)
	return nil
}

func (v *visit) query(name string) string { return v.gin.Query(name) }

// form returns a field of a form that has no file.
func (v *visit) form(name string) string {
	if r := v.gin.Request; r.PostForm == nil { // multipart: gin would put gigabytes of it on the disk
		r.Body = http.MaxBytesReader(v.gin.Writer, r.Body, v.most)
	}
	return v.gin.PostForm(name)
}

func (v *visit) say(t archive.Text) string { return t.In(v.lang) }

// t returns a text of the catalogue. Unlike in templates an unknown key is not found before it is used; the tests use
// every key.
func (v *visit) t(key string, args ...any) string { return textOf(v.lang, key, args...) }

// id reads the id of the address. What is no id names nothing.
func (v *visit) id() (archive.ID, error) {
	id, err := archive.ParseID(v.gin.Param("id"))
	if err != nil {
		return archive.ID{}, archive.ErrNotFound
	}
	return id, nil
}

// local accepts an address of this house to go to next, and nothing that leads elsewhere ("//host", "/\host").
func local(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	u, err := url.Parse(s)
	if err != nil || u.Host != "" || u.Scheme != "" {
		return "/"
	}
	return s
}

// languageCookie is __Host-sohoa-lang where the house is reached by https, as all its cookies are (RFC 6265bis §4.1.3.2).
const languageCookie = "sohoa-lang"

// Language returns the language a person chose on a page, remembered by a cookie.
func Language(r *http.Request) (string, bool) {
	for _, name := range []string{"__Host-" + languageCookie, languageCookie} {
		if c, err := r.Cookie(name); err == nil && (c.Value == "vi" || c.Value == "en") {
			return c.Value, true
		}
	}
	return "", false
}

// language remembers the language chosen and goes back to where it was chosen.
func (p *Pages) language(v *visit) error {
	lang := "vi"
	if v.form("lang") == "en" {
		lang = "en"
	}
	c := &http.Cookie{Name: languageCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if c.Secure = strings.HasPrefix(p.PublicURL, "https://"); c.Secure {
		c.Name = "__Host-" + c.Name
	}
	http.SetCookie(v.gin.Writer, c)
	return v.redirect(local(v.form("back")))
}

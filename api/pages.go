package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"sohoa/api/paper"
	"sohoa/api/reply"
	"sohoa/api/rest"
	"sohoa/api/web"
	"sohoa/archive"
)

// pages adds the pages and answers what no route matches: programs get a problem document, people a page.
func (d *door) pages(engine *gin.Engine, c Config) error {
	house := func(ctx context.Context) web.House {
		if c.House == nil {
			return web.House{}
		}
		h := c.House(ctx)
		return web.House{Version: h.Version, Commit: h.Commit, Sandbox: h.Sandbox, Store: h.Store, Catalog: h.Catalog, Inbox: webInbox(h.Inbox), Stores: webStores(h.Stores)}
	}
	problem := func(ctx context.Context, err error) web.Problem {
		p := reply.Of(ctx, err)
		return web.Problem{Status: p.Status, Title: p.Title, Detail: p.Detail, Request: p.RequestID}
	}
	pages, err := web.New(web.Config{Archive: c.Archive, Door: d, Lang: langOf, Problem: problem, House: house, Log: c.Log, PublicURL: c.PublicURL, Code: paper.Code})
	if err != nil {
		return err
	}
	pages.Register(engine)
	engine.NoRoute(func(ctx *gin.Context) {
		if path := ctx.Request.URL.Path; strings.HasPrefix(path, rest.Base) || !strings.Contains(ctx.GetHeader("Accept"), "text/html") {
			d.Fail(ctx, archive.ErrNotFound)
			return
		}
		pages.NotFound(ctx)
	})
	return nil
}

func webStores(all []Store) (out []web.Store) {
	for _, s := range all {
		w := web.Store{Second: s.Use == "second", Place: s.Place, Away: s.Away != "", Concerns: s.Concerns}
		if s.Found != nil {
			w.Bucket, w.Versions, w.Lock, w.Encryption = true, s.Found.Versioning, s.Found.ObjectLock, s.Found.Encryption
		}
		out = append(out, w)
	}
	return out
}

func webInbox(in *Inbox) *web.Inbox {
	if in == nil {
		return nil
	}
	out := &web.Inbox{Folder: in.Folder, Waiting: in.Waiting, Held: in.Held, Overfull: in.Overfull, Refused: in.RefusedFiles}
	if !in.Reachable {
		out.Trouble = in.Trouble
	}
	if in.LastTakenAt != nil {
		out.Last = *in.LastTakenAt
	}
	return out
}

// language is what a person chose on a page, else what the browser asks for.
func language(r *http.Request) string {
	if l, ok := web.Language(r); ok {
		return l
	}
	return reply.Language(r.Header.Get("Accept-Language"))
}

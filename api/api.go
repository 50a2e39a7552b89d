package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"sohoa/api/paper"
	"sohoa/api/reply"
	"sohoa/api/rest"
	"sohoa/api/session"
	"sohoa/archive"
)

// Config is what the handler is built of. Archive is required; zero values work for the rest.
type Config struct {
	Archive *archive.Archive
	Log     *slog.Logger // nil: discard
	// PublicURL is the address people use, for example https://sohoa.example.gov.vn. Its scheme decides whether cookies are
	// for https only, and requests from pages of that origin are not foreign. Optional.
	PublicURL string
	// TrustedProxies are the addresses (or CIDR ranges) whose X-Forwarded-For is believed. None by default: a header that
	// anybody can write says nothing about where a request comes from.
	TrustedProxies []string
	// Hashes is how many passwords are checked at once, 19 MiB each. 0: half as many as there are processors.
	Hashes int
	// Seal is what second factors are sealed with, the same in every process of a house. The zero Seal: one of this process only.
	Seal session.Seal
	// Provider is an OpenID provider where people may sign in, too. Optional.
	Provider *session.ProviderConfig
	// Backup writes a backup of the whole house, without the log's key. Optional.
	Backup func(context.Context, io.Writer) error
	// House tells what only the program knows, for /status. Optional.
	House func(context.Context) House
	// Ready says why the house cannot serve yet, beside what the archive says of itself. Optional.
	Ready func(context.Context) error
}

// House is what the program knows of itself.
type House = rest.House

// Store is a place where papers are kept, and Endpoint what the server of a bucket was found to do.
type (
	Store    = rest.Store
	Endpoint = rest.Endpoint
)

// Inbox is how the folder stands into which network scanners write.
type Inbox = rest.Inbox

// New builds the handler. It may be called more than once; huma's settings, which are one per process, are the same each
// time.
func New(c Config) (http.Handler, error) {
	if c.Archive == nil {
		return nil, errors.New("api: an archive is required")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	public, err := publicOrigin(c.PublicURL)
	if err != nil {
		return nil, err
	}
	keeper, err := session.New(session.Config{Archive: c.Archive, Secure: public.Scheme == "https", Hashes: c.Hashes, Clock: c.Archive.Clock, Seal: c.Seal, Provider: c.Provider, Public: strings.TrimRight(c.PublicURL, "/")})
	if err != nil {
		return nil, err
	}
	d := &door{archive: c.Archive, keeper: keeper, log: c.Log, metrics: newMetrics(c.Archive), cross: http.NewCrossOriginProtection(), public: public, trusted: len(c.TrustedProxies) > 0}
	if public.Host != "" {
		if err := d.cross.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
			return nil, err
		}
	}
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false // a redirected upload is an upload sent twice
	if err := engine.SetTrustedProxies(c.TrustedProxies); err != nil {
		return nil, err
	}
	engine.Use(d.begin, d.survive, d.sameOrigin)
	engine.NoMethod(func(ctx *gin.Context) { d.Fail(ctx, reply.ErrMethod) })

	closing := make(chan struct{})
	speakOurProblems()
	inside := engine.Group("", d.admit)
	h := humagin.NewWithGroup(engine, inside, document(c.House))
	rest.Mount(inside, h, rest.Config{Archive: c.Archive, Who: actorOf, Still: d.Still, Lang: langOf, Fail: d.Fail, Secrets: d, House: c.House, Backup: c.Backup, Sheets: paper.Separators, Closing: closing,
		Public: engine.Group(""), Asker: asker, Grant: d.Grant, LookUpAt: d.lookUpAt, Receipt: receipt})
	engine.POST(session.ProviderLogout, d.providerLogout)
	d.life(engine, h, c.Ready)
	if err := d.describe(engine, h); err != nil {
		return nil, err
	}
	if err := d.pages(engine, c); err != nil {
		return nil, err
	}
	return paced{engine, c.Archive.Limits.Door, sync.OnceFunc(func() { close(closing) })}, nil
}

func publicOrigin(s string) (url.URL, error) {
	if s == "" {
		return url.URL{}, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return url.URL{}, errors.New("api: the public URL is http:// or https:// and a host, without a path")
	}
	return *u, nil
}

// document is the head of the OpenAPI document, and huma with its own pages and additions switched off.
func document(house func(context.Context) House) huma.Config {
	version := "devel"
	if house != nil {
		if v := house(context.Background()).Version; v != "" {
			version = v
		}
	}
	c := huma.DefaultConfig("Sohoa", version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", "" // ours: one document, one page, no outside request
	c.CreateHooks = nil                                   // no $schema in answers
	c.Info.Description = "Digitised results of administrative procedures: deposit, reading, search, proof. Errors are problem documents (RFC 9457) in Vietnamese or English by Accept-Language. Lists are {items, next}; times are RFC 3339; digests are sha256:<hex>."
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":  {Type: "http", Scheme: "bearer", Description: "An API token (sohoa_…)"},
		"cookie": {Type: "apiKey", In: "cookie", Name: "sohoa", Description: "The session of a signed-in person; named __Host-sohoa where the house is reached by https"},
	}
	return c
}

func receipt(w io.Writer, r archive.IssuedReceipt, lookUpAt string, half bool) error {
	return paper.WriteReceipt(w, paper.Receipt{IssuedReceipt: r, Address: lookUpAt, Half: half})
}

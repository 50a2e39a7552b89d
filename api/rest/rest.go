package rest

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

// Base is the path everything here lies under.
const Base = "/api/v1"

// Config is what the operations are built of. Every function is required.
type Config struct {
	Archive *archive.Archive
	// Who returns who asks; the door has admitted the actor before an operation runs.
	Who func(context.Context) archive.Actor
	// Still reports whether who sent a request is still let in: for what is answered long after it was asked.
	Still func(*http.Request) bool
	// Lang returns the language of the request, "vi" or "en".
	Lang func(context.Context) string
	// Fail answers a plain handler's request with an error.
	Fail func(*gin.Context, error)
	// Secrets makes passwords and tokens.
	Secrets Secrets
	// Backup writes a backup of the whole house. Optional.
	Backup func(context.Context, io.Writer) error
	// Sheets writes separator sheets as PDF.
	Sheets func(w io.Writer, sheets []archive.SeparatorSheet, lang string) error
	// Public takes the operations that need no account.
	Public gin.IRoutes
	// Asker returns address and request number of who asks there.
	Asker func(context.Context) archive.Actor
	// Grant returns the secret of a citizen's look-up that a request carries, "" for none.
	Grant func(*http.Request) string
	// LookUpAt returns the address of the page on which results are looked up.
	LookUpAt func(*http.Request) string
	// Receipt writes a receipt as PDF.
	Receipt func(w io.Writer, r archive.IssuedReceipt, lookUpAt string, half bool) error
	// House tells what only the program knows of itself, for /status. Optional.
	House func(context.Context) House
	// Closing is closed when the house shuts down: event streams end. Optional.
	Closing <-chan struct{}
}

// Secrets is what the session room makes.
type Secrets interface {
	HashPassword(ctx context.Context, password string) (string, error)
	OneTimePassword() string
	NewToken() (secret string, digest archive.Digest)
}

// Inbox is how the folder stands into which network scanners write.
type Inbox struct {
	Folder       string     `json:"folder"`
	Reachable    bool       `json:"reachable"`
	Trouble      string     `json:"trouble,omitempty" doc:"Why the folder cannot be reached"`
	Waiting      int        `json:"waiting" doc:"Files in it that are not dealt with yet"`
	Held         int        `json:"held" doc:"Of these: tried, and to be tried again"`
	Overfull     bool       `json:"overfull" doc:"More files wait than are looked after at once"`
	Taken        int64      `json:"taken" doc:"Since this process began, as are the next two"`
	Quarantined  int64      `json:"quarantined"`
	Refused      int64      `json:"refused"`
	RefusedFiles int        `json:"refused_files" doc:"Files lying in REFUSED for somebody to look at; counting ends at 10,000"`
	LastTakenAt  *time.Time `json:"last_taken_at,omitempty"`
}

// House is what the program knows of itself.
type House struct {
	Version string
	Commit  string
	Sandbox string // level the children reached
	Store   string // kind and place, without secrets
	Catalog string // kind and place, without secrets
	Inbox   *Inbox // nil: there is none
	Stores  []Store
}

// Store is a place where papers are kept, as the program found it.
type Store struct {
	Use      string         `json:"use" enum:"first,second"`
	Kind     string         `json:"kind" enum:"file,s3"`
	Place    string         `json:"place" doc:"Folder, or address and bucket; never a secret"`
	Away     string         `json:"away,omitempty" doc:"Why the last call did not reach it; absent when it did"`
	Found    *Endpoint      `json:"found,omitempty" doc:"Of a bucket: what its server was found to do when it was opened, as opposed to what it says"`
	Concerns []archive.Text `json:"-"` // what follows from it, in words
	Warnings []string       `json:"warnings,omitempty" doc:"What follows from it, in words"`
}

// Endpoint is what an S3 server was found to do.
type Endpoint struct {
	At                      time.Time `json:"at"`
	CreateIfAbsent          string    `json:"create_if_absent" enum:"enforced,racy,ignored,rejected,untested" doc:"If-None-Match on a PUT: racy means not among requests at the same time"`
	CreateIfAbsentMultipart string    `json:"create_if_absent_multipart" enum:"enforced,racy,ignored,rejected,untested" doc:"The same when parts are put together"`
	CompareAndSwap          string    `json:"compare_and_swap" enum:"enforced,racy,ignored,rejected,untested" doc:"If-Match on a PUT"`
	Multipart               bool      `json:"multipart"`
	SignedBody              bool      `json:"signed_body" doc:"Bytes that are not what their signature says are refused"`
	ChecksumHeader          bool      `json:"checksum_header"`
	TrailingChecksum        bool      `json:"trailing_checksum"`
	RangeReads              bool      `json:"range_reads"`
	ListAfterWrite          bool      `json:"list_after_write"`
	Versioning              bool      `json:"versioning"`
	ObjectLock              bool      `json:"object_lock"`
	DefaultRetention        string    `json:"default_retention,omitempty" doc:"What the bucket itself locks every object with"`
	Encryption              string    `json:"encryption,omitempty" doc:"As the server says of what we write; absent when it says nothing"`
	Styles                  []string  `json:"styles" doc:"Of addresses that reach the bucket; the first is in use"`
}

type server struct {
	Config
	api     huma.API
	router  gin.IRoutes
	streams chan struct{}
}

// Mount adds every operation to router and to the OpenAPI document of api, which writes to the same router. Paths are whole.
func Mount(router gin.IRoutes, api huma.API, c Config) {
	s := &server{Config: c, api: api, router: router, streams: make(chan struct{}, c.Archive.Limits.Door.Streams)}
	s.documents()
	s.bytesIn()
	s.resumable()
	s.bytesOut()
	s.readings()
	s.moves()
	s.refilings()
	s.work()
	s.bulks()
	s.arranging()
	s.stacking()
	s.separators()
	s.searches()
	s.dossiers()
	s.agencies()
	s.procedures()
	s.learned()
	s.accounts()
	s.tokens()
	s.signIns()
	s.events()
	s.status()
	s.limits()
	s.receipts()
	s.retrievals()
	s.satisfaction()
	s.backup()
	s.tidy()
}

// operation describes one call. Errors lists the statuses it may answer with besides those every call shares.
func operation(id, method, path, tag, summary string, errors ...int) huma.Operation {
	op := huma.Operation{OperationID: id, Method: method, Path: Base + path, Tags: []string{tag}, Summary: summary,
		Errors:                       statuses(method, errors),
		RejectUnknownQueryParameters: true, // a mistyped filter must not answer with everything
		Extensions:                   map[string]any{"x-summary-vi": vietnamese[id]},
		Metadata:                     map[string]any{refusesBodies: slices.Contains(errors, http.StatusUnprocessableEntity)},
		Security:                     []map[string][]string{{"token": {}}, {"cookie": {}}}}
	return op
}

func statuses(method string, more []int) []int {
	all := append([]int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusInternalServerError, http.StatusServiceUnavailable}, more...)
	if method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		all = append(all, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// plain registers a gin handler for bytes and describes it in the same document as the operations of huma.
func (s *server) plain(op huma.Operation, h gin.HandlerFunc) { s.plainAt(s.router, op, h) }

func (s *server) plainAt(router gin.IRoutes, op huma.Operation, h gin.HandlerFunc) {
	for _, code := range op.Errors {
		if op.Responses == nil {
			op.Responses = map[string]*huma.Response{}
		}
		if key := statusKey(code); op.Responses[key] == nil {
			op.Responses[key] = s.problem(code)
		}
	}
	known := map[string]bool{}
	for _, p := range op.Parameters {
		known[p.Name] = known[p.Name] || p.In == "query"
	}
	s.api.OpenAPI().AddOperation(&op)
	router.Handle(op.Method, ginPath(op.Path), func(c *gin.Context) {
		for name := range c.Request.URL.Query() {
			if !known[name] {
				s.Fail(c, unknownParameter(name))
				return
			}
		}
		h(c)
	})
}

func (s *server) now() time.Time { return s.Archive.Clock.Now() }

// names returns a function that tells the name of an agency, "" when the registry does not know it.
func (s *server) names(ctx context.Context) (func(archive.AgencyCode) string, error) {
	all, err := s.Archive.Agencies(ctx)
	if err != nil {
		return nil, err
	}
	return func(code archive.AgencyCode) string {
		if i, ok := slices.BinarySearchFunc(all, code, func(g archive.Agency, c archive.AgencyCode) int {
			switch {
			case g.Code < c:
				return -1
			case g.Code > c:
				return 1
			}
			return 0
		}); ok {
			return all[i].Name
		}
		return ""
	}, nil
}

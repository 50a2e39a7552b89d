package web

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

// Config is what the pages are built of. Archive, Door, Lang, Problem and Code are required.
type Config struct {
	Archive *archive.Archive
	// Door says who comes in and lets people in and out.
	Door Door
	// Lang returns the language of a request, "vi" or "en". The door that decides it asks Language first, so that what a
	// person chose on a page holds for the answers of the REST interface too.
	Lang func(context.Context) string
	// Problem puts an error into an answer: its status and its words in the request's language.
	Problem func(context.Context, error) Problem
	// House tells what only the program knows of itself, for the administrator's page. Optional.
	House func(context.Context) House
	// Code draws a QR code: squares of a side, and the dark ones as the path of an SVG in that measure.
	Code func(text string) (side int, path string, err error)
	// Log receives what a page could not tell anybody. Nil: discard.
	Log *slog.Logger
	// PublicURL is where people reach this house; shown to administrators. Optional.
	PublicURL string
}

// Problem is an error as people see it.
type Problem struct {
	Status  int
	Title   string
	Detail  string
	Request string // number of the request, by which the log is searched
}

// House is what the program knows of itself.
type House struct {
	Version string
	Commit  string
	Sandbox string // level the children reached
	Store   string
	Catalog string
	Inbox   *Inbox // nil: there is none
	Stores  []Store
}

// Store is a place where papers are kept.
type Store struct {
	Second     bool
	Bucket     bool
	Place      string
	Away       bool // it could not be reached a moment ago
	Versions   bool // of a bucket: it keeps what is replaced or removed
	Lock       bool // and can lock objects
	Encryption string
	Concerns   []archive.Text // what its server was found not to do
}

// Inbox is how the folder stands into which network scanners write.
type Inbox struct {
	Folder   string
	Trouble  string // why it cannot be reached; "" when it can
	Waiting  int
	Held     int // of these: tried, and to be tried again
	Overfull bool
	Refused  int       // files lying in REFUSED
	Last     time.Time // when a paper was last taken; zero: not since the program began
}

// Pages serves the pages. It is safe for concurrent use.
type Pages struct {
	Config
	set    map[string]*page
	assets *assets
}

// New reads every template and asset. An undeclared template, a text key that is in no catalogue or a missing asset is an
// error here, not in front of a person.
func New(c Config) (*Pages, error) {
	if c.Archive == nil || c.Door == nil || c.Lang == nil || c.Problem == nil || c.Code == nil {
		return nil, errors.New("web: archive, door, lang, problem and code are required")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	a, err := readAssets()
	if err != nil {
		return nil, err
	}
	set, err := parsePages(a)
	if err != nil {
		return nil, err
	}
	return &Pages{Config: c, set: set, assets: a}, nil
}

// Register adds the routes of every page to e. What no route matches is for e's NoRoute: see NotFound.
func (p *Pages) Register(e *gin.Engine) {
	e.GET("/static/:hash/*name", p.asset)
	e.HEAD("/static/:hash/*name", p.asset)
	e.GET("/favicon.ico", p.favicon)

	e.GET("/setup", p.open(p.setup))
	e.POST("/setup", p.open(p.setUp))
	e.GET("/signin", p.open(p.signin))
	e.POST("/signin", p.open(p.signIn))
	e.GET("/signin/code", p.open(p.code))
	e.POST("/signin/code", p.open(p.signInCode))
	e.GET("/signin/provider", p.open(p.askProvider))
	e.GET("/signin/provider/return", p.open(p.providerAnswered))
	e.GET("/signout/provider", p.open(p.signOutProvider))
	e.GET("/invite", p.open(p.invite))
	e.POST("/invite", p.open(p.acceptInvite))
	e.POST("/signout", p.open(p.signOut))
	e.POST("/language", p.open(p.language))

	e.GET("/t", p.open(p.lookUpForm))
	e.POST("/t", p.open(p.lookUp))
	e.GET("/t/results", p.open(p.results))
	e.GET("/t/results/:id", p.open(p.resultPages))
	e.POST("/t/answer", p.open(p.answer))
	e.POST("/t/end", p.open(p.endLookUp))

	e.GET("/account", p.unsettled(p.account))
	e.POST("/account", p.unsettled(p.changePassword))
	e.GET("/account/second-factor", p.own(p.factor))
	e.POST("/account/second-factor", p.own(p.changeFactor))
	e.GET("/account/devices", p.staff(p.devices))
	e.POST("/account/devices", p.staff(p.endDevices))
	e.GET("/account/tokens", p.staff(p.ownTokens))
	e.POST("/account/tokens", p.staff(p.addOwnToken))
	e.POST("/account/tokens/:id", p.staff(p.revokeOwnToken))
	e.POST("/account/notice", p.staff(p.noticed))
	e.GET("/account/identity", p.staff(p.linkIdentity))
	e.POST("/account/identity", p.staff(p.unlinkIdentity))
	e.GET("/prove", p.own(p.proof))
	e.POST("/prove", p.own(p.prove))
	e.GET("/prove/provider", p.own(p.proveAtProvider))

	e.GET("/", p.open(p.front))
	e.POST("/documents", p.staff(p.deposit))
	e.GET("/documents/:id", p.staff(p.document))
	e.POST("/documents/:id", p.staff(p.edit))
	e.POST("/documents/:id/versions", p.staff(p.rescan))
	e.GET("/documents/:id/rescan", p.staff(p.scan))
	e.GET("/documents/:id/pages", p.staff(p.arrangement))
	e.GET("/documents/:id/stack", p.staff(p.stack))
	e.POST("/documents/:id/stack", p.staff(p.splitStack))
	e.POST("/documents/:id/back", p.staff(p.goBack))
	e.POST("/documents/:id/move", p.staff(p.refile))
	e.POST("/documents/discard", p.staff(p.discardMany))
	e.POST("/documents/restore", p.staff(p.restoreMany))
	e.GET("/bin", p.staff(p.bin))
	e.GET("/work", p.staff(p.work))
	e.POST("/bulk", p.staff(p.askBulk))
	e.GET("/bulk/:id", p.staff(p.bulk))
	e.POST("/bulk/:id/:step", p.staff(p.goBulk))
	e.GET("/documents/:id/work", p.staff(p.talk))
	e.POST("/documents/:id/work/:step", p.staff(p.tell))
	e.GET("/admin/checks", p.staff(p.checks))
	e.POST("/admin/checks", p.staff(p.setChecks))
	e.GET("/draws", p.staff(p.draws))
	e.POST("/documents/:id/read-again", p.staff(p.readAgain))
	e.POST("/documents/:id/moves/:move", p.staff(p.move))
	e.GET("/quarantine", p.staff(p.quarantine))
	e.GET("/search", p.staff(p.search))
	e.GET("/dossiers", p.staff(p.dossiers))
	e.POST("/dossiers", p.staff(p.openDossier))
	e.GET("/dossiers/:code", p.staff(p.dossier))
	e.GET("/findings", p.staff(p.findings))
	e.GET("/satisfaction", p.staff(p.satisfaction))
	e.GET("/trail", p.staff(p.trail))
	e.GET("/lists", p.staff(p.lists))

	e.GET("/admin", p.staff(p.house))
	e.GET("/admin/accounts", p.staff(p.accounts))
	e.POST("/admin/accounts", p.staff(p.addAccount))
	e.POST("/admin/accounts/:id", p.staff(p.changeAccount))
	e.GET("/admin/sign-in", p.staff(p.signInRules))
	e.POST("/admin/sign-in", p.staff(p.setSignInRules))
	e.GET("/admin/tokens", p.staff(p.tokens))
	e.POST("/admin/tokens", p.staff(p.addToken))
	e.POST("/admin/tokens/:id", p.staff(p.revokeToken))
	e.GET("/admin/agencies", p.staff(p.agencies))
	e.POST("/admin/agencies", p.staff(p.putAgency))
	e.GET("/admin/procedures", p.staff(p.procedures))
	e.POST("/admin/procedures", p.staff(p.putProcedure))
	e.GET("/admin/learned", p.staff(p.learned))
	e.POST("/admin/learned", p.staff(p.forget))
}

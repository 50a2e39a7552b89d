package archive

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"sohoa/internal/viet"
)

// Config is what an Archive is built of. Vault, Catalog and Derived are required; a nil Inspector refuses every deposit,
// a nil Reader leaves reading to another process of the house, a nil Index turns search off.
type Config struct {
	Vault     Vault
	Catalog   Catalog
	Derived   Derived
	Index     Index
	Ledger    Ledger
	Inspector Inspector
	Reader    Reader
	Proposer  Proposer // nil: the form stays empty
	Learner   Learner  // nil: nothing is learned of the language

	Quarantine QuarantineStore // nil: papers that do not pass are refused, never kept aside
	Scanner    Scanner         // nil: nothing looks for viruses
	Partials   Partials        // nil: no resumable uploads
	Assembler  Assembler       // nil: pages cannot be rearranged
	Copier     Copier          // nil: no reading copies

	// RetrievalKey is the key under which retrieval codes are kept: 32 random bytes, the same in every process of the house. With
	// another key the receipts printed so far open nothing. Nil: no receipts are issued and nothing is looked up.
	RetrievalKey []byte

	Disks Disks // nil: nobody looks how full they are

	StepForTest func(name string) // called at every step at which the power may fail, see step; nil: nobody looks

	Clock    Clock        // nil: the machine's
	Calendar Calendar     // nil: OfficeWeek
	Log      *slog.Logger // nil: discard
	Node     string       // name of this process, the same after a restart; empty: "node"
	Scratch  string       // folder for short-lived copies; empty: the system's
	Limits   Limits       // zero fields mean DefaultLimits
	Policy   Policy
}

// Policy holds the rules a house may choose.
type Policy struct {
	NoReading        bool // papers are kept and found by their fields only
	AllowOwnerLocks  bool // accept PDFs whose owner restricted printing or copying, when they open without a password
	QuarantineUnsafe bool // papers with active content are kept in quarantine even when their depositor did not ask
}

// Archive is the acts. It is safe for concurrent use. Its owner closes the ports after Run has returned.
type Archive struct {
	Config
	start     time.Time
	registry  registryCache
	viewed    recent
	watch     watchers
	disks     diskWatch
	uploading uploadLocks
	making    flights       // derived things under way
	slots     chan struct{} // uploads under way
	nudge     chan struct{} // wakes the sequencer
	feed      chan struct{} // wakes the indexer
	work      chan struct{} // wakes the readers
	bulk      chan struct{} // wakes who acts on many papers
	tidy      chan struct{} // wakes the janitor
	untaken   untaken
	suspects  chan ObjectID // to be scrubbed before their turn
	Counters  Counters
}

// New checks c, fills in defaults and returns an Archive on which nothing runs yet.
func New(c Config) (*Archive, error) {
	if c.Vault == nil || c.Catalog == nil || c.Derived == nil {
		return nil, errors.New("archive: vault, catalog and derived are required")
	}
	if c.Clock == nil {
		c.Clock = SystemClock{}
	}
	if c.Calendar == nil {
		c.Calendar = OfficeWeek{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Node == "" {
		c.Node = "node"
	}
	c.Limits = c.Limits.withDefaults()
	return &Archive{Config: c, start: c.Clock.Now(), slots: make(chan struct{}, c.Limits.Door.Uploads), nudge: make(chan struct{}, 1), feed: make(chan struct{}, 1), work: make(chan struct{}, 1), bulk: make(chan struct{}, 1), tidy: make(chan struct{}, 1),
		suspects: make(chan ObjectID, 256)}, nil
}

// Admit returns actor with its scope expanded over the registry. A session calls it once per request.
func (a *Archive) Admit(ctx context.Context, actor Actor) (Actor, error) {
	if actor.Role == RoleSystem || actor.Agency == "" {
		return actor, nil
	}
	s, err := a.registry.scope(ctx, a.Catalog, actor.Agency)
	if err != nil {
		return actor, err
	}
	actor.scope = s
	return actor, nil
}

// update runs fn in a transaction and wakes what waits for events and jobs.
func (a *Archive) update(ctx context.Context, fn func(Tx) error) error {
	if err := a.Catalog.Update(ctx, fn); err != nil {
		return err
	}
	wake(a.nudge)
	return nil
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// settle gives clean-up a life of its own when the request that caused it is gone, but not for ever.
func settle(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
}

// clean makes a text that came from outside fit to keep and to show: NFC, no control characters, spaces folded, at most
// max characters.
func clean(s string, max int) string {
	out := make([]rune, 0, min(len(s), max))
	space := false
	for _, r := range viet.NFC(s) {
		if r < ' ' || r == 0x7f || r == 0xfeff || (r >= 0x80 && r < 0xa0) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) || r == 0xfffd || r == ' ' || r == 0xa0 {
			space = len(out) > 0
			continue
		}
		if space {
			out, space = append(out, ' '), false
		}
		if len(out) >= max {
			break
		}
		out = append(out, r)
	}
	return string(out)
}

// registryCache keeps the agencies and expanded scopes until the registry's version changes.
type registryCache struct {
	mu       sync.Mutex
	version  int64
	loaded   bool
	agencies []Agency
	scopes   map[AgencyCode]*scopeSet
}

func (c *registryCache) load(ctx context.Context, cat Catalog) ([]Agency, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.loadLocked(ctx, cat)
}

// has reports whether code was in the registry when it was last loaded. Agencies are never removed, so yes stays true;
// no may be out of date.
func (c *registryCache) has(code AgencyCode) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := slices.BinarySearchFunc(c.agencies, code, func(g Agency, c AgencyCode) int { return strings.Compare(string(g.Code), string(c)) })
	return ok
}

func (c *registryCache) loadLocked(ctx context.Context, cat Catalog) ([]Agency, error) {
	err := cat.View(ctx, func(tx Tx) error {
		v, err := tx.Registry().Version(ctx)
		if err != nil || c.loaded && v == c.version {
			return err
		}
		all, err := tx.Registry().Agencies(ctx)
		if err != nil {
			return err
		}
		c.agencies, c.version, c.loaded, c.scopes = all, v, true, map[AgencyCode]*scopeSet{}
		return nil
	})
	return c.agencies, err
}

func (c *registryCache) scope(ctx context.Context, cat Catalog, top AgencyCode) (*scopeSet, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all, err := c.loadLocked(ctx, cat)
	if err != nil {
		return nil, err
	}
	if s, ok := c.scopes[top]; ok {
		return s, nil
	}
	s := expand(top, all)
	c.scopes[top] = s
	return s, nil
}

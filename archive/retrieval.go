package archive

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// mostGrants of one dossier stand at a time: the phones of a family, and the same one again and again.
const mostGrants = 20

// citizen is who asks at the door that needs no account: an address and a request, and no rights in the table. What is opened
// to him is decided by Grant.opens alone.
func citizen(asker Actor) Actor {
	return Actor{Role: RoleCitizen, Address: asker.Address, Request: asker.Request}
}

// LookUp gives whoever knows the code on a dossier's receipt a grant, and the secret to use it by. It returns false, and says no
// more, when the code is wrong, when there is no receipt and when there is no such dossier: the three run the same statements
// on as many rows, compare in constant time, and leave the same behind (the trail gets a count of misses by hour and address).
// Unavailable code too_many_lookups when the limits of the address, the dossier or the house make it wait. Of asker only
// address and request count.
func (a *Archive) LookUp(ctx context.Context, asker Actor, dossier DossierCode, code RetrievalCode) (secret string, g Grant, right bool, err error) {
	if a.RetrievalKey == nil {
		return "", Grant{}, false, ErrNoReceipts
	}
	asker = citizen(asker)
	now := a.Clock.Now()
	gate := a.gate(asker.Address, dossier)
	mac := code.mac(a.RetrievalKey, dossier)
	secret = newSecret()
	// Who has to wait is told so by a read: ten thousand guesses cost no write.
	err = a.Catalog.View(ctx, func(tx Tx) error { return gate.pass(ctx, tx, now) })
	if err != nil {
		return "", Grant{}, false, err
	}
	// One transaction. Power lost before: nothing happened. After: the grant is there and nobody has its secret, until it expires.
	err = a.update(ctx, func(tx Tx) error {
		if err := gate.pass(ctx, tx, now); err != nil { // again: many may have read before the first of them was booked
			return err
		}
		r, err := tx.Retrievals().Receipt(ctx, dossier)
		if err != nil {
			return err
		}
		if right = subtle.ConstantTimeCompare(r.MAC[:], mac[:]) == 1; !right {
			if err := tx.Tries().Missed(ctx, now.Truncate(time.Hour), Network(asker.Address), a.Limits.Retrieval.Addresses); err != nil {
				return err
			}
			return gate.charge(ctx, tx, now, gateHouse, gateHolder)
		}
		if wait := gate.paces[gateHolder].wait(gate.due[gateHolder], now); wait > 0 {
			return tooManyLookups(wait)
		}
		if err := gate.charge(ctx, tx, now, gateHolder, gateHolder+1); err != nil {
			return err
		}
		g = Grant{Hash: DigestOf([]byte(secret)), Dossier: dossier, Receipt: r.Number, Address: asker.Address, CreatedAt: now, ExpiresAt: now.Add(a.Limits.Retrieval.GrantTime)}
		if err := tx.Retrievals().Grant(ctx, g, mostGrants); err != nil {
			return err
		}
		d, err := tx.Dossiers().Get(ctx, dossier)
		if err != nil {
			return err
		}
		return tx.Events().Append(ctx, retrieval(asker, now, &d, map[string]string{"act": "opened", "receipt": strconv.Itoa(r.Number)}))
	})
	if err != nil || !right {
		return "", Grant{}, false, err
	}
	return secret, g, true, nil
}

// ErrLookUp is the one answer to a wrong code, a dossier without a receipt and one that is not there.
var ErrLookUp = Fault(NotFound, "wrong_codes", Text{"Không tìm thấy: mã hồ sơ hoặc mã tra cứu chưa đúng. Xin xem lại giấy tiếp nhận mới nhất.", "Nothing was found: the dossier code or the retrieval code is not right. Look at the newest receipt again."})

func (g *gate) pass(ctx context.Context, tx Tx, now time.Time) error {
	wait, err := g.wait(ctx, tx, now)
	if err == nil && wait > 0 {
		return tooManyLookups(wait)
	}
	return err
}

// newSecret returns 256 random bits in 43 letters that need no quoting anywhere.
func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// retrieval is the event of something a citizen did with a dossier. It carries the dossier's custodian as its agency: nobody else
// is answerable for it, and auditors of that agency are to see it.
func retrieval(asker Actor, now time.Time, d *Dossier, detail map[string]string) Event {
	ev := NewEvent(asker, EvRetrieval, now)
	ev.Dossier, ev.Agency, ev.Detail = d.Code, d.Custodian, detail
	return ev
}

// ErrGrantOver says that a grant is over, or never was: look up again.
var ErrGrantOver = Fault(Forbidden, "grant_over", Text{"Đã hết thời gian xem kết quả. Xin nhập lại mã hồ sơ và mã tra cứu.", "The time to see the results is over. Enter the dossier code and the retrieval code again."})

// ResultState is what a citizen is told of a result.
type ResultState string

const (
	ResultValid      ResultState = "valid"
	ResultSuperseded ResultState = "superseded"
	ResultWithdrawn  ResultState = "withdrawn"
)

// RetrievedResult is a result as its owner gets it: as it stands published, whatever is being done to a newer scan of it.
type RetrievedResult struct {
	ID          ID
	State       ResultState
	Fields      Fields
	Version     Version // that is, or was last, public
	PublishedAt time.Time
	ChangedAt   time.Time // when it was superseded or withdrawn
	Reason      string    // and why
	InPlace     []ID      // the valid results of the same dossier that stand in its place, as far as the papers say so
}

// Retrieved is what a grant opens.
type Retrieved struct {
	Grant     Grant
	Dossier   Dossier
	Agency    string // name of who is answerable
	Procedure string // name
	Results   []RetrievedResult
	Answer    *Opinion // what was said of the service; nil: nothing yet
	MayAnswer bool     // it can be said, or changed, by this grant
}

// opens returns how d shows to the holder of g; false: not at all. This is the only rule of that door: results of its own
// dossier that are, or were, published; never a sealed one, never a component.
func (g *Grant) opens(d *Document) (RetrievedResult, bool) {
	if d.Dossier != g.Dossier || d.Kind != Result || d.Access == Sealed {
		return RetrievedResult{}, false
	}
	r := RetrievedResult{ID: d.ID, Fields: d.Fields, Version: d.Head(), PublishedAt: d.PublishedAt}
	switch {
	case d.PublicVersion() > 0:
		r.State = ResultValid
		r.Version, _ = d.Version(PublicFile)
		for _, s := range d.Standing {
			if s.State == Published && d.State != Published {
				r.Fields = s.Fields // what the public version says, not what is being typed about the new scan
			}
		}
	case d.State == Superseded:
		r.State, r.ChangedAt, r.Reason = ResultSuperseded, d.UpdatedAt, d.Reason
	case d.State == Withdrawn:
		r.State, r.ChangedAt, r.Reason = ResultWithdrawn, d.UpdatedAt, d.Reason
	default:
		return RetrievedResult{}, false
	}
	return r, true
}

// retrievable is the part of Grant.opens that a database can decide, so that no list is filtered much after the fetch: what is left
// to opens are new scans with nothing published behind them.
var retrievable = Visibility{Whole: true, Accesses: []Access{Public, Restricted}, States: []State{Review, Checking, Accepted, Published, Superseded, Withdrawn, Returned}}

// granted reads the grant of a secret. ErrGrantOver when it is over.
func (a *Archive) granted(ctx context.Context, tx Tx, secret string, now time.Time) (Grant, error) {
	g, err := tx.Retrievals().Granted(ctx, DigestOf([]byte(secret)))
	if KindOf(err) == NotFound && err != nil || err == nil && !now.Before(g.ExpiresAt) {
		return Grant{}, ErrGrantOver
	}
	return g, err
}

// Retrieved returns what the secret of a grant opens. ErrGrantOver.
func (a *Archive) Retrieved(ctx context.Context, secret string) (Retrieved, error) {
	var out Retrieved
	now := a.Clock.Now()
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		if out.Grant, err = a.granted(ctx, tx, secret, now); err != nil {
			return err
		}
		if out.Dossier, err = tx.Dossiers().Get(ctx, out.Grant.Dossier); err != nil {
			return err
		}
		l, err := tx.Documents().Browse(ctx, retrievable, Filter{Dossier: out.Grant.Dossier, Kind: Result, Order: Oldest, Limit: a.Limits.ListRows})
		if err != nil {
			return err
		}
		out.Results, out.Answer = nil, nil
		for i := range l.Items {
			if r, ok := out.Grant.opens(&l.Items[i]); ok {
				out.Results = append(out.Results, r)
			}
		}
		return out.answered(ctx, tx)
	})
	if err != nil {
		return Retrieved{}, err
	}
	inPlace(out.Results)
	slices.SortStableFunc(out.Results, func(x, y RetrievedResult) int { // what can be taken first, the newest before the others
		if (x.State == ResultValid) != (y.State == ResultValid) {
			if x.State == ResultValid {
				return -1
			}
			return 1
		}
		return y.PublishedAt.Compare(x.PublishedAt)
	})
	all, err := a.Agencies(ctx)
	if err != nil {
		return Retrieved{}, err
	}
	for _, g := range all {
		if g.Code == out.Dossier.Custodian {
			out.Agency = g.Name
		}
	}
	if out.Dossier.Procedure != "" {
		p, err := a.Procedure(ctx, out.Dossier.Procedure, now)
		if err != nil && KindOf(err) != NotFound {
			return Retrieved{}, err
		}
		out.Procedure = p.Name
	}
	return out, nil
}

// inPlace finds what stands in the place of superseded and withdrawn results: valid ones of the same type that were published after.
// Nothing says which of several replaces which; all are named.
func inPlace(rs []RetrievedResult) {
	for i := range rs {
		if rs[i].State == ResultValid {
			continue
		}
		for _, r := range rs {
			if r.State == ResultValid && r.Fields.Type == rs[i].Fields.Type && r.PublishedAt.After(rs[i].PublishedAt) {
				rs[i].InPlace = append(rs[i].InPlace, r.ID)
			}
		}
	}
}

// retrieve opens one valid result to the holder of a secret. NotFound for everything else, whatever it is.
func (a *Archive) retrieve(ctx context.Context, secret string, id ID, now time.Time) (g Grant, d Document, r RetrievedResult, of Dossier, err error) {
	err = a.Catalog.View(ctx, func(tx Tx) (err error) {
		if g, err = a.granted(ctx, tx, secret, now); err != nil {
			return err
		}
		if d, err = tx.Documents().Get(ctx, id); err != nil {
			return err
		}
		var ok bool
		if r, ok = g.opens(&d); !ok || r.State != ResultValid {
			return ErrNotFound
		}
		of, err = tx.Dossiers().Get(ctx, g.Dossier)
		return err
	})
	return g, d, r, of, err
}

// RetrieveFile returns the bytes of a valid result and notes the download. The caller closes the content. ErrGrantOver, NotFound.
func (a *Archive) RetrieveFile(ctx context.Context, asker Actor, secret string, id ID) (Content, Version, error) {
	now := a.Clock.Now()
	_, d, r, of, err := a.retrieve(ctx, secret, id, now)
	if err != nil {
		return nil, Version{}, err
	}
	c, err := a.content(ctx, &d, r.Version)
	if err != nil {
		return nil, Version{}, err
	}
	if c.Digest() != r.Version.Digest {
		c.Close()
		return nil, Version{}, Errorf(Corrupt, "object of %s holds %s, row says %s", id, c.Digest(), r.Version.Digest)
	}
	ev := retrieval(citizen(asker), now, &of, map[string]string{"version": strconv.Itoa(r.Version.Number), "digest": r.Version.Digest.String()})
	ev.Action, ev.Document = EvDownload, id
	if err := a.update(ctx, func(tx Tx) error { return tx.Events().Append(ctx, ev) }); err != nil {
		c.Close()
		return nil, Version{}, err
	}
	return c, r.Version, nil
}

// RetrievePage returns a JPEG of a page of a valid result, at the width made that is nearest above the wanted one, and notes that
// the result was looked at, once for each grant. ErrGrantOver, NotFound.
func (a *Archive) RetrievePage(ctx context.Context, asker Actor, secret string, id ID, n, width int) (io.ReadSeekCloser, error) {
	now := a.Clock.Now()
	g, d, r, of, err := a.retrieve(ctx, secret, id, now)
	if err != nil {
		return nil, err
	}
	if n < 1 || n > len(r.Version.Pages) {
		return nil, ErrNotFound
	}
	once := fmt.Sprintf("retrieval/%s/%s", g.Hash.Hex()[:32], id)
	if !a.viewed.seen(once) {
		ev := retrieval(citizen(asker), now, &of, map[string]string{"act": "viewed", "version": strconv.Itoa(r.Version.Number)})
		ev.Document, ev.Once = id, once
		if err := a.update(ctx, func(tx Tx) error { return tx.Events().Append(ctx, ev) }); err != nil {
			return nil, err
		}
		a.viewed.add(once)
	}
	return a.pageImage(ctx, &d, r.Version, n, width)
}

// EndRetrieval ends a grant at its holder's wish: on a computer that others use too.
func (a *Archive) EndRetrieval(ctx context.Context, secret string) error {
	return a.update(ctx, func(tx Tx) error { return tx.Retrievals().End(ctx, DigestOf([]byte(secret))) })
}

// RetrievalsOf returns what citizens did with a dossier in the actor's scope, the newest first.
func (a *Archive) RetrievalsOf(ctx context.Context, actor Actor, code DossierCode, limit int) ([]Event, error) {
	var evs []Event
	now := a.Clock.Now()
	err := a.Catalog.View(ctx, func(tx Tx) error {
		d, err := tx.Dossiers().Get(ctx, code)
		if err != nil {
			return err
		}
		if !seesDossier(actor, &d, now) {
			return ErrNotFound
		}
		evs, err = tx.Events().OfCitizens(ctx, code, a.rows(limit))
		return err
	})
	for i := range evs {
		evs[i].Address = MaskAddress(evs[i].Address) // that it was another one is enough to know here; auditors see it whole
	}
	return evs, err
}

// tellMisses writes the wrong look-ups of hours that are over into the trail, one event for an address and hour.
func (a *Archive) tellMisses(ctx context.Context, now time.Time) error {
	const round = 500
	for {
		n := 0
		err := a.update(ctx, func(tx Tx) error {
			ms, err := tx.Tries().Misses(ctx, now.Truncate(time.Hour), round)
			if n = len(ms); err != nil || n == 0 {
				return err
			}
			for _, m := range ms {
				ev := NewEvent(Actor{Role: RoleCitizen, Address: m.Address}, EvRetrieval, now)
				ev.Outcome = Denied
				ev.Detail = map[string]string{"act": "missed", "count": strconv.Itoa(m.Count), "hour": m.Hour.UTC().Format(time.RFC3339)}
				if err := tx.Events().Append(ctx, ev); err != nil {
					return err
				}
			}
			return tx.Tries().Told(ctx, ms)
		})
		if err != nil || n < round {
			return err
		}
	}
}

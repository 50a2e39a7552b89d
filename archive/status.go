package archive

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Status is the state of the house.
type Status struct {
	Node      string
	Started   time.Time
	Now       time.Time
	Jobs      map[JobKind]JobCounts
	Intents   int
	LastEvent int64 // newest number of the feed, -1 for none
	IndexedTo int64 // the index has followed the feed to here
	Indexed   int64 // documents in the index
	States    map[State]int
	Agencies  []AgencyUse // what custodians keep and took in today, most bytes first
	Disks     []Disk
	Reader    string // "" ready; else what is missing, in English
	ReaderMsg Text
	Second    SecondStore
	Scrub     ScrubReport
	Scanner   ScannerState
	ScanMsg   Text // why it is away
}

// SecondStore says how far the second copy of the store has followed.
type SecondStore struct {
	Mode  string    // wait or follow; "" where there is one store only
	Lag   int64     // events whose objects it may not have yet
	Since time.Time // of the oldest of them; zero when there are none
	Away  bool      // it cannot be reached
	Why   Text      // in plain words, while it is away
}

var textSecondAway = Text{"Không liên lạc được.", "It cannot be reached."}

// secondStore looks how far the second store is.
func (a *Archive) secondStore(ctx context.Context, tx Tx, last int64) (s SecondStore, err error) {
	pair, ok := a.Vault.(Copies)
	if !ok {
		return s, nil
	}
	s.Mode = "follow"
	if pair.Waits() {
		s.Mode = "wait"
	}
	if d, ok := a.Vault.(Distant); ok {
		if err := d.Away(); err != nil {
			s.Away, s.Why = true, textSecondAway
			if CodeOf(err) == "second_store_empty" { // somebody has to do something
				s.Why = messageOf(err)
			}
		}
	}
	at, err := position(ctx, tx, mirrorAt)
	if err != nil || at >= last {
		return s, err
	}
	s.Lag = last - at
	next, err := tx.Events().Since(ctx, at, 1)
	if len(next) > 0 {
		s.Since = next[0].At
	}
	return s, err
}

// ScannerState says whether anything looks for viruses.
type ScannerState string

const (
	ScannerOff   ScannerState = "off"   // none is configured
	ScannerReady ScannerState = "ready" // it answers
	ScannerAway  ScannerState = "away"  // it does not: what comes in waits in quarantine
)

// Status tells the state of the house to administrators and to the program itself. To an administrator of
// one agency the papers it keeps are counted, whatever their state and class, and nobody else's; jobs, index and disks are the
// house's.
func (a *Archive) Status(ctx context.Context, actor Actor) (Status, error) {
	if !actor.Role.May(ActStatus) {
		return Status{}, ErrForbidden
	}
	see := Visibility{Everything: true}
	if actor.Role != RoleSystem && actor.Agency != "" { // of one agency: what others keep is not counted for it
		see = actor.Sees(a.Clock.Now())
		see.States, see.Accesses = States, []Access{Public, Restricted, Sealed}
	}
	s := Status{Node: a.Node, Started: a.start, Now: a.Clock.Now(), IndexedTo: -1, Disks: a.Disks()}
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		if s.Jobs, err = tx.Jobs().Counts(ctx, a.Clock.Now()); err != nil {
			return err
		}
		if s.Intents, err = tx.Intents().Count(ctx); err != nil {
			return err
		}
		if s.States, err = tx.Documents().Counts(ctx, see); err != nil {
			return err
		}
		if s.Agencies, err = tx.Usage().Agencies(ctx, dayOf(a.Clock.Now())); err != nil {
			return err
		}
		if s.LastEvent, err = tx.Events().Last(ctx); err != nil {
			return err
		}
		s.Second, err = a.secondStore(ctx, tx, s.LastEvent)
		return err
	})
	if err != nil {
		return Status{}, err
	}
	s.Agencies = slices.DeleteFunc(s.Agencies, func(u AgencyUse) bool { return !actor.Covers(u.Custodian) })
	slices.SortStableFunc(s.Agencies, func(x, y AgencyUse) int { return cmp.Compare(y.Kept.Bytes, x.Kept.Bytes) })
	if s.Scrub, err = a.scrubReport(ctx); err != nil {
		return Status{}, err
	}
	if a.Index != nil {
		if s.IndexedTo, err = a.Index.Position(ctx); err != nil {
			return Status{}, err
		}
		if s.Indexed, err = a.Index.Count(ctx); err != nil {
			return Status{}, err
		}
	}
	switch {
	case a.Policy.NoReading:
		s.ReaderMsg = Text{"Tắt nhận dạng chữ.", "Text recognition is switched off."}
	case a.Reader == nil:
		s.ReaderMsg = Text{"Tiến trình này không đọc giấy tờ.", "This process does not read papers."}
	default:
		if err := a.Reader.Ready(ctx); err != nil {
			s.ReaderMsg = messageOf(err)
		}
	}
	s.Reader = s.ReaderMsg.EN
	s.Scanner = ScannerOff
	if a.Scanner != nil {
		s.Scanner = ScannerReady
		if err := a.Scanner.Ready(ctx); err != nil {
			s.Scanner, s.ScanMsg = ScannerAway, messageOf(err)
		}
	}
	return s, nil
}

// Ready returns nil when the house can take papers in and answer, else Unavailable with the reason.
func (a *Archive) Ready(ctx context.Context) error {
	if err := a.Catalog.Ping(ctx); err != nil {
		return err
	}
	if a.Inspector == nil {
		return Errorf(Unavailable, "no inspector")
	}
	return nil
}

func messageOf(err error) Text {
	if e, ok := err.(*Error); ok {
		return e.Msg
	}
	return kindText[KindOf(err)]
}

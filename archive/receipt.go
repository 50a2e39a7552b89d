package archive

import (
	"context"
	"strconv"
	"time"
)

// IssuedReceipt is everything that is printed on a receipt. Code is in no other place: whoever loses the receipt gets a new one.
type IssuedReceipt struct {
	Receipt
	Code      RetrievalCode
	Dossier   Dossier
	Agency    Agency     // that is answerable for the dossier; only its code where the registry does not know it
	Above     string     // the name of the agency above it, as letterheads have it; "" where there is none
	Procedure *Procedure // nil while the dossier's is not known
	Papers    []string   // components that are here already, by name
	More      bool       // there are more papers than named
	Clerk     string     // who issued it
}

// ErrNoReceipts says that this house has no key to keep retrieval codes by.
var ErrNoReceipts = Fault(Unavailable, "no_receipts", Text{"Hệ thống chưa có khóa để cấp mã tra cứu.", "This house has no key for retrieval codes."})

// IssueReceipt draws a new retrieval code for a dossier in the actor's scope. The one before opens nothing from then on, and
// neither do the grants it was given for.
func (a *Archive) IssueReceipt(ctx context.Context, actor Actor, code DossierCode) (IssuedReceipt, error) {
	if a.RetrievalKey == nil {
		return IssuedReceipt{}, ErrNoReceipts
	}
	if !actor.Role.May(ActReceipt) {
		return IssuedReceipt{}, ErrForbidden
	}
	now := a.Clock.Now()
	v, err := a.Dossier(ctx, actor, code)
	if err != nil {
		return IssuedReceipt{}, err
	}
	out := IssuedReceipt{Dossier: v.Dossier, Code: NewRetrievalCode(), Clerk: actor.Name, Agency: Agency{Code: v.Custodian}, More: v.More}
	for i := range v.Components {
		out.Papers = append(out.Papers, v.Components[i].Fields.called())
	}
	if err := a.letterhead(ctx, &out, now); err != nil {
		return IssuedReceipt{}, err
	}
	// One transaction: the new hash, the end of the old grants and the event. Power lost before: the old receipt holds, and the
	// new one was never printed. Lost after: the old one is over and the paper in the printer is not; the clerk prints again.
	err = a.update(ctx, func(tx Tx) error {
		d, err := tx.Dossiers().Get(ctx, code)
		if err != nil {
			return err
		}
		if err := DecideAt(actor, ActReceipt, d.Custodian, now); err != nil {
			return err
		}
		old, err := tx.Retrievals().Receipt(ctx, code)
		if err != nil {
			return err
		}
		out.Receipt = Receipt{Dossier: code, Number: old.Number + 1, MAC: out.Code.mac(a.RetrievalKey, code), IssuedAt: now, IssuedBy: actor.ID}
		if err := tx.Retrievals().Put(ctx, out.Receipt); err != nil {
			return err
		}
		ev := NewEvent(actor, EvDossier, now)
		ev.Dossier, ev.Detail = code, map[string]string{"act": "receipt", "number": strconv.Itoa(out.Number), "mac": out.MAC.Hex()} // replayRetrieval
		return tx.Events().Append(ctx, ev)
	})
	return out, err
}

// letterhead fills in whose receipt it is, and for what.
func (a *Archive) letterhead(ctx context.Context, out *IssuedReceipt, now time.Time) error {
	all, err := a.Agencies(ctx)
	if err != nil {
		return err
	}
	names := map[AgencyCode]Agency{}
	for _, g := range all {
		names[g.Code] = g
	}
	if g, ok := names[out.Dossier.Custodian]; ok {
		out.Agency, out.Above = g, names[g.Parent].Name
	}
	if out.Dossier.Procedure == "" {
		return nil
	}
	p, err := a.Procedure(ctx, out.Dossier.Procedure, now)
	switch {
	case err == nil:
		out.Procedure = &p
	case KindOf(err) != NotFound:
		return err
	}
	return nil
}

// called is the name of a paper in a list: what it is and what it is about.
func (f *Fields) called() string {
	name := TypeName(f.Type)
	switch {
	case name == "":
		return f.Subject
	case f.Subject == "":
		return name
	}
	return name + ": " + f.Subject
}

// ReceiptOf returns what is known of the newest receipt of a dossier in the actor's scope; number 0: none was issued. The MAC is
// nobody's business.
func (a *Archive) ReceiptOf(ctx context.Context, actor Actor, code DossierCode) (Receipt, error) {
	var r Receipt
	now := a.Clock.Now()
	err := a.Catalog.View(ctx, func(tx Tx) error {
		d, err := tx.Dossiers().Get(ctx, code)
		if err != nil {
			return err
		}
		if !seesDossier(actor, &d, now) {
			return ErrNotFound
		}
		r, err = tx.Retrievals().Receipt(ctx, code)
		r.MAC = Digest{}
		return err
	})
	return r, err
}

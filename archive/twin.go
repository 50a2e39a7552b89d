package archive

import (
	"context"
	"slices"
	"time"
)

// Codes of what Warnings has to say about other papers. Neither keeps a paper from being submitted: a machine finds them in
// the answer, a person is asked once more.
const (
	SameNumber = "duplicate_number"
	SameBytes  = "duplicate_content"
)

// Warnings says what a clerk should look at again before submitting: inspection's findings, the fields', and other papers with
// the same bytes or the same number. Of these it names those the actor may see, at most Limits.Twins; that there are more says
// nothing of which, where or why they are not named.
func (a *Archive) Warnings(ctx context.Context, actor Actor, d *Document) (out []Finding, err error) {
	err = a.Catalog.View(ctx, func(tx Tx) error {
		out, err = a.WarningsIn(ctx, tx, actor, d)
		return err
	})
	return out, err
}

// WarningsIn is Warnings inside a transaction that is under way.
func (a *Archive) WarningsIn(ctx context.Context, tx Tx, actor Actor, d *Document) ([]Finding, error) {
	now := a.Clock.Now()
	f := d.Fields
	out, err := a.tidyFields(&f, now)
	if err != nil {
		return nil, err
	}
	out = append(slices.Clone(d.Findings), out...)
	if d.State == Discarded || d.State == Disposed {
		return out, nil // nothing is a duplicate of what is thrown away
	}
	if out, err = a.codeWarning(ctx, tx, actor, d, out); err != nil {
		return nil, err
	}
	if f.Number != "" && f.Notation != "" {
		out, err = a.warn(out, actor, now, Finding{Code: SameNumber, Severity: Warning, Msg: Text{
			"Đã có văn bản khác cùng số, ký hiệu và cơ quan ban hành trong năm.", "Another paper carries the same number, notation and issuing agency in the same year."}},
			func(see Visibility, limit int) ([]Document, error) {
				return tx.Documents().SameNumber(ctx, see, *d, limit)
			})
		if err != nil {
			return nil, err
		}
	}
	return a.warn(out, actor, now, Finding{Code: SameBytes, Severity: Warning, Msg: Text{
		"Tệp này cũng nằm ở giấy tờ khác.", "Another paper holds the very same file."}},
		func(see Visibility, limit int) ([]Document, error) {
			return tx.Documents().WithDigest(ctx, see, d.Head().Digest, d.ID, limit)
		})
}

// warn adds w when find finds a paper, with those the actor may see.
func (a *Archive) warn(out []Finding, actor Actor, now time.Time, w Finding, find func(Visibility, int) ([]Document, error)) ([]Finding, error) {
	seen, err := find(actor.Sees(now), a.Limits.Twins)
	if err != nil {
		return nil, err
	}
	all, err := find(Visibility{Everything: true}, len(seen)+1)
	if err != nil || len(all) == 0 {
		return out, err
	}
	w.Papers = seen
	if len(seen) > 0 && len(all) > len(seen) {
		w.Msg.VI += " Ngoài giấy tờ nêu ở đây còn giấy tờ khác."
		w.Msg.EN += " There are more than are named here."
	}
	return append(out, w), nil
}

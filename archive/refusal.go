package archive

import "context"

// TurnedAway is a paper that was not taken for a reason Deposit does not write down: it lay in the wrong folder, is too large,
// or is kept already.
type TurnedAway struct {
	Code     string
	FileName string
	Dossier  DossierCode
}

// RecordRefusal writes into the trail that a paper was turned away, for doors at which nobody waits to hear it (folders). What
// inspection refuses, Deposit has written down itself. Forbidden for those who may not deposit.
func (a *Archive) RecordRefusal(ctx context.Context, actor Actor, t TurnedAway) error {
	if !actor.Role.May(ActDeposit) {
		return ErrForbidden
	}
	ev := NewEvent(actor, EvRefuse, a.Clock.Now())
	ev.Outcome, ev.Dossier = Denied, t.Dossier
	ev.Detail = map[string]string{"code": t.Code, "file_name": clean(t.FileName, a.Limits.FileName)}
	if err := a.update(ctx, func(tx Tx) error { return tx.Events().Append(ctx, ev) }); err != nil {
		return err
	}
	a.Counters.Refusals.Add(1)
	return nil
}

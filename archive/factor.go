package archive

import "context"

// Factor returns the second factor of an account for the session room to check a code against; NotFound when it has none.
func (a *Archive) Factor(ctx context.Context, account ID) (SecondFactor, error) {
	var f SecondFactor
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		f, err = tx.Factors().Get(ctx, account)
		return err
	})
	return f, err
}

// FactorState is what an account's owner and its administrators are told of its second factor.
type FactorState struct {
	On       bool
	Recovery int  // codes left
	Asked    bool // the role asks for one
}

// FactorState tells how the second factor of an account stands, to its owner and its administrators.
func (a *Archive) FactorState(ctx context.Context, actor Actor, account ID) (FactorState, error) {
	var out FactorState
	err := a.Catalog.View(ctx, func(tx Tx) error {
		acc, err := a.overAccount(ctx, tx, actor, account)
		if err != nil {
			return err
		}
		f, err := tx.Factors().Get(ctx, account)
		if err != nil && KindOf(err) != NotFound {
			return err
		}
		out.On = err == nil && f.Confirmed
		if out.Recovery, err = tx.Factors().Recovery(ctx, account); err != nil {
			return err
		}
		r, err := signInRules(ctx, tx)
		for _, role := range r.SecondFactor {
			out.Asked = out.Asked || role == acc.Role
		}
		return err
	})
	return out, err
}

// overAccount returns an account to its owner, and to administrators in whose scope it lies. NotFound for everybody else.
func (a *Archive) overAccount(ctx context.Context, tx Tx, actor Actor, id ID) (Account, error) {
	acc, err := tx.Accounts().Get(ctx, id)
	if err != nil {
		return Account{}, err
	}
	if actor.ID == id || actor.Role.May(ActAccounts) && actor.Covers(acc.Agency) && (actor.Agency == "" || acc.Agency != "") {
		return acc, nil
	}
	return Account{}, ErrNotFound
}

var errFactorOn = Fault(Conflict, "second_factor_on", Text{"Tài khoản đã có xác thực hai bước.", "The account has a second factor."})

// OfferFactor keeps a sealed secret that the owner is about to put into an authenticator. Nothing is asked for until
// ConfirmFactor; offering again replaces it. Conflict second_factor_on when there is one.
func (a *Archive) OfferFactor(ctx context.Context, actor Actor, sealed []byte) error {
	if err := a.proven(actor); err != nil {
		return err
	}
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		if _, err := tx.Accounts().Get(ctx, actor.ID); err != nil {
			return err
		}
		old, err := tx.Factors().Get(ctx, actor.ID)
		if err == nil && old.Confirmed {
			return errFactorOn
		}
		if err != nil && KindOf(err) != NotFound {
			return err
		}
		return tx.Factors().Put(ctx, SecondFactor{Account: actor.ID, Secret: sealed, CreatedAt: now})
	})
}

// ConfirmFactor turns the second factor on after a first code of it, of time step, was right, with recovery codes by their
// hashes. Every session but the one that asks ends: they began without it. Conflict second_factor_on or code_used.
func (a *Archive) ConfirmFactor(ctx context.Context, actor Actor, f SecondFactor, step int64, codes []Digest, keep Digest) error {
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		acc, err := tx.Accounts().Get(ctx, actor.ID)
		if err != nil {
			return err
		}
		offered, err := tx.Factors().Get(ctx, actor.ID)
		if err != nil {
			return err
		}
		if offered.Confirmed {
			return errFactorOn
		}
		if string(offered.Secret) != string(f.Secret) {
			return ErrStale // another page offered another secret meanwhile
		}
		f.Account, f.Confirmed, f.Step, f.CreatedAt = actor.ID, true, step, now
		if err := tx.Factors().Put(ctx, f); err != nil {
			return err
		}
		if err := tx.Factors().SetRecovery(ctx, actor.ID, codes); err != nil {
			return err
		}
		if err := tx.Sessions().Prove(ctx, keep, now); err != nil {
			return err
		}
		if err := endOthers(ctx, tx, actor.ID, keep); err != nil {
			return err
		}
		return tx.Events().Append(ctx, accountEvent(actor, acc, "second_factor_on", now))
	})
}

// RenewRecovery replaces the recovery codes of the owner's second factor.
func (a *Archive) RenewRecovery(ctx context.Context, actor Actor, salt []byte, codes []Digest) error {
	if err := a.proven(actor); err != nil {
		return err
	}
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		acc, err := tx.Accounts().Get(ctx, actor.ID)
		if err != nil {
			return err
		}
		f, err := tx.Factors().Get(ctx, actor.ID)
		if err != nil || !f.Confirmed {
			return ErrNotFound
		}
		f.Salt = salt
		if err := tx.Factors().Put(ctx, f); err != nil {
			return err
		}
		if err := tx.Factors().SetRecovery(ctx, actor.ID, codes); err != nil {
			return err
		}
		return tx.Events().Append(ctx, accountEvent(actor, acc, "recovery_codes", now))
	})
}

// UseCode notes that the code of a time step was used by an account. Conflict code_used when it or a later one was.
func (a *Archive) UseCode(ctx context.Context, account ID, step int64) error {
	return a.Catalog.Update(ctx, func(tx Tx) error { return tx.Factors().Use(ctx, account, step) })
}

// SpendRecovery takes a recovery code away and notes it. NotFound when there is no such code any more.
func (a *Archive) SpendRecovery(ctx context.Context, actor Actor, code Digest) error {
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		acc, err := tx.Accounts().Get(ctx, actor.ID)
		if err != nil {
			return err
		}
		if err := tx.Factors().Spend(ctx, actor.ID, code); err != nil {
			return err
		}
		return tx.Events().Append(ctx, accountEvent(actor, acc, "recovery_code_used", now))
	})
}

// RemoveFactor takes the second factor of an account away: its owner, who has just proved who he is and whose role does not ask
// for one, or an administrator for somebody who has lost it. The latter ends every session of the account, and the person is
// told at the next sign-in. Conflict second_factor_required.
func (a *Archive) RemoveFactor(ctx context.Context, actor Actor, account ID) error {
	if err := a.proven(actor); err != nil {
		return err
	}
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		acc, err := a.overAccount(ctx, tx, actor, account)
		if err != nil {
			return err
		}
		act := "second_factor_off"
		if actor.ID == account {
			r, err := signInRules(ctx, tx)
			if err != nil {
				return err
			}
			for _, role := range r.SecondFactor {
				if role == acc.Role {
					return ErrFactorRequired
				}
			}
		} else {
			act = NoticeFactorReset
			after := acc.Revision
			acc.Notice, acc.UpdatedAt = NoticeFactorReset, now
			if err := tx.Accounts().Update(ctx, acc, after); err != nil {
				return err
			}
			if err := tx.Passes().DeleteAll(ctx, account, PassStep, PassBrowser); err != nil {
				return err
			}
			if err := tx.Sessions().DeleteAll(ctx, account); err != nil {
				return err
			}
		}
		if err := tx.Factors().Remove(ctx, account); err != nil {
			return err
		}
		return tx.Events().Append(ctx, accountEvent(actor, acc, act, now))
	})
}

// ErrFactorRequired says that the role asks for a second factor.
var ErrFactorRequired = Fault(Forbidden, "second_factor_required", Text{"Vai trò này phải dùng xác thực hai bước.", "This role needs a second factor."})

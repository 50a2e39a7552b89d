package archive

import (
	"cmp"
	"context"
	"time"
)

// touchEvery is how often it is noted that a session or token is in use.
const touchEvery = time.Minute

// ByLogin returns the account of a login name for the session room to check a password against. NotFound when there is
// none: the room then spends the same time on a dummy hash.
func (a *Archive) ByLogin(ctx context.Context, login string) (Account, error) {
	var acc Account
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		acc, err = tx.Accounts().ByLogin(ctx, login)
		return err
	})
	return acc, err
}

// sessionsOfOne is how many devices one account is signed in on at once; beyond it the one not seen for longest ends. A person
// has a few; more are a script or a stolen password.
const sessionsOfOne = 20

// SignedIn keeps a session for an account that showed who it is while its revision was the given one, and notes it. ErrStale
// when the account has been changed or closed since, or its person has signed out at the provider: what was checked then says nothing
// now, and a session that slipped in behind the cut would outlive it.
func (a *Archive) SignedIn(ctx context.Context, actor Actor, s Session, revision int64) error {
	now := a.Clock.Now()
	s.ID, s.CreatedAt, s.SeenAt, s.ProvedAt, s.ExpiresAt = NewID(), now, now, now, now.Add(a.Limits.SessionLong)
	s.Device = clean(s.Device, 200)
	return a.update(ctx, func(tx Tx) error {
		acc, err := tx.Accounts().Get(ctx, s.Account)
		if err != nil {
			return err
		}
		if acc.Revision != revision || !usable(acc, now) {
			return ErrStale
		}
		if over, err := providerOver(ctx, tx, s, now); err != nil || over {
			return cmp.Or(err, error(ErrStale))
		}
		there, err := tx.Sessions().Of(ctx, s.Account)
		if err != nil {
			return err
		}
		for _, old := range there[min(len(there), sessionsOfOne-1):] {
			if err := tx.Sessions().Delete(ctx, old.Hash); err != nil {
				return err
			}
		}
		if err := tx.Sessions().Insert(ctx, s); err != nil {
			return err
		}
		ev := NewEvent(actor, EvSignIn, now)
		ev.Detail = map[string]string{"method": s.Method}
		return tx.Events().Append(ctx, ev)
	})
}

// SignInFailed notes a refused sign-in. The login is kept as typed only when it names an account: people type passwords
// into the wrong field.
func (a *Archive) SignInFailed(ctx context.Context, actor Actor, known bool, login string) error {
	now := a.Clock.Now()
	ev := NewEvent(actor, EvSignIn, now)
	ev.Outcome = Denied
	if known {
		ev.Detail = map[string]string{"login": login}
	}
	return a.update(ctx, func(tx Tx) error { return tx.Events().Append(ctx, ev) })
}

// SignedInAs is who a session belongs to.
type SignedInAs struct {
	Actor   Actor // as Admit leaves it
	Account Account
	Session Session
	// Lacks reports that the account's role asks for a second factor and it has none: nothing is open to it but setting one up.
	Lacks bool
}

// SessionActor returns who the session of this token digest belongs to. NotFound when it has ended, was idle too long, or its
// account is closed or past its time.
func (a *Archive) SessionActor(ctx context.Context, hash Digest) (SignedInAs, error) {
	now := a.Clock.Now()
	var s Session
	var acc Account
	lacks := false
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		if s, err = tx.Sessions().Get(ctx, hash); err != nil {
			return err
		}
		if acc, err = tx.Accounts().Get(ctx, s.Account); err != nil {
			return err
		}
		lacks, err = lacksFactor(ctx, tx, acc, s)
		return err
	})
	if err != nil {
		return SignedInAs{}, err
	}
	if !now.Before(s.ExpiresAt) || now.Sub(s.SeenAt) > a.Limits.SessionIdle || !usable(acc, now) {
		return SignedInAs{}, ErrNotFound
	}
	if now.Sub(s.SeenAt) >= touchEvery {
		if err := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Sessions().Touch(ctx, hash, now) }); err != nil {
			return SignedInAs{}, err
		}
	}
	actor := acc.Actor()
	actor.Proved = s.ProvedAt
	actor, err = a.Admit(ctx, actor)
	return SignedInAs{actor, acc, s, lacks}, err
}

// usable reports whether an account may sign in at now. An auditor whose mandate has not begun may not yet.
func usable(acc Account, now time.Time) bool { return !acc.Closed && acc.Actor().active(now) }

// Usable is usable for the session room, at this house's time.
func (a *Archive) Usable(acc Account) bool { return usable(acc, a.Clock.Now()) }

// SignOut ends one session. Ending one that is gone is no error.
func (a *Archive) SignOut(ctx context.Context, actor Actor, hash Digest) error {
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		if err := tx.Sessions().Delete(ctx, hash); err != nil {
			return err
		}
		return tx.Events().Append(ctx, NewEvent(actor, EvSignOut, now))
	})
}

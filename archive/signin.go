package archive

import (
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

// SignedIn keeps a session for an account whose password was right, and notes it.
func (a *Archive) SignedIn(ctx context.Context, actor Actor, s Session) error {
	now := a.Clock.Now()
	s.CreatedAt, s.SeenAt, s.ExpiresAt = now, now, now.Add(a.Limits.SessionLong)
	s.Device = clean(s.Device, 200)
	return a.update(ctx, func(tx Tx) error {
		if err := tx.Sessions().Insert(ctx, s); err != nil {
			return err
		}
		return tx.Events().Append(ctx, NewEvent(actor, EvSignIn, now))
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

// SessionActor returns who the session of this token digest belongs to, as Admit leaves an actor. NotFound when it has
// ended, was idle too long, or its account is closed or past its time.
func (a *Archive) SessionActor(ctx context.Context, hash Digest) (Actor, Account, error) {
	now := a.Clock.Now()
	var s Session
	var acc Account
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		if s, err = tx.Sessions().Get(ctx, hash); err != nil {
			return err
		}
		acc, err = tx.Accounts().Get(ctx, s.Account)
		return err
	})
	if err != nil {
		return Actor{}, Account{}, err
	}
	if !now.Before(s.ExpiresAt) || now.Sub(s.SeenAt) > a.Limits.SessionIdle || !usable(acc, now) {
		return Actor{}, Account{}, ErrNotFound
	}
	if now.Sub(s.SeenAt) >= touchEvery {
		if err := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Sessions().Touch(ctx, hash, now) }); err != nil {
			return Actor{}, Account{}, err
		}
	}
	actor, err := a.Admit(ctx, acc.Actor())
	return actor, acc, err
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

// TokenActor returns who the API token of this secret's digest is. NotFound when it is unknown, revoked or past its time.
func (a *Archive) TokenActor(ctx context.Context, hash Digest) (Actor, error) {
	now := a.Clock.Now()
	var t Token
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		t, err = tx.Tokens().ByHash(ctx, hash)
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	if !t.RevokedAt.IsZero() || !t.Until.IsZero() && !now.Before(t.Until) {
		return Actor{}, ErrNotFound
	}
	if now.Sub(t.SeenAt) >= touchEvery {
		if err := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Tokens().Touch(ctx, t.ID, now) }); err != nil {
			return Actor{}, err
		}
	}
	return a.Admit(ctx, t.Actor())
}

package archive

import (
	"context"
	"time"
)

// Sessions lists the devices an account is signed in on, last seen first, to its owner and its administrators.
func (a *Archive) Sessions(ctx context.Context, actor Actor, account ID) ([]Session, error) {
	now := a.Clock.Now()
	var out []Session
	err := a.Catalog.View(ctx, func(tx Tx) error {
		if _, err := a.overAccount(ctx, tx, actor, account); err != nil {
			return err
		}
		all, err := tx.Sessions().Of(ctx, account)
		for _, s := range all {
			if a.live(s, now) {
				out = append(out, s)
			}
		}
		return err
	})
	return out, err
}

// live reports whether a session still opens the door.
func (a *Archive) live(s Session, now time.Time) bool {
	return now.Before(s.ExpiresAt) && now.Sub(s.SeenAt) <= a.Limits.SessionIdle
}

// EndSession ends one session of an account by its name in the list. NotFound when there is none of that name.
func (a *Archive) EndSession(ctx context.Context, actor Actor, account, id ID) error {
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		if _, err := a.overAccount(ctx, tx, actor, account); err != nil {
			return err
		}
		all, err := tx.Sessions().Of(ctx, account)
		if err != nil {
			return err
		}
		for _, s := range all {
			if s.ID != id {
				continue
			}
			if err := tx.Sessions().Delete(ctx, s.Hash); err != nil {
				return err
			}
			return tx.Events().Append(ctx, endedEvent(actor, account, "one", now))
		}
		return ErrNotFound
	})
}

// EndSessions ends every session of an account but the one of keep (the zero digest: all of them), and forgets the browsers that
// are known to be its owner's.
func (a *Archive) EndSessions(ctx context.Context, actor Actor, account ID, keep Digest) error {
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		if _, err := a.overAccount(ctx, tx, actor, account); err != nil {
			return err
		}
		if err := tx.Passes().DeleteAll(ctx, account, PassStep, PassBrowser); err != nil {
			return err
		}
		if err := endOthers(ctx, tx, account, keep); err != nil {
			return err
		}
		return tx.Events().Append(ctx, endedEvent(actor, account, "everywhere", now))
	})
}

func endedEvent(actor Actor, account ID, act string, at time.Time) Event {
	ev := NewEvent(actor, EvSignOut, at)
	ev.Object, ev.Detail = account.String(), map[string]string{"act": act}
	return ev
}

func endOthers(ctx context.Context, tx Tx, account ID, keep Digest) error {
	all, err := tx.Sessions().Of(ctx, account)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.Hash == keep {
			continue
		}
		if err := tx.Sessions().Delete(ctx, s.Hash); err != nil {
			return err
		}
	}
	return nil
}

// Proved notes that the person behind a session has just shown again who he is.
func (a *Archive) Proved(ctx context.Context, actor Actor, hash Digest) error {
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		if err := tx.Sessions().Prove(ctx, hash, now); err != nil {
			return err
		}
		ev := NewEvent(actor, EvSignIn, now)
		ev.Detail = map[string]string{"act": "proved"}
		return tx.Events().Append(ctx, ev)
	})
}

// Noticed takes away what the owner of the account has been told.
func (a *Archive) Noticed(ctx context.Context, actor Actor) error {
	now := a.Clock.Now()
	return a.Catalog.Update(ctx, func(tx Tx) error {
		acc, err := tx.Accounts().Get(ctx, actor.ID)
		if err != nil || acc.Notice == "" {
			return err
		}
		after := acc.Revision
		acc.Notice, acc.UpdatedAt = "", now
		return tx.Accounts().Update(ctx, acc, after)
	})
}

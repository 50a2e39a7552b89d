package archive

import (
	"cmp"
	"context"
	"time"
)

// AddToken keeps a token whose secret the session room made. It lives on the rights of the account that asks: what that account
// may no longer give, the token no longer has. One made by a token lives on the same account.
func (a *Archive) AddToken(ctx context.Context, actor Actor, t Token) (Token, error) {
	if !actor.Role.May(ActAccounts) {
		return Token{}, ErrForbidden
	}
	if _, err := ParseRole(string(t.Role)); err != nil {
		return Token{}, err
	}
	if ok, err := a.manages(ctx, actor, t.Agency); err != nil || !ok {
		return Token{}, cmp.Or(err, error(ErrForbidden))
	}
	if err := a.proven(actor); err != nil {
		return Token{}, err
	}
	now := a.Clock.Now()
	t.ID, t.Note, t.CreatedAt, t.CreatedBy, t.Owner = NewID(), clean(t.Note, 200), now, actor.ID, actor.ID
	if actor.Program {
		t.Owner = actor.Owner
	}
	err := a.update(ctx, func(tx Tx) error {
		if err := a.knowAgency(ctx, tx, actor, t.Agency, now); err != nil {
			return err
		}
		if err := tx.Tokens().Insert(ctx, t); err != nil {
			return err
		}
		return tx.Events().Append(ctx, tokenEvent(actor, t, "add", now))
	})
	return t, err
}

func tokenEvent(actor Actor, t Token, act string, at time.Time) Event {
	ev := NewEvent(actor, EvToken, at)
	ev.Object = t.ID.String()
	ev.Detail = map[string]string{"act": act, "role": string(t.Role), "agency": t.Agency.String()}
	return ev
}

// Tokens lists tokens, oldest first, for administrators.
func (a *Archive) Tokens(ctx context.Context, actor Actor, after ID, limit int) ([]Token, error) {
	if !actor.Role.May(ActAccounts) {
		return nil, ErrForbidden
	}
	var out []Token
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		out, err = tx.Tokens().List(ctx, after, a.rows(limit))
		return err
	})
	return out, err
}

// RevokeToken ends a token at once.
func (a *Archive) RevokeToken(ctx context.Context, actor Actor, id ID) error {
	if !actor.Role.May(ActAccounts) {
		return ErrForbidden
	}
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		t, err := tx.Tokens().Get(ctx, id)
		if err != nil {
			return err
		}
		if !actor.Covers(t.Agency) {
			return ErrNotFound
		}
		if err := tx.Tokens().Revoke(ctx, id, now); err != nil {
			return err
		}
		return tx.Events().Append(ctx, tokenEvent(actor, t, "revoke", now))
	})
}

// AdoptToken makes a token live on the rights of the administrator who asks, so that a program does not stop when the one who
// made its key leaves.
func (a *Archive) AdoptToken(ctx context.Context, actor Actor, id ID) error {
	if !actor.Role.May(ActAccounts) || actor.Program {
		return ErrForbidden
	}
	if err := a.proven(actor); err != nil {
		return err
	}
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		t, err := tx.Tokens().Get(ctx, id)
		if err != nil {
			return err
		}
		if !actor.Covers(t.Agency) || actor.Agency != "" && t.Agency == "" {
			return ErrNotFound
		}
		if err := tx.Tokens().Own(ctx, id, actor.ID); err != nil {
			return err
		}
		return tx.Events().Append(ctx, tokenEvent(actor, t, "adopt", now))
	})
}

// TokenActor returns who the API token of this secret's digest is. NotFound when it is unknown, revoked, past its time, or more
// than its owner may give now.
func (a *Archive) TokenActor(ctx context.Context, hash Digest) (Actor, error) {
	now := a.Clock.Now()
	var t Token
	var owner Account
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		if t, err = tx.Tokens().ByHash(ctx, hash); err != nil || t.Owner.IsZero() {
			return err
		}
		owner, err = tx.Accounts().Get(ctx, t.Owner)
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	if !t.RevokedAt.IsZero() || !t.Until.IsZero() && !now.Before(t.Until) {
		return Actor{}, ErrNotFound
	}
	actor := t.Actor()
	if !t.Owner.IsZero() {
		if ok, err := a.gives(ctx, owner, t, now); err != nil || !ok {
			return Actor{}, cmp.Or(err, error(ErrNotFound))
		}
		if actor.From = owner.From; !owner.Until.IsZero() && (actor.Until.IsZero() || owner.Until.Before(actor.Until)) {
			actor.Until = owner.Until
		}
	}
	if now.Sub(t.SeenAt) >= touchEvery {
		if err := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Tokens().Touch(ctx, t.ID, now) }); err != nil {
			return Actor{}, err
		}
	}
	return a.Admit(ctx, actor)
}

// gives reports whether owner may have given what t holds, as things are now.
func (a *Archive) gives(ctx context.Context, owner Account, t Token, now time.Time) (bool, error) {
	if !usable(owner, now) || owner.Role != t.Role && !owner.Role.May(ActAccounts) {
		return false, nil
	}
	who, err := a.Admit(ctx, owner.Actor())
	return who.Agency == "" || t.Agency != "" && who.Covers(t.Agency), err
}

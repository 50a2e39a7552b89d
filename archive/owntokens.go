package archive

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// Of what people make for themselves there is a bound: one forgotten on a disk opens as much as its owner may.
const (
	ownTokensOfOne  = 20                   // alive at once
	ownTokenLongest = 366 * 24 * time.Hour // then its owner looks whether it is still needed
	ownTokensListed = 200                  // the newest, ended ones among them
)

var errOwnTokens = Fault(Conflict, "too_many_tokens", Text{"Bạn đã có quá nhiều mã truy cập. Hãy thu hồi những mã không còn dùng.", "You have too many tokens. Revoke those that are no longer used."})

// OwnTokens lists the tokens that live on the rights of the person who asks, newest first, ended ones too.
func (a *Archive) OwnTokens(ctx context.Context, actor Actor) ([]Token, error) {
	if actor.Program || actor.ID.IsZero() {
		return nil, ErrForbidden
	}
	var out []Token
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		out, err = tx.Tokens().Of(ctx, actor.ID, ownTokensListed)
		return err
	})
	return out, err
}

// Alive reports whether a token has not ended by itself or by somebody at now.
func (t Token) Alive(now time.Time) bool {
	return t.RevokedAt.IsZero() && (t.Until.IsZero() || now.Before(t.Until))
}

// FreshlyProven reports whether actor may do now what asks for a fresh proof of who he is, so that a page can ask for it before
// anything is typed.
func (a *Archive) FreshlyProven(actor Actor) bool { return a.proven(actor) == nil }

// AddOwnToken keeps a token that a person makes for a program of his own, whose secret the session room made: with his role, for his
// agency or one in its scope, for a purpose and a time that he says. It asks for a fresh proof of who he is, and is noted. Errors:
// Invalid; Forbidden outside his scope, or proof_required; Conflict too_many_tokens.
func (a *Archive) AddOwnToken(ctx context.Context, actor Actor, t Token) (Token, error) {
	if actor.Program || actor.ID.IsZero() || !actor.Role.May(ActRead) {
		return Token{}, ErrForbidden
	}
	now := a.Clock.Now()
	t.Note = clean(t.Note, 200)
	switch {
	case strings.TrimSpace(t.Note) == "":
		return Token{}, invalidField("note", Text{"Xin ghi mã này dùng cho việc gì.", "Say what this token is for."})
	case t.Until.IsZero() || !now.Before(t.Until):
		return Token{}, invalidField("until", Text{"Xin chọn ngày hết hạn sau hôm nay.", "Choose a day after today on which it ends."})
	case t.Until.Sub(now) > ownTokenLongest:
		return Token{}, invalidField("until", Text{"Mã truy cập dùng lâu nhất một năm.", "A token lasts a year at most."})
	}
	if ok, err := a.manages(ctx, actor, t.Agency); err != nil || !ok {
		return Token{}, cmp.Or(err, error(ErrForbidden))
	}
	if err := a.proven(actor); err != nil {
		return Token{}, err
	}
	t.ID, t.Role, t.CreatedAt, t.CreatedBy, t.Owner = NewID(), actor.Role, now, actor.ID, actor.ID
	err := a.update(ctx, func(tx Tx) error {
		if err := a.knowAgency(ctx, tx, actor, t.Agency, now); err != nil {
			return err
		}
		there, err := tx.Tokens().Of(ctx, actor.ID, ownTokensListed)
		if err != nil {
			return err
		}
		if len(slices.DeleteFunc(there, func(x Token) bool { return !x.Alive(now) })) >= ownTokensOfOne {
			return errOwnTokens
		}
		if err := tx.Tokens().Insert(ctx, t); err != nil {
			return err
		}
		return tx.Events().Append(ctx, tokenEvent(actor, t, "add_own", now))
	})
	// Power fails after the transaction: the token is there and nobody has seen its secret. It stands in the list of its owner, who
	// revokes it, and opens nothing.
	return t, err
}

// RevokeOwnToken ends a token of the person who asks at once. NotFound for anybody else's. It asks for no proof: whoever has lost a
// token must not be slowed.
func (a *Archive) RevokeOwnToken(ctx context.Context, actor Actor, id ID) error {
	if actor.Program || actor.ID.IsZero() {
		return ErrForbidden
	}
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		t, err := tx.Tokens().Get(ctx, id)
		if err != nil {
			return err
		}
		if t.Owner != actor.ID {
			return ErrNotFound
		}
		if err := tx.Tokens().Revoke(ctx, id, now); err != nil {
			return err
		}
		return tx.Events().Append(ctx, tokenEvent(actor, t, "revoke", now))
	})
}

package archive

import (
	"cmp"
	"context"
	"strings"
	"time"
)

// setupKey is the setting that holds the digest of the one-time set-up token.
const setupKey = "setup_token"

// OfferSetup makes d the digest of the one-time set-up token, as long as there is no account. It reports whether the
// house waits for its first administrator.
func (a *Archive) OfferSetup(ctx context.Context, d Digest) (bool, error) {
	open := false
	err := a.Catalog.Update(ctx, func(tx Tx) error {
		n, err := tx.Accounts().Count(ctx)
		if open = n == 0; err != nil || !open {
			return err
		}
		return tx.Settings().Set(ctx, setupKey, d.String())
	})
	return open, err
}

// SetUp makes the first administrator in exchange for the set-up token, once.
func (a *Archive) SetUp(ctx context.Context, token Digest, acc Account) (Account, error) {
	gone := Fault(NotFound, "setup_over", Text{"Liên kết thiết lập không đúng hoặc đã được dùng.", "The set-up link is wrong or has been used."})
	acc.Role = RoleAdmin
	if err := a.tidyAccount(&acc); err != nil {
		return Account{}, err
	}
	now := a.Clock.Now()
	acc.ID, acc.Revision, acc.CreatedAt, acc.UpdatedAt = NewID(), 1, now, now
	err := a.update(ctx, func(tx Tx) error {
		want, err := tx.Settings().Get(ctx, setupKey)
		if KindOf(err) == NotFound || err == nil && want != token.String() {
			return gone
		}
		if err != nil {
			return err
		}
		if n, err := tx.Accounts().Count(ctx); err != nil || n > 0 {
			if err == nil {
				err = gone
			}
			return err
		}
		if err := tx.Settings().Delete(ctx, setupKey); err != nil {
			return err
		}
		return a.insertAccount(ctx, tx, acc.Actor(), acc, "set_up")
	})
	return acc, err
}

// SetupOpen reports whether token would be accepted by SetUp now.
func (a *Archive) SetupOpen(ctx context.Context, token Digest) (bool, error) {
	open := false
	err := a.Catalog.View(ctx, func(tx Tx) error {
		want, err := tx.Settings().Get(ctx, setupKey)
		if KindOf(err) == NotFound {
			return nil
		}
		open = want == token.String()
		return err
	})
	return open, err
}

// AddAccount makes an account. PasswordHash is made by the session room. Conflict login_taken.
func (a *Archive) AddAccount(ctx context.Context, actor Actor, acc Account) (Account, error) {
	if !actor.Role.May(ActAccounts) {
		return Account{}, ErrForbidden
	}
	if err := a.tidyAccount(&acc); err != nil {
		return Account{}, err
	}
	if ok, err := a.manages(ctx, actor, acc.Agency); err != nil || !ok {
		return Account{}, cmp.Or(err, error(ErrForbidden))
	}
	now := a.Clock.Now()
	acc.ID, acc.Revision, acc.CreatedAt, acc.UpdatedAt = NewID(), 1, now, now
	err := a.update(ctx, func(tx Tx) error { return a.insertAccount(ctx, tx, actor, acc, "add") })
	return acc, err
}

func (a *Archive) insertAccount(ctx context.Context, tx Tx, actor Actor, acc Account, act string) error {
	if err := a.knowAgency(ctx, tx, actor, acc.Agency, acc.CreatedAt); err != nil {
		return err
	}
	if err := tx.Accounts().Insert(ctx, acc); err != nil {
		return err
	}
	return tx.Events().Append(ctx, accountEvent(actor, acc, act, acc.CreatedAt))
}

func accountEvent(actor Actor, acc Account, act string, at time.Time) Event {
	ev := NewEvent(actor, EvAccount, at)
	ev.Object = acc.ID.String()
	ev.Detail = map[string]string{"act": act, "login": acc.Login, "role": string(acc.Role), "agency": acc.Agency.String()}
	return ev
}

// ChangeAccount writes acc over the account of its id. Changing role, agency, password or closing it ends its sessions at
// once.
func (a *Archive) ChangeAccount(ctx context.Context, actor Actor, acc Account, after int64, act string) (Account, error) {
	own := act == "password" && actor.ID == acc.ID
	if !own && !actor.Role.May(ActAccounts) {
		return Account{}, ErrForbidden
	}
	if err := a.tidyAccount(&acc); err != nil {
		return Account{}, err
	}
	now := a.Clock.Now()
	err := a.update(ctx, func(tx Tx) error {
		old, err := tx.Accounts().Get(ctx, acc.ID)
		if err != nil {
			return err
		}
		if !own && (!actor.Covers(old.Agency) || !actor.Covers(acc.Agency) || actor.Agency != "" && acc.Agency == "") {
			return ErrNotFound
		}
		acc.Login, acc.CreatedAt, acc.UpdatedAt = old.Login, old.CreatedAt, now
		if own {
			acc.Role, acc.Agency, acc.From, acc.Until, acc.Closed, acc.Name = old.Role, old.Agency, old.From, old.Until, old.Closed, old.Name
		}
		if err := tx.Accounts().Update(ctx, acc, after); err != nil {
			return err
		}
		if old.Role != acc.Role || old.Agency != acc.Agency || old.PasswordHash != acc.PasswordHash || acc.Closed {
			if err := tx.Sessions().DeleteAll(ctx, acc.ID); err != nil {
				return err
			}
		}
		return tx.Events().Append(ctx, accountEvent(actor, acc, act, now))
	})
	acc.Revision = after + 1
	return acc, err
}

// Accounts lists accounts by login, for administrators.
func (a *Archive) Accounts(ctx context.Context, actor Actor, after string, limit int) ([]Account, error) {
	if !actor.Role.May(ActAccounts) {
		return nil, ErrForbidden
	}
	var out []Account
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		out, err = tx.Accounts().List(ctx, after, a.rows(limit))
		return err
	})
	return out, err
}

// Account returns one account, for administrators and for its owner.
func (a *Archive) Account(ctx context.Context, actor Actor, id ID) (Account, error) {
	if actor.ID != id && !actor.Role.May(ActAccounts) {
		return Account{}, ErrForbidden
	}
	var acc Account
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		acc, err = tx.Accounts().Get(ctx, id)
		return err
	})
	return acc, err
}

func (a *Archive) tidyAccount(acc *Account) error {
	acc.Login = strings.ToLower(clean(acc.Login, 64))
	acc.Name = clean(acc.Name, 100)
	if acc.Login == "" || strings.ContainsAny(acc.Login, " /\\\"'<>") {
		return invalidField("login", Text{"Tên đăng nhập không được trống và không có dấu cách.", "The login name must not be empty or hold spaces."})
	}
	if acc.Name == "" {
		acc.Name = acc.Login
	}
	if _, err := ParseRole(string(acc.Role)); err != nil {
		return err
	}
	if acc.Role != RoleAdmin && acc.Role != RoleAuditor && acc.Agency == "" {
		return invalidField("agency", Text{"Xin chọn cơ quan của tài khoản.", "Name the account's agency."})
	}
	return nil
}

// AddToken keeps a token whose secret the session room made.
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
	now := a.Clock.Now()
	t.ID, t.Note, t.CreatedAt, t.CreatedBy = NewID(), clean(t.Note, 200), now, actor.ID
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

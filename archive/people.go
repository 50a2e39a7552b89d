package archive

import (
	"cmp"
	"context"
	"strings"
	"time"
)

// setupKey is the setting that holds the digest of the one-time set-up token.
const setupKey = "setup_token"

// OfferSetup makes d the digest of the one-time set-up token for Limits.SetupTime, as long as there is no account. It reports
// whether the house waits for its first administrator.
func (a *Archive) OfferSetup(ctx context.Context, d Digest) (bool, error) {
	open := false
	err := a.Catalog.Update(ctx, func(tx Tx) error {
		n, err := tx.Accounts().Count(ctx)
		if open = n == 0; err != nil || !open {
			return err
		}
		return tx.Settings().Set(ctx, setupKey, d.String()+" "+a.Clock.Now().Add(a.Limits.SetupTime).UTC().Format(TimeForm))
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
		if open, err := a.setupOpen(ctx, tx, token); err != nil || !open {
			return cmp.Or(err, error(gone))
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
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		open, err = a.setupOpen(ctx, tx, token)
		return err
	})
	return open, err
}

func (a *Archive) setupOpen(ctx context.Context, tx Tx, token Digest) (bool, error) {
	kept, err := tx.Settings().Get(ctx, setupKey)
	if KindOf(err) == NotFound && err != nil {
		return false, nil
	}
	want, until, _ := strings.Cut(kept, " ")
	return want == token.String() && a.Clock.Now().UTC().Format(TimeForm) < until, err
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
	if err := a.proven(actor); err != nil {
		return Account{}, err
	}
	now := a.Clock.Now()
	acc.ID, acc.Revision, acc.CreatedAt, acc.UpdatedAt = NewID(), 1, now, now
	a.endPrinted(&acc, "")
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
	if !own {
		if err := a.proven(actor); err != nil {
			return Account{}, err
		}
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
		acc.Issuer, acc.Subject, acc.Managed, acc.PasswordUntil = old.Issuer, old.Subject, old.Managed, old.PasswordUntil // not this act's to change
		a.endPrinted(&acc, old.PasswordHash)
		if !own && actor.Role != RoleSystem && old.PasswordHash != acc.PasswordHash {
			acc.Notice = NoticePasswordReset
		}
		if err := tx.Accounts().Update(ctx, acc, after); err != nil {
			return err
		}
		if err := cut(ctx, tx, old, acc); err != nil {
			return err
		}
		return tx.Events().Append(ctx, accountEvent(actor, acc, act, now))
	})
	acc.Revision = after + 1
	return acc, err
}

// endPrinted sets when a password that somebody else has seen ends.
func (a *Archive) endPrinted(acc *Account, before string) {
	if !acc.MustChange {
		acc.PasswordUntil = time.Time{}
	} else if acc.PasswordHash != before {
		acc.PasswordUntil = a.Clock.Now().Add(a.Limits.InviteTime)
	}
}

// cut ends at once what was opened under rights or a password that are no more.
func cut(ctx context.Context, tx Tx, old, acc Account) error {
	if old.PasswordHash != acc.PasswordHash || acc.Closed {
		if err := tx.Passes().DeleteAll(ctx, acc.ID, PassInvite, PassStep, PassBrowser); err != nil {
			return err
		}
	}
	if old.Role != acc.Role || old.Agency != acc.Agency || old.PasswordHash != acc.PasswordHash || acc.Closed {
		return tx.Sessions().DeleteAll(ctx, acc.ID)
	}
	return nil
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

package archive

import (
	"context"
	"time"
)

// PutPass keeps a pass for a while, from now on.
func (a *Archive) PutPass(ctx context.Context, p Pass, while time.Duration) error {
	p.CreatedAt = a.Clock.Now()
	p.ExpiresAt = p.CreatedAt.Add(while)
	return a.Catalog.Update(ctx, func(tx Tx) error { return tx.Passes().Put(ctx, p) })
}

// PassOf returns a pass that has not expired; NotFound.
func (a *Archive) PassOf(ctx context.Context, kind PassKind, hash Digest) (Pass, error) {
	var p Pass
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		p, err = tx.Passes().Get(ctx, kind, hash)
		return err
	})
	if err == nil && !a.Clock.Now().Before(p.ExpiresAt) {
		err = ErrNotFound
	}
	return p, err
}

// TryPass counts a try of a pass and returns it as it stands then; NotFound when it has expired or is gone.
func (a *Archive) TryPass(ctx context.Context, kind PassKind, hash Digest) (Pass, error) {
	p, err := a.PassOf(ctx, kind, hash)
	if err != nil {
		return Pass{}, err
	}
	err = a.Catalog.Update(ctx, func(tx Tx) (err error) {
		p.Tries, err = tx.Passes().Try(ctx, kind, hash)
		return err
	})
	return p, err
}

// TakePass removes a pass and returns it, once. NotFound when it has expired or is gone.
func (a *Archive) TakePass(ctx context.Context, kind PassKind, hash Digest) (Pass, error) {
	var p Pass
	err := a.Catalog.Update(ctx, func(tx Tx) (err error) {
		p, err = tx.Passes().Take(ctx, kind, hash)
		return err
	})
	if err == nil && !a.Clock.Now().Before(p.ExpiresAt) {
		err = ErrNotFound
	}
	return p, err
}

// Invite keeps the digest of a link by which the person of an account sets a first password of his own, for Limits.InviteTime.
// A link made before no longer holds.
func (a *Archive) Invite(ctx context.Context, actor Actor, account ID, link Digest) error {
	if !actor.Role.May(ActAccounts) {
		return ErrForbidden
	}
	if err := a.proven(actor); err != nil {
		return err
	}
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		acc, err := a.overAccount(ctx, tx, actor, account)
		if err != nil {
			return err
		}
		if !acc.MustChange || acc.Closed { // whoever has a password of his own keeps it until it is reset
			return Fault(Conflict, "no_invitation", Text{"Chỉ mời được tài khoản chưa tự đặt mật khẩu.", "Only an account that has no password of its own is invited."})
		}
		if err := tx.Passes().DeleteAll(ctx, account, PassInvite); err != nil {
			return err
		}
		if err := tx.Passes().Put(ctx, Pass{Hash: link, Kind: PassInvite, Account: account, CreatedAt: now, ExpiresAt: now.Add(a.Limits.InviteTime)}); err != nil {
			return err
		}
		return tx.Events().Append(ctx, accountEvent(actor, acc, "invite", now))
	})
}

var errInviteOver = Fault(NotFound, "invite_over", Text{"Liên kết mời không đúng, đã dùng hoặc đã hết hạn. Xin quản trị viên gửi liên kết khác.", "The invitation is wrong, used or over. Ask your administrator for another."})

// Invited returns the account a link invites. NotFound invite_over.
func (a *Archive) Invited(ctx context.Context, link Digest) (Account, error) {
	var acc Account
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		acc, err = a.invited(ctx, tx, link)
		return err
	})
	return acc, err
}

func (a *Archive) invited(ctx context.Context, tx Tx, link Digest) (Account, error) {
	now := a.Clock.Now()
	p, err := tx.Passes().Get(ctx, PassInvite, link)
	if err != nil && KindOf(err) != NotFound {
		return Account{}, err
	}
	if err != nil || !now.Before(p.ExpiresAt) {
		return Account{}, errInviteOver
	}
	acc, err := tx.Accounts().Get(ctx, p.Account)
	if err == nil && !usable(acc, now) {
		err = errInviteOver
	}
	return acc, err
}

// AcceptInvite sets the password of the account a link invites, once.
func (a *Archive) AcceptInvite(ctx context.Context, from Actor, link Digest, passwordHash string) (Account, error) {
	now := a.Clock.Now()
	var acc Account
	err := a.update(ctx, func(tx Tx) (err error) {
		if acc, err = a.invited(ctx, tx, link); err != nil {
			return err
		}
		old := acc
		acc.PasswordHash, acc.MustChange, acc.PasswordUntil, acc.UpdatedAt = passwordHash, false, time.Time{}, now
		if err := tx.Accounts().Update(ctx, acc, old.Revision); err != nil {
			return err
		}
		acc.Revision = old.Revision + 1
		if err := cut(ctx, tx, old, acc); err != nil { // the link goes with it
			return err
		}
		actor := acc.Actor()
		actor.Address, actor.Request = from.Address, from.Request
		return tx.Events().Append(ctx, accountEvent(actor, acc, "invite_accepted", now))
	})
	return acc, err
}

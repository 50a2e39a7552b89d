package archive

import (
	"cmp"
	"context"
	"fmt"
	"strings"
)

// Identity is a person as an OpenID provider tells of him, with the rights that the house's own rules draw from it. Who it is say
// issuer and subject alone: names and addresses can change hands.
type Identity struct {
	Issuer, Subject string
	Login, Name     string // for an account that has to be made
	Role            Role   // "": no rule gives it any
	Agency          AgencyCode
	Make            bool // an account is made for whoever has none
}

var errNoAccount = Fault(Forbidden, "no_account", Text{"Danh tính này chưa có tài khoản ở đây. Xin liên hệ quản trị của đơn vị.", "This identity has no account here. Ask your administrator."})

var errNoRole = Fault(Forbidden, "no_role", Text{"Danh tính này chưa được cấp quyền ở đây. Xin liên hệ quản trị của đơn vị.", "This identity has no rights here. Ask your administrator."})

// Identified returns the account of a person whom a provider has identified. One that was made for the identity takes name, role
// and agency from it, now and at each later sign-in; when they changed, the sessions opened under the old ones end. One that its
// owner linked keeps what the administrators gave it. Whoever has none gets one where id.Make says so, under a login of his own:
// an account is never found by login or e-mail. Forbidden no_account, or no_role where no rule gives one.
func (a *Archive) Identified(ctx context.Context, from Actor, id Identity) (Account, error) {
	now := a.Clock.Now()
	var acc Account
	err := a.update(ctx, func(tx Tx) error {
		old, err := tx.Accounts().ByIdentity(ctx, id.Issuer, id.Subject)
		if KindOf(err) == NotFound && err != nil {
			acc, err = a.madeFor(ctx, tx, from, id)
			return err
		}
		if err != nil {
			return err
		}
		acc = old
		if !old.Managed {
			return nil
		}
		if id.Role == "" {
			return errNoRole
		}
		acc.Name, acc.Role, acc.Agency = cmp.Or(id.Name, old.Name), id.Role, id.Agency
		if err := a.tidyAccount(&acc); err != nil {
			return err
		}
		if acc == old {
			return nil
		}
		if err := a.knowAgency(ctx, tx, System, acc.Agency, now); err != nil {
			return err
		}
		acc.UpdatedAt = now
		if err := tx.Accounts().Update(ctx, acc, old.Revision); err != nil {
			return err
		}
		acc.Revision = old.Revision + 1
		if err := cut(ctx, tx, old, acc); err != nil {
			return err
		}
		return tx.Events().Append(ctx, accountEvent(a.behind(acc, from), acc, "provider", now))
	})
	return acc, err
}

// behind is the account as who acts, from where.
func (a *Archive) behind(acc Account, from Actor) Actor {
	actor := acc.Actor()
	actor.Address, actor.Request = from.Address, from.Request
	return actor
}

func (a *Archive) madeFor(ctx context.Context, tx Tx, from Actor, id Identity) (Account, error) {
	if id.Role == "" {
		return Account{}, errNoRole
	}
	if !id.Make {
		return Account{}, errNoAccount
	}
	now := a.Clock.Now()
	acc := Account{ID: NewID(), Name: id.Name, Role: id.Role, Agency: id.Agency, Issuer: id.Issuer, Subject: id.Subject, Managed: true, Revision: 1, CreatedAt: now, UpdatedAt: now}
	base := strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" /\\\"'<>", r) {
			return '.'
		}
		return r
	}, clean(id.Login, 50)), ".")
	for n := 1; ; n++ {
		acc.Login = cmp.Or(base, "nguoi")
		if n > 1 {
			acc.Login = fmt.Sprintf("%s-%d", acc.Login, n)
		}
		if err := a.tidyAccount(&acc); err != nil {
			return Account{}, err
		}
		_, err := tx.Accounts().ByLogin(ctx, acc.Login)
		if KindOf(err) == NotFound && err != nil {
			break
		}
		if err != nil {
			return Account{}, err
		}
	}
	return acc, a.insertAccount(ctx, tx, a.behind(acc, from), acc, "provider")
}

// LinkIdentity gives the account that asks an identity of a provider, by which its owner signs in from then on. Its rights stay
// what they are. Conflict identity_taken.
func (a *Archive) LinkIdentity(ctx context.Context, actor Actor, issuer, subject string) error {
	if err := a.proven(actor); err != nil {
		return err
	}
	return a.identity(ctx, actor, "link", func(acc *Account) error {
		acc.Issuer, acc.Subject, acc.Managed = issuer, subject, false
		return nil
	})
}

// UnlinkIdentity takes the identity away again from whoever has a password of his own to come in by. Conflict no_password.
func (a *Archive) UnlinkIdentity(ctx context.Context, actor Actor) error {
	if err := a.proven(actor); err != nil {
		return err
	}
	return a.identity(ctx, actor, "unlink", func(acc *Account) error {
		if acc.PasswordHash == "" || acc.MustChange {
			return Fault(Conflict, "no_password", Text{"Tài khoản này không có mật khẩu: bỏ liên kết thì không đăng nhập được nữa.", "The account has no password: without the link nobody could sign in."})
		}
		acc.Issuer, acc.Subject, acc.Managed = "", "", false
		return nil
	})
}

func (a *Archive) identity(ctx context.Context, actor Actor, act string, change func(*Account) error) error {
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		acc, err := tx.Accounts().Get(ctx, actor.ID)
		if err != nil {
			return err
		}
		if err := change(&acc); err != nil {
			return err
		}
		after := acc.Revision
		acc.UpdatedAt = now
		if err := tx.Accounts().Update(ctx, acc, after); err != nil {
			return err
		}
		return tx.Events().Append(ctx, accountEvent(actor, acc, act, now))
	})
}

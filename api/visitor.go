package api

import (
	"context"
	"net/http"

	"sohoa/api/reply"
	"sohoa/api/session"
	"sohoa/archive"
)

// Who returns who sent a request, admitted by the archive, with address and request number filled in for the trail. Known
// is false for a visitor nobody knows; an error means that it could not be found out. It is looked up once per request.
func (d *door) Who(r *http.Request) (actor archive.Actor, account archive.Account, known bool, err error) {
	v := visitOf(r.Context())
	if v.visitor.Actor.Role == "" {
		who, err := d.keeper.Who(r)
		if session.Nobody(err) {
			return archive.Actor{}, archive.Account{}, false, nil
		}
		if err != nil {
			return archive.Actor{}, archive.Account{}, false, err
		}
		who.Actor.Address, who.Actor.Request = v.address, reply.From(r.Context()).ID
		if who.Actor.Purpose, err = purpose(r.Header.Get(purposeHeader)); err != nil {
			return archive.Actor{}, archive.Account{}, false, err
		}
		v.visitor = who
	}
	return v.visitor.Actor, v.visitor.Account, true, nil
}

func (d *door) origin(r *http.Request) session.Origin {
	return session.Origin{Address: visitOf(r.Context()).address, Device: r.UserAgent(), Request: reply.From(r.Context()).ID, Browser: d.keeper.Browser(r)}
}

// welcome hands the browser its session, and what it is recognised by next time.
func (d *door) welcome(w http.ResponseWriter, r *http.Request, secret string, acc archive.Account) error {
	browser, err := d.keeper.Remember(r.Context(), acc, d.origin(r))
	if err != nil {
		return err
	}
	d.keeper.SetCookie(w, secret)
	d.keeper.SetBrowser(w, browser)
	return nil
}

// SignIn checks a password and, when it is right, hands the browser its cookie. Errors as session.Keeper.SignIn.
func (d *door) SignIn(w http.ResponseWriter, r *http.Request, login, password string) (archive.Account, error) {
	secret, acc, err := d.keeper.SignIn(r.Context(), login, password, d.origin(r))
	return d.goOn(w, r, secret, acc, err)
}

// SignOut ends the session of the request and takes its cookie away.
func (d *door) SignOut(w http.ResponseWriter, r *http.Request, actor archive.Actor) error {
	err := d.keeper.SignOut(r, actor)
	if err == nil {
		d.keeper.SetCookie(w, "")
	}
	return err
}

// ChangePassword changes the password of actor, ends all its sessions and hands the browser a new one.
func (d *door) ChangePassword(w http.ResponseWriter, r *http.Request, actor archive.Actor, old, password string) (archive.Account, error) {
	secret, acc, err := d.keeper.ChangePassword(r.Context(), actor, old, password, d.origin(r))
	if err == nil {
		err = d.welcome(w, r, secret, acc)
	}
	return acc, err
}

// SetUp makes the first administrator in exchange for the secret of the set-up link, and signs him in.
func (d *door) SetUp(w http.ResponseWriter, r *http.Request, link, login, name, password string) (archive.Account, error) {
	secret, acc, err := d.keeper.SetUp(r.Context(), link, login, name, password, d.origin(r))
	if err == nil {
		err = d.welcome(w, r, secret, acc)
	}
	return acc, err
}

// HashPassword hashes behind the gate that bounds how many are hashed at once.
func (d *door) HashPassword(ctx context.Context, password string) (string, error) {
	return d.keeper.HashPassword(ctx, password)
}

func (d *door) OneTimePassword() string            { return session.OneTimePassword() }
func (d *door) NewToken() (string, archive.Digest) { return session.NewToken() }

// Still reports whether who sent a request is still let in with the same rights.
func (d *door) Still(r *http.Request) bool {
	now, err := d.keeper.Who(r)
	then := visitOf(r.Context()).visitor
	return err == nil && !now.Lacks && now.Actor.ID == then.Actor.ID && now.Actor.Role == then.Actor.Role && now.Actor.Agency == then.Actor.Agency
}

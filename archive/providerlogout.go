package archive

import (
	"context"
	"time"
)

// ProviderLogout is what a provider tells, in a token the session room has judged, of a person who has signed out there (OpenID
// Connect Back-Channel Logout 1.0). Subject or Session is set: which person, or which of the provider's sessions.
type ProviderLogout struct {
	Issuer, Subject string
	Session         string
	Token           string    // its jti: a token counts once
	Until           time.Time // how long the token could be taken for a new one
}

// ProviderSession is Session.Provider for a session of a provider's: opaque, since nothing but equality is asked of it.
func ProviderSession(issuer, sid string) string {
	if sid == "" {
		return ""
	}
	return DigestOf([]byte(issuer + "\n" + sid)).Hex()
}

var errLogoutAgain = Fault(Conflict, "logout_again", Text{"Thông báo đăng xuất này đã được nhận.", "This notice of a sign-out has been taken already."})

// signInLasts is how long a sign-in may be under way when its session of the provider's ends: the pages there, and the code here.
const signInLasts = time.Hour

// ProviderLoggedOut ends what was opened by the session of the provider's that l names, or by every one of its subject, with the
// sign-ins of the person that wait for a code. Sessions that began with a password of this house stay: nobody has signed out of them.
// It returns how many sessions ended; none is no error. Conflict logout_again for a token that was taken before.
func (a *Archive) ProviderLoggedOut(ctx context.Context, from Actor, l ProviderLogout) (int, error) {
	now := a.Clock.Now()
	ended := 0
	// One transaction: before it nothing has happened and the provider's next try is taken; after it everything has, also that the
	// token was seen.
	err := a.update(ctx, func(tx Tx) error {
		ended = 0
		token := Pass{Hash: DigestOf([]byte("logout\n" + l.Issuer + "\n" + l.Token)), Kind: PassLogout, CreatedAt: now, ExpiresAt: l.Until}
		switch _, err := tx.Passes().Get(ctx, PassLogout, token.Hash); {
		case err == nil:
			return errLogoutAgain
		case KindOf(err) != NotFound:
			return err
		}
		if err := tx.Passes().Put(ctx, token); err != nil {
			return err
		}
		if l.Session != "" { // a sign-in still under way in that session must not open one behind our back
			if err := tx.Passes().Put(ctx, Pass{Hash: overAt(ProviderSession(l.Issuer, l.Session)), Kind: PassLogout, CreatedAt: now, ExpiresAt: now.Add(signInLasts)}); err != nil {
				return err
			}
		}
		people, sessions, err := a.openedBy(ctx, tx, l)
		if err != nil {
			return err
		}
		for _, s := range sessions {
			if err := tx.Sessions().Delete(ctx, s.Hash); err != nil {
				return err
			}
			ended++
		}
		for _, acc := range people {
			if err := tx.Passes().DeleteAll(ctx, acc.ID, PassStep); err != nil {
				return err
			}
			if err := tx.Events().Append(ctx, endedEvent(a.behind(acc, from), acc.ID, "at_provider", now)); err != nil {
				return err
			}
		}
		return nil
	})
	return ended, err
}

// openedBy returns the sessions that l ends and the people they are of.
func (a *Archive) openedBy(ctx context.Context, tx Tx, l ProviderLogout) (people []Account, ended []Session, err error) {
	if l.Session == "" {
		acc, err := tx.Accounts().ByIdentity(ctx, l.Issuer, l.Subject)
		if err != nil {
			return nil, nil, passOver(err)
		}
		all, err := tx.Sessions().Of(ctx, acc.ID)
		for _, s := range all {
			if s.Method == ByProvider || s.Method == ByProviderCode {
				ended = append(ended, s)
			}
		}
		return []Account{acc}, ended, err
	}
	all, err := tx.Sessions().OfProvider(ctx, ProviderSession(l.Issuer, l.Session))
	if err != nil {
		return nil, nil, err
	}
	for _, s := range all {
		acc, err := tx.Accounts().Get(ctx, s.Account)
		if err != nil {
			return nil, nil, err
		}
		if l.Subject != "" && (acc.Issuer != l.Issuer || acc.Subject != l.Subject) {
			continue // the two do not belong together
		}
		ended = append(ended, s)
		if len(people) == 0 || people[len(people)-1].ID != acc.ID {
			people = append(people, acc)
		}
	}
	return people, ended, nil
}

func passOver(err error) error {
	if KindOf(err) == NotFound {
		return nil
	}
	return err
}

// overAt is under which hash it is noted that a session of the provider's is over.
func overAt(provider string) Digest { return DigestOf([]byte("over\n" + provider)) }

// providerOver reports whether the session of the provider's that a new session s belongs to has ended meanwhile.
func providerOver(ctx context.Context, tx Tx, s Session, now time.Time) (bool, error) {
	if s.Provider == "" {
		return false, nil
	}
	p, err := tx.Passes().Get(ctx, PassLogout, overAt(s.Provider))
	if err != nil {
		return false, passOver(err)
	}
	return now.Before(p.ExpiresAt), nil
}

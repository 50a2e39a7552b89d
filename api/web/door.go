package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"sohoa/archive"
)

// Door is what the session room does for pages. Every method is safe for concurrent use.
type Door interface {
	// Who returns who sent a request, admitted by the archive. known is false for a visitor who has not signed in; an error
	// means that it could not be found out.
	Who(r *http.Request) (actor archive.Actor, account archive.Account, known bool, err error)
	// Standing returns the session of a request that Who knows, and whether its account has to set up a second factor first.
	Standing(r *http.Request) (s archive.Session, lacks bool)
	// SignIn checks a password and hands the browser its session. ErrCodeNeeded: and asks for a code first.
	SignIn(w http.ResponseWriter, r *http.Request, login, password string) (archive.Account, error)
	// SignInCode goes on with a code of the second factor, or a recovery code.
	SignInCode(w http.ResponseWriter, r *http.Request, code string) (archive.Account, error)
	// Halfway reports whether the browser waits for SignInCode.
	Halfway(r *http.Request) bool
	// SignOut ends the request's session and takes it from the browser.
	SignOut(w http.ResponseWriter, r *http.Request, actor archive.Actor) error
	// ChangePassword replaces the password of actor and hands the browser a new session.
	ChangePassword(w http.ResponseWriter, r *http.Request, actor archive.Actor, old, password string) (archive.Account, error)
	// Prove notes that who sent the request has shown again who he is, by a code where he has a second factor, else the password.
	Prove(r *http.Request, secret string) error
	// SetUp makes the first administrator in exchange for the secret of the set-up link and signs him in.
	SetUp(w http.ResponseWriter, r *http.Request, link, login, name, password string) (archive.Account, error)
	// AcceptInvite sets the first password of the account a link invites and signs its person in. ErrCodeNeeded as SignIn.
	AcceptInvite(w http.ResponseWriter, r *http.Request, link, password string) (archive.Account, error)

	// OfferFactor draws a second factor for who sent the request, OfferedFactor returns the one drawn and not confirmed
	// (NotFound), ConfirmFactor turns it on and RenewRecovery draws new recovery codes; both return the codes, once.
	OfferFactor(r *http.Request) (Enrolment, error)
	OfferedFactor(r *http.Request) (Enrolment, error)
	ConfirmFactor(r *http.Request, code string) ([]string, error)
	RenewRecovery(r *http.Request) ([]string, error)

	// Provider is where people may sign in, too; false when the house has none.
	Provider() (name archive.Text, ok bool)
	// AskProvider returns where to send the browser for one of the purposes below.
	AskProvider(w http.ResponseWriter, r *http.Request, purpose, next string) (to string, err error)
	// ProviderAnswered goes on when the provider sent the browser back. ErrCodeNeeded as SignIn.
	ProviderAnswered(w http.ResponseWriter, r *http.Request) (ProviderAnswer, error)
	// ProviderSignOut returns where to sign out of the provider, too; "" when there is no such place.
	ProviderSignOut(r *http.Request) string

	// Asker returns address and request number of somebody who needs no account.
	Asker(r *http.Request) archive.Actor
	// Grant returns the secret of a citizen's look-up that a request carries, "" for none; SetGrant hands one to the browser for as
	// long as it lasts, or takes it away when it is "".
	Grant(r *http.Request) string
	SetGrant(w http.ResponseWriter, secret string, lasts time.Duration)

	HashPassword(ctx context.Context, password string) (string, error)
	OneTimePassword() string
	NewToken() (secret string, digest archive.Digest)
	NewSecret() (secret string, digest archive.Digest)
}

// ErrCodeNeeded says that the sign-in goes on at /signin/code.
var ErrCodeNeeded = errors.New("a code of the second factor is needed")

// Purposes of going to the provider.
const (
	ToSignIn = "sign_in"
	ToLink   = "link"
	ToProve  = "prove"
)

// ProviderAnswer is what came of going to the provider.
type ProviderAnswer struct {
	Purpose, Next string
	Account       archive.Account // for ToSignIn
}

// Enrolment is what an authenticator is told: by a picture of URI, or by hand.
type Enrolment struct{ URI, Secret string }

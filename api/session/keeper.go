package session

import (
	"net/http"
	"strings"
	"time"

	"sohoa/archive"
)

// Config is what a Keeper is built of.
type Config struct {
	Archive *archive.Archive
	Secure  bool          // the house is reached by https: cookies say so and take the __Host- name
	Hashes  int           // passwords hashed at once; 0: half the processors
	Clock   archive.Clock // nil: the machine's
	// Provider is where people may sign in, too; nil: nowhere else. Public is where they are sent back to.
	Provider *ProviderConfig
	Public   string
	Seal     Seal // what second factors are sealed with; the zero Seal: one of this process only
}

// Keeper knows who is asking. It is safe for concurrent use.
type Keeper struct {
	archive  *archive.Archive
	secure   bool
	long     time.Duration // how long a browser keeps the cookie
	gate     *gate
	throttle throttle
	clock    archive.Clock
	dummy    string // what an unknown login is checked against, so that it takes as long as a known one
	seal     Seal
	provider *provider
}

// New returns a Keeper.
func New(c Config) (*Keeper, error) {
	if c.Clock == nil {
		c.Clock = archive.SystemClock{}
	}
	if c.Seal == (Seal{}) {
		c.Seal = NewSeal()
	}
	dummy, err := HashPassword(random())
	if err != nil {
		return nil, err
	}
	return &Keeper{archive: c.Archive, secure: c.Secure, long: c.Archive.Limits.SessionLong, gate: newGate(c.Hashes), clock: c.Clock, dummy: dummy, seal: c.Seal, provider: newProvider(c.Provider, c.Public, c.Clock)}, nil
}

// ErrSignIn is the one answer to a wrong login, a wrong password and an account that may not sign in.
var ErrSignIn = archive.Fault(archive.Forbidden, "wrong_login", archive.Text{VI: "Tên đăng nhập hoặc mật khẩu không đúng.", EN: "The login name or the password is wrong."})

func fieldFault(field, code string, msg archive.Text) error {
	return &archive.Error{Kind: archive.Invalid, Msg: msg, Fields: []archive.FieldError{{Field: field, Code: code, Msg: msg}}}
}

// Visitor is who sent a request.
type Visitor struct {
	Actor   archive.Actor
	Account archive.Account // zero for a token
	Session archive.Session // zero for a token
	Cookie  bool            // known by the cookie, not by a token: the request may have been made by another site
	Lacks   bool            // the role asks for a second factor and there is none: nothing is open but setting one up
}

// errNobody says that the request carries nothing that is valid now.
var errNobody = archive.Fault(archive.NotFound, "nobody", archive.KindText(archive.NotFound))

// Nobody reports whether err says that a request carries no valid cookie or token.
func Nobody(err error) bool { return archive.CodeOf(err) == errNobody.Code }

// Who returns who sent the request: by the Authorization header where there is one, else by the cookie. The error is one
// that Nobody knows, or the catalog's.
func (k *Keeper) Who(r *http.Request) (Visitor, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, secret, _ := strings.Cut(h, " ")
		digest, ok := tokenDigest(strings.TrimSpace(secret))
		if !strings.EqualFold(scheme, "Bearer") || !ok {
			return Visitor{}, errNobody
		}
		actor, err := k.archive.TokenActor(r.Context(), digest)
		return Visitor{Actor: actor}, nobody(err)
	}
	c, err := r.Cookie(k.CookieName())
	if err != nil {
		return Visitor{}, errNobody
	}
	as, err := k.archive.SessionActor(r.Context(), DigestOf(c.Value))
	return Visitor{Actor: as.Actor, Account: as.Account, Session: as.Session, Lacks: as.Lacks, Cookie: true}, nobody(err)
}

func nobody(err error) error {
	if archive.KindOf(err) == archive.NotFound && err != nil {
		return errNobody
	}
	return err
}

// SignOut ends the session of the request's cookie, if it has one.
func (k *Keeper) SignOut(r *http.Request, actor archive.Actor) error {
	c, err := r.Cookie(k.CookieName())
	if err != nil {
		return nil
	}
	return k.archive.SignOut(r.Context(), actor, DigestOf(c.Value))
}

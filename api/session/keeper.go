package session

import (
	"context"
	"net/http"
	"strings"
	"time"

	"sohoa/archive"
)

// Config is what a Keeper is built of.
type Config struct {
	Archive *archive.Archive
	Secure  bool          // the house is reached by https: the cookie says so and takes the __Host- name
	Hashes  int           // passwords hashed at once; 0: one per processor
	Clock   archive.Clock // nil: the machine's
}

// Keeper knows who is asking. It is safe for concurrent use.
type Keeper struct {
	archive  *archive.Archive
	secure   bool
	long     time.Duration // how long a browser keeps the cookie
	gate     gate
	throttle throttle
	clock    archive.Clock
	dummy    string // what an unknown login is checked against, so that it takes as long as a known one
}

// New returns a Keeper.
func New(c Config) (*Keeper, error) {
	if c.Clock == nil {
		c.Clock = archive.SystemClock{}
	}
	dummy, err := HashPassword(random())
	if err != nil {
		return nil, err
	}
	return &Keeper{archive: c.Archive, secure: c.Secure, long: c.Archive.Limits.SessionLong, gate: newGate(c.Hashes), clock: c.Clock, dummy: dummy}, nil
}

// ErrSignIn is the one answer to a wrong login, a wrong password and an account that may not sign in.
var ErrSignIn = archive.Fault(archive.Forbidden, "wrong_login", archive.Text{VI: "Tên đăng nhập hoặc mật khẩu không đúng.", EN: "The login name or the password is wrong."})

// Origin is where a sign-in comes from, for the trail and the throttle.
type Origin struct {
	Address string
	Device  string // User-Agent
	Request string // request number
}

// SignIn checks a password and opens a session. It returns the secret for the cookie (SetCookie) and the account; when
// Account.MustChange is set, the person is asked for a new password before anything else. Errors: ErrSignIn;
// Unavailable code too_many_attempts or busy_sign_in.
func (k *Keeper) SignIn(ctx context.Context, login, password string, from Origin) (string, archive.Account, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	try := attempt{from.Address, login}
	now := k.clock.Now()
	if err := k.throttle.allow(try, now); err != nil {
		return "", archive.Account{}, err
	}
	acc, err := k.archive.ByLogin(ctx, login)
	known := err == nil
	if !known && archive.KindOf(err) != archive.NotFound {
		return "", archive.Account{}, err
	}
	hash := k.dummy
	if known && acc.PasswordHash != "" {
		hash = acc.PasswordHash
	}
	right := false
	if err := k.gate.do(ctx, func() { right = verify(hash, password) }); err != nil {
		return "", archive.Account{}, err
	}
	if !right || !known || acc.PasswordHash == "" || !k.archive.Usable(acc) {
		k.throttle.failed(try, now)
		asker := archive.Actor{Address: from.Address, Request: from.Request}
		if err := k.archive.SignInFailed(ctx, asker, known, login); err != nil {
			return "", archive.Account{}, err
		}
		return "", archive.Account{}, ErrSignIn
	}
	k.throttle.succeeded(try)
	secret, err := k.open(ctx, acc, from)
	return secret, acc, err
}

func (k *Keeper) open(ctx context.Context, acc archive.Account, from Origin) (string, error) {
	actor := acc.Actor()
	actor.Address, actor.Request = from.Address, from.Request
	secret, digest := NewSecret()
	err := k.archive.SignedIn(ctx, actor, archive.Session{Hash: digest, Account: acc.ID, Device: from.Device, Address: from.Address})
	return secret, err
}

// ChangePassword replaces the password of the account that asks, ends all its sessions and opens a new one.
func (k *Keeper) ChangePassword(ctx context.Context, actor archive.Actor, old, password string, from Origin) (string, archive.Account, error) {
	acc, err := k.archive.Account(ctx, actor, actor.ID)
	if err != nil {
		return "", archive.Account{}, err
	}
	try := attempt{from.Address, acc.Login}
	if err := k.throttle.allow(try, k.clock.Now()); err != nil {
		return "", archive.Account{}, err
	}
	right := false
	if err := k.gate.do(ctx, func() { right = verify(acc.PasswordHash, old) }); err != nil {
		return "", archive.Account{}, err
	}
	if !right {
		k.throttle.failed(try, k.clock.Now())
		return "", archive.Account{}, fieldFault("old_password", "wrong", archive.Text{VI: "Mật khẩu hiện tại không đúng.", EN: "The present password is wrong."})
	}
	if old == password {
		return "", archive.Account{}, fieldFault("password", "same", archive.Text{VI: "Mật khẩu mới phải khác mật khẩu cũ.", EN: "The new password must differ from the old one."})
	}
	if acc.PasswordHash, err = k.HashPassword(ctx, password); err != nil {
		return "", archive.Account{}, err
	}
	acc.MustChange = false
	if acc, err = k.archive.ChangeAccount(ctx, actor, acc, acc.Revision, "password"); err != nil {
		return "", archive.Account{}, err
	}
	secret, err := k.open(ctx, acc, from)
	return secret, acc, err
}

// SetUp makes the first administrator in exchange for the secret of the set-up link and signs him in.
func (k *Keeper) SetUp(ctx context.Context, link, login, name, password string, from Origin) (string, archive.Account, error) {
	// Asked before a password is hashed, so that a stranger cannot make this house work.
	if open, err := k.archive.SetupOpen(ctx, DigestOf(link)); err != nil || !open {
		if err == nil {
			err = archive.Fault(archive.NotFound, "setup_over", archive.Text{VI: "Liên kết thiết lập không đúng hoặc đã được dùng.", EN: "The set-up link is wrong or has been used."})
		}
		return "", archive.Account{}, err
	}
	hash, err := k.HashPassword(ctx, password)
	if err != nil {
		return "", archive.Account{}, err
	}
	acc, err := k.archive.SetUp(ctx, DigestOf(link), archive.Account{Login: login, Name: name, PasswordHash: hash})
	if err != nil {
		return "", archive.Account{}, err
	}
	secret, err := k.open(ctx, acc, from)
	return secret, acc, err
}

// HashPassword is the function of that name behind the gate.
func (k *Keeper) HashPassword(ctx context.Context, password string) (string, error) {
	var hash string
	var err error
	if gerr := k.gate.do(ctx, func() { hash, err = HashPassword(password) }); gerr != nil {
		return "", gerr
	}
	return hash, err
}

func fieldFault(field, code string, msg archive.Text) error {
	return &archive.Error{Kind: archive.Invalid, Msg: msg, Fields: []archive.FieldError{{Field: field, Code: code, Msg: msg}}}
}

// Visitor is who sent a request.
type Visitor struct {
	Actor   archive.Actor
	Account archive.Account // zero for a token
	Cookie  bool            // known by the cookie, not by a token: the request may have been made by another site
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
	actor, acc, err := k.archive.SessionActor(r.Context(), DigestOf(c.Value))
	return Visitor{Actor: actor, Account: acc, Cookie: true}, nobody(err)
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

// CookieName is __Host-sohoa where the house is reached by https (the browser then refuses it from anybody but this
// host, RFC 6265bis §4.1.3.2), and a plain name on a first day without a certificate.
func (k *Keeper) CookieName() string {
	if k.secure {
		return "__Host-sohoa"
	}
	return "sohoa"
}

// SetCookie hands the secret of a session to the browser. An empty secret takes it away.
func (k *Keeper) SetCookie(w http.ResponseWriter, secret string) {
	c := &http.Cookie{Name: k.CookieName(), Value: secret, Path: "/", MaxAge: int(k.long / time.Second), HttpOnly: true, Secure: k.secure, SameSite: http.SameSiteLaxMode}
	if secret == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

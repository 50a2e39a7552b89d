package session

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"sohoa/archive"
)

// Origin is where a sign-in comes from, for the trail and the throttle.
type Origin struct {
	Address string
	Device  string // User-Agent
	Request string // request number
	Browser string // what Keeper.Browser says
}

func (o Origin) actor() archive.Actor { return archive.Actor{Address: o.Address, Request: o.Request} }

// CodeNeeded is what SignIn says where the password was right and the account has a second factor: Secret is for SetStep.
type CodeNeeded struct{ Secret string }

func (*CodeNeeded) Error() string { return "a code of the second factor is needed" }

var errPasswordOver = archive.Fault(archive.Forbidden, "password_over", archive.Text{VI: "Mật khẩu dùng một lần đã hết hạn. Xin quản trị viên cấp lại.", EN: "The one-time password is over. Ask your administrator for another."})

// SignIn checks a password and opens a session. It returns the secret for the cookie (SetCookie) and the account; when
// Account.MustChange is set, the person is asked for a new password before anything else. Errors: ErrSignIn; *CodeNeeded;
// Forbidden password_over; Unavailable too_many_attempts or busy_sign_in.
func (k *Keeper) SignIn(ctx context.Context, login, password string, from Origin) (string, archive.Account, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	acc, err := k.archive.ByLogin(ctx, login)
	known := err == nil
	if !known && archive.KindOf(err) != archive.NotFound {
		return "", archive.Account{}, err
	}
	right, err := k.check(ctx, acc, login, password, from)
	if err != nil {
		return "", archive.Account{}, err
	}
	if !right || !k.archive.Usable(acc) {
		return "", archive.Account{}, k.refuse(ctx, from, known, login)
	}
	if !acc.PasswordUntil.IsZero() && !k.clock.Now().Before(acc.PasswordUntil) {
		return "", archive.Account{}, errPasswordOver // said only to whoever has it
	}
	return k.further(ctx, acc, from, archive.ByPassword, "")
}

func (k *Keeper) refuse(ctx context.Context, from Origin, known bool, login string) error {
	return cmp.Or(k.archive.SignInFailed(ctx, from.actor(), known, login), error(ErrSignIn))
}

// check reports whether a password is that of acc, behind the throttle and the gate. For the zero account it takes as long.
func (k *Keeper) check(ctx context.Context, acc archive.Account, login, password string, from Origin) (bool, error) {
	browser, err := k.recognise(ctx, acc, from)
	if err != nil {
		return false, err
	}
	ms := measures(from, login, browser)
	if err := k.throttle.allow(ms, k.clock.Now()); err != nil {
		return false, err
	}
	hash := cmp.Or(acc.PasswordHash, k.dummy)
	right, late := false, error(nil)
	err = k.gate.do(ctx, asker(from, browser), func() {
		// Asked again: of two hundred tries sent at once, all came past the first question.
		if late = k.throttle.allow(ms, k.clock.Now()); late != nil {
			return
		}
		if right = verify(hash, password) && acc.PasswordHash != ""; right {
			k.throttle.succeeded(ms)
		} else {
			k.throttle.failed(ms, k.clock.Now())
		}
	})
	return right, cmp.Or(err, late)
}

// asker is whose turn a try takes at the gate.
func asker(from Origin, browser string) string {
	if browser != "" {
		return "browser " + browser
	}
	return network(from.Address)
}

// recognise returns a name for the browser of a try when the account has signed in with it before, else "". It is looked for even
// where there is no account: a login nobody has costs as many questions as one that somebody has.
func (k *Keeper) recognise(ctx context.Context, acc archive.Account, from Origin) (string, error) {
	if from.Browser == "" {
		return "", nil
	}
	d := browserDigest(acc, from.Browser)
	_, err := k.archive.PassOf(ctx, archive.PassBrowser, d)
	if archive.KindOf(err) == archive.NotFound && err != nil {
		return "", nil
	}
	return d.String(), err
}

// One browser may be several people's: each account knows it by a digest of its own.
func browserDigest(acc archive.Account, secret string) archive.Digest {
	return archive.DigestOf([]byte(acc.ID.String() + " " + secret))
}

// Remember makes the browser one that the account has signed in with, and returns what it is to carry.
func (k *Keeper) Remember(ctx context.Context, acc archive.Account, from Origin) (string, error) {
	secret := from.Browser
	if len(secret) != len(random()) {
		secret = random()
	}
	p := archive.Pass{Hash: browserDigest(acc, secret), Kind: archive.PassBrowser, Account: acc.ID}
	return secret, k.archive.PutPass(ctx, p, k.archive.Limits.KnownBrowser)
}

// halfway is what is known of a sign-in that waits for its code.
type halfway struct {
	Revision int64  `json:"revision"`
	Method   string `json:"method"`
	Provider string `json:"provider,omitempty"` // archive.Session.Provider
}

// further opens a session for an account that has shown who it is by method, or asks for a code where it has a second factor.
func (k *Keeper) further(ctx context.Context, acc archive.Account, from Origin, method, provider string) (string, archive.Account, error) {
	f, err := k.archive.Factor(ctx, acc.ID)
	if err != nil && archive.KindOf(err) != archive.NotFound {
		return "", archive.Account{}, err
	}
	if err != nil || !f.Confirmed || method == archive.ByProviderCode {
		return k.open(ctx, acc, from, method, provider)
	}
	data, err := json.Marshal(halfway{acc.Revision, method, provider})
	if err != nil {
		return "", archive.Account{}, err
	}
	secret, digest := NewSecret()
	p := archive.Pass{Hash: digest, Kind: archive.PassStep, Account: acc.ID, Data: string(data)}
	if err := k.archive.PutPass(ctx, p, stepTime); err != nil {
		return "", archive.Account{}, err
	}
	return "", acc, &CodeNeeded{secret}
}

// ErrStepOver says that a sign-in half way is no more: it begins again.
var ErrStepOver = archive.Fault(archive.Forbidden, "sign_in_over", archive.Text{VI: "Lần đăng nhập này đã quá hạn hoặc sai mã nhiều lần. Xin đăng nhập lại.", EN: "This sign-in took too long or had too many wrong codes. Begin again."})

// stepTries is how many codes one sign-in may try: then the password is asked again.
const stepTries = 5

// SignInCode goes on with a sign-in half way by a code of the authenticator or a recovery code. Errors: ErrStepOver; Invalid
// wrong_code; Conflict code_used; Unavailable too_many_attempts.
func (k *Keeper) SignInCode(ctx context.Context, step, code string, from Origin) (string, archive.Account, error) {
	p, err := k.archive.TryPass(ctx, archive.PassStep, DigestOf(step))
	if archive.KindOf(err) == archive.NotFound && err != nil {
		return "", archive.Account{}, ErrStepOver
	}
	var h halfway
	if err == nil {
		err = json.Unmarshal([]byte(p.Data), &h)
	}
	if err != nil {
		return "", archive.Account{}, fmt.Errorf("go on with a sign-in: %w", err)
	}
	if p.Tries > stepTries {
		if _, err := k.archive.TakePass(ctx, archive.PassStep, p.Hash); err != nil && archive.KindOf(err) != archive.NotFound {
			return "", archive.Account{}, err
		}
		return "", archive.Account{}, ErrStepOver
	}
	acc, err := k.archive.Account(ctx, archive.System, p.Account)
	if err != nil {
		return "", archive.Account{}, err
	}
	by, err := k.checkCode(ctx, acc, code, from)
	if err != nil {
		if archive.CodeOf(err) == errWrongCode.Code {
			err = cmp.Or(k.archive.SignInFailed(ctx, from.actor(), true, acc.Login), err)
		}
		return "", archive.Account{}, err
	}
	// Power fails here: the code is used, the pass ends by itself, and the person signs in with the next code.
	if _, err := k.archive.TakePass(ctx, archive.PassStep, p.Hash); err != nil {
		return "", archive.Account{}, ErrStepOver
	}
	if h.Method == archive.ByPassword {
		h.Method = by
	}
	acc.Revision = h.Revision // what was checked then
	return k.open(ctx, acc, from, h.Method, h.Provider)
}

// open keeps a session. The account must still be what it was when it was checked.
func (k *Keeper) open(ctx context.Context, acc archive.Account, from Origin, method, provider string) (string, archive.Account, error) {
	actor := acc.Actor()
	actor.Address, actor.Request = from.Address, from.Request
	secret, digest := NewSecret()
	err := k.archive.SignedIn(ctx, actor, archive.Session{Hash: digest, Account: acc.ID, Device: from.Device, Address: from.Address, Method: method, Provider: provider}, acc.Revision)
	if errors.Is(err, archive.ErrStale) {
		return "", archive.Account{}, ErrSignIn
	}
	return secret, acc, err
}

// Prove notes that the person behind v has just shown again who he is: by a code where the account has a second factor, else by
// the password.
func (k *Keeper) Prove(ctx context.Context, v Visitor, secret string, from Origin) error {
	f, err := k.archive.Factor(ctx, v.Account.ID)
	if err != nil && archive.KindOf(err) != archive.NotFound {
		return err
	}
	if err == nil && f.Confirmed {
		if _, err := k.checkCode(ctx, v.Account, secret, from); err != nil {
			return err
		}
	} else {
		right, err := k.check(ctx, v.Account, v.Account.Login, secret, from)
		if err != nil {
			return err
		}
		if !right {
			return fieldFault("secret", "wrong", archive.Text{VI: "Mật khẩu không đúng.", EN: "The password is wrong."})
		}
	}
	return k.archive.Proved(ctx, v.Actor, v.Session.Hash)
}

// ChangePassword replaces the password of the account that asks, ends all its sessions and opens a new one.
func (k *Keeper) ChangePassword(ctx context.Context, actor archive.Actor, old, password string, from Origin) (string, archive.Account, error) {
	acc, err := k.archive.Account(ctx, actor, actor.ID)
	if err != nil {
		return "", archive.Account{}, err
	}
	right, err := k.check(ctx, acc, acc.Login, old, from)
	if err != nil {
		return "", archive.Account{}, err
	}
	if !right {
		return "", archive.Account{}, fieldFault("old_password", "wrong", archive.Text{VI: "Mật khẩu hiện tại không đúng.", EN: "The present password is wrong."})
	}
	if string(typed(old)) == string(typed(password)) {
		return "", archive.Account{}, fieldFault("password", "same", archive.Text{VI: "Mật khẩu mới phải khác mật khẩu cũ.", EN: "The new password must differ from the old one."})
	}
	if acc.PasswordHash, err = k.hash(ctx, from, password, acc.Login, acc.Name); err != nil {
		return "", archive.Account{}, err
	}
	acc.MustChange = false
	if acc, err = k.archive.ChangeAccount(ctx, actor, acc, acc.Revision, "password"); err != nil {
		return "", archive.Account{}, err
	}
	return k.open(ctx, acc, from, archive.ByPassword, "")
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
	hash, err := k.hash(ctx, from, password, login, name)
	if err != nil {
		return "", archive.Account{}, err
	}
	acc, err := k.archive.SetUp(ctx, DigestOf(link), archive.Account{Login: login, Name: name, PasswordHash: hash})
	if err != nil {
		return "", archive.Account{}, err
	}
	return k.open(ctx, acc, from, archive.ByLink, "")
}

// AcceptInvite sets the first password of the account that a link invites, and signs the person in.
func (k *Keeper) AcceptInvite(ctx context.Context, link, password string, from Origin) (string, archive.Account, error) {
	acc, err := k.archive.Invited(ctx, DigestOf(link)) // before a password is hashed
	if err != nil {
		return "", archive.Account{}, err
	}
	hash, err := k.hash(ctx, from, password, acc.Login, acc.Name)
	if err != nil {
		return "", archive.Account{}, err
	}
	if acc, err = k.archive.AcceptInvite(ctx, from.actor(), DigestOf(link), hash); err != nil {
		return "", archive.Account{}, err
	}
	return k.further(ctx, acc, from, archive.ByLink, "")
}

// HashPassword is the function of that name behind the gate, for passwords this house makes itself.
func (k *Keeper) HashPassword(ctx context.Context, password string) (string, error) {
	return k.hash(ctx, Origin{}, password)
}

func (k *Keeper) hash(ctx context.Context, from Origin, password string, about ...string) (string, error) {
	var hash string
	var err error
	if gerr := k.gate.do(ctx, asker(from, ""), func() { hash, err = HashPassword(password, about...) }); gerr != nil {
		return "", gerr
	}
	return hash, err
}

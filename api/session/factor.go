package session

import (
	"context"
	"crypto/rand"
	"strings"

	"golang.org/x/crypto/argon2"

	"sohoa/archive"
)

// recoveryCodes is how many codes a person writes down for the day the phone is gone.
const recoveryCodes = 10

var errWrongCode = func() *archive.Error {
	msg := archive.Text{VI: "Mã không đúng.", EN: "The code is wrong."}
	return &archive.Error{Kind: archive.Invalid, Code: "wrong_code", Msg: msg, Fields: []archive.FieldError{{Field: "code", Code: "wrong", Msg: msg}}}
}()

// checkCode checks a code of the authenticator, or a recovery code, of an account, and uses it up. It says how the person came
// in. Errors: Invalid wrong_code; Conflict code_used; Unavailable too_many_attempts or second_factor_sealed.
func (k *Keeper) checkCode(ctx context.Context, acc archive.Account, code string, from Origin) (string, error) {
	browser, err := k.recognise(ctx, acc, from)
	if err != nil {
		return "", err
	}
	ms := codeMeasures(acc.Login, browser)
	if err := k.throttle.allow(ms, k.clock.Now()); err != nil {
		return "", err
	}
	f, err := k.archive.Factor(ctx, acc.ID)
	if err != nil {
		return "", err
	}
	code = strings.ToLower(strings.Join(strings.Fields(code), ""))
	by := archive.ByCode
	if len(code) == codeDigits {
		err = k.checkNumber(ctx, f, code)
	} else {
		by = archive.ByRecovery
		err = k.checkRecovery(ctx, acc, f, code, from, browser)
	}
	switch archive.CodeOf(err) {
	case errWrongCode.Code:
		k.throttle.failed(ms, k.clock.Now())
	case "":
		k.throttle.succeeded(ms)
	}
	return by, err
}

func (k *Keeper) checkNumber(ctx context.Context, f archive.SecondFactor, code string) error {
	secret, err := k.seal.open(f.Account, f.Secret)
	if err != nil {
		return err
	}
	step, ok := stepOf(secret, code, k.clock.Now())
	if !ok {
		return errWrongCode
	}
	return k.archive.UseCode(ctx, f.Account, step)
}

func (k *Keeper) checkRecovery(ctx context.Context, acc archive.Account, f archive.SecondFactor, code string, from Origin, browser string) error {
	code = strings.ReplaceAll(code, "-", "")
	if len(code) != 16 {
		return errWrongCode
	}
	var d archive.Digest
	if err := k.gate.do(ctx, asker(from, browser), func() { d = recoveryDigest(f.Salt, code) }); err != nil {
		return err
	}
	actor := acc.Actor()
	actor.Address, actor.Request = from.Address, from.Request
	err := k.archive.SpendRecovery(ctx, actor, d)
	if archive.KindOf(err) == archive.NotFound && err != nil {
		return errWrongCode
	}
	return err
}

// recoveryDigest is how a recovery code is kept: argon2id, with one salt for the codes of an account, so that one hashing tells
// which of them it is. Each has 79 random bits.
func recoveryDigest(salt []byte, code string) archive.Digest {
	return archive.Digest(argon2.IDKey([]byte(code), salt, hashTime, hashMemory, hashThreads, hashLen))
}

func (k *Keeper) newRecovery(ctx context.Context, from Origin) (salt []byte, codes []string, digests []archive.Digest, err error) {
	salt = make([]byte, saltLen)
	rand.Read(salt)
	for range recoveryCodes {
		c := OneTimePassword()
		codes = append(codes, c)
		err = k.gate.do(ctx, asker(from, ""), func() {
			digests = append(digests, recoveryDigest(salt, strings.ReplaceAll(c, "-", "")))
		})
		if err != nil {
			return nil, nil, nil, err
		}
	}
	return salt, codes, digests, nil
}

// Enrolment is what an authenticator is told, by a picture of URI or by hand.
type Enrolment struct {
	URI    string
	Secret string // in groups of four letters
}

func enrolment(secret []byte, login string) Enrolment {
	var groups []string
	for text := codeLetters.EncodeToString(secret); text != ""; {
		n := min(4, len(text))
		groups, text = append(groups, text[:n]), text[n:]
	}
	return Enrolment{codeURI(secret, "Sohoa", login), strings.Join(groups, " ")}
}

// OfferFactor draws a secret for the second factor of the person behind v. Nothing is asked for before ConfirmFactor.
func (k *Keeper) OfferFactor(ctx context.Context, v Visitor) (Enrolment, error) {
	secret := newCodeSecret()
	err := k.archive.OfferFactor(ctx, v.Actor, k.seal.close(v.Account.ID, secret))
	return enrolment(secret, v.Account.Login), err
}

// OfferedFactor returns what was offered last and not confirmed; NotFound when nothing is.
func (k *Keeper) OfferedFactor(ctx context.Context, v Visitor) (Enrolment, error) {
	f, err := k.archive.Factor(ctx, v.Account.ID)
	if err != nil {
		return Enrolment{}, err
	}
	secret, err := k.seal.open(f.Account, f.Secret)
	if f.Confirmed || err != nil {
		return Enrolment{}, archive.ErrNotFound
	}
	return enrolment(secret, v.Account.Login), nil
}

// ConfirmFactor turns the second factor on when code is right, and returns the recovery codes, which are shown once. Errors:
// Invalid wrong_code; Conflict second_factor_on; NotFound when nothing was offered.
func (k *Keeper) ConfirmFactor(ctx context.Context, v Visitor, code string, from Origin) ([]string, error) {
	f, err := k.archive.Factor(ctx, v.Account.ID)
	if err != nil {
		return nil, err
	}
	secret, err := k.seal.open(f.Account, f.Secret)
	if err != nil {
		return nil, err
	}
	step, ok := stepOf(secret, strings.Join(strings.Fields(code), ""), k.clock.Now())
	if !ok {
		return nil, errWrongCode
	}
	salt, codes, digests, err := k.newRecovery(ctx, from)
	if err != nil {
		return nil, err
	}
	f.Salt = salt
	return codes, k.archive.ConfirmFactor(ctx, v.Actor, f, step, digests, v.Session.Hash)
}

// RenewRecovery replaces the recovery codes of the person behind v; they are shown once.
func (k *Keeper) RenewRecovery(ctx context.Context, v Visitor, from Origin) ([]string, error) {
	if _, err := k.archive.Factor(ctx, v.Account.ID); err != nil { // before anything is hashed
		return nil, err
	}
	salt, codes, digests, err := k.newRecovery(ctx, from)
	if err != nil {
		return nil, err
	}
	return codes, k.archive.RenewRecovery(ctx, v.Actor, salt, digests)
}

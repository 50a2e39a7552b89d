package archive

import (
	"context"
	"slices"
	"strings"
)

// factorRolesKey is the setting that holds the roles which need a second factor.
const factorRolesKey = "second_factor_roles"

// SignInRules are what a house asks of those who sign in.
type SignInRules struct {
	SecondFactor []Role // roles that do nothing before they have set up a second factor; in the order of Roles
}

// SignInRules returns the rules. They are no secret.
func (a *Archive) SignInRules(ctx context.Context) (SignInRules, error) {
	var r SignInRules
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		r, err = signInRules(ctx, tx)
		return err
	})
	return r, err
}

func signInRules(ctx context.Context, tx Tx) (SignInRules, error) {
	s, err := tx.Settings().Get(ctx, factorRolesKey)
	if KindOf(err) == NotFound && err != nil {
		return SignInRules{}, nil
	}
	var r SignInRules
	for _, role := range Roles {
		if slices.Contains(strings.Split(s, ","), string(role)) {
			r.SecondFactor = append(r.SecondFactor, role)
		}
	}
	return r, err
}

// SetSignInRules replaces the rules, for administrators of the whole province. From the next request on, whoever needs a second
// factor and has none is led to setting one up.
func (a *Archive) SetSignInRules(ctx context.Context, actor Actor, r SignInRules) error {
	if !actor.Role.May(ActAccounts) || actor.Agency != "" {
		return ErrForbidden
	}
	if err := a.proven(actor); err != nil {
		return err
	}
	var names []string
	for _, role := range r.SecondFactor {
		if _, err := ParseRole(string(role)); err != nil {
			return err
		}
		names = append(names, string(role))
	}
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		if err := tx.Settings().Set(ctx, factorRolesKey, strings.Join(names, ",")); err != nil {
			return err
		}
		ev := NewEvent(actor, EvAccount, now)
		ev.Object, ev.Detail = "sign_in_rules", map[string]string{"act": "sign_in_rules", "second_factor": strings.Join(names, ",")}
		return tx.Events().Append(ctx, ev)
	})
}

// lacksFactor reports whether the role of acc asks for a second factor that it has not. One that the provider asked for in its
// stead counts.
func lacksFactor(ctx context.Context, tx Tx, acc Account, s Session) (bool, error) {
	r, err := signInRules(ctx, tx)
	if err != nil || !slices.Contains(r.SecondFactor, acc.Role) || s.Method == ByProviderCode {
		return false, err
	}
	f, err := tx.Factors().Get(ctx, acc.ID)
	if KindOf(err) == NotFound && err != nil {
		return true, nil
	}
	return !f.Confirmed, err
}

// proven refuses a dangerous act of a person who has not shown for Limits.ProofTime who he is: the screen may have been left, or
// the cookie stolen. Programs and commands have no such moment.
func (a *Archive) proven(actor Actor) error {
	if actor.Proved.IsZero() || a.Clock.Now().Sub(actor.Proved) <= a.Limits.ProofTime {
		return nil
	}
	return ErrProofRequired
}

// ErrProofRequired asks the person to show again who he is, and then to repeat the act.
var ErrProofRequired = Fault(Forbidden, "proof_required", Text{"Việc này cần xác nhận lại bạn là ai. Xin xác nhận rồi làm lại.", "This needs you to show again who you are. Do so, then repeat it."})

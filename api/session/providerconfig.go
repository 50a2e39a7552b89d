package session

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"sohoa/archive"
)

// ProviderConfig is an OpenID provider and what its words mean here. It is read from a JSON file, all but the secret.
type ProviderConfig struct {
	Issuer   string `json:"issuer"`    // https://sso.example.gov.vn, as the provider writes it itself
	ClientID string `json:"client_id"` // the name this house has there
	// ClientSecret comes from the environment or a file of its own. "": a public client; PKCE protects the code either way.
	ClientSecret string `json:"-"`
	// Name is what stands on the button.
	Name struct {
		VI string `json:"vi"`
		EN string `json:"en"`
	} `json:"name"`
	Scopes   []string `json:"scopes"`    // beside openid; none: profile
	UserInfo bool     `json:"user_info"` // ask the userinfo endpoint for claims the ID token lacks
	// Rules give role and agency: the first that fits. Nobody comes in whom none fits.
	Rules []ProviderRule `json:"rules"`
	// MakeAccounts makes an account at the first sign-in. Without it only accounts come in that their owners linked.
	MakeAccounts bool   `json:"make_accounts"`
	LoginClaim   string `json:"login_claim"` // of an account that is made; default preferred_username
	NameClaim    string `json:"name_claim"`  // default name
	// SecondFactor are values of the amr claim (RFC 8176) by which the provider says that it asked for a second factor: then this
	// house does not. None: it asks as for everybody.
	SecondFactor []string `json:"second_factor_amr"`
	// UntypedLogout takes notices of a sign-out that do not say in their head that they are one (typ logout+jwt), as some providers
	// still send them. What they say is judged all the same.
	UntypedLogout bool `json:"untyped_logout"`
}

// ProviderRule fits when a claim has a value, or holds it in a list. Claims within claims are named with dots:
// realm_access.roles.
type ProviderRule struct {
	Claim       string       `json:"claim"`
	Value       string       `json:"value"`
	Role        archive.Role `json:"role"`
	Agency      string       `json:"agency"`       // code; or
	AgencyClaim string       `json:"agency_claim"` // a claim that holds the code
}

// ParseProvider reads a provider's file. A word it does not know is an error: a misspelt rule would let the wrong people in.
func ParseProvider(b []byte) (*ProviderConfig, error) {
	var c ProviderConfig
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("read provider file: %w", err)
	}
	u, err := url.Parse(c.Issuer)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost")) {
		return nil, errors.New("provider file: issuer takes an https:// address")
	}
	if c.ClientID == "" || len(c.Rules) == 0 {
		return nil, errors.New("provider file: client_id and at least one rule are required")
	}
	for i, r := range c.Rules {
		if r.Claim == "" || r.Value == "" {
			return nil, fmt.Errorf("provider file: rule %d: claim and value are required", i+1)
		}
		if _, err := archive.ParseRole(string(r.Role)); err != nil {
			return nil, fmt.Errorf("provider file: rule %d: %w", i+1, err)
		}
		if r.Agency != "" {
			if _, err := archive.ParseAgencyCode(r.Agency); err != nil || r.AgencyClaim != "" {
				return nil, fmt.Errorf("provider file: rule %d: agency takes a code, and not both it and agency_claim: %w", i+1, err)
			}
		}
		if r.Agency == "" && r.AgencyClaim == "" && r.Role != archive.RoleAdmin && r.Role != archive.RoleAuditor {
			return nil, fmt.Errorf("provider file: rule %d: %s needs an agency", i+1, r.Role)
		}
	}
	if len(c.Scopes) == 0 {
		c.Scopes = []string{"profile"}
	}
	if !slices.Contains(c.Scopes, "openid") {
		c.Scopes = append([]string{"openid"}, c.Scopes...)
	}
	c.LoginClaim, c.NameClaim = cmp.Or(c.LoginClaim, "preferred_username"), cmp.Or(c.NameClaim, "name")
	c.Name.VI = cmp.Or(c.Name.VI, c.Name.EN, u.Host)
	c.Name.EN = cmp.Or(c.Name.EN, c.Name.VI)
	return &c, nil
}

// identity applies the rules to what the provider told. Role stays empty where none fits: an account that its owner linked needs
// none.
func (c *ProviderConfig) identity(t told) archive.Identity {
	id := archive.Identity{Issuer: c.Issuer, Subject: t.subject, Make: c.MakeAccounts, Login: first(t.all, c.LoginClaim), Name: first(t.all, c.NameClaim)}
	for _, r := range c.Rules {
		if !slices.Contains(valuesOf(t.all, r.Claim), r.Value) {
			continue
		}
		text := r.Agency
		if r.AgencyClaim != "" {
			text = first(t.all, r.AgencyClaim)
		}
		if text != "" || r.AgencyClaim != "" { // a rule that leaves the agency to a claim gives nothing without it
			code, err := archive.ParseAgencyCode(text)
			if err != nil {
				return id
			}
			id.Agency = code
		}
		id.Role = r.Role
		return id
	}
	return id
}

// askedTwice reports whether the provider asked for a second factor in this house's stead.
func (c *ProviderConfig) askedTwice(t told) bool {
	return slices.ContainsFunc(valuesOf(t.all, "amr"), func(v string) bool { return slices.Contains(c.SecondFactor, v) })
}

func first(claims map[string]any, name string) string {
	if vs := valuesOf(claims, name); len(vs) > 0 {
		return vs[0]
	}
	return ""
}

// valuesOf returns the texts of a claim, by its full name or else by the way of dots.
func valuesOf(claims map[string]any, name string) []string {
	v, ok := claims[name]
	if !ok {
		head, rest, dotted := strings.Cut(name, ".")
		if inner, ok := claims[head].(map[string]any); ok && dotted {
			return valuesOf(inner, rest)
		}
		return nil
	}
	switch x := v.(type) {
	case string:
		return []string{x}
	case []any:
		var out []string
		for _, e := range x {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

package archive

import "time"

// Account is a person who signs in.
type Account struct {
	ID           ID
	Login        string // unique, lower case
	Name         string
	Role         Role
	Agency       AgencyCode
	From         time.Time
	Until        time.Time
	PasswordHash string // PHC string; "" means the account cannot sign in by password
	MustChange   bool   // the password was printed by a command
	Closed       bool
	// PasswordUntil is when a printed password ends. Zero: it is the person's own, or was made before passwords ended.
	PasswordUntil time.Time
	// Notice is the code of what the person must be told that others did to the account; "" when there is nothing.
	Notice string
	// Issuer and Subject are who this is to an OpenID provider; both empty where the account has no such identity.
	Issuer, Subject string
	Managed         bool // name, role and agency are the provider's to say, at each sign-in
	Revision        int64
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// Actor returns the account as who asks.
func (a Account) Actor() Actor {
	return Actor{ID: a.ID, Name: a.Name, Role: a.Role, Agency: a.Agency, From: a.From, Until: a.Until, Person: true}
}

// Own reports whether the person has set up how to come in: a password of his own, or an identity.
func (a Account) Own() bool { return a.PasswordHash != "" && !a.MustChange || a.Issuer != "" }

// NoticeFactorReset tells that an administrator took the account's second factor away, NoticePasswordReset that one gave it
// another password.
const (
	NoticeFactorReset   = "second_factor_reset"
	NoticePasswordReset = "password_reset"
)

// SecondFactor is what an account shows beside its password: codes of an authenticator (RFC 6238). Secret is sealed by the
// session room with a key that lies beside the data; the catalog never sees it in clear.
type SecondFactor struct {
	Account   ID
	Secret    []byte
	Salt      []byte // of the recovery codes
	Step      int64  // the last time step a code of which was used
	Confirmed bool   // a first code was right: from then on it is asked for
	CreatedAt time.Time
}

// PassKind is what a pass opens.
type PassKind string

const (
	PassInvite   PassKind = "invite"   // a link by which a person sets the first password
	PassStep     PassKind = "step"     // the password was right, the code is awaited
	PassProvider PassKind = "provider" // a sign-in under way at an OpenID provider
	PassBrowser  PassKind = "browser"  // a browser that this account has signed in with before
	PassLogout   PassKind = "logout"   // opens nothing: a sign-out that a provider has told of
)

// Pass is a secret of the door that is good for a while. Only the SHA-256 of the secret is kept.
type Pass struct {
	Hash      Digest
	Kind      PassKind
	Account   ID // zero: nobody's yet
	Data      string
	Tries     int
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Session is one signed-in device. Only the SHA-256 of its token is kept.
type Session struct {
	ID        ID        // by which lists name it; the hash is shown to nobody
	Method    string    // how it began: ByPassword and its like
	ProvedAt  time.Time // when the person last showed who he is
	Hash      Digest
	Account   ID
	CreatedAt time.Time
	SeenAt    time.Time // written at most once a minute
	ExpiresAt time.Time
	Device    string
	Address   string
	Provider  string // which session of the OpenID provider it belongs to (ProviderSession); "" when it began here
}

// How a session began.
const (
	ByPassword     = "password"
	ByCode         = "password_code" // and a code of the second factor
	ByRecovery     = "password_recovery_code"
	ByProvider     = "provider"
	ByProviderCode = "provider_code" // which asked for a second factor itself
	ByLink         = "link"
)

// Token is a key for a program. Only the SHA-256 of its secret is kept.
type Token struct {
	ID        ID
	Hash      Digest
	Role      Role
	Agency    AgencyCode
	Note      string
	Until     time.Time
	RevokedAt time.Time
	SeenAt    time.Time // written at most once a minute
	CreatedAt time.Time
	CreatedBy ID
	Owner     ID // the account on whose present rights it lives; zero: the house's own, made by its commands
}

// Actor returns the token as who asks.
func (t Token) Actor() Actor {
	return Actor{ID: t.ID, Name: t.Note, Role: t.Role, Agency: t.Agency, Until: t.Until, Program: true, Owner: t.Owner}
}

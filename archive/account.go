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
	Revision     int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Actor returns the account as who asks.
func (a Account) Actor() Actor {
	return Actor{ID: a.ID, Name: a.Name, Role: a.Role, Agency: a.Agency, From: a.From, Until: a.Until}
}

// Session is one signed-in device. Only the SHA-256 of its token is kept.
type Session struct {
	Hash      Digest
	Account   ID
	CreatedAt time.Time
	SeenAt    time.Time // written at most once a minute
	ExpiresAt time.Time
	Device    string
	Address   string
}

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
}

// Actor returns the token as who asks.
func (t Token) Actor() Actor {
	return Actor{ID: t.ID, Name: t.Note, Role: t.Role, Agency: t.Agency, Until: t.Until}
}

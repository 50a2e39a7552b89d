package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

func (s *server) tokens() {
	huma.Register(s.api, operation("list-tokens", http.MethodGet, "/tokens", "people", "Tokens, oldest first"), s.listTokens)
	add := operation("add-token", http.MethodPost, "/tokens", "people", "Make a token for a program; the answer holds its secret", http.StatusConflict, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType)
	add.Description = "The secret is shown here once and kept nowhere: a repeated request with the same Idempotency-Key gets the answer without it."
	add.DefaultStatus, add.MaxBodyBytes = http.StatusCreated, s.Archive.Limits.MetadataBytes
	huma.Register(s.api, add, s.addToken)
	revoke := operation("revoke-token", http.MethodDelete, "/tokens/{id}", "people", "End a token at once")
	revoke.DefaultStatus = http.StatusNoContent
	huma.Register(s.api, revoke, s.revokeToken)
}

// Token is a key for a program.
type Token struct {
	ID        string     `json:"id" format:"uuid"`
	Role      string     `json:"role" enum:"clerk,checker,archivist,auditor,admin,service"`
	Agency    *AgencyRef `json:"agency,omitempty" doc:"Top of the scope; absent: the whole province"`
	Note      string     `json:"note,omitempty"`
	Until     *time.Time `json:"until,omitempty"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	SeenAt    *time.Time `json:"seen_at,omitempty" doc:"Last use, to the minute"`
	CreatedAt time.Time  `json:"created_at"`
	Owner     string     `json:"owner,omitempty" format:"uuid" doc:"The account on whose present rights it lives; absent: the house itself"`
}

// TokenIn makes a token.
type TokenIn struct {
	Role   string `json:"role" enum:"clerk,checker,archivist,auditor,admin,service"`
	Agency string `json:"agency,omitempty"`
	Note   string `json:"note,omitempty" maxLength:"200" doc:"Whose it is, for people"`
	Until  string `json:"until,omitempty" doc:"Time or day"`
}

// NewToken is a token with the secret that is shown once.
type NewToken struct {
	Token
	Secret string `json:"secret,omitempty" doc:"Shown once"`
}

func (t teller) token(k *archive.Token) Token {
	out := Token{ID: k.ID.String(), Role: string(k.Role), Note: k.Note, Until: localPtr(k.Until), RevokedAt: localPtr(k.RevokedAt), SeenAt: localPtr(k.SeenAt), CreatedAt: local(k.CreatedAt), Owner: k.Owner.String()}
	if k.Agency != "" {
		out.Agency = &AgencyRef{k.Agency.String(), t.name(k.Agency)}
	}
	return out
}

type listTokensIn struct {
	Cursor string `query:"cursor" maxLength:"36" doc:"An id: the list goes on after it"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// TokenPage is one page of a list.
type TokenPage struct {
	Items []Token `json:"items"`
	Next  string  `json:"next" doc:"Cursor of the next page; empty on the last"`
}

type tokenPageOut struct{ Body TokenPage }

func (s *server) listTokens(ctx context.Context, in *listTokensIn) (*tokenPageOut, error) {
	var p parser
	after := p.id("query.cursor", in.Cursor)
	if err := p.err(); err != nil {
		return nil, err
	}
	all, err := s.Archive.Tokens(ctx, s.Who(ctx), after, in.Limit)
	if err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	out := TokenPage{Items: make([]Token, 0, len(all))}
	for i := range all {
		out.Items = append(out.Items, t.token(&all[i]))
	}
	if len(all) == in.Limit {
		out.Next = all[len(all)-1].ID.String()
	}
	return &tokenPageOut{out}, nil
}

type addTokenIn struct {
	Key     string `header:"Idempotency-Key" doc:"Repeats with this key get the first answer, for 7 days"`
	Body    TokenIn
	RawBody []byte
}

func (s *server) addToken(ctx context.Context, in *addTokenIn) (*created[NewToken], error) {
	var p parser
	b := &in.Body
	k := archive.Token{Role: archive.Role(b.Role), Agency: p.agency("agency", b.Agency), Note: b.Note, Until: p.instant("until", b.Until)}
	if err := p.err(); err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	var secret string
	secret, k.Hash = s.Secrets.NewToken()
	out, err := repeatable(ctx, s, "token", in.Key, in.RawBody, func(*once, archive.Digest) (*created[NewToken], bool, error) {
		var err error
		if k, err = s.Archive.AddToken(ctx, t.actor, k); err != nil {
			return nil, false, err
		}
		return &created[NewToken]{Body: NewToken{Token: t.token(&k)}}, false, nil
	})
	if err == nil && out.Body.ID == k.ID.String() { // made now, not repeated; kept answers never hold a secret
		out.Body.Secret = secret
	}
	return out, err
}

type tokenIDIn struct {
	ID string `path:"id" doc:"Id of the token"`
}

func (s *server) revokeToken(ctx context.Context, in *tokenIDIn) (*struct{}, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.Archive.RevokeToken(ctx, s.Who(ctx), id)
}

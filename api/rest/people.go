package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

func (s *server) accounts() {
	huma.Register(s.api, operation("list-accounts", http.MethodGet, "/accounts", "people", "Accounts by login"), s.listAccounts)
	add := operation("add-account", http.MethodPost, "/accounts", "people", "Make an account; the answer holds a one-time password", http.StatusConflict, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType)
	add.Description = "The password is shown here once and kept nowhere: a repeated request with the same Idempotency-Key gets the answer without it."
	add.DefaultStatus, add.MaxBodyBytes = http.StatusCreated, s.Archive.Limits.MetadataBytes
	huma.Register(s.api, add, s.addAccount)
	huma.Register(s.api, operation("get-account", http.MethodGet, "/accounts/{id}", "people", "One account"), s.getAccount)
	edit := operation("edit-account", http.MethodPatch, "/accounts/{id}", "people", "Change an account", http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired, http.StatusUnsupportedMediaType)
	edit.Description = "A change of role or agency, and closing, end its sessions at once."
	edit.MaxBodyBytes = s.Archive.Limits.MetadataBytes
	huma.Register(s.api, edit, s.editAccount)
	reset := operation("reset-password", http.MethodPost, "/accounts/{id}/password", "people", "Give the account a new one-time password", http.StatusConflict)
	reset.Description = "Ends its sessions at once. The password is shown here once."
	huma.Register(s.api, reset, s.resetPassword)
}

// Account is a person who signs in.
type Account struct {
	ID         string     `json:"id" format:"uuid"`
	Revision   int64      `json:"revision"`
	Login      string     `json:"login"`
	Name       string     `json:"name"`
	Role       string     `json:"role" enum:"clerk,checker,archivist,auditor,admin,service"`
	Agency     *AgencyRef `json:"agency,omitempty" doc:"Top of the scope; absent: the whole province"`
	From       *time.Time `json:"from,omitempty"`
	Until      *time.Time `json:"until,omitempty"`
	MustChange bool       `json:"must_change" doc:"The password is a one-time one"`
	Closed     bool       `json:"closed"`
	Provider   bool       `json:"provider" doc:"Comes in by the identity provider, too"`
	Managed    bool       `json:"managed" doc:"Name, role and agency are what the provider says at each sign-in"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
}

// AccountIn makes an account.
type AccountIn struct {
	Login  string `json:"login" minLength:"1" maxLength:"64"`
	Name   string `json:"name,omitempty" maxLength:"100"`
	Role   string `json:"role" enum:"clerk,checker,archivist,auditor,admin,service"`
	Agency string `json:"agency,omitempty"`
	From   string `json:"from,omitempty" doc:"Time or day"`
	Until  string `json:"until,omitempty" doc:"Time or day"`
}

// NewAccount is an account with the password that is shown once.
type NewAccount struct {
	Account
	Password string `json:"password,omitempty" doc:"One-time; shown once"`
}

// AccountPatch is a merge patch of an account.
type AccountPatch struct {
	Name   member[string] `json:"name,omitzero"`
	Role   member[string] `json:"role,omitzero"`
	Agency member[string] `json:"agency,omitzero"`
	From   member[string] `json:"from,omitzero"`
	Until  member[string] `json:"until,omitzero"`
	Closed member[bool]   `json:"closed,omitzero"`
}

func (t teller) account(a *archive.Account) Account {
	out := Account{ID: a.ID.String(), Revision: a.Revision, Login: a.Login, Name: a.Name, Role: string(a.Role), From: localPtr(a.From), Until: localPtr(a.Until),
		MustChange: a.MustChange, Closed: a.Closed, Provider: a.Issuer != "", Managed: a.Managed, CreatedAt: local(a.CreatedAt), UpdatedAt: local(a.UpdatedAt)}
	if a.Agency != "" {
		out.Agency = &AgencyRef{a.Agency.String(), t.name(a.Agency)}
	}
	return out
}

type listAccountsIn struct {
	Cursor string `query:"cursor" maxLength:"64" doc:"A login: the list goes on after it"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// AccountPage is one page of a list.
type AccountPage struct {
	Items []Account `json:"items"`
	Next  string    `json:"next" doc:"Cursor of the next page; empty on the last"`
}

type accountPageOut struct{ Body AccountPage }

func (s *server) listAccounts(ctx context.Context, in *listAccountsIn) (*accountPageOut, error) {
	all, err := s.Archive.Accounts(ctx, s.Who(ctx), in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	out := AccountPage{Items: make([]Account, 0, len(all))}
	for i := range all {
		out.Items = append(out.Items, t.account(&all[i]))
	}
	if len(all) == in.Limit {
		out.Next = all[len(all)-1].Login
	}
	return &accountPageOut{out}, nil
}

type addAccountIn struct {
	Key     string `header:"Idempotency-Key" doc:"Repeats with this key get the first answer, for 7 days"`
	Body    AccountIn
	RawBody []byte
}

func (s *server) addAccount(ctx context.Context, in *addAccountIn) (*created[NewAccount], error) {
	var p parser
	b := &in.Body
	acc := archive.Account{Login: b.Login, Name: b.Name, Role: archive.Role(b.Role), Agency: p.agency("agency", b.Agency), From: p.instant("from", b.From), Until: p.instant("until", b.Until), MustChange: true}
	if err := p.err(); err != nil {
		return nil, err
	}
	if !s.Who(ctx).Role.May(archive.ActAccounts) {
		return nil, archive.ErrForbidden // asked before a password is hashed
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	password := s.Secrets.OneTimePassword()
	out, err := repeatable(ctx, s, "account", in.Key, in.RawBody, func(*once, archive.Digest) (*created[NewAccount], bool, error) {
		hash, err := s.Secrets.HashPassword(ctx, password)
		if err != nil {
			return nil, false, err
		}
		acc.PasswordHash = hash
		if acc, err = s.Archive.AddAccount(ctx, t.actor, acc); err != nil {
			return nil, false, err
		}
		return &created[NewAccount]{Location: Base + "/accounts/" + acc.ID.String(), ETag: etag(acc.Revision), Body: NewAccount{Account: t.account(&acc)}}, false, nil
	})
	if err == nil && out.Body.ID == acc.ID.String() { // made now, not repeated; kept answers never hold a secret
		out.Body.Password = password
	}
	return out, err
}

type accountIDIn struct {
	ID string `path:"id" doc:"Id of the account"`
}

type accountOut struct {
	ETag string `header:"ETag"`
	Body Account
}

func (s *server) account(ctx context.Context, acc *archive.Account) (*accountOut, error) {
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	return &accountOut{etag(acc.Revision), t.account(acc)}, nil
}

func (s *server) getAccount(ctx context.Context, in *accountIDIn) (*accountOut, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	acc, err := s.Archive.Account(ctx, s.Who(ctx), id)
	if err != nil {
		return nil, err
	}
	return s.account(ctx, &acc)
}

type editAccountIn struct {
	ID      string       `path:"id" doc:"Id of the account"`
	IfMatch string       `header:"If-Match" doc:"ETag of what was read, or *"`
	Body    AccountPatch `contentType:"application/merge-patch+json"`
}

func (s *server) editAccount(ctx context.Context, in *editAccountIn) (*accountOut, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	after, err := revision(in.IfMatch)
	if err != nil {
		return nil, err
	}
	acc, err := s.Archive.Account(ctx, s.Who(ctx), id)
	if err != nil {
		return nil, err
	}
	if after == 0 {
		after = acc.Revision
	}
	var p parser
	b := &in.Body
	b.Name.set(&acc.Name)
	b.Closed.set(&acc.Closed)
	if b.Role.Sent {
		acc.Role = archive.Role(b.Role.Value)
	}
	if b.Agency.Sent {
		acc.Agency = p.agency("agency", b.Agency.Value)
	}
	if b.From.Sent {
		acc.From = p.instant("from", b.From.Value)
	}
	if b.Until.Sent {
		acc.Until = p.instant("until", b.Until.Value)
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	if acc, err = s.Archive.ChangeAccount(ctx, s.Who(ctx), acc, after, "edit"); err != nil {
		return nil, err
	}
	return s.account(ctx, &acc)
}

type passwordOut struct{ Body NewAccount }

func (s *server) resetPassword(ctx context.Context, in *accountIDIn) (*passwordOut, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	actor := s.Who(ctx)
	if !actor.Role.May(archive.ActAccounts) {
		return nil, archive.ErrForbidden
	}
	acc, err := s.Archive.Account(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	password := s.Secrets.OneTimePassword()
	if acc.PasswordHash, err = s.Secrets.HashPassword(ctx, password); err != nil {
		return nil, err
	}
	acc.MustChange = true
	if acc, err = s.Archive.ChangeAccount(ctx, actor, acc, acc.Revision, "reset_password"); err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	return &passwordOut{NewAccount{t.account(&acc), password}}, nil
}

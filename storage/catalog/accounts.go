package catalog

import (
	"context"
	"fmt"

	"sohoa/archive"
)

type accounts struct{ t *tx }

const accountColumns = `id, login, name, role, agency, valid_from, valid_until, password_hash, must_change, closed, revision, created_at, updated_at,
	password_until, notice, issuer, subject, managed`

func accountRow(a archive.Account) []any {
	return []any{a.ID, a.Login, a.Name, a.Role, a.Agency, a.From, a.Until, a.PasswordHash, a.MustChange, a.Closed, a.Revision, a.CreatedAt, a.UpdatedAt,
		a.PasswordUntil, a.Notice, a.Issuer, a.Subject, a.Managed}
}

func scanAccount(scan func(...any) error) (a archive.Account, err error) {
	err = scan(&a.ID, &a.Login, &a.Name, &a.Role, &a.Agency, &a.From, &a.Until, &a.PasswordHash, &a.MustChange, &a.Closed, &a.Revision, &a.CreatedAt, &a.UpdatedAt,
		&a.PasswordUntil, &a.Notice, &a.Issuer, &a.Subject, &a.Managed)
	return a, err
}

var errLoginTaken = archive.Fault(archive.Conflict, "login_taken", archive.Text{
	VI: "Tên đăng nhập này đã có người dùng.",
	EN: "This login name is taken.",
})

func (c accounts) Insert(ctx context.Context, a archive.Account) error {
	err := c.free(ctx, a)
	var n int64
	if err == nil {
		n, err = c.t.exec(ctx, `INSERT INTO accounts (`+accountColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING`, accountRow(a)...)
	}
	if err == nil && n == 0 {
		err = archive.Errorf(archive.Conflict, "the id is there")
	}
	if err != nil {
		return fmt.Errorf("insert account %s: %w", a.ID, err)
	}
	return nil
}

var errIdentityTaken = archive.Fault(archive.Conflict, "identity_taken", archive.Text{
	VI: "Danh tính này đã gắn với tài khoản khác.",
	EN: "This identity belongs to another account.",
})

// free reports login_taken when another account has the login, and identity_taken when another has the identity.
func (c accounts) free(ctx context.Context, a archive.Account) error {
	var n int
	if err := c.t.one(ctx, `SELECT count(*) FROM accounts WHERE login = $1 AND id <> $2`, []any{a.Login, a.ID}, &n); err != nil {
		return err
	}
	if n > 0 {
		return errLoginTaken
	}
	if a.Issuer == "" {
		return nil
	}
	if err := c.t.one(ctx, `SELECT count(*) FROM accounts WHERE issuer = $1 AND issuer <> '' AND subject = $2 AND id <> $3`, []any{a.Issuer, a.Subject, a.ID}, &n); err != nil {
		return err
	}
	if n > 0 {
		return errIdentityTaken
	}
	return nil
}

func (c accounts) get(ctx context.Context, where string, args ...any) (archive.Account, error) {
	as, err := all(ctx, c.t, `SELECT `+accountColumns+` FROM accounts WHERE `+where, args, scanAccount)
	if err == nil && len(as) == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return archive.Account{}, fmt.Errorf("get account: %w", err)
	}
	return as[0], nil
}

func (c accounts) Get(ctx context.Context, id archive.ID) (archive.Account, error) {
	return c.get(ctx, "id = $1", id)
}

func (c accounts) ByLogin(ctx context.Context, login string) (archive.Account, error) {
	return c.get(ctx, "login = $1", login)
}

func (c accounts) ByIdentity(ctx context.Context, issuer, subject string) (archive.Account, error) {
	return c.get(ctx, "issuer = $1 AND issuer <> '' AND subject = $2", issuer, subject)
}

func (c accounts) Update(ctx context.Context, a archive.Account, after int64) error {
	a.Revision = after + 1
	err := c.free(ctx, a)
	var n int64
	if err == nil {
		n, err = c.t.exec(ctx, `UPDATE accounts SET login = $2, name = $3, role = $4, agency = $5, valid_from = $6, valid_until = $7,
			password_hash = $8, must_change = $9, closed = $10, revision = $11, created_at = $12, updated_at = $13,
			password_until = $14, notice = $15, issuer = $16, subject = $17, managed = $18 WHERE id = $1 AND revision = $19`, append(accountRow(a), after)...)
	}
	if err == nil && n == 0 {
		err = c.t.staleOrGone(ctx, `SELECT 1 FROM accounts WHERE id = $1`, a.ID)
	}
	if err != nil {
		return fmt.Errorf("update account %s: %w", a.ID, err)
	}
	return nil
}

func (c accounts) List(ctx context.Context, after string, n int) ([]archive.Account, error) {
	as, err := all(ctx, c.t, `SELECT `+accountColumns+` FROM accounts WHERE login > $1 ORDER BY login LIMIT $2`, []any{after, limit(n)}, scanAccount)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return as, nil
}

func (c accounts) Count(ctx context.Context) (int, error) {
	var n int
	if err := c.t.one(ctx, `SELECT count(*) FROM accounts`, nil, &n); err != nil {
		return 0, fmt.Errorf("count accounts: %w", err)
	}
	return n, nil
}

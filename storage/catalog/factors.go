package catalog

import (
	"context"
	"fmt"

	"sohoa/archive"
)

type factors struct{ t *tx }

func (c factors) Put(ctx context.Context, f archive.SecondFactor) error {
	if _, err := c.t.exec(ctx, `INSERT INTO second_factors (account, secret, salt, step, confirmed, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, salt = excluded.salt, step = excluded.step, confirmed = excluded.confirmed, created_at = excluded.created_at`,
		f.Account, f.Secret, append([]byte{}, f.Salt...), f.Step, f.Confirmed, f.CreatedAt); err != nil {
		return fmt.Errorf("put second factor: %w", err)
	}
	return nil
}

func (c factors) Get(ctx context.Context, account archive.ID) (archive.SecondFactor, error) {
	var f archive.SecondFactor
	if err := c.t.one(ctx, `SELECT account, secret, salt, step, confirmed, created_at FROM second_factors WHERE account = $1`, []any{account},
		&f.Account, &f.Secret, &f.Salt, &f.Step, &f.Confirmed, &f.CreatedAt); err != nil {
		return archive.SecondFactor{}, fmt.Errorf("get second factor: %w", err)
	}
	return f, nil
}

var errCodeUsed = archive.Fault(archive.Conflict, "code_used", archive.Text{
	VI: "Mã này đã dùng rồi. Xin chờ mã tiếp theo.",
	EN: "This code has been used. Wait for the next one.",
})

func (c factors) Use(ctx context.Context, account archive.ID, step int64) error {
	n, err := c.t.exec(ctx, `UPDATE second_factors SET step = $2 WHERE account = $1 AND step < $2`, account, step)
	if err == nil && n == 0 {
		err = errCodeUsed
	}
	if err != nil {
		return fmt.Errorf("use code: %w", err)
	}
	return nil
}

func (c factors) Remove(ctx context.Context, account archive.ID) error {
	for _, text := range []string{`DELETE FROM recovery_codes WHERE account = $1`, `DELETE FROM second_factors WHERE account = $1`} {
		if _, err := c.t.exec(ctx, text, account); err != nil {
			return fmt.Errorf("remove second factor: %w", err)
		}
	}
	return nil
}

func (c factors) SetRecovery(ctx context.Context, account archive.ID, hashes []archive.Digest) error {
	_, err := c.t.exec(ctx, `DELETE FROM recovery_codes WHERE account = $1`, account)
	for _, h := range hashes {
		if err == nil {
			_, err = c.t.exec(ctx, `INSERT INTO recovery_codes (account, hash) VALUES ($1, $2)`, account, h)
		}
	}
	if err != nil {
		return fmt.Errorf("set recovery codes: %w", err)
	}
	return nil
}

func (c factors) Spend(ctx context.Context, account archive.ID, hash archive.Digest) error {
	n, err := c.t.exec(ctx, `DELETE FROM recovery_codes WHERE account = $1 AND hash = $2`, account, hash)
	if err == nil && n == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("spend recovery code: %w", err)
	}
	return nil
}

func (c factors) Recovery(ctx context.Context, account archive.ID) (int, error) {
	var n int
	if err := c.t.one(ctx, `SELECT count(*) FROM recovery_codes WHERE account = $1`, []any{account}, &n); err != nil {
		return 0, fmt.Errorf("count recovery codes: %w", err)
	}
	return n, nil
}

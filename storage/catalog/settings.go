package catalog

import (
	"context"
	"fmt"
)

type settings struct{ t *tx }

func (c settings) Get(ctx context.Context, name string) (string, error) {
	var v string
	if err := c.t.one(ctx, `SELECT value FROM settings WHERE name = $1`, []any{name}, &v); err != nil {
		return "", fmt.Errorf("get setting %s: %w", name, err)
	}
	return v, nil
}

func (c settings) Set(ctx context.Context, name, value string) error {
	if _, err := c.t.exec(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value); err != nil {
		return fmt.Errorf("set setting %s: %w", name, err)
	}
	return nil
}

func (c settings) Delete(ctx context.Context, name string) error {
	if _, err := c.t.exec(ctx, `DELETE FROM settings WHERE name = $1`, name); err != nil {
		return fmt.Errorf("delete setting %s: %w", name, err)
	}
	return nil
}

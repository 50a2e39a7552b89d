package catalog

import (
	"context"
	"fmt"
	"time"

	"sohoa/archive"
)

type intents struct{ t *tx }

const selectIntent = `SELECT id, node, object, document, act, after_version, payload, created_at, expires_at FROM intents `

func scanIntent(scan func(...any) error) (i archive.Intent, err error) {
	err = scan(&i.ID, &i.Node, &i.Object, &i.Document, &i.Act, &i.After, &i.Payload, &i.CreatedAt, &i.ExpiresAt)
	return i, err
}

var errIntentBusy = archive.Fault(archive.Conflict, "busy", archive.Text{
	VI: "Giấy tờ đang được xử lý. Xin thử lại ngay sau đây.",
	EN: "The paper is being worked on. Try again in a moment.",
})

func (c intents) Open(ctx context.Context, i archive.Intent) error {
	var payload any
	if i.Payload != nil {
		payload = i.Payload
	}
	n, err := c.t.exec(ctx, `INSERT INTO intents (id, node, object, document, act, after_version, payload, taken, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9) ON CONFLICT DO NOTHING`,
		i.ID, i.Node, string(i.Object), i.Document, i.Act, i.After, payload, i.CreatedAt, i.ExpiresAt)
	if err == nil && n == 0 {
		err = errIntentBusy
		var one int
		if c.t.one(ctx, `SELECT 1 FROM intents WHERE id = $1`, []any{i.ID}, &one) == nil {
			err = archive.Errorf(archive.Conflict, "the id is there")
		}
	}
	if err != nil {
		return fmt.Errorf("open intent %s: %w", i.ID, err)
	}
	return nil
}

// must runs a statement on one intent that has to be there.
func (c intents) must(ctx context.Context, what string, id archive.ID, text string) error {
	n, err := c.t.exec(ctx, text, id)
	if err == nil && n == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("%s intent %s: %w", what, id, err)
	}
	return nil
}

func (c intents) Close(ctx context.Context, id archive.ID) error {
	return c.must(ctx, "close", id, `DELETE FROM intents WHERE id = $1 AND taken = 0`)
}

func (c intents) Take(ctx context.Context, id archive.ID) error {
	return c.must(ctx, "take", id, `UPDATE intents SET taken = 1 WHERE id = $1`)
}

func (c intents) Drop(ctx context.Context, id archive.ID) error {
	return c.must(ctx, "drop", id, `DELETE FROM intents WHERE id = $1 AND taken = 1`)
}

func (c intents) OfDocument(ctx context.Context, document archive.ID) (archive.Intent, error) {
	is, err := all(ctx, c.t, selectIntent+`WHERE document = $1 AND document <> ''`, []any{document}, scanIntent)
	if err == nil && len(is) == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return archive.Intent{}, fmt.Errorf("intent of document %s: %w", document, err)
	}
	return is[0], nil
}

// ahead is how far a row may be ahead of the clock before the clock is taken to have gone back: a sweep asks with a time that is
// a moment old.
const ahead = time.Minute

func (c intents) Expired(ctx context.Context, now time.Time, node string, nodeStart time.Time, limit int) ([]archive.Intent, error) {
	is, err := all(ctx, c.t, selectIntent+`WHERE expires_at <= $1 OR taken = 1 OR node = $2 AND (created_at < $3 OR created_at > $4)
		ORDER BY created_at, id LIMIT $5`, []any{now, node, nodeStart, now.Add(ahead), limit}, scanIntent)
	if err != nil {
		return nil, fmt.Errorf("expired intents: %w", err)
	}
	return is, nil
}

func (c intents) Count(ctx context.Context) (int, error) {
	var n int
	if err := c.t.one(ctx, `SELECT count(*) FROM intents`, nil, &n); err != nil {
		return 0, fmt.Errorf("count intents: %w", err)
	}
	return n, nil
}

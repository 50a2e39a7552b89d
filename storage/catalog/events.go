package catalog

import (
	"context"
	"errors"
	"fmt"

	"sohoa/archive"
)

type events struct{ t *tx }

const eventColumns = `id, at, action, outcome, actor_id, actor_name, actor_role, agency, address, request, purpose, document,
	dossier, object, detail, once, nonce, leaf`

const selectEvent = `SELECT ` + eventColumns + `, number, position FROM events `

// eventRow is an event with its place in the table, which lists go on from.
type eventRow struct {
	archive.Event
	position int64
}

func scanEvent(scan func(...any) error) (e eventRow, err error) {
	var once *string
	var number *int64
	err = scan(&e.ID, &e.At, &e.Action, &e.Outcome, &e.ActorID, &e.ActorName, &e.ActorRole, &e.Agency, &e.Address, &e.Request, &e.Purpose,
		&e.Document, &e.Dossier, &e.Object, fromJSON(&e.Detail), &once, &e.Nonce, &e.Leaf, &number, &e.position)
	e.Seq = -1
	if number != nil {
		e.Seq = *number
	}
	if once != nil {
		e.Once = *once
	}
	return e, err
}

func (c events) list(ctx context.Context, text string, args []any) ([]eventRow, error) {
	return all(ctx, c.t, text, args, scanEvent)
}

func bare(rows []eventRow) []archive.Event {
	out := make([]archive.Event, len(rows))
	for i := range rows {
		out[i] = rows[i].Event
	}
	return out
}

func (c events) Append(ctx context.Context, e archive.Event) error {
	e.Seal()
	var once any
	if e.Once != "" {
		once = e.Once
	}
	n, err := c.t.exec(ctx, `INSERT INTO events (`+eventColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (once) DO NOTHING`,
		e.ID, e.At, e.Action, e.Outcome, e.ActorID, e.ActorName, e.ActorRole, e.Agency, e.Address, e.Request, e.Purpose, e.Document,
		e.Dossier, e.Object, toJSON(e.Detail), once, e.Nonce, e.Leaf)
	if err == nil && n == 0 && e.Once == "" {
		err = archive.Errorf(archive.Internal, "the event was not written")
	}
	if err != nil {
		return fmt.Errorf("append event %s: %w", e.ID, err)
	}
	return nil
}

func (c events) Of(ctx context.Context, document archive.ID, after archive.ID, limit int) ([]archive.Event, error) {
	es, err := c.history(ctx, `document = $1 AND document <> ''`, document, after, limit)
	if err != nil {
		return nil, fmt.Errorf("events of %s after %s: %w", document, after, err)
	}
	return es, nil
}

func (c events) OfDossier(ctx context.Context, code archive.DossierCode, after archive.ID, limit int) ([]archive.Event, error) {
	es, err := c.history(ctx, `dossier = $1 AND action = 'dossier_change'`, code, after, limit)
	if err != nil {
		return nil, fmt.Errorf("events of dossier %s after %s: %w", code, after, err)
	}
	return es, nil
}

func (c events) OfCitizens(ctx context.Context, code archive.DossierCode, n int) ([]archive.Event, error) {
	rows, err := c.list(ctx, selectEvent+`WHERE dossier = $1 AND actor_role = 'citizen' ORDER BY position DESC LIMIT $2`, []any{code, limit(n)})
	if err != nil {
		return nil, fmt.Errorf("events of citizens on dossier %s: %w", code, err)
	}
	return bare(rows), nil
}

// history returns the events that are of $1, oldest first, after one of them.
func (c events) history(ctx context.Context, of string, what any, after archive.ID, limit int) ([]archive.Event, error) {
	from := int64(0)
	if !after.IsZero() {
		err := c.t.one(ctx, `SELECT position FROM events WHERE id = $2 AND `+of, []any{what, after}, &from)
		if errors.Is(err, archive.ErrNotFound) {
			err = errBadCursor
		}
		if err != nil {
			return nil, err
		}
	}
	rows, err := c.list(ctx, selectEvent+`WHERE `+of+` AND position > $2 ORDER BY position LIMIT $3`, []any{what, from, limit})
	return bare(rows), err
}

func (c events) Since(ctx context.Context, after int64, limit int) ([]archive.Event, error) {
	rows, err := c.list(ctx, selectEvent+`WHERE number > $1 ORDER BY number LIMIT $2`, []any{after, limit})
	if err != nil {
		return nil, fmt.Errorf("events since %d: %w", after, err)
	}
	return bare(rows), nil
}

func (c events) Last(ctx context.Context) (int64, error) {
	var n int64
	if err := c.t.one(ctx, `SELECT coalesce(max(number), -1) FROM events`, nil, &n); err != nil {
		return 0, fmt.Errorf("last event: %w", err)
	}
	return n, nil
}

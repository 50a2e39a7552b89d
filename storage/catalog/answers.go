package catalog

import (
	"context"
	"fmt"
	"time"

	"sohoa/archive"
)

type answers struct{ t *tx }

func (c answers) Begin(ctx context.Context, a archive.Answer) (archive.Answer, bool, error) {
	n, err := c.t.exec(ctx, `INSERT INTO answers (actor, route, key, body, status, header, reply, node, created_at)
		VALUES ($1, $2, $3, $4, 0, '', $5, $6, $7) ON CONFLICT DO NOTHING`, a.Actor, a.Route, a.Key, a.Body, []byte{}, a.Node, a.CreatedAt)
	if err != nil {
		return archive.Answer{}, false, fmt.Errorf("begin answer: %w", err)
	}
	if n > 0 {
		a.Status, a.Header, a.Reply = 0, nil, nil
		return a, true, nil
	}
	var b archive.Answer
	if err := c.t.one(ctx, `SELECT actor, route, key, body, status, header, reply, node, created_at FROM answers
		WHERE actor = $1 AND route = $2 AND key = $3`, []any{a.Actor, a.Route, a.Key},
		&b.Actor, &b.Route, &b.Key, &b.Body, &b.Status, fromJSON(&b.Header), &b.Reply, &b.Node, &b.CreatedAt); err != nil {
		return archive.Answer{}, false, fmt.Errorf("read answer: %w", err)
	}
	return b, false, nil
}

// Complete writes an answer once: a completed one is as good as gone for a second writer.
func (c answers) Complete(ctx context.Context, a archive.Answer) error {
	reply := a.Reply
	if reply == nil {
		reply = []byte{}
	}
	n, err := c.t.exec(ctx, `UPDATE answers SET status = $4, header = $5, reply = $6 WHERE actor = $1 AND route = $2 AND key = $3 AND status = 0`,
		a.Actor, a.Route, a.Key, a.Status, toJSON(a.Header), reply)
	if err == nil && n == 0 {
		err = archive.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("complete answer: %w", err)
	}
	return nil
}

func (c answers) Abandon(ctx context.Context, actor archive.ID, route, key string) error {
	if _, err := c.t.exec(ctx, `DELETE FROM answers WHERE actor = $1 AND route = $2 AND key = $3 AND status = 0`, actor, route, key); err != nil {
		return fmt.Errorf("abandon answer: %w", err)
	}
	return nil
}

func (c answers) Forget(ctx context.Context, before time.Time, node string, nodeStart, now time.Time) error {
	if _, err := c.t.exec(ctx, `DELETE FROM answers WHERE created_at < $1 OR status = 0 AND node = $2 AND (created_at < $3 OR created_at > $4)`,
		before, node, nodeStart, now.Add(ahead)); err != nil {
		return fmt.Errorf("forget answers: %w", err)
	}
	return nil
}

package catalog

import (
	"context"
	"fmt"
	"time"

	"sohoa/archive"
)

type jobs struct{ t *tx }

const jobColumns = `id, kind, key, document, version, priority, run_at, attempts, lease_until, node, done, total, last_error, created_at`

func scanJob(scan func(...any) error) (j archive.Job, err error) {
	err = scan(&j.ID, &j.Kind, &j.Key, &j.Document, &j.Version, &j.Priority, &j.RunAt, &j.Attempts, &j.LeaseUntil, &j.Node, &j.Done, &j.Total,
		&j.LastError, &j.CreatedAt)
	return j, err
}

func (c jobs) Enqueue(ctx context.Context, j archive.Job) error {
	// The conflict is that of jobs_unfinished, or of the id itself.
	if _, err := c.t.exec(ctx, `INSERT INTO jobs (`+jobColumns+`, state, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', $9, $10, $11, $12, 'waiting', $7) ON CONFLICT DO NOTHING`,
		j.ID, j.Kind, j.Key, j.Document, j.Version, j.Priority, j.RunAt, j.Attempts, j.Done, j.Total, j.LastError, j.CreatedAt); err != nil {
		return fmt.Errorf("enqueue %s job %s: %w", j.Kind, j.Key, err)
	}
	return nil
}

func (c jobs) Claim(ctx context.Context, node string, kinds []archive.JobKind, now time.Time, lease time.Duration) (archive.Job, error) {
	q := &query{d: c.t.d}
	q.add(`UPDATE jobs SET state = 'running', node = ?, attempts = attempts + 1, lease_until = ?, due_at = ?
		WHERE id = (SELECT id FROM jobs WHERE state <> 'failed' AND due_at <= ? AND `, node, now.Add(lease), now.Add(lease), now)
	in(q, "kind", kinds).add(` ORDER BY priority DESC, due_at, id LIMIT 1` + c.t.d.claimLock + `) RETURNING ` + jobColumns)
	js, err := all(ctx, c.t, q.text.String(), q.args, scanJob)
	if err == nil && len(js) == 0 {
		return archive.Job{}, archive.ErrNoJob
	}
	if err != nil {
		return archive.Job{}, fmt.Errorf("claim a job: %w", err)
	}
	return js[0], nil
}

var errNotHeld = archive.Errorf(archive.Conflict, "the job is held by another now, or gone")

// held ends every statement on a claimed job: node and attempt together name the claim, so that a worker whose lease ran
// out cannot touch what somebody else, or its own next life, has taken since.
const held = ` WHERE id = $1 AND node = $2 AND attempts = $3 AND state = 'running'`

func (c jobs) change(ctx context.Context, what string, j archive.Job, text string, args ...any) error {
	n, err := c.t.exec(ctx, text+held, append([]any{j.ID, j.Node, j.Attempts}, args...)...)
	if err == nil && n == 0 {
		err = errNotHeld
	}
	if err != nil {
		return fmt.Errorf("%s job %s: %w", what, j.ID, err)
	}
	return nil
}

func (c jobs) Progress(ctx context.Context, j archive.Job, leaseUntil time.Time) error {
	return c.change(ctx, "progress of", j, `UPDATE jobs SET done = $4, total = $5, lease_until = $6, due_at = $6`, j.Done, j.Total, leaseUntil)
}

// Finish also removes what is left of failed jobs of the same kind and key: what they could not do is done.
func (c jobs) Finish(ctx context.Context, j archive.Job) error {
	if err := c.change(ctx, "finish", j, `DELETE FROM jobs`); err != nil {
		return err
	}
	if _, err := c.t.exec(ctx, `DELETE FROM jobs WHERE kind = $1 AND key = $2 AND state = 'failed'`, j.Kind, j.Key); err != nil {
		return fmt.Errorf("finish job %s: %w", j.ID, err)
	}
	return nil
}

func (c jobs) Retry(ctx context.Context, j archive.Job, at time.Time, why string) error {
	return c.change(ctx, "retry", j, `UPDATE jobs SET state = 'waiting', node = '', lease_until = '', run_at = $4, due_at = $4, last_error = $5`, at, why)
}

func (c jobs) Fail(ctx context.Context, j archive.Job, why string) error {
	return c.change(ctx, "fail", j, `UPDATE jobs SET state = 'failed', node = '', lease_until = '', last_error = $4`, why)
}

func (c jobs) Release(ctx context.Context, j archive.Job) error {
	return c.change(ctx, "release", j, `UPDATE jobs SET state = 'waiting', node = '', lease_until = '', due_at = run_at, attempts = attempts - 1`)
}

func (c jobs) Hasten(ctx context.Context, kind archive.JobKind, now time.Time) error {
	if _, err := c.t.exec(ctx, `UPDATE jobs SET run_at = $2, due_at = $2 WHERE kind = $1 AND state = 'waiting' AND run_at > $2`, kind, now); err != nil {
		return fmt.Errorf("hasten %s jobs: %w", kind, err)
	}
	return nil
}

func (c jobs) Recall(ctx context.Context, now, horizon time.Time) error {
	if _, err := c.t.exec(ctx, `UPDATE jobs SET state = 'waiting', node = '', lease_until = '', run_at = $1, due_at = $1
		WHERE state <> 'failed' AND due_at > $2`, now, horizon); err != nil {
		return fmt.Errorf("recall jobs: %w", err)
	}
	return nil
}

func (c jobs) Counts(ctx context.Context, now time.Time) (map[archive.JobKind]archive.JobCounts, error) {
	counts := map[archive.JobKind]archive.JobCounts{}
	err := c.t.each(ctx, `SELECT kind,
			count(CASE WHEN state <> 'failed' AND due_at <= $1 THEN 1 END),
			count(CASE WHEN state = 'waiting' AND due_at > $1 THEN 1 END),
			count(CASE WHEN state = 'running' AND due_at > $1 THEN 1 END),
			count(CASE WHEN state = 'failed' THEN 1 END),
			coalesce(min(CASE WHEN state <> 'failed' AND due_at <= $1 THEN created_at END), '')
		FROM jobs GROUP BY kind`, []any{now}, func(scan func(...any) error) error {
		var k archive.JobKind
		var n archive.JobCounts
		if err := scan(&k, &n.Due, &n.Later, &n.Running, &n.Failed, &n.Oldest); err != nil {
			return err
		}
		counts[k] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return counts, nil
}

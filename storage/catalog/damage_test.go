package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/archive/ledgertest"
	"sohoa/storage/catalog/postgrestest"
	"sohoa/storage/ledger"
)

// damages are what other hands can do to the log past the program, with what the verifier says. The log has 13 events: the
// hash of event 5 lies at 8, that of the pair (4,5) at 9; the top of the first eight is at 14.
var damages = []struct {
	name string
	sql  string
	want []string
}{
	{"an event is changed", `UPDATE events SET actor_name = 'ai khác' WHERE number = 5`, []string{"event_changed sohoa/audit/1#5"}},
	{"a fact of it is changed", `UPDATE events SET detail = '{"n":"6"}' WHERE number = 5`, []string{"event_changed sohoa/audit/1#5"}},
	{"its leaf is changed", `UPDATE events SET leaf = (SELECT leaf FROM events WHERE number = 6) WHERE number = 5`,
		[]string{"event_changed sohoa/audit/1#5", "tree_mismatch sohoa/audit/1/hash/8"}},
	{"an event is removed", `DELETE FROM events WHERE number = 5`, []string{"event_missing sohoa/audit/1#5"}},
	{"the last event is removed", `DELETE FROM events WHERE number = 12`, []string{"event_missing sohoa/audit/1#12"}},
	{"two events change places", `UPDATE events SET number = 1005 WHERE number = 5; UPDATE events SET number = 5 WHERE number = 6;
		UPDATE events SET number = 6 WHERE number = 1005`,
		[]string{"tree_mismatch sohoa/audit/1/hash/8", "tree_mismatch sohoa/audit/1/hash/10"}},
	{"an event is numbered by hand", `UPDATE events SET number = 13 WHERE number IS NULL`, []string{"event_unsigned sohoa/audit/1#13"}},
	{"a stored hash is changed", `UPDATE tree_hashes SET hash = (SELECT hash FROM tree_hashes WHERE position = 0) WHERE position = 9`,
		[]string{"tree_mismatch sohoa/audit/1/hash/9"}},
	{"a stored hash is removed", `DELETE FROM tree_hashes WHERE position = 9`, []string{"tree_mismatch sohoa/audit/1/hash/9"}},
	{"the top of a subtree is removed", `DELETE FROM tree_hashes WHERE position = 14`,
		[]string{"tree_mismatch sohoa/audit/1/hash/14"}},
	{"a stored hash is added", `INSERT INTO tree_hashes (position, hash) SELECT 23, hash FROM tree_hashes WHERE position = 0`,
		[]string{"tree_mismatch sohoa/audit/1/hash/23"}},
	{"the checkpoint is of another size", `UPDATE tree_checkpoint SET size = 12`,
		[]string{"event_unsigned sohoa/audit/1#12", "tree_mismatch sohoa/audit/1/hash/22", "checkpoint_mismatch sohoa/audit/1"}},
	{"the checkpoint is forged", `UPDATE tree_checkpoint SET signed = (SELECT hash FROM tree_hashes WHERE position = 0)`, []string{"checkpoint_mismatch sohoa/audit/1"}},
	{"the checkpoint is removed", `DELETE FROM tree_checkpoint`, nil}, // all 13 events and the hashes: asked below
}

func TestDamageOnSQLite(t *testing.T) {
	damage(t, func(t *testing.T) (*Catalog, func(string)) {
		path := emptyFile(t)
		c := openFile(t, path, Options{})
		db := raw(t, path)
		mustExec(t, db, `DROP TRIGGER events_keep; DROP TRIGGER events_fixed; DROP TRIGGER events_numbered_once`)
		return c, func(text string) { mustExec(t, db, text) }
	})
}

func TestDamageOnPostgres(t *testing.T) {
	address := postgrestest.Start(t).Database(t)
	open := emptied(t, address)
	damage(t, func(t *testing.T) (*Catalog, func(string)) {
		return open(t), func(text string) { postgrestest.Exec(t, address, "SET session_replication_role = replica; "+text) }
	})
}

func damage(t *testing.T, open func(t *testing.T) (*Catalog, func(string))) {
	for _, tt := range damages {
		t.Run(tt.name, func(t *testing.T) {
			c, hand := open(t)
			l := logOf(t, c, 13)
			if found := ledgertest.Findings(t, l); len(found) > 0 {
				t.Fatalf("before: %v", found)
			}
			hand(tt.sql)
			found := ledgertest.Findings(t, l)
			if tt.want == nil {
				if len(found) != 14 {
					t.Errorf("found %v", found)
				}
			} else if diff := cmp.Diff(tt.want, found); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// logOf appends n numbered events and one without a number.
func logOf(t *testing.T, c *Catalog, n int) *ledger.Ledger {
	t.Helper()
	key, _, err := ledger.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(c, key, archive.SystemClock{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n + 1 {
		if err := c.Update(t.Context(), func(tx archive.Tx) error {
			e := archive.NewEvent(archive.System, archive.EvMaintain, archive.SystemClock{}.Now())
			e.Detail = map[string]string{"n": fmt.Sprint(i)}
			return tx.Events().Append(t.Context(), e)
		}); err != nil {
			t.Fatal(err)
		}
		if i == n-1 {
			if got, err := l.Sequence(t.Context()); err != nil || got != n {
				t.Fatalf("numbered %d: %v", got, err)
			}
		}
	}
	return l
}

// TestASpoiltLogIsNotSignedOver: what shows at the right edge of the tree stops the sequencer.
func TestASpoiltLogIsNotSignedOver(t *testing.T) {
	for name, text := range map[string]string{
		"an event was removed from the end": `DELETE FROM events WHERE number = 12`,
		"the checkpoint is an older one":    `UPDATE tree_checkpoint SET size = 12`,
		"the top of a subtree was changed":  `UPDATE tree_hashes SET hash = (SELECT hash FROM tree_hashes WHERE position = 0) WHERE position = 14`,
		"the top of a subtree was removed":  `DELETE FROM tree_hashes WHERE position = 14`,
		"the checkpoint was removed":        `DELETE FROM tree_checkpoint`,
	} {
		t.Run(name, func(t *testing.T) {
			path := emptyFile(t)
			c := openFile(t, path, Options{})
			l := logOf(t, c, 13)
			db := raw(t, path)
			mustExec(t, db, `DROP TRIGGER events_keep`)
			mustExec(t, db, text)
			if n, err := l.Sequence(t.Context()); n != 0 || archive.KindOf(err) != archive.Corrupt {
				t.Errorf("numbered %d: %v", n, err)
			}
		})
	}
}

// hands are what the database itself refuses, whoever asks.
var hands = []string{
	`DELETE FROM events WHERE number = 1`,
	`DELETE FROM events WHERE number IS NULL`,
	`UPDATE events SET actor_name = 'x' WHERE number = 1`,
	`UPDATE events SET leaf = nonce WHERE number IS NULL`,
	`UPDATE events SET detail = '', number = 99 WHERE number IS NULL`,
	`UPDATE events SET once = 'x' WHERE number IS NULL`,
	`UPDATE events SET number = 99 WHERE number = 1`,
	`UPDATE events SET number = NULL WHERE number = 1`,
}

func TestEventsCannotBeChangedOrRemoved(t *testing.T) {
	refused := func(t *testing.T, c *Catalog, db *sql.DB, more ...string) {
		logOf(t, c, 3)
		for _, text := range append(hands, more...) {
			if _, err := db.ExecContext(context.Background(), text); err == nil {
				t.Errorf("%s: went through", text)
			}
		}
		if _, err := db.ExecContext(context.Background(), `UPDATE events SET number = 3 WHERE number IS NULL`); err != nil {
			t.Errorf("the first numbering: %v", err)
		}
	}
	t.Run("SQLite", func(t *testing.T) {
		path := emptyFile(t)
		refused(t, openFile(t, path, Options{}), raw(t, path))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		address := postgrestest.Start(t).Database(t)
		c := emptied(t, address)(t)
		refused(t, c, c.engine.(*postgresEngine).db, `TRUNCATE events`)
	})
}

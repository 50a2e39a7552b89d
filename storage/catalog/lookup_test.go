package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/storage/catalog/postgrestest"
)

// counted is a catalog that writes down every statement and how many rows it gave or touched.
type counted struct {
	*Catalog
	said []string
}

func (c *counted) View(ctx context.Context, fn func(archive.Tx) error) error {
	c.said = append(c.said, "view")
	return c.Catalog.View(ctx, c.listening(fn))
}

func (c *counted) Update(ctx context.Context, fn func(archive.Tx) error) error {
	c.said = append(c.said, "update")
	return c.Catalog.Update(ctx, c.listening(fn))
}

func (c *counted) listening(fn func(archive.Tx) error) func(archive.Tx) error {
	return func(tx archive.Tx) error {
		if _, ok := inside(tx).run.(*listener); !ok {
			inside(tx).run = &listener{inside(tx).run, c}
		}
		return fn(tx)
	}
}

type listener struct {
	runner
	c *counted
}

func (l *listener) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	r, err := l.runner.exec(ctx, text, args)
	n := int64(-1)
	if err == nil {
		n, _ = r.RowsAffected()
	}
	l.c.said = append(l.c.said, fmt.Sprintf("%s (%d values) touched %d", text, len(args), n))
	return r, err
}

func (l *listener) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	n := 0 // asked beside it: the rows themselves are the caller's
	if rows, err := l.runner.query(ctx, "SELECT count(*) FROM ("+text+") AS counted", args); err == nil {
		for rows.Next() {
			if err := rows.Scan(&n); err != nil {
				rows.Close()
				return nil, err
			}
		}
		rows.Close()
	}
	l.c.said = append(l.c.said, fmt.Sprintf("%s (%d values) gave %d", text, len(args), n))
	return l.runner.query(ctx, text, args)
}

// They stand where a look-up needs neither bytes nor pages.
type (
	noVault   struct{ archive.Vault }
	noDerived struct{ archive.Derived }
)

type fixed struct{ now time.Time }

func (f *fixed) Now() time.Time { return f.now }

// A wrong code, a dossier without a receipt and one that is not there run the same statements with as many rows, on both engines.
func TestWrongAndAbsentLookUpsRunTheSameStatements(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) *Catalog{
		"sqlite":   func(t *testing.T) *Catalog { return openFile(t, filepath.Join(t.TempDir(), "catalog.db"), Options{}) },
		"postgres": func(t *testing.T) *Catalog { return emptied(t, postgrestest.Start(t).Database(t))(t) },
	} {
		t.Run(name, func(t *testing.T) {
			c := &counted{Catalog: open(t)}
			clock := &fixed{time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
			a, err := archive.New(archive.Config{Vault: noVault{}, Catalog: c, Derived: noDerived{}, Clock: clock, RetrievalKey: []byte("key")})
			if err != nil {
				t.Fatal(err)
			}
			const there, bare, absent archive.DossierCode = "H15.50-261008-0001", "H15.50-261008-0002", "H15.50-261008-0003"
			for _, code := range []archive.DossierCode{there, bare} {
				if _, err := a.OpenDossier(t.Context(), archive.System, archive.Dossier{Code: code}, nil); err != nil {
					t.Fatal(err)
				}
			}
			r, err := a.IssueReceipt(t.Context(), archive.System, there)
			if err != nil {
				t.Fatal(err)
			}
			look := func(code archive.DossierCode, secret archive.RetrievalCode) (said []string, right bool) {
				t.Helper()
				clock.now = clock.now.Add(24 * time.Hour) // what was counted before is forgotten
				c.said = nil
				_, _, right, err := a.LookUp(t.Context(), archive.Actor{Address: "203.0.113.7"}, code, secret)
				if err != nil {
					t.Fatal(err)
				}
				return c.said, right
			}
			guess := archive.NewRetrievalCode()
			look(absent, guess) // each is asked for twice, a day apart: what is remembered of it is the same then
			want, _ := look(absent, guess)
			for reason, code := range map[string]archive.DossierCode{"wrong": there, "without a receipt": bare, "absent again": absent} {
				look(code, guess)
				got, right := look(code, guess)
				if diff := gocmp.Diff(want, got); diff != "" || right {
					t.Errorf("%s is told from absent by the statements:\n%s", reason, diff)
				}
			}
			if len(want) != 8 {
				t.Errorf("%d steps: %q", len(want), want)
			}
			if got, right := look(there, r.Code); !right || len(got) == len(want) {
				t.Errorf("the right one: %v, %d steps", right, len(got))
			}
		})
	}
}

// Guesses at once from one address are counted exactly where many write at once, too, and right look-ups go on beside them.
func TestGuessesAtOnceAreCountedOnPostgres(t *testing.T) {
	c := emptied(t, postgrestest.Start(t).Database(t))(t)
	a, err := archive.New(archive.Config{Vault: noVault{}, Catalog: c, Derived: noDerived{}, RetrievalKey: []byte("key")})
	if err != nil {
		t.Fatal(err)
	}
	const code archive.DossierCode = "H15.50-261008-0001"
	if _, err := a.OpenDossier(t.Context(), archive.System, archive.Dossier{Code: code}, nil); err != nil {
		t.Fatal(err)
	}
	r, err := a.IssueReceipt(t.Context(), archive.System, code)
	if err != nil {
		t.Fatal(err)
	}
	var looked, stopped, opened atomic.Int32
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			address, secret := "198.51.100.7", archive.NewRetrievalCode()
			if i%8 == 0 {
				address, secret = fmt.Sprintf("203.0.113.%d", i+1), r.Code
			}
			switch _, _, right, err := a.LookUp(t.Context(), archive.Actor{Address: address}, code, secret); {
			case right:
				opened.Add(1)
			case err == nil:
				looked.Add(1)
			case archive.CodeOf(err) == "too_many_lookups":
				stopped.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	// One that was retried has an older clock than the others, and may find itself a moment too early: never one more, at times one less.
	if tries := int32(a.Limits.Retrieval.AddressTries); looked.Load() > tries || looked.Load() < tries-1 || opened.Load() != 5 || looked.Load()+stopped.Load() != 35 {
		t.Errorf("%d looked at, %d stopped, %d opened", looked.Load(), stopped.Load(), opened.Load())
	}
}

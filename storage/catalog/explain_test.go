package catalog

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/archive/catalogtest"
)

// planner is a runner that writes down how SQLite finds what it is asked for.
type planner struct {
	runner
	t     testing.TB
	steps []string
}

func (p *planner) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	rows, err := p.runner.query(ctx, "EXPLAIN QUERY PLAN "+text, args)
	if err != nil {
		p.t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			p.t.Fatal(err)
		}
		p.steps = append(p.steps, detail)
	}
	return p.runner.query(ctx, text, args)
}

func (p *planner) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	rows, err := p.query(ctx, text, args)
	if err == nil {
		rows.Close()
	}
	return p.runner.exec(ctx, text, args)
}

// plan runs fn and returns the steps of its statements.
func plan(t testing.TB, c *Catalog, fn func(tx archive.Tx) error) []string {
	t.Helper()
	p := &planner{t: t}
	if err := c.Update(context.Background(), func(tx archive.Tx) error {
		p.runner = inside(tx).run
		inside(tx).run = p
		return fn(tx)
	}); err != nil {
		t.Fatal(err)
	}
	return p.steps
}

// noScan wants no step to read a table, or a whole index with a look at every row, unless it is in the order of the list
// and ends when the page is full.
func noScan(t *testing.T, steps []string, order string) {
	t.Helper()
	for _, s := range steps {
		scan, found := strings.CutPrefix(s, "SCAN ")
		if !found || strings.HasPrefix(scan, "json_each") || strings.HasPrefix(scan, "(") || scan == "given" || strings.Contains(scan, "CONSTANT ROW") {
			continue
		}
		if order != "" && strings.HasSuffix(scan, " INDEX "+order) {
			continue
		}
		t.Errorf("%s\nof:\n%s", s, strings.Join(steps, "\n"))
	}
}

// TestListsUseAnIndex reads the plan of every list people open.
func TestListsUseAnIndex(t *testing.T) {
	c := openFile(t, emptyFile(t), Options{})
	province(t, c, 300)
	for _, l := range lists {
		t.Run(l.name, func(t *testing.T) {
			order := map[archive.Order]string{archive.Issued: "documents_issued", archive.Changed: "documents_changed"}[l.f.Order]
			if order == "" {
				order = "documents_created"
			}
			for _, after := range []string{"", l.cursor("2021-06-01")} {
				l.f.After = after
				noScan(t, plan(t, c, func(tx archive.Tx) error {
					_, err := tx.Documents().Browse(t.Context(), l.see, l.f)
					return err
				}), order)
			}
		})
	}
}

// cursor is that of a page whose last paper is of a day.
func (l exampleList) cursor(day string) string {
	order := l.f.Order
	if order == "" {
		order = archive.Newest
	}
	at := day + "T00:00:00.000000Z"
	if order == archive.Issued {
		at = day
	}
	return cursor("documents/"+string(order), at, archive.NewID().String())
}

// TestListsAreTheSameWhicheverWayTheyAreFound runs the suite of lists as if a handful of rows were many, so that every way
// is gone.
func TestListsAreTheSameWhicheverWayTheyAreFound(t *testing.T) {
	few := sqliteDialect.few
	defer func() { sqliteDialect.few = few }()
	for _, sqliteDialect.few = range []int{1, 12} {
		catalogtest.RunLists(t, func(t *testing.T) archive.Catalog { return openFile(t, emptyFile(t), Options{}) })
	}
}

// TestStatementsUseAnIndex reads the plan of what runs with every request or all the time.
func TestStatementsUseAnIndex(t *testing.T) {
	c := openFile(t, emptyFile(t), Options{})
	province(t, c, 50)
	ctx := t.Context()
	id, now := archive.NewID(), archive.SystemClock{}.Now()
	for name, fn := range map[string]func(tx archive.Tx) error{
		"events of a paper": func(tx archive.Tx) error { _, err := tx.Events().Of(ctx, id, archive.ID{}, 9); return err },
		"events of a dossier": func(tx archive.Tx) error {
			_, err := tx.Events().OfDossier(ctx, "H15.50-261008-0001", archive.ID{}, 9)
			return err
		},
		"events of citizens": func(tx archive.Tx) error { _, err := tx.Events().OfCitizens(ctx, "H15.50-261008-0001", 9); return err },
		"receipt":            func(tx archive.Tx) error { _, err := tx.Retrievals().Receipt(ctx, "H15.50-261008-0001"); return err },
		"a new receipt": func(tx archive.Tx) error {
			return tx.Retrievals().Put(ctx, archive.Receipt{Dossier: "H15.50-261008-0001"})
		},
		"granted":        func(tx archive.Tx) error { tx.Retrievals().Granted(ctx, archive.Digest{}); return nil },
		"expired grants": func(tx archive.Tx) error { return tx.Retrievals().Expire(ctx, now) },
		"tries":          func(tx archive.Tx) error { _, err := tx.Tries().Due(ctx, []string{"a", "b", "c", "d"}); return err },
		"counted tries":  func(tx archive.Tx) error { return tx.Tries().Put(ctx, []string{"a"}, []time.Time{now}, now) },
		"a miss":         func(tx archive.Tx) error { return tx.Tries().Missed(ctx, now, "a", 9) },
		"misses":         func(tx archive.Tx) error { _, err := tx.Tries().Misses(ctx, now, 9); return err },
		"opinion":        func(tx archive.Tx) error { tx.Opinions().Get(ctx, "H15.50-261008-0001"); return nil },
		"change feed":    func(tx archive.Tx) error { _, err := tx.Events().Since(ctx, 5, 9); return err },
		"last number":    func(tx archive.Tx) error { _, err := tx.Events().Last(ctx); return err },
		"trail of an actor": func(tx archive.Tx) error {
			_, err := tx.Events().Browse(ctx, archive.EventFilter{Actor: id})
			return err
		},
		"trail of a paper": func(tx archive.Tx) error {
			_, err := tx.Events().Browse(ctx, archive.EventFilter{Document: id})
			return err
		},
		"trail of an act": func(tx archive.Tx) error {
			_, err := tx.Events().Browse(ctx, archive.EventFilter{Action: "view"})
			return err
		},
		"trail of a time": func(tx archive.Tx) error {
			_, err := tx.Events().Browse(ctx, archive.EventFilter{At: archive.Span{From: now}})
			return err
		},
		"trail of a dossier": func(tx archive.Tx) error {
			_, err := tx.Events().Browse(ctx, archive.EventFilter{Dossier: "H15.50-261008-0001"})
			return err
		},
		"trail of an address": func(tx archive.Tx) error {
			_, err := tx.Events().Browse(ctx, archive.EventFilter{Address: "10.0.0.7", Action: "view"})
			return err
		},
		"trail of a purpose": func(tx archive.Tx) error {
			see := scope("H15.001")
			_, err := tx.Events().Browse(ctx, archive.EventFilter{Purpose: "x", Papers: &see, Agencies: see.Custodians})
			return err
		},
		"trail of what was denied": func(tx archive.Tx) error {
			_, err := tx.Events().Browse(ctx, archive.EventFilter{Outcome: archive.Denied, Actor: id})
			return err
		},
		"trail of an office": func(tx archive.Tx) error {
			_, err := tx.Events().Browse(ctx, archive.EventFilter{Agencies: offices(7, 8)})
			return err
		},
		"leaves":            func(tx archive.Tx) error { _, err := tx.Tree().Leaves(ctx, 5, 9); return err },
		"numbering":         func(tx archive.Tx) error { tx.Tree().Number(ctx, 5, []archive.ID{id, archive.NewID()}); return nil },
		"claim":             func(tx archive.Tx) error { tx.Jobs().Claim(ctx, "n", []archive.JobKind{"read"}, now, 1); return nil },
		"intent of a paper": func(tx archive.Tx) error { tx.Intents().OfDocument(ctx, id); return nil },
		"same digest": func(tx archive.Tx) error {
			_, err := tx.Documents().WithDigest(ctx, scope("H15.001"), archive.Digest{}, id, 5)
			return err
		},
		"same number": func(tx archive.Tx) error {
			_, err := tx.Documents().SameNumber(ctx, scope("H15.001"), archive.Document{ID: id, Fields: archive.Fields{Number: "1", IssuingAgency: archive.AgencyRef{Code: "H15"}}}, 5)
			return err
		},
		"discarded":                func(tx archive.Tx) error { _, err := tx.Documents().Discarded(ctx, now, 5); return err },
		"walk":                     func(tx archive.Tx) error { _, err := tx.Documents().Walk(ctx, id, 5); return err },
		"pages":                    func(tx archive.Tx) error { _, err := tx.Pages().List(ctx, id, 1); return err },
		"expired sessions":         func(tx archive.Tx) error { return tx.Sessions().Expire(ctx, now) },
		"devices of a person":      func(tx archive.Tx) error { _, err := tx.Sessions().Of(ctx, id); return err },
		"identity":                 func(tx archive.Tx) error { tx.Accounts().ByIdentity(ctx, "https://sso.example", "17"); return nil },
		"second factor":            func(tx archive.Tx) error { tx.Factors().Get(ctx, id); tx.Factors().Recovery(ctx, id); return nil },
		"pass":                     func(tx archive.Tx) error { tx.Passes().Get(ctx, archive.PassStep, archive.Digest{}); return nil },
		"passes of a person":       func(tx archive.Tx) error { return tx.Passes().DeleteAll(ctx, id, archive.PassStep) },
		"expired passes":           func(tx archive.Tx) error { return tx.Passes().Expire(ctx, now) },
		"sessions of a person":     func(tx archive.Tx) error { return tx.Sessions().DeleteAll(ctx, id) },
		"sessions of a provider's": func(tx archive.Tx) error { _, err := tx.Sessions().OfProvider(ctx, "x"); return err },
		"tokens of a person":       func(tx archive.Tx) error { _, err := tx.Tokens().Of(ctx, id, 9); return err },
		"old answers":              func(tx archive.Tx) error { return tx.Answers().Forget(ctx, now, "n", now, now) },
		"upload":                   func(tx archive.Tx) error { tx.Uploads().Get(ctx, id); return nil },
		"open uploads":             func(tx archive.Tx) error { _, _, err := tx.Uploads().Open(ctx, id); return err },
		"expired uploads":          func(tx archive.Tx) error { _, err := tx.Uploads().Expired(ctx, "n", now, 9); return err },
		"forgotten uploads":        func(tx archive.Tx) error { return tx.Uploads().Forget(ctx, now) },
		"login":                    func(tx archive.Tx) error { tx.Accounts().ByLogin(ctx, "x"); return nil },
		"token":                    func(tx archive.Tx) error { tx.Tokens().ByHash(ctx, archive.Digest{}); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			order := map[string]string{"claim": "jobs_urgent"}[name]
			noScan(t, plan(t, c, fn), order)
		})
	}
	for name, see := range map[string]archive.Visibility{"one office": scope("H15.001"), "480 offices": scope(offices(0, 120)...), "the province": scope(), "all": {Everything: true}} {
		t.Run("counts of "+name, func(t *testing.T) {
			for _, s := range plan(t, c, func(tx archive.Tx) error { _, err := tx.Documents().Counts(ctx, see); return err }) {
				if strings.Contains(s, " d") && !strings.Contains(s, "COVERING INDEX documents_custodian") && !strings.Contains(s, "(id=?)") {
					t.Error(s)
				}
			}
		})
	}
}

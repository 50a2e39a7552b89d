package catalog

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/storage/catalog/postgrestest"
)

var benchEvents = flag.Int("events", 300_000, "events of the trail that is searched")

var trailStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// year fills a trail with n events of a year: 400 people of 120 agencies, most of what they do is looking, and one program that
// does a third of everything. What is asked for below stands in it a few times, long ago.
func year(t testing.TB, c *Catalog, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(2, 2))
	people := make([]archive.Actor, 400)
	for i := range people {
		people[i] = archive.Actor{ID: archive.NewID(), Name: fmt.Sprint("Người thử ", i), Role: archive.RoleClerk, Agency: office(i%120, 0), Address: fmt.Sprintf("10.1.%d.%d", i/250, i%250)}
	}
	machine := archive.Actor{ID: gatewayID, Name: "cổng", Role: archive.RoleService, Agency: "H15.000", Address: "10.9.9.9"}
	acts := []archive.Action{archive.EvView, archive.EvView, archive.EvView, archive.EvSearch, archive.EvEdit, archive.EvMove, archive.EvDownload}
	for done := 0; done < n; {
		if err := c.Update(context.Background(), func(tx archive.Tx) error {
			for range min(5000, n-done) {
				who, act := people[r.IntN(len(people))], acts[r.IntN(len(acts))]
				if r.IntN(3) == 0 {
					who, act = machine, archive.EvDeposit
				}
				e := archive.NewEvent(who, act, trailStart.Add(time.Duration(float64(365*24*time.Hour)*float64(done)/float64(n))).Truncate(time.Microsecond))
				e.Document = archive.NewID()
				e.Dossier = archive.DossierCode(fmt.Sprintf("H15.50-%06d-%04d", r.IntN(300), r.IntN(100)))
				e.Detail = map[string]string{"version": "1"}
				if r.IntN(500) == 0 {
					e.Outcome = archive.Denied
				}
				if done < n/10 && done%(n/100) == 0 {
					e.Outcome, e.Purpose, e.Address, e.Agency, e.Dossier, e.ActorID, e.Action, e.Document = archive.Failure, "thanh tra", "192.0.2.1", "H15.999", "H15.99-260101-0001", rareID, archive.EvErase, rareID
				}
				if err := tx.Events().Append(context.Background(), e); err != nil {
					return err
				}
				done++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

var gatewayID, rareID = archive.NewID(), archive.NewID()

// questions are what an auditor asks for. Those without "none" or "ten" in their name fill a page.
var questions = []struct {
	name string
	f    archive.EventFilter
}{
	{"all", archive.EventFilter{}},
	{"a person: ten", archive.EventFilter{Actor: rareID}},
	{"a busy program", archive.EventFilter{Actor: gatewayID}},
	{"a paper: ten", archive.EventFilter{Document: rareID}},
	{"a dossier: ten", archive.EventFilter{Dossier: "H15.99-260101-0001"}},
	{"an office: ten", archive.EventFilter{Agencies: []archive.AgencyCode{"H15.999"}}},
	{"an agency", archive.EventFilter{Agencies: offices(7, 8)}},
	{"half the province", archive.EventFilter{Agencies: offices(0, 60)}},
	{"forty offices: ten", archive.EventFilter{Agencies: append(offices(900, 910), "H15.999")}},
	{"an act: ten", archive.EventFilter{Action: archive.EvErase}},
	{"looking", archive.EventFilter{Action: archive.EvView}},
	{"refused", archive.EventFilter{Outcome: archive.Denied}},
	{"failed: ten", archive.EventFilter{Outcome: archive.Failure}},
	{"done", archive.EventFilter{Outcome: archive.Success}},
	{"a purpose: ten", archive.EventFilter{Purpose: "thanh tra"}},
	{"an address: ten", archive.EventFilter{Address: "192.0.2.1"}},
	{"a busy address", archive.EventFilter{Address: "10.9.9.9"}},
	{"a week", archive.EventFilter{At: archive.Span{From: trailStart.AddDate(0, 6, 0), To: trailStart.AddDate(0, 6, 7)}}},
	{"failed at a busy address: none", archive.EventFilter{Outcome: archive.Failure, Address: "10.9.9.9"}},
	{"looking, of one person: none", archive.EventFilter{Action: archive.EvView, Actor: rareID}},
	{"refused to a busy program", archive.EventFilter{Outcome: archive.Denied, Actor: gatewayID}},
	{"looking, of an agency, in a week", archive.EventFilter{Action: archive.EvView, Agencies: offices(7, 8), At: archive.Span{From: trailStart.AddDate(0, 6, 0), To: trailStart.AddDate(0, 6, 7)}}},
	{"looking, of a busy program: two common ones that never meet", archive.EventFilter{Action: archive.EvView, Actor: gatewayID}},
}

// BenchmarkTrailSQLite and BenchmarkTrailPostgres measure one page of every question, to be compared with that of "all".
func BenchmarkTrailSQLite(b *testing.B) {
	benchTrail(b, openFile(b, filepath.Join(b.TempDir(), "catalog.db"), Options{}))
}

func BenchmarkTrailPostgres(b *testing.B) {
	benchTrail(b, emptied(b, postgrestest.Start(b).Database(b))(b))
}

func benchTrail(b *testing.B, c *Catalog) {
	start := time.Now()
	year(b, c, *benchEvents)
	if e, ok := c.engine.(*postgresEngine); ok { // what its autovacuum does within a minute
		if _, err := e.db.ExecContext(b.Context(), "VACUUM ANALYZE"); err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("%d events written in %v", *benchEvents, time.Since(start).Round(time.Millisecond))
	for _, q := range questions {
		b.Run(q.name, func(b *testing.B) {
			measure(b, c, func(tx archive.Tx) error {
				_, err := tx.Events().Browse(context.Background(), q.f)
				return err
			})
		})
	}
}

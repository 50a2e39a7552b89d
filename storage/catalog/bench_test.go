package catalog

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/storage/catalog/postgrestest"
)

var benchRows = flag.Int("rows", 100_000, "documents in the catalog that lists are measured on")

// province fills a catalog with n papers of 120 agencies of four offices each, most of them published long ago, and one
// office, H15.99, that has only just opened.
func province(t testing.TB, c *Catalog, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 1))
	start := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC)
	uploaders := make([]archive.ID, 1000)
	for i := range uploaders {
		uploaders[i] = archive.NewID()
	}
	for done := 0; done < n; {
		if err := c.Update(context.Background(), func(tx archive.Tx) error {
			for range min(5000, n-done) {
				created := start.Add(time.Duration(float64(10*365*24*time.Hour) * float64(done) / float64(n))).Truncate(time.Microsecond)
				agency := r.IntN(120)
				state := archive.Published
				switch {
				case r.IntN(3) > 0:
					state = archive.Accepted
				case done > n-n/50-10: // the backlog is young
					state = []archive.State{archive.Review, archive.Checking, archive.Returned, archive.Discarded}[r.IntN(4)]
				}
				d := archive.Document{ID: archive.NewID(), Revision: 1, State: state, Kind: archive.Result, Access: archive.Restricted,
					Custodian: office(agency, r.IntN(4)), Dossier: archive.DossierCode(fmt.Sprintf("H15.%02d-%s-%05d", agency%100, created.Format("060102"), done/3%100000)),
					Fields: archive.Fields{Procedure: archive.ProcedureCode(fmt.Sprintf("1.%06d", r.IntN(300))), Type: fmt.Sprint("T", r.IntN(29)), Number: fmt.Sprint(r.IntN(3000)), Notation: "QĐ-UBND",
						IssuedOn: archive.DateOf(created), IssuingAgency: archive.AgencyRef{Code: office(agency, 0), Name: "Ủy ban nhân dân xã"}, Subject: "Về việc cấp giấy phép xây dựng nhà ở riêng lẻ",
						Owner: archive.Owner{IDType: archive.IDCitizen, ID: fmt.Sprintf("066%09d", r.IntN(n)), Name: "H'Linh Byă"}, Language: "vi"},
					Versions: []archive.Version{{Number: 1, Digest: archive.DigestOf(fmt.Append(nil, done)), Size: 1, MediaType: archive.PDF, Pages: make([]archive.PageInfo, 3), CreatedAt: created}},
					Uploader: uploaders[r.IntN(1000)], CreatedAt: created, UpdatedAt: created}
				if err := tx.Documents().Insert(context.Background(), d); err != nil {
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

func office(agency, unit int) archive.AgencyCode {
	if unit == 0 {
		return archive.AgencyCode(fmt.Sprintf("H15.%03d", agency))
	}
	return archive.AgencyCode(fmt.Sprintf("H15.%03d.%02d", agency, unit))
}

// scope is a clerk's visibility over some offices.
func scope(codes ...archive.AgencyCode) archive.Visibility {
	slices.Sort(codes)
	return archive.Visibility{Custodians: codes, Whole: len(codes) == 0, Accesses: []archive.Access{archive.Public, archive.Restricted}, Named: archive.NewID(), Uploader: archive.NewID(),
		States: []archive.State{archive.Review, archive.Checking, archive.Accepted, archive.Published, archive.Superseded, archive.Withdrawn, archive.Returned, archive.Disposed}}
}

func offices(from, to int) (codes []archive.AgencyCode) {
	for a := from; a < to; a++ {
		for u := range 4 {
			codes = append(codes, office(a, u))
		}
	}
	return codes
}

type exampleList struct {
	name string
	see  archive.Visibility
	f    archive.Filter
}

// lists are the lists people open, and a few that find nothing and are the dearest for that.
var lists = []exampleList{
	{"the whole province", scope(), archive.Filter{}},
	{"the program itself", archive.Visibility{Everything: true}, archive.Filter{}},
	{"a scope of 480 offices", scope(offices(0, 120)...), archive.Filter{}},
	{"a scope of 480, its backlog", scope(offices(0, 120)...), archive.Filter{States: []archive.State{archive.Review}}},
	{"a commune", scope(offices(7, 8)...), archive.Filter{}},
	{"a commune, its backlog", scope(offices(7, 8)...), archive.Filter{States: []archive.State{archive.Review}}},
	{"a commune, by day of issue", scope(offices(7, 8)...), archive.Filter{Order: archive.Issued}},
	{"a commune, by last change", scope(offices(7, 8)...), archive.Filter{Order: archive.Changed}},
	{"ten communes", scope(offices(10, 20)...), archive.Filter{}},
	{"ten communes, withdrawn: none", scope(offices(10, 20)...), archive.Filter{States: []archive.State{archive.Withdrawn}}},
	{"an office that has just opened: none", scope("H15.999"), archive.Filter{}},
	{"forty offices that have just opened: none", scope(offices(900, 910)...), archive.Filter{}},
	{"480 offices that have just opened: none", scope(offices(500, 620)...), archive.Filter{}},
	{"province, one custodian", scope(), archive.Filter{Custodians: []archive.AgencyCode{office(3, 1)}}},
	{"province, one issuing agency by day of issue", scope(), archive.Filter{Agency: office(3, 0), Order: archive.Issued}},
	{"province, one procedure", scope(), archive.Filter{Procedure: "1.000123"}},
	{"province, one type", scope(), archive.Filter{Type: "T5"}},
	{"province, a type nobody uses: none", scope(), archive.Filter{Type: "T99"}},
	{"province, one owner", scope(), archive.Filter{OwnerID: "066000000123"}},
	{"province, number and notation", scope(), archive.Filter{Number: "123", Notation: "QĐ-UBND"}},
	{"province, issued in a month of 2019", scope(), archive.Filter{IssuedFrom: archive.Date{Year: 2019, Month: 3, Day: 1}, IssuedTo: archive.Date{Year: 2019, Month: 3, Day: 31}}},
	{"province, issued in 2019", scope(), archive.Filter{IssuedFrom: archive.Date{Year: 2019, Month: 1, Day: 1}, IssuedTo: archive.Date{Year: 2019, Month: 12, Day: 31}}},
	{"a commune, issued in eight years", scope(offices(7, 8)...), archive.Filter{IssuedFrom: archive.Date{Year: 2013, Month: 1, Day: 1}, IssuedTo: archive.Date{Year: 2020, Month: 12, Day: 31}}},
	{"province, the backlog of two states", scope(), archive.Filter{States: []archive.State{archive.Review, archive.Checking}}},
	{"province, reading failed: none", scope(), archive.Filter{Reading: []archive.ReadingState{archive.ReadingFailed}}},
	{"commune, one procedure", scope(offices(7, 8)...), archive.Filter{Procedure: "1.000123"}},
	{"province, one issuing agency, published, issued in five years", scope(), archive.Filter{Agency: office(3, 0), States: []archive.State{archive.Published},
		IssuedFrom: archive.Date{Year: 2016, Month: 1, Day: 1}, IssuedTo: archive.Date{Year: 2020, Month: 12, Day: 31}}},
	{"a commune, published, deposited in two years", scope(offices(7, 8)...), archive.Filter{States: []archive.State{archive.Published},
		Created: archive.Span{From: time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}}},
}

func BenchmarkListsSQLite(b *testing.B) {
	c := openFile(b, filepath.Join(b.TempDir(), "catalog.db"), Options{})
	benchLists(b, c)
}

func BenchmarkListsPostgres(b *testing.B) {
	c := emptied(b, postgrestest.Start(b).Database(b))(b)
	benchLists(b, c)
}

func benchLists(b *testing.B, c *Catalog) {
	start := time.Now()
	province(b, c, *benchRows)
	if e, ok := c.engine.(*postgresEngine); ok { // what its autovacuum does within a minute
		if _, err := e.db.ExecContext(b.Context(), "VACUUM ANALYZE"); err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("%d documents written in %v", *benchRows, time.Since(start).Round(time.Millisecond))
	for _, l := range lists {
		for _, depth := range []struct{ name, day string }{{"first page", ""}, {"half way", "2021-01-01"}, {"near the end", "2016-02-01"}} {
			b.Run(l.name+"/"+depth.name, func(b *testing.B) {
				if depth.day != "" {
					l.f.After = l.cursor(depth.day)
				}
				measure(b, c, func(tx archive.Tx) error {
					_, err := tx.Documents().Browse(context.Background(), l.see, l.f)
					return err
				})
			})
		}
	}
	for name, see := range map[string]archive.Visibility{"the whole province": scope(), "a commune": scope(offices(7, 8)...), "480 offices": scope(offices(0, 120)...)} {
		b.Run("counts of "+name, func(b *testing.B) {
			measure(b, c, func(tx archive.Tx) error {
				_, err := tx.Documents().Counts(context.Background(), see)
				return err
			})
		})
	}
}

// measure counts processor time beside the clock: the machine may have other things to do.
func measure(b *testing.B, c *Catalog, fn func(tx archive.Tx) error) {
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	for b.Loop() {
		if err := c.View(context.Background(), fn); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(used()-before)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
}

// BenchmarkUpdates measures what a deposit costs the catalog: a document, its event, a job and the closing of its intent.
func BenchmarkUpdates(b *testing.B) {
	engines := map[string]func(b *testing.B) *Catalog{
		"SQLite": func(b *testing.B) *Catalog { return openFile(b, filepath.Join(b.TempDir(), "catalog.db"), Options{}) },
		"SQLite without sharing": func(b *testing.B) *Catalog {
			return openFile(b, filepath.Join(b.TempDir(), "catalog.db"), Options{Group: 1})
		},
		"PostgreSQL without fsync": func(b *testing.B) *Catalog { return emptied(b, postgrestest.Start(b).Database(b))(b) },
	}
	for name, open := range engines {
		for _, people := range []int{1, 8, 32} {
			b.Run(fmt.Sprintf("%s/%d at once", name, people), func(b *testing.B) {
				c := open(b)
				before := c.Stats()
				work := make(chan struct{})
				var wg sync.WaitGroup
				for range people {
					wg.Go(func() {
						for range work {
							if err := deposit(c); err != nil {
								b.Error(err)
							}
						}
					})
				}
				for b.Loop() {
					work <- struct{}{}
				}
				close(work)
				wg.Wait()
				after := c.Stats()
				b.ReportMetric(float64(after.Flushes-before.Flushes)/float64(after.Updates-before.Updates), "flushes/update")
				b.ReportMetric(float64(after.Retries-before.Retries)/float64(after.Updates-before.Updates), "retries/update")
			})
		}
	}
}

func deposit(c *Catalog) error {
	ctx, now := context.Background(), archive.SystemClock{}.Now()
	d := archive.Document{ID: archive.NewID(), Revision: 1, State: archive.Review, Kind: archive.Result, Access: archive.Restricted, Custodian: "H15.50",
		CreatedAt: now, UpdatedAt: now, Uploader: archive.NewID()}
	d.Versions = []archive.Version{{Number: 1, Digest: archive.DigestOf([]byte(d.ID.String())), MediaType: archive.PDF, CreatedAt: now}}
	i := archive.Intent{ID: archive.NewID(), Document: d.ID, CreatedAt: now, ExpiresAt: now}
	if err := c.Update(ctx, func(tx archive.Tx) error { return tx.Intents().Open(ctx, i) }); err != nil {
		return err
	}
	e := archive.NewEvent(archive.System, archive.EvDeposit, now)
	e.Document = d.ID
	return c.Update(ctx, func(tx archive.Tx) error {
		if err := tx.Intents().Close(ctx, i.ID); err != nil {
			return err
		}
		if err := tx.Documents().Insert(ctx, d); err != nil {
			return err
		}
		if err := tx.Events().Append(ctx, e); err != nil {
			return err
		}
		return tx.Jobs().Enqueue(ctx, archive.Job{ID: archive.NewID(), Kind: archive.JobRead, Key: d.ID.String(), Document: d.ID, Version: 1, RunAt: now, CreatedAt: now})
	})
}

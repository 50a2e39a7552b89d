package archive_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/archive"
)

// untouched is a body nobody may read: a full quota costs no upload.
type untouched struct{ t *testing.T }

func (u untouched) Read([]byte) (int, error) { u.t.Error("the body was read"); return 0, io.EOF }

func refusedFor(t *testing.T, err error, name string) *archive.Error {
	t.Helper()
	e, ok := err.(*archive.Error)
	if !ok || e.Code != "quota_exceeded" || len(e.Fields) != 1 || e.Fields[0].Field != "quota."+name || e.Msg.VI == "" || e.Msg.EN == "" {
		t.Fatalf("got %v (%+v), want quota.%s", err, e, name)
	}
	return e
}

func TestEveryQuotaHoldsAtItsEdge(t *testing.T) {
	size := int64(len("paper 0"))
	for _, c := range []struct {
		name  string
		limit archive.QuotaLimits
		daily bool
	}{
		{"user_papers_per_day", archive.QuotaLimits{UserPapers: 3}, true},
		{"user_bytes_per_day", archive.QuotaLimits{UserBytes: 3*size + 1}, true},
		{"agency_papers_per_day", archive.QuotaLimits{AgencyPapers: 3}, true},
		{"agency_bytes_per_day", archive.QuotaLimits{AgencyBytes: 3 * size}, true},
		{"agency_bytes", archive.QuotaLimits{AgencyTotal: 3 * size}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := open(t)
			h.Limits.Quota = c.limit
			for i := range 3 {
				h.deposit(t, fmt.Sprint(i))
			}
			_, err := h.Deposit(context.Background(), clerk, paper("4"))
			e := refusedFor(t, err, c.name)
			if c.daily != (e.RetryAfter > 0) {
				t.Errorf("retry after %v", e.RetryAfter)
			}
			d := paper("5")
			d.Body, d.Size = untouched{t}, 2
			_, err = h.Deposit(context.Background(), clerk, d)
			refusedFor(t, err, c.name)
			h.sound(t)
			// Tomorrow, at midnight of Vietnam and not of Greenwich, the daily ones begin again.
			h.clock.pass(e.RetryAfter - 2*time.Second)
			_, err = h.Deposit(context.Background(), clerk, paper("6"))
			refusedFor(t, err, c.name)
			h.clock.pass(2 * time.Second)
			_, err = h.Deposit(context.Background(), clerk, paper("7"))
			if c.daily && err != nil {
				t.Errorf("tomorrow: %v", err)
			} else if !c.daily {
				refusedFor(t, err, c.name)
			}
			// A day's refusals are one event, however often somebody tries.
			l, err := h.Trail(context.Background(), archive.Actor{Role: archive.RoleAuditor}, archive.EventFilter{Action: archive.EvRefuse})
			if err != nil || len(l.Items) == 0 || len(l.Items) > 2 || l.Items[0].Detail["code"] != "quota_exceeded" {
				t.Errorf("refusals in the trail: %d, %v", len(l.Items), err)
			}
		})
	}
}

func TestWithoutQuotasNothingIsRefusedAndAllIsCounted(t *testing.T) {
	h := open(t)
	for i := range 5 {
		h.deposit(t, fmt.Sprint(i))
	}
	if q, err := h.Allowances(context.Background(), clerk, ""); err != nil || len(q) != 0 {
		t.Errorf("allowances %+v, %v", q, err)
	}
	st, err := h.Status(context.Background(), archive.System)
	want := archive.AgencyUse{Custodian: "H15.50", Kept: archive.Count{Papers: 5, Bytes: 35}, Today: archive.Count{Papers: 5, Bytes: 35}}
	if err != nil || len(st.Agencies) != 1 || st.Agencies[0] != want {
		t.Errorf("usage %+v, %v", st.Agencies, err)
	}
}

func TestOfManyAtOnceOnlyThoseThatFitAreKept(t *testing.T) {
	h := open(t)
	h.Limits.Quota = archive.QuotaLimits{AgencyPapers: 5, UserPapers: 5}
	var wg sync.WaitGroup
	var mu sync.Mutex
	kept := 0
	for i := range 16 {
		wg.Go(func() {
			_, err := h.Deposit(context.Background(), clerk, paper(fmt.Sprint(i)))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				kept++
			case archive.CodeOf(err) != "quota_exceeded":
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if kept != 5 {
		t.Errorf("%d kept, want 5", kept)
	}
	h.sound(t)
}

func TestAnAgencyIsGrantedItsOwnQuota(t *testing.T) {
	h := open(t)
	h.Limits.Quota = archive.QuotaLimits{AgencyPapers: 1, AgencyTotal: 1000}
	ctx := context.Background()
	put := func(actor archive.Actor, q archive.Quota) error {
		all, err := h.Agencies(ctx)
		if err != nil {
			return err
		}
		for _, g := range all {
			if g.Code == "H15.50" {
				g.Quota = q
				_, err = h.PutAgency(ctx, actor, g, g.Revision)
				return err
			}
		}
		_, err = h.PutAgency(ctx, actor, archive.Agency{Code: "H15.50", Name: "Xã", Quota: q}, 0)
		return err
	}
	n := func(v int64) *int64 { return &v }
	h.deposit(t, "1")
	_, err := h.Deposit(ctx, clerk, paper("2"))
	refusedFor(t, err, "agency_papers_per_day")
	admin := archive.Actor{ID: archive.NewID(), Name: "Quản trị", Role: archive.RoleAdmin}
	if err := put(admin, archive.Quota{PapersPerDay: n(2)}); err != nil {
		t.Fatal(err)
	}
	h.deposit(t, "2")
	_, err = h.Deposit(ctx, clerk, paper("3"))
	refusedFor(t, err, "agency_papers_per_day")
	if q, err := h.Allowances(ctx, clerk, ""); err != nil || len(q) != 2 || q[0] != (archive.Allowance{Name: "agency_bytes", Limit: 1000, Used: 14, Bytes: true}) ||
		q[1] != (archive.Allowance{Name: "agency_papers_per_day", Limit: 2, Used: 2, Daily: true}) || !q[1].Warn() || !q[1].Full() || q[0].Warn() {
		t.Errorf("allowances %+v, %v", q, err)
	}
	if err := put(admin, archive.Quota{PapersPerDay: n(0)}); err != nil { // no limit
		t.Fatal(err)
	}
	h.deposit(t, "3")
	// A table loaded over it leaves the grant alone.
	if err := h.LoadAgencies(ctx, admin, []archive.Agency{{Code: "H15.50", Name: "Xã Ea Kao"}}); err != nil {
		t.Fatal(err)
	}
	h.deposit(t, "4")
	// Nobody grants himself more, and no quota is negative.
	own := archive.Actor{ID: archive.NewID(), Role: archive.RoleAdmin, Agency: "H15.50"}
	if err := put(own, archive.Quota{Bytes: n(1 << 40)}); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("own grant: %v", err)
	}
	if err := put(archive.Actor{Role: archive.RoleAdmin, Agency: "H15"}, archive.Quota{Bytes: n(5)}); err != nil {
		t.Errorf("a grant from above: %v", err)
	}
	if err := put(admin, archive.Quota{BytesPerDay: n(-1)}); archive.KindOf(err) != archive.Invalid {
		t.Errorf("negative: %v", err)
	}
}

func TestErasedPapersGiveTheirBytesBack(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	h.Limits.Quota = archive.QuotaLimits{AgencyTotal: 40}
	d := h.deposit(t, "1")
	if _, err := h.AddVersion(ctx, clerk, d.ID, 0, paper(strings.Repeat("x", 20))); err != nil {
		t.Fatal(err)
	}
	_, err := h.AddVersion(ctx, clerk, d.ID, 0, paper("quá"))
	refusedFor(t, err, "agency_bytes")
	_, err = h.Deposit(ctx, clerk, paper("2345"))
	refusedFor(t, err, "agency_bytes")
	if _, err := h.Move(ctx, clerk, d.ID, archive.MoveRequest{Move: archive.Discard, Reason: "nhầm"}); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(h.Limits.DiscardKept + time.Hour)
	if _, err := h.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	h.deposit(t, "2345")
	h.sound(t)
	st, err := h.Status(ctx, archive.System)
	if err != nil || len(st.Agencies) != 1 || st.Agencies[0].Kept != (archive.Count{Papers: 1, Bytes: 10}) {
		t.Errorf("kept %+v, %v", st.Agencies, err)
	}
}

func TestCheckFindsAndRepairsWrongAccounts(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	h.deposit(t, "1")
	err := h.Catalog.Update(ctx, func(tx archive.Tx) error {
		if err := tx.Usage().Add(ctx, archive.Charge{Custodian: "H15.50", Kept: archive.Count{Papers: 2, Bytes: -3}}); err != nil {
			return err
		}
		return tx.Usage().Add(ctx, archive.Charge{Custodian: "H15.99", Kept: archive.Count{Papers: 1, Bytes: 1}})
	})
	if err != nil {
		t.Fatal(err)
	}
	check := func(repair bool) (found []string) {
		err := h.Check(ctx, archive.CheckOptions{Repair: repair}, func(d archive.Discrepancy) error {
			found = append(found, d.Kind+" "+d.Object)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	const want = "[usage_mismatch usage:H15.50 usage_mismatch usage:H15.99]"
	if got := fmt.Sprint(check(false)); got != want {
		t.Errorf("found %s", got)
	}
	if got := fmt.Sprint(check(true)); got != want {
		t.Errorf("repairing, found %s", got)
	}
	h.sound(t)
}

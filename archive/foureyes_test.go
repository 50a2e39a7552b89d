package archive_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sohoa/archive"
)

// lone is the only person of a commune; she may do a clerk's and a checker's work. Above is somebody of the province, beside
// somebody of the next commune.
var (
	lone   = archive.Actor{ID: archive.NewID(), Name: "Một mình", Role: archive.RoleChecker, Agency: "H15.50", Person: true}
	above  = archive.Actor{ID: archive.NewID(), Name: "Cấp trên", Role: archive.RoleChecker, Agency: "H15", Person: true}
	beside = archive.Actor{ID: archive.NewID(), Name: "Xã bên", Role: archive.RoleChecker, Agency: "H15.51", Person: true}
	boss   = archive.Actor{ID: archive.NewID(), Name: "Quản trị", Role: archive.RoleAdmin}
)

func (h *house) rules(t testing.TB, code archive.AgencyCode, r archive.Rulebook) {
	t.Helper()
	if _, err := h.SetRules(context.Background(), boss, code, r, 0); err != nil {
		t.Fatal(err)
	}
}

func (h *house) submitted(t testing.TB, who archive.Actor, content string) archive.Document {
	t.Helper()
	return h.move(t, who, h.take(t, who, paper(content)).ID, archive.Submit, "")
}

func (h *house) refuses(t testing.TB, who archive.Actor, id archive.ID, m archive.Move, code string) {
	t.Helper()
	if _, err := h.Move(context.Background(), who, id, archive.MoveRequest{Move: m, Reason: "vì vậy"}); archive.CodeOf(err) != code {
		t.Errorf("%s may %s: %v, want %q", who.Name, m, err, code)
	}
}

func TestACommuneWithOnePersonWorksUnderEveryPolicy(t *testing.T) {
	ctx := context.Background()
	sample := func(percent float64, at archive.AgencyCode) archive.Rulebook {
		return archive.Rulebook{Checks: []archive.CheckPolicy{{Mode: archive.CheckSample, Percent: percent, Neighbour: at}}}
	}
	cases := []struct {
		policy  string
		rules   archive.Rulebook
		refused map[string]string // who may not accept, and why
		accepts string
		publish string
	}{
		{"always: somebody above checks", archive.Rulebook{}, map[string]string{"lone": "four_eyes", "beside": "not_found"}, "above", "above"},
		{"a sample that draws all: somebody above checks", sample(100, ""), map[string]string{"lone": "four_eyes", "beside": "not_found"}, "above", "lone"},
		{"a sample that draws all, checked beside", sample(100, "H15.51"), map[string]string{"lone": "four_eyes"}, "beside", "lone"},
		{"the neighbour checks", archive.Rulebook{Checks: []archive.CheckPolicy{{Mode: archive.CheckNeighbour, Neighbour: "H15.51"}}}, map[string]string{"lone": "four_eyes", "colleague": "neighbour_checks"}, "beside", "lone"},
	}
	for _, c := range cases {
		t.Run(c.policy, func(t *testing.T) {
			h := open(t)
			mate := lone
			mate.ID = archive.NewID()
			who := map[string]archive.Actor{"lone": h.admitted(t, lone), "above": h.admitted(t, above), "beside": h.admitted(t, beside), "colleague": h.admitted(t, mate)}
			h.rules(t, "H15.50", c.rules)
			d := h.submitted(t, who["lone"], "một")
			for name, code := range c.refused {
				h.refuses(t, who[name], d.ID, archive.Accept, code)
			}
			d = h.move(t, who[c.accepts], d.ID, archive.Accept, "")
			if d.State != archive.Accepted || len(d.Work.Hands) != 0 {
				t.Errorf("%s, hands %v", d.State, d.Work.Hands)
			}
			if d = h.move(t, who[c.publish], d.ID, archive.Publish, ""); d.Work.Open() {
				t.Errorf("a published paper waits for %+v", d.Work)
			}
			if c.accepts == "beside" {
				if _, err := h.Document(ctx, who["beside"], d.ID); archive.KindOf(err) != archive.NotFound {
					t.Errorf("the neighbour still sees it: %v", err)
				}
			}
		})
	}
	t.Run("what the lot passes over its submitter accepts, a clerk too", func(t *testing.T) {
		h := open(t)
		alone := lone
		alone.Role = archive.RoleClerk
		me, mate := h.admitted(t, alone), h.admitted(t, colleague)
		h.rules(t, "H15.50", sample(0.01, ""))
		passed := 0
		for i := range 5 { // that the lot falls on all five is one in 10^20
			d := h.submitted(t, me, fmt.Sprint("tờ ", i))
			if !d.Work.Check.Passed() {
				continue
			}
			passed++
			h.refuses(t, mate, d.ID, archive.Accept, "forbidden")
			h.move(t, me, d.ID, archive.Accept, "")
			h.move(t, me, d.ID, archive.Publish, "")
		}
		if passed == 0 {
			t.Error("the lot fell on every paper")
		}
	})
}

// Whoever entered or changed something approves nothing, whoever submitted it.
func TestWhoeverChangedAPaperDoesNotApproveIt(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	a, b, c := h.admitted(t, clerk), h.admitted(t, checker), h.admitted(t, second)
	d := h.take(t, a, paper("một"))
	f := d.Fields
	f.Number = "12"
	if _, err := h.Edit(ctx, b, d.ID, archive.Edit{Fields: &f}); err != nil {
		t.Fatal(err)
	}
	h.move(t, a, d.ID, archive.Submit, "")
	h.refuses(t, b, d.ID, archive.Accept, "four_eyes")
	if moves := archive.Moves(b, ptr(h.move(t, c, d.ID, archive.Return, "mờ"))); slices.ContainsFunc(moves, func(r archive.Rule) bool { return r.Move == archive.Accept }) {
		t.Error("a button for what is refused")
	}
	h.move(t, a, d.ID, archive.Submit, "")
	h.move(t, c, d.ID, archive.Accept, "")
}

func ptr[T any](v T) *T { return &v }

// The neighbour's person sees exactly the papers that wait for her unit's check, and does nothing with them but check them.
func TestTheNeighbourSeesExactlyWhatIsToBeChecked(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	me, her, far := h.admitted(t, lone), h.admitted(t, beside), h.admitted(t, archive.Actor{ID: archive.NewID(), Role: archive.RoleClerk, Agency: "H15.51", Person: true})
	h.rules(t, "H15.50", archive.Rulebook{Checks: []archive.CheckPolicy{{Mode: archive.CheckNeighbour, Neighbour: "H15.51"}}})
	waits := h.submitted(t, me, "chờ kiểm tra")
	review := h.take(t, me, paper("đang nhập"))
	done := h.submitted(t, me, "đã kiểm tra")
	h.move(t, her, done.ID, archive.Accept, "")
	sealed := h.take(t, me, func() archive.Deposit { d := paper("mật"); d.Access = archive.Sealed; return d }())
	if sealed = h.move(t, me, sealed.ID, archive.Submit, ""); sealed.Work.Check.At != "" {
		t.Error("a sealed paper goes to the neighbour")
	}
	returned := h.submitted(t, me, "trả lại")
	if returned = h.move(t, her, returned.ID, archive.Return, "thiếu trang 2"); returned.Work.Assignee != me.ID || returned.Reason != "thiếu trang 2" {
		t.Errorf("returned to %+v for %q", returned.Work, returned.Reason)
	}
	for what, d := range map[string]archive.Document{"in review": review, "checked": done, "sealed": sealed, "returned": returned} {
		if _, err := h.Document(ctx, her, d.ID); archive.KindOf(err) != archive.NotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := h.Document(ctx, her, waits.ID); err != nil {
		t.Error(err)
	}
	if _, err := h.Document(ctx, far, waits.ID); archive.KindOf(err) != archive.NotFound {
		t.Errorf("a clerk of the neighbour: %v", err)
	}
	l, err := h.Work(ctx, her, archive.WorkNeighbours, archive.Filter{})
	if err != nil || len(l.Items) != 1 || l.Items[0].ID != waits.ID {
		t.Errorf("her list: %d papers, %v", len(l.Items), err)
	}
	if l, err := h.Documents(ctx, her, archive.Filter{}); err != nil || len(l.Items) != 0 {
		t.Errorf("her other lists: %d papers, %v", len(l.Items), err)
	}
	if n, err := h.WorkCounts(ctx, her, 9); err != nil || n[archive.WorkNeighbours] != 1 || n[archive.WorkOverdue] != 0 || n[archive.WorkUnit] != 0 {
		t.Errorf("her counts: %v, %v", n, err)
	}
	for _, m := range []archive.Move{archive.Quarantine, archive.Discard, archive.Publish, archive.Submit} {
		h.refuses(t, her, waits.ID, m, "forbidden")
	}
	if _, err := h.Edit(ctx, her, waits.ID, archive.Edit{}); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("she edits: %v", err)
	}
	if _, err := h.Refile(ctx, her, waits.ID, archive.Refiling{Dossier: away, Reason: "x"}); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("she moves it: %v", err)
	}
}

// A lot cannot be drawn again, and anybody can compute it once the day's secret is told.
func TestTheLotCannotBeRepeatedAndIsAudited(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	me, her := h.admitted(t, lone), h.admitted(t, above)
	h.rules(t, "H15.50", archive.Rulebook{Checks: []archive.CheckPolicy{{Mode: archive.CheckSample, Percent: 40}}})
	drawn := 0
	first := archive.Document{}
	for i := range 40 {
		d := h.submitted(t, me, fmt.Sprint("tờ ", i))
		if d.Work.Check.Drawn {
			drawn++
			first = d
		}
	}
	if drawn == 0 || drawn == 40 {
		t.Fatalf("drew %d of 40", drawn)
	}
	h.rules(t, "H15.50", archive.Rulebook{Checks: []archive.CheckPolicy{{Mode: archive.CheckSample, Percent: 0.01}}})
	h.move(t, her, first.ID, archive.Return, "mờ")
	if d := h.move(t, me, first.ID, archive.Submit, ""); !d.Work.Check.Drawn {
		t.Error("a paper that was drawn is drawn no more")
	}
	today := archive.DateOf(h.clock.Now().In(archive.Zone))
	auditor := archive.Actor{ID: archive.NewID(), Role: archive.RoleAuditor}
	ds, err := h.DrawsOf(ctx, auditor, today)
	if err != nil || ds.Secret != "" || len(ds.Committed) != 64 || len(ds.Papers) != 40 {
		t.Fatalf("the same day: secret %q, promised %q, %d papers, %v", ds.Secret, ds.Committed, len(ds.Papers), err)
	}
	if _, err := h.DrawsOf(ctx, me, today); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("a checker hears the lots: %v", err)
	}
	h.clock.pass(24 * time.Hour)
	if ds, err = h.DrawsOf(ctx, auditor, today); err != nil || ds.Wrong != 0 || len(ds.Papers) != 40 {
		t.Fatalf("the next day: %d wrong of %d, %v", ds.Wrong, len(ds.Papers), err)
	}
	secret, _ := hex.DecodeString(ds.Secret)
	if sum := sha256.Sum256(secret); len(secret) != 32 || hex.EncodeToString(sum[:]) != ds.Committed {
		t.Errorf("the secret told is not the one promised")
	}
}

func TestRulesThatCannotBeFollowedAreRefused(t *testing.T) {
	h := open(t)
	h.admitted(t, clerk)
	check := func(c archive.CheckPolicy) archive.Rulebook {
		return archive.Rulebook{Checks: []archive.CheckPolicy{c}}
	}
	cases := []struct {
		reason string
		rules  archive.Rulebook
		code   string
	}{
		{"no neighbour", check(archive.CheckPolicy{Mode: archive.CheckNeighbour}), "checks[0].neighbour"},
		{"its own neighbour", check(archive.CheckPolicy{Mode: archive.CheckNeighbour, Neighbour: "H15.50"}), "checks[0].neighbour"},
		{"a neighbour below", check(archive.CheckPolicy{Mode: archive.CheckNeighbour, Neighbour: "H15.50.01"}), "checks[0].neighbour"},
		{"an unknown neighbour", check(archive.CheckPolicy{Mode: archive.CheckNeighbour, Neighbour: "H15.99"}), "checks[0].neighbour"},
		{"no share", check(archive.CheckPolicy{Mode: archive.CheckSample}), "checks[0].percent"},
		{"more than all", check(archive.CheckPolicy{Mode: archive.CheckSample, Percent: 101}), "checks[0].percent"},
		{"finer than the lot", check(archive.CheckPolicy{Mode: archive.CheckSample, Percent: 0.001}), "checks[0].percent"},
		{"twice", archive.Rulebook{Checks: []archive.CheckPolicy{{Mode: archive.CheckAlways}, {Mode: archive.CheckSample, Percent: 5}}}, "checks[1]"},
		{"a term of nothing", archive.Rulebook{Terms: []archive.Term{{Stage: archive.Published, Days: 1}}}, "terms[0].stage"},
		{"a term of years", archive.Rulebook{Terms: []archive.Term{{Stage: archive.Review, Days: 800}}}, "terms[0].days"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			_, err := h.SetRules(context.Background(), boss, "H15.50", c.rules, 0)
			if got := fieldsOf(err); len(got) != 1 || got[0] != c.code {
				t.Errorf("got %v (%v), want %s", got, err, c.code)
			}
		})
	}
	under := boss
	under.Agency = "H15.50"
	if _, err := h.SetRules(context.Background(), h.admitted(t, under), "H15.50", archive.Rulebook{}, 0); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("an administrator loosens his own rules: %v", err)
	}
}

func TestOfficeWeek(t *testing.T) {
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, archive.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, c := range []struct {
		reason, from string
		days         int
		want         string
	}{
		{"a morning and a day", "2026-11-23 09:00", 1, "2026-11-24 17:00"},
		{"after the cut-off it is the next day's", "2026-11-23 15:01", 1, "2026-11-25 17:00"},
		{"on the stroke it is today's", "2026-11-23 15:00", 0, "2026-11-23 17:00"},
		{"over a week-end", "2026-11-27 09:00", 1, "2026-11-30 17:00"},
		{"on a Saturday", "2026-11-28 09:00", 1, "2026-12-01 17:00"},
		{"Friday evening", "2026-11-27 16:00", 0, "2026-11-30 17:00"},
	} {
		if got := (archive.OfficeWeek{}).Due(at(c.from), c.days); !got.Equal(at(c.want)) {
			t.Errorf("%s: %s", c.reason, got.In(archive.Zone))
		}
	}
}

func fieldsOf(err error) (out []string) {
	var e *archive.Error
	if errors.As(err, &e) {
		for _, f := range e.Fields {
			out = append(out, f.Field)
		}
	}
	return out
}

package archive_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
)

// account makes the person behind an actor, as sign-in would admit her.
func (h *house) account(t testing.TB, a archive.Actor, login string) archive.Actor {
	t.Helper()
	h.admitted(t, a)
	acc, err := h.AddAccount(context.Background(), boss, archive.Account{Login: login, Name: a.Name, Role: a.Role, Agency: a.Agency, PasswordHash: "x"})
	if err != nil {
		t.Fatal(err)
	}
	return h.admitted(t, acc.Actor())
}

func (h *house) bulk(t testing.TB, who archive.Actor, r archive.BulkRequest) archive.Bulk {
	t.Helper()
	b, err := h.AskBulk(context.Background(), who, r)
	if err != nil {
		t.Fatal(err)
	}
	return h.through(t, who, b)
}

// through starts a batch and runs it to its end.
func (h *house) through(t testing.TB, who archive.Actor, b archive.Bulk) archive.Bulk {
	t.Helper()
	ctx := context.Background()
	if _, err := h.StartBulk(ctx, who, b.ID); err != nil {
		t.Fatal(err)
	}
	if err := h.BulkNext(ctx); err != nil {
		t.Fatal(err)
	}
	b, err := h.Bulk(ctx, who, b.ID)
	if err != nil || b.State != archive.BatchDone {
		t.Fatalf("%s: %v", b.State, err)
	}
	return b
}

func counts(b archive.Bulk) string { return fmt.Sprintf("%d/%d/%d", b.Waiting, b.Done, b.Refused) }

func TestBulk(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	her, him := h.account(t, clerk, "can.bo"), h.account(t, checker, "kiem.tra")
	for i := range 5 {
		h.submitted(t, her, fmt.Sprint("tờ ", i))
	}
	own := h.submitted(t, him, "của mình")
	all := archive.Filter{States: []archive.State{archive.Checking}}
	b, err := h.AskBulk(ctx, him, archive.BulkRequest{Act: archive.BulkAccept, Filter: &all})
	if err != nil {
		t.Fatal(err)
	}
	late := h.submitted(t, her, "đến sau")
	if b = h.through(t, him, b); counts(b) != "0/5/1" {
		t.Errorf("accepted: %s", counts(b))
	}
	if d, _ := h.Document(ctx, him, late.ID); d.State != archive.Checking {
		t.Errorf("a paper that came later is %s", d.State)
	}
	ps, err := h.BulkPapers(ctx, him, b.ID, archive.PaperRefused, 0, 10)
	if err != nil || len(ps) != 1 || ps[0].Document != own.ID || ps[0].Code != "four_eyes" {
		t.Errorf("refused: %+v, %v", ps, err)
	}
	if _, err := h.Bulk(ctx, her, b.ID); archive.KindOf(err) != archive.NotFound {
		t.Errorf("another person sees the batch: %v", err)
	}
	if _, err := h.StartBulk(ctx, him, b.ID); archive.CodeOf(err) != archive.ErrStale.Code {
		t.Errorf("begun twice: %v", err)
	}
	if _, err := h.UndoBulk(ctx, him, b.ID); archive.CodeOf(err) != "wrong_state" {
		t.Errorf("accepting has no way back: %v", err)
	}
	again, err := h.RetryBulk(ctx, him, b.ID)
	if err != nil || again.Waiting != 1 {
		t.Fatalf("again: %+v, %v", again, err)
	}
	if again = h.through(t, him, again); counts(again) != "0/0/1" {
		t.Errorf("tried again: %s", counts(again))
	}

	// Return tells the reason, and a field is set and set back.
	h.bulk(t, him, archive.BulkRequest{Act: archive.BulkReturn, Args: archive.BulkArgs{Reason: "thiếu trang"}, IDs: []archive.ID{late.ID, late.ID}})
	d, _ := h.Document(ctx, her, late.ID)
	if d.Told() != "thiếu trang" || d.Work.Assignee != her.ID {
		t.Errorf("returned: %q to %s", d.Told(), d.Work.Assignee)
	}
	b = h.bulk(t, her, archive.BulkRequest{Act: archive.BulkField, Args: archive.BulkArgs{Field: "type", Value: "TB"}, List: archive.WorkReturned, Filter: &archive.Filter{}})
	if d, _ = h.Document(ctx, her, late.ID); counts(b) != "0/1/0" || d.Fields.Type != "TB" {
		t.Errorf("set: %s, %q", counts(b), d.Fields.Type)
	}
	undo, err := h.UndoBulk(ctx, her, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	undo = h.through(t, her, undo)
	if d, _ = h.Document(ctx, her, late.ID); counts(undo) != "0/1/0" || d.Fields.Type != "QĐ" {
		t.Errorf("set back: %s, %q", counts(undo), d.Fields.Type)
	}
	// What somebody has changed since is left alone.
	b = h.bulk(t, her, archive.BulkRequest{Act: archive.BulkMove, Args: archive.BulkArgs{Dossier: here}, IDs: []archive.ID{late.ID}})
	f := d.Fields
	f.Number = "9"
	if _, err := h.Edit(ctx, her, late.ID, archive.Edit{Fields: &f}); err != nil {
		t.Fatal(err)
	}
	if undo, err = h.UndoBulk(ctx, her, b.ID); err != nil {
		t.Fatal(err)
	}
	if undo = h.through(t, her, undo); counts(undo) != "0/0/1" {
		t.Errorf("undone over another's change: %s", counts(undo))
	}

	for reason, r := range map[string]archive.BulkRequest{
		"none_chosen": {Act: archive.BulkAccept, IDs: []archive.ID{archive.NewID()}},
		"invalid":     {Act: archive.BulkReturn, IDs: []archive.ID{late.ID}},
	} {
		if _, err := h.AskBulk(ctx, him, r); archive.CodeOf(err) != reason {
			t.Errorf("%s: %v", reason, err)
		}
	}
	h.Limits.Work.Bulk = 2
	if _, err := h.AskBulk(ctx, him, archive.BulkRequest{Act: archive.BulkAssign, Filter: &archive.Filter{}}); archive.CodeOf(err) != "too_many_chosen" {
		t.Errorf("more than the bound: %v", err)
	}
}

// The power fails at every write and every transaction of a bulk act in turn: after the start that follows every paper was
// accepted once, and the report says so of each.
func TestPowerFailsDuringABulkAct(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	var him archive.Actor
	var b archive.Bulk
	everyWrite(t, func(t *testing.T, h *house) error {
		her := h.account(t, clerk, "can.bo")
		him = h.account(t, checker, "kiem.tra")
		ids := []archive.ID{h.submitted(t, her, "một").ID, h.submitted(t, her, "hai").ID}
		var err error
		if b, err = h.AskBulk(ctx, him, archive.BulkRequest{Act: archive.BulkAccept, IDs: ids}); err != nil {
			return err
		}
		_, err = h.StartBulk(ctx, him, b.ID)
		return err
	}, func(t *testing.T, h *house) error {
		return h.BulkNext(ctx)
	}, func(t *testing.T, h *house, _ error) {
		for range 4 {
			h.clock.pass(archive.DefaultLimits().IntentTime + time.Second)
			if _, err := h.Sweep(ctx); err != nil {
				t.Fatal(err)
			}
			if err := h.BulkNext(ctx); err != nil && archive.CodeOf(err) != archive.ErrNoJob.Code {
				t.Log(err)
			}
		}
		now, err := h.Bulk(ctx, him, b.ID)
		if err != nil || now.State != archive.BatchDone || counts(now) != "0/2/0" {
			t.Fatalf("%s %s, %v", now.State, counts(now), err)
		}
		ps, err := h.BulkPapers(ctx, him, b.ID, "", 0, 9)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range ps {
			if n := accepts(t, h, p.Document); n != 1 {
				t.Errorf("accepted %d times", n)
			}
		}
	})
}

func accepts(t *testing.T, h *house, id archive.ID) (n int) {
	t.Helper()
	evs, err := h.History(context.Background(), archive.System, id, archive.ID{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range evs {
		if e.Detail["move"] == "accept" {
			n++
		}
	}
	return n
}

// Whoever lost his rights after asking does nothing more.
func TestABulkActStopsWithTheRightsOfWhoeverAsked(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	her, him := h.account(t, clerk, "can.bo"), h.account(t, checker, "kiem.tra")
	d := h.submitted(t, her, "một")
	b, err := h.AskBulk(ctx, him, archive.BulkRequest{Act: archive.BulkAccept, IDs: []archive.ID{d.ID}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.StartBulk(ctx, him, b.ID); err != nil {
		t.Fatal(err)
	}
	if err := h.cat.Update(ctx, func(tx archive.Tx) error {
		acc, err := tx.Accounts().Get(ctx, him.ID)
		if err != nil {
			return err
		}
		acc.Closed = true
		return tx.Accounts().Update(ctx, acc, acc.Revision)
	}); err != nil {
		t.Fatal(err)
	}
	if err := h.BulkNext(ctx); err != nil {
		t.Fatal(err)
	}
	if b, err = h.Bulk(ctx, him, b.ID); err != nil || counts(b) != "0/0/1" {
		t.Errorf("%s, %v", counts(b), err)
	}
}

func TestAssignment(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	her, him := h.account(t, clerk, "can.bo"), h.account(t, checker, "kiem.tra")
	mate, far := h.account(t, colleague, "dong.nghiep"), h.account(t, foreign, "noi.khac")
	d := h.take(t, her, paper("một"))
	if d.Work.Assignee != her.ID || d.Work.Unit != "H15.50" || d.Work.Due.IsZero() {
		t.Errorf("whose work a new paper is: %+v", d.Work)
	}
	give := func(who, to archive.Actor, code string) {
		t.Helper()
		if _, err := h.Assign(ctx, who, d.ID, archive.Assignment{Assignee: to.ID}); archive.CodeOf(err) != code {
			t.Errorf("%s to %s: %v, want %q", who.Name, to.Name, err, code)
		}
	}
	give(mate, mate, "forbidden") // another's
	give(him, far, "invalid")     // who does not see it
	give(her, mate, "")
	give(mate, archive.Actor{}, "")
	give(her, her, "") // nobody's: taken
	if _, err := h.Assign(ctx, him, d.ID, archive.Assignment{Unit: "H15.51"}); archive.KindOf(err) != archive.Invalid {
		t.Errorf("to a unit that does not see it: %v", err)
	}
	if now, _ := h.Document(ctx, her, d.ID); now.Revision != d.Revision {
		t.Errorf("an assignment raised the revision to %d", now.Revision)
	}
	cs, err := h.Colleagues(ctx, him, d.ID)
	if err != nil || len(cs) != 3 {
		t.Errorf("%d colleagues, %v", len(cs), err)
	}
	for list, want := range map[archive.WorkList]int{archive.WorkMine: 1, archive.WorkUnit: 1, archive.WorkUnassigned: 0, archive.WorkReturned: 0} {
		if l, err := h.Work(ctx, her, list, archive.Filter{}); err != nil || len(l.Items) != want {
			t.Errorf("%s: %d papers, %v", list, len(l.Items), err)
		}
	}
	h.move(t, her, d.ID, archive.Submit, "")
	if n, err := h.WorkCounts(ctx, him, 99); err != nil || n[archive.WorkUnassigned] != 1 || n[archive.WorkMine] != 0 {
		t.Errorf("counts: %v, %v", n, err)
	}
	h.clock.pass(4 * 24 * 3600e9)
	if n, err := h.WorkCounts(ctx, him, 99); err != nil || n[archive.WorkOverdue] != 1 {
		t.Errorf("counts after the term: %v, %v", n, err)
	}
}

func TestComments(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	her, him := h.account(t, clerk, "can.bo"), h.account(t, checker, "kiem.tra")
	mate := h.account(t, colleague, "dong.nghiep")
	d := h.take(t, her, paper("một"))
	c, err := h.Comment(ctx, him, d.ID, archive.Remark{Body: " Trang 2\u202e mờ \n\n\n<script>alert(1)</script>\x00 ", ToAssignee: true})
	if err != nil || c.Body != "Trang 2 mờ\n\n<script>alert(1)</script>" || c.Mention != her.ID || c.MentionName != her.Name {
		t.Fatalf("%+v, %v", c, err)
	}
	if l, err := h.Work(ctx, her, archive.WorkMentions, archive.Filter{}); err != nil || len(l.Items) != 1 {
		t.Errorf("mentions: %d, %v", len(l.Items), err)
	}
	for reason, x := range map[string]struct {
		who  archive.Actor
		body string
		code string
	}{
		"empty":              {her, " \n ", "invalid"},
		"too long":           {her, strings.Repeat("ờ", 2001), "invalid"},
		"out of scope":       {h.admitted(t, foreign), "x", "not_found"},
		"an auditor is mute": {archive.Actor{ID: archive.NewID(), Role: archive.RoleAuditor}, "x", "forbidden"},
	} {
		if _, err := h.Comment(ctx, x.who, d.ID, archive.Remark{Body: x.body}); archive.CodeOf(err) != x.code {
			t.Errorf("%s: %v", reason, err)
		}
	}
	if err := h.Retract(ctx, mate, d.ID, c.ID, ""); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("another takes it back: %v", err)
	}
	if err := h.Retract(ctx, him, d.ID, c.ID, "nhầm"); err != nil {
		t.Fatal(err)
	}
	if err := h.Retract(ctx, him, d.ID, c.ID, "nhầm"); archive.CodeOf(err) != archive.ErrStale.Code {
		t.Errorf("taken back twice: %v", err)
	}
	cs, err := h.Comments(ctx, her, d.ID, archive.ID{}, 10)
	if err != nil || len(cs) != 1 || cs[0].Body != "" || cs[0].Why != "nhầm" || !cs[0].Retracted() {
		t.Errorf("%+v, %v", cs, err)
	}
	if l, _ := h.Work(ctx, her, archive.WorkMentions, archive.Filter{}); len(l.Items) != 0 {
		t.Error("what was taken back is still a mention")
	}
	h.Limits.Work.Comments = 1
	if _, err := h.Comment(ctx, her, d.ID, archive.Remark{Body: "nữa"}); archive.CodeOf(err) != "too_many_comments" {
		t.Errorf("over the bound: %v", err)
	}
}

package archive_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sohoa/archive"
)

// known gives actors accounts: whoever brought a paper is asked for when it has been read.
func (h *house) known(t testing.TB, actors ...archive.Actor) {
	t.Helper()
	err := h.Catalog.Update(context.Background(), func(tx archive.Tx) error {
		for _, a := range actors {
			if err := tx.Accounts().Insert(context.Background(), archive.Account{ID: a.ID, Login: a.ID.String(), Name: a.Name, Role: a.Role, Agency: a.Agency, Revision: 1}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// province opens a dossier of the ward and one of the next commune, and makes the actors known.
func (h *house) province(t testing.TB) archive.Actor {
	t.Helper()
	h.known(t, clerk, foreign)
	who := h.admitted(t, clerk)
	for code, agency := range map[archive.DossierCode]archive.AgencyCode{here: "H15.50", there: "H15.50", below: "H15.50.01", away: "H15.51"} {
		if _, err := h.OpenDossier(context.Background(), archive.System, archive.Dossier{Code: code, Custodian: agency}, nil); err != nil {
			t.Fatal(err)
		}
	}
	return who
}

// scan is a paper without a dossier whose pages say what words say.
func scan(words string) archive.Deposit {
	d := pages(words)
	d.Dossier, d.Agency = "", "H15.50"
	return d
}

func (h *house) codesOf(t testing.TB, who archive.Actor, d archive.Document) []string {
	t.Helper()
	fs, err := h.Warnings(context.Background(), who, &d)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range slices.Concat(fs, d.Reading.Findings) {
		if f.Code != "low_resolution" && f.Code != archive.FoundSeparator {
			out = append(out, fmt.Sprintf("%s %d", f.Code, f.Page))
		}
	}
	return out
}

func TestACodeLinksAPaperToItsDossier(t *testing.T) {
	qr := func(d archive.DossierCode) string { return "qr=" + d.String() + " " }
	cases := []struct {
		reason  string
		words   string
		deposit func(*archive.Deposit)
		before  func(t *testing.T, h *house)
		want    archive.DossierCode
		found   []string
	}{
		{"a code on one page", qr(here) + "a", nil, nil, here, nil},
		{"in a link among other things", "qr=https://x.test/?h=" + string(here) + "&a=1 a", nil, nil, here, nil},
		{"on a page in the middle of a thick paper", "a b c d " + qr(here) + "e f g", nil, nil, here, nil},
		{"the same on every page", qr(here) + qr(here), nil, nil, here, nil},
		{"a cover sheet in front", "qr=SOHOA1|" + string(here) + "|c| a b", nil, nil, here, nil},
		{"no code", "a b", nil, nil, "", nil},
		{"codes of two dossiers", qr(here) + "a " + qr(there), nil, nil, "", []string{"dossier_codes_differ 3"}},
		{"a stack: each part has its own", "a qr=SOHOA1|" + string(here) + "|c| b", nil, nil, "", nil},
		{"a dossier nobody has opened", qr("H15.50-261008-7777") + "a", nil, nil, "", []string{"dossier_unknown 1"}},
		{"a dossier out of the uploader's sight looks the same", qr(away) + "a", nil, nil, "", []string{"dossier_unknown 1"}},
		{"a dossier within sight that others keep would give them the paper", qr(below) + "a", nil, nil, "", []string{"dossier_elsewhere 1"}},
		{"it lies in a dossier already", qr(here) + "a", func(d *archive.Deposit) { d.Dossier = there }, nil, there, []string{"dossier_other 1"}},
		{"it lies in this very one", qr(here) + "a", func(d *archive.Deposit) { d.Dossier = here }, nil, here, nil},
		{"a sealed paper stays with those it names", qr(here) + "a", func(d *archive.Deposit) { d.Access = archive.Sealed }, nil, here, nil},
		{"digits that are no day", "qr=H15.50-261399-0001 a", nil, nil, "", nil},
		{"whoever brought it is gone", qr(here) + "a", nil, func(t *testing.T, h *house) {
			err := h.Catalog.Update(context.Background(), func(tx archive.Tx) error {
				a, err := tx.Accounts().Get(context.Background(), clerk.ID)
				a.Closed = true
				return errors.Join(err, tx.Accounts().Update(context.Background(), a, a.Revision))
			})
			if err != nil {
				t.Fatal(err)
			}
		}, "", nil},
		{"the mandate is over", qr(here) + "a", nil, func(t *testing.T, h *house) {
			err := h.Catalog.Update(context.Background(), func(tx archive.Tx) error {
				a, err := tx.Accounts().Get(context.Background(), clerk.ID)
				a.Until = h.clock.Now().Add(-time.Hour)
				return errors.Join(err, tx.Accounts().Update(context.Background(), a, a.Revision))
			})
			if err != nil {
				t.Fatal(err)
			}
		}, "", nil},
		{"it was submitted before it was read", qr(here) + "a", nil, func(t *testing.T, h *house) { h.on(t, h.only(t), archive.Submit) }, "", nil},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			who := h.province(t)
			in := scan(c.words)
			if c.deposit != nil {
				c.deposit(&in)
			}
			d := h.take(t, who, in)
			if c.before != nil {
				c.before(t, h)
			}
			d = h.work(t, d.ID, archive.ReadingDone)
			if d.Dossier != c.want {
				t.Errorf("it lies in %q, want %q", d.Dossier, c.want)
			}
			if got := h.codesOf(t, who, d); !slices.Equal(got, c.found) {
				t.Errorf("found %q, want %q", got, c.found)
			}
			h.sound(t)
		})
	}
}

// What the reading did is told, is undone by one act, and then stays undone: by another reading, too, and by a new scan.
func TestALinkByCodeIsToldAndUndone(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	who := h.province(t)
	d := h.work(t, h.take(t, who, scan("a qr="+string(here))).ID, archive.ReadingDone)
	if d.Dossier != here || d.Revision != 2 || d.Custodian != "H15.50" {
		t.Fatalf("%+v", d)
	}
	l, ok, err := h.CodeLink(ctx, &d)
	if err != nil || !ok || l.Page != 2 || l.Dossier != here {
		t.Errorf("%+v, %v, %v", l, ok, err)
	}
	evs, err := h.History(ctx, who, d.ID, archive.ID{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	e := evs[len(evs)-1]
	if e.ActorRole != archive.RoleSystem || !e.ActorID.IsZero() || e.Detail["move"] != "move" || e.Detail["by"] != "reading" || e.Detail["code_page"] != "2" ||
		e.Detail["code_box"] != "0.0 0.0 0.0 0.0" || e.Detail["to_dossier"] != string(here) || e.Dossier != here {
		t.Errorf("told as %+v", e)
	}
	if got := h.acts(t, here); !slices.Equal(got, []string{"open", "paper_in"}) {
		t.Errorf("the dossier tells %q", got)
	}
	if d, err = h.Refile(ctx, who, d.ID, archive.Refiling{After: d.Revision}); err != nil || d.Dossier != "" {
		t.Fatalf("undo: %+v, %v", d, err)
	}
	if _, ok, err := h.CodeLink(ctx, &d); ok || err != nil {
		t.Errorf("after the undo: %v, %v", ok, err)
	}
	if err := h.ReadAgain(ctx, who, d.ID); err != nil {
		t.Fatal(err)
	}
	if d = h.work(t, d.ID, archive.ReadingDone); d.Dossier != "" || len(d.Reading.Proposals) != 1 {
		t.Errorf("read again: in %q with %+v", d.Dossier, d.Reading.Proposals)
	}
	again := scan("qr=" + string(here) + " b")
	if _, err := h.AddVersion(ctx, who, d.ID, 0, again); err != nil {
		t.Fatal(err)
	}
	if d = h.work(t, d.ID, archive.ReadingDone); d.Dossier != "" || d.Head().Number != 2 {
		t.Errorf("scanned again: in %q", d.Dossier)
	}
	h.sound(t)
}

// An accepted paper that gets a new scan keeps its place, whatever the scan says.
func TestACodeMovesNoPaperThatStands(t *testing.T) {
	h := open(t)
	who := h.province(t)
	in := scan("a b")
	in.Kind = archive.Result
	d := h.take(t, who, in)
	h.on(t, d, toPublished...)
	fresh := scan("qr=" + string(here) + " b")
	fresh.Reason = "mờ"
	if _, err := h.AddVersion(context.Background(), who, d.ID, 0, fresh); err != nil {
		t.Fatal(err)
	}
	if d = h.work(t, d.ID, archive.ReadingDone); d.Dossier != "" || len(d.Standing) == 0 {
		t.Errorf("in %q, %d stand", d.Dossier, len(d.Standing))
	}
}

// The link stands or falls with the end of the reading: after a power cut at any transaction the paper is either unread and in no dossier, or
// read and in its own, once.
func TestPowerFailsWhileACodeLinks(t *testing.T) {
	t.Parallel()
	prepare := func(t *testing.T) (*house, archive.ID) {
		h := open(t)
		return h, h.take(t, h.province(t), scan("qr="+string(here)+" a")).ID
	}
	// until runs the reading until it is done or the power is out.
	until := func(t *testing.T, h *house, id archive.ID) {
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); h.Run(ctx, archive.RunOptions{Readers: 1}) }()
		defer func() { stop(); <-done }()
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
			d, err := h.Document(ctx, archive.System, id)
			if err != nil || time.Now().After(deadline) {
				t.Fatalf("%+v, %v", d.Reading, err)
			}
			h.power.mu.Lock()
			out := h.power.after >= 0 && h.power.updates > h.power.after
			h.power.mu.Unlock()
			if out || d.Reading.State == archive.ReadingDone {
				return
			}
		}
	}
	dry, id := prepare(t)
	from := dry.power.updates
	until(t, dry, id)
	n := dry.power.updates - from
	if n < 3 {
		t.Fatalf("%d transactions: the test tests nothing", n)
	}
	for i := range n {
		for _, applied := range []bool{false, true} {
			t.Run(fmt.Sprintf("transaction %d of %d, applied %v", i+1, n, applied), func(t *testing.T) {
				h, id := prepare(t)
				h.power.after, h.power.applied = h.power.updates+i, applied
				until(t, h, id)
				h.store.Heal()
				h.reopen(t)
				d, err := h.Document(context.Background(), archive.System, id)
				if err != nil || (d.Reading.State == archive.ReadingDone) != (d.Dossier == here) {
					t.Fatalf("read %s and in %q, %v", d.Reading.State, d.Dossier, err)
				}
				h.clock.pass(time.Hour) // past the lease and the back-off
				if d = h.work(t, id, archive.ReadingDone); d.Dossier != here || d.Revision != 2 {
					t.Errorf("in %q at revision %d", d.Dossier, d.Revision)
				}
				if got := h.acts(t, here); !slices.Equal(got, []string{"open", "paper_in"}) {
					t.Errorf("the dossier tells %q", got)
				}
				h.sound(t)
			})
		}
	}
}

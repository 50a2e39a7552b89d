package archive_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
)

func (h *house) move(t testing.TB, a archive.Actor, id archive.ID, m archive.Move, reason string) archive.Document {
	t.Helper()
	d, err := h.Move(context.Background(), a, id, archive.MoveRequest{Move: m, Reason: reason})
	if err != nil {
		t.Fatalf("%s: %v", m, err)
	}
	return d
}

// keptAside deposits content, which must end in quarantine.
func (h *house) keptAside(t testing.TB, content string) archive.Document {
	t.Helper()
	in := paper("một")
	in.Body, in.OnFault = strings.NewReader(content), archive.KeepAside
	d, err := h.Deposit(context.Background(), clerk, in)
	if err != nil || d.State != archive.Quarantined {
		t.Fatalf("state %q, %v", d.State, err)
	}
	return d
}

// A paper with two scans goes into quarantine and comes back with both, is read again, and leaves nothing behind on either
// side.
func TestQuarantineAndReleaseMoveEveryVersion(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	d := h.deposit(t, "một")
	if _, err := h.AddVersion(ctx, clerk, d.ID, 0, paper("hai")); err != nil {
		t.Fatal(err)
	}
	h.work(t, d.ID, archive.ReadingDone)
	h.move(t, clerk, d.ID, archive.Submit, "")
	if _, err := h.Move(ctx, clerk, d.ID, archive.MoveRequest{Move: archive.Quarantine, Reason: "nghi ngờ"}); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("a clerk quarantines: %v", err)
	}
	d = h.move(t, checker, d.ID, archive.Quarantine, "nghi ngờ")
	if d.State != archive.Quarantined || d.Object != 0 || d.Reason != "nghi ngờ" {
		t.Errorf("quarantined: %+v", d)
	}
	if _, err := h.Vault.Inventory(ctx, archive.DocumentObject(d.ID)); archive.KindOf(err) != archive.NotFound {
		t.Errorf("the store still has the object: %v", err)
	}
	for _, n := range []int{1, 2} {
		if got, want := h.bytes(t, checker, d.ID, n), []string{"paper một", "paper hai"}[n-1]; got != want {
			t.Errorf("version %d in quarantine is %q", n, got)
		}
	}
	h.sound(t)
	var b strings.Builder
	if err := h.WriteText(ctx, checker, d.ID, &b); err != nil || b.Len() > 0 {
		t.Errorf("text of a quarantined paper: %q, %v", b.String(), err)
	}
	for range h.Texts(ctx, d.ID) {
		t.Error("the index is given text of a quarantined paper")
	}
	if err := h.ReadAgain(ctx, checker, d.ID); archive.CodeOf(err) != "wrong_state" {
		t.Errorf("read in quarantine: %v", err)
	}

	d = h.move(t, checker, d.ID, archive.Release, "đã xem, không sao")
	if d.State != archive.Review || d.Object != 1 || h.bytes(t, clerk, d.ID, 1) != "paper một" || h.bytes(t, clerk, d.ID, 2) != "paper hai" {
		t.Errorf("released: %+v", d)
	}
	if keys := h.aside.Keys(); len(keys) > 0 {
		t.Errorf("left in quarantine: %v", keys)
	}
	h.work(t, d.ID, archive.ReadingDone)
	if !strings.Contains(h.text(t, d.ID), "paper hai") {
		t.Errorf("text after release: %q", h.text(t, d.ID))
	}
	h.sound(t)
}

func TestReleaseJudgesAgain(t *testing.T) {
	cases := []struct {
		reason  string
		content string
		scanner bool
		away    bool // at the release
		gone    bool // at the release the house has no scanner
		code    string
	}{
		{"a checker lets active content in", "script", false, false, false, ""},
		{"active content, scanned", "script", true, false, false, ""},
		{"damage stays", "broken", false, false, false, "damaged_file"},
		{"a virus stays", "paper with a virus", true, false, false, "unsafe_file"},
		{"nothing leaves unscanned", "script", true, true, false, "scanner_away"},
		{"a virus that nobody can look at again", "paper with a virus", true, false, true, "no_scanner"},
		{"active content in a house that gave its scanner up", "script", true, false, true, ""},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			h := open(t)
			if c.scanner {
				h.virus = &scanner{}
				h.reopen(t)
			}
			d := h.keptAside(t, c.content)
			if c.away {
				h.virus.leave(true)
			}
			if c.gone {
				h.Scanner = nil
			}
			_, err := h.Move(context.Background(), checker, d.ID, archive.MoveRequest{Move: archive.Release, Reason: "cần gấp"})
			if archive.CodeOf(err) != c.code {
				t.Fatalf("got %v", err)
			}
			after, err := h.Document(context.Background(), checker, d.ID)
			if err != nil {
				t.Fatal(err)
			}
			if c.code == "" {
				if after.State != archive.Review || len(after.Findings) != 1 || after.Findings[0].Code != "javascript" {
					t.Errorf("the findings are gone: %+v", after)
				}
			} else if after.State != archive.Quarantined || h.bytes(t, checker, d.ID, 0) != c.content {
				t.Errorf("%s", after.State)
			}
			h.sound(t)
		})
	}
}

// What quarantined only because nobody could scan it leaves by itself; what turns out bad stays, with what was found.
func TestScannerComesBack(t *testing.T) {
	h := open(t)
	h.virus = &scanner{away: true}
	h.reopen(t)
	ctx := context.Background()
	good, bad := h.deposit(t, "một"), h.deposit(t, "virus")
	unsafe := paper("hai")
	unsafe.Body, unsafe.OnFault = strings.NewReader("script hai"), archive.KeepAside
	script, err := h.Deposit(ctx, clerk, unsafe)
	if err != nil {
		t.Fatal(err)
	}
	thrown := h.deposit(t, "bỏ")
	h.move(t, clerk, thrown.ID, archive.Discard, "nhầm")
	if _, err := h.AddVersion(ctx, clerk, good.ID, 0, paper("x")); archive.CodeOf(err) != "wrong_state" {
		t.Errorf("a new scan in quarantine: %v", err)
	}
	if err := h.ScanNext(ctx); archive.KindOf(err) != archive.Unavailable {
		t.Errorf("while the scanner is away: %v", err)
	}
	h.virus.leave(false)
	h.clock.pass(time.Hour)
	for range 4 {
		if err := h.ScanNext(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.ScanNext(ctx); archive.CodeOf(err) != "no_job" {
		t.Errorf("a fifth job: %v", err)
	}
	for _, c := range []struct {
		reason string
		id     archive.ID
		state  archive.State
		found  string
	}{
		{"clean", good.ID, archive.Review, ""}, {"a virus", bad.ID, archive.Quarantined, "virus"},
		{"clean with active content", script.ID, archive.Quarantined, "javascript"}, {"discarded meanwhile", thrown.ID, archive.Discarded, "not_scanned"},
	} {
		d, err := h.Document(ctx, checker, c.id)
		if err != nil || d.State != c.state || len(d.Findings) > 1 || c.found != "" && (len(d.Findings) != 1 || d.Findings[0].Code != c.found) {
			t.Errorf("%s: %s %+v, %v", c.reason, d.State, d.Findings, err)
		}
	}
	evs, err := h.History(ctx, checker, good.ID, archive.ID{}, 0)
	last := archive.Event{}
	for _, e := range evs {
		if e.Action == archive.EvMove {
			last = e
		}
	}
	if err != nil || last.ActorRole != archive.RoleSystem || last.Detail["move"] != "release" {
		t.Errorf("the release is told as %+v, %v", last, err)
	}
	// Restored, what nobody has scanned is scanned after all.
	if d := h.move(t, clerk, thrown.ID, archive.Restore, ""); d.State != archive.Quarantined {
		t.Errorf("restored to %s", d.State)
	}
	if err := h.ScanNext(ctx); err != nil {
		t.Fatal(err)
	}
	if d, err := h.Document(ctx, clerk, thrown.ID); err != nil || d.State != archive.Review {
		t.Errorf("restored and scanned: %s, %v", d.State, err)
	}
	h.sound(t)
}

func TestUploaderSeesThatHerPaperIsInQuarantineAndNothingOfIt(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	d := h.keptAside(t, "script một")
	other := archive.Actor{ID: archive.NewID(), Name: "Đồng nghiệp", Role: archive.RoleClerk, Agency: "H15.50"}
	see := func(a archive.Actor, want bool) {
		t.Helper()
		l, err := h.Documents(ctx, a, archive.Filter{States: []archive.State{archive.Quarantined}})
		n, cerr := h.Counts(ctx, a)
		_, derr := h.Document(ctx, a, d.ID)
		if err != nil || cerr != nil || (len(l.Items) == 1) != want || (n[archive.Quarantined] == 1) != want || (derr == nil) != want {
			t.Errorf("%s: %d listed, %d counted, %v, %v, %v", a.Name, len(l.Items), n[archive.Quarantined], err, cerr, derr)
		}
	}
	see(clerk, true)
	see(checker, true)
	see(other, false)
	see(foreign, false)
	inside := func(a archive.Actor) map[string]error {
		_, _, file := h.File(ctx, a, d.ID, 0)
		_, words := h.PageWords(ctx, a, d.ID, 1)
		_, image := h.PageImage(ctx, a, d.ID, 1, 400)
		return map[string]error{"file": file, "words": words, "image": image, "text": h.WriteText(ctx, a, d.ID, new(strings.Builder))}
	}
	for what, err := range inside(clerk) {
		if archive.KindOf(err) != archive.Forbidden {
			t.Errorf("%s for the uploader: %v", what, err)
		}
	}
	for what, err := range inside(checker) {
		if what != "words" {
			if err != nil {
				t.Errorf("%s for a checker: %v", what, err)
			}
		} else if archive.CodeOf(err) != "not_ready" {
			t.Errorf("%s for a checker: %v", what, err)
		}
	}
	h.move(t, clerk, d.ID, archive.Discard, "gửi nhầm")
	archivist := archive.Actor{ID: archive.NewID(), Role: archive.RoleArchivist, Agency: "H15.50"}
	if _, _, err := h.File(ctx, archivist, d.ID, 0); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("an archivist opens what was discarded from quarantine: %v", err)
	}
	if err := inside(clerk)["image"]; archive.KindOf(err) != archive.Forbidden {
		t.Errorf("discarded, the uploader sees the page: %v", err)
	}
	h.clock.pass(31 * 24 * time.Hour)
	if _, err := h.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if keys := h.aside.Keys(); len(keys) > 0 {
		t.Errorf("erased, and still there: %v", keys)
	}
	h.sound(t)
}

func TestPowerFailsDuringQuarantine(t *testing.T) {
	t.Parallel()
	everyWrite(t, func(t *testing.T, h *house) error {
		d := h.deposit(t, "một")
		_, err := h.AddVersion(context.Background(), clerk, d.ID, 0, paper("hai"))
		return err
	}, func(t *testing.T, h *house) error {
		_, err := h.Move(context.Background(), checker, h.only(t).ID, archive.MoveRequest{Move: archive.Quarantine, Reason: "nghi ngờ"})
		return err
	}, func(t *testing.T, h *house, acted error) {
		h.eitherSide(t, acted, archive.Quarantine, archive.Release)
	})
}

func TestPowerFailsDuringRelease(t *testing.T) {
	t.Parallel()
	everyWrite(t, func(t *testing.T, h *house) error {
		d := h.deposit(t, "một")
		if _, err := h.AddVersion(context.Background(), clerk, d.ID, 0, paper("hai")); err != nil {
			return err
		}
		_, err := h.Move(context.Background(), checker, d.ID, archive.MoveRequest{Move: archive.Quarantine, Reason: "nghi ngờ"})
		return err
	}, func(t *testing.T, h *house) error {
		_, err := h.Move(context.Background(), checker, h.only(t).ID, archive.MoveRequest{Move: archive.Release, Reason: "đã xem"})
		return err
	}, func(t *testing.T, h *house, acted error) {
		h.eitherSide(t, acted, archive.Release, archive.Quarantine)
	})
}

// eitherSide checks after a power failure during move that the paper is whole on one side of the wall and not on the other,
// that an acknowledged move stands, and that a paper can go to and fro as before.
func (h *house) eitherSide(t *testing.T, acted error, move, back archive.Move) {
	t.Helper()
	d := h.only(t)
	to := map[archive.Move]archive.State{archive.Quarantine: archive.Quarantined, archive.Release: archive.Review}
	if acted == nil && d.State != to[move] {
		t.Errorf("acknowledged, and undone: %s", d.State)
	}
	whole := func() {
		t.Helper()
		if h.bytes(t, checker, d.ID, 1) != "paper một" || h.bytes(t, checker, d.ID, 2) != "paper hai" {
			t.Error("a version is not what was deposited")
		}
		h.sound(t)
	}
	whole()
	if d.State == to[move] {
		move, back = back, move
	}
	for _, m := range []archive.Move{move, back} {
		if d = h.move(t, checker, d.ID, m, "lại"); d.State != to[m] {
			t.Errorf("%s leads to %s", m, d.State)
		}
		whole()
	}
}

// A file the scanner answers about and never judges, as one too large for it, is asked about ever less often; when a checker has
// let it in there is nothing left to ask.
func TestAScannerThatNeverJudgesAFileIsAskedLessOften(t *testing.T) {
	h := open(t)
	h.virus = &scanner{away: true}
	h.reopen(t)
	ctx := context.Background()
	d := h.deposit(t, "một")
	for n := range 12 {
		if err := h.ScanNext(ctx); archive.KindOf(err) != archive.Unavailable {
			t.Fatalf("try %d: %v", n+1, err)
		}
		wait := 5 * time.Minute
		if n+1 >= 10 {
			h.clock.pass(wait)
			if err := h.ScanNext(ctx); archive.CodeOf(err) != "no_job" {
				t.Errorf("behind try %d it is asked again at once: %v", n+1, err)
			}
			wait = time.Hour
		}
		h.clock.pass(wait)
	}
	h.virus.leave(false)
	if got := h.move(t, checker, d.ID, archive.Release, "đã nâng giới hạn"); got.State != archive.Review {
		t.Errorf("a checker's try: %s", got.State)
	}
	h.clock.pass(time.Hour)
	if err := h.ScanNext(ctx); err != nil {
		t.Errorf("the job of a paper that is released: %v", err)
	}
	st, err := h.Status(ctx, archive.System)
	if j := st.Jobs[archive.JobScan]; err != nil || j.Failed+j.Due+j.Later+j.Running != 0 {
		t.Errorf("jobs: %+v, %v", st.Jobs, err)
	}
}

package archive_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

var (
	colleague = archive.Actor{ID: archive.NewID(), Name: "Cán bộ khác", Role: archive.RoleClerk, Agency: "H15.50"}
	second    = archive.Actor{ID: archive.NewID(), Name: "Kiểm tra khác", Role: archive.RoleChecker, Agency: "H15.50"}
)

// on makes moves one after another: the clerk's by the clerk, the rest by the checker.
func (h *house) on(t testing.TB, d archive.Document, moves ...archive.Move) archive.Document {
	t.Helper()
	for _, m := range moves {
		var err error
		switch m {
		case archive.Rescan:
			scan := paper(fmt.Sprintf("bản %d của %s", len(d.Versions)+1, d.Versions[0].FileName))
			scan.Reason = "mờ"
			d, err = h.AddVersion(context.Background(), clerk, d.ID, d.Revision, scan)
		case archive.Submit:
			d, err = h.Move(context.Background(), clerk, d.ID, archive.MoveRequest{Move: m})
		default:
			d, err = h.Move(context.Background(), checker, d.ID, archive.MoveRequest{Move: m, Reason: "vì vậy"})
		}
		if err != nil {
			t.Fatalf("%s: %v", m, err)
		}
	}
	return d
}

var (
	toAccepted  = []archive.Move{archive.Submit, archive.Accept}
	toPublished = append(slices.Clone(toAccepted), archive.Publish)
)

func way(parts ...any) []archive.Move {
	var out []archive.Move
	for _, p := range parts {
		switch p := p.(type) {
		case archive.Move:
			out = append(out, p)
		case []archive.Move:
			out = append(out, p...)
		}
	}
	return out
}

// Every state a paper can be in before its end, with everything that can stand behind it: what each person may do, which
// version counts and which one is public.
func TestWhatStandsBehindANewScan(t *testing.T) {
	t.Parallel()
	newScan := way(toPublished, archive.Rescan)
	both := way(newScan, toAccepted, archive.Rescan)
	for _, c := range []struct {
		reason                       string
		way                          []archive.Move
		state                        archive.State
		stands                       string
		head, public                 int
		checker, uploader, colleague string
	}{
		{"fresh", nil, archive.Review, "", 1, 0, "submit quarantine discard rescan arrange split merge move", "submit discard rescan arrange split merge move", "submit rescan arrange split merge move"},
		{"sent on", way(archive.Submit), archive.Checking, "", 1, 0, "accept return quarantine discard move", "discard", ""},
		{"sent back", way(archive.Submit, archive.Return), archive.Returned, "", 1, 0, "submit quarantine discard rescan arrange split merge move", "submit discard rescan arrange split merge move", "submit rescan arrange split merge move"},
		{"accepted", toAccepted, archive.Accepted, "", 1, 0, "publish rescan move", "rescan", ""},
		{"published", toPublished, archive.Published, "", 1, 1, "supersede withdraw rescan move", "rescan", ""},
		{"withdrawn", way(toPublished, archive.Withdraw), archive.Withdrawn, "", 1, 0, "", "", ""},
		{"superseded", way(toPublished, archive.Supersede), archive.Superseded, "", 1, 0, "", "", ""},

		{"scanned again after acceptance", way(toAccepted, archive.Rescan), archive.Review, "accepted 1", 2, 0, "submit rescan arrange revert move", "submit rescan arrange revert", "submit rescan arrange"},
		{"that sent on", way(toAccepted, archive.Rescan, archive.Submit), archive.Checking, "accepted 1", 2, 0, "accept return revert move", "revert", ""},
		{"that sent back", way(toAccepted, archive.Rescan, archive.Submit, archive.Return), archive.Returned, "accepted 1", 2, 0, "submit rescan arrange revert move", "submit rescan arrange revert", "submit rescan arrange"},
		{"that scanned once more", way(toAccepted, archive.Rescan, archive.Rescan), archive.Review, "accepted 1", 3, 0, "submit rescan arrange revert move", "submit rescan arrange revert", "submit rescan arrange"},
		{"that accepted", way(toAccepted, archive.Rescan, toAccepted), archive.Accepted, "", 2, 0, "publish rescan move", "rescan", ""},
		{"that dropped", way(toAccepted, archive.Rescan, archive.Revert), archive.Accepted, "", 1, 0, "publish rescan move", "rescan", ""},
		{"dropped, and scanned again", way(toAccepted, archive.Rescan, archive.Revert, archive.Rescan), archive.Review, "accepted 1", 3, 0, "submit rescan arrange revert move", "submit rescan arrange revert", "submit rescan arrange"},

		{"scanned again while public", newScan, archive.Review, "published 1", 2, 1, "submit rescan arrange revert move", "submit rescan arrange revert", "submit rescan arrange"},
		{"that checked", way(newScan, archive.Submit), archive.Checking, "published 1", 2, 1, "accept return revert move", "revert", ""},
		{"that returned", way(newScan, archive.Submit, archive.Return), archive.Returned, "published 1", 2, 1, "submit rescan arrange revert move", "submit rescan arrange revert", "submit rescan arrange"},
		{"that accepted, the old one still public", way(newScan, toAccepted), archive.Accepted, "published 1", 2, 1, "publish rescan revert move", "rescan", ""},
		{"that published", way(newScan, toPublished), archive.Published, "", 2, 2, "supersede withdraw rescan move", "rescan", ""},
		{"that dropped while public", way(newScan, archive.Submit, archive.Revert), archive.Published, "", 1, 1, "supersede withdraw rescan move", "rescan", ""},
		{"accepted, then dropped", way(newScan, toAccepted, archive.Revert), archive.Published, "", 1, 1, "supersede withdraw rescan move", "rescan", ""},
		{"dropped, then withdrawn", way(newScan, archive.Revert, archive.Withdraw), archive.Withdrawn, "", 1, 0, "", "", ""},

		{"accepted, scanned a third time", both, archive.Review, "published 1, accepted 2", 3, 1, "submit rescan arrange revert move", "submit rescan arrange revert", "submit rescan arrange"},
		{"the third checked", way(both, archive.Submit), archive.Checking, "published 1, accepted 2", 3, 1, "accept return revert move", "revert", ""},
		{"the third returned", way(both, archive.Submit, archive.Return), archive.Returned, "published 1, accepted 2", 3, 1, "submit rescan arrange revert move", "submit rescan arrange revert", "submit rescan arrange"},
		{"the third dropped", way(both, archive.Revert), archive.Accepted, "published 1", 2, 1, "publish rescan revert move", "rescan", ""},
		{"and the second", way(both, archive.Revert, archive.Revert), archive.Published, "", 1, 1, "supersede withdraw rescan move", "rescan", ""},
		{"the third accepted", way(both, toAccepted), archive.Accepted, "published 1", 3, 1, "publish rescan revert move", "rescan", ""},
		{"the third published", way(both, toPublished), archive.Published, "", 3, 3, "supersede withdraw rescan move", "rescan", ""},
	} {
		t.Run(c.reason, func(t *testing.T) {
			h := open(t)
			d := h.on(t, h.deposit(t, "một"), c.way...)
			d, err := h.Document(t.Context(), checker, d.ID)
			if err != nil {
				t.Fatal(err)
			}
			var stands []string
			for _, s := range d.Standing {
				stands = append(stands, fmt.Sprint(s.State, " ", s.Version))
			}
			may := func(a archive.Actor) string {
				var out []string
				for _, r := range archive.Moves(a, &d) {
					out = append(out, string(r.Move))
				}
				return strings.Join(out, " ")
			}
			type facts struct {
				State                        archive.State
				Stands                       string
				Head, Public                 int
				Checker, Uploader, Colleague string
			}
			got := facts{d.State, strings.Join(stands, ", "), d.Head().Number, d.PublicVersion(), may(checker), may(clerk), may(colleague)}
			if diff := cmp.Diff(facts{c.state, c.stands, c.head, c.public, c.checker, c.uploader, c.colleague}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			h.servesPublic(t, &d)
			h.sound(t)
		})
	}
}

// servesPublic wants the public file to be the one the document says, or none.
func (h *house) servesPublic(t testing.TB, d *archive.Document) {
	t.Helper()
	c, v, err := h.File(context.Background(), clerk, d.ID, archive.PublicFile)
	if d.PublicVersion() == 0 {
		if archive.KindOf(err) != archive.NotFound {
			t.Errorf("nothing is public, and it is served: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatalf("public file: %v", err)
	}
	c.Close()
	if want := d.Versions[d.PublicVersion()-1].Digest; v.Digest != want {
		t.Errorf("public is %s, served %s", want, v.Digest)
	}
}

// What nobody checked goes with the new scan: fields edited meanwhile, its findings, who sent it on. The words of the old
// version are found again without reading a page.
func TestDroppingANewScanBringsEverythingBack(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	before := h.on(t, h.work(t, h.deposit(t, "một").ID, archive.ReadingDone), toPublished...)
	d := h.on(t, before, archive.Rescan)
	h.work(t, d.ID, archive.ReadingDone)
	if got := h.text(t, d.ID); !strings.Contains(got, "bản 2") {
		t.Errorf("in review the text is %q", got)
	}
	f := d.Fields
	f.Subject, f.Number = "sửa chưa ai kiểm tra", "99"
	if _, err := h.Edit(ctx, colleague, d.ID, archive.Edit{Fields: &f}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Move(ctx, colleague, d.ID, archive.MoveRequest{Move: archive.Submit}); err != nil {
		t.Fatal(err)
	}
	h.reader.read = nil
	after := h.on(t, d, archive.Revert)
	after = h.work(t, after.ID, archive.ReadingDone)
	if len(h.reader.read) != 0 {
		t.Errorf("pages %v were read again", h.reader.read)
	}
	if got := h.text(t, d.ID); !strings.HasPrefix(got, "trang 1 của paper một\n") {
		t.Errorf("the text is %q", got)
	}
	if diff := cmp.Diff(before.Fields, after.Fields); diff != "" {
		t.Errorf("fields (-before +after):\n%s", diff)
	}
	if after.State != archive.Published || after.Submitter != before.Submitter || after.Reason != before.Reason || !after.PublishedAt.Equal(before.PublishedAt) || after.Standing != nil {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
	if len(after.Versions) != 2 || h.bytes(t, clerk, d.ID, 2) == h.bytes(t, clerk, d.ID, 0) {
		t.Error("the dropped scan is kept, and does not count")
	}
	h.sound(t)
}

// While a version stands, what is of the paper and not of a scan cannot be changed on the side, and the paper cannot be lost.
func TestStandingVersionIsNotChangedOnTheSide(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	d := h.on(t, h.deposit(t, "một"), way(toPublished, archive.Rescan)...)
	kind, access, dossier := archive.Component, archive.Public, archive.DossierCode("H15.50-261008-0001")
	for name, e := range map[string]archive.Edit{"kind": {Kind: &kind}, "access": {Access: &access}, "dossier": {Dossier: &dossier}} {
		if _, err := h.Edit(ctx, clerk, d.ID, e); archive.CodeOf(err) != "version_stands" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range []struct {
		reason string
		do     func() error
		code   string
	}{
		{"thrown away", func() error {
			_, err := h.Move(ctx, checker, d.ID, archive.MoveRequest{Move: archive.Discard, Reason: "nhầm"})
			return err
		}, "version_stands"},
		{"moved by a clerk", func() error {
			_, err := h.Refile(ctx, clerk, d.ID, archive.Refiling{Dossier: dossier, Reason: "nhầm"})
			return err
		}, "forbidden"},
		{"dropped without a reason", func() error {
			_, err := h.Move(ctx, checker, d.ID, archive.MoveRequest{Move: archive.Revert})
			return err
		}, "reason_required"},
		{"dropped by a clerk who has nothing to do with it", func() error {
			_, err := h.Move(ctx, colleague, d.ID, archive.MoveRequest{Move: archive.Revert, Reason: "nhầm"})
			return err
		}, "forbidden"},
	} {
		if err := c.do(); archive.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", c.reason, err, c.code)
		}
	}
	plain := h.on(t, h.deposit(t, "hai"), toAccepted...)
	if _, err := h.AddVersion(ctx, checker, plain.ID, 0, paper("hai, lần nữa")); archive.CodeOf(err) != "reason_required" {
		t.Errorf("an accepted paper is scanned again without a reason: %v", err)
	}
	again := paper("hai, lần nữa")
	again.Reason = "thiếu trang"
	if _, err := h.AddVersion(ctx, colleague, plain.ID, 0, again); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("by a clerk who has nothing to do with it: %v", err)
	}
}

// Whoever scanned cannot check her own scan, a checker neither.
func TestWhoeverScannedDoesNotAccept(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	d := h.on(t, h.deposit(t, "một"), toAccepted...)
	scan := paper("một, lần hai")
	scan.Reason = "mờ"
	if _, err := h.AddVersion(ctx, checker, d.ID, 0, scan); err != nil {
		t.Fatal(err)
	}
	h.on(t, d, archive.Submit)
	if _, err := h.Move(ctx, checker, d.ID, archive.MoveRequest{Move: archive.Accept}); archive.CodeOf(err) != "four_eyes" {
		t.Errorf("accepted by who scanned it: %v", err)
	}
	if _, err := h.Move(ctx, second, d.ID, archive.MoveRequest{Move: archive.Accept}); err != nil {
		t.Errorf("by another: %v", err)
	}
}

// A paper wanders by chance: whatever happens, what was published last stays served until something else is published or it
// is taken away, and a paper with a standing version is never thrown away.
func TestWandering(t *testing.T) {
	t.Parallel()
	h := open(t)
	chance := testkit.Chance(7)
	for round := range 12 {
		d := h.deposit(t, fmt.Sprintf("tờ %d", round))
		public := ""
		for range 25 {
			all := []archive.Actor{clerk, checker, second}
			who := all[chance.IntN(len(all))]
			ms := archive.Moves(who, &d)
			if len(ms) == 0 {
				continue
			}
			m := ms[chance.IntN(len(ms))].Move
			var err error
			switch m {
			case archive.Quarantine, archive.Release, archive.Withdraw, archive.Supersede:
				continue
			case archive.Rescan:
				scan := paper(fmt.Sprintf("tờ %d bản %d", round, len(d.Versions)+1))
				scan.Reason = "mờ"
				d, err = h.AddVersion(t.Context(), who, d.ID, d.Revision, scan)
			case archive.Split, archive.Merge: // they end a paper, or need two
				continue
			case archive.Arrange:
				d, err = h.Arrange(t.Context(), who, d.ID, archive.Arrangement{Pages: own(2, -1)})
			case archive.Refile:
				d, err = h.Refile(t.Context(), who, d.ID, archive.Refiling{Dossier: archive.DossierCode(fmt.Sprintf("H15.50-261008-%04d", len(d.Versions)+int(d.Revision))), Reason: "nhầm"})
			default:
				d, err = h.Move(t.Context(), who, d.ID, archive.MoveRequest{Move: m, Reason: "vì vậy"})
			}
			if err != nil {
				t.Fatalf("round %d, %s by %s: %v", round, m, who.Name, err)
			}
			if m == archive.Publish {
				public = h.bytes(t, clerk, d.ID, 0)
			}
			if d, err = h.Document(t.Context(), checker, d.ID); err != nil {
				t.Fatal(err)
			}
			if (public != "") != (d.PublicVersion() != 0) || public != "" && h.bytes(t, clerk, d.ID, archive.PublicFile) != public {
				t.Fatalf("round %d after %s: %q was published, version %d of %+v is public", round, m, public, d.PublicVersion(), d.State)
			}
			if d.State == archive.Discarded && (public != "" || len(d.Standing) > 0) {
				t.Fatalf("round %d: thrown away with %+v standing", round, d.Standing)
			}
		}
	}
	h.sound(t)
}

// A catalog that is lost does not take with it what stands behind a new scan: the papers say it themselves, log or no log.
func TestWhatStandsComesBackFromTheStoreAlone(t *testing.T) {
	for _, logged := range []bool{true, false} {
		t.Run(fmt.Sprint("segments closed ", logged), func(t *testing.T) {
			h := open(t)
			ways := [][]archive.Move{way(toPublished, archive.Rescan), way(toPublished, archive.Rescan, archive.Revert), way(toPublished, archive.Rescan, toAccepted, archive.Rescan)}
			var want []archive.Document
			for i, moves := range ways {
				d := h.on(t, h.deposit(t, fmt.Sprint("tờ ", i)), moves...)
				d.Reading, d.Revision = archive.Reading{}, 0
				want = append(want, d)
			}
			if logged {
				h.closeAll(t)
			}
			h.loseCatalog(t)
			if _, err := h.Rebuild(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			for _, d := range want {
				got, err := h.Document(t.Context(), checker, d.ID)
				if err != nil {
					t.Fatal(err)
				}
				got.Reading, got.Revision = archive.Reading{}, 0
				if diff := cmp.Diff(d, got); diff != "" {
					t.Errorf("(-before +after):\n%s", diff)
				}
				h.servesPublic(t, &got)
			}
		})
	}
}

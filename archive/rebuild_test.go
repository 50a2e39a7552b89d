package archive_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/storage/ocfl"
)

// dump is everything a rebuild promises to bring back.
type dump struct {
	Documents  []archive.Document
	Dossiers   []archive.Dossier
	Agencies   []archive.Agency
	Procedures []archive.Procedure
	Accounts   []archive.Account
	Events     []archive.Event
}

func (h *house) dump(t *testing.T) (d dump) {
	t.Helper()
	ctx := context.Background()
	err := h.Catalog.View(ctx, func(tx archive.Tx) (err error) {
		d = dump{}
		for after := (archive.ID{}); ; {
			page, err := tx.Documents().Walk(ctx, after, 100)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			d.Documents = append(d.Documents, page...)
			after = page[len(page)-1].ID
		}
		for i := range d.Documents {
			d.Documents[i].Reading = archive.Reading{} // done again from the words, or from the scan
		}
		l, err := tx.Dossiers().Browse(ctx, archive.Visibility{Everything: true}, archive.DossierFilter{Limit: 200})
		if err != nil {
			return err
		}
		d.Dossiers = l.Items
		if d.Agencies, err = tx.Registry().Agencies(ctx); err != nil {
			return err
		}
		if d.Procedures, err = tx.Registry().Procedures(ctx); err != nil {
			return err
		}
		if d.Accounts, err = tx.Accounts().List(ctx, "", 200); err != nil {
			return err
		}
		for i := range d.Accounts {
			d.Accounts[i].PasswordHash, d.Accounts[i].MustChange = "", true
		}
		d.Events, err = tx.Events().Since(ctx, -1, 10_000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (h *house) number(t *testing.T) {
	t.Helper()
	for {
		n, err := h.Ledger.Sequence(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// closeAll numbers what is there and closes every segment.
func (h *house) closeAll(t *testing.T) {
	t.Helper()
	h.number(t)
	for {
		n, err := h.CloseSegment(context.Background(), true)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// loseCatalog starts the house on an empty catalog over the same store.
func (h *house) loseCatalog(t *testing.T) {
	t.Helper()
	h.close()
	h.cat = nil
	for _, ending := range []string{"", "-wal", "-shm"} {
		os.Remove(filepath.Join(h.dir, "catalog.db"+ending))
	}
	h.reopen(t)
}

// live lets a house live: papers in every state, dossiers, agencies, procedures, people, more than one segment.
func (h *house) live(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	admin := archive.Actor{ID: archive.NewID(), Name: "Quản trị", Role: archive.RoleAdmin}
	_, err := h.PutAgency(ctx, admin, archive.Agency{Code: "H15", Name: "Tỉnh"}, 0)
	must(err)
	_, err = h.AddAccount(ctx, admin, archive.Account{Login: "lan", Name: "Lan", Role: archive.RoleClerk, Agency: "H15.50", PasswordHash: "$argon2id$…"})
	must(err)
	for i, moves := range [][]archive.Move{
		{}, {archive.Submit}, {archive.Submit, archive.Return}, {archive.Submit, archive.Accept}, {archive.Submit, archive.Accept, archive.Publish},
		{archive.Submit, archive.Accept, archive.Publish, archive.Withdraw}, {archive.Submit, archive.Accept, archive.Publish, archive.Supersede}, {archive.Discard},
	} {
		p := paper(fmt.Sprintf("số %d", i))
		p.Dossier = archive.DossierCode(fmt.Sprintf("H15.50-261008-%04d", 100+i%3))
		d, err := h.Deposit(ctx, clerk, p)
		must(err)
		for _, m := range moves {
			who := checker
			if m == archive.Submit || m == archive.Discard {
				who = clerk
			}
			if m == archive.Accept {
				h.closeAll(t) // segments of few events, and papers whose store is ahead of the last of them
			}
			_, err := h.Move(ctx, who, d.ID, archive.MoveRequest{Move: m, Reason: "lý do"})
			must(err)
		}
	}
}

func TestCatalogIsRebuiltFromTheStoreAlone(t *testing.T) {
	h := open(t)
	h.live(t)
	h.closeAll(t)
	want := h.dump(t)
	h.loseCatalog(t)
	got, err := h.Rebuild(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Segments < 5 || got.Ahead != 0 || got.Documents == 0 || got.Accounts != 1 {
		t.Errorf("%+v", got)
	}
	after := h.dump(t)
	if n := len(want.Events); len(after.Events) < n {
		t.Fatalf("%d events of %d", len(after.Events), n)
	} else {
		after.Events = after.Events[:n] // what came behind says that the house was rebuilt
	}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Error(diff)
	}
	h.number(t)
	h.sound(t)
	if _, err := h.Rebuild(t.Context(), nil); archive.CodeOf(err) != "catalog_not_empty" {
		t.Errorf("twice: %v", err)
	}
}

func TestWhatHappenedAfterTheLastSegmentIsInThePapersThemselves(t *testing.T) {
	h := open(t)
	h.live(t)
	h.closeAll(t)
	// Accepted, published, withdrawn and deposited since: in the store, in no segment.
	d := h.deposit(t, "mới")
	for _, m := range []archive.Move{archive.Submit, archive.Accept, archive.Publish, archive.Withdraw} {
		who := checker
		if m == archive.Submit {
			who = clerk
		}
		if _, err := h.Move(t.Context(), who, d.ID, archive.MoveRequest{Move: m, Reason: "lý do"}); err != nil {
			t.Fatal(err)
		}
	}
	h.loseCatalog(t)
	got, err := h.Rebuild(t.Context(), nil)
	if err != nil || got.Ahead != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	back, err := h.Document(t.Context(), checker, d.ID)
	if err != nil || back.State != archive.Withdrawn || back.Object != 4 {
		t.Errorf("%+v %v", back, err)
	}
	h.number(t)
	h.sound(t)
}

// TestAnOlderCatalogCatchesUp puts a copy of the catalog made earlier over a store that went on.
func TestAnOlderCatalogCatchesUp(t *testing.T) {
	h := open(t)
	h.live(t)
	h.closeAll(t)
	h.deposit(t, "trước khi sao lưu") // in the copy, in no segment yet
	h.close()
	h.cat = nil
	copyDir(t, h.dir, filepath.Join(h.dir, "backup"), "catalog.db")
	h.reopen(t)
	h.live2(t)
	h.closeAll(t)
	want := h.dump(t)
	h.close()
	h.cat = nil
	copyDir(t, filepath.Join(h.dir, "backup"), h.dir, "catalog.db")
	h.reopen(t)
	got, err := h.CatchUp(t.Context(), nil)
	if err != nil || got.Segments == 0 {
		t.Fatalf("%+v %v", got, err)
	}
	after := h.dump(t)
	after.Events = after.Events[:min(len(want.Events), len(after.Events))]
	if diff := cmp.Diff(want, after); diff != "" {
		t.Error(diff)
	}
	h.number(t)
	h.sound(t)
	if got, err := h.CatchUp(t.Context(), nil); err != nil || got != (archive.Rebuilt{}) {
		t.Errorf("again: %+v %v", got, err)
	}
}

// TestAForkedLogIsRefused lets an older catalog go on by itself before it meets what the store had.
func TestAForkedLogIsRefused(t *testing.T) {
	h := open(t)
	h.deposit(t, "một")
	h.closeAll(t)
	h.close()
	h.cat = nil
	copyDir(t, h.dir, filepath.Join(h.dir, "backup"), "catalog.db")
	h.reopen(t)
	h.deposit(t, "hai")
	h.closeAll(t)
	h.close()
	h.cat = nil
	copyDir(t, filepath.Join(h.dir, "backup"), h.dir, "catalog.db")
	h.reopen(t)
	h.deposit(t, "ba")
	h.number(t)
	before := h.dump(t)
	if _, err := h.CatchUp(t.Context(), nil); archive.CodeOf(err) != "log_forked" {
		t.Errorf("%v", err)
	}
	if diff := cmp.Diff(before, h.dump(t)); diff != "" {
		t.Error(diff)
	}
}

func (h *house) live2(t *testing.T) {
	t.Helper()
	for i := range 5 {
		d := h.deposit(t, fmt.Sprintf("sau %d", i))
		if _, err := h.Move(context.Background(), clerk, d.ID, archive.MoveRequest{Move: archive.Submit}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Move(context.Background(), checker, d.ID, archive.MoveRequest{Move: archive.Accept}); err != nil {
			t.Fatal(err)
		}
	}
}

func copyDir(t *testing.T, from, to, name string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, ending := range []string{"", "-wal", "-shm"} {
		b, err := os.ReadFile(filepath.Join(from, name+ending))
		if os.IsNotExist(err) {
			os.Remove(filepath.Join(to, name+ending))
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name+ending), b, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWordsThatAreStillThereAreNotReadAgain(t *testing.T) {
	h := open(t)
	d := h.deposit(t, "một")
	before := h.work(t, d.ID, archive.ReadingDone)
	h.closeAll(t)
	h.loseCatalog(t)
	got, err := h.Rebuild(t.Context(), nil)
	if err != nil || got.Readings != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	h.reader.read = nil
	after := h.work(t, d.ID, archive.ReadingDone)
	if len(h.reader.read) != 0 {
		t.Errorf("pages %v were read again", h.reader.read)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
}

// TestSegmentsCloseInTime: P4 promises that a lost catalog comes back up to a minute ago.
func TestSegmentsCloseInTime(t *testing.T) {
	h := open(t)
	h.deposit(t, "một")
	h.number(t)
	if n, err := h.CloseSegment(t.Context(), false); n != 0 || err != nil {
		t.Fatalf("at once: %d, %v", n, err)
	}
	h.clock.pass(h.Limits.SegmentTime + time.Second)
	if n, err := h.CloseSegment(t.Context(), false); n == 0 || err != nil {
		t.Fatalf("in time: %d, %v", n, err)
	}
	if h.Limits.SegmentTime > time.Minute {
		t.Error("the default is over the promise")
	}
}

func TestCheckFollowsTheSegments(t *testing.T) {
	kinds := func(t *testing.T, h *house) (out []string) {
		t.Helper()
		err := h.Check(t.Context(), archive.CheckOptions{ReadData: true}, func(d archive.Discrepancy) error {
			out = append(out, d.Kind)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	t.Run("one is gone", func(t *testing.T) {
		h := open(t)
		h.deposit(t, "một")
		h.closeAll(t)
		h.deposit(t, "hai")
		h.closeAll(t)
		if err := h.Vault.Erase(t.Context(), "urn:sohoa:segment:sohoa:audit:1:000000000000"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"segment_missing"}, kinds(t, h)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("another log's", func(t *testing.T) {
		h, other := open(t), open(t)
		for _, x := range []*house{h, other} {
			x.deposit(t, "một")
			x.closeAll(t)
		}
		const first = "urn:sohoa:segment:sohoa:audit:1:000000000000"
		if err := h.Vault.Erase(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		if _, err := other.Vault.(*ocfl.Vault).CopyTo(t.Context(), h.Vault.(*ocfl.Vault), first); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"segment_mismatch"}, kinds(t, h)); diff != "" {
			t.Error(diff)
		}
	})
}

// The power fails between a segment in the store and its place in the catalog. That is no store ahead of its catalog: nothing
// is replayed, and the janitor goes on.
func TestASegmentWhosePlaceWasNotNoted(t *testing.T) {
	ctx := context.Background()
	h := open(t)
	h.deposit(t, "một")
	h.number(t)
	if n, err := h.CloseSegment(ctx, true); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	h.deposit(t, "hai")
	if err := h.Catalog.Update(ctx, func(tx archive.Tx) error { return tx.Settings().Set(ctx, "segment_position", "-1") }); err != nil {
		t.Fatal(err)
	}
	before := h.dump(t)
	got, err := h.CatchUp(ctx, nil)
	if err != nil || got != (archive.Rebuilt{}) {
		t.Errorf("%+v %v", got, err)
	}
	if diff := cmp.Diff(before, h.dump(t)); diff != "" {
		t.Error(diff)
	}
	err = h.Catalog.View(ctx, func(tx archive.Tx) error {
		if v, err := tx.Settings().Get(ctx, "janitor_off"); err == nil {
			t.Errorf("the janitor is off: %q", v)
		}
		v, err := tx.Settings().Get(ctx, "segment_position")
		if v == "-1" {
			t.Error("the place is still not noted")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

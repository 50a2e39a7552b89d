package archive_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"sohoa/archive"
	"sohoa/storage/blob/mem"
)

var errPower = errors.New("power failed")

// power is the catalog of a house whose power can fail: the transaction after so many is the last, and from it on catalog
// and store are gone.
type power struct {
	archive.Catalog
	store   *mem.Store
	after   int // transactions that go well; negative: all of them
	applied bool

	mu      sync.Mutex
	updates int
}

func (p *power) Update(ctx context.Context, fn func(archive.Tx) error) error {
	p.mu.Lock()
	p.updates++
	n := p.updates
	p.mu.Unlock()
	if p.after < 0 || n <= p.after {
		return p.Catalog.Update(ctx, fn)
	}
	if n == p.after+1 {
		p.store.Break(mem.Fault{Stay: true, Err: errPower})
		if p.applied {
			if err := p.Catalog.Update(ctx, fn); err != nil {
				return err
			}
		}
	}
	return errPower
}

// everyWrite runs act in a fresh house once for every write it makes to the store and for every transaction, with the
// power failing there: once before and once after it took effect. From then on the store is gone, as is the process; then
// the house is opened again on what is left, the janitor goes round, and after looks.
func everyWrite(t *testing.T, before, act func(*testing.T, *house) error, after func(t *testing.T, h *house, acted error)) {
	t.Helper()
	if writes, updates := everyFault(t, before, act, after); writes == 0 || updates == 0 {
		t.Fatalf("%d writes and %d transactions: the test tests nothing", writes, updates)
	}
}

// everyFault is everyWrite for acts that may write to the catalog alone. It returns how many writes and transactions there were.
func everyFault(t *testing.T, before, act func(*testing.T, *house) error, after func(t *testing.T, h *house, acted error)) (writes, updates int) {
	t.Helper()
	dry := open(t)
	if err := before(t, dry); err != nil {
		t.Fatal(err)
	}
	wrote, updated := dry.store.Writes(), dry.power.updates
	if err := act(t, dry); err != nil {
		t.Fatalf("without a fault: %v", err)
	}
	try := func(name string, fail func(h *house)) {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			if err := before(t, h); err != nil {
				t.Fatal(err)
			}
			fail(h)
			acted := act(t, h)
			h.store.Heal()
			h.reopen(t)
			if _, err := h.Sweep(context.Background()); err != nil {
				t.Fatalf("janitor: %v", err)
			}
			after(t, h, acted)
			h.sound(t)
			if n, err := h.Sweep(context.Background()); err != nil || n != 0 {
				t.Errorf("a second round of the janitor closes %d intents, %v", n, err)
			}
		})
	}
	writes, updates = dry.store.Writes()-wrote, dry.power.updates-updated
	for _, applied := range []bool{false, true} {
		for n := range writes {
			try(fmt.Sprintf("write %d of %d, applied %v", n+1, writes, applied), func(h *house) {
				h.store.Break(mem.Fault{After: n, Applied: applied, Stay: true, Err: errPower})
			})
		}
		for n := range updates {
			try(fmt.Sprintf("transaction %d of %d, applied %v", n+1, updates, applied), func(h *house) {
				h.power.after, h.power.applied, h.unheard = h.power.updates+n, applied, applied
			})
		}
	}
	return writes, updates
}

func TestPowerFailsDuringDeposit(t *testing.T) {
	t.Parallel()
	nothing := func(*testing.T, *house) error { return nil }
	everyWrite(t, nothing, func(t *testing.T, h *house) error {
		_, err := h.Deposit(context.Background(), clerk, paper("một"))
		return err
	}, func(t *testing.T, h *house, acted error) {
		l, err := h.Documents(context.Background(), clerk, archive.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if acted != nil && !h.unheard && len(l.Items) != 0 {
			t.Errorf("not acknowledged, and visible: %+v", l.Items)
		}
		if (acted == nil || len(l.Items) > 0) && (len(l.Items) != 1 || h.bytes(t, clerk, l.Items[0].ID, 0) != "paper một") {
			t.Errorf("acknowledged, and gone")
		}
	})
}

func TestPowerFailsDuringAccept(t *testing.T) {
	t.Parallel()
	everyWrite(t, func(t *testing.T, h *house) error {
		d := h.deposit(t, "một")
		_, err := h.Move(context.Background(), clerk, d.ID, archive.MoveRequest{Move: archive.Submit})
		return err
	}, func(t *testing.T, h *house) error {
		_, err := h.Move(context.Background(), checker, h.only(t).ID, archive.MoveRequest{Move: archive.Accept})
		return err
	}, func(t *testing.T, h *house, acted error) {
		d := h.only(t)
		inv, err := h.Vault.Inventory(context.Background(), archive.DocumentObject(d.ID))
		if err != nil {
			t.Fatal(err)
		}
		// The store wins: either it holds the act and the row follows, or neither knows of it.
		want := archive.Checking
		if inv.Head == 2 {
			want = archive.Accepted
		}
		if d.State != want || d.Object != inv.Head {
			t.Errorf("the store has %d versions, the row says %s at %d", inv.Head, d.State, d.Object)
		}
		if acted == nil && d.State != archive.Accepted {
			t.Error("acknowledged, and undone")
		}
		if d.State == archive.Checking { // whoever was refused can do it again
			if _, err := h.Move(context.Background(), checker, d.ID, archive.MoveRequest{Move: archive.Accept}); err != nil {
				t.Errorf("again: %v", err)
			}
		}
	})
}

func TestPowerFailsDuringRescan(t *testing.T) {
	t.Parallel()
	everyWrite(t, func(t *testing.T, h *house) error { h.deposit(t, "một"); return nil }, func(t *testing.T, h *house) error {
		_, err := h.AddVersion(context.Background(), clerk, h.only(t).ID, 0, paper("một, quét lại"))
		return err
	}, func(t *testing.T, h *house, acted error) {
		d := h.only(t)
		if h.bytes(t, clerk, d.ID, 1) != "paper một" {
			t.Error("the first scan is gone")
		}
		switch len(d.Versions) {
		case 1:
			if acted == nil {
				t.Error("acknowledged, and gone")
			}
		case 2:
			if h.bytes(t, clerk, d.ID, 2) != "paper một, quét lại" || !strings.HasPrefix(d.Head().FileName, "một, quét lại") {
				t.Error("the second scan is not what was sent")
			}
		default:
			t.Errorf("%d versions", len(d.Versions))
		}
	})
}

// published deposits a paper and publishes it.
func (h *house) published(t *testing.T) error {
	h.on(t, h.deposit(t, "một"), toPublished...)
	return nil
}

func TestPowerFailsDuringRescanOfAPublishedPaper(t *testing.T) {
	t.Parallel()
	everyWrite(t, func(t *testing.T, h *house) error { return h.published(t) }, func(t *testing.T, h *house) error {
		scan := paper("một, quét lại")
		scan.Reason = "mờ"
		_, err := h.AddVersion(context.Background(), clerk, h.only(t).ID, 0, scan)
		return err
	}, func(t *testing.T, h *house, acted error) {
		d := h.only(t)
		if h.bytes(t, clerk, d.ID, archive.PublicFile) != "paper một" {
			t.Error("what was public is not served")
		}
		h.headIsRow(t, &d)
		switch {
		case d.State == archive.Review && d.PublicVersion() == 1 && len(d.Versions) == 2 && h.bytes(t, clerk, d.ID, 0) == "paper một, quét lại":
		case d.State == archive.Published && d.PublicVersion() == 1 && len(d.Versions) == 1 && acted != nil:
		default:
			t.Errorf("%s with %d versions, %d public, after %v", d.State, len(d.Versions), d.PublicVersion(), acted)
		}
	})
}

func TestPowerFailsWhileANewScanIsDropped(t *testing.T) {
	t.Parallel()
	everyWrite(t, func(t *testing.T, h *house) error {
		h.on(t, h.deposit(t, "một"), way(toPublished, archive.Rescan)...)
		return nil
	}, func(t *testing.T, h *house) error {
		_, err := h.Move(context.Background(), checker, h.only(t).ID, archive.MoveRequest{Move: archive.Revert, Reason: "quét nhầm"})
		return err
	}, func(t *testing.T, h *house, acted error) {
		d := h.only(t)
		if h.bytes(t, clerk, d.ID, archive.PublicFile) != "paper một" || len(d.Versions) != 2 {
			t.Error("what was public is not served, or a version is lost")
		}
		h.headIsRow(t, &d)
		switch {
		case d.State == archive.Published && d.Head().Number == 1:
			h.work(t, d.ID, archive.ReadingDone) // whoever rolled it forward queued its reading
		case d.State == archive.Review && d.Head().Number == 2 && acted != nil:
		default:
			t.Errorf("%s with version %d, after %v", d.State, d.Head().Number, acted)
		}
	})
}

func TestPowerFailsDuringMoveOfAPublishedPaper(t *testing.T) {
	t.Parallel()
	everyWrite(t, func(t *testing.T, h *house) error { return h.published(t) }, func(t *testing.T, h *house) error {
		_, err := h.Refile(context.Background(), checker, h.only(t).ID, archive.Refiling{Dossier: here, Reason: "nhầm"})
		return err
	}, func(t *testing.T, h *house, acted error) {
		d := h.only(t)
		h.headIsRow(t, &d)
		if acted == nil && d.Dossier != here {
			t.Error("acknowledged, and undone")
		}
		// The dossier was opened with the intent; what it tells of the paper is there exactly when the paper is.
		// Where not even the intent was written there is no dossier either.
		_, derr := h.DossierHistory(context.Background(), archive.System, here, archive.ID{}, 50)
		if acted != nil && d.Dossier != here && archive.KindOf(derr) == archive.NotFound {
			return
		}
		want := []string{"open"}
		if d.Dossier == here {
			want = append(want, "paper_in")
		}
		if got := h.acts(t, here); !slices.Equal(got, want) {
			t.Errorf("paper in %q, history of the dossier %q", d.Dossier, got)
		}
	})
}

// headIsRow wants the store's head to be the one the row was written with.
func (h *house) headIsRow(t testing.TB, d *archive.Document) {
	t.Helper()
	inv, err := h.Vault.Inventory(context.Background(), archive.DocumentObject(d.ID))
	if err != nil || inv.Head != d.Object {
		t.Errorf("the store has %d versions, the row is at %d, %v", inv.Head, d.Object, err)
	}
}

func (h *house) only(t testing.TB) archive.Document {
	t.Helper()
	l, err := h.Documents(context.Background(), clerk, archive.Filter{})
	if err != nil || len(l.Items) != 1 {
		t.Fatalf("%d documents, %v", len(l.Items), err)
	}
	return l.Items[0]
}

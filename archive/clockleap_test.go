package archive_test

import (
	"context"
	"testing"
	"time"

	"sohoa/archive"
)

const year = 365 * 24 * time.Hour

// The clock leaps a year ahead: nothing is erased for its age before somebody had a day to put it right.
func TestNothingIsErasedByAClockThatLeapt(t *testing.T) {
	ctx := context.Background()
	h := open(t)
	d := h.deposit(t, "một")
	h.on(t, d, archive.Discard)
	sweep := func() {
		t.Helper()
		if _, err := h.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
	}
	sweep()
	h.clock.pass(year)
	sweep()
	h.reopen(t) // a restart does not make it forget
	sweep()
	h.clock.pass(20 * time.Hour)
	sweep()
	if got := h.bytes(t, clerk, d.ID, 0); got != "paper một" {
		t.Errorf("erased: %q", got)
	}
	h.clock.pass(-year - 20*time.Hour)
	sweep()
	if _, err := h.Move(ctx, clerk, d.ID, archive.MoveRequest{Move: archive.Restore}); err != nil {
		t.Errorf("with the clock right again: %v", err)
	}
	// A year that did pass passes: after a day of it the paper goes.
	h.on(t, h.only(t), archive.Discard)
	h.clock.pass(year)
	sweep()
	h.clock.pass(25 * time.Hour)
	sweep()
	if got, err := h.Document(ctx, clerk, d.ID); err != nil || got.State != archive.Disposed {
		t.Errorf("%s %v", got.State, err)
	}
}

// The clock was a year ahead and is put right: what was stamped meanwhile does not wait for the year to come round again.
func TestNothingWaitsForAClockThatWentBack(t *testing.T) {
	ctx := context.Background()
	h := open(t)
	h.clock.pass(year)
	d := h.deposit(t, "một")
	h.number(t)
	left := archive.Intent{ID: archive.NewID(), Node: h.Node, Object: archive.DocumentObject(d.ID), Document: d.ID, Act: "deposit", CreatedAt: h.clock.Now(), ExpiresAt: h.clock.Now().Add(2 * time.Hour)}
	err := h.Catalog.Update(ctx, func(tx archive.Tx) error { return tx.Intents().Open(ctx, left) })
	if err != nil {
		t.Fatal(err)
	}
	h.clock.pass(-year)
	h.reopen(t)
	if n, err := h.Sweep(ctx); n != 1 || err != nil {
		t.Errorf("the intent of the former life: %d %v", n, err)
	}
	err = h.Catalog.Update(ctx, func(tx archive.Tx) error {
		_, err := tx.Jobs().Claim(ctx, h.Node, []archive.JobKind{archive.JobRead}, h.clock.Now(), time.Minute)
		return err
	})
	if err != nil {
		t.Errorf("its reading: %v", err)
	}
	if n, err := h.CloseSegment(ctx, false); n == 0 || err != nil {
		t.Errorf("its segment: %d %v", n, err)
	}
	h.sound(t)
}

// The clock is put back between two acts: the second is later than the first all the same, and a check takes neither the object
// for newer than its row nor one statement for another.
func TestActsKeepTheirOrderWhenTheClockGoesBack(t *testing.T) {
	h := open(t)
	d := h.deposit(t, "một")
	h.clock.pass(-year)
	f := d.Fields
	f.Subject = "Về việc khác"
	edited, err := h.Edit(t.Context(), clerk, d.ID, archive.Edit{Fields: &f})
	if err != nil || !edited.UpdatedAt.After(d.UpdatedAt) {
		t.Fatalf("edited at %v, after %v: %v", edited.UpdatedAt, d.UpdatedAt, err)
	}
	err = h.Check(t.Context(), archive.CheckOptions{ReadData: true}, func(d archive.Discrepancy) error {
		t.Errorf("%s %s: %s", d.Kind, d.Object, d.Detail)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

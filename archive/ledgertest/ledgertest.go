// Package ledgertest is the contract of archive.Ledger as tests. Every implementation runs it, over every catalog.
package ledgertest

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// Run runs the whole suite. Open returns an empty catalog and a ledger over it, both ended by their own means (t.Cleanup).
func Run(t *testing.T, open func(t *testing.T) (archive.Catalog, archive.Ledger)) {
	for _, tt := range []struct {
		name string
		run  func(*testing.T, house)
	}{
		{"an empty log has no checkpoint and no fault", empty},
		{"every checkpoint has the root that RFC 9162 defines", roots},
		{"numbers follow the order of commit, a batch at a time", batches},
		{"several sequencers and writers at once leave one sound log", crowd},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, l := open(t)
			tt.run(t, house{c, l})
		})
	}
}

type house struct {
	catalog archive.Catalog
	ledger  archive.Ledger
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// write appends n events in one transaction and returns their ids.
func (h house) write(t *testing.T, n int) []archive.ID {
	t.Helper()
	var ids []archive.ID
	if err := h.catalog.Update(t.Context(), func(tx archive.Tx) error {
		ids = nil
		for range n {
			e := archive.NewEvent(archive.System, archive.EvMaintain, noon)
			ids = append(ids, e.ID)
			if err := tx.Events().Append(t.Context(), e); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return ids
}

func (h house) sequence(t *testing.T) int {
	t.Helper()
	n, err := h.ledger.Sequence(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (h house) numbered(t *testing.T) (ids []archive.ID, leaves [][32]byte) {
	t.Helper()
	if err := h.catalog.View(t.Context(), func(tx archive.Tx) error {
		for {
			es, err := tx.Events().Since(t.Context(), int64(len(ids))-1, 1000)
			if err != nil || len(es) == 0 {
				return err
			}
			for _, e := range es {
				if e.Seq != int64(len(ids)) {
					t.Fatalf("number %d follows %d", e.Seq, len(ids)-1)
				}
				ids, leaves = append(ids, e.ID), append(leaves, e.Leaf)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	return ids, leaves
}

// sound wants the checkpoint to be of exactly the numbered events, and Verify to find nothing.
func (h house) sound(t *testing.T) {
	t.Helper()
	_, leaves := h.numbered(t)
	signed, err := h.ledger.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(signed), "\n")
	if len(lines) < 6 || lines[3] != "" || !strings.HasPrefix(lines[4], "— "+archive.Origin+" ") {
		t.Fatalf("not a signed checkpoint: %q", signed)
	}
	root := treeHash(leaves)
	if diff := cmp.Diff([]string{archive.Origin, strconv.Itoa(len(leaves)), base64.StdEncoding.EncodeToString(root[:])}, lines[:3]); diff != "" {
		t.Errorf("checkpoint (-want +got):\n%s", diff)
	}
	if found := Findings(t, h.ledger); len(found) > 0 {
		t.Errorf("verify found %v in a sound log", found)
	}
}

// Findings runs Verify and returns what it reports, as "kind object".
func Findings(t *testing.T, l archive.Ledger) []string {
	t.Helper()
	found := []string{}
	if err := l.Verify(t.Context(), func(d archive.Discrepancy) error {
		found = append(found, d.Kind+" "+d.Object)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return found
}

// treeHash is MTH of RFC 9162 §2.1.1, word for word.
func treeHash(leaves [][32]byte) [32]byte {
	switch n := len(leaves); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0][:]...))
	default:
		k := 1
		for k*2 < n {
			k *= 2
		}
		left, right := treeHash(leaves[:k]), treeHash(leaves[k:])
		return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
	}
}

func empty(t *testing.T, h house) {
	if n := h.sequence(t); n != 0 {
		t.Errorf("numbered %d", n)
	}
	signed, err := h.ledger.Checkpoint(t.Context())
	if err != nil || signed != nil {
		t.Errorf("checkpoint %q, %v", signed, err)
	}
	if found := Findings(t, h.ledger); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

func roots(t *testing.T, h house) {
	for size := 0; size < 40; {
		n := 1 + size%4 // the tree grows through every shape of its right edge
		h.write(t, n)
		if got := h.sequence(t); got != n {
			t.Fatalf("numbered %d of %d", got, n)
		}
		size += n
		h.sound(t)
	}
}

func batches(t *testing.T, h house) {
	var want []archive.ID
	for range 11 {
		want = append(want, h.write(t, 100)...)
	}
	var sizes []int
	for {
		n := h.sequence(t)
		if n == 0 {
			break
		}
		sizes = append(sizes, n)
		h.sound(t)
	}
	if diff := cmp.Diff([]int{500, 500, 100}, sizes); diff != "" {
		t.Errorf("batches: %s", diff)
	}
	got, _ := h.numbered(t)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order: %s", diff)
	}
}

func crowd(t *testing.T, h house) {
	const writers, each = 6, 15
	var writing, working sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for range each {
				if err := h.catalog.Update(t.Context(), func(tx archive.Tx) error {
					return tx.Events().Append(t.Context(), archive.NewEvent(archive.System, archive.EvMaintain, noon))
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	for range 2 {
		working.Go(func() {
			for last := false; ; {
				n, err := h.ledger.Sequence(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				if last && n == 0 {
					return
				}
				select {
				case <-done:
					last = true
				default:
				}
			}
		})
	}
	writing.Wait()
	close(done)
	working.Wait()
	ids, _ := h.numbered(t)
	if len(ids) != writers*each {
		t.Errorf("numbered %d of %d", len(ids), writers*each)
	}
	h.sound(t)
}

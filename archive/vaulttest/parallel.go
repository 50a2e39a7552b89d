package vaulttest

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"sohoa/archive"
)

func parallel(t *testing.T, s Setup) {
	var all sync.WaitGroup
	ids := make([]archive.ObjectID, 16)
	for i := range ids {
		ids[i] = object()
		all.Go(func() {
			intent := archive.NewID()
			f, err := s.Vault.Spool(t.Context(), intent, strings.NewReader(string(ids[i])), 1000)
			if err == nil {
				_, err = s.Vault.Commit(t.Context(), archive.Commit{Object: ids[i], Intent: intent, At: At, Files: []archive.File{{Path: "k", Spooled: f}}})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		Check(t, s.Vault, id, 1, map[string]string{"k": string(id)})
	}
	if n := len(Objects(t, s.Vault)); n != len(ids) {
		t.Errorf("%d objects", n)
	}
}

func race(t *testing.T, s Setup) {
	id := object()
	for after := range 3 {
		var won atomic.Int32
		var winner atomic.Value
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				text := fmt.Sprintf("%d by %d", after, i)
				_, err := s.Vault.Commit(t.Context(), archive.Commit{Object: id, After: after, Intent: archive.NewID(), At: At,
					Files: []archive.File{{Path: "k", Bytes: []byte(text)}}})
				switch {
				case err == nil:
					won.Add(1)
					winner.Store(text)
				case archive.KindOf(err) != archive.Conflict:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d commits after %d won", won.Load(), after)
		}
		Check(t, s.Vault, id, after+1, map[string]string{"k": winner.Load().(string)})
	}
}

func readDuring(t *testing.T, s Setup) {
	id := object()
	Commit(t, s.Vault, id, 0, map[string]string{"k": "0"})
	done := make(chan struct{})
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			last := 0
			for {
				inv, err := s.Vault.Inventory(t.Context(), id)
				if err != nil || inv.Head < last || len(inv.Versions) != inv.Head {
					t.Errorf("after %d: head %d of %d versions, %v", last, inv.Head, len(inv.Versions), err)
					return
				}
				last = inv.Head
				if err := readAll(t, s.Vault, id, "k"); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for n := 1; n <= 20; n++ {
		Commit(t, s.Vault, id, n, map[string]string{"k": fmt.Sprint(n)})
	}
	close(done)
	all.Wait()
}

package ocfl

import (
	"testing"

	"sohoa/archive"
)

// An inventory comes from a disk that anybody may have written to: whatever it says, reading it does not panic, and what is
// taken can be relied on.
func FuzzInventory(f *testing.F) {
	next, _, err := plan(nil, archive.Commit{Object: "urn:x", Intent: archive.NewID(), At: archive.SystemClock{}.Now(), Files: []archive.File{{Path: "a/b", Bytes: []byte("x")}, {Path: "c"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(document(next))
	f.Add([]byte(`{"id":"a","type":"https://ocfl.io/1.1/spec/#inventory","digestAlgorithm":"sha512","head":"v01","manifest":{},"versions":{"v01":{"created":"2026-01-01T00:00:00Z","state":{}}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		inv, err := parseInventory(b)
		if err != nil {
			if archive.KindOf(err) != archive.Corrupt {
				t.Errorf("kind %s", archive.KindOf(err))
			}
			return
		}
		for n := 1; n <= inv.head; n++ {
			inv.describe(n)
		}
		for d, paths := range inv.Versions[inv.Head].State {
			if len(inv.Manifest[d]) == 0 {
				t.Errorf("%s has no content", d)
			}
			for _, p := range paths {
				if got, ok := inv.find(p); !ok || got != d {
					t.Errorf("%s is found as %s", p, got)
				}
			}
		}
		if again, err := parseInventory(document(inv)); err != nil || again.Head != inv.Head {
			t.Errorf("written and read again: %v", err)
		}
	})
}

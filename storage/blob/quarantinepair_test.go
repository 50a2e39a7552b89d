package blob_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/archive/quarantinetest"
	"sohoa/storage/blob"
	"sohoa/storage/blob/mem"
)

func TestQuarantineInTwoPlaces(t *testing.T) {
	for name, wait := range map[string]bool{"wait": true, "follow": false} {
		t.Run(name, func(t *testing.T) {
			quarantinetest.Run(t, func(t *testing.T) quarantinetest.Setup {
				first, second := mem.New(), mem.New()
				return quarantinetest.Setup{Store: blob.NewQuarantinePair(blob.NewQuarantine(first), blob.NewQuarantine(second), wait),
					Damage: func(_ *testing.T, id archive.ID, n int, change func([]byte) []byte) {
						first.Damage(fmt.Sprintf("%s/%04d", id, n), change)
					}}
			})
		})
	}
}

// twice is a pair with a paper of one version in both places.
type twice struct {
	*blob.QuarantinePair
	first, second *mem.Store
	id            archive.ID
	versions      []archive.Version
	key           string
}

const bytesAside = "quarantined"

func newTwice(t *testing.T) twice {
	t.Helper()
	w := twice{first: mem.New(), second: mem.New(), id: archive.NewID()}
	w.QuarantinePair = blob.NewQuarantinePair(blob.NewQuarantine(w.first), blob.NewQuarantine(w.second), false)
	w.versions = []archive.Version{{Number: 1, Digest: archive.DigestOf([]byte(bytesAside)), Size: int64(len(bytesAside))}}
	w.key = w.id.String() + "/0001"
	if err := w.Put(t.Context(), w.id, 1, strings.NewReader(bytesAside)); err != nil {
		t.Fatal(err)
	}
	if copied, err := w.CopyAside(t.Context(), w.id, w.versions); !copied || err != nil {
		t.Fatalf("copied %v, %v", copied, err)
	}
	if copied, err := w.CopyAside(t.Context(), w.id, w.versions); copied || err != nil {
		t.Errorf("again copied %v, %v", copied, err)
	}
	return w
}

func (w twice) text(t *testing.T, s *mem.Store) string {
	t.Helper()
	r, err := s.Open(t.Context(), w.key)
	if archive.KindOf(err) == archive.NotFound {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestScrubAside(t *testing.T) {
	flip := func(s *mem.Store, key string) {
		s.Damage(key, func(b []byte) []byte { return append([]byte("#"), b[1:]...) })
	}
	lose := func(s *mem.Store, key string) { s.Damage(key, func([]byte) []byte { return nil }) }
	for _, want := range []struct {
		reason   string
		damage   func(w twice)
		found    []string // by a look without repair
		repaired int
		left     int
	}{
		{"sound", func(twice) {}, nil, 0, 0},
		{"one byte of the first", func(w twice) { flip(w.first, w.key) }, []string{"digest_mismatch"}, 1, 0},
		{"one byte of the second", func(w twice) { flip(w.second, w.key) }, []string{"digest_mismatch"}, 1, 0},
		{"the first is gone", func(w twice) { w.must(w.first.Delete(t.Context(), w.key)) }, []string{"missing_file"}, 1, 0},
		{"the second is gone", func(w twice) { w.must(w.second.Delete(t.Context(), w.key)) }, []string{"missing_copy"}, 1, 0},
		{"one empty, one gone", func(w twice) { lose(w.first, w.key); w.must(w.second.Delete(t.Context(), w.key)) }, []string{"digest_mismatch", "missing_copy"}, 0, 2},
		{"both damaged", func(w twice) { flip(w.first, w.key); flip(w.second, w.key) }, []string{"digest_mismatch", "digest_mismatch"}, 0, 2},
	} {
		t.Run(want.reason, func(t *testing.T) {
			w := newTwice(t)
			want.damage(w)
			looked, err := w.ScrubAside(t.Context(), w.id, w.versions, false)
			if err != nil {
				t.Fatal(err)
			}
			var kinds []string
			for _, d := range looked.Damage {
				kinds = append(kinds, d.Kind)
			}
			if diff := cmp.Diff(want.found, kinds); diff != "" || len(looked.Repaired) != 0 {
				t.Errorf("a look: %s, repaired %v", diff, looked.Repaired)
			}
			got, err := w.ScrubAside(t.Context(), w.id, w.versions, true)
			if err != nil || len(got.Repaired) != want.repaired || len(got.Left) != want.left {
				t.Errorf("repaired %v, left %v, %v", got.Repaired, got.Left, err)
			}
			if want.left > 0 {
				return
			}
			if w.text(t, w.first) != bytesAside || w.text(t, w.second) != bytesAside {
				t.Errorf("afterwards the copies are %q and %q", w.text(t, w.first), w.text(t, w.second))
			}
			if again, err := w.ScrubAside(t.Context(), w.id, w.versions, true); err != nil || len(again.Damage)+len(again.Repaired) > 0 {
				t.Errorf("a second scrub met %+v, %v", again, err)
			}
		})
	}
}

func (w twice) must(err error) {
	if err != nil {
		panic(err)
	}
}

func TestASecondQuarantineThatComesLate(t *testing.T) {
	id, first, second := archive.NewID(), mem.New(), mem.New()
	versions := []archive.Version{{Number: 1, Digest: archive.DigestOf([]byte(bytesAside)), Size: int64(len(bytesAside))}}
	waits := blob.NewQuarantinePair(blob.NewQuarantine(first), nil, true)
	if err := waits.Put(t.Context(), id, 1, strings.NewReader(bytesAside)); archive.CodeOf(err) != "second_store_away" {
		t.Errorf("a pair that waits takes without its second: %v", err)
	}
	for range first.List(t.Context(), "") {
		t.Error("and has written to the first")
	}
	q := blob.NewQuarantinePair(blob.NewQuarantine(first), nil, false)
	if err := q.Put(t.Context(), id, 1, strings.NewReader(bytesAside)); err != nil {
		t.Fatal(err)
	}
	if _, err := q.CopyAside(t.Context(), id, versions); archive.KindOf(err) != archive.Unavailable {
		t.Errorf("copied to nowhere: %v", err)
	}
	if got, err := q.ScrubAside(t.Context(), id, versions, true); err != nil || len(got.Damage) != 0 {
		t.Errorf("with the second away the first is scrubbed: %+v, %v", got, err)
	}
	q.Join(blob.NewQuarantine(second))
	if got, err := q.ScrubAside(t.Context(), id, versions, true); err != nil || len(got.Repaired) != 1 {
		t.Errorf("once it has come it is brought up: %+v, %v", got, err)
	}
	if err := q.Erase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*mem.Store{first, second} {
		for info := range s.List(t.Context(), "") {
			t.Errorf("%s stays", info.Key)
		}
	}
}

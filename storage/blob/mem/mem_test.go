package mem_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/storage/blob"
	"sohoa/storage/blob/blobtest"
	"sohoa/storage/blob/mem"
)

func TestStore(t *testing.T) {
	blobtest.Run(t, func(*testing.T) blob.Store { return mem.New() })
}

func TestFaults(t *testing.T) {
	gone := errors.New("gone")
	cases := []struct {
		reason string
		fault  mem.Fault
		want   []string // keys after creating a, b, c, each of which may fail
	}{
		{"not applied", mem.Fault{Step: mem.Create, After: 1, Err: gone}, []string{"a", "c"}},
		{"applied, answer lost", mem.Fault{Step: mem.Create, After: 1, Applied: true, Err: gone}, []string{"a", "b", "c"}},
		{"applied, then gone", mem.Fault{After: 1, Applied: true, Stay: true, Err: gone}, []string{"a", "b"}},
		{"one key only", mem.Fault{Key: "c", Err: gone}, []string{"a", "b"}},
		{"another step", mem.Fault{Step: mem.Delete, Err: gone}, []string{"a", "b", "c"}},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			s := mem.New()
			s.Break(c.fault)
			for _, key := range []string{"a", "b", "c"} {
				if err := s.Create(t.Context(), key, strings.NewReader("x")); err != nil && !errors.Is(err, gone) {
					t.Error(err)
				}
			}
			s.Heal()
			if diff := cmp.Diff(c.want, s.Keys()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

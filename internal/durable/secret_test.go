package durable

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Processes that start together get one secret, which only its user can read, and nothing else is left.
func TestSecretIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "one.key")
	var drawn atomic.Int64
	var all sync.WaitGroup
	got := make([]string, 8)
	for i := range got {
		all.Go(func() {
			s, err := Secret(path, func() (string, error) { return strconv.FormatInt(drawn.Add(1), 10), nil })
			if err != nil {
				t.Error(err)
			}
			got[i] = s
		})
	}
	all.Wait()
	for _, s := range got {
		if s != got[0] || strings.TrimSpace(s) == "" {
			t.Fatalf("%q", got)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("%v %v", left, err)
	}
	if s, err := Secret(path, func() (string, error) { t.Error("drawn again"); return "", nil }); err != nil || s != got[0] {
		t.Errorf("%q %v", s, err)
	}
}

// A secret that cannot be drawn leaves nothing.
func TestNoSecretIsHalfMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "one.key")
	none := errors.New("no luck")
	if _, err := Secret(path, func() (string, error) { return "", none }); !errors.Is(err, none) {
		t.Error(err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 0 {
		t.Errorf("%v", left)
	}
}

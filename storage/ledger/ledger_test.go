package ledger_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"sohoa/archive"
	"sohoa/archive/ledgertest"
	"sohoa/storage/catalog"
	"sohoa/storage/ledger"
)

func openCatalog(t *testing.T) archive.Catalog {
	t.Helper()
	c, err := catalog.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func newKey(t *testing.T) ledger.Key {
	t.Helper()
	k, _, err := ledger.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func openLedger(t *testing.T, c archive.Catalog, k ledger.Key) archive.Ledger {
	t.Helper()
	l, err := ledger.Open(c, k, archive.SystemClock{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLedgerOnSQLite(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) (archive.Catalog, archive.Ledger) {
		c := openCatalog(t)
		return c, openLedger(t, c, newKey(t))
	})
}

func appendEvent(t *testing.T, c archive.Catalog) {
	t.Helper()
	if err := c.Update(t.Context(), func(tx archive.Tx) error {
		return tx.Events().Append(t.Context(), archive.NewEvent(archive.System, archive.EvMaintain, archive.SystemClock{}.Now()))
	}); err != nil {
		t.Fatal(err)
	}
}

func TestCheckpointOpensWithThePublicKeyAndNoOther(t *testing.T) {
	c, k := openCatalog(t), newKey(t)
	l := openLedger(t, c, k)
	appendEvent(t, c)
	if _, err := l.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	signed, err := l.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		public string
		opens  bool
	}{{"ours", k.Public(), true}, {"another log's", newKey(t).Public(), false}} {
		v, err := note.NewVerifier(tt.public)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := note.Open(signed, note.VerifierList(v)); (err == nil) != tt.opens {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestAnotherKeySignsNothingOverATreeItDidNotSign(t *testing.T) {
	c := openCatalog(t)
	l := openLedger(t, c, newKey(t))
	appendEvent(t, c)
	if _, err := l.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	appendEvent(t, c)
	other := openLedger(t, c, newKey(t))
	if _, err := other.Sequence(t.Context()); archive.KindOf(err) != archive.Corrupt {
		t.Errorf("sequence by another key: %v", err)
	}
	if got := ledgertest.Findings(t, other); len(got) != 1 || got[0] != ledger.CheckpointMismatch+" "+archive.Origin {
		t.Errorf("verify by another key found %v", got)
	}
	if n, err := l.Sequence(t.Context()); err != nil || n != 1 {
		t.Errorf("the first key goes on: %d, %v", n, err)
	}
}

func TestVerifyStopsWhenItsReaderDoes(t *testing.T) {
	c := openCatalog(t)
	l := openLedger(t, c, newKey(t))
	appendEvent(t, c)
	if _, err := l.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	err := openLedger(t, c, newKey(t)).Verify(t.Context(), func(archive.Discrepancy) error { return enough })
	if !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

func TestLoadOrCreateKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "log.key")
	keys := make([]ledger.Key, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			k, err := ledger.LoadOrCreateKey(path)
			if err != nil {
				t.Error(err)
			}
			keys[i] = k
		})
	}
	wg.Wait()
	for _, k := range keys {
		if k.Public() == "" || k.Public() != keys[0].Public() {
			t.Errorf("keys differ: %q and %q", k.Public(), keys[0].Public())
		}
	}
	if !strings.HasPrefix(keys[0].Public(), archive.Origin+"+") {
		t.Errorf("the public key %q does not name the log", keys[0].Public())
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}

func TestABadKeyIsRefusedAndNotRepeated(t *testing.T) {
	_, secret, err := ledger.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	foreign, _, err := note.GenerateKey(nil, "somebody/else")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"empty": "", "cut short": secret[:len(secret)-9], "of another log": foreign, "public": newKey(t).Public()} {
		path := filepath.Join(t.TempDir(), "log.key")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ledger.LoadOrCreateKey(path)
		if archive.KindOf(err) != archive.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if text != "" && err != nil && strings.Contains(err.Error(), text[len(text)-20:]) {
			t.Errorf("%s: the error repeats the key", name)
		}
	}
}

// BenchmarkSequence measures how fast a backlog of events is numbered, b.N events long.
func BenchmarkSequence(b *testing.B) {
	c, err := catalog.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "catalog.db"), catalog.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	k, _, err := ledger.NewKey()
	if err != nil {
		b.Fatal(err)
	}
	l, err := ledger.Open(c, k, archive.SystemClock{})
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Update(b.Context(), func(tx archive.Tx) error {
		for range b.N {
			if err := tx.Events().Append(b.Context(), archive.NewEvent(archive.System, archive.EvMaintain, archive.SystemClock{}.Now())); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for n := 1; n > 0; {
		if n, err = l.Sequence(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	if err := l.Verify(b.Context(), func(d archive.Discrepancy) error { b.Errorf("%+v", d); return nil }); err != nil {
		b.Fatal(err)
	}
}

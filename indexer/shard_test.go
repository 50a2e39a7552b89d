package indexer

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

func paper(n int, subject string) archive.Entry {
	id, err := archive.ParseID(fmt.Sprintf("0192a000-0000-7000-8000-%012x", n))
	if err != nil {
		panic(err)
	}
	return archive.Entry{Document: archive.Document{ID: id, State: archive.Accepted, Access: archive.Restricted, Custodian: "H15.50", Fields: archive.Fields{Subject: subject}}}
}

func apply(t *testing.T, ix *Index, upto int64, put ...archive.Entry) {
	t.Helper()
	if err := ix.Apply(t.Context(), archive.Batch{Put: put, Upto: upto}); err != nil {
		t.Fatal(err)
	}
}

func total(t *testing.T, ix *Index, text string) int64 {
	t.Helper()
	res, err := ix.Search(t.Context(), archive.Query{Text: text, See: archive.Visibility{Everything: true}})
	if err != nil {
		t.Fatal(err)
	}
	return res.Total
}

func TestRolloverBeginsANewShardAndMovesWhatChanges(t *testing.T) {
	dir := t.TempDir()
	ix := openAt(t, dir, Options{Rollover: 3})
	for n := range 8 {
		apply(t, ix, int64(n), paper(n, "giấy phép"))
	}
	if got := len(ix.shards); got != 3 {
		t.Errorf("%d shards, want 3", got)
	}
	apply(t, ix, 8, paper(0, "quyết định"))
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	ix = openAt(t, dir, Options{Rollover: 3})
	defer ix.Close()
	if at, err := ix.Position(t.Context()); err != nil || at != 8 {
		t.Errorf("position %d, %v", at, err)
	}
	if got := [2]int64{total(t, ix, "giấy phép"), total(t, ix, "quyết định")}; got != [2]int64{7, 1} {
		t.Errorf("found %v, want 7 and 1: a paper of an old shard that changed stands once", got)
	}
	if n, _ := ix.Count(t.Context()); n != 8 {
		t.Errorf("count %d", n)
	}
	apply(t, ix, 9)
	if err := ix.Apply(t.Context(), archive.Batch{Remove: []archive.ID{paper(1, "").Document.ID, paper(7, "").Document.ID}, Upto: 10}); err != nil {
		t.Fatal(err)
	}
	if got := total(t, ix, "giấy phép"); got != 5 {
		t.Errorf("after removal from an old shard and the newest %d, want 5", got)
	}
}

func TestOpenRefusesWhatItCannotUse(t *testing.T) {
	damage := func(path string, b []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, path), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := []struct {
		name, code string
		spoil      func(*testing.T, string)
	}{
		{"an earlier format", CodeOlder, damage("format", []byte("sohoa index 0\n"))},
		{"a later format", CodeNewer, damage("format", []byte("sohoa index 99\n"))},
		{"no format", CodeCorrupt, func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "format")); err != nil {
				t.Fatal(err)
			}
		}},
		{"a format that is none", CodeCorrupt, damage("format", []byte("hello"))},
		{"a shard without its description", CodeCorrupt, damage("0001/index_meta.json", nil)},
		{"a shard whose root is damaged", CodeCorrupt, damage("0001/store/root.bolt", make([]byte, 8192))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			ix := openAt(t, dir, Options{})
			apply(t, ix, 1, paper(1, "giấy phép"))
			if err := ix.Close(); err != nil {
				t.Fatal(err)
			}
			tt.spoil(t, dir)
			_, err := Open(dir, Options{})
			if archive.KindOf(err) != archive.Corrupt || archive.CodeOf(err) != tt.code || !NeedsRebuild(err) {
				t.Fatalf("open: %v (%s), want %s", err, archive.CodeOf(err), tt.code)
			}
			if err := Wipe(dir); err != nil {
				t.Fatal(err)
			}
			ix = openAt(t, dir, Options{})
			defer ix.Close()
			if at, _ := ix.Position(t.Context()); at != -1 {
				t.Errorf("after wiping, position %d", at)
			}
		})
	}
}

// cut truncates the segments of a shard.
func cut(t *testing.T, dir, shard string) {
	t.Helper()
	segments, err := filepath.Glob(filepath.Join(dir, shard, "store", "*.zap"))
	if err != nil || len(segments) == 0 {
		t.Fatal("no segment", err)
	}
	for _, s := range segments {
		if err := os.Truncate(s, 20); err != nil {
			t.Fatal(err)
		}
	}
}

// A shard whose segments are damaged opens at an earlier moment, before them. Position must say so, else the feed would
// never give the lost papers again.
func TestDamagedSegmentsAreNotPassedOver(t *testing.T) {
	t.Run("in the only shard", func(t *testing.T) {
		dir := t.TempDir()
		ix := openAt(t, dir, Options{})
		apply(t, ix, 1, paper(1, "giấy phép"))
		if err := ix.Close(); err != nil {
			t.Fatal(err)
		}
		cut(t, dir, "0001")
		ix, err := Open(dir, Options{})
		if NeedsRebuild(err) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		defer ix.Close()
		if at, _ := ix.Position(t.Context()); at != -1 {
			t.Errorf("position %d over an empty index", at)
		}
	})
	t.Run("in an older shard", func(t *testing.T) {
		dir := t.TempDir()
		ix := openAt(t, dir, Options{Rollover: 2})
		for n := range 5 {
			apply(t, ix, int64(n), paper(n, "giấy phép"))
		}
		if err := ix.Close(); err != nil {
			t.Fatal(err)
		}
		cut(t, dir, "0001")
		if _, err := Open(dir, Options{Rollover: 2}); !NeedsRebuild(err) {
			t.Errorf("open: %v, want an error that asks for a rebuild", err)
		}
	})
}

func TestOpenTellsThatAnotherHoldsIt(t *testing.T) {
	dir := t.TempDir()
	ix := openAt(t, dir, Options{})
	defer ix.Close()
	_, err := Open(dir, Options{})
	if archive.KindOf(err) != archive.Unavailable || archive.CodeOf(err) != CodeBusy || NeedsRebuild(err) {
		t.Errorf("second open: %v", err)
	}
}

func TestOpenClearsAwayAnUnfinishedShard(t *testing.T) {
	dir := t.TempDir()
	ix := openAt(t, dir, Options{})
	apply(t, ix, 5, paper(1, "giấy phép"))
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "0002.new", "store"), 0o755); err != nil {
		t.Fatal(err)
	}
	ix = openAt(t, dir, Options{})
	defer ix.Close()
	if _, err := os.Stat(filepath.Join(dir, "0002.new")); !os.IsNotExist(err) {
		t.Error("the unfinished shard is still there")
	}
	if at, _ := ix.Position(t.Context()); at != 5 {
		t.Errorf("position %d", at)
	}
}

func TestWipeTouchesNothingElse(t *testing.T) {
	dir := t.TempDir()
	ix := openAt(t, dir, Options{})
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(foreign, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Wipe(dir); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{foreign}, left); diff != "" {
		t.Error(diff)
	}
	if err := Wipe(filepath.Join(dir, "absent")); err != nil {
		t.Error(err)
	}
}

// TestKilledIndexResumes kills a process that applies papers, one a batch, and holds what is left to the promise: fed
// on from Position, every paper is there once.
func TestKilledIndexResumes(t *testing.T) {
	if dir := os.Getenv("INDEXER_TEST_WRITE"); dir != "" {
		writeUntilKilled(dir)
	}
	dir := t.TempDir()
	for round := range 4 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledIndexResumes$")
		cmd.Env = append(os.Environ(), "INDEXER_TEST_WRITE="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		acked := int64(-1)
		lines := bufio.NewScanner(out)
		for n := 0; n < 15+11*round && lines.Scan(); n++ {
			if acked, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
				t.Fatalf("child says %q", lines.Text())
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it acknowledged before the kill reached it; the last line may be torn
			if n, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil && n == acked+1 {
				acked = n
			}
		}
		_ = cmd.Wait()
		// One batch more may have been under way, and part of it be on disk: the feed gives it again.
		under := acked + 1

		ix := openAt(t, dir, Options{Rollover: 20})
		at, err := ix.Position(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if at > acked+1 {
			t.Errorf("round %d: position %d, but only %d was applied", round, at, acked)
		}
		for n := at + 1; n <= under; n++ { // what the feed does
			apply(t, ix, n, batch(n)...)
		}
		last := max(at, under)
		for n := int64(0); n <= last; n++ {
			if got := total(t, ix, fmt.Sprintf("dossierx%d", n)); got != 1 {
				t.Errorf("round %d: position %d, acknowledged %d, and paper %d is there %d times", round, at, acked, n, got)
			}
		}
		if n, _ := ix.Count(t.Context()); n != last+1 {
			t.Errorf("round %d: %d papers, want %d", round, n, last+1)
		}
		if err := ix.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func writeUntilKilled(dir string) {
	ix, err := Open(dir, Options{Rollover: 20})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	at, err := ix.Position(context.Background())
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for n := at + 1; ; n++ {
		if err := ix.Apply(context.Background(), archive.Batch{Put: batch(n), Upto: n}); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(n)
	}
}

// batch is change n of the test's feed: a new paper, and one of an older shard put again.
func batch(n int64) []archive.Entry {
	put := []archive.Entry{paper(int(n), fmt.Sprintf("dossierx%d %s", n, strings.Repeat("giấy ", 50)))}
	if n > 25 {
		put = append(put, paper(int(n-25), fmt.Sprintf("dossierx%d lại", n-25)))
	}
	return put
}

package indexer

import (
	"log/slog"
	"testing"

	"sohoa/archive"
	"sohoa/archive/indextest"
)

// TestIndex holds the index to the port's contract, as one shard and as many.
func TestIndex(t *testing.T) {
	for _, tt := range []struct {
		name     string
		rollover uint64
	}{{"one shard", 0}, {"a new shard for every batch", 1}, {"a few shards", 20}} {
		t.Run(tt.name, func(t *testing.T) {
			indextest.Run(t, func(t *testing.T, dir string, texts archive.PageTexts) archive.Index {
				return openAt(t, dir, Options{Texts: texts, Rollover: tt.rollover})
			})
		})
	}
}

func openAt(t *testing.T, dir string, o Options) *Index {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	ix, err := Open(dir, o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return ix
}

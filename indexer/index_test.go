package indexer

import (
	"testing"

	"sohoa/archive"
	"sohoa/archive/indextest"
)

func TestIndex(t *testing.T) {
	indextest.Run(t, func(t *testing.T, dir string, texts archive.PageTexts) archive.Index {
		ix, err := Open(dir, Options{Texts: texts})
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		return ix
	})
}

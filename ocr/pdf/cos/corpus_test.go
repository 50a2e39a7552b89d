package cos

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/testkit"
)

// TestEveryPaperOfTheCorpusIsWalked opens each file and visits all its objects: no panic, no endless loop, and an error only for what
// is no PDF or spends a budget.
func TestEveryPaperOfTheCorpusIsWalked(t *testing.T) {
	root := testkit.Corpus(t, "")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".pdf") {
			return err
		}
		name, _ := filepath.Rel(root, path)
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			f, err := Open(context.Background(), data, Limits{})
			var limit *LimitError
			if errors.As(err, &limit) || errors.Is(err, ErrNotPDF) {
				t.Logf("%v after %v", err, time.Since(start))
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			objects, streams := 0, 0
			err = f.EachObject(func(o Found) error {
				objects++
				if s, is := o.Object.(*Stream); is {
					streams++
					if d, err := f.Decode(s); err == nil {
						if _, err := io.Copy(io.Discard, d); err != nil {
							return err
						}
					}
				}
				return nil
			})
			t.Logf("objects %d streams %d repaired %v lock %d revisions %d root %v inflated %d values %d %v in %v", objects, streams, f.Repaired, f.Lock(), f.Revisions(), len(f.Root()) > 0, f.Spent(), f.Values(), err, time.Since(start))
			if err != nil && !errors.As(err, &limit) {
				t.Fatal(err)
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

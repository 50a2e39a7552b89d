package blob_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/internal/durable"
	"sohoa/storage/blob"
	"sohoa/storage/blob/blobtest"
)

const checkpoint = 64 << 10

// partialHouse is a spool with uploads in it.
type partialHouse struct {
	dir    string
	spool  *blob.Spool
	p      *blob.Partials
	synced int64 // bytes of the one part that a sync vouched for
}

func openPartials(t testing.TB, count *durable.Counter) *partialHouse {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "sohoa") // in memory where there is such a folder: no power fails here
	if err != nil {
		dir = t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	h := &partialHouse{dir: dir}
	h.open(t, count)
	t.Cleanup(func() { h.spool.Close() })
	return h
}

func (h *partialHouse) open(t testing.TB, count *durable.Counter) {
	t.Helper()
	var err error
	if h.spool, err = blob.OpenSpool(h.dir, count); err != nil {
		t.Fatal(err)
	}
	h.p = blob.NewPartials(h.spool, checkpoint)
}

func (h *partialHouse) Partials() archive.Partials { return h.p }

func (h *partialHouse) Reopen(t *testing.T) {
	t.Helper()
	h.p.StepForTest(nil)
	if err := h.spool.Close(); err != nil {
		t.Fatal(err)
	}
	h.open(t, nil)
}

func TestPartials(t *testing.T) {
	blobtest.RunPartials(t, func(t *testing.T) blobtest.PartialHouse { return openPartials(t, nil) })
}

var errPower = errors.New("power failed")

// cutPower is what the power cut is: from step number at on no step is done; 0 never. It returns where the steps are counted.
func (h *partialHouse) cutPower(t *testing.T, at int) (steps *int) {
	steps = new(int)
	h.p.StepForTest(func(step string) error {
		if step == "sync mark" { // always behind the sync of the part
			parts, err := filepath.Glob(filepath.Join(h.dir, "*.part"))
			if err != nil || len(parts) != 1 {
				t.Errorf("parts %v, %v", parts, err)
			} else if info, err := os.Stat(parts[0]); err == nil {
				h.synced = info.Size()
			}
		}
		if *steps++; at > 0 && *steps >= at {
			return errPower
		}
		return nil
	})
	return steps
}

// lieAbout makes of the folder what a disk may hold after the power failed: the bytes a sync vouched for; of those behind them
// any part, and in it anything; and the mark as it is or as it was when its name was last synced.
func (h *partialHouse) lieAbout(t *testing.T, id archive.ID, before []byte, variant int) {
	t.Helper()
	part, markFile := filepath.Join(h.dir, id.String()+".part"), filepath.Join(h.dir, id.String()+".mark")
	b, err := os.ReadFile(part)
	if err != nil {
		return
	}
	sure := min(h.synced, int64(len(b)))
	sound, tail := b[:sure], b[sure:]
	switch variant {
	case 1: // nothing of it came to the disk
		tail = nil
	case 2: // its blocks were given to the file, but never filled
		clear(tail)
	case 3: // half of it, and then the contents of what was there before
		rand.Read(tail[len(tail)/2:])
	}
	if err := os.WriteFile(part, append(sound, tail...), 0o640); err != nil {
		t.Fatal(err)
	}
	if variant%2 == 1 && before != nil {
		if err := os.WriteFile(markFile, before, 0o640); err != nil {
			t.Fatal(err)
		}
	}
}

// The power fails before every step of an upload of three pieces. What was acknowledged is there, what is told as there is
// right, and the upload goes on from it to equal bytes.
func TestPowerFailsAtEveryStepOfAnUpload(t *testing.T) {
	file := make([]byte, 5*checkpoint+1234)
	rand.Read(file)
	limit := int64(len(file))
	// upload sends the file in pieces from the offset on, and returns what it heard of.
	upload := func(h *partialHouse, id archive.ID, at int64, heard func(int64)) error {
		for at < limit {
			piece := file[at:min(at+2*checkpoint+777, limit)]
			n, err := h.p.Append(context.Background(), id, at, bytes.NewReader(piece), limit)
			heard(n)
			if err != nil {
				return err
			}
			at = n
		}
		return nil
	}
	dry := openPartials(t, nil)
	steps := dry.cutPower(t, 0)
	id := archive.NewID()
	if err := errors.Join(dry.p.Begin(t.Context(), id), upload(dry, id, 0, func(int64) {})); err != nil {
		t.Fatal(err)
	}
	if *steps < 30 {
		t.Fatalf("only %d steps: the test tests nothing", *steps)
	}
	for at := 1; at <= *steps; at++ {
		for variant := range 4 {
			t.Run(fmt.Sprintf("step %d of %d, variant %d", at, *steps, variant), func(t *testing.T) {
				h := openPartials(t, nil)
				h.cutPower(t, at)
				id := archive.NewID()
				begun := h.p.Begin(t.Context(), id)
				acked := int64(0)
				var before []byte
				if begun == nil {
					markFile := filepath.Join(h.dir, id.String()+".mark")
					before, _ = os.ReadFile(markFile)
					err := upload(h, id, 0, func(n int64) {
						acked = max(acked, n)
						if now, err := os.ReadFile(markFile); err == nil && n > 0 {
							before = now
						}
					})
					if !errors.Is(err, errPower) {
						t.Fatalf("the step went unnoticed: %v", err)
					}
				}
				h.lieAbout(t, id, before, variant)
				h.Reopen(t)
				n, err := h.p.Size(t.Context(), id)
				if archive.KindOf(err) == archive.NotFound && err != nil {
					// Never begun, or given up because a sync failed: the sender of either begins again.
					if n, err := h.p.Append(t.Context(), id, 0, strings.NewReader("x"), limit); n != 0 || archive.KindOf(err) != archive.NotFound {
						t.Errorf("%d, %v of an upload that is not there", n, err)
					}
					if err := h.p.Remove(t.Context(), id); err != nil {
						t.Error(err)
					}
					if names := lying(t, h.dir); len(names) != 0 {
						t.Errorf("left: %v", names)
					}
					return
				}
				if err != nil || n < acked {
					t.Fatalf("%d bytes acknowledged, %d there (%v)", acked, n, err)
				}
				if err := upload(h, id, n, func(int64) {}); err != nil {
					t.Fatal(err)
				}
				s, err := h.p.Finish(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				f, err := s.Open()
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, file) || s.Digest() != archive.DigestOf(file) {
					t.Errorf("from %d on other bytes came out (%v)", n, err)
				}
			})
		}
	}
}

// One step fails and the process lives on, as with a disk that is full for a moment. A failed sync gives the upload up,
// everything else leaves it at its last mark.
func TestStepsOfAnUploadFailAndTheProcessLives(t *testing.T) {
	file := make([]byte, 2*checkpoint+99)
	rand.Read(file)
	for _, c := range []struct {
		step  string
		after int   // how many such steps go well
		kept  int64 // -1: given up
	}{
		{"write part", 0, 0},
		{"sync part", 0, -1},
		{"sync mark", 0, 0},
		{"rename mark", 0, 0},
		{"sync marks", 0, -1},
		{"sync part", 1, -1},
		{"rename mark", 1, checkpoint},
		{"write part", 2, 2 * checkpoint},
	} {
		t.Run(fmt.Sprintf("%s, the one after %d", c.step, c.after), func(t *testing.T) {
			h := openPartials(t, nil)
			id := archive.NewID()
			if err := h.p.Begin(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			left := c.after
			h.p.StepForTest(func(step string) error {
				if step != c.step {
					return nil
				}
				if left--; left == -1 {
					return &os.PathError{Op: "write", Err: syscall.ENOSPC}
				}
				return nil
			})
			n, err := h.p.Append(t.Context(), id, 0, bytes.NewReader(file), int64(len(file)))
			if archive.CodeOf(err) != "storage_full" {
				t.Fatalf("got %v", err)
			}
			if n != max(c.kept, 0) {
				t.Errorf("%d bytes acknowledged, want %d", n, c.kept)
			}
			if c.kept < 0 {
				_, err := h.p.Size(t.Context(), id)
				blobtest.Kind(t, err, archive.NotFound)
				if names := lying(t, h.dir); len(names) != 0 {
					t.Errorf("left: %v", names)
				}
				return
			}
			if info, err := os.Stat(filepath.Join(h.dir, id.String()+".part")); err != nil || info.Size() != c.kept {
				t.Errorf("the full disk keeps %d bytes, %v", info.Size(), err)
			}
			if _, err := h.p.Append(t.Context(), id, n, bytes.NewReader(file[n:]), int64(len(file))); err != nil {
				t.Fatal(err)
			}
			if s, err := h.p.Finish(t.Context(), id); err != nil || s.Digest() != archive.DigestOf(file) {
				t.Errorf("%v, %v", s, err)
			}
		})
	}
}

// What stands in the folder need not be what was written there.
func TestDamagedUploadsAreToldApart(t *testing.T) {
	for reason, c := range map[string]struct {
		suffix string
		text   string // "": removed
		kind   archive.Kind
	}{
		"a mark that is no JSON":              {".mark", "{", archive.Corrupt},
		"a mark with another program's state": {".mark", `{"size":5,"sha256_state":"AAAA"}`, archive.Corrupt},
		"a part shorter than its mark":        {".part", "pap", archive.Corrupt},
		"a part that is gone":                 {".part", "", archive.NotFound},
		"a mark that is gone":                 {".mark", "", archive.NotFound},
	} {
		t.Run(reason, func(t *testing.T) {
			h := openPartials(t, nil)
			id := archive.NewID()
			if err := h.p.Begin(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if _, err := h.p.Append(t.Context(), id, 0, strings.NewReader("paper"), 9); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(h.dir, id.String()+c.suffix)
			err := os.Remove(name)
			if c.text != "" {
				err = os.WriteFile(name, []byte(c.text), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			_, err = h.p.Append(t.Context(), id, 5, strings.NewReader("x"), 9)
			blobtest.Kind(t, err, c.kind)
			_, err = h.p.Finish(t.Context(), id)
			blobtest.Kind(t, err, c.kind)
			if err := h.p.Remove(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
	}
}

// A broken line costs three syncs, and so does every checkpoint: bytes, mark, name.
func TestUploadSyncs(t *testing.T) {
	var count durable.Counter
	h := openPartials(t, &count)
	id := archive.NewID()
	before := count.Syncs()
	if err := h.p.Begin(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	_, err := h.p.Append(t.Context(), id, 0, iotest.DataErrReader(strings.NewReader("paper")), 9)
	if err != nil {
		t.Fatal(err)
	}
	if n := count.Syncs() - before; n != 2+3 {
		t.Errorf("%d syncs to begin and add a piece", n)
	}
	before = count.Syncs()
	if _, err := h.p.Append(t.Context(), id, 5, strings.NewReader(""), 9); err != nil || count.Syncs() != before {
		t.Errorf("an empty piece: %d syncs, %v", count.Syncs()-before, err)
	}
}

// A finished upload becomes a file of the store without being copied, and its own name stays until it is removed.
func TestFinishedUploadIsTakenByName(t *testing.T) {
	dir := t.TempDir()
	d, spool := openDisk(t, dir, nil)
	p := blob.NewPartials(spool, 0)
	id := archive.NewID()
	if err := p.Begin(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Append(t.Context(), id, 0, strings.NewReader("paper"), 5); err != nil {
		t.Fatal(err)
	}
	s, err := p.Finish(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.CreateTree(t.Context(), "a", []blob.TreeFile{{Name: "k", Spooled: s}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Discard(); err != nil {
		t.Fatal(err)
	}
	one, err := os.Stat(filepath.Join(dir, "spool", id.String()+".part"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := os.Stat(filepath.Join(dir, "store/a/k"))
	if err != nil || !os.SameFile(one, two) {
		t.Errorf("copied, or gone: %v", err)
	}
	if err := p.Remove(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{}, lying(t, filepath.Join(dir, "spool"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a/k"}, slices.Sorted(maps.Keys(blobtest.All(t, d, "")))); diff != "" {
		t.Error(diff)
	}
}

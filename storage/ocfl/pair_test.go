package ocfl

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
	"sohoa/storage/blob/mem"
)

// copies is a pair with ways to look at and to damage what lies in either store.
type copies struct {
	*Pair
	first, second place
}

// place is one store, seen from below the vault.
type place struct {
	vault   *Vault
	spooled func() int
	files   func() map[string][]byte
	change  func(key string, change func([]byte) []byte) // nil removes the file
}

func diskPlace(t *testing.T) place {
	dir := quickDir(t)
	root := filepath.Join(dir, "store")
	return place{
		vault:   openDisk(t, dir, nil),
		spooled: func() int { return len(spooled(t, filepath.Join(dir, "spool"))) },
		files: func() map[string][]byte {
			out := map[string][]byte{}
			err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				b, err := os.ReadFile(p)
				out[strings.TrimPrefix(p, root+"/")] = b
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		},
		change: func(key string, change func([]byte) []byte) {
			p := filepath.Join(root, key)
			if change == nil {
				if err := os.Remove(p); err != nil {
					t.Fatal(err)
				}
				return
			}
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			// Written in place, as a disk that forgets does: a hard link's other name is damaged too.
			if err := os.WriteFile(p, change(b), 0); err != nil {
				t.Fatal(err)
			}
		},
	}
}

func memPlace(t *testing.T) place {
	store := mem.New()
	return place{
		vault: openMem(t, store, t.TempDir()),
		files: func() map[string][]byte {
			out := map[string][]byte{}
			for _, k := range store.Keys() {
				out[k] = store.Bytes(k)
			}
			return out
		},
		change: func(key string, change func([]byte) []byte) {
			if change == nil {
				if err := store.Delete(t.Context(), key); err != nil {
					t.Fatal(err)
				}
				return
			}
			store.Damage(key, change)
		},
	}
}

func pairOf(first, second place, wait bool) copies {
	return copies{NewPair(first.vault, second.vault, wait, nil), first, second}
}

var pairings = map[string]func(*testing.T, bool) copies{
	"disk and disk":   func(t *testing.T, wait bool) copies { return pairOf(diskPlace(t), diskPlace(t), wait) },
	"disk and bucket": func(t *testing.T, wait bool) copies { return pairOf(diskPlace(t), memPlace(t), wait) },
	"bucket and disk": func(t *testing.T, wait bool) copies { return pairOf(memPlace(t), diskPlace(t), wait) },
}

// objects returns the files of objects, without those of the storage root.
func (p place) objects() map[string][]byte {
	all := p.files()
	maps.DeleteFunc(all, func(k string, _ []byte) bool { return !p.vault.isRoot(strings.Join(firstTwo(k), "/")) })
	return all
}

func firstTwo(key string) []string {
	parts := strings.SplitN(key, "/", 3)
	return parts[:min(2, len(parts))]
}

func same(t *testing.T, c copies) {
	t.Helper()
	if diff := cmp.Diff(c.first.objects(), c.second.objects()); diff != "" {
		t.Fatalf("first and second differ:\n%.2000s", diff)
	}
}

func fillPair(t *testing.T, c copies, n int) []archive.ObjectID {
	t.Helper()
	var ids []archive.ObjectID
	for i := range n {
		id := archive.DocumentObject(archive.NewID())
		ids = append(ids, id)
		for v := range 1 + i%3 {
			files := map[string]string{"metadata.json": fmt.Sprintf("{%d}", v)}
			if v == 0 {
				files["original-0001.pdf"] = strings.Repeat("một trang ", 200+i)
			}
			vaulttest.Commit(t, c, id, v, files)
		}
	}
	return ids
}

func TestPairIsAVault(t *testing.T) {
	for name, wait := range map[string]bool{"waits": true, "follows": false} {
		t.Run(name, func(t *testing.T) {
			vaulttest.Run(t, func(t *testing.T) vaulttest.Setup {
				first, second := diskPlace(t), diskPlace(t)
				p := pairOf(first, second, wait)
				return vaulttest.Setup{Vault: p, Damage: func(t *testing.T, d archive.Digest, change func([]byte) []byte) {
					for _, at := range []place{first, second} { // damage in one alone is what the second is for
						for key, b := range at.files() {
							if archive.DigestOf(b) == d && strings.Contains(key, "/content/") {
								at.change(key, change)
							}
						}
					}
				}, Spooled: func(t *testing.T) int { return first.spooled() + second.spooled() }}
			})
		})
	}
}

func TestCopyBringsTheSecondUpToTheFirst(t *testing.T) {
	for name, open := range pairings {
		t.Run(name, func(t *testing.T) {
			c := open(t, false)
			id := archive.DocumentObject(archive.NewID())
			for v, behind := range []bool{false, false, true, false, true, true, false} {
				vaulttest.Commit(t, c, id, v, map[string]string{"metadata.json": fmt.Sprint(v), fmt.Sprintf("page-%d", v): "chữ"})
				if behind {
					continue
				}
				if copied, err := c.Copy(t.Context(), id); err != nil || !copied {
					t.Fatalf("version %d: copied %v, %v", v+1, copied, err)
				}
				if copied, err := c.Copy(t.Context(), id); err != nil || copied {
					t.Fatalf("version %d again: copied %v, %v", v+1, copied, err)
				}
				same(t, c)
			}
			audit(t, c)
		})
	}
}

func TestWaitingCommitIsInBothStores(t *testing.T) {
	for name, open := range pairings {
		t.Run(name, func(t *testing.T) {
			c := open(t, true)
			fillPair(t, c, 6)
			same(t, c)
			audit(t, c)
		})
	}
}

func audit(t *testing.T, c copies) {
	t.Helper()
	err := c.Audit(t.Context(), true, func(d archive.Discrepancy) error {
		t.Errorf("%s %s %s", d.Kind, d.Object, d.Detail)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDivergingCopiesAreLeftAlone(t *testing.T) {
	c := pairings["disk and disk"](t, false)
	id := archive.DocumentObject(archive.NewID())
	vaulttest.Commit(t, c.first.vault, id, 0, map[string]string{"metadata.json": "here"})
	vaulttest.Commit(t, c.second.vault, id, 0, map[string]string{"metadata.json": "there"})
	before := c.second.files()
	if _, err := c.Copy(t.Context(), id); archive.CodeOf(err) != "copies_diverge" {
		t.Errorf("copy: %v", err)
	}
	got, err := c.Scrub(t.Context(), id)
	if err != nil || len(got.Left) != 1 || got.Left[0].Kind != "copies_diverge" {
		t.Errorf("scrub: %+v, %v", got, err)
	}
	if diff := cmp.Diff(before, c.second.files()); diff != "" {
		t.Error(diff)
	}
}

func TestTheSecondIsReadWhereTheFirstCannot(t *testing.T) {
	c := pairings["disk and disk"](t, true)
	var suspected []archive.ObjectID
	c.suspect = func(id archive.ObjectID) { suspected = append(suspected, id) }
	id := fillPair(t, c, 1)[0]
	root := c.first.vault.layout.root(id)
	c.first.change(root+"/v1/content/original-0001.pdf", nil)
	r, err := c.Open(t.Context(), id, "original-0001.pdf")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil || b.Len() == 0 {
		t.Errorf("%d bytes, %v", b.Len(), err)
	}
	if diff := cmp.Diff([]archive.ObjectID{id}, suspected); diff != "" {
		t.Error(diff)
	}
}

// TestFlippedBitsAreRepaired flips one bit at a time in any file of any object of either store: each is found, and the object
// is then byte for byte what it was, in both.
func TestFlippedBitsAreRepaired(t *testing.T) {
	flips := 1000 / len(pairings)
	for name, open := range pairings {
		t.Run(name, func(t *testing.T) {
			c := open(t, true)
			ids := fillPair(t, c, 9)
			want := c.first.objects()
			same(t, c)
			seed := uint64(20261123)
			t.Logf("seed %d, %d flips", seed, flips)
			r := rand.New(rand.NewPCG(seed, 1))
			for i := range flips {
				id, at := ids[r.IntN(len(ids))], c.first
				if r.IntN(2) == 1 {
					at = c.second
				}
				key, bit := pick(r, at, id)
				at.change(key, func(b []byte) []byte {
					b = bytes.Clone(b)
					b[bit/8%len(b)] ^= 1 << (bit % 8)
					return b
				})
				expectRepair(t, c, id, fmt.Sprintf("flip %d: bit %d of %s", i, bit, key))
			}
			for at, got := range map[string]map[string][]byte{"first": c.first.objects(), "second": c.second.objects()} {
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s is not what it was:\n%.2000s", at, diff)
				}
			}
		})
	}
}

// pick draws a file of an object that has bytes, and one of its bits.
func pick(r *rand.Rand, at place, id archive.ObjectID) (key string, bit int) {
	files := at.files()
	var keys []string
	for k, b := range files {
		if strings.HasPrefix(k, at.vault.layout.root(id)+"/") && len(b) > 0 {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	key = keys[r.IntN(len(keys))]
	return key, r.IntN(8 * len(files[key]))
}

func expectRepair(t *testing.T, c copies, id archive.ObjectID, what string) {
	t.Helper()
	got, err := c.Scrub(t.Context(), id)
	if err != nil || len(got.Damage) == 0 || len(got.Repaired) == 0 || len(got.Left) > 0 {
		t.Fatalf("%s: %+v, %v", what, got, err)
	}
	if again, err := c.Scrub(t.Context(), id); err != nil || len(again.Damage)+len(again.Repaired) > 0 {
		t.Fatalf("%s, second look: %+v, %v", what, again, err)
	}
}

func TestLostFilesAndObjectsComeBack(t *testing.T) {
	for name, open := range pairings {
		t.Run(name, func(t *testing.T) {
			c := open(t, true)
			ids := fillPair(t, c, 3)
			want := c.first.objects()
			for _, at := range []place{c.first, c.second} {
				for _, id := range ids {
					root := at.vault.layout.root(id) + "/"
					for key := range want {
						if strings.HasPrefix(key, root) {
							at.change(key, nil)
							expectRepair(t, c, id, "lost "+key)
						}
					}
					for key := range at.objects() {
						if strings.HasPrefix(key, root) {
							at.change(key, nil)
						}
					}
					if _, err := c.Scrub(t.Context(), id); err != nil {
						t.Fatal(err)
					}
				}
			}
			if diff := cmp.Diff(want, c.first.objects()); diff != "" {
				t.Errorf("first:\n%.2000s", diff)
			}
			same(t, c)
		})
	}
}

func TestBothDamagedAreMendedFromEachOther(t *testing.T) {
	c := pairings["disk and disk"](t, true)
	id := archive.DocumentObject(archive.NewID())
	vaulttest.Commit(t, c, id, 0, map[string]string{"original-0001.pdf": "a scan", "metadata.json": "{}"})
	root := c.first.vault.layout.root(id)
	spoil := func([]byte) []byte { return []byte("spoilt") }
	c.first.change(root+"/v1/content/original-0001.pdf", spoil)
	c.second.change(root+"/v1/content/metadata.json", spoil)
	expectRepair(t, c, id, "one file in each")
	// The same file in both: nobody has its bytes any more, and that is said.
	c.first.change(root+"/v1/content/original-0001.pdf", spoil)
	c.second.change(root+"/v1/content/original-0001.pdf", spoil)
	got, err := c.Scrub(t.Context(), id)
	if err != nil || len(got.Left) < 2 || len(got.Repaired) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestCopyIsFinished breaks a copy off at every write to the second store, before and after it takes effect; the next one
// finishes it.
func TestCopyIsFinished(t *testing.T) {
	for _, applied := range []bool{false, true} {
		for nth := 1; ; nth++ {
			store := mem.New()
			first := diskPlace(t)
			c := NewPair(first.vault, openMem(t, store, t.TempDir()), false, nil)
			id := archive.DocumentObject(archive.NewID())
			vaulttest.Commit(t, c, id, 0, map[string]string{"original-0001.pdf": "a scan", "metadata.json": "{}"})
			if nth%2 == 0 { // half of the time there is a version to follow
				if _, err := c.Copy(t.Context(), id); err != nil {
					t.Fatal(err)
				}
			}
			vaulttest.Commit(t, c, id, 1, map[string]string{"metadata.json": "{2}"})
			store.Break(mem.Fault{After: (nth - 1) / 2, Applied: applied, Err: fs.ErrPermission})
			_, err := c.Copy(t.Context(), id)
			store.Heal()
			if err == nil && nth > 20 {
				break
			}
			if _, err := c.Copy(t.Context(), id); err != nil {
				t.Fatalf("after a copy cut off at write %d: %v", nth, err)
			}
			if got, err := c.Scrub(t.Context(), id); err != nil || len(got.Damage) > 0 {
				t.Fatalf("after a copy cut off at write %d: %+v, %v", nth, got, err)
			}
		}
	}
}

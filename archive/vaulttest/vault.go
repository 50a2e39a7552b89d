// Package vaulttest is the suite that every archive.Vault and every archive.Derived passes.
package vaulttest

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// Setup is a vault to be tested.
type Setup struct {
	Vault archive.Vault
	// Damage changes the stored bytes of a file with that digest, behind the vault's back.
	Damage func(t *testing.T, d archive.Digest, change func(b []byte) []byte)
	// Spooled counts the files that lie in the spool.
	Spooled func(t *testing.T) int
}

// Run tests the vault that open returns, which must be empty each time.
func Run(t *testing.T, open func(t *testing.T) Setup) {
	for name, test := range map[string]func(*testing.T, Setup){
		"versions are kept and read back":              versions,
		"a spooled file is taken":                      taken,
		"the same bytes are kept once":                 deduplicated,
		"a commit follows the head or is refused":      follows,
		"a refused commit changes nothing":             refusedKeepsState,
		"wrong commits":                                wrong,
		"what is not there":                            absent,
		"unspool removes what an intent left":          unspool,
		"spool refuses too much":                       spoolLimit,
		"erase takes the whole object, and only it":    erase,
		"list walks every object":                      list,
		"bytes are checked while they are read":        checked,
		"a lost file is damage":                        lost,
		"ranges":                                       ranges,
		"objects are committed at the same time":       parallel,
		"one of many commits to one head wins":         race,
		"readers see one whole version during commits": readDuring,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// At is the time of the suite's commits.
var At = time.Date(2026, 11, 23, 4, 5, 6, 789000, time.UTC)

// Spool puts text into the vault's spool.
func Spool(t testing.TB, v archive.Vault, intent archive.ID, text string) archive.Spooled {
	t.Helper()
	f, err := v.Spool(t.Context(), intent, strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Commit commits files given as path → text, after a head.
func Commit(t testing.TB, v archive.Vault, object archive.ObjectID, after int, files map[string]string) archive.ID {
	t.Helper()
	intent := archive.NewID()
	c := archive.Commit{Object: object, After: after, Message: fmt.Sprint("message ", after+1), User: "Người lưu", Intent: intent, At: At}
	for path, text := range files {
		c.Files = append(c.Files, archive.File{Path: path, Bytes: []byte(text)})
	}
	got, err := v.Commit(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(archive.ObjectVersion{Number: after + 1, Message: c.Message, User: c.User, At: At, Intent: intent}, got); diff != "" {
		t.Error(diff)
	}
	return intent
}

// Check compares an object's head state with path → text: names, digests, sizes and every byte.
func Check(t testing.TB, v archive.Vault, object archive.ObjectID, head int, files map[string]string) archive.Inventory {
	t.Helper()
	inv, err := v.Inventory(t.Context(), object)
	if err != nil {
		t.Fatal(err)
	}
	if inv.Object != object || inv.Head != head || len(inv.Versions) != head {
		t.Errorf("%s at %d with %d versions, want %s at %d", inv.Object, inv.Head, len(inv.Versions), object, head)
	}
	got := map[string]string{}
	for _, f := range inv.Files {
		got[f.Path] = Read(t, v, object, f.Path)
		if f.Digest != archive.DigestOf([]byte(got[f.Path])) || f.Size >= 0 && f.Size != int64(len(got[f.Path])) {
			t.Errorf("%s is said to be %s of %d bytes", f.Path, f.Digest, f.Size)
		}
	}
	if diff := cmp.Diff(files, got); diff != "" {
		t.Error(diff)
	}
	return inv
}

// Read returns a file of an object's head.
func Read(t testing.TB, v archive.Vault, object archive.ObjectID, path string) string {
	t.Helper()
	c, err := v.Open(t.Context(), object, path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	if c.Size() != int64(len(b)) || c.Digest() != archive.DigestOf(b) {
		t.Errorf("%s: %d bytes of %s, said to be %d of %s", path, len(b), archive.DigestOf(b), c.Size(), c.Digest())
	}
	return string(b)
}

// Objects returns every object of the vault, failing on one listed twice.
func Objects(t testing.TB, v archive.Vault) map[archive.ObjectID]bool {
	t.Helper()
	all := map[archive.ObjectID]bool{}
	for id, err := range v.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if all[id] {
			t.Errorf("%s listed twice", id)
		}
		all[id] = true
	}
	return all
}

func kind(t testing.TB, err error, want archive.Kind) {
	t.Helper()
	if err == nil || archive.KindOf(err) != want {
		t.Errorf("got %v (%s), want kind %s", err, archive.KindOf(err), want)
	}
}

func object() archive.ObjectID { return archive.DocumentObject(archive.NewID()) }

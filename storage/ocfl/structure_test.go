package ocfl

import (
	"bytes"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
)

// structure checks by its own reading of the standard, not by the vault's, that a folder is an OCFL 1.1 storage root of
// whole objects and of nothing else. It looks at names and inventories; bytes of content are compared by those tests that
// have not damaged them.
func structure(t testing.TB, root string) {
	t.Helper()
	top := names(t, root)
	for _, want := range []string{"0=ocfl_1.1", "extensions", "ocfl_layout.json"} {
		if !slices.Contains(top, want) {
			t.Errorf("storage root: no %s", want)
		}
	}
	for _, tuple := range top {
		if tuple == "0=ocfl_1.1" || tuple == "extensions" || tuple == "ocfl_layout.json" {
			continue
		}
		if !regexp.MustCompile(`^[0-9a-f]{3}$`).MatchString(tuple) {
			t.Errorf("storage root: stray %s", tuple)
			continue
		}
		objects := names(t, filepath.Join(root, tuple))
		if len(objects) == 0 {
			t.Errorf("empty folder %s", tuple)
		}
		for _, o := range objects {
			if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(o) || !strings.HasPrefix(o, tuple) {
				t.Errorf("stray %s/%s", tuple, o)
				continue
			}
			structureOfObject(t, filepath.Join(root, tuple, o), o)
		}
	}
}

func structureOfObject(t testing.TB, dir, name string) {
	t.Helper()
	var inv struct {
		ID, Type, DigestAlgorithm, Head, ContentDirectory string
		Manifest                                          map[string][]string
		Versions                                          map[string]struct {
			Created string
			State   map[string][]string
			Message string
			User    struct{ Name, Address string }
		}
		Fixity any
	}
	raw := text(t, dir, "inventory.json")
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&inv); err != nil {
		t.Errorf("%s: %v", dir, err)
		return
	}
	if inv.Type != "https://ocfl.io/1.1/spec/#inventory" || inv.DigestAlgorithm != "sha256" || archive.DigestOf([]byte(inv.ID)).Hex() != name {
		t.Errorf("%s: %s by %s in a folder not its own", inv.ID, inv.Type, inv.DigestAlgorithm)
	}
	if string(text(t, dir, "0=ocfl_object_1.1")) != "ocfl_object_1.1\n" {
		t.Errorf("%s: namaste", inv.ID)
	}
	want := []string{"0=ocfl_object_1.1", "inventory.json", "inventory.json.sha256"}
	for n := 1; n <= len(inv.Versions); n++ {
		want = append(want, "v"+strconv.Itoa(n))
	}
	slices.Sort(want)
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("%s: holds %v, want %v", inv.ID, got, want)
	}
	if inv.Head != "v"+strconv.Itoa(len(inv.Versions)) {
		t.Errorf("%s: head %s of %d versions", inv.ID, inv.Head, len(inv.Versions))
	}
	if !bytes.Equal(raw, text(t, dir, inv.Head+"/inventory.json")) {
		t.Errorf("%s: root inventory is not the head's", inv.ID)
	}
	onDisk := map[string]bool{}
	for v, version := range inv.Versions {
		structureOfVersion(t, dir, v, inv.ID)
		if _, err := time.Parse(time.RFC3339Nano, version.Created); err != nil || version.User.Name == "" || !strings.HasPrefix(version.User.Address, "urn:uuid:") {
			t.Errorf("%s %s: created %s by %+v", inv.ID, v, version.Created, version.User)
		}
		for digest := range version.State {
			if inv.Manifest[digest] == nil {
				t.Errorf("%s %s: state names %s, the manifest does not", inv.ID, v, digest)
			}
		}
		for _, p := range below(t, filepath.Join(dir, v, "content")) {
			onDisk[path.Join(v, "content", p)] = true
		}
	}
	used := map[string]bool{}
	for digest, paths := range inv.Manifest {
		for _, p := range paths {
			if !onDisk[p] {
				t.Logf("%s: %s of the manifest is not there (damaged by the test, or lost)", inv.ID, p)
			}
			delete(onDisk, p)
		}
		for _, version := range inv.Versions {
			used[digest] = used[digest] || version.State[digest] != nil
		}
		if !used[digest] {
			t.Errorf("%s: no version uses %s", inv.ID, digest)
		}
	}
	if len(onDisk) > 0 {
		t.Errorf("%s: not in the manifest: %v", inv.ID, onDisk)
	}
}

func structureOfVersion(t testing.TB, dir, v, id string) {
	t.Helper()
	for _, p := range []string{"", v} {
		raw := text(t, dir, path.Join(p, "inventory.json"))
		if got := string(text(t, dir, path.Join(p, "inventory.json.sha256"))); got != archive.DigestOf(raw).Hex()+" inventory.json\n" {
			t.Errorf("%s %s: sidecar reads %q", id, p, got)
		}
	}
	for _, n := range names(t, filepath.Join(dir, v)) {
		if n != "content" && n != "inventory.json" && n != "inventory.json.sha256" {
			t.Errorf("%s %s: stray %s", id, v, n)
		}
	}
}

func names(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Error(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func text(t testing.TB, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Error(err)
	}
	return b
}

// below returns every regular file below a folder, which may be missing, and fails on an empty one.
func below(t testing.TB, dir string) []string {
	t.Helper()
	var out []string
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Error(err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			out = append(out, e.Name())
			continue
		}
		for _, p := range below(t, filepath.Join(dir, e.Name())) {
			out = append(out, path.Join(e.Name(), p))
		}
	}
	return out
}

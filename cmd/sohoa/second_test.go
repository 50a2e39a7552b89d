package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// original returns the path of a scan below a store.
func original(t *testing.T, store string) string {
	t.Helper()
	found := ""
	err := filepath.WalkDir(store, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(d.Name(), "original-") {
			found = path
		}
		return err
	})
	if err != nil || found == "" {
		t.Fatalf("no scan in %s: %v", store, err)
	}
	return found
}

func TestTheSecondStoreMendsTheFirst(t *testing.T) {
	t.Parallel()
	p, data, second := self(t), t.TempDir(), filepath.Join(t.TempDir(), "copy")
	house := []string{"--data", data, "--second-store", "file:" + second}
	p.run(t, exitFindings, append([]string{"import", folder(t), "--agency", "H15.61", "--report", filepath.Join(t.TempDir(), "r.csv")}, house...)...)
	p.run(t, exitDone, append([]string{"check", "--read-data"}, house...)...)

	scan := original(t, filepath.Join(data, "store"))
	want, err := os.ReadFile(scan)
	if err != nil {
		t.Fatal(err)
	}
	object := filepath.Dir(filepath.Dir(filepath.Dir(scan)))
	for name, c := range map[string]struct {
		damage func() error
		kind   string
	}{
		"one byte":         {func() error { return os.WriteFile(scan, append([]byte("#"), want[1:]...), 0) }, "digest_mismatch"},
		"a file":           {func() error { return os.Remove(scan) }, "missing_file"},
		"the whole object": {func() error { return os.RemoveAll(object) }, "missing_object"},
		"the copy": {func() error {
			return os.RemoveAll(filepath.Join(second, strings.TrimPrefix(object, filepath.Join(data, "store"))))
		},
			"missing_copy"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.damage(); err != nil {
				t.Fatal(err)
			}
			if out := p.run(t, exitFindings, append([]string{"check", "--read-data"}, house...)...); !strings.Contains(out, c.kind) {
				t.Errorf("check says %q, want %s", out, c.kind)
			}
			if out := p.run(t, exitFindings, append([]string{"check", "--read-data", "--repair"}, house...)...); !strings.Contains(out, "repaired") {
				t.Errorf("repair says %q", out)
			}
			p.run(t, exitDone, append([]string{"check", "--read-data"}, house...)...)
			if got, err := os.ReadFile(scan); err != nil || string(got) != string(want) {
				t.Errorf("the scan is not what it was: %v", err)
			}
		})
	}
	// Each store is whole: the house opens on the second alone.
	p.run(t, exitDone, "check", "--read-data", "--data", data, "--store", "file:"+second)
}

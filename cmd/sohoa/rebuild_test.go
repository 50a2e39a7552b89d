package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCatalogIsRebuilt(t *testing.T) {
	t.Parallel()
	p, data := self(t), t.TempDir()
	p.run(t, exitFindings, "import", folder(t), "--data", data, "--agency", "H15.61", "--report", filepath.Join(t.TempDir(), "r.csv"))
	p.run(t, exitDone, "account", "add", "--data", data, "--name", "lan", "--role", "clerk", "--agency", "H15.61")
	s := p.start(t, data, "auditor", "--readers", "0")
	s.stop()
	before := p.run(t, 0, "search", "--data", data, "to")
	for _, ending := range []string{"", "-wal", "-shm"} {
		os.Remove(filepath.Join(data, "catalog.db"+ending))
	}
	out := p.run(t, 0, "rebuild", "--data", data)
	if !strings.Contains(out, "accounts 1 ") {
		t.Errorf("rebuild: %s", out)
	}
	if out := p.run(t, 0, "check", "--data", data, "--read-data"); !strings.Contains(out, "Sound") {
		t.Errorf("check: %s", out)
	}
	if after := p.run(t, 0, "search", "--data", data, "to"); firstLine(after) != firstLine(before) {
		t.Errorf("found before: %s\nafter: %s", before, after)
	}
	if out := p.run(t, 0, "account", "reset", "--data", data, "--name", "lan"); len(strings.TrimSpace(out)) < 8 {
		t.Errorf("reset: %s", out)
	}
	// A catalog that is still there is kept.
	p.run(t, 0, "rebuild", "--catalog", "--data", data)
	if kept, _ := filepath.Glob(filepath.Join(data, "catalog.db.before-rebuild-*")); len(kept) == 0 {
		t.Error("the former catalog was not kept")
	}
}

func firstLine(s string) string { l, _, _ := strings.Cut(s, "\n"); return l }

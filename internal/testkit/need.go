// Package testkit holds what tests of several rooms share: where the corpus lies and which outside programs are at hand.
package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Need finds an outside program. Where it is missing the test is skipped on a laptop and fails when CI=true, so that a
// green CI never hides a test that did not run.
func Need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		Missing(t, "program "+program+" is not installed")
	}
	return path
}

// Corpus returns the path of a file or folder of the shared papers (SOHOA_CORPUS, or ../shared/corpus beside the
// project). A clone without the corpus skips, in CI too: the papers are not part of the repository.
func Corpus(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("SOHOA_CORPUS")
	if root == "" {
		root = filepath.Join(Root(), "..", "shared", "corpus")
	}
	path := filepath.Join(root, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("corpus: %v", err)
	}
	return path
}

// Root returns the top folder of the source tree.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

// Missing skips the test on a laptop and fails it when CI=true, saying what is missing.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what + " (required in CI)")
	}
	t.Skip(what)
}

package testkit

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Tesseract returns the path of a Tesseract that reads Vietnamese, under the rule of Need.
func Tesseract(t testing.TB) string {
	t.Helper()
	path := Need(t, "tesseract")
	out, err := exec.Command(path, "--list-langs").CombinedOutput()
	if err != nil {
		t.Fatalf("list the languages of %s: %v", path, err)
	}
	if !slices.Contains(strings.Fields(string(out)), "vie") {
		Missing(t, "tesseract has no Vietnamese (package tesseract-ocr-vie)")
	}
	return path
}

// Chromium returns the path of a Chromium or Chrome, under the rule of Need.
func Chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Missing(t, "program chromium is not installed")
	return ""
}

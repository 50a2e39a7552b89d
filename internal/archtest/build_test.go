package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"sohoa/internal/testkit"
)

// The image is built, and the tools are run, with the Go that go.mod asks for.
func TestOneGoVersion(t *testing.T) {
	read := func(name, pattern string) string {
		text, err := os.ReadFile(filepath.Join(testkit.Root(), name))
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(pattern).FindSubmatch(text)
		if m == nil {
			t.Fatalf("%s names no Go version", name)
		}
		return string(m[1])
	}
	want := read("go.mod", `(?m)^go (\d+\.\d+)`)
	for name, pattern := range map[string]string{
		"tools/go.mod": `(?m)^go (\d+\.\d+)`,
		"Dockerfile":   `(?m)^FROM golang:(\d+\.\d+)-`,
	} {
		if got := read(name, pattern); got != want {
			t.Errorf("%s is for Go %s, go.mod for %s", name, got, want)
		}
	}
}

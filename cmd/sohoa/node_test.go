package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNodeNameStaysAndDiffers(t *testing.T) {
	one, two := &options{data: t.TempDir()}, &options{data: t.TempDir()}
	first, err := nodeName(one)
	if err != nil {
		t.Fatal(err)
	}
	again, err := nodeName(one)
	if err != nil || again != first {
		t.Errorf("%q, then %q, %v", first, again, err)
	}
	other, err := nodeName(two)
	if err != nil || other == first {
		t.Errorf("%q in two data folders, %v", other, err)
	}
	one.node = "kho-1.sohoa_a"
	if name, err := nodeName(one); err != nil || name != one.node {
		t.Errorf("given %q: %q, %v", one.node, name, err)
	}
	for _, bad := range []string{"a b", "-a", "á", strings.Repeat("a", 64), "a/b", "a\n"} {
		if name, err := nodeName(&options{data: one.data, node: bad}); err == nil {
			t.Errorf("given %q: %q", bad, name)
		}
	}
	for reason, text := range map[string]string{"cut off": first[:5], "empty": "", "not ours": "a b\n"} {
		if err := os.WriteFile(filepath.Join(one.data, "node"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		name, err := nodeName(&options{data: one.data})
		if err != nil || len(name) != 12 || name == text {
			t.Errorf("%s: %q, %v", reason, name, err)
		}
	}
}

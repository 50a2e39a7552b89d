package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPrint(t *testing.T) {
	write := func(name, text string) string {
		dir := t.TempDir()
		if name != "" {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	sound := module{Path: "example.org/a", Version: "v1.0.0", Dir: write("LICENSE.txt", "MIT License\n\nPermission is hereby granted, free\n of charge, to any person")}
	for _, c := range []struct {
		reason string
		module module
		want   string
		known  bool
	}{
		{"wording over two lines", sound, "example.org/a  v1.0.0  MIT\n", true},
		{"its own tag", module{Path: "example.org/d", Version: "v1.0.0", Dir: write("License", "/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */\n\nGNU General Public License")}, "example.org/d  v1.0.0  BSD-3-Clause OR GPL-2.0-only\n", true},
		{"no licence file", module{Path: "example.org/b", Version: "v1.0.0", Dir: write("", "")}, "example.org/b  v1.0.0  UNKNOWN\n", false},
		{"a licence nobody knows", module{Path: "example.org/c", Version: "v1.0.0", Dir: write("COPYING", "do as you like")}, "example.org/c  v1.0.0  UNKNOWN\n", false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			var out strings.Builder
			known, err := print(&out, []module{c.module}, false)
			if err != nil || known != c.known || out.String() != c.want {
				t.Errorf("%q, %v, %v", out.String(), known, err)
			}
		})
	}
}

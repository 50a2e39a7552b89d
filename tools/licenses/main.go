// Command licenses lists the licences of the modules that are linked into a program, as their authors put them into the module: one
// line each, or with -texts the full texts to hand on with a binary. It exits 1 when a module has no licence that it knows.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
)

func main() {
	dir := flag.String("C", ".", "the folder of the module to look at")
	texts := flag.Bool("texts", false, "print the licences' texts")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: licenses [-C folder] [-texts] package...")
		os.Exit(2)
	}
	modules, err := linked(*dir, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(2)
	}
	known, err := print(os.Stdout, modules, *texts)
	if err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(2)
	}
	if !known {
		os.Exit(1)
	}
}

type module struct {
	Path, Version, Dir string
	Main               bool
}

// linked asks go which modules the packages are built from. The program's own module and the standard library are left out.
func linked(dir string, packages []string) ([]module, error) {
	cmd := exec.Command("go", append([]string{"list", "-deps", "-json=Module"}, packages...)...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var all []module
	d := json.NewDecoder(bytes.NewReader(out))
	for {
		var p struct{ Module *module }
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if m := p.Module; m != nil && !m.Main && !slices.Contains(all, *m) {
			all = append(all, *m)
		}
	}
	slices.SortFunc(all, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return all, nil
}

func print(w io.Writer, modules []module, texts bool) (known bool, err error) {
	known = true
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, m := range modules {
		files, err := licenseFiles(m.Dir)
		if err != nil {
			return false, err
		}
		var names []string
		for _, f := range files {
			if texts {
				fmt.Fprintf(w, "==== %s %s: %s\n\n%s\n\n", m.Path, m.Version, f.name, strings.TrimSpace(f.text))
			}
			if strings.Contains(strings.ToUpper(f.name), "PARTY") { // what others put into it, each under its own terms
				names = append(names, f.name)
			} else if name := identify(f.text); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if len(names) == 0 {
			names, known = []string{"UNKNOWN"}, false
		}
		if !texts {
			fmt.Fprintf(table, "%s\t%s\t%s\n", m.Path, m.Version, strings.Join(names, " and "))
		}
	}
	return known, table.Flush()
}

type file struct{ name, text string }

// licenseFiles returns the licence files of a module's top folder. Go puts the repository's licence into the zip of a module that lives in a
// subfolder and has none of its own.
func licenseFiles(dir string) ([]file, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []file
	for _, e := range entries {
		upper := strings.ToUpper(e.Name())
		if e.IsDir() || !strings.HasPrefix(upper, "LICENSE") && !strings.HasPrefix(upper, "LICENCE") && !strings.HasPrefix(upper, "COPYING") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		found = append(found, file{e.Name(), string(text)})
	}
	return found, nil
}

// marks are sentences by which a licence is known, most particular first.
var marks = []struct{ name, sentence string }{
	{"MPL-2.0", "mozilla public license"},
	{"AGPL-3.0", "gnu affero general public license"},
	{"LGPL", "gnu lesser general public license"},
	{"GPL", "gnu general public license"},
	{"Apache-2.0", "apache license version 2.0"},
	{"Apache-2.0", "apache license, version 2.0"},
	{"BSD-3-Clause", "neither the name of"},
	{"BSD-3-Clause", "the names of its contributors may not be used to endorse"},
	{"BSD-2-Clause", "redistributions in binary form must reproduce"},
	{"MIT", "permission is hereby granted, free of charge"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose"},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
	{"CC0-1.0", "cc0 1.0 universal"},
	{"OFL-1.1", "sil open font license"},
}

var spdx = regexp.MustCompile(`SPDX-License-Identifier: ([A-Za-z0-9.() +-]*[A-Za-z0-9.)+])`)

// identify names a licence by its own tag or else by its wording, or returns nothing.
func identify(text string) string {
	if tag := spdx.FindStringSubmatch(text); tag != nil {
		return tag[1]
	}
	plain := strings.Join(strings.Fields(strings.ToLower(text)), " ")
	for _, m := range marks {
		if strings.Contains(plain, m.sentence) {
			return m.name
		}
	}
	return ""
}

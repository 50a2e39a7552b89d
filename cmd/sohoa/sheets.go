package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	printed "sohoa/api/paper"
	"sohoa/archive"
)

// names gathers a flag that may be given several times.
type names []string

func (n *names) String() string     { return fmt.Sprint(*n) }
func (n *names) Set(s string) error { *n = append(*n, s); return nil }

// sheets writes separator sheets. It needs neither data folder nor server: what is on them is what was asked for.
func sheets(_ context.Context, e *env, args []string) (int, error) {
	var o options
	fs := o.flags(e, "sheets")
	dossier := fs.String("dossier", "", "code of the dossier the papers go to; none: a plain sheet that only begins another paper")
	about := fs.String("about", "", "a line for people: what the dossier is about")
	var components, results names
	fs.Var(&components, "component", "name of a component to make a sheet for; may be repeated")
	fs.Var(&results, "result", "name of a result to make a sheet for; may be repeated")
	if err := o.parse(e, fs, args); err != nil {
		return exitFailed, err
	}
	if fs.NArg() != 1 {
		return exitFailed, errors.New("name one file to write: sohoa sheets --dossier CODE FILE.pdf")
	}
	if len(components)+len(results) > archive.MostSeparators {
		return exitFailed, fmt.Errorf("at most %d sheets at once", archive.MostSeparators)
	}
	var code archive.DossierCode
	if err := code.UnmarshalText([]byte(*dossier)); err != nil {
		return exitFailed, err
	}
	var out []archive.SeparatorSheet
	add := func(kind archive.DocumentKind, types ...string) {
		for _, t := range types {
			// Through the code and back, so that the sheet shows what the code says.
			s, _ := archive.ParseSeparator(archive.Separator{Dossier: code, Kind: kind, Type: t}.String())
			out = append(out, archive.SeparatorSheet{Separator: s, About: *about})
		}
	}
	add(archive.Component, components...)
	add(archive.Result, results...)
	if len(out) == 0 {
		add("", "")
	}
	f, err := os.OpenFile(fs.Arg(0), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return exitFailed, err
	}
	if err := errors.Join(printed.Separators(f, out, e.lang), f.Close()); err != nil {
		return exitFailed, errors.Join(err, os.Remove(fs.Arg(0)))
	}
	fmt.Fprintf(e.stdout, "%s: %d\n", fs.Arg(0), len(out))
	return exitDone, nil
}

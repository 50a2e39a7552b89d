package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// Set by the Makefile with -ldflags -X.
var (
	version = "devel"
	commit  = "unknown"
	date    = "unknown"
)

func printVersion(_ context.Context, e *env, args []string) (int, error) {
	var o options
	fs := o.flags(e, "version")
	if err := o.parse(e, fs, args); err != nil {
		return exitFailed, err
	}
	fmt.Fprintf(e.stdout, "sohoa %s\ncommit %s\nbuilt %s\n%s %s/%s\n", version, commit, date, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			switch d.Path {
			case "github.com/pdfcpu/pdfcpu", "github.com/blevesearch/bleve/v2", "modernc.org/sqlite", "github.com/klippa-app/go-pdfium":
				fmt.Fprintf(e.stdout, "%s %s\n", d.Path, d.Version)
			}
		}
	}
	return exitDone, nil
}

// Command compose proves docker-compose.yml where no container engine is at hand. It reads the file with the library that
// `docker compose` reads it with, looks whether every image, program, flag, variable and package it names is there, and starts
// the same services, from the same file, as plain processes on loopback: waits for their health, deposits a paper, has one with
// a virus refused, finds the paper's bytes in the bucket, and stops them as an engine would. What it could not look at it says.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	root := flag.String("C", ".", "the `folder` of docker-compose.yml and the Dockerfile")
	program := flag.String("sohoa", "bin/sohoa", "the `program`, relative to the folder")
	gateway := flag.String("versitygw", "", "the S3 server's `program` (default: in bin/tools of the folder, as tools/go.mod pins it)")
	still := flag.Bool("still", false, "look only, start nothing")
	offline := flag.Bool("offline", false, "ask no registry")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ok, err := run(ctx, os.Stdout, options{root: *root, sohoa: *program, gateway: *gateway, still: *still, offline: *offline, strict: os.Getenv("CI") == "true"})
	if err != nil {
		fmt.Fprintln(os.Stderr, "compose:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

type options struct {
	root    string
	sohoa   string
	gateway string
	still   bool
	offline bool // ask no registry
	strict  bool // a virus scanner that is missing is a finding, and not a remark
}

// run does everything and reports whether nothing was found wrong.
func run(ctx context.Context, out io.Writer, o options) (bool, error) {
	r := &report{out: out, strict: o.strict}
	h, err := load(ctx, o)
	if err != nil {
		return false, err
	}
	h.checkServices(r)
	h.checkPrograms(ctx, r)
	h.checkImages(ctx, r, o.offline)
	if err := h.checkDockerfile(ctx, r); err != nil {
		return false, err
	}
	if !o.still && r.found == 0 {
		if err := h.rehearse(ctx, r); err != nil {
			r.wrong("%v", err)
		}
	}
	return r.sum(), nil
}

// report says what was looked at, what is wrong, and what could not be looked at.
type report struct {
	out     io.Writer
	strict  bool
	found   int
	skipped []string
}

func (r *report) right(format string, a ...any) { fmt.Fprintf(r.out, "  ok    "+format+"\n", a...) }

func (r *report) wrong(format string, a ...any) {
	r.found++
	fmt.Fprintf(r.out, "  WRONG "+format+"\n", a...)
}

func (r *report) skip(format string, a ...any) {
	s := fmt.Sprintf(format, a...)
	r.skipped = append(r.skipped, s)
	fmt.Fprintf(r.out, "  SKIP  %s\n", s)
}

// sum prints the last line, with everything that was not looked at.
func (r *report) sum() bool {
	for _, s := range r.skipped {
		fmt.Fprintf(r.out, "NOT LOOKED AT: %s\n", s)
	}
	if r.found > 0 {
		fmt.Fprintf(r.out, "docker-compose.yml: %d wrong\n", r.found)
		return false
	}
	fmt.Fprintln(r.out, "docker-compose.yml: sound")
	return true
}

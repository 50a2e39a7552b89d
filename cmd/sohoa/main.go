// Command sohoa is the electronic document management and digitisation service of a province: one program that takes
// scanned papers in, reads them, keeps them and finds them again. `sohoa help` lists what it does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"sohoa/archive"
	"sohoa/internal/sandbox"
	"sohoa/ocr/child"
)

// Exit codes of every command.
const (
	exitDone     = 0
	exitFindings = 1 // done, with findings
	exitFailed   = 2 // usage, or could not run
)

// command is one word after `sohoa`.
type command struct {
	name  string
	args  string // how its arguments are written
	brief archive.Text
	run   func(ctx context.Context, e *env, args []string) (int, error)
}

// env is what a command may touch of the world; tests hand in their own.
type env struct {
	stdout, stderr io.Writer
	stdin          io.Reader
	getenv         func(string) string
	lang           string // "vi" or "en"
}

func main() {
	sandbox.Main(child.Roles(work))
	e := &env{stdout: os.Stdout, stderr: os.Stderr, stdin: os.Stdin, getenv: os.Getenv, lang: language(os.Getenv)}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for a clean stop; with stop() called, the second one kills.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, e, os.Args[1:]))
}

// run finds the command, runs it, and turns its error into one line on standard error and an exit code.
func run(ctx context.Context, e *env, args []string) int {
	if len(args) == 0 {
		usage(e, e.stderr)
		return exitFailed
	}
	name := args[0]
	switch name {
	case "help", "-h", "-help", "--help":
		return help(ctx, e, args[1:])
	case "-v", "-version", "--version":
		name = "version"
	}
	c, ok := find(name)
	if !ok {
		fmt.Fprintf(e.stderr, "sohoa: there is no command %q; sohoa help lists them\n", name)
		return exitFailed
	}
	code, err := c.run(ctx, e, args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return exitDone
	}
	if err != nil {
		fmt.Fprintf(e.stderr, "sohoa %s: %s\n", c.name, sentence(err, e.lang))
		if code == exitDone {
			code = exitFailed
		}
	}
	return code
}

// sentence is an error for the operator: our own sentence in her language and, because she runs the house, the cause.
func sentence(err error, lang string) string {
	var x *archive.Error
	if !errors.As(err, &x) {
		return err.Error()
	}
	s := x.Msg.In(lang)
	for _, f := range x.Fields {
		s += " [" + f.Field + ": " + f.Msg.In(lang) + "]"
	}
	for _, f := range x.Findings {
		if f.Severity == archive.Fatal {
			s += " [" + f.Msg.In(lang) + "]"
		}
	}
	if x.Err != nil {
		s += " (" + x.Err.Error() + ")"
	}
	return s
}

func language(getenv func(string) string) string {
	for _, k := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(k); v != "" {
			if len(v) >= 2 && v[:2] == "vi" {
				return "vi"
			}
			return "en"
		}
	}
	return "en"
}

package tesseract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

var (
	// ErrTime says that an image took longer than PageTime. Reading it again would take as long.
	ErrTime = errors.New("the recogniser took too long")
	// ErrCrash says that the program died over an image, twice.
	ErrCrash = errors.New("the recogniser died")
	// ErrStart says that the program cannot read anything: it is missing, or its language is. Nothing is wrong with the
	// images; read them when Probe finds the program whole.
	ErrStart = errors.New("the recogniser does not start")
)

// Run reads the images, files made by Write, and hands each Result to each in their order, as soon as it is known. An image
// over which the program hangs or dies has Err set; the others are not touched by that. Run stops when each returns an
// error and returns it. Other errors: ErrStart (images without a Result are unread), the context's, or of the disk.
func (e Engine) Run(ctx context.Context, images []string, each func(Result) error) error {
	verdict := make([]error, len(images)) // given up for this reason
	suspect := make([]bool, len(images))  // the program died over it once: to be tried alone
	for next := 0; next < len(images); {
		if verdict[next] != nil {
			if err := each(Result{Index: next, Err: verdict[next]}); err != nil {
				return err
			}
			next++
			continue
		}
		limit := next + 1
		for !suspect[next] && limit < len(images) && verdict[limit] == nil && !suspect[limit] {
			limit++
		}
		first := next
		out, err := e.batch(ctx, images[next:limit], func(words []Word) error {
			r := Result{Index: next, Words: words}
			next++
			return each(r)
		})
		if err != nil {
			return err
		}
		if out.err == nil {
			continue
		}
		if out.at < 0 {
			return fmt.Errorf("%w: %w", ErrStart, out.err)
		}
		// Every turn of this loop either hands out a result or condemns one image a step further.
		at := min(first+out.at, limit-1)
		if suspect[at] || errors.Is(out.err, ErrTime) {
			verdict[at] = out.err
		}
		suspect[at] = true
	}
	return nil
}

// outcome says how one run of the program ended.
type outcome struct {
	at  int   // index of the image it was at last, -1 when it came to none
	err error // nil: it read them all
}

// batch runs the program once. It calls each for the images whose words are complete, in their order. The error it
// returns is that of each, of the context or of the disk; what happened to the program stands in the outcome.
func (e Engine) batch(ctx context.Context, images []string, each func([]Word) error) (outcome, error) {
	list := filepath.Join(e.Dir, filepath.Base(images[0])+".list")
	defer os.Remove(list)
	if err := os.WriteFile(list, []byte(strings.Join(images, "\n")+"\n"), 0o600); err != nil {
		return outcome{}, fmt.Errorf("write the list of page images: %w", err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cmd := exec.CommandContext(ctx, e.Program, e.args(list)...)
	cmd.Env = e.environment()
	cmd.Dir = e.Dir
	cmd.WaitDelay = 2 * time.Second
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return outcome{}, fmt.Errorf("run the recogniser: %w", err)
	}
	clock := time.AfterFunc(e.pageTime(), func() { cancel(ErrTime) })
	defer clock.Stop()
	said := &progress{at: -1, begin: func() {
		clock.Reset(e.pageTime())
		if e.Alive != nil {
			e.Alive()
		}
	}}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		return outcome{at: -1, err: err}, nil
	}

	var p parser
	done := 0
	deliver := func(words []Word) error {
		done++
		return each(words)
	}
	failed := p.read(stdout, deliver)
	if failed != nil {
		cancel(failed)
		io.Copy(io.Discard, stdout)
	}
	err = cmd.Wait() // after the end of standard output; from here on said is complete
	if err == nil && failed == nil {
		if words, ok := p.end(); ok {
			failed = deliver(words)
		}
	}
	out := outcome{at: said.at}
	switch cause := context.Cause(ctx); {
	case failed != nil:
		return out, failed
	case errors.Is(cause, ErrTime):
		out.err = ErrTime
	case cause != nil:
		return out, cause
	case err != nil:
		out.err = fmt.Errorf("%w: %w: %s", ErrCrash, err, said.last)
	case done < len(images):
		out.err = fmt.Errorf("%w: %d of %d pages came back: %s", ErrCrash, done, len(images), said.last)
	}
	return out, nil
}

package virus

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"sohoa/archive"
)

// Options of a Scanner. Only Address is required.
type Options struct {
	Address string // unix:/path/of/socket or tcp:host:port
	Limits  archive.VirusLimits
}

// Scanner is archive.Scanner over a clamd. It is safe for concurrent use and holds no connection between files.
type Scanner struct {
	limits  archive.VirusLimits
	network string
	address string
	places  chan struct{}
}

var _ archive.Scanner = (*Scanner)(nil)

// New makes a Scanner. It does not connect: clamd may start later.
func New(o Options) (*Scanner, error) {
	network, address, _ := strings.Cut(o.Address, ":")
	switch network {
	case "unix":
		if !strings.HasPrefix(address, "/") {
			return nil, archive.Errorf(archive.Invalid, "scanner address %q: want unix:/path", o.Address)
		}
	case "tcp":
		if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" {
			return nil, archive.Errorf(archive.Invalid, "scanner address %q: want tcp:host:port", o.Address)
		}
	default:
		return nil, archive.Errorf(archive.Invalid, "scanner address %q: want unix:/path or tcp:host:port", o.Address)
	}
	l := o.Limits.WithDefaults()
	return &Scanner{limits: l, network: network, address: address, places: make(chan struct{}, l.Parallel)}, nil
}

// Scan implements archive.Scanner. Errors have one of the codes scanner_away (nobody answers), scanner_limit (the file is
// larger than clamd takes) and scanner_failed (it answered something else); the context's own error comes back as it is.
func (s *Scanner) Scan(ctx context.Context, f *os.File) (string, error) {
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("scan: %w", err)
	}
	// The wait for a place is the caller's own time: a file behind a queue is not a slow scan.
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	var found string
	err = s.talk(ctx, s.limits.Time, func(c net.Conn) (err error) {
		found, err = instream(c, f, info.Size())
		return err
	})
	return found, err
}

// Ready implements archive.Scanner.
func (s *Scanner) Ready(ctx context.Context) error {
	return s.talk(ctx, s.limits.Dial, func(c net.Conn) error {
		said, err := ask(c, "PING")
		if err == nil && said != "PONG" {
			err = strange(said)
		}
		return err
	})
}

// Version returns what clamd says of itself and its signatures.
func (s *Scanner) Version(ctx context.Context) (string, error) {
	var said string
	err := s.talk(ctx, s.limits.Dial, func(c net.Conn) (err error) {
		said, err = ask(c, "VERSION")
		return err
	})
	return said, err
}

// talk opens a connection for one command and gives it so much time.
func (s *Scanner) talk(ctx context.Context, limit time.Duration, say func(net.Conn) error) error {
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	dialer := net.Dialer{Timeout: s.limits.Dial}
	c, err := dialer.DialContext(timed, s.network, s.address)
	if err == nil {
		defer c.Close()
		// A closed connection ends whatever the conversation waits for.
		stop := context.AfterFunc(timed, func() { c.Close() })
		defer stop()
		err = say(c)
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case timed.Err() != nil:
		err = fmt.Errorf("no answer within %s: %w", limit, err)
	}
	return outward(err)
}

// outward turns what went wrong into an error people can read.
func outward(err error) error {
	var known *archive.Error
	if errors.As(err, &known) {
		return err
	}
	return &archive.Error{Kind: archive.Unavailable, Code: "scanner_away", Err: fmt.Errorf("clamd: %w", err),
		Msg: archive.Text{VI: "Phần mềm diệt vi rút không trả lời.", EN: "The virus scanner does not answer."}}
}

func tooLarge(said string) error {
	return &archive.Error{Kind: archive.Unavailable, Code: "scanner_limit", Err: fmt.Errorf("clamd: %q", said),
		Msg: archive.Text{VI: "Tệp lớn hơn mức phần mềm diệt vi rút nhận. Xin báo quản trị.", EN: "The file is larger than the virus scanner takes. Please tell the administrator."}}
}

func strange(said string) error {
	return &archive.Error{Kind: archive.Unavailable, Code: "scanner_failed", Err: fmt.Errorf("clamd said %q", said),
		Msg: archive.Text{VI: "Phần mềm diệt vi rút không xét được tệp này.", EN: "The virus scanner could not judge this file."}}
}

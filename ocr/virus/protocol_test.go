package virus

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
)

// daemon plays the daemon on a socket of its own: talk is given each connection.
func daemon(t *testing.T, talk func(net.Conn)) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "clamd") // a test's own folder can be too long for the name of a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); talk(c) }()
		}
	}()
	return "unix:" + l.Addr().String()
}

// listen reads a command, and the stream behind INSTREAM up to limit bytes, as clamd does.
func listen(c net.Conn, limit int) (command string, body []byte) {
	one := make([]byte, 1)
	for {
		if _, err := io.ReadFull(c, one); err != nil {
			return command, nil
		}
		if one[0] == 0 {
			break
		}
		command += string(one)
	}
	if command != "zINSTREAM" {
		return command, nil
	}
	for {
		var n uint32
		if binary.Read(c, binary.BigEndian, &n) != nil || n == 0 {
			return command, body
		}
		part := make([]byte, n)
		if _, err := io.ReadFull(c, part); err != nil {
			return command, body
		}
		if body = append(body, part...); len(body) > limit {
			return command, body
		}
	}
}

func paper(t *testing.T, content string) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if _, err := f.WriteString(content); err != nil {
		t.Fatal(err)
	}
	return f
}

func scanner(t *testing.T, o Options) *Scanner {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatIsSentIsTheFile(t *testing.T) {
	for _, size := range []int{1, chunk - 1, chunk, chunk + 1, 3*chunk + 7} {
		want := strings.Repeat("0123456789", size/10+1)[:size]
		got := make(chan string, 1)
		address := daemon(t, func(c net.Conn) {
			_, body := listen(c, 1<<30)
			got <- string(body)
			io.WriteString(c, "stream: OK\x00")
		})
		f := paper(t, want)
		found, err := scanner(t, Options{Address: address}).Scan(t.Context(), f)
		if found != "" || err != nil {
			t.Errorf("%d bytes: %q, %v", size, found, err)
		}
		if <-got != want {
			t.Errorf("%d bytes arrive changed", size)
		}
		if at, err := f.Seek(0, io.SeekCurrent); err != nil || at != int64(size) {
			t.Errorf("the file's position was moved to %d, %v", at, err)
		}
	}
}

// A file counts as clean only when clamd, having seen all of it, says so and nothing else.
func TestAnswers(t *testing.T) {
	says := func(s string) func(net.Conn) {
		return func(c net.Conn) { listen(c, 1<<30); io.WriteString(c, s) }
	}
	early := func(s string) func(net.Conn) {
		return func(c net.Conn) { listen(c, 1); io.WriteString(c, s) }
	}
	cases := []struct {
		reason string
		talk   func(net.Conn)
		found  string
		code   string
	}{
		{"clean", says("stream: OK\x00"), "", ""},
		{"found", says("stream: Eicar-Test-Signature FOUND\x00"), "Eicar-Test-Signature", ""},
		{"a name of several words", says("stream: Win Test FOUND FOUND\x00"), "Win Test FOUND", ""},
		{"found without a name", says("stream:  FOUND\x00"), "", "scanner_failed"},
		{"larger than it takes, said while the file is being sent", early("INSTREAM size limit exceeded. ERROR\x00"), "", "scanner_limit"},
		{"it stopped looking", says("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\x00"), "", "scanner_limit"},
		{"an error of its own", says("stream: Can't allocate memory ERROR\x00"), "", "scanner_failed"},
		{"garbage", says("HTTP/1.1 400 Bad Request\r\n\r\n\x00"), "", "scanner_failed"},
		{"clean among other words", says("stream: not OK\x00"), "", "scanner_failed"},
		{"an answer to something else", says("PONG\x00"), "", "scanner_failed"},
		{"no zero byte", says("stream: OK"), "", "scanner_away"},
		{"nothing at all", says(""), "", "scanner_away"},
		{"an answer without end", func(c net.Conn) {
			listen(c, 1<<30)
			for {
				if _, err := io.WriteString(c, strings.Repeat("stream: ", 100)); err != nil {
					return
				}
			}
		}, "", "scanner_failed"},
		{"it hangs up at once", func(net.Conn) {}, "", "scanner_away"},
		{"it hangs up in the middle", func(c net.Conn) { listen(c, 1) }, "", "scanner_away"},
		{"clean before it has seen the end", early("stream: OK\x00"), "", "*"},
		{"it never answers", func(c net.Conn) { listen(c, 1<<30); io.Copy(io.Discard, c) }, "", "scanner_away"},
		{"it never reads", func(c net.Conn) { c.Read(nil); select {} }, "", "scanner_away"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			s := scanner(t, Options{Address: daemon(t, c.talk), Limits: archive.VirusLimits{Time: 500 * time.Millisecond}})
			found, err := s.Scan(t.Context(), paper(t, strings.Repeat("x", 8*chunk)))
			if found != c.found || c.code != "*" && archive.CodeOf(err) != c.code || (c.code == "" || c.found != "") != (err == nil) {
				t.Errorf("found %q, %v", found, err)
			}
			if err != nil && archive.KindOf(err) != archive.Unavailable {
				t.Errorf("kind %s: %v", archive.KindOf(err), err)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	for _, address := range []string{"unix:/nowhere/clamd.ctl", "tcp:127.0.0.1:1"} {
		s := scanner(t, Options{Address: address})
		if _, err := s.Scan(t.Context(), paper(t, "x")); archive.CodeOf(err) != "scanner_away" {
			t.Errorf("%s: scan: %v", address, err)
		}
		if err := s.Ready(t.Context()); archive.CodeOf(err) != "scanner_away" {
			t.Errorf("%s: ready: %v", address, err)
		}
	}
}

func TestReadyAndVersion(t *testing.T) {
	address := daemon(t, func(c net.Conn) {
		switch command, _ := listen(c, 0); command {
		case "zPING":
			io.WriteString(c, "PONG\x00")
		case "zVERSION":
			io.WriteString(c, "ClamAV 1.4.6\x00")
		}
	})
	s := scanner(t, Options{Address: address})
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if v, err := s.Version(t.Context()); v != "ClamAV 1.4.6" || err != nil {
		t.Errorf("version %q, %v", v, err)
	}
	odd := scanner(t, Options{Address: daemon(t, func(c net.Conn) { listen(c, 0); io.WriteString(c, "OK\x00") })})
	if err := odd.Ready(t.Context()); archive.KindOf(err) != archive.Unavailable {
		t.Errorf("another daemon counts as ready: %v", err)
	}
}

func TestASilentScannerIsNotReady(t *testing.T) {
	s := scanner(t, Options{Address: daemon(t, func(c net.Conn) { io.Copy(io.Discard, c) }), Limits: archive.VirusLimits{Dial: 50 * time.Millisecond}})
	if err := s.Ready(t.Context()); archive.CodeOf(err) != "scanner_away" {
		t.Errorf("got %v", err)
	}
}

func TestTheCallersContextEndsAScan(t *testing.T) {
	hangs := daemon(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	s := scanner(t, Options{Address: hangs, Limits: archive.VirusLimits{Parallel: 1}})
	gone := errors.New("the clerk has gone home")
	ctx, leave := context.WithCancelCause(t.Context())
	done := make(chan error, 2)
	for range 2 { // one talks to clamd, the other waits for its place
		go func() {
			_, err := s.Scan(ctx, paper(t, "x"))
			done <- err
		}()
	}
	for len(s.places) == 0 {
		time.Sleep(time.Millisecond)
	}
	leave(gone)
	for range 2 {
		if err := <-done; !errors.Is(err, gone) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, bad := range []string{"", "clamd", "unix:", "unix:relative", "tcp:", "tcp:host", "tcp::3310", "tcp:host:", "http://host:3310"} {
		if _, err := New(Options{Address: bad}); archive.KindOf(err) != archive.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{"unix:/run/clamav/clamd.ctl", "tcp:localhost:3310", "tcp:[::1]:3310"} {
		if _, err := New(Options{Address: good}); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

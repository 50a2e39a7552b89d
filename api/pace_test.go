package api

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
)

// slowly serves one handler with a short patience and hands out a connection to it.
func slowly(t *testing.T, idle, grace time.Duration, h http.HandlerFunc) net.Conn {
	t.Helper()
	s := httptest.NewServer(paced{h, archive.DoorLimits{IdleTime: idle, GraceTime: grace, Slowest: archive.DefaultLimits().Door.Slowest}, func() {}})
	t.Cleanup(s.Close)
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestASilentUploadIsGivenUp(t *testing.T) {
	got := make(chan error, 1)
	c := slowly(t, 50*time.Millisecond, time.Hour, func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		got <- err
	})
	io.WriteString(c, "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
	if err := <-got; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the body ended with %v", err)
	}
}

func TestATricklingUploadIsGivenUp(t *testing.T) {
	got := make(chan error, 1)
	c := slowly(t, time.Hour, 50*time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		got <- err
	})
	go func() {
		io.WriteString(c, "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
		for {
			if _, err := io.WriteString(c, "a"); err != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	if err := <-got; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the body ended with %v", err)
	}
}

// A body that is cut from elsewhere ends at once, whatever its patience, and stays ended.
func TestAnInterruptedBodyEndsAtOnce(t *testing.T) {
	got := make(chan error, 2)
	c := slowly(t, time.Hour, time.Hour, func(w http.ResponseWriter, r *http.Request) {
		b := make([]byte, 3)
		if _, err := io.ReadFull(r.Body, b); err != nil {
			got <- err
		}
		waiting := make(chan struct{})
		go func() {
			<-waiting
			r.Body.(interface{ Interrupt() }).Interrupt()
		}()
		close(waiting)
		for range 2 {
			_, err := r.Body.Read(b)
			got <- err
		}
	})
	io.WriteString(c, "PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
	for range 2 {
		if err := <-got; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the body ended with %v", err)
		}
	}
}

func TestASteadyUploadMayTakeLongerThanAnyPatience(t *testing.T) {
	got := make(chan error, 1)
	c := slowly(t, 500*time.Millisecond, 500*time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err == nil && n != 20*8192 {
			err = io.ErrShortBuffer
		}
		time.Sleep(600 * time.Millisecond) // inspection: the connection is silent, and that is nobody's fault
		if err == nil {
			err = r.Context().Err()
		}
		got <- err
	})
	io.WriteString(c, "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 163840\r\n\r\n")
	for range 20 {
		if _, err := io.WriteString(c, strings.Repeat("a", 8192)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(40 * time.Millisecond)
	}
	if err := <-got; err != nil {
		t.Errorf("the body ended with %v", err)
	}
}

func TestAReaderWhoStopsReadingIsGivenUp(t *testing.T) {
	got := make(chan error, 1)
	c := slowly(t, 50*time.Millisecond, time.Hour, func(w http.ResponseWriter, r *http.Request) {
		b := make([]byte, 1<<20)
		for {
			if _, err := w.Write(b); err != nil {
				got <- err
				return
			}
		}
	})
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if err := <-got; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the answer ended with %v", err)
	}
}

func TestTheNextRequestStartsAfresh(t *testing.T) {
	c := slowly(t, 30*time.Millisecond, time.Hour, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	for range 2 {
		io.WriteString(c, "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
		b := make([]byte, 1000)
		n, err := c.Read(b)
		if err != nil || !strings.HasPrefix(string(b[:n]), "HTTP/1.1 204") {
			t.Fatalf("%q, %v", b[:n], err)
		}
		time.Sleep(100 * time.Millisecond) // longer than the deadlines of the request before
	}
}

func TestLoopback(t *testing.T) {
	for addr, want := range map[string]bool{"127.0.0.1:80": true, "[::1]:80": true, "192.0.2.7:80": false, "": false, "@": false, "[::ffff:127.0.0.1]:80": true} {
		if got := loopback(addr); got != want {
			t.Errorf("%q is %v", addr, got)
		}
	}
}

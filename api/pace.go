package api

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"golang.org/x/net/netutil"

	"sohoa/archive"
)

// Server returns an http.Server for a handler of New with the limits of time and size of its archive (Limits.Door). There is no
// limit on how long an upload may take, only on how slow it may be: a client that stays below holds a place somebody else
// could have. Its Shutdown ends event streams, which
// would otherwise keep it waiting. The caller sets Addr and TLS, and listens.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	l := archive.DefaultLimits().Door
	p, ok := h.(paced)
	if ok {
		l = p.limits
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: l.HeaderTime, IdleTimeout: l.RestTime, MaxHeaderBytes: l.HeaderBytes}
	if ok {
		s.RegisterOnShutdown(p.close)
	}
	if log != nil {
		s.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	}
	return s
}

// Listen bounds the connections of ln that are open at once. More wait in the queue of the system, where they cost the house
// nothing.
func Listen(ln net.Listener, l archive.DoorLimits) net.Listener {
	return netutil.LimitListener(ln, l.Connections)
}

// paced keeps bodies and answers moving: deadlines go forward as bytes do.
type paced struct {
	next   http.Handler
	limits archive.DoorLimits
	close  func() // tells long answers that the house is closing
}

func (p paced) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rc := http.NewResponseController(w)
	if r.Body != nil && r.Body != http.NoBody {
		// A copy: by the kind of the body in its own request the server knows, when a handler has answered without reading, that a
		// sender who waits for 100 Continue is not to be waited for, and that a long body is not worth draining.
		r = r.WithContext(r.Context())
		r.Body = &pacedBody{ReadCloser: r.Body, rc: rc, limits: p.limits, start: time.Now()}
	}
	// A deadline of the last write must not meet the first of the next request, nor what the server itself still writes.
	defer func() { _ = rc.SetWriteDeadline(time.Now().Add(p.limits.IdleTime)) }()
	p.next.ServeHTTP(&pacedWriter{w, rc, p.limits.IdleTime}, r)
}

type pacedBody struct {
	io.ReadCloser
	rc     *http.ResponseController
	limits archive.DoorLimits
	start  time.Time
	n      int64

	mu  sync.Mutex
	set time.Time // the deadline set last
	cut bool
}

// Interrupt ends a Read that waits for bytes, and every later one, as if they had come too slowly. It may be called from another
// goroutine.
func (b *pacedBody) Interrupt() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cut = true
	_ = b.rc.SetReadDeadline(time.Unix(1, 0))
}

// postpone moves the deadline; false when nothing more is to be read.
func (b *pacedBody) postpone(until time.Time, least time.Duration) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cut {
		return false
	}
	if until.Sub(b.set).Abs() > least {
		b.set = until
		_ = b.rc.SetReadDeadline(until) // a transport without deadlines has its own
	}
	return true
}

func (b *pacedBody) Read(p []byte) (int, error) {
	now := time.Now()
	until := now.Add(b.limits.IdleTime)
	if average := b.start.Add(b.limits.GraceTime + time.Duration(float64(b.n)/float64(b.limits.Slowest)*float64(time.Second))); average.Before(until) {
		until = average
	}
	if !b.postpone(until, b.limits.IdleTime/32) { // a new timer about once a second is enough
		return 0, os.ErrDeadlineExceeded
	}
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	if errors.Is(err, io.EOF) {
		b.postpone(time.Time{}, 0) // the paper is here; what is done with it now may take its time
	}
	return n, err
}

type pacedWriter struct {
	http.ResponseWriter
	rc   *http.ResponseController
	idle time.Duration
}

func (w *pacedWriter) Write(p []byte) (int, error) {
	_ = w.rc.SetWriteDeadline(time.Now().Add(w.idle))
	return w.ResponseWriter.Write(p)
}

// Flush implements http.Flusher, which gin asks for by type.
func (w *pacedWriter) Flush() {
	_ = w.rc.SetWriteDeadline(time.Now().Add(w.idle))
	_ = w.rc.Flush()
}

// Unwrap lets an http.ResponseController reach the connection.
func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

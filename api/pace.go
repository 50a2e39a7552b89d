package api

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Pace of a connection. There is no limit on how long an upload may take, only on how slow it may be: 4 KiB/s is a third of
// the slowest mobile line in use, and a client that stays below holds a place somebody else could have.
const (
	headerTime = 10 * time.Second
	idleTime   = 30 * time.Second // without any byte, either way
	graceTime  = 30 * time.Second // before the average counts
	slowest    = 4 << 10          // bytes a second, on average
	restTime   = 2 * time.Minute  // a connection between requests
	maxHeader  = 32 << 10
)

// Server returns an http.Server for a handler of New with limits of time and size. Its Shutdown ends event streams, which
// would otherwise keep it waiting. The caller sets Addr and TLS, and listens.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	s := &http.Server{Handler: h, ReadHeaderTimeout: headerTime, IdleTimeout: restTime, MaxHeaderBytes: maxHeader}
	if p, ok := h.(paced); ok {
		s.RegisterOnShutdown(p.close)
	}
	if log != nil {
		s.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	}
	return s
}

// paced keeps bodies and answers moving: deadlines go forward as bytes do.
type paced struct {
	next        http.Handler
	idle, grace time.Duration
	close       func() // tells long answers that the house is closing
}

func (p paced) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rc := http.NewResponseController(w)
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = &pacedBody{ReadCloser: r.Body, rc: rc, idle: p.idle, start: time.Now(), grace: p.grace}
	}
	// A deadline of the last write must not meet the first of the next request, nor what the server itself still writes.
	defer func() { _ = rc.SetWriteDeadline(time.Now().Add(p.idle)) }()
	p.next.ServeHTTP(&pacedWriter{w, rc, p.idle}, r)
}

type pacedBody struct {
	io.ReadCloser
	rc    *http.ResponseController
	idle  time.Duration
	grace time.Duration
	start time.Time
	n     int64
	set   time.Time // the deadline set last
}

func (b *pacedBody) Read(p []byte) (int, error) {
	now := time.Now()
	until := now.Add(b.idle)
	if average := b.start.Add(b.grace + time.Duration(float64(b.n)/slowest*float64(time.Second))); average.Before(until) {
		until = average
	}
	if until.Sub(b.set).Abs() > b.idle/32 { // a new timer about once a second is enough
		b.set = until
		_ = b.rc.SetReadDeadline(until) // a transport without deadlines has its own
	}
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	if errors.Is(err, io.EOF) {
		_ = b.rc.SetReadDeadline(time.Time{}) // the paper is here; what is done with it now may take its time
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

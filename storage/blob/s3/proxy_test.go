package s3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"sohoa/internal/testkit/s3server"
	"sohoa/storage/blob/s3"
)

// trouble is what a proxy does to one request.
type trouble string

const (
	none      trouble = ""
	fails     trouble = "500, not done"
	failsDone trouble = "500 although done"
	busy      trouble = "503 slow down"
	reset     trouble = "connection reset, not done"
	lost      trouble = "done, reply lost"
	truncated trouble = "done, reply cut in half"
	hangs     trouble = "no answer, not done"
	late      trouble = "no answer in time, done later"
)

// impatience is the time of one try behind a proxy that hangs.
const impatience = 300 * time.Millisecond

// proxy stands between store and server.
type proxy struct {
	*httptest.Server
	forward http.Handler

	mu   sync.Mutex
	seen int
	plan func(n int, r *http.Request) trouble // n counts from 1; nil does nothing
	late sync.WaitGroup
	all  sync.WaitGroup // requests under way
	done chan struct{}
}

func newProxy(t testing.TB, server *s3server.Server) *proxy {
	p := &proxy{done: make(chan struct{})}
	p.forward = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: server.Address})
			r.Out.Host = r.In.Host // it is signed
		},
		Transport:    &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		ErrorLog:     quiet,
	}
	p.Server = httptest.NewUnstartedServer(p)
	p.Config.ErrorLog = quiet
	t.Cleanup(func() {
		close(p.done)
		p.Close()
		p.late.Wait()
	})
	return p
}

func startProxy(t testing.TB, server *s3server.Server) *proxy {
	p := newProxy(t, server)
	p.Start()
	return p
}

// config reaches the server through the proxy.
func (p *proxy) config(server *s3server.Server, bucket string) s3.Config {
	c := config(server, bucket)
	c.Endpoint = p.Listener.Addr().String()
	return c
}

// settle returns when what was begun is done or refused. Whoever sent it may have given up on it: the server has not.
func (p *proxy) settle() { p.all.Wait() }

// set begins to count anew under a plan.
func (p *proxy) set(plan func(n int, r *http.Request) trouble) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen, p.plan = 0, plan
}

func (p *proxy) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

// nth troubles one request only.
func nth(n int, what trouble) func(int, *http.Request) trouble {
	return func(i int, _ *http.Request) trouble {
		if i == n {
			return what
		}
		return none
	}
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.all.Add(1)
	defer p.all.Done()
	p.mu.Lock()
	p.seen++
	what := none
	if p.plan != nil {
		what = p.plan(p.seen, r)
	}
	p.mu.Unlock()
	switch what {
	case none:
		p.forward.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context()))) // as without a proxy: begun is begun
	case fails:
		refuse(w, r, http.StatusInternalServerError, "InternalError")
	case busy:
		refuse(w, r, http.StatusServiceUnavailable, "SlowDown")
	case failsDone:
		p.forward.ServeHTTP(httptest.NewRecorder(), r)
		refuse(w, r, http.StatusInternalServerError, "InternalError")
	case reset:
		io.CopyN(io.Discard, r.Body, 1000)
		cut(w)
	case lost:
		p.forward.ServeHTTP(httptest.NewRecorder(), r)
		cut(w)
	case truncated:
		answer := httptest.NewRecorder()
		p.forward.ServeHTTP(answer, r)
		if answer.Body.Len() == 0 {
			cut(w)
			return
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(answer.Body.Len()))
		w.WriteHeader(answer.Code)
		w.Write(answer.Body.Bytes()[:answer.Body.Len()/2])
		w.(http.Flusher).Flush()
		cut(w)
	case hangs:
		select {
		case <-r.Context().Done():
		case <-p.done:
		}
	case late:
		// The whole request arrives, its sender goes away, and then it is carried out.
		body, err := io.ReadAll(r.Body)
		p.late.Add(1)
		defer p.late.Done()
		select {
		case <-r.Context().Done():
		case <-p.done:
		}
		if err == nil {
			again := r.Clone(context.WithoutCancel(r.Context()))
			again.Body = io.NopCloser(newReader(body))
			p.forward.ServeHTTP(httptest.NewRecorder(), again)
		}
	}
}

func refuse(w http.ResponseWriter, r *http.Request, status int, code string) {
	io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>made up by the test</Message></Error>`, code)
}

// cut ends a connection as a broken line does.
func cut(w http.ResponseWriter) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(errors.Join(http.ErrAbortHandler, err))
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.Close()
}

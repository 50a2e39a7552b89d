package s3server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Trouble is what a Proxy does to one request.
type Trouble string

// The troubles.
const (
	None      Trouble = ""
	Fails     Trouble = "500, not done"
	FailsDone Trouble = "500 although done"
	Busy      Trouble = "503 slow down"
	Reset     Trouble = "connection reset, not done"
	Lost      Trouble = "done, reply lost"
	Truncated Trouble = "done, reply cut in half"
	Hangs     Trouble = "no answer, not done"
	Late      Trouble = "no answer in time, done later"
	Slow      Trouble = "slow, done"
	Stale     Trouble = "a list as it was before" // other requests are served
)

// Proxy stands between a store and its server, and makes trouble.
type Proxy struct {
	*httptest.Server
	Forward http.Handler // to the server, without trouble

	mu    sync.Mutex
	seen  int
	plan  func(n int, r *http.Request) Trouble // n counts from 1; nil does nothing
	met   map[Trouble]int
	lists map[string]*httptest.ResponseRecorder // the last answer to each question for a list
	late  sync.WaitGroup
	all   sync.WaitGroup // requests under way
	done  chan struct{}
}

// NewProxy returns a proxy before server that is not listening yet. It is taken down with the test.
func NewProxy(t testing.TB, server *Server) *Proxy {
	quiet := log.New(io.Discard, "", 0)
	p := &Proxy{done: make(chan struct{}), met: map[Trouble]int{}, lists: map[string]*httptest.ResponseRecorder{}}
	p.Forward = &httputil.ReverseProxy{
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

// StartProxy is NewProxy, listening.
func StartProxy(t testing.TB, server *Server) *Proxy {
	p := NewProxy(t, server)
	p.Start()
	return p
}

// Store returns the address of a bucket, or of a prefix in it, through the proxy.
func (p *Proxy) Store(bucket, prefix string) string {
	s := Server{Address: p.Listener.Addr().String()}
	return s.URL(bucket, prefix)
}

// Set begins to count anew under a plan.
func (p *Proxy) Set(plan func(n int, r *http.Request) Trouble) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen, p.plan = 0, plan
}

// Count returns how many requests came since Set.
func (p *Proxy) Count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

// Met returns how many requests met which trouble, of all plans.
func (p *Proxy) Met() map[Trouble]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[Trouble]int{}
	for t, n := range p.met {
		out[t] = n
	}
	return out
}

// Settle returns when what was begun is done or refused. Whoever sent it may have given up on it: the server has not.
func (p *Proxy) Settle() { p.all.Wait() }

// AwaitLate returns when everything that was to be done later is done.
func (p *Proxy) AwaitLate() { p.late.Wait() }

// Nth troubles one request only.
func Nth(n int, what Trouble) func(int, *http.Request) Trouble {
	return func(i int, _ *http.Request) Trouble {
		if i == n {
			return what
		}
		return None
	}
}

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.all.Add(1)
	defer p.all.Done()
	p.mu.Lock()
	p.seen++
	what := None
	if p.plan != nil {
		what = p.plan(p.seen, r)
	}
	if what != None {
		p.met[what]++
	}
	p.mu.Unlock()
	switch what {
	case None:
		p.pass(w, r.WithContext(context.WithoutCancel(r.Context())), false) // as without a proxy: begun is begun
	case Stale:
		p.pass(w, r, true)
	case Fails:
		Refuse(w, r, http.StatusInternalServerError, "InternalError")
	case Busy:
		Refuse(w, r, http.StatusServiceUnavailable, "SlowDown")
	case FailsDone:
		p.Forward.ServeHTTP(httptest.NewRecorder(), r)
		Refuse(w, r, http.StatusInternalServerError, "InternalError")
	case Reset:
		io.CopyN(io.Discard, r.Body, 1000)
		cut(w)
	case Lost:
		p.Forward.ServeHTTP(httptest.NewRecorder(), r)
		cut(w)
	case Truncated:
		p.truncate(w, r)
	case Slow:
		p.trickle(w, r)
	case Hangs:
		select {
		case <-r.Context().Done():
		case <-p.done:
		}
	case Late:
		p.doLater(r)
	}
}

// pass forwards a request. Answers to questions for lists are kept, so that one can be given again when it is no longer true.
func (p *Proxy) pass(w http.ResponseWriter, r *http.Request, stale bool) {
	query := r.URL.Query()
	if r.Method != http.MethodGet || !query.Has("list-type") {
		p.Forward.ServeHTTP(w, r)
		return
	}
	answer := httptest.NewRecorder()
	p.Forward.ServeHTTP(answer, r)
	at := r.URL.RequestURI()
	p.mu.Lock()
	old := p.lists[at]
	if answer.Code == http.StatusOK {
		p.lists[at] = answer
	}
	p.mu.Unlock()
	if stale && old != nil {
		answer = old
	}
	give(w, answer, answer.Body.Len())
}

// give sends the first bytes of an answer.
func give(w http.ResponseWriter, answer *httptest.ResponseRecorder, n int) {
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	if answer.Body.Len() > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(answer.Body.Len()))
	}
	w.WriteHeader(answer.Code)
	w.Write(answer.Body.Bytes()[:n])
}

func (p *Proxy) truncate(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	p.Forward.ServeHTTP(answer, r)
	if answer.Body.Len() == 0 {
		cut(w)
		return
	}
	give(w, answer, answer.Body.Len()/2)
	w.(http.Flusher).Flush()
	cut(w)
}

// trickle sends an answer in pieces with pauses.
func (p *Proxy) trickle(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	p.Forward.ServeHTTP(answer, r)
	time.Sleep(50 * time.Millisecond)
	half := answer.Body.Len() / 2
	give(w, answer, half)
	if f, ok := w.(http.Flusher); ok && half > 0 {
		f.Flush()
		time.Sleep(50 * time.Millisecond)
	}
	w.Write(answer.Body.Bytes()[half:])
}

// doLater takes a whole request, waits until its sender has gone away, and then carries it out.
func (p *Proxy) doLater(r *http.Request) {
	body, err := io.ReadAll(r.Body)
	p.late.Add(1)
	defer p.late.Done()
	select {
	case <-r.Context().Done():
	case <-p.done:
	}
	if err == nil {
		again := r.Clone(context.WithoutCancel(r.Context()))
		again.Body = io.NopCloser(bytes.NewReader(body))
		p.Forward.ServeHTTP(httptest.NewRecorder(), again)
	}
}

// Refuse answers as S3 does, with a code.
func Refuse(w http.ResponseWriter, r *http.Request, status int, code string) {
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

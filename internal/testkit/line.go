package testkit

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Break is how a Line ends a connection.
type Break int

const (
	Hang  Break = iota // no byte passes any more, and nobody is told
	Close              // both ends hear that it is over
	Reset              // both ends hear of an error, and what was on the way is lost
)

// Line is a TCP line to a server, and it breaks.
type Line struct {
	Address string // host:port that clients connect to

	to     string
	plan   func(broken int) (after int64, how Break)
	breaks atomic.Int64
	up     atomic.Int64
	mu     sync.Mutex
	open   map[net.Conn]bool
	closed bool
}

// NewLine returns a line to the server at to. Plan says of each new connection after how many bytes from the client it breaks, and
// how; a negative number means never. It is told how many were broken before. The line is taken down with the test.
func NewLine(t testing.TB, to string, plan func(broken int) (after int64, how Break)) *Line {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &Line{Address: ln.Addr().String(), to: to, plan: plan, open: map[net.Conn]bool{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() { l.carry(c) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		l.mu.Lock()
		l.closed = true
		for c := range l.open {
			c.Close()
		}
		l.mu.Unlock()
		all.Wait()
	})
	return l
}

// Breaks returns how many connections were broken so far.
func (l *Line) Breaks() int { return int(l.breaks.Load()) }

// Carried returns how many bytes clients have got through so far.
func (l *Line) Carried() int64 { return l.up.Load() }

// Cut ends every connection there is. New ones follow the plan again.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		c.Close()
	}
}

// hold remembers a connection until the line is taken down; false when it is.
func (l *Line) hold(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		c.Close()
		return false
	}
	l.open[c] = true
	return true
}

func (l *Line) drop(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, c)
	c.Close()
}

func (l *Line) carry(client net.Conn) {
	after, how := l.plan(l.Breaks())
	if !l.hold(client) {
		return
	}
	defer l.drop(client)
	server, err := net.DialTimeout("tcp", l.to, 10*time.Second)
	if err != nil || !l.hold(server) {
		return
	}
	defer l.drop(server)
	var back sync.WaitGroup
	back.Go(func() {
		io.Copy(client, server)
		client.(*net.TCPConn).CloseWrite()
	})
	var from io.Reader = client
	if after >= 0 {
		from = io.LimitReader(client, after)
	}
	passed, err := io.Copy(server, from)
	l.up.Add(passed)
	switch {
	case err != nil || after < 0 || passed < after: // an end that said so
		server.(*net.TCPConn).CloseWrite()
	case how == Hang:
		l.breaks.Add(1)
		back.Wait() // the server gives it up, or the test is over
	default:
		l.breaks.Add(1)
		if how == Reset {
			client.(*net.TCPConn).SetLinger(0)
			server.(*net.TCPConn).SetLinger(0)
		}
		client.Close()
		server.Close()
	}
	back.Wait()
}

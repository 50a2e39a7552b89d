package s3_test

import (
	"net/http"
	"testing"
	"time"

	"sohoa/internal/testkit/s3server"
	"sohoa/storage/blob/s3"
)

// impatience is the time of one try behind a proxy that hangs.
const impatience = 300 * time.Millisecond

type trouble = s3server.Trouble

const (
	none      = s3server.None
	fails     = s3server.Fails
	failsDone = s3server.FailsDone
	busy      = s3server.Busy
	reset     = s3server.Reset
	lost      = s3server.Lost
	truncated = s3server.Truncated
	hangs     = s3server.Hangs
	late      = s3server.Late
)

// proxy is a proxy for a store of this package.
type proxy struct{ *s3server.Proxy }

func newProxy(t testing.TB, server *s3server.Server) *proxy {
	return &proxy{s3server.NewProxy(t, server)}
}

func startProxy(t testing.TB, server *s3server.Server) *proxy {
	return &proxy{s3server.StartProxy(t, server)}
}

// config reaches the server through the proxy.
func (p *proxy) config(server *s3server.Server, bucket string) s3.Config {
	c := config(server, bucket)
	c.Endpoint = p.Listener.Addr().String()
	return c
}

// nth troubles one request only.
func nth(n int, what trouble) func(int, *http.Request) trouble { return s3server.Nth(n, what) }

package api_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"sohoa/archive"
)

// send is one request without judging its answer against the contract.
func (c *caller) send(b *testing.B, method, path string, body io.Reader, want int) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, c.w.server.URL+path, body)
	must(b, err)
	req.Header = c.header
	res, err := http.DefaultTransport.RoundTrip(req)
	must(b, err)
	_, err = io.Copy(io.Discard, res.Body)
	must(b, err)
	res.Body.Close()
	if res.StatusCode != want {
		b.Fatalf("status %d", res.StatusCode)
	}
}

// BenchmarkDeposit takes 200 KB papers in by each way, and without HTTP, to show what the front costs.
func BenchmarkDeposit(b *testing.B) {
	const size = 200 << 10
	for _, way := range []string{"archive", "put", "form", "put with a key"} {
		b.Run(way, func(b *testing.B) {
			w := build(b)
			clerk := w.clerk()
			actor, err := w.Admit(b.Context(), archive.Actor{ID: archive.NewID(), Role: archive.RoleClerk, Agency: "H15.50"})
			must(b, err)
			b.SetBytes(size)
			for b.Loop() {
				body := paper(size)
				switch way {
				case "archive":
					_, err := w.Deposit(b.Context(), actor, archive.Deposit{Body: bytes.NewReader(body), FileName: "a.pdf"})
					must(b, err)
				case "put":
					clerk.send(b, "PUT", "/api/v1/documents", bytes.NewReader(body), 201)
				case "put with a key":
					clerk.with("Idempotency-Key: "+archive.NewID().String()).send(b, "PUT", "/api/v1/documents", bytes.NewReader(body), 201)
				case "form":
					typ, f := form(part{name: "file", file: "a.pdf", body: string(body)})
					clerk.with("Content-Type: "+typ).send(b, "POST", "/api/v1/documents", bytes.NewReader(f), 201)
				}
			}
		})
	}
}

// BenchmarkAnswers shows what the usual questions cost.
func BenchmarkAnswers(b *testing.B) {
	w := build(b)
	clerk := w.clerk()
	at := clerk.deposited("", paper(20<<20))
	for range 60 {
		clerk.deposited("", paper(1000))
	}
	for _, q := range []struct{ name, path string }{{"one paper", at}, {"a list of 50", "/api/v1/documents"}, {"a file of 20 MB", at + "/file"}, {"a sign of life", "/healthz"}} {
		b.Run(q.name, func(b *testing.B) {
			for b.Loop() {
				clerk.send(b, "GET", q.path, nil, 200)
			}
		})
	}
}

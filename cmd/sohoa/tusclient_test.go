package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/testkit"
)

// TestPublicTusClient lets a client nobody here wrote speak to the real server.
func TestPublicTusClient(t *testing.T) {
	const size = 8 << 20
	s := self(t).start(t, t.TempDir(), "clerk", "--no-reading")
	path, sum := bigFile(t, t.TempDir(), 2, size)
	ask := func(change func(*testkit.TusRequest)) testkit.TusResult {
		t.Helper()
		r := testkit.TusRequest{Endpoint: s.url + "/api/v1/uploads", Token: s.token, File: path,
			Metadata: map[string]string{"filename": "Hồ sơ dày.pdf", "filetype": "application/pdf", "kind": "component", "allow_duplicate": "true"}}
		change(&r)
		return testkit.Tus(t, r)
	}
	kept := func(t *testing.T, got testkit.TusResult) {
		t.Helper()
		if got.Outcome != "success" || got.Location == "" {
			t.Fatalf("%+v", got)
		}
		if back := s.digestOf(filepath.Base(got.Location)); back != sum {
			t.Errorf("%s came back as %s", sum, back)
		}
	}
	t.Run("in one go", func(t *testing.T) {
		kept(t, ask(func(*testkit.TusRequest) {}))
	})
	t.Run("in chunks, the first with the creation", func(t *testing.T) {
		got := ask(func(r *testkit.TusRequest) { r.Chunk, r.First = 3<<20, true })
		kept(t, got)
		if got.Requests != 3 {
			t.Errorf("%d requests for three chunks", got.Requests)
		}
	})
	t.Run("over a line that breaks at random", func(t *testing.T) {
		const breaks = 12
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		line := testkit.NewLine(t, strings.TrimPrefix(s.url, "http://"), breaking(seed, breaks, size))
		got := ask(func(r *testkit.TusRequest) { r.Endpoint = "http://" + line.Address + "/api/v1/uploads" })
		kept(t, got)
		if line.Breaks() != breaks || got.Retries == 0 {
			t.Errorf("%d breaks, %d retries", line.Breaks(), got.Retries)
		}
	})
	t.Run("gone on with by another process", func(t *testing.T) {
		got := ask(func(r *testkit.TusRequest) { r.Chunk, r.Stop, r.StopAt = 1<<20, "abort", 3<<20 })
		if got.Outcome != "abort" || got.URL == "" {
			t.Fatalf("%+v", got)
		}
		kept(t, ask(func(r *testkit.TusRequest) { r.URL = got.URL }))
	})
	t.Run("terminated", func(t *testing.T) {
		got := ask(func(r *testkit.TusRequest) { r.Chunk, r.Stop, r.StopAt = 1<<20, "terminate", 2<<20 })
		if got.Outcome != "terminate" || got.URL == "" {
			t.Fatalf("%+v", got)
		}
		status, _, _, err := s.call(http.MethodHead, strings.TrimPrefix(got.URL, s.url), map[string]string{"Tus-Resumable": "1.0.0"}, nil)
		if err != nil || status != http.StatusNotFound {
			t.Errorf("after termination: %d, %v", status, err)
		}
	})
	t.Run("refused at the end", func(t *testing.T) {
		got := ask(func(r *testkit.TusRequest) { delete(r.Metadata, "allow_duplicate"); r.Retries = 2 })
		if got.Outcome != "failed" || got.Status != http.StatusConflict || got.Offset > 0 && got.Requests > 6 {
			t.Errorf("%+v", got)
		}
		bad := filepath.Join(t.TempDir(), "x.pdf")
		put(t, bad, []byte("%PDF-1.4 and nothing of a PDF behind it"))
		got = ask(func(r *testkit.TusRequest) { r.File = bad })
		if got.Outcome != "failed" || got.Status != http.StatusUnprocessableEntity || got.Problem.Code != "damaged_file" {
			t.Errorf("%+v", got)
		}
	})
}

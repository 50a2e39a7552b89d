package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"sohoa/internal/testkit"
	"sohoa/internal/testkit/s3server"
)

// TestHouseOverABucket: the same program over an S3 server. What goes in comes out, the check is sound, the secret keys are
// nowhere, and when the server is gone people are told to come back rather than shown an error.
func TestHouseOverABucket(t *testing.T) {
	t.Parallel()
	remote := s3server.Start(t)
	p, data := self(t), t.TempDir()
	p.env = append(p.env, "SOHOA_S3_ACCESS_KEY="+remote.AccessKey, "SOHOA_S3_SECRET_KEY="+remote.SecretKey,
		"SOHOA_STORE="+remote.URL(remote.Bucket(t), "kho"))
	token := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", data, "--role", "admin", "--agency", "H15"))
	s := p.start(t, data, "clerk", "--no-reading")
	admin := s.as(token)
	want := testkit.PDF(2, 300<<10, 7)
	status, doc, b, err := s.put("x.pdf", bytes.NewReader(want), "&agency=H15")
	if err != nil || status != http.StatusCreated {
		t.Fatalf("%d %v %s", status, err, b)
	}
	if got := s.must(200, "GET", "/api/v1/documents/"+doc.ID+"/file", nil, nil); !bytes.Equal(got, want) {
		t.Error("other bytes come back")
	}
	if got := firstStore(t, admin); got.Kind != "s3" || got.Found.CreateIfAbsent != "enforced" || got.Found.CompareAndSwap != "enforced" || got.Away != "" || strings.Contains(got.Place, remote.AccessKey) {
		t.Errorf("status says %+v", got)
	}
	if !strings.Contains(s.logs.String(), "bucket tried out") {
		t.Error("the log does not say what the server was found to do")
	}
	remote.Stop()
	status, header, b, err := s.call("GET", "/api/v1/documents/"+doc.ID+"/file", nil, nil)
	if err != nil || status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
		t.Errorf("with the store away: %d %v, Retry-After %q: %s", status, err, header.Get("Retry-After"), b)
	}
	if got := firstStore(t, admin); got.Away == "" {
		t.Errorf("with the store away status says %+v", got)
	}
	if strings.Contains(s.logs.String(), remote.SecretKey) {
		t.Error("the log holds the secret key")
	}
	s.stop()
	remote.Restart()
	if out := p.run(t, 0, "check", "--data", data, "--read-data"); !strings.Contains(out, "Sound") {
		t.Errorf("check: %s", out)
	}
}

type storeState struct {
	Use, Kind, Place, Away string
	Found                  struct {
		CreateIfAbsent string `json:"create_if_absent"`
		CompareAndSwap string `json:"compare_and_swap"`
	}
}

// firstStore is what /status says of the first store.
func firstStore(t *testing.T, admin *server) storeState {
	t.Helper()
	var st struct{ Stores []storeState }
	admin.must(200, "GET", "/api/v1/status", nil, &st)
	if len(st.Stores) == 0 {
		t.Fatal("status names no store")
	}
	return st.Stores[0]
}

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
	remote := s3server.Start(t)
	p, data := self(t), t.TempDir()
	p.env = append(p.env, "SOHOA_S3_ACCESS_KEY="+remote.AccessKey, "SOHOA_S3_SECRET_KEY="+remote.SecretKey,
		"SOHOA_STORE="+remote.URL(remote.Bucket(t), "kho"))
	s := p.start(t, data, "clerk", "--no-reading")
	want := testkit.PDF(2, 300<<10, 7)
	status, doc, b, err := s.put("x.pdf", bytes.NewReader(want), "&agency=H15")
	if err != nil || status != http.StatusCreated {
		t.Fatalf("%d %v %s", status, err, b)
	}
	if got := s.must(200, "GET", "/api/v1/documents/"+doc.ID+"/file", nil, nil); !bytes.Equal(got, want) {
		t.Error("other bytes come back")
	}
	remote.Stop()
	status, header, b, err := s.call("GET", "/api/v1/documents/"+doc.ID+"/file", nil, nil)
	if err != nil || status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
		t.Errorf("with the store away: %d %v, Retry-After %q: %s", status, err, header.Get("Retry-After"), b)
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

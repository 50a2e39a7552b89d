package testkit

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TusRequest is what the public tus client (tus-js-client under node) is to do; tools/web/tus.cjs says what each means.
type TusRequest struct {
	Endpoint string            `json:"endpoint"`
	Token    string            `json:"token"`
	URL      string            `json:"url,omitempty"`
	File     string            `json:"file"`
	Metadata map[string]string `json:"metadata,omitempty"`
	Chunk    int               `json:"chunk,omitempty"`
	First    bool              `json:"first,omitempty"`
	Retries  int               `json:"retries,omitempty"`
	Stop     string            `json:"stop,omitempty"`
	StopAt   int               `json:"stopAt,omitempty"`
}

// TusResult is what became of it.
type TusResult struct {
	URL      string `json:"url"`
	Offset   int64  `json:"offset"`
	Requests int    `json:"requests"`
	Retries  int    `json:"retries"`
	Location string `json:"location"` // of the paper
	Status   int    `json:"status"`   // of the answer that ended it
	Problem  struct {
		Code string `json:"code"`
	} `json:"problem"`
	Error   string `json:"error"`
	Outcome string `json:"outcome"` // success, failed, abort, terminate
}

// Tus runs the public client. Without node or its packages (make web) the test is skipped, or fails when CI=true.
func Tus(t testing.TB, r TusRequest) TusResult {
	t.Helper()
	node := Need(t, "node")
	web := filepath.Join(Root(), "tools", "web")
	if _, err := os.Stat(filepath.Join(web, "node_modules", "tus-js-client")); err != nil {
		Missing(t, "tus-js-client is not installed: run make web")
	}
	in, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join(web, "tus.cjs"))
	cmd.Stdin = bytes.NewReader(in)
	cmd.Stderr = t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tus client: %v", err)
	}
	var got TusResult
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("tus client said %q: %v", out, err)
	}
	return got
}

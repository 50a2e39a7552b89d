package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/testkit"
)

// TestRecogniserAppears: on a machine without Tesseract papers are taken in and wait, with a sentence that says what is
// missing; when it is installed, what waited is read without anybody's doing.
func TestRecogniserAppears(t *testing.T) {
	t.Parallel()
	real := testkit.Tesseract(t)
	later := filepath.Join(t.TempDir(), "tesseract")
	s := builtProgram(t).start(t, t.TempDir(), "clerk", "--tesseract", later)
	f, err := demoPapers.Open("demo/papers/08-cong-van-khai-thac-nuoc-duoi-dat.pdf")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	status, doc, b, err := s.put("cv.pdf", f, "&agency=H15")
	if err != nil || status != http.StatusCreated {
		t.Fatalf("%d %v %s", status, err, b)
	}
	var reading struct {
		State  string `json:"state"`
		Reason string `json:"reason"`
	}
	await := func(what string, ok func() bool) {
		t.Helper()
		for deadline := time.Now().Add(3 * time.Minute); !ok(); time.Sleep(300 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: %+v", what, reading)
			}
			s.must(200, "GET", "/api/v1/documents/"+doc.ID+"/reading", nil, &reading)
		}
	}
	await("waits and says why", func() bool { return reading.State == "waiting" && strings.Contains(reading.Reason, "Tesseract") })
	// What a package manager does: the program is not there, and then it is.
	if err := os.Symlink(real, later); err != nil {
		t.Fatal(err)
	}
	await("is read when Tesseract is there", func() bool { return reading.State == "done" })
}

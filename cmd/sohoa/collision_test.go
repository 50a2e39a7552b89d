package main

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // what the test is about
	"net/http"
	"os"
	"strings"
	"testing"

	"sohoa/internal/testkit"
)

// TestPapersOfOneSHA1AreTwo takes in two papers that somebody made alike for SHA-1: each is kept, comes back as itself and can be told from the other,
// while the same paper a second time is known.
func TestPapersOfOneSHA1AreTwo(t *testing.T) {
	t.Parallel()
	var papers [2][]byte
	for i, name := range []string{"contents1.pdf", "contents2.pdf"} {
		b, err := os.ReadFile(testkit.Corpus(t, "hostile/collision_polyglot/"+name))
		if err != nil {
			t.Fatal(err)
		}
		papers[i] = b
	}
	if sha1.Sum(papers[0]) != sha1.Sum(papers[1]) || bytes.Equal(papers[0], papers[1]) {
		t.Fatal("these two are no collision")
	}
	dir := t.TempDir()
	s := self(t).start(t, dir, "clerk", "--no-reading")
	var kept [2]paper
	for i, b := range papers {
		status, p, answer, err := s.put("paper.pdf", bytes.NewReader(b), "&agency=H15")
		if err != nil || status != http.StatusCreated {
			t.Fatalf("paper %d: %d %v %s", i+1, status, err, answer)
		}
		kept[i] = p
	}
	if kept[0].ID == kept[1].ID || kept[0].Versions[0].Digest == kept[1].Versions[0].Digest {
		t.Errorf("two papers share an identity: %+v, %+v", kept[0], kept[1])
	}
	for i, p := range kept {
		if got := s.must(200, http.MethodGet, "/api/v1/documents/"+p.ID+"/file", nil, nil); !bytes.Equal(got, papers[i]) {
			t.Errorf("paper %d comes back as another", i+1)
		}
		if status, _, answer, err := s.put("again.pdf", bytes.NewReader(papers[i]), "&agency=H15"); err != nil || status != http.StatusConflict {
			t.Errorf("paper %d a second time: %d %v %s", i+1, status, err, answer)
		}
	}
	s.stop()
	if out := self(t).run(t, exitDone, "check", "--data", dir, "--read-data"); !strings.Contains(out, "Sound") {
		t.Errorf("check says %s", out)
	}
}

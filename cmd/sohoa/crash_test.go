package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// TestPowerFails is promise P1 and P2: eight clients deposit while the program is killed without warning, again and
// again. Whatever was acknowledged is there, byte for byte; of what was not there is nothing half; and when the janitor
// has been, the store, the spool and the catalog hold no more than the documents.
func TestPowerFails(t *testing.T) {
	rounds := 25
	if testing.Short() {
		rounds = 3
	}
	if os.Getenv("CI") == "true" && rounds < 25 {
		t.Fatal("CI runs all rounds")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	p := self(t)
	token := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", dir, "--role", "clerk", "--agency", "H15"))

	w := witness{acked: map[string]string{}}
	for round := range rounds {
		s := p.startWith(t, dir, token, "--no-reading")
		stop := make(chan struct{})
		var clients sync.WaitGroup
		for c := range 8 {
			clients.Go(func() {
				for n := 0; ; n++ {
					select {
					case <-stop:
						return
					default:
					}
					w.deposit(s, fmt.Sprintf("%d-%d-%d", round, c, n))
				}
			})
		}
		time.Sleep(time.Duration(150+chance.IntN(900)) * time.Millisecond)
		s.kill()
		close(stop)
		clients.Wait()
	}
	t.Logf("%d rounds, %d acknowledged, %d not", rounds, len(w.acked), w.lost)
	if len(w.acked) < rounds {
		t.Fatalf("only %d papers were acknowledged in %d rounds: the test tests nothing", len(w.acked), rounds)
	}

	s := p.startWith(t, dir, token, "--no-reading")
	for id, digest := range w.acked {
		got := s.must(http.StatusOK, http.MethodGet, "/api/v1/documents/"+id+"/file", nil, nil)
		if d := archive.DigestOf(got).String(); d != digest {
			t.Errorf("acknowledged %s: bytes hash to %s, deposited %s", id, d, digest)
		}
	}
	var extra int
	for id := range listAll(s) {
		if _, ok := w.acked[id]; !ok {
			extra++ // committed, and the power failed before the answer could leave: whole, or the check below finds it
		}
	}
	t.Logf("%d committed without the answer arriving", extra)
	s.stop()
	// An administrator's eye: the janitor's first round closes what the last life left.
	s = p.start(t, dir, "admin", "--no-reading")
	awaitJanitor(s)
	s.stop()
	if out := p.run(t, 0, "check", "--data", dir, "--read-data"); !strings.Contains(out, "Sound") {
		t.Errorf("check: %s", out)
	}
	err := filepath.WalkDir(filepath.Join(dir, "spool"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			t.Errorf("orphan after the janitor: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// witness keeps, outside the program, what it acknowledged.
type witness struct {
	mu    sync.Mutex
	acked map[string]string // id → digest
	lost  int
}

func (w *witness) deposit(s *server, name string) {
	body := testkit.TextPDF("giấy tờ số " + name)
	status, doc, _, err := s.put(name+".pdf", bytes.NewReader(body), "&kind=component&agency=H15")
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil || status != http.StatusCreated {
		w.lost++
		return
	}
	w.acked[doc.ID] = archive.DigestOf(body).String()
}

func listAll(s *server) map[string]bool {
	s.t.Helper()
	all := map[string]bool{}
	for cursor := ""; ; {
		var l struct {
			Items []paper `json:"items"`
			Next  string  `json:"next"`
		}
		s.must(http.StatusOK, http.MethodGet, "/api/v1/documents?limit=200&cursor="+cursor, nil, &l)
		for _, p := range l.Items {
			if all[p.ID] {
				s.t.Fatalf("document %s is listed twice", p.ID)
			}
			all[p.ID] = true
		}
		if l.Next == "" {
			return all
		}
		cursor = l.Next
	}
}

// awaitJanitor waits until no intent is left, which the janitor's first round brings about.
func awaitJanitor(s *server) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		var st struct {
			Intents int `json:"intents"`
		}
		s.must(http.StatusOK, http.MethodGet, "/api/v1/status", nil, &st)
		if st.Intents == 0 {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%d intents are still open:\n%s", st.Intents, s.logs)
		}
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/internal/testkit/s3server"
)

// killOnDisk: eight clients work while the program is killed without warning, again and again, over the same growing data
// folder.
func killOnDisk(t *testing.T, w *torture, f *figures) {
	kills(t, w, f, w.program(t), w.rounds(25, 2400))
}

// killOnS3 is the same over a store in a bucket.
func killOnS3(t *testing.T, w *torture, f *figures) {
	p, remote := w.program(t), s3server.Start(t)
	p.env = append(p.env, "SOHOA_S3_ACCESS_KEY="+remote.AccessKey, "SOHOA_S3_SECRET_KEY="+remote.SecretKey, "SOHOA_STORE="+remote.URL(remote.Bucket(t), "kho"))
	kills(t, w, f, p, w.rounds(5, 600))
}

// kills kills a program that eight clients work with. After every death the next life is given the time to clear up; then
// nothing may be left of what was not acknowledged, and of what was: everything of the last life is compared, with a sample of
// all before, and now and then, as at the end, the whole.
func kills(t *testing.T, w *torture, f *figures, p program, rounds int) {
	chance := testkit.Chance(w.seed)
	h := &tortured{t: t, p: p, dir: t.TempDir(), w: newWitness(t), f: f}
	h.office = newOffice(t, p, h.dir)
	known := 0
	for round := range rounds {
		s := h.start()
		lines := h.w.read(t)
		h.compare(s, append(slices.Clone(lines[known:]), sample(lines[:known], 25, chance.Uint64())...))
		known = len(lines)
		if round > 0 && round%200 == 0 {
			s.stop()
			h.check(false)
			s = h.start()
		}
		c := employ(t, s, h.office, h.w, workers, chance.Uint64())
		lived := delay(chance)
		if w.size == 0 {
			lived /= 2
		}
		time.Sleep(lived)
		s.kill()
		c.dismiss()
		f.Runs++
		if w.size > 0 && (round+1)%50 == 0 {
			t.Logf("%d kills, %d operations, %d acknowledged, %d lost", f.Runs, h.w.operations, known, f.Lost)
		}
		if t.Failed() {
			break
		}
	}
	h.end()
	if f.Acknowledged < f.Runs {
		t.Errorf("only %d acknowledgements in %d runs: the test tests nothing", f.Acknowledged, f.Runs)
	}
}

// delay is how long the program lives: from the first request on its way to a few hundred done.
func delay(chance *rand.Rand) time.Duration {
	return time.Duration(50+chance.IntN(650)) * time.Millisecond
}

// tortured is a house over its many lives.
type tortured struct {
	t      *testing.T
	p      program
	dir    string
	args   []string
	office office
	w      *witness
	f      *figures
	papers int
	second string // folder of the second store, "" for none
}

// start begins a life and waits until what the last one left is cleared up.
func (h *tortured) start() *server {
	h.t.Helper()
	s := h.p.startWith(h.t, h.dir, h.office.clerk, append([]string{"--no-reading"}, h.args...)...)
	began := time.Now()
	as := *s
	as.token = h.office.admin
	awaitJanitor(&as)
	h.f.Recovered = append(h.f.Recovered, s.took+time.Since(began))
	h.f.Orphans += int64(h.left(s))
	return s
}

// left counts what the spools hold: with the janitor through and nobody depositing that is nothing, but for uploads that
// their senders may still go on with.
func (h *tortured) left(s *server) int {
	h.t.Helper()
	// What the house itself writes at this moment is there for a moment.
	var left []string
	_ = eventually(func() error {
		if left = h.spooled(s); len(left) > 0 {
			return errors.New("wait")
		}
		return nil
	})
	for _, path := range left {
		h.t.Errorf("orphan after the janitor: %s", path)
	}
	return len(left)
}

// spooled lists what lies in the spools and belongs to nobody's upload.
func (h *tortured) spooled(s *server) (names []string) {
	for _, spool := range []string{"spool", "spool-second"} {
		err := filepath.WalkDir(filepath.Join(h.dir, spool), func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() || strings.HasSuffix(path, ".lock") {
				return nil // gone meanwhile, or not there
			}
			if name := filepath.Base(path); filepath.Ext(name) == ".part" || filepath.Ext(name) == ".mark" {
				status, _, b, err := s.call(http.MethodGet, "/api/v1/uploads/"+strings.TrimSuffix(name, filepath.Ext(name))+"."+h.node(), nil, nil)
				// A row that nobody was told of yet has no whole file; it goes when its time is over.
				if err == nil && (status == http.StatusOK || bytes.Contains(b, []byte(`"upload_gone"`))) {
					return nil
				}
			}
			names = append(names, path)
			return nil
		})
		if err != nil {
			h.t.Error(err)
		}
	}
	return names
}

// node is how the names of uploads call the house's node.
func (h *tortured) node() string {
	b, err := os.ReadFile(filepath.Join(h.dir, "node"))
	if err != nil {
		h.t.Fatal(err)
	}
	return archive.NodeTag(strings.TrimSpace(string(b)))
}

// compare reads back what lines say.
func (h *tortured) compare(s *server, lines []told) {
	h.t.Helper()
	work := make(chan told)
	var all sync.WaitGroup
	var mu sync.Mutex
	for range 4 {
		all.Go(func() {
			for line := range work {
				if err := same(s, line); err != nil {
					mu.Lock()
					h.f.Lost++
					mu.Unlock()
					h.t.Errorf("acknowledged %+v: %v", line, err)
				}
			}
		})
	}
	for _, line := range lines {
		work <- line
	}
	close(work)
	all.Wait()
}

// stages is the order in which a paper of the clerks goes through its states.
var stages = []string{"review", "checking", "accepted"}

func same(s *server, line told) error {
	status, _, b, err := s.call(http.MethodGet, "/api/v1/documents/"+line.ID, nil, nil)
	p, ok := paperOf(b)
	if err != nil || status != http.StatusOK || !ok {
		return fmt.Errorf("%d %v %s", status, err, b)
	}
	if len(p.Versions) < line.Version || p.Versions[line.Version-1].Digest != line.Digest {
		return fmt.Errorf("versions are %+v", p.Versions)
	}
	if slices.Index(stages, p.State) < slices.Index(stages, line.State) {
		return fmt.Errorf("its state is %s", p.State)
	}
	status, _, b, err = s.call(http.MethodGet, fmt.Sprintf("/api/v1/documents/%s/file?version=%d", line.ID, line.Version), nil, nil)
	if err != nil || status != http.StatusOK {
		return fmt.Errorf("its bytes: %d %v %s", status, err, b)
	}
	if got := archive.DigestOf(b).String(); got != line.Digest {
		return fmt.Errorf("its bytes hash to %s", got)
	}
	return nil
}

// end compares everything, and has the house checked with every byte of it.
func (h *tortured) end() {
	h.t.Helper()
	s := h.start()
	for _, u := range h.w.uploads {
		if err := u.goOn(s); err != nil {
			h.f.Lost++
			h.t.Errorf("upload %s, of which %d bytes were acknowledged: %v", u.place, u.acked, err)
		}
	}
	lines := h.w.read(h.t)
	h.compare(s, lines)
	if err := h.mirrored(s); err != nil {
		h.t.Error(err)
	}
	h.f.Operations, h.f.Acknowledged = h.w.operations, int64(len(lines))
	s.stop()
	h.check(true)
}

// mirrored waits until the second store, where there is one, has everything.
func (h *tortured) mirrored(s *server) error {
	as := *s
	as.token = h.office.admin
	return eventually(func() error {
		var st struct {
			Second struct {
				Lag int64 `json:"lag"`
			} `json:"second_store"`
		}
		as.must(http.StatusOK, http.MethodGet, "/api/v1/status", nil, &st)
		if st.Second.Lag > 0 {
			return fmt.Errorf("the second store is %d events behind", st.Second.Lag)
		}
		return nil
	})
}

// check counts what `sohoa check` finds: what belongs to nothing, and what is not as it should be.
func (h *tortured) check(everything bool) {
	h.t.Helper()
	args := append([]string{"check", "--data", h.dir}, storeArgs(h.args)...)
	if everything {
		args = append(args, "--read-data")
	}
	out, err := h.p.command(args...).CombinedOutput()
	if err == nil {
		return
	}
	h.t.Errorf("check: %v\n%s", err, tail(string(out), 4000))
	for line := range strings.Lines(string(out)) {
		if kind, _, ok := strings.Cut(line, "\t"); ok && strings.HasPrefix(kind, "unknown_") {
			h.f.Orphans++
		} else if ok {
			h.f.Lost++
		}
	}
}

// storeArgs are those of a server's arguments that a command on the data folder takes too.
func storeArgs(args []string) []string {
	var out []string
	for i := 0; i+1 < len(args); i++ {
		if args[i] == "--store" || args[i] == "--second-store" || args[i] == "--second-store-mode" {
			out = append(out, args[i], args[i+1])
		}
	}
	return out
}

func paperOf(b []byte) (p paper, ok bool) {
	err := json.Unmarshal(b, &p)
	return p, err == nil && p.ID != ""
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

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/internal/testkit"
)

// TestTorture is promises P1 and P2 under every fault we know how to make: the real program is killed, its store goes away,
// lies and stumbles, its disk fills up, an older catalog is put under a newer store, its clock leaps. Whatever was acknowledged is
// there afterwards, byte for byte; of what was not there is nothing half; nothing needs a restart or a hand. What was
// acknowledged is written down by the clients, outside the data folder, in a file synced line by line.
//
// Plain `go test` and CI run a short form of every scenario; `make torture` runs the long one. It takes from the environment
//
//	SOHOA_TORTURE       size of the long form: 1 is all of it, 0.1 a tenth of it; never less than the short form
//	SOHOA_TORTURE_SEED  the seed that an earlier run printed: the same faults in the same order, as far as the machine's
//	                    own timing allows
//
// and prints one table over all scenarios, in Markdown.
func TestTorture(t *testing.T) {
	w := newTorture(t)
	beside := func(t *testing.T) { // the long form has the machine to itself, and so what it says of seconds means something
		if w.size == 0 {
			t.Parallel()
		}
	}
	beside(t)
	t.Cleanup(func() { w.print(t) }) // when all scenarios are over
	for _, s := range []struct {
		name string
		run  func(*testing.T, *torture, *figures)
	}{
		{"kill-disk", killOnDisk},
		{"kill-s3", killOnS3},
		{"steps", killAtSteps},
		{"s3-stumbles", s3Stumbles},
		{"s3-nth", s3FailsTheNth},
		{"s3-away", s3GoesAway},
		{"restore-older", restoreOlder},
		{"clock-leaps", clockLeaps},
		{"disk-full", diskFillsUp},
		{"disk-read-only", diskTurnsReadOnly},
	} {
		f := &figures{Scenario: s.name, Seed: w.seed}
		w.rows = append(w.rows, f)
		t.Run(s.name, func(t *testing.T) {
			beside(t)
			t.Logf("make torture SEED=%d ONLY=%s", w.seed, s.name)
			s.run(t, w, f)
			if path := os.Getenv("SOHOA_TEST_FIGURES"); path != "" { // this process has a disk of its own, and another waits for it
				b, err := json.Marshal(f)
				if err == nil {
					err = os.WriteFile(path, b, 0o600)
				}
				if err != nil {
					t.Error(err)
				}
			}
			if f.Lost > 0 || f.Orphans > 0 {
				t.Errorf("%d lost, %d orphans", f.Lost, f.Orphans)
			}
		})
	}
}

// torture is one run of it.
type torture struct {
	size float64 // 0: the short form
	seed uint64
	rows []*figures
}

func newTorture(t *testing.T) *torture {
	t.Helper()
	w := &torture{seed: uint64(time.Now().UnixNano()) % 1_000_000_000}
	var err error
	if s := os.Getenv("SOHOA_TORTURE"); s != "" {
		if w.size, err = strconv.ParseFloat(s, 64); err != nil {
			t.Fatalf("SOHOA_TORTURE=%q is no size", s)
		}
	}
	if s := os.Getenv("SOHOA_TORTURE_SEED"); s != "" {
		if w.seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("SOHOA_TORTURE_SEED=%q is no seed", s)
		}
	}
	return w
}

// rounds is how often a scenario does what it does: short in CI, full by hand.
func (w *torture) rounds(short, full int) int { return max(short, int(w.size*float64(full))) }

// program is what is tortured. The long form takes it as a user has it; the short one is this binary, with the race detector.
func (w *torture) program(t *testing.T) program {
	if w.size > 0 {
		return builtProgram(t)
	}
	return self(t)
}

// figures are a row of the table.
type figures struct {
	Scenario     string
	Runs         int64           // kills, cuts or rounds
	Operations   int64           // asked of the program; of its store where the store is what fails
	Acknowledged int64           // by the program
	Lost         int64           // acknowledged, and not there or not the same
	Orphans      int64           // left in store, spool or catalog after recovery, belonging to nothing
	Recovered    []time.Duration // from the end of the fault, or the new start, until all is well
	Seed         uint64
}

const tableHead = "| scenario | runs | operations | acknowledged | lost | orphans left | seconds to recover, median / max |\n|---|--:|--:|--:|--:|--:|--:|\n"

func (f *figures) row() string {
	took := "–"
	if n := len(f.Recovered); n > 0 {
		slices.Sort(f.Recovered)
		took = fmt.Sprintf("%.2f / %.2f", f.Recovered[n/2].Seconds(), f.Recovered[n-1].Seconds())
	}
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %s |\n", f.Scenario, f.Runs, f.Operations, f.Acknowledged, f.Lost, f.Orphans, took)
}

func (w *torture) print(t *testing.T) {
	var b strings.Builder
	for _, f := range w.rows {
		if f.Operations > 0 { // else it was not asked for
			b.WriteString(f.row())
		}
	}
	t.Logf("seed %d, size %g\n\n%s%s", w.seed, w.size, tableHead, b.String())
}

// told is a line of the witness: what the program acknowledged about a version of a paper.
type told struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Digest  string `json:"digest"`
	State   string `json:"state,omitempty"` // the paper has gone at least so far
}

// witness keeps, outside the program and its data, what it acknowledged.
type witness struct {
	path string

	mu         sync.Mutex
	file       *os.File
	lines      []told
	uploads    []halfway // begun and not heard to have ended
	operations int64
}

func (w *witness) unfinished(u halfway) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.uploads = append(w.uploads, u)
}

func newWitness(t *testing.T) *witness {
	t.Helper()
	path := filepath.Join(t.TempDir(), "acknowledged.jsonl")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return &witness{path: path, file: f}
}

// try counts an operation that is about to be asked for.
func (w *witness) try() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.operations++
}

// note writes down an acknowledgement; it is durable on return.
func (w *witness) note(t testing.TB, line told) {
	b, err := json.Marshal(line)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		_, err = w.file.Write(append(b, '\n'))
	}
	if err == nil {
		err = w.file.Sync()
	}
	if err != nil {
		t.Errorf("the witness cannot write: %v", err)
	}
	w.lines = append(w.lines, line)
}

// read returns what the file says, and fails when that is not what was noted.
func (w *witness) read(t *testing.T) []told {
	t.Helper()
	w.mu.Lock() // clients may be at work
	b, err := os.ReadFile(w.path)
	count := len(w.lines)
	w.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	var all []told
	for line := range strings.Lines(string(b)) {
		var x told
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatalf("the witness file is damaged: %v", err)
		}
		all = append(all, x)
	}
	if len(all) != count {
		t.Fatalf("the witness file has %d lines of %d", len(all), count)
	}
	return all
}

// sample picks n of some lines by chance, or all when there are no more.
func sample(lines []told, n int, seed uint64) []told {
	if len(lines) <= n {
		return lines
	}
	picked := slices.Clone(lines)
	testkit.Chance(seed).Shuffle(len(picked), func(i, j int) { picked[i], picked[j] = picked[j], picked[i] })
	return picked[:n]
}

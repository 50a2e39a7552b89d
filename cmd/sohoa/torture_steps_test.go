package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// killAtSteps kills the program at every named step of every act, twenty times in the long form; in the short one at every
// step once, in one of the acts that come by it. Every step there is in the sources must have been met.
func killAtSteps(t *testing.T, w *torture, f *figures) {
	h := newSteps(t, w, f)
	plan := h.plan()
	if w.size == 0 {
		plan = onceEach(plan, w.seed)
	}
	times := w.rounds(1, 20)
	met := map[string]bool{}
	for n := range times {
		for _, c := range plan {
			h.kill(c, n)
			met[c.step] = true
			if t.Failed() {
				return
			}
		}
		t.Logf("%d of %d times at %d steps of acts: %d kills", n+1, times, len(plan), f.Runs)
	}
	h.end()
	h.commands(w, met)
	for _, step := range stepsInSources(t) {
		if !met[step] {
			t.Errorf("step %q is in the sources and no act came by it: name an act that does", step)
		}
	}
}

// cutShort is one act, killed at the nth time it comes by one step.
type cutShort struct {
	act  *stepAct
	step string
	of   [2]int // how often the act comes by it, with a second store that follows and with one that waits
}

// steps is a house over two disk stores whose program can be told where to die.
type steps struct {
	*tortured
	folder string
	seed   uint64
	mode   int
	short  bool    // the second store is in one mode throughout, and an act is tried once to see where it goes
	s      *server // the present life, nil between two
}

func newSteps(t *testing.T, w *torture, f *figures) *steps {
	h := &steps{folder: t.TempDir(), seed: w.seed, short: w.size == 0, mode: 1}
	p := self(t) // only this binary can be told to die
	p.env = append(p.env, "SOHOA_TEST_FOLDER="+h.folder)
	h.tortured = &tortured{t: t, p: p, dir: t.TempDir(), w: newWitness(t), f: f, second: filepath.Join(t.TempDir(), "second")}
	h.office = newOffice(t, p, h.dir)
	h.args = []string{"--second-store", "file:" + h.second}
	return h
}

// next sees to it that the next life is in a mode.
func (h *steps) next(mode int) {
	if !h.short {
		h.mode = mode + 1
	}
}

// life starts the house, with the second store waiting in every other life. An erasure comes at once.
func (h *steps) life(erases bool) (*server, error) {
	if !h.short {
		h.mode++
	}
	args := []string{"--no-reading", "--segment-time", "1s", "--inspectors", "1", "--second-store", "file:" + h.second, "--second-store-mode", []string{"follow", "wait"}[h.mode%2]}
	if erases {
		args = append(args, "--discard-kept", "1ns")
	}
	s := h.p.begin(h.t, h.dir, h.office.clerk, args...)
	if s.url == "" {
		return nil, errors.New("it died before it listened")
	}
	return s, nil
}

// recovered is a life that was left alone until everything is cleared up.
func (h *steps) recovered(erases bool) *server {
	h.t.Helper()
	began := time.Now()
	s, err := h.life(erases)
	if err != nil {
		h.t.Fatal(err)
	}
	as := *s
	as.token = h.office.admin
	awaitJanitor(&as)
	h.f.Recovered = append(h.f.Recovered, time.Since(began))
	h.f.Orphans += int64(h.left(s))
	return s
}

func (h *steps) write(name, text string) {
	if err := os.WriteFile(filepath.Join(h.folder, name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h *steps) remove(name string) { os.Remove(filepath.Join(h.folder, name)) }

// plan performs every act once, in peace, and returns what can be cut short where.
func (h *steps) plan() []cutShort {
	h.t.Helper()
	var plan []cutShort
	for i := range servedActs {
		act := &servedActs[i]
		met := map[string][2]int{}
		for i := range 2 { // once for each mode of the second store
			if h.short && i == 1 {
				break
			}
			for step, n := range h.trace(act) {
				of := met[step]
				of[h.mode%2] = n
				met[step] = of
			}
		}
		for _, step := range slices.Sorted(maps.Keys(met)) {
			if act.mine(step) {
				plan = append(plan, cutShort{act, step, met[step]})
			}
		}
	}
	return plan
}

// trace performs an act and counts the steps it came by.
func (h *steps) trace(act *stepAct) map[string]int {
	h.t.Helper()
	s := h.s
	if s == nil {
		s = h.recovered(false)
	}
	a := &acting{h: h.tortured, s: s}
	if err := act.before(a); err != nil {
		h.t.Fatalf("%s: %v", act.name, err)
	}
	if act.first != "" {
		h.arm(act.first, 1)
		act.do(a)
		h.dies(s)
		a.cut = true
		h.write("trace", "")
		s = h.recovered(act.name == "erasure finished")
		a.s = s
	} else {
		h.write("trace", "")
		act.do(a)
	}
	if a.cut && act.first == "" || act.name == "erasure finished" {
		h.awaitSteps(act)
	}
	b, err := os.ReadFile(filepath.Join(h.folder, "trace"))
	if err != nil {
		h.t.Fatal(err)
	}
	h.remove("trace")
	if err := act.after(a); err != nil {
		h.t.Fatalf("%s, in peace: %v", act.name, err)
	}
	if h.s = s; !h.short || act.name == "erasure finished" {
		s.stop()
		h.s = nil
	}
	met := map[string]int{}
	for step := range strings.Lines(string(b)) {
		met[strings.TrimSpace(step)]++
	}
	return met
}

// awaitSteps waits until the background has done what an act is about: these steps, one after the other. The end of an earlier
// segment may still be under way when the act begins.
func (h *steps) awaitSteps(act *stepAct) {
	way := map[string][]string{"segment closed": {"segment/registry", "segment/noted", "mirror/owed"}, "second copy made": {"mirror/noted"},
		"damage mended": {"scrub/mended"}, "erasure finished": {"erase/object"}}[act.name]
	err := eventually(func() error {
		b, err := os.ReadFile(filepath.Join(h.folder, "trace"))
		rest := string(b)
		for _, step := range way {
			_, after, came := strings.Cut(rest, step+"\n")
			if !came && err == nil {
				err = fmt.Errorf("%s: it does not come by %s", act.name, step)
			}
			rest = after
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *steps) arm(step string, n int) { h.write("die", step+"\t"+strconv.Itoa(n)) }

// dies waits for the death of a server that was told where to die, and takes the order back.
func (h *steps) dies(s *server) {
	h.t.Helper()
	select {
	case <-s.done:
	case <-time.After(30 * time.Second):
		order, _ := os.ReadFile(filepath.Join(h.folder, "die"))
		h.t.Errorf("it does not come by %s", order)
		s.kill()
	}
	h.remove("die")
}

// kill cuts one act short for the nth time, and lets the next life see to it.
func (h *steps) kill(c cutShort, n int) {
	h.t.Helper()
	s, erases := h.s, c.act.name == "erasure finished"
	wanted := n % 2
	if c.of[wanted] == 0 {
		wanted = 1 - wanted
	}
	if s != nil && c.act.first == "" && c.of[h.mode%2] == 0 {
		s.stop()
		s = nil
	}
	if s == nil {
		if c.act.first == "" {
			h.next(wanted)
		}
		s = h.recovered(false)
	}
	a := &acting{h: h.tortured, s: s, n: n}
	if err := c.act.before(a); err != nil {
		h.t.Errorf("before %s: %v", c.act.name, err)
		return
	}
	at := 0
	if c.act.first != "" {
		h.arm(c.act.first, 1)
		c.act.do(a)
		h.dies(s)
		h.next(wanted)
		at = 1 + n%c.of[wanted]
		h.arm(c.step, at)
		if s, err := h.life(erases); err == nil {
			h.dies(s)
		}
		h.remove("die")
		a.cut = true
	} else {
		at = 1 + n%c.of[h.mode%2]
		h.arm(c.step, at)
		c.act.do(a)
		h.dies(s)
	}
	h.f.Runs++
	s = h.recovered(erases)
	a.s = s
	if err := c.act.after(a); err != nil {
		h.f.Lost++
		h.t.Errorf("%s, killed at %s (%d): %v", c.act.name, c.step, at, err)
	}
	h.compare(s, sample(h.w.read(h.t), 5, h.seed+uint64(h.f.Runs)))
	h.s = s
	if erases { // the next paper that is discarded is to stay
		s.stop()
		h.s = nil
	}
}

func (h *steps) end() {
	if h.s != nil {
		h.s.stop()
	}
	// As at the start of an ordinary day, so that the mirror has caught up when everything is compared.
	h.tortured.end()
}

// onceEach takes every step once, in one of the acts that come by it.
func onceEach(plan []cutShort, seed uint64) []cutShort {
	by := map[string][]cutShort{}
	for _, c := range plan {
		by[c.step] = append(by[c.step], c)
	}
	chance := testkit.Chance(seed)
	var out []cutShort
	for _, step := range slices.Sorted(maps.Keys(by)) {
		out = append(out, by[step][chance.IntN(len(by[step]))])
	}
	return out
}

// stepsInSources reads the names of all steps out of the program's own sources: a step that is added there and met by no act
// fails the test.
func stepsInSources(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	for _, dir := range []string{"archive", "cmd/sohoa", "storage/blob", "storage/ocfl"} {
		files, err := filepath.Glob(filepath.Join(testkit.Root(), dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no sources in %s: %v", dir, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) != 1 {
					return true
				}
				name := ""
				switch f := call.Fun.(type) {
				case *ast.SelectorExpr:
					name = f.Sel.Name
				case *ast.Ident:
					name = f.Name
				}
				lit, ok := call.Args[0].(*ast.BasicLit)
				if !ok || lit.Kind != gotoken.STRING || name != "step" && name != "at" && name != "atStep" {
					return true
				}
				text, _ := strconv.Unquote(lit.Value)
				if name == "at" {
					text = "store/" + text
				}
				found[text] = true
				return true
			})
		}
	}
	if len(found) < 50 {
		t.Fatalf("only %d steps are in the sources", len(found))
	}
	return slices.Sorted(maps.Keys(found))
}

// original returns where the bytes of a digest lie in the first store.
func (h *tortured) original(d archive.Digest) string {
	h.t.Helper()
	at := originalIn(filepath.Join(h.dir, "store"), d)
	if at == "" {
		h.t.Errorf("no file with %s", d)
	}
	return at
}

// originalIn returns where the bytes of a digest lie below a disk store, "" for nowhere.
func originalIn(store string, d archive.Digest) (at string) {
	_ = filepath.WalkDir(store, func(path string, e fs.DirEntry, err error) error {
		if err != nil || at != "" || !strings.HasPrefix(e.Name(), "original-") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err == nil && archive.DigestOf(b) == d {
			at = path
		}
		return nil
	})
	return at
}

// eventually tries for a while.
func eventually(try func() error) error {
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		err := try()
		if err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

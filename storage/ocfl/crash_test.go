package ocfl

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
	"sohoa/storage/blob"
)

// These variables make the test binary the child that is killed.
const (
	crashDir  = "SOHOA_TEST_CRASH_DIR"
	crashStep = "SOHOA_TEST_CRASH_STEP" // the child kills itself before this step; 0: it is killed from outside
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		crashChild(dir)
		return
	}
	os.Exit(m.Run())
}

// crashFiles are the files of an object's version n, so that parent and child agree on every byte.
func crashFiles(id archive.ObjectID, n int) map[string]string {
	files := map[string]string{"metadata.json": fmt.Sprintf(`{"id": %q, "version": %d}`, id, n)}
	switch {
	case n == 1:
		files["original.pdf"] = strings.Repeat(string(id), 300)
	case n == 3: // spooled, and the same bytes as in version 1 beside it
		files["original-2.pdf"] = strings.Repeat(string(id), 400)
		files["copy.pdf"] = strings.Repeat(string(id), 300)
	}
	return files
}

func crashState(id archive.ObjectID, head int) map[string]string {
	state := map[string]string{}
	for n := 1; n <= head; n++ {
		maps.Copy(state, crashFiles(id, n))
	}
	return state
}

// crashChild makes objects of up to three versions and erases every third one, telling on standard output what it begins and
// what was acknowledged, until it is killed. A child that kills itself at a step stops after two objects, the second of one
// version and erased.
func crashChild(dir string) {
	die := func(err error) {
		if err != nil {
			fmt.Println("error", strings.ReplaceAll(err.Error(), "\n", " "))
			os.Exit(1)
		}
	}
	v, err := OpenDisk(filepath.Join(dir, "store"), filepath.Join(dir, "spool"), Options{})
	die(err)
	kill, _ := strconv.Atoi(os.Getenv(crashStep))
	steps := 0
	v.store.(*blob.Disk).StepForTest(func(string) error {
		if steps++; steps == kill {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	})
	for i := 0; kill == 0 || i < 2; i++ {
		id := newObject()
		for n := 1; n <= 3 && !(kill != 0 && i == 1 && n == 2); n++ {
			intent := archive.NewID()
			fmt.Println("begin", intent, id, n)
			c := archive.Commit{Object: id, After: n - 1, Intent: intent, At: vaulttest.At, User: "child"}
			for path, text := range crashFiles(id, n) {
				f := archive.File{Path: path, Bytes: []byte(text)}
				if strings.HasSuffix(path, ".pdf") {
					f.Spooled, err = v.Spool(context.Background(), intent, strings.NewReader(text), 1<<20)
					die(err)
				}
				c.Files = append(c.Files, f)
			}
			_, err := v.Commit(context.Background(), c)
			die(err)
			fmt.Println("done", intent, id, n)
		}
		if i%3 == 1 {
			fmt.Println("erase", archive.NewID(), id, 0)
			die(v.Erase(context.Background(), id))
			fmt.Println("erased", archive.NewID(), id, 0)
		}
	}
	fmt.Println("finished")
}

// ledger is what the parent knows from what its children said.
type ledger struct {
	acked  map[archive.ObjectID]int // heads acknowledged
	begun  map[archive.ObjectID]pending
	erased map[archive.ObjectID]bool // erasing was begun
}

type pending struct {
	intent archive.ID
	head   int
}

func newLedger() *ledger {
	return &ledger{acked: map[archive.ObjectID]int{}, begun: map[archive.ObjectID]pending{}, erased: map[archive.ObjectID]bool{}}
}

// run starts a child and hears it out. With lines > 0 it is killed after it has said so many.
func (l *ledger) run(t *testing.T, dir string, step, lines int) (finished bool) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = []string{crashDir + "=" + dir, crashStep + "=" + strconv.Itoa(step)}
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	scan := bufio.NewScanner(out)
	for n := 1; scan.Scan(); n++ {
		l.hear(t, scan.Text())
		finished = finished || scan.Text() == "finished"
		if n == lines {
			child.Process.Kill() // what is still in the pipe is heard below
		}
	}
	child.Wait()
	return finished
}

func (l *ledger) hear(t *testing.T, line string) {
	t.Helper()
	var word string
	var n int
	var intent, object string
	if fmt.Sscan(line, &word, &intent, &object, &n); word == "finished" {
		return
	}
	id := archive.ObjectID(object)
	in, err := archive.ParseID(intent)
	if err != nil {
		t.Fatalf("the child said %q", line)
	}
	switch word {
	case "begin":
		l.begun[id] = pending{in, n}
	case "done":
		l.acked[id] = n
		delete(l.begun, id)
	case "erase":
		l.erased[id] = true
	case "erased":
		delete(l.acked, id)
	default:
		t.Fatalf("the child said %q", line)
	}
}

// check opens the vault after a crash, as the next process does, recovers as the archive does, and looks at every byte.
func (l *ledger) check(t *testing.T, dir string) {
	t.Helper()
	v, err := OpenDisk(filepath.Join(dir, "store"), filepath.Join(dir, "spool"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	for id := range vaulttest.Objects(t, v) { // nothing half-made is visible even before recovery
		inv, err := v.Inventory(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		vaulttest.Check(t, v, id, inv.Head, crashState(id, inv.Head))
		if p, ok := l.begun[id]; inv.Head != l.acked[id] && !(ok && p.head == inv.Head && inv.Versions[inv.Head-1].Intent == p.intent) && !l.erased[id] {
			t.Errorf("%s stands at %d, acknowledged was %d, begun %+v", id, inv.Head, l.acked[id], p)
		}
	}
	l.recover(t, v)
	structure(t, filepath.Join(dir, "store"))
	if names := spooled(t, filepath.Join(dir, "spool")); len(names) != 0 {
		t.Errorf("the spool holds %v", names)
	}
	listed := vaulttest.Objects(t, v)
	for id, head := range l.acked {
		if !listed[id] {
			t.Errorf("%s is lost", id)
			continue
		}
		vaulttest.Check(t, v, id, head, crashState(id, head))
	}
	if len(listed) != len(l.acked) {
		t.Errorf("%d objects, %d acknowledged", len(listed), len(l.acked))
	}
}

// recover does what the archive's recovery does with the intents a dead process left open: an act on a document is rolled
// forward, a new object that was not acknowledged is erased; an erasing that was begun is done again.
func (l *ledger) recover(t *testing.T, v *Vault) {
	t.Helper()
	for id, p := range l.begun {
		inv, err := v.Inventory(t.Context(), id)
		if err != nil && archive.KindOf(err) != archive.NotFound {
			t.Fatal(err)
		}
		committed := err == nil && inv.Head == p.head
		switch {
		case p.head == 1 && committed:
			if err := v.Erase(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		case p.head > 1 && !committed && p.head%2 == 0: // an act whose files are in the intent
			c := archive.Commit{Object: id, After: p.head - 1, Intent: p.intent, At: vaulttest.At, User: "recovery"}
			for path, text := range crashFiles(id, p.head) {
				c.Files = append(c.Files, archive.File{Path: path, Bytes: []byte(text)})
			}
			if _, err := v.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			committed = true
		}
		if err := v.Unspool(t.Context(), p.intent); err != nil {
			t.Fatal(err)
		}
		if committed && p.head > 1 {
			l.acked[id] = p.head
		}
		delete(l.begun, id)
	}
	for id := range l.erased {
		if err := v.Erase(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		delete(l.acked, id)
		delete(l.erased, id)
	}
}

// A process is killed before every named step of its writes, one after the other.
func TestKilledAtEveryStep(t *testing.T) {
	if testing.Short() {
		t.Skip("a process per step")
	}
	for step := 1; ; step++ {
		dir, l := quickDir(t), newLedger()
		finished := l.run(t, dir, step, 0)
		l.check(t, dir)
		if t.Failed() {
			t.Fatalf("killed before step %d", step)
		}
		if finished {
			t.Logf("%d steps, %d objects stand", step-1, len(l.acked))
			return
		}
	}
}

// A process is killed at any moment, again and again over one store.
func TestKilledAtAnyMoment(t *testing.T) {
	rounds := 25
	if testing.Short() {
		rounds = 3
	}
	dir := quickDir(t)
	l := newLedger()
	for round := range rounds {
		lines := 1 + rand.IntN(40)
		l.run(t, dir, 0, lines)
		l.check(t, dir)
		if t.Failed() {
			t.Fatalf("round %d, killed after %d lines", round, lines)
		}
	}
	t.Logf("%d objects stand", len(l.acked))
}

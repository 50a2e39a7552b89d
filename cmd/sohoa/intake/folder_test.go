package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// keeper is a house in memory. It refuses what begins with "bad", and does what the test says with the rest.
type keeper struct {
	mu    sync.Mutex
	kept  map[string]string // path → bytes
	keys  map[string]string // key → bytes
	asked []string
	fault error              // of the house, until it is nil again
	then  func(path string)  // runs when the bytes are read, before the answer
	lost  bool               // the answer does not arrive: a crash after the commit
	place map[string]Request // what was said
	err   func(path string) error
}

func newKeeper() *keeper {
	return &keeper{kept: map[string]string{}, keys: map[string]string{}, place: map[string]Request{}}
}

func (k *keeper) Deposit(ctx context.Context, r Request, p *Paper) (Receipt, error) {
	b, err := io.ReadAll(p.Reader())
	if err != nil {
		return Receipt{}, err
	}
	if k.then != nil {
		k.then(p.Path)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked = append(k.asked, p.Path)
	if k.fault != nil {
		return Receipt{}, k.fault
	}
	if k.err != nil {
		if err := k.err(p.Path); err != nil {
			return Receipt{}, err
		}
	}
	if old, ok := k.keys[r.Key]; ok && old == string(b) {
		return Receipt{Document: "doc " + p.Path, Before: true}, nil
	}
	if strings.HasPrefix(string(b), "bad") {
		return Receipt{}, &Refusal{Code: "damaged_file", Msg: archive.Text{VI: "hỏng", EN: "broken"},
			Findings: []archive.Finding{{Code: "no_xref", Severity: archive.Fatal, Page: 3, Msg: archive.Text{VI: "không có bảng xref", EN: "no xref table"}}}}
	}
	if had, ok := k.kept[p.Path]; ok {
		return Receipt{}, fmt.Errorf("deposited twice: %s %q after %q", p.Path, b, had)
	}
	k.kept[p.Path], k.keys[r.Key], k.place[p.Path] = string(b), string(b), r
	if k.lost {
		return Receipt{}, context.Canceled
	}
	return Receipt{Document: "doc " + p.Path}, nil
}

// clock is moved by the test.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// scene is a watched folder, a house in memory, and a clock.
type scene struct {
	*Folder
	t     *testing.T
	dir   string
	house *keeper
	clock *clock
	told  []string // outcome and path, as Each heard it
}

func watched(t *testing.T, change ...func(*Config)) *scene {
	t.Helper()
	s := &scene{t: t, dir: t.TempDir(), house: newKeeper(), clock: &clock{now: noon}}
	s.start(t.TempDir(), change...)
	return s
}

// start makes a new life of the program on the same folder, with the journal in dir.
func (s *scene) start(journal string, change ...func(*Config)) {
	s.t.Helper()
	j := openJournal(s.t, journal)
	s.t.Cleanup(func() { j.Close() })
	c := Config{Dir: s.dir, Source: "scans", Journal: j, Depositor: s.house, After: Remove, Aside: true, Jobs: 3, Watched: true, Limits: archive.FolderLimits{Settle: 5 * time.Second, Every: time.Second}, Clock: s.clock,
		Plan: func(f File) (Request, error) {
			at, err := PlaceOf(f.Path)
			return Request{Agency: at.Agency, Dossier: at.Dossier}, err
		},
		Each: func(r Result) { s.told = append(s.told, string(r.Outcome)+" "+r.File.Path) }}
	for _, f := range change {
		f(&c)
	}
	var err error
	s.Folder, err = New(c)
	must(s.t, err)
}

func (s *scene) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	must(s.t, os.MkdirAll(filepath.Dir(path), 0o777))
	must(s.t, os.WriteFile(path, []byte(text), 0o666))
}

// look lets time pass and looks at the folder.
func (s *scene) look(passed time.Duration) time.Duration {
	s.t.Helper()
	s.clock.pass(passed)
	wait, err := s.Round(s.t.Context())
	must(s.t, err)
	return wait
}

// files lists what lies in a folder, by path.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		if !e.Type().IsRegular() {
			out[rel] = e.Type().String()
			return nil
		}
		b, err := os.ReadFile(path)
		out[rel] = string(b)
		return err
	}))
	return out
}

func paths(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

func (s *scene) want(what string, got, want any) {
	s.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Errorf("%s:\n%s", what, diff)
	}
}

const pdf = "%PDF-1.7 giấy tờ\n%%EOF\n"

func TestAFileIsTakenWhenItRests(t *testing.T) {
	s := watched(t)
	s.write("slow.pdf", "%PDF-1.7 first")
	s.look(0)
	s.look(4 * time.Second)
	s.write("slow.pdf", "%PDF-1.7 first and second\n%%EOF")
	s.look(4 * time.Second)
	s.want("taken while it grew", paths(s.house.kept), []string(nil))
	s.look(4 * time.Second)
	s.want("taken before five seconds had passed", paths(s.house.kept), []string(nil))
	s.look(time.Second)
	s.want("kept", s.house.kept, map[string]string{"slow.pdf": "%PDF-1.7 first and second\n%%EOF"})
	s.want("folder", files(t, s.dir), map[string]string{})
}

func TestAFileThatEndsInTheMiddleWaitsTwice(t *testing.T) {
	for _, c := range []struct {
		reason, name, text string
		whole              bool
	}{
		{"a PDF without its end", "a.pdf", "%PDF-1.7 half", false},
		{"a PDF with its end", "a.pdf", pdf, true},
		{"a PDF with something behind its end", "a.pdf", pdf + strings.Repeat(" ", 500), true},
		{"a JPEG without its end", "a.jpg", "\xff\xd8\xff\xe0 half", false},
		{"a JPEG with its end", "a.jpg", "\xff\xd8\xff\xe0 whole\xff\xd9", true},
		{"a PNG without its end", "a.png", "\x89PNG\r\n\x1a\n half", false},
		{"a PNG with its end", "a.png", "\x89PNG\r\n\x1a\n IEND\xaeB`\x82", true},
		{"a TIFF, whose end says nothing", "a.tif", "II*\x00", true},
		{"an empty file", "a.pdf", "", true},
	} {
		t.Run(c.reason, func(t *testing.T) {
			s := watched(t)
			s.write(c.name, c.text)
			s.look(0)
			s.look(5 * time.Second)
			s.want("after once the time", len(s.house.asked) == 1, c.whole)
			s.look(5 * time.Second)
			s.want("after twice the time", s.house.asked, []string{c.name})
		})
	}
}

func TestAFileSomebodyHoldsWaits(t *testing.T) {
	s := watched(t)
	for reason, hold := range map[string]func(*os.File) error{
		"written": func(*os.File) error { return nil },
		"flocked": func(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX) },
	} {
		s.write(reason, pdf)
		mode := os.O_WRONLY
		if reason == "flocked" {
			mode = os.O_RDONLY
		}
		f, err := os.OpenFile(filepath.Join(s.dir, reason), mode, 0)
		must(t, err)
		defer f.Close()
		must(t, hold(f))
		s.look(0)
		s.look(20 * time.Second)
		s.want(reason+": taken", s.house.asked, []string(nil))
		must(t, f.Close())
		s.look(time.Second)
		s.want(reason+": taken", s.house.asked, []string{reason})
		s.house.asked = nil
	}
}

// What scanners and people leave that are no papers stays, and is no reason for anything.
func TestPassedOver(t *testing.T) {
	s := watched(t)
	names := []string{".hidden.pdf", "scan.pdf.part", "scan.tmp", "~$thư.docx", "scan.pdf.filepart", "Thumbs.db", "backup.pdf~", ".cache/x.pdf", "@eaDir/x.pdf", "REFUSED/old.pdf", "1/2/3/4/5/6/7/8/9/deep.pdf"}
	for _, n := range names {
		s.write(n, pdf)
	}
	s.write("real.pdf", pdf)
	must(t, os.Symlink("/etc/passwd", filepath.Join(s.dir, "link.pdf")))
	must(t, os.Symlink("/etc", filepath.Join(s.dir, "folder")))
	must(t, os.Symlink("real.pdf", filepath.Join(s.dir, "inside.pdf")))
	must(t, syscall.Mkfifo(filepath.Join(s.dir, "pipe.pdf"), 0o666))
	s.look(0)
	s.look(time.Minute)
	s.want("asked", s.house.asked, []string{"real.pdf"})
	s.want("left", paths(files(t, s.dir)), slices.Sorted(slices.Values(append(names, "link.pdf", "folder", "inside.pdf", "pipe.pdf"))))
	if st := s.Status(); st.Waiting != 0 || st.Deep != 1 || st.Aside != 1 {
		t.Errorf("%+v", st)
	}
}

func TestARefusedFileGoesAside(t *testing.T) {
	var mu sync.Mutex
	var events []string
	s := watched(t, func(c *Config) {
		c.Record = func(_ context.Context, r Request, why *Refusal) error {
			mu.Lock()
			defer mu.Unlock()
			events = append(events, r.FileName+" "+why.Code)
			return nil
		}
	})
	long := strings.Repeat("ă", 120) + ".pdf" // 244 bytes: no room for the reason's name
	odd := "dòng\nmới \x01\xff.pdf"
	s.write("REFUSED/H15.50/scan.pdf", "an earlier one")
	s.write("H15.50/scan.pdf", "bad")
	s.write("H15.50/"+long[2:], "bad two")
	s.write("H15.50/"+long+"x", "bad three")
	s.write(odd, "bad four")
	s.write("H15.50-261332-0975/wrong day.pdf", pdf)
	s.look(0)
	s.look(10 * time.Second)
	got := files(t, s.dir)
	text := ""
	for name, b := range got {
		if strings.HasSuffix(name, reasonSuffix) {
			if got[strings.TrimSuffix(name, reasonSuffix)] == "" {
				t.Errorf("%q stands beside no file", name)
			}
			if strings.Contains(b, "\x01") || !strings.Contains(b, "VI: ") || !strings.HasPrefix(b, "\ufeff") {
				t.Errorf("%q: %s", name, b)
			}
			delete(got, name)
		}
		if filepath.Base(name) == "scan (2).pdf"+reasonSuffix {
			text = b
		}
	}
	s.want("in the folder", slices.Sorted(maps.Values(got)), []string{pdf, "an earlier one", "bad", "bad four", "bad three", "bad two"})
	s.want("never overwritten", got["REFUSED/H15.50/scan.pdf"], "an earlier one")
	s.want("the bytes of its name", got["REFUSED/"+odd], "bad four")
	for _, want := range []string{"scan.pdf", "H15.50", "damaged_file", "hỏng", "broken", "trang / page 3. VI: không có bảng xref", "EN: no xref table", "Scan the paper again", "08/10/2026 19:00:10 +07:00"} {
		if !strings.Contains(text, want) {
			t.Errorf("the reason does not say %q:\n%s", want, text)
		}
	}
	s.want("events", len(events), 5)
	if st := s.Status(); st.Refused != 5 || st.Waiting != 0 || st.Aside != 6 {
		t.Errorf("%+v", st)
	}
	s.look(time.Minute)
	s.want("a second time", len(s.house.asked), 4)
}

// A fault of the house leaves every file where it is. When the house is back everything goes in.
func TestTheHouseIsAway(t *testing.T) {
	s := watched(t)
	for i := range 40 {
		s.write(fmt.Sprintf("%02d.pdf", i), pdf)
	}
	s.house.fault = archive.Errorf(archive.Unavailable, "disk full")
	s.look(0)
	wait := s.look(5 * time.Second)
	if n := len(s.house.asked); n > 10 {
		t.Errorf("%d papers were offered to a house that is away", n)
	}
	for range 10 {
		s.clock.pass(wait)
		if wait = s.look(0); wait > longHold {
			t.Fatalf("waits %s", wait)
		}
	}
	s.want("left", len(files(t, s.dir)), 40)
	if st := s.Status(); st.Waiting != 40 || st.Held == 0 || st.Refused != 0 {
		t.Errorf("%+v", st)
	}
	s.house.fault = nil
	s.look(longHold)
	s.look(longHold)
	s.want("left", paths(files(t, s.dir)), []string(nil))
	s.want("kept", len(s.house.kept), 40)
}

// One paper on which the house stumbles every time does not keep the others out.
func TestOnePaperThatAlwaysFails(t *testing.T) {
	s := watched(t, func(c *Config) { c.Jobs = 1 })
	s.house.err = func(path string) error {
		if path == "a.pdf" {
			return errors.New("boom")
		}
		return nil
	}
	for _, n := range []string{"a.pdf", "b.pdf", "c.pdf"} {
		s.write(n, pdf+n)
	}
	s.look(0)
	s.look(5 * time.Second)
	s.want("kept", paths(s.house.kept), []string{"b.pdf", "c.pdf"})
	for range 100 {
		s.look(time.Second)
	}
	s.want("left", paths(files(t, s.dir)), []string{"a.pdf"})
	if n := len(s.house.asked); n > 10 {
		t.Errorf("asked %d times in 105 seconds", n)
	}
}

// The power fails at each step between the acknowledgement and the removal; the next life deposits nothing twice and loses nothing.
func TestPowerFailsAfterTheAcknowledgement(t *testing.T) {
	for _, c := range []struct {
		reason string
		left   func(t *testing.T, s *scene)
	}{
		{"before the journal knows", func(t *testing.T, s *scene) { s.house.lost = true; s.look(5 * time.Second) }},
		{"before the file is claimed", func(t *testing.T, s *scene) {
			must(t, os.Chmod(s.dir, 0o777))
			s.house.then = func(string) {
				must(t, os.WriteFile(filepath.Join(s.dir, claimPrefix+"x.pdf"), nil, 0o666))
				os.Mkdir(filepath.Join(s.dir, "in the way"), 0)
			}
			s.Folder.After = Move // into a folder that is no folder
			s.Folder.Done = filepath.Join(s.dir, "..", "done-of-"+filepath.Base(s.dir))
			must(t, os.MkdirAll(s.Folder.Done, 0o777))
			must(t, os.WriteFile(filepath.Join(s.Folder.Done, "H15.50"), nil, 0o666))
			s.look(5 * time.Second)
			must(t, os.Remove(filepath.Join(s.dir, claimPrefix+"x.pdf")))
			must(t, os.RemoveAll(filepath.Join(s.dir, "in the way")))
		}},
		{"before the claimed file is removed", func(t *testing.T, s *scene) {
			s.house.lost = true
			s.look(5 * time.Second)
			at := filepath.Join(s.dir, "H15.50", "x.pdf")
			must(t, os.Rename(at, filepath.Join(filepath.Dir(at), claimPrefix+"x.pdf")))
		}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			journal := t.TempDir()
			s := &scene{t: t, dir: t.TempDir(), house: newKeeper(), clock: &clock{now: noon}}
			s.start(journal)
			s.write("H15.50/x.pdf", pdf)
			s.look(0)
			c.left(t, s)
			s.want("kept", paths(s.house.kept), []string{"H15.50/x.pdf"})
			s.want("still in the folder", len(files(t, s.dir)), 1)
			must(t, s.Folder.Journal.Close())
			s.house.lost, s.house.then = false, nil
			s.start(journal)
			s.look(0)
			s.look(5 * time.Second)
			s.want("left", paths(files(t, s.dir)), []string(nil))
			s.want("kept", paths(s.house.kept), []string{"H15.50/x.pdf"})
			if st := s.Status(); st.Before != 1 || st.Taken != 0 || st.Refused != 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// Somebody writes a new file over the one that is being deposited: the new one is never removed unread.
func TestAFileReplacedUnderway(t *testing.T) {
	for _, c := range []struct {
		reason  string
		replace func(t *testing.T, path string)
	}{
		{"renamed over it", func(t *testing.T, path string) {
			must(t, os.WriteFile(path+".part", []byte("%PDF-1.7 new one\n%%EOF\n"), 0o666))
			must(t, os.Rename(path+".part", path))
		}},
		{"written into it", func(t *testing.T, path string) {
			must(t, os.WriteFile(path, []byte("%PDF-1.7 new one\n%%EOF\n"), 0o666))
		}},
		{"of the same size and time", func(t *testing.T, path string) {
			st, err := os.Stat(path)
			must(t, err)
			must(t, os.WriteFile(path+".part", []byte(strings.ToUpper(pdf)), 0o666))
			must(t, os.Chtimes(path+".part", st.ModTime(), st.ModTime()))
			must(t, os.Rename(path+".part", path))
		}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			s := watched(t)
			s.write("x.pdf", pdf)
			s.look(0)
			var once sync.Once
			s.house.then = func(string) { once.Do(func() { c.replace(t, filepath.Join(s.dir, "x.pdf")) }) }
			s.look(5 * time.Second)
			first := s.house.kept["x.pdf"]
			delete(s.house.kept, "x.pdf") // the house in memory keeps one paper a path
			s.want("the new one", len(files(t, s.dir)), 1)
			s.look(time.Second)
			s.look(10 * time.Second)
			s.look(10 * time.Second)
			s.want("left", paths(files(t, s.dir)), []string(nil))
			second := s.house.kept["x.pdf"]
			if first != pdf || second == "" || second == first {
				t.Errorf("kept %q and %q", first, second)
			}
		})
	}
}

// What is read while somebody writes never ends well, whatever the reader does with it.
func TestReadingAFileThatIsWritten(t *testing.T) {
	for reason, change := range map[string]func(path string) error{
		"written in the middle": func(path string) error {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt([]byte("X"), 1)
			return errors.Join(err, f.Close())
		},
		"grown":     func(path string) error { return os.Truncate(path, 200_000) },
		"cut short": func(path string) error { return os.Truncate(path, 50_000) },
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "x.pdf")
		must(t, os.WriteFile(path, make([]byte, 100_000), 0o666))
		must(t, os.Chtimes(path, noon, noon))
		g, err := openTree(dir)
		must(t, err)
		p, err := g.open(File{"x.pdf", 100_000, noon})
		must(t, err)
		r := p.Reader()
		_, err = io.ReadFull(r, make([]byte, 1000))
		must(t, err)
		must(t, change(path))
		if _, err := io.Copy(io.Discard, r); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: reading ends with %v", reason, err)
		}
		if _, err := p.Digest(); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: digest ends with %v", reason, err)
		}
		p.close()
		must(t, g.Close())
	}
}

// A share that is unmounted and comes back.
func TestTheFolderVanishes(t *testing.T) {
	s := watched(t)
	s.write("a.pdf", pdf)
	s.look(0)
	must(t, os.Rename(s.dir, s.dir+".away"))
	s.look(5 * time.Second)
	if st := s.Status(); st.Away == "" {
		t.Error("nobody is told")
	}
	must(t, os.Rename(s.dir+".away", s.dir))
	s.write("b.pdf", pdf+"b")
	s.look(time.Second)
	s.look(5 * time.Second)
	s.want("kept", paths(s.house.kept), []string{"a.pdf", "b.pdf"})
	if st := s.Status(); st.Away != "" || st.Waiting != 0 {
		t.Errorf("%+v", st)
	}
}

// A large drop in one office's folder does not keep another's single paper waiting for its end.
func TestFoldersTakeTurns(t *testing.T) {
	s := watched(t, func(c *Config) { c.Limits.Round = 10; c.Jobs = 1 })
	for i := range 100 {
		s.write(fmt.Sprintf("H15.50/%03d.pdf", i), pdf+fmt.Sprint(i))
	}
	s.write("H15.51/z.pdf", pdf)
	s.look(0)
	if wait := s.look(5 * time.Second); wait != 0 {
		t.Errorf("waits %s with files ready", wait)
	}
	s.want("first round", len(s.house.asked), 10)
	s.want("the single paper", slices.Contains(s.house.asked, "H15.51/z.pdf"), true)
	for range 10 {
		s.look(0)
	}
	s.want("kept", len(s.house.kept), 101)
}

// More files than are looked after: all of them go in, in turns.
func TestMoreFilesThanAreWatched(t *testing.T) {
	s := watched(t, func(c *Config) { c.Limits.Watched = 20 })
	for i := range 100 {
		s.write(fmt.Sprintf("%03d.pdf", i), pdf+fmt.Sprint(i))
	}
	s.look(0)
	if st := s.Status(); !st.Full || st.Waiting != 20 {
		t.Errorf("%+v", st)
	}
	for range 10 {
		s.look(5 * time.Second)
	}
	s.want("kept", len(s.house.kept), 100)
	if st := s.Status(); st.Full || st.Waiting != 0 {
		t.Errorf("%+v", st)
	}
}

// More files than one import takes: nothing is taken, and the message says what to do.
func TestMoreFilesThanOneRunTakes(t *testing.T) {
	s := watched(t, func(c *Config) { c.Watched, c.Limits.Files = false, 3 })
	for i := range 4 {
		s.write(fmt.Sprintf("%d.pdf", i), pdf)
	}
	if _, err := s.List(t.Context()); err == nil || !strings.Contains(err.Error(), "--folder-files") {
		t.Errorf("four files of three: %v", err)
	}
	must(t, os.Remove(filepath.Join(s.dir, "0.pdf")))
	if found, err := s.List(t.Context()); err != nil || len(found.Files) != 3 {
		t.Errorf("three files of three: %d, %v", len(found.Files), err)
	}
}

func TestMovedToAFolder(t *testing.T) {
	done := filepath.Join(t.TempDir(), "done")
	for _, inside := range []bool{false, true} {
		s := watched(t)
		s.Folder.After, s.Folder.Done = Move, done
		if inside {
			s.Folder.Done = filepath.Join(s.dir, "đã nhận")
			s.write("đã nhận/a/x.pdf", "an earlier one")
		}
		s.write("a/x.pdf", pdf)
		s.look(0)
		s.look(5 * time.Second)
		s.look(5 * time.Second)
		got := files(t, s.Folder.Done)
		if inside {
			s.want("done", got, map[string]string{"a/x.pdf": "an earlier one", "a/x (2).pdf": pdf})
		} else {
			s.want("done", got, map[string]string{"a/x.pdf": pdf})
			s.want("left", paths(files(t, s.dir)), []string(nil))
		}
	}
}

// A watch that leaves papers where they are takes each once, and a second life takes none again.
func TestWatchWithoutRemoving(t *testing.T) {
	journal := t.TempDir()
	keepThem := func(c *Config) { c.After, c.Aside, c.Limits.Watched = Keep, false, 3 }
	s := &scene{t: t, dir: t.TempDir(), house: newKeeper(), clock: &clock{now: noon}}
	s.start(journal, keepThem)
	for i := range 10 {
		s.write(fmt.Sprintf("%d.pdf", i), pdf+fmt.Sprint(i))
	}
	s.write("bad.pdf", "bad")
	s.look(0)
	for range 10 {
		s.look(10 * time.Second)
	}
	s.want("asked", len(s.house.asked), 11)
	s.want("left", len(files(t, s.dir)), 11)
	s.write("bad.pdf", pdf+"mended")
	s.look(time.Second)
	s.look(10 * time.Second)
	s.want("asked", len(s.house.asked), 12)
	must(t, s.Folder.Journal.Close())
	s.start(journal, keepThem)
	s.look(0)
	s.look(10 * time.Second)
	s.want("asked in the second life", len(s.house.asked), 12)
	if st := s.Status(); st.Before != 11 {
		t.Errorf("%+v", st)
	}
}

// A dossier's folder that is empty for a day is removed; others stay.
func TestEmptyDossierFoldersGo(t *testing.T) {
	s := watched(t)
	s.clock.now = time.Now()
	s.write("H15.50/H15.50-261008-0975/x.pdf", pdf)
	must(t, os.MkdirAll(filepath.Join(s.dir, "H15.50", "H15.50-261008-0976"), 0o777))
	must(t, os.MkdirAll(filepath.Join(s.dir, "máy quét 2"), 0o777))
	s.look(0)
	s.look(5 * time.Second)
	s.want("place", s.house.place["H15.50/H15.50-261008-0975/x.pdf"], Request{FileName: "x.pdf", Agency: "H15.50", Dossier: "H15.50-261008-0975", Key: s.house.place["H15.50/H15.50-261008-0975/x.pdf"].Key})
	s.look(20 * time.Hour)
	there := func(name string) bool { _, err := os.Stat(filepath.Join(s.dir, name)); return err == nil }
	if !there("H15.50/H15.50-261008-0975") {
		t.Error("a folder went the same day")
	}
	s.look(5 * time.Hour)
	if there("H15.50/H15.50-261008-0975") || there("H15.50/H15.50-261008-0976") || !there("máy quét 2") || !there("H15.50") {
		t.Error(os.ReadDir(filepath.Join(s.dir, "H15.50")))
	}
}

// REFUSED leads out of the folder: the refused file stays, is offered to the house no more, and goes aside when it can.
func TestRefusedCannotBeSetAside(t *testing.T) {
	s := watched(t)
	outside := t.TempDir()
	must(t, os.Symlink(outside, filepath.Join(s.dir, RefusedFolder)))
	s.write("x.pdf", "bad")
	s.look(0)
	for range 10 {
		s.look(time.Minute)
	}
	s.want("asked", s.house.asked, []string{"x.pdf"})
	s.want("outside", paths(files(t, outside)), []string(nil))
	if st := s.Status(); st.Held != 1 || st.Refused != 1 {
		t.Errorf("%+v", st)
	}
	must(t, os.Remove(filepath.Join(s.dir, RefusedFolder)))
	s.look(longHold)
	s.want("aside", len(files(t, filepath.Join(s.dir, RefusedFolder))), 2)
	s.want("asked", s.house.asked, []string{"x.pdf"})
}

// A full quota of one agency holds that agency's files and nobody else's.
func TestOneAgencyHasToWait(t *testing.T) {
	s := watched(t)
	s.house.err = func(path string) error {
		if strings.HasPrefix(path, "H15.50/") {
			return fmt.Errorf("%w: the quota of the day", ErrLater)
		}
		return nil
	}
	for i := range 30 {
		s.write(fmt.Sprintf("H15.50/%d.pdf", i), pdf+fmt.Sprint(i))
		s.write(fmt.Sprintf("H15.51/%d.pdf", i), pdf+fmt.Sprint(-i))
	}
	s.look(0)
	s.look(5 * time.Second)
	s.want("kept", len(s.house.kept), 30)
	s.want("asked", len(s.house.asked), 60)
	s.look(time.Minute)
	s.want("asked a minute later", len(s.house.asked), 60)
	s.house.err = nil
	s.look(laterHold)
	s.want("kept", len(s.house.kept), 60)
}

// Without the right to deposit no file is tried after the first few, and the watch ends with the reason.
func TestNoPaperCanBeDeposited(t *testing.T) {
	s := watched(t, func(c *Config) { c.Limits.Settle = time.Nanosecond })
	s.house.fault = fmt.Errorf("%w: token revoked", ErrStop)
	for i := range 100 {
		s.write(fmt.Sprintf("%d.pdf", i), pdf)
	}
	s.look(0)
	s.clock.pass(time.Second)
	if err := s.Watch(t.Context()); !errors.Is(err, ErrStop) {
		t.Errorf("watch ends with %v", err)
	}
	if n := len(s.house.asked); n > 10 {
		t.Errorf("asked %d times", n)
	}
}

// The folder for acknowledged files lies on another file system: they are copied there, and the copy is whole.
func TestMovedToAnotherFileSystem(t *testing.T) {
	there, err := os.MkdirTemp("/dev/shm", "sohoa-test-")
	if err != nil {
		testkit.Missing(t, "no second file system at /dev/shm")
	}
	defer os.RemoveAll(there)
	s := watched(t)
	s.Folder.After, s.Folder.Done = Move, there
	s.write("a/x.pdf", pdf)
	s.look(0)
	s.look(5 * time.Second)
	s.write("a/x.pdf", pdf+"two")
	s.look(time.Second)
	delete(s.house.kept, "a/x.pdf")
	s.look(5 * time.Second)
	s.want("done", files(t, there), map[string]string{"a/x.pdf": pdf, "a/x (2).pdf": pdf + "two"})
	s.want("left", paths(files(t, s.dir)), []string(nil))
}

// vault is a house that tells papers by their bytes, as the real one does.
type vault struct {
	mu    sync.Mutex
	kept  map[string]bool
	keys  map[string]string
	event func(path string) // during a deposit
	away  func() bool
	lost  func() bool
}

func (v *vault) Deposit(ctx context.Context, r Request, p *Paper) (Receipt, error) {
	b, err := io.ReadAll(p.Reader())
	if err != nil {
		return Receipt{}, err
	}
	v.event(p.Path)
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.away():
		return Receipt{}, archive.Errorf(archive.Unavailable, "away")
	case v.keys[r.Key] == string(b):
		return Receipt{Before: true}, nil
	case v.kept[string(b)]:
		return Receipt{}, &Refusal{Code: duplicate}
	}
	v.kept[string(b)], v.keys[r.Key] = true, string(b)
	if v.lost() {
		return Receipt{}, errors.New("power")
	}
	return Receipt{}, nil
}

// TestNothingIsLostAndNothingIsTwice lets people and scanners do what they like with a few names, while the house comes and goes,
// answers are lost, lives end and the journal is cut anywhere. Every file ever put there is in the house in the end, unless
// its own owner wrote over it before it was taken; and nothing is set aside as a duplicate of itself.
func TestNothingIsLostAndNothingIsTwice(t *testing.T) {
	for seed := range uint64(20) {
		chance := rand.New(rand.NewPCG(seed, 7))
		dir, journals := t.TempDir(), t.TempDir()
		clock := &clock{now: noon}
		var people sync.Mutex
		put, over := 0, map[string]bool{}
		v := &vault{kept: map[string]bool{}, keys: map[string]string{}}
		drop := func(name string) {
			people.Lock()
			defer people.Unlock()
			at := filepath.Join(dir, name)
			if old, err := os.ReadFile(at); err == nil {
				over[string(old)] = true
			}
			put++
			must(t, os.WriteFile(at+".part", fmt.Appendf(nil, "%%PDF-1.7 number %04d\n%%%%EOF", put), 0o666))
			must(t, os.Chtimes(at+".part", noon, noon)) // a clock that stands still: size and time never tell
			must(t, os.Rename(at+".part", at))
		}
		rare := func(n int) bool {
			people.Lock()
			defer people.Unlock()
			return chance.IntN(n) == 0
		}
		calm := false
		v.event = func(path string) {
			if !calm && rare(4) {
				drop(path)
			}
		}
		v.away = func() bool { return !calm && rare(10) }
		v.lost = func() bool { return !calm && rare(5) }
		life := func() *Folder {
			j := openJournal(t, journals)
			f, err := New(Config{Dir: dir, Source: "scans", Journal: j, Depositor: v, After: Remove, Aside: true, Jobs: 3, Watched: true, Limits: archive.FolderLimits{Settle: time.Second}, Clock: clock,
				Plan: func(File) (Request, error) { return Request{}, nil }})
			must(t, err)
			return f
		}
		f := life()
		look := func() {
			clock.pass(time.Duration(1+chance.IntN(3)) * time.Second)
			_, err := f.Round(t.Context())
			must(t, err)
		}
		for range 60 {
			switch chance.IntN(6) {
			case 0, 1, 2:
				drop(fmt.Sprintf("scan%d.pdf", chance.IntN(5)))
			case 3:
				must(t, f.Journal.Close())
				if b, err := os.ReadFile(f.Journal.path); err == nil && len(b) > 0 && chance.IntN(2) == 0 {
					must(t, os.WriteFile(f.Journal.path, b[:chance.IntN(len(b))], 0o600))
				}
				f = life()
			default:
				look()
			}
		}
		calm = true
		for range 10 {
			clock.pass(laterHold)
			look()
		}
		must(t, f.Journal.Close())
		if left := files(t, dir); len(left) > 0 {
			t.Errorf("seed %d: left %q", seed, left)
		}
		for n := 1; n <= put; n++ {
			text := fmt.Sprintf("%%PDF-1.7 number %04d\n%%%%EOF", n)
			if !v.kept[text] && !over[text] {
				t.Errorf("seed %d: file %d of %d is lost", seed, n, put)
			}
		}
	}
}

func TestPlaceOf(t *testing.T) {
	for _, c := range []struct {
		path, want, reason string
	}{
		{"x.pdf", " ", "nothing above"},
		{"H15.50/x.pdf", "H15.50 ", "an agency"},
		{"H15.50/H15.50-261008-0975/x.pdf", "H15.50 H15.50-261008-0975", "an agency and a dossier"},
		{"H15.50-261008-0975/H15.51/x.pdf", "H15.51 H15.50-261008-0975", "the other way round"},
		{"H15/H15.50/quét/x.pdf", "H15.50 ", "the nearest"},
		{"h15.50–261008–0975/x.pdf", " H15.50-261008-0975", "typed by a word processor"},
		{"H15.50-261332-0975/x.pdf", "dossier_date", "a day that is none"},
		{"H15.50-261008-09/x.pdf", "dossier_code", "too few digits"},
		{"lô-261008-0001/x.pdf", " ", "a name that only looks a little like one"},
		{"H15.50-261008-0975.pdf", " ", "the file's own name says nothing"},
	} {
		p, err := PlaceOf(c.path)
		got := string(p.Agency) + " " + string(p.Dossier)
		if r, ok := refusalIn(err); ok {
			got = r.Code
		}
		if got != c.want {
			t.Errorf("%s (%s): %q, want %q", c.path, c.reason, got, c.want)
		}
	}
}

func TestVariant(t *testing.T) {
	for _, c := range []struct {
		name  string
		n     int
		limit int
		want  string
	}{
		{"a.pdf", 1, 255, "a.pdf"},
		{"a.pdf", 2, 255, "a (2).pdf"},
		{"a", 3, 255, "a (3)"},
		{strings.Repeat("ế", 10) + ".pdf", 1, 24, "ếếế~" + archive.DigestOf([]byte(strings.Repeat("ế", 10) + ".pdf")).Hex()[:8] + ".pdf"},
	} {
		if got := variant(c.name, c.n, c.limit); got != c.want || len(got) > c.limit {
			t.Errorf("%q %d: %q, want %q", c.name, c.n, got, c.want)
		}
	}
}

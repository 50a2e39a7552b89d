package intake

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

var noon = time.Date(2026, 10, 8, 12, 0, 0, 123456789, time.UTC)

func TestJournalRemembersAcrossRuns(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	files := []File{{"a/một.pdf", 10, noon}, {"not utf-8 \xff.pdf", 11, noon}, {"line\nbreak.pdf", 12, noon}, {"far future.pdf", 13, time.Unix(1<<40, 5)}}
	entry := func(f File) Entry {
		d := archive.DigestOf([]byte(f.Path))
		return Entry{Digest: d, Said: archive.DigestOf(d[:]), Paper: archive.ID{1, 2, 3}, Aside: f.Size == 12}
	}
	for _, f := range files {
		must(t, j.add(f, entry(f)))
	}
	must(t, j.gone(files[0]))
	must(t, j.Close())
	j = openJournal(t, dir)
	defer j.Close()
	var got []string
	for _, f := range files {
		d, ok := j.Find(f)
		got = append(got, fmt.Sprint(ok, d == entry(f)))
	}
	if e := j.ByPath()["line\nbreak.pdf"]; len(e) != 1 || e[0] != entry(files[2]) {
		t.Errorf("by its path: %+v", e)
	}
	// The last has a year that no line can hold: it is deposited again, and the house knows it.
	if diff := cmp.Diff([]string{"false false", "true true", "true true", "false false"}, got); diff != "" {
		t.Error(diff)
	}
	for reason, f := range map[string]File{"another size": {"line\nbreak.pdf", 13, noon}, "another time": {"line\nbreak.pdf", 12, noon.Add(1)}, "another path": {"line break.pdf", 12, noon}} {
		if _, ok := j.Find(f); ok {
			t.Errorf("%s is taken for the same file", reason)
		}
	}
}

func TestJournalIsOneRunsAtATime(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	if _, err := OpenJournal(dir, "scans"); archive.CodeOf(err) != "folder_in_use" {
		t.Errorf("second run: %v", err)
	}
	must(t, j.Close())
	must(t, openJournal(t, dir).Close())
}

// A journal written before digests were kept is read; what it says is enough where nothing is removed.
func TestJournalOfAnOlderVersion(t *testing.T) {
	known, _, err := readJournal(strings.NewReader("\n" + `{"path":"a.pdf","size":3,"time":"2026-10-08T12:00:00.123456789Z","id":"x"}`))
	if d, ok := known[keyOf(File{"a.pdf", 3, noon})]; err != nil || !ok || d != (Entry{}) {
		t.Errorf("%v %v", known, err)
	}
}

// The journal of an inbox forgets what left, and its file does not grow with every paper there ever was.
func TestJournalIsWrittenAnew(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	left := File{"still here.pdf", 1, noon}
	must(t, j.add(left, Entry{Digest: archive.DigestOf(nil)}))
	for i := range manyLines {
		f := File{fmt.Sprintf("%d.pdf", i), 1, noon}
		must(t, j.add(f, Entry{}))
		must(t, j.gone(f))
	}
	must(t, j.tidy())
	st, err := os.Stat(j.path)
	must(t, err)
	if st.Size() > 1000 {
		t.Errorf("journal of one file: %d bytes", st.Size())
	}
	more := File{"and another.pdf", 1, noon}
	must(t, j.add(more, Entry{}))
	if _, err := OpenJournal(dir, "scans"); archive.CodeOf(err) != "folder_in_use" {
		t.Errorf("the lock went with the old file: %v", err)
	}
	must(t, j.Close())
	j = openJournal(t, dir)
	defer j.Close()
	for _, f := range []File{left, more} {
		if _, ok := j.Find(f); !ok {
			t.Errorf("%s is forgotten", f.Path)
		}
	}
}

// TestJournalCutAnywhere: wherever the power cuts the file, the lines before the cut hold, what follows is not made up, and
// lines added afterwards hold too.
func TestJournalCutAnywhere(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	var ends []int64
	var files []File
	for i := range 20 {
		f := File{fmt.Sprintf("thư mục/%d \xfe.pdf", i), int64(i), noon}
		must(t, j.add(f, Entry{Digest: archive.DigestOf([]byte{byte(i)})}))
		st, err := os.Stat(j.path)
		must(t, err)
		files, ends = append(files, f), append(ends, st.Size())
	}
	must(t, j.Close())
	whole, err := os.ReadFile(j.path)
	must(t, err)
	later := File{"later.pdf", 1, noon}
	line := "\n" + `{"path":"later.pdf","size":1,"time":"2026-10-08T12:00:00.123456789Z"}`
	for cut := range whole {
		got, _, err := readJournal(strings.NewReader(string(whole[:cut]) + line))
		must(t, err)
		want := map[journalKey]Entry{keyOf(later): {}}
		for i, f := range files {
			if ends[i] <= int64(cut) {
				want[keyOf(f)] = Entry{Digest: archive.DigestOf([]byte{byte(i)})}
			}
		}
		if !maps.Equal(want, got) {
			t.Fatalf("cut at %d: %d lines hold, want %d", cut, len(got), len(want))
		}
	}
}

// FuzzJournal reads any bytes: it neither fails nor makes up what no line says, and whole lines after foreign ones hold.
func FuzzJournal(f *testing.F) {
	f.Add([]byte(`{"path":"a.pdf","size":3,"time":"2026-10-08T12:00:00Z","digest":"sha256:` + strings.Repeat("0a", 32) + `","id":"x"}`))
	f.Add([]byte(`{"raw":"/w==","size":3,"time":"2026-10-08T12:00:00Z","gone":true}`))
	f.Add([]byte(`{"path":"` + strings.Repeat("x", 100_000)))
	f.Add([]byte(`{"size":-1,"path":"a"}` + "\n\n" + `[[[[{"path"` + "\r\n\x00\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		known, _, err := readJournal(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("hostile bytes stop the run: %v", err)
		}
		if len(known) > bytes.Count(b, []byte("{")) {
			t.Fatalf("%d files of %d objects", len(known), bytes.Count(b, []byte("{")))
		}
		for k := range known {
			if k.path == "" || k.size < 0 {
				t.Fatalf("made up: %+v", k)
			}
		}
		mine := `{"path":"mine.pdf","size":7,"time":"2026-10-08T12:00:00Z"}`
		again, _, err := readJournal(bytes.NewReader(append(append([]byte{}, b...), "\n"+mine...)))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := again[keyOf(File{"mine.pdf", 7, noon.Truncate(time.Second)})]; !ok {
			t.Fatal("a whole line behind hostile bytes is lost")
		}
	})
}

// Printable names come back from nothing, but two names that differ do not look the same, and none breaks the line.
func TestPrintable(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		b := make([]byte, chance.IntN(20))
		for i := range b {
			b[i] = byte(chance.UintN(256))
		}
		p := Printable(string(b))
		if strings.ContainsAny(p, "\n\r\x1b\x00\u202e") || strings.ToValidUTF8(p, "") != p {
			t.Fatalf("%q becomes %q", b, p)
		}
	}
	if got := Printable("hồ sơ\n\xff\u202e�.pdf"); got != `hồ sơ\n\xff\u202e�.pdf` {
		t.Error(got)
	}
}

func openJournal(t *testing.T, dir string) *Journal {
	t.Helper()
	j, err := OpenJournal(dir, "scans")
	must(t, err)
	return j
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

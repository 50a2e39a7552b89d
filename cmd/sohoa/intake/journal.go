package intake

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"sohoa/archive"
)

// Journal remembers which files of a folder were acknowledged: a line of JSON each. It saves a second run the work of sending
// everything again, and tells a file that was acknowledged before the power failed from one that still has to go. Losing it,
// whole or in part, costs time and nothing else: the Depositor knows the keys, the house knows its papers by digest. It
// is safe for concurrent use.
type Journal struct {
	mu    sync.Mutex
	f     *os.File
	path  string
	known map[journalKey]Entry
	lines int // in the file
}

// Entry is how a file was acknowledged.
type Entry struct {
	Digest archive.Digest // of its bytes; zero when that was not noted
	Said   archive.Digest // Request.Said; zero when nothing was said beside the file
	Paper  archive.ID     // zero when the house did not name it
	Aside  bool           // it went to quarantine
}

// journalKey is by what a file is recognised without reading it.
type journalKey struct {
	path string
	size int64
	sec  int64
	nsec int
}

func keyOf(f File) journalKey {
	return journalKey{f.Path, f.Size, f.Time.Unix(), f.Time.Nanosecond()}
}

// journalLine is one line. A path that is not UTF-8 stands in Raw, because JSON has no way to write it.
type journalLine struct {
	Path   string         `json:"path,omitempty"`
	Raw    []byte         `json:"raw,omitempty"`
	Size   int64          `json:"size"`
	Time   time.Time      `json:"time"`
	Digest archive.Digest `json:"digest,omitzero"`
	Said   archive.Digest `json:"said,omitzero"`
	ID     string         `json:"id,omitempty"`
	Aside  bool           `json:"aside,omitempty"`
	Gone   bool           `json:"gone,omitempty"` // the file was removed or moved: forget it
}

// journalLineBytes is more than the longest line: a path of 8 folders of 255 bytes, each written as six.
const journalLineBytes = 64 << 10

// manyLines is from when on a journal with more forgotten lines than valid ones is written anew.
const manyLines = 4096

// ErrJournalInUse says that another run works on the same folder.
var ErrJournalInUse = archive.Fault(archive.Conflict, "folder_in_use", archive.Text{
	VI: "một lệnh khác đang nạp chính thư mục này", EN: "another run is taking in this very folder"})

// OpenJournal opens the journal of one source (folder and server) under dir, for this process alone. The caller closes it.
func OpenJournal(dir, source string) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make journal folder: %w", err)
	}
	j := &Journal{path: journalPath(dir, source)}
	if err := j.open(); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	return j, nil
}

// ReadJournal reads what a journal knows, without making or changing one. Nothing may be added to it; it needs no Close.
func ReadJournal(dir, source string) (*Journal, error) {
	f, err := os.Open(journalPath(dir, source))
	if errors.Is(err, fs.ErrNotExist) {
		return &Journal{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	defer f.Close()
	known, _, err := readJournal(f)
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	return &Journal{known: known}, nil
}

func journalPath(dir, source string) string {
	return filepath.Join(dir, archive.DigestOf([]byte(source)).Hex()[:16]+".jsonl")
}

func (j *Journal) open() error {
	f, err := os.OpenFile(j.path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o640)
	if err != nil {
		return err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return ErrJournalInUse
		}
		return err
	}
	known, lines, err := readJournal(f)
	if err != nil {
		f.Close()
		return err
	}
	j.f, j.known, j.lines = f, known, lines
	return nil
}

// readJournal reads what lines are whole. A torn, overlong or foreign line costs one file a second look.
func readJournal(r io.Reader) (known map[journalKey]Entry, lines int, err error) {
	known = map[journalKey]Entry{}
	in := bufio.NewReaderSize(r, journalLineBytes)
	for {
		b, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = in.ReadSlice('\n')
			}
		default:
			if k, l, ok := parseLine(b); ok {
				if l.Gone {
					delete(known, k)
				} else {
					known[k] = l.entry()
				}
			}
		}
		lines++
		if errors.Is(err, io.EOF) {
			return known, lines, nil
		}
		if err != nil {
			return nil, 0, err
		}
	}
}

func parseLine(b []byte) (journalKey, journalLine, bool) {
	var l journalLine
	if len(b) == 0 || json.Unmarshal(b, &l) != nil {
		return journalKey{}, l, false
	}
	path := l.Path
	if len(l.Raw) > 0 {
		path = string(l.Raw)
	}
	if path == "" || l.Size < 0 {
		return journalKey{}, l, false
	}
	return journalKey{path, l.Size, l.Time.Unix(), l.Time.Nanosecond()}, l, true
}

func (l *journalLine) entry() Entry {
	id, err := archive.ParseID(l.ID)
	if err != nil { // of a line from elsewhere
		id = archive.ID{}
	}
	return Entry{Digest: l.Digest, Said: l.Said, Paper: id, Aside: l.Aside}
}

// line returns the line of an entry, without the file's own part.
func (e Entry) line() journalLine {
	l := journalLine{Digest: e.Digest, Said: e.Said, Aside: e.Aside}
	if !e.Paper.IsZero() {
		l.ID = e.Paper.String()
	}
	return l
}

// Find returns how a file was acknowledged; false when it was not.
func (j *Journal) Find(f File) (Entry, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e, ok := j.known[keyOf(f)]
	return e, ok
}

// ByPath returns what was acknowledged under each path, whatever the size and time the file has now.
func (j *Journal) ByPath() map[string][]Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	all := make(map[string][]Entry, len(j.known))
	for k, e := range j.known {
		all[k.path] = append(all[k.path], e)
	}
	return all
}

// add notes that f was acknowledged. It is not durable on return: see Journal and Sync.
func (j *Journal) add(f File, e Entry) error { return j.write(f, e.line()) }

// gone notes that f is no longer in the folder, so that the journal of an inbox does not grow for ever.
func (j *Journal) gone(f File) error { return j.write(f, journalLine{Gone: true}) }

func (j *Journal) write(f File, l journalLine) error {
	l.Size, l.Time, l.Path = f.Size, f.Time.UTC(), f.Path
	lasting := l.Time.Year() >= 0 && l.Time.Year() <= 9999 // other years have no RFC 3339: known in this life only
	if !utf8.ValidString(f.Path) {
		l.Path, l.Raw = "", []byte(f.Path)
	}
	b, err := json.Marshal(l)
	if err != nil && lasting {
		return fmt.Errorf("write journal: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	// The new line begins with its break: it stands alone even behind a torn one.
	if lasting {
		if _, err := j.f.Write(append([]byte("\n"), b...)); err != nil {
			return fmt.Errorf("write journal: %w", err)
		}
		j.lines++
	}
	if l.Gone {
		delete(j.known, keyOf(f))
	} else {
		j.known[keyOf(f)] = l.entry()
	}
	return nil
}

// tidy makes what was written durable, and writes the journal anew when most of it is forgotten.
func (j *Journal) tidy() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.f.Sync(); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	if j.lines < manyLines || j.lines < 2*len(j.known) {
		return nil
	}
	return j.rewrite()
}

// rewrite replaces the file by one with the valid lines only. Power lost: the old file or the new one.
func (j *Journal) rewrite() error {
	next, err := os.OpenFile(j.path+".next", os.O_CREATE|os.O_TRUNC|os.O_RDWR|os.O_APPEND, 0o640)
	if err != nil {
		return fmt.Errorf("rewrite journal: %w", err)
	}
	w := bufio.NewWriter(next)
	for k, e := range j.known {
		l := e.line()
		l.Path, l.Size, l.Time = k.path, k.size, time.Unix(k.sec, int64(k.nsec)).UTC()
		if !utf8.ValidString(k.path) {
			l.Path, l.Raw = "", []byte(k.path)
		}
		b, err := json.Marshal(l)
		if err != nil {
			continue
		}
		w.WriteByte('\n')
		w.Write(b)
	}
	// The lock is taken on the new file before it has the name: a second run meets one of the two.
	err = errors.Join(w.Flush(), next.Sync(), unix.Flock(int(next.Fd()), unix.LOCK_EX|unix.LOCK_NB))
	if err == nil {
		err = os.Rename(next.Name(), j.path)
	}
	if err != nil {
		next.Close()
		return fmt.Errorf("rewrite journal: %w", err)
	}
	j.f.Close()
	j.f, j.lines = next, len(j.known)
	return nil
}

// Close makes the journal durable and releases it.
func (j *Journal) Close() error { return errors.Join(j.f.Sync(), j.f.Close()) }

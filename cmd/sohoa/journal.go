package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"sohoa/archive"
)

// journal remembers what an import has had acknowledged: a line of JSON each. It saves a second run the work of sending
// everything again; losing it costs that work and nothing else, because the store knows its papers by digest.
type journal struct {
	mu   sync.Mutex
	f    *os.File
	seen map[journalKey]bool
}

type journalKey struct {
	Path string    `json:"path"`
	Size int64     `json:"size"`
	Time time.Time `json:"time"`
}

type journalLine struct {
	journalKey
	ID string `json:"id,omitempty"`
}

// openJournal opens the journal of one source (folder and server) under dir.
func openJournal(dir, source string) (*journal, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make journal folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, archive.DigestOf([]byte(source)).Hex()[:16]+".jsonl"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o640)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &journal{f: f, seen: map[journalKey]bool{}}
	s := bufio.NewScanner(f)
	for s.Scan() {
		var l journalLine
		if json.Unmarshal(s.Bytes(), &l) == nil { // a torn last line is one paper looked at again
			j.seen[l.journalKey] = true
		}
	}
	if err := s.Err(); err != nil {
		f.Close()
		return nil, fmt.Errorf("read journal: %w", err)
	}
	return j, nil
}

func keyOf(rel string, st fs.FileInfo) journalKey {
	return journalKey{rel, st.Size(), st.ModTime().UTC()}
}

func (j *journal) has(rel string, st fs.FileInfo) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.seen[keyOf(rel, st)]
}

func (j *journal) add(rel string, st fs.FileInfo, id string) error {
	b, err := json.Marshal(journalLine{keyOf(rel, st), id})
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seen[keyOf(rel, st)] = true
	if _, err := j.f.Write(append([]byte("\n"), b...)); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	return nil
}

func (j *journal) Close() error { return j.f.Close() }

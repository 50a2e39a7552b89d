package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"sohoa/internal/durable"
	"sohoa/ocr/syllable"
)

// syllablesFile holds what the model of the language has learned: a table a person can read, derived from the papers.
const syllablesFile = "syllables.tsv"

// saveEvery is how often what was learned is written down. A process killed in between forgets the papers of the last hour,
// which costs a little certainty and nothing else.
const saveEvery = time.Hour

// syllables keeps the model of the language and its file.
type syllables struct {
	model  *syllable.Model
	folder *durable.Folder
	saved  int // pairs when it was saved last
	log    *slog.Logger
	stop   chan struct{}
	done   sync.WaitGroup
}

// openSyllables loads what was learned before. A file that cannot be understood is set aside: the house reads on with the
// words it was built with, and learns anew.
func openSyllables(dir string, log *slog.Logger) (*syllables, error) {
	folder, err := durable.Open(dir, nil)
	if err != nil {
		return nil, fmt.Errorf("open the folder of what was learned: %w", err)
	}
	s := &syllables{model: syllable.New(), folder: folder, log: log, stop: make(chan struct{})}
	if err := s.load(); err != nil {
		log.Warn("what was learned of the language cannot be used and is set aside", "file", syllablesFile, "err", err)
		if err := folder.Rename(syllablesFile, syllablesFile+".damaged"); err != nil {
			return nil, errors.Join(err, folder.Close())
		}
	}
	s.saved = s.model.Learned()
	s.done.Go(s.keep)
	return s, nil
}

func (s *syllables) load() error {
	f, err := s.folder.Open(syllablesFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return s.model.Load(f)
}

// keep saves now and then.
func (s *syllables) keep() {
	tick := time.NewTicker(saveEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := s.save(); err != nil {
				s.log.Warn("what was learned of the language could not be saved", "err", err)
			}
		case <-s.stop:
			return
		}
	}
}

// save writes beside the file and renames. Power lost before the rename leaves the former file, and one of another name that
// the next save overwrites.
func (s *syllables) save() error {
	n := s.model.Learned()
	if n == s.saved {
		return nil
	}
	const fresh = syllablesFile + ".new"
	if err := s.folder.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := s.folder.Create(fresh)
	if err != nil {
		return err
	}
	if err = s.model.Save(f); err == nil {
		err = s.folder.Sync(f)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := s.folder.Rename(fresh, syllablesFile); err != nil {
		return err
	}
	s.saved = n
	return s.folder.SyncDir(".")
}

// Close saves and closes the folder. What cannot be saved is learned again some day: it is no reason to fail.
func (s *syllables) Close() error {
	close(s.stop)
	s.done.Wait()
	if err := s.save(); err != nil {
		s.log.Warn("what was learned of the language could not be saved", "err", err)
	}
	return s.folder.Close()
}

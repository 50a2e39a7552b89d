package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What was learned outlives the process; a file that cannot be understood is set aside and the house begins anew.
func TestWhatWasLearnedIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "model")
	log := slog.New(slog.DiscardHandler)
	open := func(learned int) *syllables {
		t.Helper()
		s, err := openSyllables(dir, log)
		if err != nil {
			t.Fatal(err)
		}
		if s.model.Learned() != learned {
			t.Errorf("%d pairs are known, want %d", s.model.Learned(), learned)
		}
		return s
	}
	end := func(s *syllables) {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s := open(0)
	s.model.Learn("chế biến mủ cao su")
	end(s)
	s = open(4)
	s.model.Learn("trồng cao su")
	end(s)
	end(open(5))
	file := filepath.Join(dir, syllablesFile)
	b, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(b), "2\tcao\tsu\n") {
		t.Errorf("file: %q, %v", b, err)
	}
	if err := os.WriteFile(file, b[:len(b)-3], 0o600); err != nil {
		t.Fatal(err)
	}
	end(open(0))
	if _, err := os.Stat(file + ".damaged"); err != nil {
		t.Error("the damaged file is gone:", err)
	}
	end(open(0))
}

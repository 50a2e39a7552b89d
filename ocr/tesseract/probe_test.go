package tesseract

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

func TestProbe(t *testing.T) {
	for _, c := range []struct {
		reason string
		script string // "" for no program at all
		code   string
		say    string
	}{
		{"not installed", "", "no_recogniser", "apt install tesseract-ocr"},
		{"does not run", "exit 127", "recogniser_broken", "apt install"},
		{"version 3", "echo tesseract 3.05.02 >&2", "recogniser_too_old", "4"},
		{"no Vietnamese", says("tesseract v5.0.0-alpha", "eng\nosd"), "recogniser_lacks_vietnamese", "tesseract-ocr-vie"},
		{"version 4 answers on standard error", says("tesseract 4.1.1", "eng\nvie") + " >&2", "", ""},
		{"version 5", says("tesseract 5.3.0", "osd\nvie"), "", ""},
	} {
		t.Run(c.reason, func(t *testing.T) {
			program := fake(t, c.script)
			v, err := Probe(t.Context(), program, "")
			if c.code == "" {
				if err != nil || v.Program != program || v.Major < 4 {
					t.Errorf("found %+v, error %v", v, err)
				}
				return
			}
			if archive.KindOf(err) != archive.Unavailable || archive.CodeOf(err) != c.code {
				t.Fatalf("error %v, code %s", err, archive.CodeOf(err))
			}
			msg := err.(*archive.Error).Msg
			if !strings.Contains(msg.VI, c.say) || !strings.Contains(msg.EN, c.say) {
				t.Errorf("the sentences %q do not say %q", msg, c.say)
			}
		})
	}
}

func TestProbeTheRealProgram(t *testing.T) {
	testkit.Tesseract(t)
	v, err := Probe(t.Context(), "", "")
	if err != nil || !filepath.IsAbs(v.Program) || v.Major < 4 || v.Name == "" {
		t.Errorf("found %+v, error %v", v, err)
	}
}

func TestWatchNoticesAnInstallation(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	program := fake(t, "")
	w := Watch{Program: program, Now: func() time.Time { return now }}
	if _, err := w.Ready(t.Context()); archive.CodeOf(err) != "no_recogniser" {
		t.Fatalf("error %v", err)
	}
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+says("tesseract 5.3.0", "vie")+"\necho >>"+program+".asked\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	now = now.Add(11 * time.Second)
	for range 3 {
		if _, err := w.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	asked, _ := os.ReadFile(program + ".asked")
	if len(asked) != 2 { // once for the version, once for the languages
		t.Errorf("the program was started %d times for three questions", len(asked))
	}
	if err := os.Remove(program); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ready(t.Context()); archive.CodeOf(err) != "no_recogniser" {
		t.Errorf("after its removal: error %v", err)
	}
}

func says(version, languages string) string {
	return fmt.Sprintf("case $1 in --version) echo '%s';; *) echo '%s';; esac", version, languages)
}

func fake(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if script != "" {
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

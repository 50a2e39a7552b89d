package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/internal/testkit"
)

// furnished is a data folder with papers, an account and a closed log.
func furnished(t *testing.T, p program) string {
	t.Helper()
	data := t.TempDir()
	p.run(t, exitFindings, "import", folder(t), "--data", data, "--agency", "H15.61", "--report", filepath.Join(t.TempDir(), "r.csv"))
	p.run(t, exitDone, "account", "add", "--data", data, "--name", "lan", "--role", "clerk", "--agency", "H15.61")
	return data
}

func TestBackupIsRestored(t *testing.T) {
	t.Parallel()
	p := self(t)
	data, file := furnished(t, p), filepath.Join(t.TempDir(), "house.tar")
	p.run(t, exitDone, "backup", file, "--data", data)
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", st, err)
	}
	fresh := filepath.Join(t.TempDir(), "fresh")
	if out := p.run(t, exitDone, "restore", file, "--data", fresh, "--verify"); !strings.Contains(out, "Sound") {
		t.Errorf("restore: %s", out)
	}
	was, is := p.run(t, 0, "search", "--data", data, "to"), p.run(t, 0, "search", "--data", fresh, "to")
	if firstLine(was) != firstLine(is) {
		t.Errorf("before %s\nafter %s", was, is)
	}
	// Twice is once.
	p.run(t, exitDone, "restore", file, "--data", fresh, "--verify")
}

func TestBackupOfARunningHouse(t *testing.T) {
	t.Parallel()
	p := self(t)
	data, file := furnished(t, p), filepath.Join(t.TempDir(), "house.tar")
	token := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", data, "--role", "admin"))
	s := p.startWith(t, data, token)
	p.env = append(p.env, "SOHOA_TOKEN="+token)
	out := p.run(t, exitDone, "backup", file, "--server", s.url)
	if !strings.Contains(out, "log.key") {
		t.Errorf("nobody is told of the key: %s", out)
	}
	s.stop()
	fresh := filepath.Join(t.TempDir(), "fresh")
	cmd := p.command("restore", file, "--data", fresh)
	if b, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(b), "key") {
		t.Errorf("restored without a key: %s", b)
	}
	key, err := os.ReadFile(filepath.Join(data, "keys", "log.key"))
	if err == nil {
		err = os.MkdirAll(filepath.Join(fresh, "keys"), 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(fresh, "keys", "log.key"), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.run(t, exitDone, "restore", file, "--data", fresh, "--verify")

	clerk := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", data, "--role", "clerk", "--agency", "H15"))
	s = p.startWith(t, data, clerk)
	if status, _, _, err := s.call(http.MethodGet, "/api/v1/backup", nil, nil); err != nil || status != http.StatusForbidden {
		t.Errorf("a clerk's backup: %d %v", status, err)
	}
}

func TestOlderBackupOverANewerStoreLosesNothing(t *testing.T) {
	t.Parallel()
	p := self(t)
	data, file := furnished(t, p), filepath.Join(t.TempDir(), "house.tar")
	p.run(t, exitDone, "backup", file, "--data", data)
	later := t.TempDir()
	if err := os.WriteFile(filepath.Join(later, "sau.pdf"), testkit.TextPDF("to den sau khi sao luu"), 0o644); err != nil {
		t.Fatal(err)
	}
	p.run(t, exitDone, "import", later, "--data", data, "--agency", "H15.61", "--report", filepath.Join(t.TempDir(), "r.csv"))
	s := p.start(t, data, "clerk", "--readers", "0")
	if status, _, b, err := s.call(http.MethodPut, "/api/v1/documents?file_name=x.pdf", map[string]string{"Content-Type": "application/pdf"},
		strings.NewReader(string(testkit.TextPDF("to gui qua may chu")))); err != nil || status != http.StatusCreated {
		t.Fatalf("%d %s %v", status, b, err)
	}
	s.stop()
	was := p.run(t, 0, "search", "--data", data, "to")
	out := p.run(t, exitDone, "restore", file, "--data", data, "--verify")
	if !strings.Contains(out, "Sound") || strings.Contains(out, "events 0") {
		t.Errorf("restore: %s", out)
	}
	if is := p.run(t, 0, "search", "--data", data, "to"); firstLine(was) != firstLine(is) {
		t.Errorf("before %s\nafter %s", was, is)
	}
}

func TestDamagedBackupsChangeNothing(t *testing.T) {
	t.Parallel()
	p := self(t)
	data, file := furnished(t, p), filepath.Join(t.TempDir(), "house.tar")
	p.run(t, exitDone, "backup", file, "--data", data)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func([]byte) []byte{
		"cut off":   func(b []byte) []byte { return b[:len(b)*2/3] },
		"one byte":  func(b []byte) []byte { b[strings.LastIndex(string(b), "%PDF")+20] ^= 1; return b },
		"no backup": func([]byte) []byte { return []byte("hello") },
	} {
		t.Run(name, func(t *testing.T) {
			bad, fresh := filepath.Join(t.TempDir(), "bad.tar"), filepath.Join(t.TempDir(), "fresh")
			if err := os.WriteFile(bad, change(append([]byte{}, good...)), 0o600); err != nil {
				t.Fatal(err)
			}
			b, err := p.command("restore", bad, "--data", fresh).CombinedOutput()
			if err == nil || !strings.Contains(string(b), "nothing was changed") {
				t.Errorf("%v %s", err, b)
			}
			if _, err := os.Stat(filepath.Join(fresh, "catalog.db")); err == nil {
				t.Error("a catalog was made")
			}
		})
	}
}

package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// folder writes papers into a new folder: three sound ones, one broken, one that is no paper.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string][]byte{
		"a/một.pdf":                          testkit.TextPDF("to thu nhat"),
		"a/hai.PDF":                          testkit.TextPDF("to thu hai"),
		"H15.61-250915-0021/trong ho so.pdf": testkit.TextPDF("to trong ho so"),
		"hong.pdf":                           []byte("%PDF-1.7 hỏng"),
		"ghi chu.txt":                        []byte("không phải giấy tờ"),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestImportTakesAFolderAndGoesOnWhereItStopped(t *testing.T) {
	p, data, papers := self(t), t.TempDir(), folder(t)
	report := filepath.Join(t.TempDir(), "refused.csv")
	out := p.run(t, exitFindings, "import", papers, "--data", data, "--agency", "H15.61", "--on-fault", "refuse", "--report", report)
	if !strings.Contains(out, "taken 3, there before 0, quarantined 0, refused 1, passed over 1") {
		t.Errorf("first run: %s", out)
	}
	b, err := os.ReadFile(report)
	if err != nil || !strings.Contains(string(b), "hong.pdf,refused,damaged_file,") {
		t.Errorf("report: %s %v", b, err)
	}
	out = p.run(t, exitFindings, "import", papers, "--data", data, "--agency", "H15.61", "--on-fault", "refuse", "--report", report)
	if !strings.Contains(out, "taken 0, there before 3, quarantined 0, refused 1, passed over 1") {
		t.Errorf("second run: %s", out)
	}
	// The journal is only a help: without it the store knows its papers by their bytes.
	if err := os.RemoveAll(filepath.Join(data, "imports")); err != nil {
		t.Fatal(err)
	}
	moved := t.TempDir()
	out = p.run(t, exitFindings, "import", papers, "--data", data, "--agency", "H15.61", "--on-fault", "refuse", "--report", report, "--move-to", moved)
	if !strings.Contains(out, "taken 0, there before 3, quarantined 0, refused 1") {
		t.Errorf("without its journal: %s", out)
	}
	for path, want := range map[string]bool{filepath.Join(moved, "a", "một.pdf"): true, filepath.Join(papers, "a", "một.pdf"): false, filepath.Join(papers, "hong.pdf"): true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", path, err == nil, want)
		}
	}
	var f found
	if err := json.Unmarshal([]byte(p.run(t, 0, "search", "--data", data, "--json", "H15.61-250915-0021")), &f); err != nil || len(f.Items) != 1 {
		t.Errorf("the paper in the dossier's folder: %+v, %v", f, err)
	}
}

func TestSearchCheckAndRebuild(t *testing.T) {
	t.Parallel()
	p, data := self(t), t.TempDir()
	p.run(t, exitFindings, "import", folder(t), "--data", data, "--agency", "H15.61", "--report", filepath.Join(t.TempDir(), "r.csv"))
	if out := p.run(t, 0, "search", "--data", data, "mot"); !strings.Contains(out, "1 found") {
		t.Errorf("a file name without accents: %s", out)
	}
	if out := p.run(t, 0, "check", "--data", data, "--read-data"); !strings.Contains(out, "Sound") {
		t.Errorf("check: %s", out)
	}
	if err := os.RemoveAll(filepath.Join(data, "index")); err != nil {
		t.Fatal(err)
	}
	p.run(t, 0, "rebuild", "--data", data, "--index")
	if out := p.run(t, 0, "search", "--data", data, "mot"); !strings.Contains(out, "1 found") {
		t.Errorf("after the index was lost: %s", out)
	}
	damage(t, filepath.Join(data, "store"))
	if out := p.run(t, 0, "check", "--data", data); !strings.Contains(out, "Sound") {
		t.Errorf("a check that reads no data cannot see a flipped bit, and says %s", out)
	}
	if out := p.run(t, exitFindings, "check", "--data", data, "--read-data"); strings.Count(out, "digest_mismatch") != 1 || strings.Count(out, "\n") != 1 {
		t.Errorf("one flipped bit is found as %s", out)
	}
}

// damage flips one bit of one deposited file.
func damage(t *testing.T, store string) {
	t.Helper()
	err := filepath.WalkDir(store, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "original-0001.pdf" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b[len(b)/2] ^= 4
		if err := os.Chmod(path, 0o640); err != nil {
			return err
		}
		if err := os.WriteFile(path, b, 0o640); err != nil {
			return err
		}
		return fs.SkipAll
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCommandsSayWhatToDo(t *testing.T) {
	t.Parallel()
	p, data := self(t), t.TempDir()
	for _, args := range [][]string{{}, {"fly"}, {"account", "add"}, {"token", "add", "--role", "king"}, {"search"}, {"import"},
		{"serve", "--store", "ftp://x", "--data", data}, {"serve", "--roles", "sing", "--data", data}} {
		cmd := p.command(args...)
		var errs strings.Builder
		cmd.Stderr = &errs
		cmd.Run()
		if cmd.ProcessState.ExitCode() != exitFailed || errs.Len() == 0 {
			t.Errorf("sohoa %v: exit %d, says %q", args, cmd.ProcessState.ExitCode(), errs.String())
		}
	}
	for _, c := range commands() {
		out := p.run(t, 0, "help", c.name)
		if !strings.Contains(out, c.brief.EN) || strings.Count(out, "\n") < 4 {
			t.Errorf("help %s: %s", c.name, out)
		}
	}
	if out := p.run(t, 0, "version"); !strings.HasPrefix(out, "sohoa ") {
		t.Errorf("version: %s", out)
	}
	vi := p.command("help")
	vi.Env = append(vi.Env, "LC_ALL=vi_VN.UTF-8")
	if out, err := vi.Output(); err != nil || !strings.Contains(string(out), "số hóa") {
		t.Errorf("help in Vietnamese: %s, %v", out, err)
	}
}

func TestFlagsHaveEnvironmentTwins(t *testing.T) {
	var o options
	set := map[string]string{"SOHOA_DATA": "/there", "SOHOA_MAX_FILE": "3M", "SOHOA_INSPECT_TIME": "7s"}
	e := &env{stderr: &strings.Builder{}, getenv: func(k string) string { return set[k] }}
	fs := o.flags(e, "x")
	o.serving(fs)
	if err := o.parse(e, fs, []string{"--data", "/here"}); err != nil {
		t.Fatal(err)
	}
	if o.data != "/here" || o.limits().FileBytes != 3<<20 || o.limits().Inspect.Time != 7*time.Second {
		t.Errorf("data %s, max file %d, inspect time %s", o.data, o.limits().FileBytes, o.limits().Inspect.Time)
	}
	set["SOHOA_MAX_FILE"] = "many"
	if err := o.parse(e, fs, nil); err == nil || !strings.Contains(err.Error(), "SOHOA_MAX_FILE") {
		t.Errorf("a wrong twin is named: %v", err)
	}
}

func TestAFolderIsOneProgramsAtATime(t *testing.T) {
	t.Parallel()
	p, data := self(t), t.TempDir()
	p.start(t, data, "clerk", "--no-reading")
	cmd := p.command("check", "--data", data)
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(string(out), "--server") {
		t.Errorf("exit %d: %s", cmd.ProcessState.ExitCode(), out)
	}
}

func TestCommandsWorkThroughAServer(t *testing.T) {
	t.Parallel()
	p, data := self(t), t.TempDir()
	s := p.start(t, data, "admin", "--no-reading")
	through := func(want int, token string, args ...string) string {
		t.Helper()
		q := p
		q.env = append(append([]string{}, p.env...), "SOHOA_TOKEN="+token)
		return q.run(t, want, append(args, "--server", s.url, "--data", t.TempDir())...)
	}
	clerk := strings.TrimSpace(through(0, s.token, "token", "add", "--role", "clerk", "--agency", "H15.61", "--note", "máy quét tầng 2"))
	if password := strings.TrimSpace(through(0, s.token, "account", "add", "--name", "hoa", "--role", "clerk", "--agency", "H15.61")); len(password) < 12 {
		t.Errorf("password %q", password)
	}
	papers := folder(t)
	report := filepath.Join(t.TempDir(), "r.csv")
	if out := through(exitFindings, clerk, "import", papers, "--report", report); !strings.Contains(out, "taken 3, there before 0, quarantined 1, refused 0") {
		t.Errorf("import: %s", out)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if out := through(0, clerk, "search", "mot"); strings.Contains(out, "1 found") {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("search: %s", out)
		}
	}
	through(exitFailed, "sohoa_wrong", "search", "mot")
}

// TestIndexIsRebuilt: a server whose index is gone, or of another format, makes it again by itself from the feed.
func TestIndexIsRebuilt(t *testing.T) {
	p, data := self(t), t.TempDir()
	p.run(t, exitFindings, "import", folder(t), "--data", data, "--agency", "H15.61", "--report", filepath.Join(t.TempDir(), "r.csv"))
	p.run(t, 0, "search", "--data", data, "mot")
	if err := os.WriteFile(filepath.Join(data, "index", "format"), []byte("another\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if out := p.run(t, 0, "search", "--data", data, "mot"); !strings.Contains(out, "1 found") {
		t.Errorf("search: %s", out)
	}
}

// An import without a server leaves the store whole: it alone tells everything, the end of the log too.
func TestImportClosesTheLog(t *testing.T) {
	p, data := self(t), t.TempDir()
	p.run(t, exitFindings, "import", folder(t), "--data", data, "--agency", "H15.61", "--report", filepath.Join(t.TempDir(), "r.csv"))
	h := here(t, nil, "--data", data)
	n, err := h.archive.CloseSegment(t.Context(), true)
	if err != nil || n != 0 {
		t.Errorf("%d events are in no segment of the store, %v", n, err)
	}
	last := int64(-1)
	err = errors.Join(err, h.catalog.View(t.Context(), func(tx archive.Tx) (err error) {
		last, err = tx.Events().Last(t.Context())
		return err
	}), h.Close())
	if err != nil || last < 1 {
		t.Errorf("the log ends at %d, %v", last, err)
	}
	if err := errors.Join(os.Remove(filepath.Join(data, "catalog.db")), os.RemoveAll(filepath.Join(data, "index"))); err != nil {
		t.Fatal(err)
	}
	p.run(t, exitDone, "rebuild", "--data", data)
	h = here(t, nil, "--data", data)
	defer h.Close()
	again := int64(-1)
	err = h.catalog.View(t.Context(), func(tx archive.Tx) (err error) {
		again, err = tx.Events().Last(t.Context())
		return err
	})
	if err != nil || again < last {
		t.Errorf("rebuilt from the store the log ends at %d, it ended at %d: %v", again, last, err)
	}
}

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"database/sql"
	"errors"
	"flag"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

var updateGolden = flag.String("update-golden", "", "make a new golden house under testdata/golden with this name; one that is there is never replaced")

const goldenRoot = "testdata/golden"

// TestMakeGolden makes a golden house when it is asked for: see testdata/golden/README.md.
func TestMakeGolden(t *testing.T) {
	if *updateGolden == "" {
		t.Skip("go test ./cmd/sohoa -run MakeGolden -update-golden NAME makes one")
	}
	dir := filepath.Join(goldenRoot, *updateGolden)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	p, data, file := self(t), filepath.Join(t.TempDir(), "house"), filepath.Join(t.TempDir(), "house.tar")
	live(t, nil, "--data", data)
	p.run(t, exitDone, "backup", file, "--data", data)
	p.run(t, exitDone, "check", "--read-data", "--data", data)
	h := here(t, nil, "--data", data)
	var said bytes.Buffer
	export(t, h, &said, -1)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	packed := pack(t, data, func(path string) bool {
		top, _, _ := strings.Cut(path, "/")
		return slices.Contains([]string{"index", "spool", "scratch", "derived", "imports", "backups"}, top)
	})
	backup, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"house.tar.gz": packed, "backup.tar.gz": squeeze(t, backup), "export.txt.gz": squeeze(t, said.Bytes())} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func squeeze(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(b)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// pack makes an archive of a folder: names in order, no times, no owners.
func pack(t *testing.T, dir string, leave func(string) bool) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path)
		if err != nil || d.IsDir() || leave(filepath.ToSlash(name)) {
			return err
		}
		b, err := os.ReadFile(path)
		if err == nil {
			err = w.WriteHeader(&tar.Header{Name: filepath.ToSlash(name), Mode: 0o600, Size: int64(len(b))})
		}
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	})
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return squeeze(t, out.Bytes())
}

func inflate(t *testing.T, file string) []byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// unpack puts a golden house into a folder of its own.
func unpack(t *testing.T, file string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "house")
	in := tar.NewReader(bytes.NewReader(inflate(t, file)))
	for {
		head, err := in.Next()
		if err == io.EOF {
			return dir
		}
		path := filepath.Join(dir, filepath.FromSlash(head.Name))
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o750)
		}
		var b []byte
		if err == nil {
			b, err = io.ReadAll(in)
		}
		if err == nil {
			err = os.WriteFile(path, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// golden is one recorded house.
type golden struct {
	dir  string
	said string // its export
	last int64  // the number of the last event in it
}

func goldens(t *testing.T) (out []golden) {
	t.Helper()
	entries, err := os.ReadDir(goldenRoot)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		g := golden{dir: filepath.Join(goldenRoot, e.Name())}
		g.said = string(inflate(t, filepath.Join(g.dir, "export.txt.gz")))
		g.last = int64(strings.Count(g.said, "\nevent ")) - 1
		out = append(out, g)
	}
	if len(out) == 0 {
		t.Fatal("there is no golden house")
	}
	return out
}

// gives compares what a house says with what the golden one said.
func (g golden) gives(t *testing.T, data string) {
	t.Helper()
	h := here(t, nil, "--data", data)
	defer h.Close()
	var is bytes.Buffer
	export(t, h, &is, g.last)
	if diff := cmp.Diff(strings.Split(g.said, "\n"), strings.Split(is.String(), "\n")); diff != "" {
		t.Errorf("it says something else than when it was made:\n%s", tail(diff, 6000))
	}
}

// TestGoldenHousesOpen: a data folder made by any earlier version, as it was put into the repository then, is served, checked,
// rebuilt from its store and restored from its backup by this one, and says everything it said when it was made.
func TestGoldenHousesOpen(t *testing.T) {
	p := self(t)
	for _, g := range goldens(t) {
		house := filepath.Join(g.dir, "house.tar.gz")
		t.Run(filepath.Base(g.dir), func(t *testing.T) {
			t.Run("is checked", func(t *testing.T) {
				t.Parallel()
				data := unpack(t, house)
				if got, whole := findings(t, p, "--data", data); len(got) > 0 {
					t.Errorf("check: %s", strings.Join(whole, "\n"))
				}
				g.gives(t, data)
			})
			t.Run("is served", func(t *testing.T) {
				t.Parallel()
				data := unpack(t, house)
				s := p.start(t, data, "archivist", "--no-reading")
				var list struct {
					Items []struct {
						ID       string
						State    string
						Versions []struct{ Digest archive.Digest }
					}
				}
				s.must(http.StatusOK, http.MethodGet, "/api/v1/documents?limit=100", nil, &list)
				read := 0
				for _, d := range list.Items {
					if d.State == "disposed" || d.State == "quarantined" {
						continue
					}
					b := s.must(http.StatusOK, http.MethodGet, "/api/v1/documents/"+d.ID+"/file", nil, nil)
					if n := len(d.Versions); archive.DigestOf(b) != d.Versions[n-1].Digest {
						t.Errorf("%s: other bytes", d.ID)
					}
					read++
				}
				if read < 7 {
					t.Errorf("%d papers were read", read)
				}
				s.stop()
				g.gives(t, data)
			})
			t.Run("is rebuilt from its store", func(t *testing.T) {
				t.Parallel()
				data := unpack(t, house)
				p.run(t, exitDone, "rebuild", "--data", data)
				p.run(t, exitDone, "check", "--read-data", "--data", data)
				g.gives(t, data)
			})
			t.Run("is restored from its backup", func(t *testing.T) {
				t.Parallel()
				file, data := filepath.Join(t.TempDir(), "house.tar"), filepath.Join(t.TempDir(), "fresh")
				if err := os.WriteFile(file, inflate(t, filepath.Join(g.dir, "backup.tar.gz")), 0o600); err != nil {
					t.Fatal(err)
				}
				if out := p.run(t, exitDone, "restore", file, "--data", data, "--verify"); !strings.Contains(out, "Sound") {
					t.Errorf("restore: %s", out)
				}
				g.gives(t, data)
			})
		})
	}
}

// TestAFolderOfANewerVersionIsRefusedUntouched marks the newest golden house as one that a later program has opened.
func TestAFolderOfANewerVersionIsRefusedUntouched(t *testing.T) {
	p, all := self(t), goldens(t)
	g := all[len(all)-1]
	data, backup := unpack(t, filepath.Join(g.dir, "house.tar.gz")), filepath.Join(t.TempDir(), "house.tar")
	if err := os.WriteFile(backup, inflate(t, filepath.Join(g.dir, "backup.tar.gz")), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(data, "catalog.db"))
	if err == nil {
		_, err = db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	before := fingerprint(t, data)
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"check", "--repair"}, {"rebuild"}, {"rebuild", "--index"}, {"rebuild", "--catalog"},
		{"backup", filepath.Join(t.TempDir(), "b.tar")}, {"restore", backup}, {"account", "add", "--name", "hoa", "--role", "clerk", "--agency", "H15.61"}, {"search", "to"}} {
		cmd := p.command(append(args, "--data", data)...)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		late := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
		cmd.Wait()
		late.Stop()
		if code := cmd.ProcessState.ExitCode(); code != exitFailed || !strings.Contains(errs.String(), "newer version") {
			t.Errorf("sohoa %s: exit %d: %s", strings.Join(args, " "), code, errs.String())
		}
		if diff := cmp.Diff(before, fingerprint(t, data)); diff != "" {
			t.Fatalf("sohoa %s changed the folder:\n%s", strings.Join(args, " "), diff)
		}
	}
}

// fingerprint is every file of a folder by name with its digest.
func fingerprint(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out[strings.TrimPrefix(path, dir)] = archive.DigestOf(b).String()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

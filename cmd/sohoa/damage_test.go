package main

import (
	"bytes"
	"context"
	"database/sql"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/indexer"
	"sohoa/internal/testkit/s3server"
)

// wounded is a sound house that a case damages in one place.
type wounded struct {
	t     *testing.T
	data  string // the data folder
	store string // the folder in which the store's files lie
	made  lived
	undo  []func()
}

func (w *wounded) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// object is the folder of an object.
func (w *wounded) object(id string) string {
	w.t.Helper()
	found := ""
	err := filepath.WalkDir(w.store, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "inventory.json" || strings.HasPrefix(filepath.Base(filepath.Dir(path)), "v") && len(filepath.Base(filepath.Dir(path))) < 4 {
			return err
		}
		b, err := os.ReadFile(path)
		if err == nil && bytes.Contains(b, []byte(`"`+id+`"`)) {
			found = filepath.Dir(path)
			return fs.SkipAll
		}
		return err
	})
	if err != nil || found == "" {
		w.t.Fatalf("object %s: %v", id, err)
	}
	return found
}

func (w *wounded) paper(name, file string) string {
	w.t.Helper()
	return filepath.Join(w.object(w.urn(name)), filepath.FromSlash(file))
}

func (w *wounded) urn(name string) string { return string(archive.DocumentObject(w.made[name])) }

// flip turns one bit in the middle of a file.
func (w *wounded) flip(path string) {
	w.t.Helper()
	b, err := os.ReadFile(path)
	w.ok(err)
	sound := bytes.Clone(b)
	b[len(b)/2] ^= 1
	w.write(path, b)
	w.undo = append(w.undo, func() { w.write(path, sound) })
}

func (w *wounded) write(path string, b []byte) {
	w.t.Helper()
	os.Chmod(path, 0o640)
	w.ok(os.WriteFile(path, b, 0o640))
}

// lose takes a file or a folder away.
func (w *wounded) lose(path string) {
	w.t.Helper()
	aside := filepath.Join(w.t.TempDir(), "lost")
	w.ok(exec.Command("mv", path, aside).Run())
	w.undo = append(w.undo, func() { w.ok(exec.Command("mv", aside, path).Run()) })
}

func (w *wounded) add(path string) {
	w.t.Helper()
	w.ok(os.MkdirAll(filepath.Dir(path), 0o750))
	w.ok(os.WriteFile(path, []byte("something"), 0o640))
	w.undo = append(w.undo, func() { w.ok(os.Remove(path)) })
}

// sql changes the catalog behind the program's back.
func (w *wounded) sql(text string, args ...any) {
	w.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.data, "catalog.db"))
	w.ok(err)
	defer db.Close()
	for _, s := range strings.Split(text, ";") {
		if strings.TrimSpace(s) == "" {
			continue
		}
		r, err := db.Exec(s, args...)
		w.ok(err)
		if n, err := r.RowsAffected(); err == nil && n == 0 && !strings.HasPrefix(strings.TrimSpace(s), "DROP") {
			w.t.Fatalf("%s changes nothing", s)
		}
	}
}

// unguarded is what somebody does first who wants to forge the trail.
const unguarded = `DROP TRIGGER events_keep; DROP TRIGGER events_fixed; DROP TRIGGER events_numbered_once; `

// forge changes an event and seals it again, so that it hashes to its leaf.
func (w *wounded) forge(seq int64) {
	w.t.Helper()
	h := here(w.t, nil, "--data", w.data)
	var evs []archive.Event
	w.ok(h.archive.Catalog.View(context.Background(), func(tx archive.Tx) (err error) {
		evs, err = tx.Events().Since(context.Background(), seq-1, 1)
		return err
	}))
	w.ok(h.Close())
	evs[0].ActorName = "Người khác"
	leaf := evs[0].LeafHash()
	w.sql(unguarded)
	w.sql(`UPDATE events SET actor_name = 'Người khác', leaf = $1 WHERE number = $2`, leaf[:], seq)
}

func (w *wounded) index(change func(*indexer.Index, int64) archive.Batch) {
	w.t.Helper()
	ix, err := indexer.Open(filepath.Join(w.data, "index"), indexer.Options{})
	w.ok(err)
	at, err := ix.Position(context.Background())
	w.ok(err)
	b := change(ix, at)
	b.Upto = at
	w.ok(ix.Apply(context.Background(), b))
	w.ok(ix.Close())
}

const segmentURN = "urn:sohoa:segment:sohoa:audit:1:"

// segment is the name of the n-th segment in the store; -1 of the last.
func (w *wounded) segment(n int) string {
	w.t.Helper()
	var names []string
	w.ok(filepath.WalkDir(w.store, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "inventory.json" {
			return err
		}
		b, err := os.ReadFile(path)
		if i := bytes.Index(b, []byte(segmentURN)); i >= 0 {
			names = append(names, string(b[i:i+len(segmentURN)+12]))
		}
		return err
	}))
	slices.Sort(names)
	names = slices.Compact(names)
	return names[(n+len(names))%len(names)]
}

// begins is the number of the first event of the n-th segment.
func (w *wounded) begins(n int) int64 {
	w.t.Helper()
	first, err := strconv.ParseInt(strings.TrimPrefix(w.segment(n), segmentURN), 10, 64)
	w.ok(err)
	return first
}

func (w *wounded) count(table string) (n int64) {
	w.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.data, "catalog.db"))
	w.ok(err)
	defer db.Close()
	w.ok(db.QueryRow(`SELECT count(*) FROM ` + table).Scan(&n))
	return n
}

// inBucket marks the cases that are tried over S3 as well.
type inBucket bool

// damages are ways in which one thing in a house can be wrong, and exactly what check must say of each: kind and object, one
// line each.
var damages = []struct {
	name    string
	s3      inBucket
	harm    func(w *wounded)
	want    []string // "kind object"; $x is the object of paper x, ^x the folder it lies in, #n the n-th segment, hash/+0 the next hash
	repairs bool     // check --repair mends it on a house with one store
}{
	{"one byte of a scan", true, func(w *wounded) { w.flip(w.paper("published", "v1/content/original-0001.pdf")) }, []string{"digest_mismatch $published"}, false},
	{"one byte of a paper's metadata", false, func(w *wounded) { w.flip(w.paper("review", "v1/content/metadata.json")) }, []string{"digest_mismatch $review"}, false},
	{"one byte of a root inventory", true, func(w *wounded) { w.flip(w.paper("published", "inventory.json")) }, []string{"corrupt_object $published"}, false},
	{"one byte of an older version's inventory", true, func(w *wounded) { w.flip(w.paper("published", "v1/inventory.json")) }, []string{"ocfl_e060 $published"}, false},
	{"one byte of a root sidecar", true, func(w *wounded) { w.flip(w.paper("published", "inventory.json.sha256")) }, []string{"corrupt_object $published"}, false}, // a version's and the root's are one file on a disk
	{"one byte of a version's sidecar", false, func(w *wounded) { w.flip(w.paper("published", "v1/inventory.json.sha256")) }, []string{"ocfl_e060 $published"}, false},
	{"one byte of a newest inventory", true, func(w *wounded) { w.flip(w.paper("published", "v3/inventory.json")) }, []string{"corrupt_object $published"}, false},
	{"one byte of an object's declaration", false, func(w *wounded) { w.flip(w.paper("published", "0=ocfl_object_1.1")) }, []string{"corrupt_object $published"}, false},
	{"a scan is missing", true, func(w *wounded) { w.lose(w.paper("published", "v1/content/original-0001.pdf")) }, []string{"corrupt_object $published"}, false},
	{"a root inventory is missing", true, func(w *wounded) { w.lose(w.paper("published", "inventory.json")) }, []string{"corrupt_object $published"}, true},
	{"a root sidecar is missing", true, func(w *wounded) { w.lose(w.paper("published", "inventory.json.sha256")) }, []string{"ocfl_e058 $published"}, true},
	{"an object is missing", true, func(w *wounded) { w.lose(w.object(w.urn("published"))) }, []string{"missing_object $published"}, false},
	{"an object lies under another key", false, func(w *wounded) {
		dir := w.object(w.urn("published"))
		w.ok(os.Rename(dir, dir+"x"))
	}, []string{"missing_object $published"}, false},
	{"a file too many in an object", true, func(w *wounded) { w.add(w.paper("published", "note.txt")) }, []string{"ocfl_e001 $published"}, false},
	{"a file too many in the content", false, func(w *wounded) { w.add(w.paper("published", "v1/content/note.txt")) }, []string{"ocfl_e023 $published"}, false},
	{"a file too many in the store", false, func(w *wounded) { w.add(filepath.Join(w.store, "note.txt")) }, nil, false}, // OCFL 1.1 has validators pass over files of the root (E087)
	{"a file too many among the objects", true, func(w *wounded) { w.add(filepath.Join(filepath.Dir(w.object(w.urn("published"))), "note.txt")) }, []string{"ocfl_e072 ^published/note.txt"}, false},
	{"an object nobody knows", false, func(w *wounded) {
		for _, table := range []string{"versions", "pages", "named", "jobs"} {
			w.loosely(`DELETE FROM `+table+` WHERE document = $1`, w.made["accepted"].String())
		}
		w.sql(`DELETE FROM documents WHERE id = $1`, w.made["accepted"].String())
		w.usage()
	}, []string{"unknown_object $accepted"}, true},

	{"one byte of a segment's events", true, func(w *wounded) { w.flip(filepath.Join(w.object(w.segment(1)), "v1/content/events.jsonl")) }, []string{"digest_mismatch #1"}, false},
	{"one byte of a segment's head", false, func(w *wounded) { w.flip(filepath.Join(w.object(w.segment(1)), "v1/content/segment.json")) }, []string{"digest_mismatch #1"}, false},
	{"the first segment is missing", true, func(w *wounded) { w.lose(w.object(w.segment(0))) }, []string{"segment_missing #0"}, false},
	{"a segment in the middle is missing", false, func(w *wounded) { w.lose(w.object(w.segment(1))) }, []string{"segment_missing #1"}, false},
	{"the last segment is missing", false, func(w *wounded) { w.lose(w.object(w.segment(-1))) }, []string{"segment_missing #-1"}, false},
	{"a place in the log that is no segment's end", false, func(w *wounded) { w.sql(`UPDATE settings SET value = '3' WHERE name = 'segment_position'`) }, []string{"segment_ahead #0"}, false},
	{"a catalog that is behind the log in the store", false, func(w *wounded) {
		w.sql(`UPDATE settings SET value = $1 WHERE name = 'segment_position'`, strconv.FormatInt(w.begins(-1)-1, 10))
	}, []string{"segment_ahead #-1"}, false},
	{"one byte of the registry", true, func(w *wounded) {
		w.flip(filepath.Join(w.object("urn:sohoa:registry:agencies"), "v1/content/agencies.json"))
	}, []string{"digest_mismatch urn:sohoa:registry:agencies"}, false},
	{"a registry object is missing", true, func(w *wounded) { w.lose(w.object("urn:sohoa:registry:accounts")) }, []string{"missing_object urn:sohoa:registry:accounts"}, false},

	{"a field in a row", false, func(w *wounded) {
		w.sql(`UPDATE documents SET subject = 'Về việc khác' WHERE id = $1`, w.made["published"].String())
	}, []string{"row_mismatch $published"}, true},
	{"a withdrawn paper made valid", false, func(w *wounded) {
		w.sql(`UPDATE documents SET state = 'published' WHERE id = $1`, w.made["withdrawn"].String())
	}, []string{"row_mismatch $withdrawn"}, true},
	{"a digest in a row", false, func(w *wounded) {
		w.sql(`UPDATE versions SET digest = zeroblob(32) WHERE document = $1`, w.made["published"].String())
	}, []string{"digest_mismatch $published"}, true},
	{"a size in a row", false, func(w *wounded) {
		w.sql(`UPDATE versions SET size = size + 1 WHERE document = $1`, w.made["published"].String())
		w.usage()
	}, []string{"size_mismatch $published"}, true},
	{"who decided about a paper in the bin", false, func(w *wounded) {
		w.sql(`UPDATE documents SET reason = 'khác' WHERE id = $1`, w.made["discarded"].String())
	}, []string{"row_mismatch $discarded"}, true},
	{"a row of an older revision", false, func(w *wounded) {
		w.sql(`UPDATE documents SET revision = revision - 1 WHERE id = $1`, w.made["review"].String())
	}, []string{"row_mismatch $review"}, true},
	{"a row of a paper in quarantine", false, func(w *wounded) {
		w.sql(`UPDATE documents SET custodian = 'H15' WHERE id = $1`, w.made["aside"].String())
		w.usage()
	}, []string{"row_mismatch $aside"}, true},
	{"a dossier's row", false, func(w *wounded) { w.sql(`UPDATE dossiers SET title = 'khác' WHERE code = 'H15.61-261008-0100'`) },
		[]string{"row_mismatch dossier:H15.61-261008-0100"}, true},
	{"a dossier's row is missing", false, func(w *wounded) { w.sql(`DELETE FROM dossiers WHERE code = 'H15.61-261008-0100'`) },
		[]string{"row_missing dossier:H15.61-261008-0100"}, true},
	{"an agency's row", false, func(w *wounded) { w.sql(`UPDATE agencies SET name = 'khác' WHERE code = 'H15.61'`) }, []string{"row_mismatch agency:H15.61"}, true},
	{"a procedure's row", false, func(w *wounded) { w.sql(`UPDATE procedures SET days = 99`) }, []string{"row_mismatch procedure:1.004194@"}, true},
	{"a clerk made administrator", false, func(w *wounded) { w.sql(`UPDATE accounts SET role = 'admin' WHERE login = 'lan'`) }, []string{"row_mismatch account:lan"}, true},
	{"an account is missing", false, func(w *wounded) { w.sql(`DELETE FROM accounts WHERE login = 'lan'`) }, []string{"row_missing account:lan"}, true},
	{"an account of what is kept", false, func(w *wounded) {
		w.sql(`UPDATE used SET papers = papers + 1 WHERE day = '' AND custodian = 'H15.61'`)
	}, []string{"usage_mismatch usage:H15.61"}, true},

	{"an event is edited", false, func(w *wounded) {
		w.sql(unguarded + `UPDATE events SET actor_name = 'Người khác' WHERE number = 7`)
	}, []string{"event_changed sohoa/audit/1#7"}, false},
	{"an event is edited and sealed again", false, func(w *wounded) { w.forge(7) }, []string{"event_changed sohoa/audit/1#7"}, false},
	{"an event is removed", false, func(w *wounded) { w.sql(unguarded + `DELETE FROM events WHERE number = 7`) }, []string{"event_missing sohoa/audit/1#7"}, false},
	{"one byte of a leaf in the tree", false, func(w *wounded) { w.sql(`UPDATE tree_hashes SET hash = zeroblob(32) WHERE position = 8`) },
		[]string{"tree_mismatch sohoa/audit/1/hash/8"}, false},
	{"two hashes of the tree change places", false, func(w *wounded) {
		w.sql(`UPDATE tree_hashes SET position = -1 WHERE position = 0; UPDATE tree_hashes SET position = 0 WHERE position = 1; UPDATE tree_hashes SET position = 1 WHERE position = -1`)
	}, []string{"tree_mismatch sohoa/audit/1/hash/0", "tree_mismatch sohoa/audit/1/hash/1"}, false},
	{"a hash of the tree is missing", false, func(w *wounded) { w.sql(`DELETE FROM tree_hashes WHERE position = 8`) }, []string{"tree_mismatch sohoa/audit/1/hash/8"}, false},
	{"a hash too many", false, func(w *wounded) {
		w.sql(`INSERT INTO tree_hashes (position, hash) SELECT max(position) + 1, zeroblob(32) FROM tree_hashes`)
	}, []string{"tree_mismatch sohoa/audit/1/hash/+0"}, false},
	{"one byte of the checkpoint", false, func(w *wounded) {
		w.sql(`UPDATE tree_checkpoint SET signed = CAST(replace(CAST(signed AS TEXT), 'sohoa/audit/1', 'sohoa/audit/2') AS BLOB)`)
	}, []string{"checkpoint_mismatch sohoa/audit/1"}, false},
	{"the key of another log", false, func(w *wounded) {
		w.ok(os.Remove(filepath.Join(w.data, "keys", "log.key")))
		w.ok(here(w.t, nil, "--data", filepath.Join(w.data, "other")).Close())
		w.ok(os.Rename(filepath.Join(w.data, "other", "keys", "log.key"), filepath.Join(w.data, "keys", "log.key")))
	}, []string{"checkpoint_mismatch sohoa/audit/1"}, false},

	{"one byte in quarantine", false, func(w *wounded) { w.flip(filepath.Join(w.data, "quarantine", w.made["aside"].String(), "0001")) }, []string{"digest_mismatch $aside"}, false},
	{"bytes in quarantine are missing", false, func(w *wounded) { w.lose(filepath.Join(w.data, "quarantine", w.made["aside"].String())) }, []string{"missing_file $aside"}, false},
	{"bytes in quarantine nobody knows", false, func(w *wounded) {
		w.add(filepath.Join(w.data, "quarantine", archive.ID{6: 0x70, 8: 0x80, 15: 9}.String(), "0001"))
	}, []string{"unknown_quarantine quarantine/" + archive.ID{6: 0x70, 8: 0x80, 15: 9}.String()}, false},

	{"an entry of the index is missing", false, func(w *wounded) {
		w.index(func(*indexer.Index, int64) archive.Batch {
			return archive.Batch{Remove: []archive.ID{w.made["published"]}}
		})
	}, []string{"index_missing index/@published"}, true},
	{"an entry too many in the index", false, func(w *wounded) {
		w.index(func(*indexer.Index, int64) archive.Batch {
			return archive.Batch{Put: []archive.Entry{{Document: archive.Document{ID: archive.ID{6: 0x70, 8: 0x80, 15: 9}}}}}
		})
	}, []string{"index_extra index/" + archive.ID{6: 0x70, 8: 0x80, 15: 9}.String()}, true},
	{"one entry in the place of another", false, func(w *wounded) {
		w.index(func(*indexer.Index, int64) archive.Batch {
			return archive.Batch{Remove: []archive.ID{w.made["published"]}, Put: []archive.Entry{{Document: archive.Document{ID: archive.ID{6: 0x70, 8: 0x80, 15: 9}}}}}
		})
	}, []string{"index_extra index/" + archive.ID{6: 0x70, 8: 0x80, 15: 9}.String(), "index_missing index/@published"}, true},
}

// loosely is sql that may change nothing.
func (w *wounded) loosely(text string, args ...any) {
	w.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.data, "catalog.db"))
	w.ok(err)
	defer db.Close()
	_, err = db.Exec(text, args...)
	w.ok(err)
}

// usage books what the documents add up to, so that a damage of theirs is not one of the accounts too.
func (w *wounded) usage() {
	w.t.Helper()
	h := here(w.t, nil, "--data", w.data)
	defer h.Close()
	ctx := context.Background()
	w.ok(h.archive.Catalog.Update(ctx, func(tx archive.Tx) error {
		want, err := tx.Usage().Recount(ctx)
		if err != nil {
			return err
		}
		have, err := tx.Usage().Agencies(ctx, archive.Date{})
		if err != nil {
			return err
		}
		for _, u := range have {
			n := want[u.Custodian]
			delete(want, u.Custodian)
			if err := tx.Usage().Add(ctx, archive.Charge{Custodian: u.Custodian, Kept: archive.Count{Papers: n.Papers - u.Kept.Papers, Bytes: n.Bytes - u.Kept.Bytes}}); err != nil {
				return err
			}
		}
		for code, n := range want {
			if err := tx.Usage().Add(ctx, archive.Charge{Custodian: code, Kept: n}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// wanted puts names into what a case wants.
func (w *wounded) wanted(lines []string) []string {
	out := []string{}
	for _, l := range lines {
		kind, object, _ := strings.Cut(l, " ")
		switch {
		case strings.HasPrefix(object, "$"):
			object = w.urn(object[1:])
		case strings.HasSuffix(object, "+0"):
			object = strings.TrimSuffix(object, "+0") + strconv.FormatInt(w.count("tree_hashes"), 10)
		case strings.HasPrefix(object, "^"):
			name, rest, _ := strings.Cut(object[1:], "/")
			if object = filepath.Base(filepath.Dir(w.object(w.urn(name)))); rest != "" {
				object += "/" + rest
			}
		case strings.HasPrefix(object, "#"):
			n, err := strconv.Atoi(object[1:])
			w.ok(err)
			object = w.segment(n)
		case strings.Contains(object, "@") && strings.HasPrefix(object, "index/"):
			object = "index/" + w.made[strings.TrimPrefix(object, "index/@")].String()
		}
		out = append(out, kind+" "+object)
	}
	slices.Sort(out)
	return out
}

// findings runs check on the house and returns what it says, line by line.
func findings(t *testing.T, p program, args ...string) (lines, whole []string) {
	t.Helper()
	cmd := p.command(append([]string{"check", "--read-data"}, args...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, _ := cmd.Output()
	lines = []string{}
	switch code := cmd.ProcessState.ExitCode(); code {
	case exitDone:
		return lines, nil
	case exitFindings:
	default:
		t.Fatalf("check: exit %d\n%s%s", code, out, errs.String())
	}
	whole = strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, l := range whole {
		cells := strings.Split(l, "\t")
		if len(cells) < 3 {
			t.Fatalf("check says %q", l)
		}
		lines = append(lines, cells[0]+" "+cells[1])
	}
	slices.Sort(lines)
	return lines, whole
}

// inBucketOnly is what is otherwise where no two keys are one file: what check says, and what it can mend.
var inBucketOnly = map[string]struct {
	want    []string
	repairs bool
}{
	"one byte of a root inventory":   {[]string{"corrupt_object $published"}, true},
	"one byte of a root sidecar":     {[]string{"ocfl_e060 $published"}, true},
	"a root sidecar is missing":      {[]string{"ocfl_e058 $published"}, true},
	"a root inventory is missing":    {[]string{"missing_object $published"}, true},
	"one byte of a newest inventory": {[]string{"ocfl_e060 $published"}, true},
}

// TestCheckFindsExactlyTheDamageInABucket is the same over an S3 server, whose folder the cases damage behind its back, one after
// the other and each undone before the next.
func TestCheckFindsExactlyTheDamageInABucket(t *testing.T) {
	t.Parallel()
	remote := s3server.Start(t)
	bucket, data, p := remote.Bucket(t), t.TempDir(), self(t)
	environ := map[string]string{"SOHOA_S3_ACCESS_KEY": remote.AccessKey, "SOHOA_S3_SECRET_KEY": remote.SecretKey, "SOHOA_STORE": remote.URL(bucket, "kho")}
	for k, v := range environ {
		p.env = append(p.env, k+"="+v)
	}
	made := live(t, environ, "--data", data)
	if got, whole := findings(t, p, "--data", data); len(got) > 0 {
		t.Fatalf("before any damage: %s", strings.Join(whole, "\n"))
	}
	for _, c := range damages {
		if !c.s3 {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			w := &wounded{t: t, data: data, store: remote.Path(bucket, "kho"), made: made}
			if o, ok := inBucketOnly[c.name]; ok {
				c.want, c.repairs = o.want, o.repairs
			}
			want := w.wanted(c.want)
			c.harm(w)
			got, whole := findings(t, p, "--data", data)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\n%s", diff, strings.Join(whole, "\n"))
			}
			if c.repairs {
				findings(t, p, "--repair", "--data", data)
			} else {
				for _, undo := range w.undo {
					undo()
				}
			}
			if got, whole := findings(t, p, "--data", data); len(got) > 0 {
				t.Fatalf("afterwards: %s", strings.Join(whole, "\n"))
			}
		})
	}
}

// TestCheckFindsExactlyTheDamage damages one thing at a time in a small house and wants the real program to say exactly that.
func TestCheckFindsExactlyTheDamage(t *testing.T) {
	p, sound := self(t), filepath.Join(t.TempDir(), "sound")
	made := live(t, nil, "--data", sound)
	if got, whole := findings(t, p, "--data", sound); len(got) > 0 {
		t.Fatalf("before any damage: %s", strings.Join(whole, "\n"))
	}
	for _, c := range damages {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "house")
			if out, err := exec.Command("cp", "-a", sound, data).CombinedOutput(); err != nil {
				t.Fatalf("%v %s", err, out)
			}
			w := &wounded{t: t, data: data, store: filepath.Join(data, "store"), made: made}
			want := w.wanted(c.want)
			c.harm(w)
			got, whole := findings(t, p, "--data", data)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\n%s", diff, strings.Join(whole, "\n"))
			}
			if len(want) == 0 {
				return
			}
			_, whole = findings(t, p, "--repair", "--data", data)
			for _, l := range whole {
				if strings.HasSuffix(l, "\trepaired") != c.repairs {
					t.Errorf("--repair says %q", l)
				}
			}
			if c.repairs {
				want = []string{}
			}
			if got, whole = findings(t, p, "--data", data); !cmp.Equal(want, got) {
				t.Errorf("after --repair, want %s:\n%s", want, strings.Join(whole, "\n"))
			}
		})
	}
}

// TestALostLogKeyIsNotReplaced: a log that was signed does not go on under a key of nobody's, and says what to do.
func TestALostLogKeyIsNotReplaced(t *testing.T) {
	t.Parallel()
	p, data := self(t), filepath.Join(t.TempDir(), "house")
	live(t, nil, "--data", data)
	key := filepath.Join(data, "keys", "log.key")
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"check"}, {"serve", "--listen", "127.0.0.1:0"}, {"rebuild", "--index"}} {
		cmd := p.command(append(args, "--data", data)...)
		out, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(string(out), key) {
			t.Errorf("sohoa %s: exit %d: %s", args[0], cmd.ProcessState.ExitCode(), out)
		}
		if _, err := os.Stat(key); err == nil {
			t.Fatalf("sohoa %s made a key", args[0])
		}
	}
	p.run(t, exitDone, "rebuild", "--data", data)
	p.run(t, exitDone, "check", "--read-data", "--data", data)
}

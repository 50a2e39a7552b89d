package validate_test

import (
	"bytes"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
	"sohoa/internal/durable"
	"sohoa/internal/testkit/s3server"
	"sohoa/storage/blob"
	"sohoa/storage/blob/mem"
	"sohoa/storage/blob/s3"
	"sohoa/storage/ocfl"
	"sohoa/storage/ocfl/validate"
)

// house is how the house looks at its own store: its objects are addressed by sha256, which is a decision (W004).
var house = validate.Options{Accept: []string{"W004"}}

const scanText = "%PDF-1.7 bản quét"

// own makes a store on a disk with objects of one, two and three versions, and returns it with the id of the last.
func own(t *testing.T) (store *blob.Disk, dir string, id archive.ObjectID) {
	t.Helper()
	dir = t.TempDir()
	v, err := ocfl.OpenDisk(filepath.Join(dir, "store"), filepath.Join(dir, "spool"), ocfl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	id = fill(t, v)
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	return openStore(t, dir), dir, id
}

// fill makes objects of one, two and three versions, and returns the id of the last.
func fill(t *testing.T, v *ocfl.Vault) (id archive.ObjectID) {
	t.Helper()
	for versions := 1; versions <= 3; versions++ {
		id = archive.DocumentObject(archive.NewID())
		for n := range versions {
			commit := archive.Commit{
				Object: id, After: n, Intent: archive.NewID(), At: vaulttest.At, Message: "nhận giấy tờ", User: "Cán bộ một cửa",
				Files: []archive.File{{Path: "metadata.json", Bytes: []byte(strings.Repeat("{}", n+1))}},
			}
			if n == 0 {
				commit.Files = append(commit.Files, archive.File{Path: "versions/1/scan.pdf", Bytes: []byte(scanText)})
			}
			if _, err := v.Commit(t.Context(), commit); err != nil {
				t.Fatal(err)
			}
		}
	}
	return id
}

func openStore(t *testing.T, dir string) *blob.Disk {
	t.Helper()
	folder, err := durable.Open(filepath.Join(dir, "store"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { folder.Close() })
	spool, err := blob.OpenSpool(filepath.Join(dir, "spool"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { spool.Close() })
	return blob.OpenDisk(folder, spool)
}

// folderOf returns where an object lies: by the layout of our store.
func folderOf(id archive.ObjectID) string {
	h := archive.DigestOf([]byte(id)).Hex()
	return h[:3] + "/" + h
}

func TestOwnObjectsAreSound(t *testing.T) {
	store, _, id := own(t)
	if got := root(t, store, house); len(got) > 0 {
		t.Errorf("found %v", got)
	}
	if diff := cmp.Diff([]string{"W004"}, codes(root(t, store, validate.Options{}))); diff != "" {
		t.Errorf("without the house's decisions (-want +got)\n%s", diff)
	}
	if got := object(t, store, folderOf(id), house); len(got) > 0 {
		t.Errorf("found %v", got)
	}
}

// In an object store there are no folders, and listing, opening and reading are requests.
func TestOwnObjectsInAnObjectStoreAreSound(t *testing.T) {
	server := s3server.Start(t)
	store, err := s3.Open(t.Context(), s3.Config{
		Endpoint: server.Address, Insecure: true, Bucket: server.Bucket(t), Style: s3.Path, Prefix: "kho",
		Credentials: s3.Credentials{AccessKey: server.AccessKey, SecretKey: server.SecretKey},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	spool, err := blob.OpenSpool(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { spool.Close() })
	v, err := ocfl.New(t.Context(), store, spool)
	if err != nil {
		t.Fatal(err)
	}
	id := fill(t, v)
	if got := root(t, store, house); len(got) > 0 {
		t.Errorf("found %v", got)
	}
	scan := folderOf(id) + "/v1/content/versions/1/scan.pdf"
	if err := store.Replace(t.Context(), scan, archive.DigestOf([]byte(scanText)), strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if err := store.Delete(t.Context(), folderOf(id)+"/0=ocfl_object_1.1"); err != nil {
		t.Fatal(err)
	}
	if err := store.Create(t.Context(), folderOf(id)+"/v2/content/x", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"E003", "E023", "E092"}, codes(root(t, store, house))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// root validates a storage root and returns what is found.
func root(t testing.TB, store blob.Store, o validate.Options) []validate.Finding {
	t.Helper()
	var all []validate.Finding
	err := validate.Root(t.Context(), store, o, func(f validate.Finding) error {
		all = append(all, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// copied copies every key of a store into memory.
func copied(t *testing.T, from blob.Store) *mem.Store {
	t.Helper()
	to := mem.New()
	for info, err := range from.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		r, err := from.Open(t.Context(), info.Key)
		if err != nil {
			t.Fatal(err)
		}
		if err := to.Create(t.Context(), info.Key, r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return to
}

// Each damage is found, and nothing else is.
func TestDamageIsFound(t *testing.T) {
	sound, _, id := own(t)
	folder := folderOf(id)
	const (
		none = ""
		scan = "v1/content/versions/1/scan.pdf"
	)
	flip := func(b []byte) []byte { b[len(b)/2] ^= 1; return b }
	write := func(text string) func([]byte) []byte { return func([]byte) []byte { return []byte(text) } }
	change := func(from, to string) func([]byte) []byte {
		return func(b []byte) []byte {
			out := bytes.Replace(b, []byte(from), []byte(to), 1)
			if bytes.Equal(out, b) {
				t.Fatalf("no %q in %s", from, b)
			}
			return out
		}
	}
	for _, c := range []struct {
		name   string
		file   string
		change func([]byte) []byte // nil removes the file
		resign bool                // the sidecar is made again, as who damages on purpose would
		want   string
		path   string
		gone   bool // E092 is for a file that is not there
	}{
		{name: "a bit of content", file: scan, change: flip, want: "E092", path: scan},
		{name: "content cut short", file: scan, change: write("%PDF"), want: "E092", path: scan},
		{name: "content gone", file: scan, want: "E092", path: scan, gone: true},
		{name: "a file nobody named in content", file: "v2/content/x.pdf", change: write("x"), want: "E023", path: "v2/content/x.pdf"},
		{name: "a file beside the content", file: "v2/x.pdf", change: write("x"), want: "E015", path: "v2/x.pdf"},
		{name: "a folder beside the content", file: "v2/x/x.pdf", change: write("x"), want: "W002", path: "v2/x"},
		{name: "a file in the object's root", file: "x.pdf", change: write("x"), want: "E001", path: "x.pdf"},
		{name: "a folder in the object's root", file: "x/x.pdf", change: write("x"), want: "E001", path: "x"},
		{name: "a second sidecar", file: "inventory.json.sha512", change: write("x"), want: "E001", path: "inventory.json.sha512"},
		{name: "the root sidecar of an older inventory", file: "inventory.json.sha256", change: write(strings.Repeat("0", 64) + " inventory.json\n"), want: "E060", path: "inventory.json.sha256"},
		{name: "no root sidecar", file: "inventory.json.sha256", want: "E058", path: "inventory.json"},
		{name: "a root sidecar without a name", file: "inventory.json.sha256", change: write(strings.Repeat("0", 64)), want: "E061", path: "inventory.json.sha256"},
		{name: "the sidecar of a version", file: "v1/inventory.json.sha256", change: flip, want: "E060", path: "v1/inventory.json.sha256"},
		{name: "no sidecar of a version", file: "v2/inventory.json.sha256", want: "E058", path: "v2/inventory.json"},
		{name: "no inventory of a version", file: "v2/inventory.json", want: "E015 W010"},
		{name: "no declaration", file: "0=ocfl_object_1.1", want: "E003"},
		{name: "another text in the declaration", file: "0=ocfl_object_1.1", change: write("ocfl_object_1.1"), want: "E007", path: "0=ocfl_object_1.1"},
		{name: "two declarations", file: "0=ocfl_object_1.0", change: write("ocfl_object_1.0\n"), want: "E003"},
		{name: "no inventory", file: "inventory.json", want: "E063", path: "inventory.json"},
		{name: "an empty inventory", file: "inventory.json", change: write(""), want: "E033 E060"},
		{name: "half an inventory", file: "inventory.json", change: func(b []byte) []byte { return b[:len(b)/2] }, want: "E033 E060"},
		{name: "the root inventory, its message", file: "inventory.json", change: change("giấy tờ", "giấy Tờ"), want: "E060 E064 W011"},
		{name: "the root inventory, its message, resigned", file: "inventory.json", change: change("giấy tờ", "giấy Tờ"), resign: true, want: "E064 W011"},
		{name: "the inventory of version 1, its time, resigned", file: "v1/inventory.json", change: change("created", "Created"), resign: true, want: "E048 E102 W011"},
		{name: "the inventory of version 1, a logical path, resigned", file: "v1/inventory.json", change: change(`"versions/1/scan.pdf"`, `"versions/1/Scan.pdf"`), resign: true, want: "E066", path: "v1/inventory.json"},
		{name: "the inventory of version 1, its id, resigned", file: "v1/inventory.json", change: change("urn:sohoa:document:", "urn:sohoa:Document:"), resign: true, want: "E037 E110"},
		{name: "the inventory of version 2, its head, resigned", file: "v2/inventory.json", change: change(`"head": "v2"`, `"head": "v1"`), resign: true, want: "E040", path: "v2/inventory.json"},
		{name: "the inventory of version 1, its type, resigned", file: "v1/inventory.json", change: change("ocfl.io/1.1", "ocfl.io/1.0"), resign: true, want: none},
		{name: "the inventory of version 1, a file left out, resigned", file: "v1/inventory.json", change: change("scan.pdf\"", "scan.txt\""), resign: true, want: "E023 E092", gone: true},
		{name: "a version that was begun", file: "v4/inventory.json", change: write("{}"), want: "E046", path: "v4"},
		{name: "all of the newest version", file: "v3/", want: "E046 E092", gone: true},
		{name: "all of a version between", file: "v2/", want: "E010 E092", gone: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := copied(t, sound)
			if strings.HasSuffix(c.file, "/") || c.change == nil {
				for _, key := range store.Keys() {
					if key == folder+"/"+c.file || strings.HasSuffix(c.file, "/") && strings.HasPrefix(key, folder+"/"+c.file) {
						store.Delete(t.Context(), key)
					}
				}
			} else {
				store.Damage(folder+"/"+c.file, c.change)
			}
			if c.resign {
				sum := archive.DigestOf(store.Bytes(folder + "/" + c.file)).Hex()
				store.Damage(folder+"/"+c.file+".sha256", write(sum+" inventory.json\n"))
			}
			found := object(t, store, folder, house)
			if diff := cmp.Diff(strings.Fields(c.want), codes(found), cmp.Comparer(func(a, b []string) bool { return slices.Equal(a, b) })); diff != "" {
				t.Errorf("found %v (-want +got)\n%s", found, diff)
			}
			for _, f := range found {
				if f.Missing != (c.gone && f.Code == "E092") {
					t.Errorf("missing: %+v", f)
				}
				if c.path != "" && f.Path != c.path || f.Folder != folder || f.Detail == "" || !strings.Contains(c.file, "inventory.json") && f.Object != string(id) {
					t.Errorf("found %+v", f)
				}
			}
			if c.want != none && len(root(t, store, house)) == 0 {
				t.Error("the root is said to be sound")
			}
		})
	}
}

func TestStructureOnlyReadsNoContent(t *testing.T) {
	sound, _, id := own(t)
	store, folder := copied(t, sound), folderOf(id)
	scan := folder + "/v1/content/versions/1/scan.pdf"
	store.Break(mem.Fault{Step: mem.Read, Key: "scan.pdf", Stay: true, Err: io.ErrUnexpectedEOF})
	o := house
	o.Structure = true
	if got := object(t, store, folder, o); len(got) > 0 {
		t.Errorf("found %v", got)
	}
	store.Delete(t.Context(), scan)
	if diff := cmp.Diff([]string{"E092"}, codes(object(t, store, folder, o))); diff != "" {
		t.Errorf("a missing file (-want +got)\n%s", diff)
	}
}

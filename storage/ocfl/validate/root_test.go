package validate_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/storage/blob"
	"sohoa/storage/blob/mem"
	"sohoa/storage/ocfl/validate"
)

// hashed is the layout our stores have, as files of a storage root.
var hashed = map[string]string{
	"0=ocfl_1.1":       "ocfl_1.1\n",
	"ocfl_layout.json": `{"extension": "0004-hashed-n-tuple-storage-layout", "description": "d"}`,
	"extensions/0004-hashed-n-tuple-storage-layout/config.json": `{"extensionName": "0004-hashed-n-tuple-storage-layout", "tupleSize": 3, "numberOfTuples": 1}`,
}

// rooted makes a storage root with one sound object of the id urn:x:1.
func rooted(t *testing.T, at string, files map[string]string) *mem.Store {
	t.Helper()
	store := mem.New()
	put(t, store, files)
	plant(t, store, at, plain)
	return store
}

// plant puts an object in a folder.
func plant(t *testing.T, store *mem.Store, at, inventory string) {
	t.Helper()
	one := made(t, inventory)
	for _, key := range one.Keys() {
		put(t, store, map[string]string{at + strings.TrimPrefix(key, "o"): string(one.Bytes(key))})
	}
}

func TestRulesOfARoot(t *testing.T) {
	place := archive.DigestOf([]byte("urn:x:1")).Hex()
	place = place[:3] + "/" + place
	const layout = "ocfl_layout.json"
	for _, c := range []struct {
		name string
		at   string            // of the object; "" is its place by the layout
		put  map[string]string // "" removes
		want string
	}{
		{name: "as it is"},
		{name: "no declaration", put: map[string]string{"0=ocfl_1.1": ""}, want: "E069"},
		{name: "two declarations", put: map[string]string{"0=ocfl_1.0": "ocfl_1.0\n"}, want: "E076"},
		{name: "another text in the declaration", put: map[string]string{"0=ocfl_1.1": "ocfl_1.1\r\n"}, want: "E080"},
		{name: "a declaration of a specification to come", put: map[string]string{"0=ocfl_1.1": "", "0=ocfl_2.0": "ocfl_2.0\n"}, want: "E069 E079"},
		{name: "an object newer than the root", put: map[string]string{"0=ocfl_1.1": "", "0=ocfl_1.0": "ocfl_1.0\n"}, want: "E081"},
		{name: "any file directly in the root", put: map[string]string{"README.md": "x"}},
		{name: "a file in a folder between", put: map[string]string{place[:3] + "/x": "x"}, want: "E072"},
		{name: "a folder of files", put: map[string]string{"lost/x": "x", "lost/y": "y"}, want: "E072"},
		{name: "a file among the extensions", put: map[string]string{"extensions/x": "x"}, want: "E112"},
		{name: "an unregistered extension", put: map[string]string{"extensions/x/y": "x"}, want: "W016"},
		{name: "an object that lies elsewhere", at: place[:3] + "/x", want: "E083"},
		{name: "an object that lies directly in the root", at: "x", want: "E083"},
		{name: "a layout that is no JSON", put: map[string]string{layout: "x"}, want: "E070"},
		{name: "a layout without a description", put: map[string]string{layout: `{"extension": "0004-hashed-n-tuple-storage-layout"}`}, want: "E070"},
		{name: "a layout nobody registered", put: map[string]string{layout: `{"extension": "x", "description": "d"}`}, want: "E071"},
		{name: "a layout with parameters it does not have", put: map[string]string{"extensions/0004-hashed-n-tuple-storage-layout/config.json": `{"tupleSize": 0}`}, want: "E083"},
		{name: "a layout whose rule is not known here", at: "a/b", put: map[string]string{layout: `{"extension": "0006-flat-omit-prefix-storage-layout", "description": "d"}`}},
		{name: "no layout", at: "a/b", put: map[string]string{layout: ""}},
		{name: "an object without a declaration", put: map[string]string{place + "/0=ocfl_object_1.1": ""}, want: "E003"},
		{name: "an object of a specification to come", put: map[string]string{place + "/0=ocfl_object_1.1": "", place + "/0=ocfl_object_9.9": "x"}, want: "E003 E004"},
		{name: "an object in an object", put: map[string]string{place + "/x/0=ocfl_object_1.1": "x"}, want: "E001"},
		{name: "a folder to pass over", put: map[string]string{"lost+found/x": "x"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := c.at
			if at == "" {
				at = place
			}
			store := rooted(t, at, hashed)
			for key, text := range c.put {
				store.Delete(t.Context(), key)
				if text != "" {
					put(t, store, map[string]string{key: text})
				}
			}
			found := root(t, store, validate.Options{Ignore: []string{"lost+found"}})
			if diff := cmp.Diff(c.want, strings.Join(codes(found), " ")); diff != "" {
				t.Errorf("found %v (-want +got)\n%s", found, diff)
			}
		})
	}
}

func TestObjectsOfARootAreToldApart(t *testing.T) {
	store := rooted(t, "a/b", map[string]string{"0=ocfl_1.1": "ocfl_1.1\n"})
	plant(t, store, "a/c", plain)
	plant(t, store, "d", strings.ReplaceAll(plain, "urn:x:1", "urn:x:2"))
	if diff := cmp.Diff([]string{"E037", "W015"}, codes(root(t, store, validate.Options{}))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The examples of the registered extensions.
func TestLayouts(t *testing.T) {
	for _, c := range []struct{ name, extension, config, id, place string }{
		{"flat", "0002-flat-direct-storage-layout", ``, "object-01", "object-01"},
		{"by id and hash", "0003-hash-and-id-n-tuple-storage-layout", ``, "..hor/rib:le-$id", "487/326/d8c/%2e%2ehor%2frib%3ale-%24id"},
		{"by id and hash, md5", "0003-hash-and-id-n-tuple-storage-layout", `{"digestAlgorithm": "md5", "tupleSize": 2, "numberOfTuples": 15}`,
			"object-01", "ff/75/53/44/92/48/5e/ab/b3/9f/86/35/67/28/88/object-01"},
		{"by a long id and hash", "0003-hash-and-id-n-tuple-storage-layout", ``, strings.Repeat("abcdefghij", 10) + "a",
			"5cc/73e/648/" + strings.Repeat("abcdefghij", 10) + "-5cc73e648fbcff136510e330871180922ddacf193b68fdeff855683a01464220"},
		{"by hash", "0004-hashed-n-tuple-storage-layout", ``, "object-01", "3c0/ff4/240/3c0ff4240c1e116dba14c7627f2319b58aa3d77606d0d90dfc6161608ac987d4"},
		{"by hash, short", "0004-hashed-n-tuple-storage-layout", `{"tupleSize": 2, "numberOfTuples": 1, "shortObjectRoot": true}`,
			"object-01", "3c/0ff4240c1e116dba14c7627f2319b58aa3d77606d0d90dfc6161608ac987d4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"0=ocfl_1.1": "ocfl_1.1\n", "ocfl_layout.json": `{"extension": "` + c.extension + `", "description": "d"}`}
			if c.config != "" {
				files["extensions/"+c.extension+"/config.json"] = c.config
			}
			store := mem.New()
			put(t, store, files)
			plant(t, store, c.place, strings.ReplaceAll(plain, "urn:x:1", c.id))
			if got := root(t, store, validate.Options{Accept: []string{"W005"}}); len(got) > 0 {
				t.Errorf("found %v", got)
			}
		})
	}
}

// On a file system a folder may be there without a file in it.
func TestEmptyFolders(t *testing.T) {
	for _, c := range []struct{ name, folder, want string }{
		{"in the root", "x", "E073"},
		{"between", "fff/x", "E073"},
		{"in the object", "OBJECT/x", "E001"},
		{"of a version to come", "OBJECT/v4", "E046"},
		{"of logs", "OBJECT/logs", ""},
		{"of extensions", "OBJECT/extensions", ""},
		{"of an extension", "OBJECT/extensions/x", "W013"},
		{"in a version", "OBJECT/v1/x", "W002"},
		{"in content", "OBJECT/v1/content/x", "E024"},
		{"deep in content", "OBJECT/v1/content/versions/x", "E024"},
		{"to pass over", "lost+found", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, dir, id := own(t)
			at := filepath.Join(dir, "store", filepath.FromSlash(strings.Replace(c.folder, "OBJECT", folderOf(id), 1)))
			if err := os.MkdirAll(at, 0o700); err != nil {
				t.Fatal(err)
			}
			o := house
			o.Ignore = []string{"lost+found"}
			found := root(t, openStore(t, dir), o)
			if diff := cmp.Diff(c.want, strings.Join(codes(found), " ")); diff != "" {
				t.Errorf("found %v (-want +got)\n%s", found, diff)
			}
		})
	}
}

// Damage is a finding; a store that is away, or a caller who has seen enough, ends the validation.
func TestEndings(t *testing.T) {
	enough, away := errors.New("enough"), &archive.Error{Kind: archive.Unavailable, Err: errors.New("away")}
	for _, run := range []struct {
		name string
		f    func(context.Context, blob.Store, func(validate.Finding) error) error
	}{
		{"object", func(ctx context.Context, s blob.Store, found func(validate.Finding) error) error {
			return validate.Object(ctx, s, "o", validate.Options{}, found)
		}},
		{"root", func(ctx context.Context, s blob.Store, found func(validate.Finding) error) error {
			return validate.Root(ctx, s, validate.Options{}, found)
		}},
	} {
		t.Run(run.name, func(t *testing.T) {
			seen := 0
			store := made(t, strings.Replace(plain, plainDigest, "x", 1))
			err := run.f(t.Context(), store, func(validate.Finding) error { seen++; return enough })
			if !errors.Is(err, enough) || seen != 1 {
				t.Errorf("%d findings and %v", seen, err)
			}
			for _, step := range []mem.Step{mem.Open, mem.List, mem.Read} {
				store := made(t, plain)
				put(t, store, map[string]string{"0=ocfl_1.1": "ocfl_1.1\n"})
				store.Break(mem.Fault{Step: step, Stay: true, Err: away})
				err := run.f(t.Context(), store, func(f validate.Finding) error { return errors.New(f.String()) })
				if archive.KindOf(err) != archive.Unavailable {
					t.Errorf("%s: %v", step, err)
				}
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := run.f(ctx, made(t, plain), func(validate.Finding) error { return nil }); !errors.Is(err, context.Canceled) {
				t.Errorf("canceled: %v", err)
			}
		})
	}
}

// A commit seen half done is looked at again when nobody commits; damage stays.
func TestHold(t *testing.T) {
	for name, check := range map[string]func(blob.Store, validate.Options) []validate.Finding{
		"object": func(s blob.Store, o validate.Options) []validate.Finding { return object(t, s, "o", o) },
		"root":   func(s blob.Store, o validate.Options) []validate.Finding { return root(t, s, o) },
	} {
		t.Run(name, func(t *testing.T) {
			store := made(t, plain)
			put(t, store, map[string]string{"0=ocfl_1.1": "ocfl_1.1\n"})
			held, released := []string{}, 0
			o := validate.Options{Hold: func(id string) func() {
				held = append(held, id)
				store.Delete(t.Context(), "o/v2/content/b")
				return func() { released++ }
			}}
			if got := check(store, o); len(got) > 0 || len(held) > 0 {
				t.Errorf("sound: found %v, held %v", got, held)
			}
			put(t, store, map[string]string{"o/v2/content/b": "begun"})
			if got := check(store, o); len(got) > 0 || len(held) != 1 || held[0] != "urn:x:1" || released != 1 {
				t.Errorf("begun: found %v, held %v, released %d", got, held, released)
			}
			put(t, store, map[string]string{"o/v1/content/b": "stray"})
			if got := check(store, o); len(got) != 1 || got[0].Code != "E023" || released != 2 {
				t.Errorf("stray: found %v, released %d", got, released)
			}
		})
	}
}

// What the store itself finds to be damaged, or cannot get off its disk, is damage of that file.
func TestUnreadableFiles(t *testing.T) {
	for key, want := range map[string]string{"o/v1/content/a": "E092", "o/inventory.json": "E060", "o/v1/inventory.json": "E060", "o/inventory.json.sha512": "E061", "o/0=ocfl_object_1.1": "E007"} {
		t.Run(key, func(t *testing.T) {
			store := made(t, plain)
			if key == "o/0=ocfl_object_1.1" {
				key = "1.1"
			}
			store.Break(mem.Fault{Step: mem.Read, Key: key, Stay: true, Err: archive.Errorf(archive.Corrupt, "it no longer hashes to what it should")})
			if got := strings.Join(codes(object(t, store, "o", validate.Options{})), " "); got != want {
				t.Errorf("found %s, want %s", got, want)
			}
		})
	}
}

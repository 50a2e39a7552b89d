package validate_test

import (
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/storage/blob/mem"
	"sohoa/storage/ocfl/validate"
)

// A sound object of one file, as text, so that a case can break it where JSON of our own making could not.
const (
	plainText   = "content"
	plainDigest = "b2d1d285b5199c85f988d03649c37e44fd3dde01e5d69c50fef90651962f48110e9340b60d49a479c4c0b53f5f07d690686dd87d2481937a512e8b85ee7c617f"
	plain       = `{
  "id": "urn:x:1",
  "type": "https://ocfl.io/1.1/spec/#inventory",
  "digestAlgorithm": "sha512",
  "head": "v1",
  "manifest": {"` + plainDigest + `": ["v1/content/a"]},
  "versions": {"v1": {"created": "2026-01-02T03:04:05Z", "message": "m", "user": {"name": "n", "address": "mailto:n@example.org"},
    "state": {"` + plainDigest + `": ["a"]}}}
}`
)

// made puts an object in a store: the inventory in its root and in v1, with sidecars, and one file.
func made(t testing.TB, inventory string) *mem.Store {
	t.Helper()
	store := mem.New()
	sum := sha512.Sum512([]byte(inventory))
	sidecar := hex.EncodeToString(sum[:]) + " inventory.json\n"
	put(t, store, map[string]string{
		"o/0=ocfl_object_1.1": "ocfl_object_1.1\n", "o/inventory.json": inventory, "o/inventory.json.sha512": sidecar,
		"o/v1/inventory.json": inventory, "o/v1/inventory.json.sha512": sidecar, "o/v1/content/a": plainText,
	})
	return store
}

func put(t testing.TB, store *mem.Store, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := store.Create(t.Context(), name, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
}

// What the public fixtures do not show: each rule of an inventory broken once.
func TestRulesOfAnInventory(t *testing.T) {
	digest := `"` + plainDigest + `"`
	replace := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(plain, pairs[i]) {
				t.Fatalf("no %s in the inventory", pairs[i])
			}
		}
		return strings.NewReplacer(pairs...).Replace(plain)
	}
	fixity := func(block string) string { return replace(`"versions":`, `"fixity": `+block+`, "versions":`) }
	for _, c := range []struct{ name, inventory, want string }{
		{"as it is", plain, ""},
		{"no JSON", "x", "E033"},
		{"nothing", "", "E033"},
		{"an array", "[]", "E033"},
		{"something after it", plain + "{}", "E033"},
		{"a comma too many", replace(`["a"]}`, `["a"],}`), "E033"},
		{"a byte order mark", "\ufeff" + plain, "E033"},
		{"not UTF-8", replace(`"m"`, "\"\xff\""), "E033"},
		{"a character cut short at the end", plain + "\xe1", "E033"},
		{"a key twice", replace(`"head": "v1",`, `"head": "v1", "head": "v1",`), "E033"},
		{"a version twice", replace(`"versions": {`, `"versions": {"v1": {"created": "2026-01-02T03:04:05Z", "message": "m", "user": {"name": "n", "address": "mailto:n@example.org"}, "state": {}}, `), "E033"},
		{"a digest twice in a state", replace(digest+`: ["a"]`, digest+`: ["a"], `+digest+`: ["b"]`), "E033"},
		{"a digest twice in the manifest", replace(digest+`: ["v1/content/a"]`, digest+`: ["v1/content/a"], `+digest+`: ["v1/content/a"]`), "E096"},
		{"nested too deep", strings.Repeat("[", 1000), "E033"},
		{"nested too deep inside", replace(`"m"`, strings.Repeat("[", 20)+strings.Repeat("]", 20)), "E033"},
		{"an unknown key", replace(`"id"`, `"x": {"y": [1, 2.5e999, null, true]}, "id"`), "E102"},
		{"a key in capitals", replace(`"id"`, `"ID"`), "E036 E102"},
		{"an id of another type", replace(`"urn:x:1"`, `7`), "E037"},
		{"an empty id", replace(`"urn:x:1"`, `""`), "E037"},
		{"an id that is no URI", replace(`"urn:x:1"`, `"tài liệu"`), "W005"},
		{"a type of nobody", replace("ocfl.io/1.1", "ocfl.io/9.9"), "E038"},
		{"a type of another specification than declared", replace("ocfl.io/1.1", "ocfl.io/1.0"), "E038"},
		{"a type of another type", replace(`"https://ocfl.io/1.1/spec/#inventory"`, `null`), "E038"},
		{"no type", replace(`"type": "https://ocfl.io/1.1/spec/#inventory",`, ``), "E036"},
		{"no algorithm", replace(`"digestAlgorithm": "sha512",`, ``), "E036"},
		{"an algorithm of nobody", replace(`"digestAlgorithm": "sha512"`, `"digestAlgorithm": "sha513"`), "E025 E059"},
		{"another algorithm than the digests", replace(`"digestAlgorithm": "sha512"`, `"digestAlgorithm": "sha256"`), "E039 E059 W004"},
		{"a digest that is not hex", strings.ReplaceAll(plain, plainDigest, "z"+plainDigest[1:]), "E031"},
		{"no versions", replace(plain[strings.Index(plain, `"versions"`):], `"x": 0}`), "E041 E102"},
		{"versions of another type", replace(plain[strings.Index(plain, `"versions"`):], `"versions": []}`), "E044"},
		{"a manifest of another type", replace(`{`+digest+`: ["v1/content/a"]}`, `[]`), "E106"},
		{"a manifest entry of another type", replace(`["v1/content/a"]`, `"v1/content/a"`), "E092"},
		{"a manifest entry with another type inside", replace(`["v1/content/a"]`, `["v1/content/a", 1]`), "E092"},
		{"a manifest entry of no file", replace(`["v1/content/a"]`, `[]`), "E023 E092"},
		{"a content path above the object", replace(`["v1/content/a"]`, `["v1/content/a", "../../etc/passwd"]`), "E099"},
		{"a content path from the root", replace(`["v1/content/a"]`, `["v1/content/a", "/etc/passwd"]`), "E100"},
		{"a content path in no version", replace(`["v1/content/a"]`, `["v1/content/a", "v2/content/a"]`), "E042 E092"},
		{"a content path by another name of a version", replace(`["v1/content/a"]`, `["v1/content/a", "v01/content/a"]`), "E014 E092"},
		{"a content path that no store holds", replace(`["v1/content/a"]`, `["v1/content/a", "v1/content/.a\u0000"]`), "E092"},
		{"a content path that is a folder of another", replace(`["v1/content/a"]`, `["v1/content/a", "v1/content/a/b"]`), "E092 E101"},
		{"a content path outside the folder of content", replace(`["v1/content/a"]`, `["v1/content/a", "v1/other/a"]`), "E016 E092"},
		{"a folder of content above", replace(`"head"`, `"contentDirectory": "..", "head"`), "E018"},
		{"a folder of content without a name", replace(`"head"`, `"contentDirectory": "", "head"`), "E108"},
		{"a folder of content of another type", replace(`"head"`, `"contentDirectory": {}, "head"`), "E017"},
		{"another folder of content", replace(`"head"`, `"contentDirectory": "data", "head"`), "E016 W002"},
		{"versions that begin with 2", strings.ReplaceAll(plain, `"v1"`, `"v2"`), "E009 E046 E042"},
		{"a version with too great a number", replace(`"versions": {`, `"versions": {"v99999999999999999999": 1, `, `"head": "v1"`, `"head": "v99999999999999999999"`), "E010 E040 E046 E047"},
		{"a version 0", replace(`"versions": {`, `"versions": {"v0": 1, `), "E105 E047"},
		{"a version with two names", replace(`"versions": {`, `"versions": {"v01": 1, `), "E011 E012 E013 E046 E047 W001"},
		{"a version without created and state", replace(`"versions": {`, `"versions": {"v2": {}, `, `"head": "v1"`, `"head": "v2"`), "E040 E046 E048 W007"},
		{"created on a day that is not", replace("2026-01-02", "2026-02-30"), "E049"},
		{"created in a leap second", replace("03:04:05Z", "23:59:60+07:00"), ""},
		{"created at half a second, small letters", replace("T03:04:05Z", "t03:04:05.5z"), ""},
		{"a state of another type inside", replace(`["a"]}}`, `[7]}}`), "E051"},
		{"a user without a name", replace(`"name": "n", `, ``), "E054"},
		{"a user of another key", replace(`"name": "n"`, `"name": "n", "orcid": "x"`), "E102"},
		{"an address of another type", replace(`"mailto:n@example.org"`, `[]`), "E054"},
		{"a message of another type", replace(`"m"`, `null`), "E094"},
		{"an empty fixity block", fixity(`{}`), ""},
		{"a fixity block of another type", fixity(`null`), "E111"},
		{"a fixity algorithm of nobody", fixity(`{"crc32": {"x": ["v1/content/a"]}}`), "E056"},
		{"a fixity algorithm of another type", fixity(`{"md5": []}`), "E057"},
		{"a fixity digest of another length", fixity(`{"md5": {"00": ["v1/content/a"]}}`), "E057"},
		{"a fixity entry of another type", fixity(`{"md5": {"9a0364b9e99bb480dd25e1f0284c8555": 1}}`), "E057"},
		{"a fixity path outside the manifest", fixity(`{"md5": {"9a0364b9e99bb480dd25e1f0284c8555": ["v1/content/b"]}}`), "E057"},
		{"fixity by every algorithm", fixity(fixityOfPlain), ""},
		{"a wrong size", fixity(`{"size": {"8": ["v1/content/a"]}}`), "E093"},
		{"a size with zeros before it", fixity(`{"size": {"07": ["v1/content/a"]}}`), "E057"},
		{"a wrong blake2b-512", fixity(`{"blake2b-512": {"` + strings.Repeat("0", 128) + `": ["v1/content/a"]}}`), "E093"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := object(t, made(t, c.inventory), "o", validate.Options{})
			want := strings.Fields(c.want)
			slices.Sort(want)
			if diff := cmp.Diff(strings.Join(want, " "), strings.Join(codes(found), " ")); diff != "" {
				t.Errorf("found %v (-want +got)\n%s", found, diff)
			}
		})
	}
}

// The digests of "content", by other tools (coreutils, Python's hashlib).
const fixityOfPlain = `{
	"md5": {"9a0364b9e99bb480dd25e1f0284c8555": ["v1/content/a"]},
	"sha1": {"040f06fd774092478d450774f5ba30c5da78acc8": ["v1/content/a"]},
	"sha256": {"ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73": ["v1/content/a"]},
	"sha512": {"b2d1d285b5199c85f988d03649c37e44fd3dde01e5d69c50fef90651962f48110e9340b60d49a479c4c0b53f5f07d690686dd87d2481937a512e8b85ee7c617f": ["v1/content/a"]},
	"sha512/256": {"2571d87a27deda606f31d438912e40c972dea9390396b31eb72ecf99b3e15d65": ["v1/content/a"]},
	"blake2b-160": {"a676d8f673dd9cca7a930f195d022e53dd0f4e7a": ["v1/content/a"]},
	"blake2b-256": {"2d49316473cb68324b3f807c6d88c5618f6a422801f52ee3f6b3c29784504fc0": ["v1/content/a"]},
	"blake2b-384": {"6a2c1cf3b44a08f4b4d6a787fbbcb823ad548ccfcb67b39147e6a4ae978954e165a6dc92367ff695c5b7ff1586535910": ["v1/content/a"]},
	"blake2b-512": {"c3f4db476d1b1504092b4b3756e9b5ef1d658f609e55361e77de6b74d9d77a28be46411fd3ce158048c77714925207e47960f3dc0f399f1b8dcbb7e70333dc66": ["v1/content/a"]},
	"size": {"7": ["v1/content/a"]}}`

// Files of an object beside its inventory.
func TestRulesOfAnObjectsFiles(t *testing.T) {
	for _, c := range []struct {
		name string
		put  map[string]string // "" removes
		want string
	}{
		{"a declaration of another specification", map[string]string{"o/0=ocfl_object_1.1": "", "o/0=ocfl_object_1.0": "ocfl_object_1.0\n"}, "E038"},
		{"a declaration of a specification to come", map[string]string{"o/0=ocfl_object_1.1": "", "o/0=ocfl_object_9.9": "ocfl_object_9.9\n"}, "E003 E004"},
		{"a declaration beginning with 1", map[string]string{"o/0=ocfl_object_1.1": "", "o/1=ocfl_object_1.1": "ocfl_object_1.1\n"}, "E003 E005"},
		{"a declaration of something else", map[string]string{"o/0=bagit_1.0": "bagit_1.0\n"}, "E006"},
		{"a sidecar of another algorithm only", map[string]string{"o/inventory.json.sha512": "", "o/inventory.json.md5": "x inventory.json\n"}, "E059"},
		{"logs", map[string]string{"o/logs/2026/a.log": "x"}, ""},
		{"a registered extension", map[string]string{"o/extensions/0005-mutable-head/x": "x"}, ""},
		{"a local extension", map[string]string{"o/extensions/ours/x": "x"}, ""},
		{"an unregistered extension", map[string]string{"o/extensions/theirs/x": "x"}, "W013"},
		{"a folder that looks like a version", map[string]string{"o/v02/content/a": "x"}, "E046"},
		{"a folder that is nearly a version", map[string]string{"o/v2a/content/a": "x"}, "E001"},
		{"an object within an object", map[string]string{"o/p/0=ocfl_object_1.1": "ocfl_object_1.1\n"}, "E001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := made(t, plain)
			for key, text := range c.put {
				if err := store.Delete(t.Context(), key); err != nil {
					t.Fatal(err)
				}
				if text != "" {
					put(t, store, map[string]string{key: text})
				}
			}
			found := object(t, store, "o", validate.Options{Extensions: []string{"ours"}})
			if diff := cmp.Diff(c.want, strings.Join(codes(found), " ")); diff != "" {
				t.Errorf("found %v (-want +got)\n%s", found, diff)
			}
		})
	}
}

// An object of 1.0 is judged by 1.0: its rules and its codes.
func TestOlderSpecification(t *testing.T) {
	older := func(inventory string) *mem.Store {
		store := made(t, strings.ReplaceAll(inventory, "ocfl.io/1.1", "ocfl.io/1.0"))
		store.Delete(t.Context(), "o/0=ocfl_object_1.1")
		put(t, store, map[string]string{"o/0=ocfl_object_1.0": "ocfl_object_1.0\n"})
		return store
	}
	for _, c := range []struct{ name, inventory, want string }{
		{"sound", plain, ""},
		{"a digest no version uses, which 1.0 does not forbid", strings.Replace(plain, `"manifest": {`, `"manifest": {"`+strings.Repeat("0", 128)+`": ["v1/content/b"], `, 1), "E092"},
		{"a manifest of another type", strings.Replace(plain, `{"`+plainDigest+`": ["v1/content/a"]}`, `[]`, 1), "E041"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(codes(object(t, older(c.inventory), "o", validate.Options{})), " "); got != c.want {
				t.Errorf("found %s, want %s", got, c.want)
			}
		})
	}
}

func TestKnownID(t *testing.T) {
	if got := codes(object(t, made(t, plain), "o", validate.Options{ID: "urn:x:2"})); !slices.Equal(got, []string{"E037"}) {
		t.Errorf("found %v", got)
	}
}

// The finding is what programs read: it survives JSON and says in a line what a person needs.
func TestFinding(t *testing.T) {
	f := validate.Finding{Code: "W013", Object: "urn:x:1", Folder: "o", Path: "extensions/x", Detail: "d"}
	if b, err := json.Marshal(f); err != nil || f.Error() || f.String() != "W013 urn:x:1 extensions/x: d" {
		t.Errorf("%s %v %v %s", b, err, f.Error(), f)
	}
	if !(validate.Finding{Code: validate.Limit}).Error() {
		t.Error("what could not be judged is not sound")
	}
}

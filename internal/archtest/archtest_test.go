package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/internal/testkit"
)

func TestEveryImportIsAllowed(t *testing.T) {
	for _, b := range Check(packages(t)) {
		t.Error(b)
	}
}

func TestProgramCarriesNothingOfTheTests(t *testing.T) {
	for _, b := range Shipped(strings.Fields(string(run(t, "go", "list", "-deps", "./cmd/...")))) {
		t.Error(b)
	}
}

// What the domain needs in the end, through whatever it imports: still no database, no HTTP and two small libraries.
func TestDomainStaysLight(t *testing.T) {
	for dep := range strings.FieldsSeq(string(run(t, "go", "list", "-deps", "./archive"))) {
		switch {
		case own(dep):
			if dep != "sohoa/archive" && dep != "sohoa/internal/viet" {
				t.Errorf("archive needs %s", dep)
			}
		case standard(dep):
			if dep == "database/sql" || dep == "net/http" || dep == "html/template" {
				t.Errorf("archive needs %s", dep)
			}
		case !within(dep, "github.com/google/uuid") && !within(dep, "golang.org/x/text"):
			t.Errorf("archive needs %s", dep)
		}
	}
}

func TestOnlyCmdReadsTheEnvironment(t *testing.T) {
	found, err := Environment(packages(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range found {
		t.Error(place)
	}
}

// Every rule and every library of the tables still meets something that exists, so that the tables do not gather dust.
func TestEveryLibraryWithAHomeIsRequired(t *testing.T) {
	required, err := os.ReadFile(filepath.Join(testkit.Root(), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range homes {
		if !bytes.Contains(required, []byte(h.library)) {
			t.Errorf("%s has a home, and go.mod does not require it", h.library)
		}
	}
}

func TestNoUnwelcomeWords(t *testing.T) {
	out := run(t, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(testkit.Root(), name))
		if errors.Is(err, fs.ErrNotExist) { // deleted, not yet committed
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 { // a picture, a PDF
			continue
		}
		for _, place := range Unwelcome(name, text) {
			t.Error(place)
		}
	}
}

// The tester is tested: each of these breaks one rule, or none.
func TestJudge(t *testing.T) {
	cases := []struct {
		reason   string
		from, to string
		test     bool
		want     string
	}{
		{"the domain may fold Vietnamese", "archive", "sohoa/internal/viet", false, ""},
		{"the domain may make identifiers", "archive", "github.com/google/uuid", false, ""},
		{"the domain may hash", "archive", "crypto/sha256", false, ""},
		{"the domain knows no room", "archive", "sohoa/storage/catalog", false, "the domain imports the standard library, internal/viet and uuid"},
		{"the domain knows no other internal package", "archive", "sohoa/internal/durable", false, "the domain imports the standard library, internal/viet and uuid"},
		{"the domain knows no SQL", "archive", "database/sql", false, "the domain knows no database, no HTTP and no process"},
		{"the domain knows no HTTP", "archive", "net/http", false, "the domain knows no database, no HTTP and no process"},
		{"the domain knows no other library", "archive", "golang.org/x/text/unicode/norm", false, "the home of this library is api, api/..., storage/..., indexer, indexer/..., ocr, ocr/..., internal/..., cmd/..."},
		{"a room knows the domain", "indexer", "sohoa/archive", false, ""},
		{"a room knows internal packages", "storage/ocfl", "sohoa/internal/durable", false, ""},
		{"rooms do not know each other", "api/rest", "sohoa/storage/catalog", false, "rooms do not know each other"},
		{"the index does not read the catalog", "indexer", "sohoa/storage/catalog", false, "rooms do not know each other"},
		{"a room uses what lies below", "api", "sohoa/api/rest", false, ""},
		{"siblings never", "api/rest", "sohoa/api/web", false, "inside a room imports go downward; siblings never"},
		{"upward never", "ocr/pdf", "sohoa/ocr", false, "inside a room imports go downward; siblings never"},
		{"a name that only begins alike lies beside", "ocr/pdf", "sohoa/ocr/pdfx", false, "inside a room imports go downward; siblings never"},
		{"the layout is written over blob", "storage/ocfl", "sohoa/storage/blob", false, ""},
		{"the layout knows no one store", "storage/ocfl", "sohoa/storage/blob/disk", false, "inside a room imports go downward; siblings never"},
		{"a store implements the contract above it", "storage/blob/disk", "sohoa/storage/blob", false, ""},
		{"stores are siblings", "storage/blob/disk", "sohoa/storage/blob/mem", false, "inside a room imports go downward; siblings never"},
		{"the ledger is handed its transaction", "storage/ledger", "sohoa/storage/catalog", false, "inside a room imports go downward; siblings never"},
		{"the child runs the room's pipeline", "ocr/child", "sohoa/ocr/pdf", false, ""},
		{"the child stands at the room's level", "ocr/child", "sohoa/ocr", false, ""},
		{"nobody imports the child", "ocr/pdf", "sohoa/ocr/child", false, "inside a room imports go downward; siblings never"},
		{"internal packages know nobody", "internal/sandbox", "sohoa/archive", false, "internal packages know nobody"},
		{"nor each other", "internal/sandbox", "sohoa/internal/durable", false, "internal packages know nobody"},
		{"cmd sees everything", "cmd/sohoa", "sohoa/storage/catalog", false, ""},
		{"nobody sees cmd", "api", "sohoa/cmd/sohoa", false, "cmd is imported by nobody"},
		{"nobody sees cmd, in tests either", "api", "sohoa/cmd/sohoa", true, "cmd is imported by nobody"},
		{"the product uses no test kit", "api", "sohoa/internal/testkit", false, "what only tests use is imported by tests"},
		{"the program uses no test kit", "cmd/sohoa", "sohoa/internal/testkit", false, "what only tests use is imported by tests"},
		{"tests use the kit", "api", "sohoa/internal/testkit", true, ""},
		{"the product uses no suite", "storage/catalog", "sohoa/archive/catalogtest", false, "what only tests use is imported by tests"},
		{"tests use the suite", "storage/catalog", "sohoa/archive/catalogtest", true, ""},
		{"a suite knows the domain", "archive/catalogtest", "sohoa/archive", false, ""},
		{"a suite uses the kit", "archive/catalogtest", "sohoa/internal/testkit", false, ""},
		{"a suite of the domain knows no room", "archive/catalogtest", "sohoa/storage/catalog", false, "rooms do not know each other"},
		{"a suite compares", "archive/catalogtest", "github.com/google/go-cmp/cmp", false, ""},
		{"the product does not compare", "archive", "github.com/google/go-cmp/cmp", false, "a library of the tests"},
		{"a test may join rooms", "api", "sohoa/storage/catalog", true, ""},
		{"gin at home", "api/reply", "github.com/gin-gonic/gin", false, ""},
		{"gin abroad", "cmd/sohoa", "github.com/gin-gonic/gin", false, "the home of this library is api, api/..."},
		{"the driver abroad, in a test", "api", "modernc.org/sqlite", true, "the home of this library is storage/catalog, storage/catalog/..."},
		{"SQL outside the catalog", "storage/ledger", "database/sql", false, "the ledger is handed a transaction of the domain"},
		{"the S3 client has one home", "storage/blob/s3", "github.com/minio/minio-go/v7", false, ""},
		{"and it is not the room above", "storage/blob", "github.com/minio/minio-go/v7", false, "the home of this library is storage/blob/s3"},
		{"a stranger", "api", "github.com/example/stranger", false, "the library has no home"},
		{"a stranger, in a test", "api", "github.com/example/stranger", true, "the library has no home"},
		{"flags belong to cmd", "storage/catalog", "flag", false, "cmd is the only reader of flags"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			p := Package{ImportPath: "sohoa/" + c.from}
			if c.test {
				p.XTestImports = []string{c.to}
			} else {
				p.Imports = []string{c.to}
			}
			var got string
			if found := Check([]Package{p}); len(found) > 0 {
				got = found[0].Why
			}
			if got != c.want {
				t.Errorf("%s imports %s: got %q, want %q", c.from, c.to, got, c.want)
			}
		})
	}
}

func TestShipped(t *testing.T) {
	got := Shipped([]string{"fmt", "sohoa/archive", "sohoa/internal/testkit", "sohoa/archive/vaulttest", "testing", "github.com/chromedp/cdproto", "github.com/gin-gonic/gin"})
	var names []string
	for _, b := range got {
		names = append(names, b.To)
	}
	want := []string{"sohoa/internal/testkit", "sohoa/archive/vaulttest", "testing", "github.com/chromedp/cdproto"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestEnvironmentReads(t *testing.T) {
	got, err := environmentReads("x.go", "package x\nimport \"os\"\nvar _, _ = os.LookupEnv(\"A\")\nvar home = os.TempDir()\n")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"x.go:3:12: os.LookupEnv: cmd is the only reader of the environment"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnwelcome(t *testing.T) {
	text := "a todo list is a word\n// TO" + "DO: later\nhttps://un" + "pkg.com/x.js\nMASTODON\n"
	got := Unwelcome("x.go", []byte(text))
	want := []string{"x.go:2: TO" + "DO", "x.go:3: un" + "pkg.com"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func packages(t *testing.T) []Package {
	t.Helper()
	var all []Package
	d := json.NewDecoder(bytes.NewReader(run(t, "go", "list", "-e", "-json=ImportPath,Dir,GoFiles,Imports,TestImports,XTestImports", "./...")))
	for {
		var p Package
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = testkit.Root()
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
	return out
}

// Papers are told apart by SHA-256 alone: two with the same MD5 or SHA-1 can be made at will. The few places that need the old digests speak a
// foreign language with them.
func TestOldDigestsIdentifyNothing(t *testing.T) {
	foreign := map[string]string{
		"sohoa/ocr/pdf/cos":           "crypto/md5",  // the encryption of PDF prescribes it
		"sohoa/storage/ocfl/validate": "",            // OCFL objects of others may carry them as further fixity
		"sohoa/storage/blob/s3":       "",            // signatures of the transport
		"sohoa/api/session":           "crypto/sha1", // HMAC of the codes of authenticators (RFC 6238 §1.2): other algorithms are ignored by most of them
	}
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			if imported != "crypto/md5" && imported != "crypto/sha1" {
				continue
			}
			if only, ok := foreign[p.ImportPath]; !ok || only != "" && only != imported {
				t.Errorf("%s imports %s", p.ImportPath, imported)
			}
		}
	}
}

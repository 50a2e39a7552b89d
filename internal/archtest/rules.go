// Package archtest holds the rules of who may import whom. They are written down as tables in this file and checked by the tests of
// this package over what `go list` reports, so that plain `go test ./...` catches a breach.
//
// The shape behind the tables: the domain (archive) knows nobody; a room (api, storage, indexer, ocr) knows the domain and what is
// nobody's public face (internal); inside a room a package may use what lies below it and never its sibling; only cmd sees
// everything. Each outside library has one home, so that replacing it is the work of one folder.
package archtest

// Path of the module; packages below are written without it.
const module = "sohoa"

// downward lists the imports inside one room that the general rule (a package may import what lies below it) does not cover.
// A pattern ending in /... stands for the packages below, not for the package itself.
var downward = []struct {
	from, to string
	why      string
}{
	{"storage/ocfl", "storage/blob", "the archival layout is written in keys and bytes"},
	{"storage/ocfl/...", "storage/blob", "so are its checks"},
	{"storage/blob/...", "storage/blob", "a store implements the contract declared above it"},
	{"storage/catalog/...", "storage/catalog", "an engine implements the contract declared above it"},
	{"ocr/child", "ocr", "the child process runs the pipeline of the room"},
	{"ocr/child", "ocr/...", "the child process runs the pipeline of the room"},
}

// homes names the packages in which an outside library may be imported, tests included. The longest matching library path
// counts. A library without a home may not be imported at all: giving it one is a change to this table, with its reason in the
// commit.
var homes = []struct {
	library string
	in      []string
}{
	{"github.com/gin-gonic", []string{"api", "api/..."}},
	{"github.com/danielgtaylor/huma", []string{"api", "api/..."}},
	{"github.com/coreos/go-oidc", []string{"api/session"}},
	{"golang.org/x/oauth2", []string{"api/session"}},
	{"github.com/prometheus", []string{"api", "api/...", "cmd/..."}},
	{"github.com/minio/minio-go", []string{"storage/blob/s3"}},
	{"modernc.org/sqlite", []string{"storage/catalog", "storage/catalog/..."}},
	{"github.com/jackc/pgx", []string{"storage/catalog", "storage/catalog/..."}},
	{"github.com/pressly/goose", []string{"storage/catalog", "storage/catalog/..."}},
	{"golang.org/x/mod", []string{"storage/ledger", "internal/..."}},
	{"github.com/blevesearch", []string{"indexer", "indexer/..."}},
	{"github.com/pdfcpu/pdfcpu", []string{"ocr/pdf", "ocr/pdf/..."}},
	{"github.com/klippa-app/go-pdfium", []string{"ocr/pdf", "ocr/pdf/..."}},
	{"github.com/tetratelabs/wazero", []string{"ocr/pdf", "ocr/pdf/..."}},
	{"github.com/hhrutter/tiff", []string{"ocr/pdf", "ocr/pdf/...", "ocr/image", "ocr/page"}},
	{"github.com/makiuchi-d/gozxing", []string{"ocr/code"}},
	{"github.com/boombuler/barcode", []string{"ocr/code", "ocr/code/codetest", "api/paper"}},
	{"codeberg.org/go-fonts", []string{"api/paper", "internal/testkit"}},
	{"github.com/landlock-lsm/go-landlock", []string{"internal/sandbox"}},
	{"github.com/elastic/go-seccomp-bpf", []string{"internal/sandbox"}},
	{"github.com/chromedp", []string{"internal/testkit/browser"}},
	{"github.com/google/uuid", []string{"archive", "archive/..."}},
	{"github.com/klauspost/compress", []string{"ocr", "ocr/...", "storage/...", "api/..."}},
	{"golang.org/x", []string{"api", "api/...", "storage/...", "indexer", "indexer/...", "ocr", "ocr/...", "internal/...", "cmd/..."}},
}

// testLibraries may be imported by any test and by the packages that only tests import.
var testLibraries = []string{
	"github.com/google/go-cmp",
	"github.com/santhosh-tekuri/jsonschema",
	"github.com/xuri/excelize", // the witness that our workbooks are workbooks
}

// denied lists packages of the standard library that a room has no business with. Tests may use them.
var denied = []struct {
	from string
	std  []string
	why  string
}{
	{"archive", []string{"database/sql", "net/http", "html/template", "flag", "os/exec"}, "the domain knows no database, no HTTP and no process"},
	{"api", []string{"database/sql", "flag"}, "the API holds no SQL and reads no flags"},
	{"api/...", []string{"database/sql", "flag"}, "the API holds no SQL and reads no flags"},
	{"indexer", []string{"database/sql", "flag"}, "the index holds no SQL and reads no flags"},
	{"ocr", []string{"database/sql", "flag"}, "reading holds no SQL and reads no flags"},
	{"ocr/...", []string{"database/sql", "flag"}, "reading holds no SQL and reads no flags"},
	{"storage/blob", []string{"database/sql", "flag"}, "bytes are kept without SQL"},
	{"storage/blob/...", []string{"database/sql", "flag"}, "bytes are kept without SQL"},
	{"storage/ocfl", []string{"database/sql", "flag"}, "the archival layout is written without SQL"},
	{"storage/ledger", []string{"database/sql", "flag"}, "the ledger is handed a transaction of the domain"},
	{"storage/catalog", []string{"flag"}, "cmd is the only reader of flags"},
	{"internal/...", []string{"flag"}, "cmd is the only reader of flags"},
}

// environment names the packages that may read the process's environment: cmd, because nothing else does, and the tests' own tools.
var environment = []string{"cmd/...", "internal/testkit", "internal/testkit/...", "internal/sandbox"}

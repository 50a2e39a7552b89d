package validate_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/internal/testkit"
	"sohoa/storage/blob"
	"sohoa/storage/blob/mem"
	"sohoa/storage/ocfl/validate"
)

// besides are the codes that a fixture deserves besides those in its name.
var besides = map[string][]string{
	// The folder "1" does not belong to an object; its name in the inventory is no version's name either.
	"E001_invalid_version_format": {"E104"},
	// The inventory in v08 names v1/content/test.txt; the folder is v01.
	"E011_E013_invalid_padded_head_version": {"E014", "E023", "E092"},
	// Set to one name, then to another: both halves of the sentence are broken.
	"E019_inconsistent_content_dir": {"E020"},
	// 1.1 gave the changed id a code of its own.
	"E037_inconsistent_id": {"E110"},
	// The message is an array.
	"E049_E050_E054_bad_version_block_values": {"E094"},
	// Its manifest says v1/content/content/file-1.txt, the file is v1/content/file-1.txt.
	"E100_E099_fixity_invalid_content_paths": {"E023", "E092"},
}

var code = regexp.MustCompile(`[EW]\d{3}`)

func TestFixtures(t *testing.T) {
	all := fixtures(t)
	for _, name := range all.names() {
		kind, fixture, _ := strings.Cut(name, "/")
		t.Run(name, func(t *testing.T) {
			want := append(code.FindAllString(fixture, -1), besides[fixture]...)
			if kind == "good-objects" {
				want = nil
			}
			got := codes(object(t, all.store, name, validate.Options{}))
			if kind == "bad-objects" { // their names say nothing of warnings
				got = slices.DeleteFunc(got, func(c string) bool { return c[0] == 'W' })
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
				for _, f := range object(t, all.store, name, validate.Options{}) {
					t.Log(f)
				}
			}
		})
	}
}

// object validates one object and returns what is found.
func object(t testing.TB, store blob.Store, folder string, o validate.Options) []validate.Finding {
	t.Helper()
	var all []validate.Finding
	err := validate.Object(t.Context(), store, folder, o, func(f validate.Finding) error {
		all = append(all, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// codes returns the codes found, each once, in order.
func codes(findings []validate.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, f.Code)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// tarball is the public fixtures in a store: folder/object/file.
type tarball struct {
	store   *mem.Store
	objects []string
}

func (b tarball) names() []string { return b.objects }

func fixtures(t testing.TB) tarball {
	t.Helper()
	f, err := os.Open(testkit.Corpus(t, "packages/ocfl-1.1-fixtures.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	out := tarball{store: mem.New()}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		name := path.Clean(h.Name)
		switch parts := strings.Split(name, "/"); {
		case h.Typeflag == tar.TypeDir && len(parts) == 2:
			out.objects = append(out.objects, name)
		case h.Typeflag == tar.TypeReg && !strings.HasPrefix(path.Base(name), "."): // .keep, with which git holds empty folders
			b, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := out.store.Create(t.Context(), name, bytes.NewReader(b)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(out.objects) < 75 {
		t.Fatalf("%d fixtures", len(out.objects))
	}
	return out
}

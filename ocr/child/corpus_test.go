package child

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// TestHostilePapersLeaveTheParentWell sends every hostile paper through a real inspector child. What the verdict says is
// the inspection's own matter and tested there; here it is that there is one, in time, with a reason where it is no.
func TestHostilePapersLeaveTheParentWell(t *testing.T) {
	root := testkit.Corpus(t, "hostile")
	i := NewInspector(Options{Inspectors: 2})
	defer i.Close()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".pdf") {
			return err
		}
		name, _ := filepath.Rel(root, path)
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		begin := time.Now()
		v, err := i.Inspect(t.Context(), f, archive.InspectRequest{DeclaredType: archive.PDF})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if v.Refusal != "" && len(v.Findings) == 0 {
			t.Errorf("%s: refused as %s without a finding", name, v.Refusal)
		}
		t.Logf("%s: %.0f ms, %q %d pages %v", name, time.Since(begin).Seconds()*1000, v.Refusal, v.PageCount(), codes(v.Findings))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", i.Stats())
}

func codes(findings []archive.Finding) (all []string) {
	for _, f := range findings {
		all = append(all, f.Code)
	}
	return all
}

package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/internal/testkit"
	"sohoa/ocr/pdf"
)

var update = flag.Bool("update", false, "write testdata/verdicts.tsv anew; read the difference before you commit it")

// verdictFolders are the folders of the corpus whose every file has a line in the table.
var verdictFolders = []string{"hostile", "images", "real", filepath.Join("synthetic", "fixtures")}

const verdictTable = "testdata/verdicts.tsv"

// TestVerdictTable holds what is said of every paper of the corpus against a table that was read line by line. The papers go through
// sohoa inspect: the real children, the default limits, the default policy; a second column tells the verdict of a house that takes no
// owner-locked files. One run over everything has to leave every child alive, within its time and its memory.
func TestVerdictTable(t *testing.T) {
	root := testkit.Corpus(t, ".")
	p := builtProgram(t)
	got, sums := judgeCorpus(t, p, root)
	strict, _ := judgeCorpus(t, p, root, "--owner-locks=false")
	t.Logf("%d files, %v", sums.Files, sums.Verdicts)
	t.Logf("slowest %d ms (%s), peak memory of one child %d MB, children started %d, lost %d", sums.SlowestMS, sums.Slowest, sums.PeakBytes>>20,
		sums.Children, sums.Died+sums.OverTime+sums.OverMem)
	if sums.Died+sums.OverTime+sums.OverMem > 0 {
		t.Errorf("children died %d, over time %d, over memory %d", sums.Died, sums.OverTime, sums.OverMem)
	}
	var b strings.Builder
	b.WriteString("file\tsha256\ttype\tverdict\twithout owner locks\tpages\tsignatures\tfindings\n")
	for i, r := range got {
		b.WriteString(verdictLine(root, r, strict[i]))
	}
	if *update {
		if err := os.WriteFile(verdictTable, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(verdictTable)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("verdicts differ from %s; if that is what a careful archivist wants, run with -update:\n%s", verdictTable, diff)
	}
}

// judgeCorpus runs sohoa inspect over the corpus. A paper that ran out of time is asked again alone: the machine may be busy, and the
// table is not about that.
func judgeCorpus(t *testing.T, p program, root string, args ...string) (all []inspected, sums inspectionSums) {
	t.Helper()
	run := func(paths ...string) (all []inspected, sums inspectionSums) {
		out := p.run(t, exitFindings, append(append([]string{"inspect", "--json"}, args...), paths...)...)
		lines := bufio.NewScanner(strings.NewReader(out))
		lines.Buffer(nil, 4<<20)
		for lines.Scan() {
			var last struct{ Sums *inspectionSums }
			if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
				t.Fatal(err)
			}
			if last.Sums != nil {
				sums = *last.Sums
				continue
			}
			var r inspected
			if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
				t.Fatal(err)
			}
			all = append(all, r)
		}
		return all, sums
	}
	var paths []string
	for _, f := range verdictFolders {
		paths = append(paths, filepath.Join(root, f))
	}
	all, sums = run(paths...)
	for i := range all {
		for _, f := range all[i].Findings {
			if f.Code != "inspection_time" && f.Code != "took_too_long" {
				continue
			}
			again, alone := run(all[i].File)
			all[i] = again[0]
			if f.Code == "took_too_long" { // the parent's patience ended: a child was lost to it
				sums.OverTime--
			}
			sums.OverTime += alone.OverTime
			break
		}
	}
	return all, sums
}

// verdictLine is one line of the table. Findings of one code stand together: code, severity, then page and object of each.
func verdictLine(root string, r, strict inspected) string {
	name, _ := filepath.Rel(root, r.File)
	other := "="
	if strict.Verdict != r.Verdict {
		other = strict.Verdict
	}
	digest := strings.TrimPrefix(r.Digest, "sha256:")
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\n", filepath.ToSlash(name), digest[:12], r.MediaType, r.Verdict, other, r.Pages, r.Signatures, findingCells(r.Findings))
}

// tells are the findings whose words hold numbers of the paper.
var tells = map[string]bool{pdf.CountDiffers: true, "earlier_revisions": true}

var digits = regexp.MustCompile(`\d+`)

func findingCells(fs []archive.Finding) string {
	var order []string
	places := map[string][]string{}
	for _, f := range fs {
		key := string(f.Severity) + " " + f.Code
		if n := digits.FindAllString(f.Msg.EN, -1); tells[f.Code] {
			key += " " + strings.Join(n, "≠")
		}
		if _, ok := places[key]; !ok {
			order = append(order, key)
			places[key] = nil
		}
		at := ""
		if f.Page > 0 {
			at += fmt.Sprintf(" p%d", f.Page)
		}
		if f.Object > 0 {
			at += fmt.Sprintf(" obj%d", f.Object)
		}
		if at != "" {
			places[key] = append(places[key], at)
		}
	}
	for i, key := range order {
		order[i] = key + strings.Join(places[key], ",")
	}
	return strings.Join(order, "; ")
}

// TestInspectSays what a paper would be refused for, to a person, in her language, and keeps nothing.
func TestInspectSays(t *testing.T) {
	dir := t.TempDir()
	bad, good := filepath.Join(dir, "bad\x1b[2J.pdf"), filepath.Join(dir, "good.pdf")
	script := "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/AA<</O<</S/JavaScript/JS(alert)>>>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
	for name, b := range map[string][]byte{bad: []byte(script), good: testkit.TextPDF("One page.")} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := self(t)
	if out := p.run(t, exitDone, "inspect", good); !strings.HasPrefix(out, accepted) {
		t.Errorf("a plain paper: %s", out)
	}
	out := p.run(t, exitFindings, "inspect", dir)
	if !strings.Contains(out, "javascript, page 1, object 3: The PDF contains JavaScript.") || strings.Contains(out, "\x1b") || strings.Contains(out, "alert") {
		t.Errorf("in English: %q", out)
	}
	p.env = append(p.env, "LC_ALL=vi_VN.UTF-8")
	if out := p.run(t, exitFindings, "inspect", bad); !strings.Contains(out, "javascript, trang 1, đối tượng 3: PDF chứa mã JavaScript.") {
		t.Errorf("in Vietnamese: %s", out)
	}
	p.run(t, exitFailed, "inspect", filepath.Join(dir, "absent.pdf"))
	p.run(t, exitFailed, "inspect")
}

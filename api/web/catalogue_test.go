package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

var verbs = regexp.MustCompile(`%[a-z%]|\{\d\}`)

func TestEveryTextHasTwoLanguages(t *testing.T) {
	for key, text := range catalogue {
		if strings.TrimSpace(text.VI) == "" || strings.TrimSpace(text.EN) == "" {
			t.Errorf("%s: %q / %q", key, text.VI, text.EN)
		}
		vi, en := verbs.FindAllString(text.VI, -1), verbs.FindAllString(text.EN, -1)
		slices.Sort(vi)
		slices.Sort(en)
		if diff := cmp.Diff(vi, en); diff != "" {
			t.Errorf("%s asks for other values in the other language: %s", key, diff)
		}
	}
}

func TestNoTextIsWrittenTwice(t *testing.T) {
	n := 0
	for _, part := range []texts{frameTexts, paperTexts, wordTexts, searchTexts, adminTexts, inboxTexts, mistakeTexts, pagesTexts, asideTexts, quotaTexts, uploadTexts, copyTexts, stackTexts, linkedTexts, scriptTexts, storeTexts, retrievalTexts, citizenTexts, signInTexts, workTexts, trailTexts, tokenTexts} {
		n += len(part)
	}
	if n != len(catalogue) {
		t.Errorf("%d texts under %d keys", n, len(catalogue))
	}
}

// sources returns what of this package can use a text: its templates, scripts and code.
func sources(t *testing.T) (templates, scripts, code string) {
	t.Helper()
	read := func(dir, ext string) string {
		var b strings.Builder
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(p) != ext || strings.HasSuffix(p, "_test.go") || strings.HasPrefix(filepath.Base(p), "text_") {
				return err
			}
			text, err := os.ReadFile(p)
			b.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	return read("templates", ".html"), read("static", ".js"), read(".", ".go")
}

func TestEveryTextIsUsed(t *testing.T) {
	templates, scripts, code := sources(t)
	for key := range catalogue {
		if name, ok := strings.CutPrefix(key, jsTexts); ok {
			if !strings.Contains(scripts, `say("`+name+`"`) && name != "partial" && name != "failed" && !strings.HasPrefix(name, "also_") && !strings.HasPrefix(name, "severity_") { // those are said by the name of a state or a field
				t.Errorf("no script says %s", name)
			}
			continue
		}
		family, _, _ := strings.Cut(key, ".")
		if strings.Contains(templates, `"`+key+`"`) || strings.Contains(code, `"`+key+`"`) {
			continue
		}
		if strings.Contains(code, `"`+family+`."+`) || strings.Contains(code, `"`+family+`." +`) || strings.Contains(code, `options("`+family+`"`) {
			continue // a family, named by values of the archive
		}
		t.Errorf("nobody shows %s", key)
	}
}

func TestScriptsSayOnlyWhatIsWritten(t *testing.T) {
	_, scripts, _ := sources(t)
	for _, m := range regexp.MustCompile(`\bsay\("([a-z_]+)"`).FindAllStringSubmatch(scripts, -1) {
		if !known(jsTexts+m[1]) && !strings.HasSuffix(m[1], "_") {
			t.Errorf("a script says %s, which is in no catalogue", m[1])
		}
	}
}

func TestCodeSaysOnlyWhatIsWritten(t *testing.T) {
	_, _, code := sources(t)
	for _, m := range regexp.MustCompile(`\.t\("([a-z_.]+)"[,)]`).FindAllStringSubmatch(code, -1) {
		if !known(m[1]) {
			t.Errorf("the code says %s, which is in no catalogue", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`done=([a-z_]+)"`).FindAllStringSubmatch(code, -1) {
		if !known("done."+m[1]) && !strings.HasSuffix(m[1], "_") {
			t.Errorf("done.%s is in no catalogue", m[1])
		}
	}
}

// Families named by values of the archive hold every value.
func TestFamiliesAreWhole(t *testing.T) {
	var want []string
	add := func(family string, values ...string) {
		for _, v := range values {
			want = append(want, family+"."+v)
		}
	}
	for _, s := range archive.States {
		add("state", string(s))
	}
	for _, r := range []archive.ReadingState{archive.ReadingWaiting, archive.ReadingRunning, archive.ReadingDone, archive.ReadingPartial, archive.ReadingFailed, archive.ReadingOff} {
		add("reading", string(r))
	}
	for _, r := range append([]archive.Role{archive.RoleCitizen, archive.RoleSystem}, archive.Roles...) {
		add("role", string(r))
	}
	for _, a := range actions {
		add("action", string(a))
	}
	for _, r := range archive.Rules {
		if offered[r.Move] != "" || r.Move == archive.Submit {
			add("done", string(r.Move))
		}
	}
	for _, x := range tabs {
		add("tab", x.name)
		add("empty", x.name)
	}
	for _, o := range []archive.Order{archive.Newest, archive.Oldest, archive.Issued, archive.Changed} {
		add("order", string(o))
	}
	for _, s := range []archive.Sort{archive.ByRelevance, archive.ByNewest, archive.ByOldest} {
		add("sort", string(s))
	}
	add("filter", archive.FacetNames...)
	add("detail", told...)
	add("severity", string(archive.Info), string(archive.Warning), string(archive.Fatal))
	add("kind", string(archive.Component), string(archive.Result))
	add("access", string(archive.Public), string(archive.Restricted), string(archive.Sealed))
	add("id_type", string(archive.IDCitizen), string(archive.IDOldCard), string(archive.IDTax), string(archive.IDOther))
	add("job", string(archive.JobRead))
	add("done", "submit_next", "accept_next", "return_next", "account_open", "account_close")
	for _, key := range want {
		if !known(key) {
			t.Errorf("%s is in no catalogue", key)
		}
	}
}

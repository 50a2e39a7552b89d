package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Environment returns the places where a package outside the table `environment` reads the process's environment. Test files are
// not looked at.
func Environment(packages []Package) ([]string, error) {
	var found []string
	for _, p := range packages {
		from := inside(p.ImportPath)
		if slices.ContainsFunc(environment, func(pattern string) bool { return match(pattern, from) }) || testOnly(from) {
			continue
		}
		for _, name := range p.GoFiles {
			places, err := environmentReads(filepath.Join(p.Dir, name), nil)
			if err != nil {
				return nil, err
			}
			found = append(found, places...)
		}
	}
	return found, nil
}

// environmentReads parses one file (src as in parser.ParseFile) and returns the calls by which it reads the environment.
func environmentReads(file string, src any) ([]string, error) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var found []string
	ast.Inspect(tree, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "os" && slices.Contains([]string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"}, sel.Sel.Name) {
			found = append(found, fmt.Sprintf("%s: os.%s: cmd is the only reader of the environment", set.Position(sel.Pos()), sel.Sel.Name))
		}
		return true
	})
	return found, nil
}

// unwelcome are words that stand in no file of the tree. Hosts that serve packages or scripts do not, because a page makes no
// outside request and a build is pinned by content and not by place. The words are put together here so that this file may be
// searched like any other.
var unwelcome = regexp.MustCompile(`\b(?:` + strings.Join([]string{
	"TO" + "DO", "FIX" + "ME", "XX" + "X",
	`proxy\.` + `golang\.org`, `sum\.` + `golang\.org`, `registry\.` + `npmjs\.org`, `deb\.` + `debian\.org`,
	`files\.` + `pythonhosted\.org`, `repo\.maven\.` + `apache\.org`,
	`fonts\.` + `googleapis\.com`, `fonts\.` + `gstatic\.com`, `cdn\.` + `jsdelivr\.net`, `un` + `pkg\.com`, `cdnjs\.` + `cloudflare\.com`,
}, "|") + `)\b`)

// Unwelcome returns the lines of a text file that hold such a word, as name:line: text.
func Unwelcome(name string, text []byte) []string {
	var found []string
	for i, line := range strings.Split(string(text), "\n") {
		if word := unwelcome.FindString(line); word != "" {
			found = append(found, fmt.Sprintf("%s:%d: %s", name, i+1, word))
		}
	}
	return found
}

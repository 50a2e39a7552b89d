package archive

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestLimitsAreDocumented(t *testing.T) {
	const file = "limits.md"
	if *update {
		if err := os.WriteFile(file, []byte(LimitTable()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), LimitTable()); diff != "" {
		t.Errorf("limits.md is not what the tables say (go test ./archive -update):\n%s", diff)
	}
}

// leaves returns the names of every number in Limits.
func leaves(t reflect.Type, prefix string) (out []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type.Kind() == reflect.Struct {
			out = append(out, leaves(f.Type, prefix+f.Name+".")...)
			continue
		}
		out = append(out, prefix+f.Name)
	}
	return out
}

func TestEveryLimitHasItsRowAndEveryRowItsProof(t *testing.T) {
	fields, flags := map[string]bool{}, map[string]bool{}
	for _, r := range LimitRows() {
		name := cmp.Or(r.Field+r.Const, "--"+r.Flag)
		if r.Field != "" && r.Const != "" || (r.Const != "") == (r.Flag != "") || (r.Field == "") != (r.Value != nil) {
			t.Errorf("%s: a row has a field and its flag, a flag of another room and its value, or a constant and its value", name)
		}
		if fields[name] || r.Flag != "" && flags[r.Flag] {
			t.Errorf("%s: twice in the table", name)
		}
		fields[name], flags[r.Flag] = true, true
		if r.Name.VI == "" || r.Name.EN == "" || r.Why.VI == "" || r.Why.EN == "" || r.Unit == "" || r.Code == "" || strings.Contains(r.Why.EN+r.Name.EN+r.Code, "|") {
			t.Errorf("%s: something is not said: %+v", name, r)
		}
		if _, ok := beyondVI[r.Code]; !ok && !regexp.MustCompile(`^(\d{3}( |$)|[a-z_]+$)`).MatchString(r.Code) {
			t.Errorf("%s: %q is not said in Vietnamese", name, r.Code)
		}
		if r.Test == "" && r.Flag != "" {
			t.Errorf("%s: no test crosses it", name)
		}
		if r.Test != "" && !slices.Contains(testsOf(t, r.Test), r.Test) {
			t.Errorf("%s: there is no test %s", name, r.Test)
		}
		if r.Const != "" {
			if got, want := constantOf(t, r.Const), constant.ToFloat(constant.Make(number(r.Value))); !constant.Compare(constant.ToFloat(got), token.EQL, want) {
				t.Errorf("%s is %s in the source and %v in the table", r.Const, got, r.Value)
			}
		}
	}
	for _, f := range leaves(reflect.TypeFor[Limits](), "") {
		if !fields[f] {
			t.Errorf("Limits.%s has no row in limit_rows.go", f)
		}
	}
}

func number(v any) int64 {
	switch n := v.(type) {
	case time.Duration:
		return int64(n)
	case int:
		return int64(n)
	}
	panic(fmt.Sprintf("%T", v))
}

// testsOf lists the tests in the folder of a test, each as the table names it.
func testsOf(t *testing.T, name string) (out []string) {
	t.Helper()
	dir, _, _ := strings.Cut(name, " ")
	for _, f := range parseDir(t, dir) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				out = append(out, dir+" "+fn.Name.Name)
			}
		}
	}
	return out
}

var parsed = map[string][]*ast.File{}

func parseDir(t *testing.T, dir string) []*ast.File {
	t.Helper()
	if fs, ok := parsed[dir]; ok {
		return fs
	}
	names, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(dir), "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no Go in %s: %v", dir, err)
	}
	set := token.NewFileSet()
	for _, n := range names {
		f, err := parser.ParseFile(set, n, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed[dir] = append(parsed[dir], f)
	}
	return parsed[dir]
}

// constantOf evaluates a constant in the source of a folder. Its expression may use numbers and the durations of package time.
func constantOf(t *testing.T, name string) constant.Value {
	t.Helper()
	dir, id := name[:strings.LastIndex(name, ".")], name[strings.LastIndex(name, ".")+1:]
	for _, f := range parseDir(t, dir) {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				for i, n := range v.Names {
					if n.Name != id || i >= len(v.Values) {
						continue
					}
					text := types.ExprString(v.Values[i])
					for unit, d := range map[string]time.Duration{"time.Hour": time.Hour, "time.Minute": time.Minute, "time.Second": time.Second, "time.Millisecond": time.Millisecond} {
						text = strings.ReplaceAll(text, unit, fmt.Sprint(int64(d)))
					}
					tv, err := types.Eval(token.NewFileSet(), nil, token.NoPos, text)
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					return tv.Value
				}
			}
		}
	}
	t.Fatalf("there is no constant %s", name)
	return nil
}

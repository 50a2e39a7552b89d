package api_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// asvsSections is how many requirements each section of ASVS 5.0.0 has: 345 together.
var asvsSections = map[string]int{
	"1.1": 2, "1.2": 10, "1.3": 12, "1.4": 3, "1.5": 3, "2.1": 3, "2.2": 3, "2.3": 5, "2.4": 2, "3.1": 1, "3.2": 3, "3.3": 5, "3.4": 8, "3.5": 8, "3.6": 1, "3.7": 5,
	"4.1": 5, "4.2": 5, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 6, "5.3": 3, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2, "6.8": 4,
	"7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2, "8.1": 4, "8.2": 4, "8.3": 3, "8.4": 2, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 3, "10.3": 5, "10.4": 16,
	"10.5": 5, "10.6": 2, "10.7": 3, "11.1": 4, "11.2": 5, "11.3": 5, "11.4": 4, "11.5": 2, "11.6": 2, "11.7": 2, "12.1": 5, "12.2": 2, "12.3": 5, "13.1": 4, "13.2": 6,
	"13.3": 4, "13.4": 7, "14.1": 2, "14.2": 8, "14.3": 3, "15.1": 5, "15.2": 5, "15.3": 7, "15.4": 4, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 4, "17.1": 2, "17.2": 8, "17.3": 2,
}

// testsOf returns the tests that the files of a folder declare: functions of package testing's form, not words that look like one.
func testsOf(folder string) (map[string]bool, error) {
	names, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(folder), "*_test.go"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("no tests in %s: %w", folder, err)
	}
	out := map[string]bool{}
	for _, name := range names {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || len(fn.Type.Params.List) != 1 || !strings.HasPrefix(fn.Name.Name, "Test") {
				continue
			}
			if star, ok := fn.Type.Params.List[0].Type.(*ast.StarExpr); ok {
				if of, ok := star.X.(*ast.SelectorExpr); ok && of.Sel.Name == "T" {
					out[fn.Name.Name] = true
				}
			}
		}
	}
	return out, nil
}

// rowsOf returns the cells of every table row of a Markdown text, but for heads and rules.
func rowsOf(text string, columns int) (rows [][]string) {
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != columns+2 || strings.HasPrefix(cells[1], "---") {
			continue
		}
		row := cells[1 : columns+1]
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		rows = append(rows, row)
	}
	return rows
}

// asvsFaults returns what is wrong with a table of requirements.
func asvsFaults(text string, tests func(string) (map[string]bool, error)) (faults []string, met, part, not int) {
	wrong := func(form string, args ...any) { faults = append(faults, fmt.Sprintf(form, args...)) }
	seen, sections := map[string]bool{}, map[string]bool{}
	last, number := 0, regexp.MustCompile(`^(\d+)\.(\d+)\.(\d+)$`)
	for _, r := range rowsOf(text, 6) {
		id, level, asks, where, state, named := r[0], r[1], r[2], r[3], r[4], r[5]
		m := number.FindStringSubmatch(id)
		if m == nil {
			if id != "Requirement" {
				wrong("%q is no requirement", id)
			}
			continue
		}
		section := m[1] + "." + m[2]
		chapter, _ := strconv.Atoi(m[1])
		part2, _ := strconv.Atoi(m[2])
		n, _ := strconv.Atoi(m[3])
		if n < 1 || n > asvsSections[section] {
			wrong("%s is not in the standard", id)
		}
		if place := chapter*10_000 + part2*100 + n; place <= last {
			wrong("%s stands out of order or twice", id)
		} else {
			last = place
		}
		seen[id], sections[section] = true, true
		if level != "1" && level != "2" && level != "3" || asks == "" || where == "" {
			wrong("%s: level, what it asks and where it is met are needed", id)
		}
		switch state {
		case "met":
			met++
		case "in part":
			part++
		case "not":
			not++
			if named != "" {
				wrong("%s: not met, and tests hold it", id)
			}
			continue
		default:
			wrong("%s: state %q", id, state)
		}
		if named == "" {
			wrong("%s: no test holds it: say so, and why", id)
			continue
		}
		for one := range strings.SplitSeq(named, ", ") {
			folder, test, ok := strings.Cut(one, " ")
			there, err := tests(folder)
			switch {
			case !ok || err != nil:
				wrong("%s: %q: %v", id, one, err)
			case !there[test]:
				wrong("%s: there is no %s in %s", id, test, folder)
			}
		}
	}
	for _, r := range rowsOf(text, 2) {
		for section := range strings.SplitSeq(r[0], ", ") {
			switch {
			case r[0] == "Sections":
			case asvsSections[section] == 0:
				wrong("section %q is not in the standard", section)
			case sections[section] && asvsSections[section] < 2:
				wrong("section %s stands twice", section)
			default:
				sections[section] = true
			}
		}
	}
	for section := range asvsSections {
		if !sections[section] {
			wrong("section %s is nowhere: met, not applying or not looked at?", section)
		}
	}
	slices.Sort(faults)
	return faults, met, part, not
}

// The table of requirements names tests that exist, and says what is not met.
func TestASVS(t *testing.T) {
	text, err := os.ReadFile("asvs.md")
	must(t, err)
	known := map[string]map[string]bool{}
	tests := func(folder string) (map[string]bool, error) {
		if known[folder] == nil {
			found, err := testsOf(folder)
			if err != nil {
				return nil, err
			}
			known[folder] = found
		}
		return known[folder], nil
	}
	faults, met, part, not := asvsFaults(string(text), tests)
	for _, f := range faults {
		t.Error(f)
	}
	if sum := met + part + not; sum < 60 {
		t.Errorf("%d requirements", sum)
	}
	all := 0
	for _, n := range asvsSections {
		all += n
	}
	if all != 345 {
		t.Errorf("%d requirements in the standard", all)
	}
	t.Logf("%d met, %d in part, %d not", met, part, not)
}

func TestASVSNoticesWhatIsWrong(t *testing.T) {
	tests := func(folder string) (map[string]bool, error) {
		if folder != "api" {
			return nil, os.ErrNotExist
		}
		return testsOf(folder)
	}
	for want, row := range map[string]string{
		"1.2.1: there is no TestNowhere in api":                        "| 1.2.1 | 1 | a | b | met | api TestNowhere |",
		"1.2.1: there is no TestMain in api":                           "| 1.2.1 | 1 | a | b | met | api TestMain |", // takes no *testing.T
		"1.2.1: no test holds it: say so, and why":                     "| 1.2.1 | 1 | a | b | met | |",
		"1.2.11 is not in the standard":                                "| 1.2.11 | 1 | a | b | not | |",
		"1.2.1: level, what it asks and where it is met are needed":    "| 1.2.1 | 1 | a | | not | |",
		"1.2.1: state \"perhaps\"":                                     "| 1.2.1 | 1 | a | b | perhaps | api TestASVS |",
		"1.2.1: \"elsewhere TestASVS\": file does not exist":           "| 1.2.1 | 1 | a | b | met | elsewhere TestASVS |",
		"1.2.1 stands out of order or twice":                           "| 1.2.2 | 1 | a | b | not | |\n| 1.2.1 | 1 | a | b | not | |",
		"section 16.5 is nowhere: met, not applying or not looked at?": "",
		"section \"99.1\" is not in the standard":                      "| 99.1 | none |",
		"1.2.1: not met, and tests hold it":                            "| 1.2.1 | 1 | a | b | not | api TestASVS |",
		"\"V1.2.1\" is no requirement":                                 "| V1.2.1 | 1 | a | b | not | |",
	} {
		if faults, _, _, _ := asvsFaults(row, tests); !slices.Contains(faults, want) {
			t.Errorf("%q is not found: %q", want, faults[:min(3, len(faults))])
		}
	}
}

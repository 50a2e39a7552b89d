package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Package is what the rules need to know of a package, in the words of `go list -json`.
type Package struct {
	ImportPath   string
	Dir          string
	GoFiles      []string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// Breach is one import that the rules forbid.
type Breach struct {
	From, To string
	Why      string
}

func (b Breach) String() string { return fmt.Sprintf("%s imports %s: %s", b.From, b.To, b.Why) }

// Check returns every import of the packages that the tables of this package forbid, in the order of the packages.
func Check(packages []Package) []Breach {
	var found []Breach
	for _, p := range packages {
		from := inside(p.ImportPath)
		for _, to := range p.Imports {
			if why := judge(from, to); why != "" {
				found = append(found, Breach{p.ImportPath, to, why})
			}
		}
		for _, to := range slices.Concat(p.TestImports, p.XTestImports) {
			if why := judgeTest(from, to); why != "" {
				found = append(found, Breach{p.ImportPath + " (test)", to, why})
			}
		}
	}
	return found
}

// judge says why the package `from` may not import `to`, or nothing.
func judge(from, to string) string {
	if own(to) {
		return judgeOwn(from, inside(to))
	}
	if standard(to) {
		for _, d := range denied {
			if match(d.from, from) && slices.Contains(d.std, to) {
				return d.why
			}
		}
		return ""
	}
	if testOnly(from) && isTestLibrary(to) {
		return ""
	}
	return judgeLibrary(from, to)
}

// judgeTest is judge for the imports of test files. A test may put together what the product keeps apart, and use any package of the
// standard library; but a library keeps its home.
func judgeTest(from, to string) string {
	switch {
	case standard(to), isTestLibrary(to):
		return ""
	case own(to):
		if room(inside(to)) == "cmd" && room(from) != "cmd" {
			return "cmd is imported by nobody"
		}
		return ""
	}
	return judgeLibrary(from, to)
}

func judgeOwn(from, to string) string {
	if room(from) == "cmd" {
		if testOnly(to) {
			return "what only tests use is imported by tests"
		}
		return ""
	}
	if from == "internal/pins" {
		return "pins import libraries only"
	}
	if testOnly(to) && !testOnly(from) {
		return "what only tests use is imported by tests"
	}
	if testOnly(from) && room(to) != "cmd" && (room(to) == "internal" || room(to) == "archive" || room(to) == room(from)) {
		return ""
	}
	switch {
	case room(to) == "cmd":
		return "cmd is imported by nobody"
	case from == "archive":
		if to == "internal/viet" {
			return ""
		}
		return "the domain imports the standard library, internal/viet and uuid"
	case room(from) == "internal":
		if strings.HasPrefix(to, from+"/") {
			return ""
		}
		return "internal packages know nobody"
	case to == "archive", room(to) == "internal":
		return ""
	case strings.HasPrefix(to, from+"/"):
		return ""
	case room(from) != room(to):
		return "rooms do not know each other"
	}
	for _, d := range downward {
		if match(d.from, from) && match(d.to, to) {
			return ""
		}
	}
	return "inside a room imports go downward; siblings never"
}

func judgeLibrary(from, to string) string {
	if from == "internal/pins" {
		return ""
	}
	var home []string
	longest := 0
	for _, h := range homes {
		if within(to, h.library) && len(h.library) > longest {
			home, longest = h.in, len(h.library)
		}
	}
	switch {
	case isTestLibrary(to):
		return "a library of the tests"
	case longest == 0:
		return "the library has no home"
	case slices.ContainsFunc(home, func(pattern string) bool { return match(pattern, from) }):
		return ""
	}
	return "the home of this library is " + strings.Join(home, ", ")
}

// Shipped returns those of the packages linked into the program that have no place there: what only tests use.
func Shipped(dependencies []string) []Breach {
	var found []Breach
	for _, d := range dependencies {
		switch {
		case own(d) && testOnly(inside(d)), own(d) && inside(d) == "internal/pins", isTestLibrary(d), within(d, "github.com/chromedp"),
			d == "testing", d == "net/http/httptest":
			found = append(found, Breach{module + "/cmd/sohoa", d, "the program carries nothing that only tests use"})
		}
	}
	return found
}

func own(p string) bool      { return within(p, module) }
func inside(p string) string { return strings.TrimPrefix(strings.TrimPrefix(p, module), "/") }
func room(p string) string   { r, _, _ := strings.Cut(p, "/"); return r }

// standard tells the standard library by its first path element, which never holds a dot.
func standard(p string) bool { return !own(p) && !strings.Contains(room(p), ".") }

// testOnly tells packages that exist for tests: the kit, and the suites by which every implementation of a port is judged, whose
// names end in "test".
func testOnly(p string) bool {
	return within(p, "internal/testkit") || strings.HasSuffix(path.Base(p), "test")
}

func isTestLibrary(p string) bool {
	return slices.ContainsFunc(testLibraries, func(l string) bool { return within(p, l) })
}

func within(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

// match reports whether a package is the one that the pattern names, or lies below it where the pattern ends in /... .
func match(pattern, p string) bool {
	if folder, ok := strings.CutSuffix(pattern, "/..."); ok {
		return strings.HasPrefix(p, folder+"/")
	}
	return pattern == p
}

package api_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/contract.txt again")

// TestContract holds the interface still: programs of others are written against it. A change shows in testdata/contract.txt,
// is made with -update, and is read in review: a line that goes away breaks somebody.
func TestContract(t *testing.T) {
	w := build(t)
	got := outlineOf(w.contract.doc)
	file := filepath.Join("testdata", "contract.txt")
	if *update {
		must(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the contract changed; if it should, run go test ./api -run Contract -update:\n%s", diff)
	}
}

// outlineOf writes a document as lines: every call with its parameters, bodies and answers, every object with its members.
func outlineOf(doc map[string]any) string {
	var b strings.Builder
	paths := doc["paths"].(map[string]any)
	for _, p := range slices.Sorted(maps.Keys(paths)) {
		for _, method := range slices.Sorted(maps.Keys(paths[p].(map[string]any))) {
			op := paths[p].(map[string]any)[method].(map[string]any)
			fmt.Fprintf(&b, "%s %s\n", strings.ToUpper(method), p)
			params, _ := op["parameters"].([]any)
			for _, x := range params {
				m := x.(map[string]any)
				if m["in"] != "path" {
					fmt.Fprintf(&b, "  %s %s: %s\n", m["in"], m["name"], typeOf(m["schema"]))
				}
			}
			if body, ok := op["requestBody"].(map[string]any); ok {
				b.WriteString(contentOf("  takes", body["content"]))
			}
			answers := op["responses"].(map[string]any)
			var errors []string
			for _, status := range slices.Sorted(maps.Keys(answers)) {
				if status >= "400" || status == "202" {
					errors = append(errors, status)
					continue
				}
				content := answers[status].(map[string]any)["content"]
				if content == nil {
					fmt.Fprintf(&b, "  %s\n", status)
				}
				b.WriteString(contentOf("  "+status, content))
			}
			fmt.Fprintf(&b, "  problems %s\n", strings.Join(errors, " "))
		}
	}
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		s := schemas[name].(map[string]any)
		fmt.Fprintf(&b, "%s\n", name)
		required, _ := s["required"].([]any)
		props := s["properties"].(map[string]any)
		for _, p := range slices.Sorted(maps.Keys(props)) {
			mark := "?"
			if slices.Contains(required, any(p)) {
				mark = ""
			}
			fmt.Fprintf(&b, "  %s%s: %s\n", p, mark, typeOf(props[p]))
		}
	}
	return b.String()
}

func contentOf(what string, content any) string {
	m, _ := content.(map[string]any)
	var b strings.Builder
	for _, typ := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&b, "%s %s %s\n", what, typ, typeOf(m[typ].(map[string]any)["schema"]))
	}
	return b.String()
}

func typeOf(schema any) string {
	s, _ := schema.(map[string]any)
	if ref, ok := s["$ref"].(string); ok {
		return path.Base(ref)
	}
	if enum, ok := s["enum"].([]any); ok {
		return strings.ReplaceAll(strings.Trim(fmt.Sprint(enum), "[]"), " ", "|")
	}
	t := strings.ReplaceAll(strings.Trim(fmt.Sprint(s["type"]), "[]"), " ", "|")
	switch {
	case s["items"] != nil:
		return "[" + typeOf(s["items"]) + "]"
	case s["additionalProperties"] != nil && s["properties"] == nil:
		return "{" + typeOf(s["additionalProperties"]) + "}"
	case s["properties"] != nil:
		return t + " of " + strings.Join(slices.Sorted(maps.Keys(s["properties"].(map[string]any))), ",")
	case s["format"] != nil && s["format"] != "int64" && s["format"] != "double":
		t += " " + s["format"].(string)
	}
	return t
}

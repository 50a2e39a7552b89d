package api_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/api"
	"sohoa/api/rest"
)

var ginParam = regexp.MustCompile(`:([a-z]+)`)

func TestEveryRouteIsInTheDocumentAndBack(t *testing.T) {
	w := build(t)
	var routes, document []string
	for _, r := range api.Routes(w.handler) {
		ours := strings.HasPrefix(r.Path, rest.Base+"/") || slices.Contains([]string{"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"}, r.Path)
		if ours { // the rest are pages for people
			routes = append(routes, r.Method+" "+ginParam.ReplaceAllString(r.Path, "{$1}"))
		}
	}
	for path, item := range w.contract.doc["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			document = append(document, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(routes)
	slices.Sort(document)
	if diff := cmp.Diff(routes, document); diff != "" {
		t.Errorf("routes (-) and document (+) differ:\n%s", diff)
	}
}

// exercised are the operations that answered with success somewhere in the tests of this package.
var exercised = struct {
	sync.Mutex
	did, all map[string]bool
}{did: map[string]bool{}, all: map[string]bool{}}

func note(c *contract, method, path string, status int) {
	exercised.Lock()
	defer exercised.Unlock()
	if template, op := c.operation(method, path); op != nil && status < 300 {
		exercised.did[method+" "+template] = true
	}
	if len(exercised.all) == 0 {
		for path, item := range c.doc["paths"].(map[string]any) {
			for method := range item.(map[string]any) {
				exercised.all[strings.ToUpper(method)+" "+path] = true
			}
		}
	}
}

// TestMain fails a whole run in which an operation of the document never succeeded: its answers would be judged nowhere.
func TestMain(m *testing.M) {
	code := m.Run()
	if part := flag.Lookup("test.run").Value.String() + flag.Lookup("test.skip").Value.String() + flag.Lookup("test.list").Value.String(); part == "" && code == 0 {
		for op := range exercised.all {
			if !exercised.did[op] {
				fmt.Println("no test saw this succeed:", op)
				code = 1
			}
		}
	}
	os.Exit(code)
}

func TestDocumentIsOpenAPI31WithASummaryForEveryOperation(t *testing.T) {
	w := build(t)
	if v := w.contract.doc["openapi"]; v != "3.1.0" {
		t.Errorf("openapi %v", v)
	}
	for path, item := range w.contract.doc["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			o := op.(map[string]any)
			if vi, _ := o["x-summary-vi"].(string); vi == "" {
				t.Errorf("%s %s says nothing in Vietnamese", method, path)
			}
			if o["summary"] == nil || o["operationId"] == nil || o["tags"] == nil {
				t.Errorf("%s %s has no summary, id or tag", method, path)
			}
			if _, ok := o["security"]; !ok {
				t.Errorf("%s %s does not say who may call it", method, path)
			}
		}
	}
	for name := range w.contract.doc["components"].(map[string]any)["schemas"].(map[string]any) {
		if strings.ContainsAny(name, "[]*./") {
			t.Errorf("schema name %q", name)
		}
	}
}

func TestDocsPageMakesNoOutsideRequest(t *testing.T) {
	w := build(t)
	w.as("").do("GET", "/openapi.json", nil).want(200)
	res := w.as("").do("GET", "/docs", nil).want(200)
	page := res.body
	if csp := res.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'sha256-") {
		t.Errorf("policy %q", csp)
	}
	for _, bad := range []string{"<script", "https://", "http://", "ZgotmplZ"} {
		if strings.Contains(string(page), bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
	if vi := w.as("").with("Accept-Language: vi").do("GET", "/docs", nil).want(200); !strings.Contains(string(vi.body), "Gửi một giấy tờ vào kho") {
		t.Error("the page does not speak Vietnamese")
	}
	for _, good := range []string{"/api/v1/documents/{id}/reading", "Idempotency-Key", "allow_duplicate"} {
		if !strings.Contains(string(page), good) {
			t.Errorf("the page does not tell of %s", good)
		}
	}
}

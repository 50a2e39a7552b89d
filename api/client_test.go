package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// contract is the OpenAPI document the server publishes, able to judge answers.
type contract struct {
	doc      map[string]any
	compiler *jsonschema.Compiler
}

const documentURL = "http://sohoa.test/openapi.json"

func (w *world) readContract() *contract {
	w.t.Helper()
	res, err := http.Get(w.server.URL + "/openapi.json")
	must(w.t, err)
	defer res.Body.Close()
	doc, err := jsonschema.UnmarshalJSON(res.Body)
	must(w.t, err)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	must(w.t, c.AddResource(documentURL, doc))
	return &contract{doc: doc.(map[string]any), compiler: c}
}

// operation finds the operation of a request: its path as the document spells it, and what the document says of it.
func (c *contract) operation(method, path string) (string, map[string]any) {
	want := strings.Split(path, "/")
	best, bestFixed := "", -1
	for template, item := range c.doc["paths"].(map[string]any) {
		if item.(map[string]any)[strings.ToLower(method)] == nil {
			continue
		}
		have := strings.Split(template, "/")
		fixed, fits := 0, len(have) == len(want)
		for i := 0; fits && i < len(have); i++ {
			switch {
			case strings.HasPrefix(have[i], "{"):
			case have[i] == want[i]:
				fixed++
			default:
				fits = false
			}
		}
		if fits && fixed > bestFixed {
			best, bestFixed = template, fixed
		}
	}
	if best == "" {
		return "", nil
	}
	return best, c.doc["paths"].(map[string]any)[best].(map[string]any)[strings.ToLower(method)].(map[string]any)
}

// judge says how an answer departs from the document, or "".
func (c *contract) judge(method, path string, status int, contentType string, body []byte) string {
	template, op := c.operation(method, path)
	if op == nil {
		if status == 404 || status == 405 || status == 401 {
			return ""
		}
		return "the document knows no such operation"
	}
	response, ok := op["responses"].(map[string]any)[fmt.Sprint(status)].(map[string]any)
	if !ok {
		return fmt.Sprintf("status %d is not in the document", status)
	}
	if len(body) == 0 {
		return ""
	}
	typ, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return fmt.Sprintf("content type %q: %v", contentType, err)
	}
	content, _ := response["content"].(map[string]any)
	if content[typ] == nil {
		return fmt.Sprintf("status %d does not come as %s", status, typ)
	}
	if !strings.HasSuffix(typ, "json") {
		return ""
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	schema, err := c.compiler.Compile(documentURL + "#/paths/" + escape.Replace(template) + "/" + strings.ToLower(method) + "/responses/" + fmt.Sprint(status) + "/content/" + escape.Replace(typ) + "/schema")
	if err != nil {
		return fmt.Sprintf("schema: %v", err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Sprintf("body is not JSON: %v", err)
	}
	if err := schema.Validate(v); err != nil {
		return err.Error()
	}
	return ""
}

// answer is an answer that fits the document.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// caller sends requests as one person or program.
type caller struct {
	w      *world
	header http.Header
}

func (w *world) as(token string) *caller {
	c := &caller{w: w, header: http.Header{"Accept-Language": {"en"}}}
	if token != "" {
		c.header.Set("Authorization", "Bearer "+token)
	}
	return c
}

// with returns the caller with more headers, "Name: value".
func (c *caller) with(headers ...string) *caller {
	out := &caller{c.w, c.header.Clone()}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		out.header.Set(name, value)
	}
	return out
}

// do sends a request and fails the test when the answer does not fit the document. Body is bytes, a string, a reader or
// something to be sent as JSON.
func (c *caller) do(method, path string, body any) *answer {
	c.w.t.Helper()
	var r io.Reader
	header := c.header.Clone()
	switch b := body.(type) {
	case nil:
	case []byte:
		r = bytes.NewReader(b)
	case string:
		r = strings.NewReader(b)
	case io.Reader:
		r = b
	default:
		j, err := json.Marshal(b)
		must(c.w.t, err)
		r = bytes.NewReader(j)
		if header.Get("Content-Type") == "" {
			header.Set("Content-Type", "application/json")
		}
	}
	req, err := http.NewRequestWithContext(c.w.t.Context(), method, c.w.server.URL+path, r)
	must(c.w.t, err)
	req.Header = header
	res, err := http.DefaultTransport.RoundTrip(req)
	must(c.w.t, err)
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	must(c.w.t, err)
	note(c.w.contract, method, req.URL.Path, res.StatusCode)
	if why := c.w.contract.judge(method, req.URL.Path, res.StatusCode, res.Header.Get("Content-Type"), got); why != "" {
		c.w.t.Errorf("%s %s answers %d outside its contract: %s\n%s", method, path, res.StatusCode, why, got)
	}
	if res.Header.Get("X-Request-Id") == "" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
		c.w.t.Errorf("%s %s: answer without request number or nosniff", method, path)
	}
	if bytes.Contains(got, []byte("$schema")) {
		c.w.t.Errorf("%s %s: $schema in an answer", method, path)
	}
	return &answer{c.w.t, res.StatusCode, res.Header, got}
}

// want fails the test when the status is another one.
func (a *answer) want(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// refused checks status and code of a problem.
func (a *answer) refused(status int, code string) *answer {
	a.t.Helper()
	a.want(status)
	if got := a.text("code"); got != code {
		a.t.Fatalf("code %q, want %q: %s", got, code, a.body)
	}
	if a.text("request_id") != a.header.Get("X-Request-Id") {
		a.t.Errorf("request_id %q, header %q", a.text("request_id"), a.header.Get("X-Request-Id"))
	}
	return a
}

// at returns what stands at a path like "items.0.id" of a JSON answer, nil when nothing does.
func (a *answer) at(path string) any {
	a.t.Helper()
	var v any
	must(a.t, json.Unmarshal(a.body, &v))
	for part := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			var i int
			if _, err := fmt.Sscan(part, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (a *answer) text(path string) string {
	a.t.Helper()
	v := a.at(path)
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

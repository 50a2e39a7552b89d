package rest

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The words by which plain handlers describe themselves in the OpenAPI document.

func statusKey(code int) string { return strconv.Itoa(code) }

func ginPath(p string) string { return strings.NewReplacer("{", ":", "}", "").Replace(p) }

// schema returns the schema of T, shared by name with the operations of huma.
func schema[T any](s *server) *huma.Schema {
	return s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
}

func (s *server) problem(code int) *huma.Response {
	t := reflect.TypeOf(huma.NewError(0, ""))
	return &huma.Response{Description: http.StatusText(code), Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: s.api.OpenAPI().Components.Schemas.Schema(t, true, "")}}}
}

func (s *server) json(description string, sch *huma.Schema) *huma.Response {
	return &huma.Response{Description: description, Content: map[string]*huma.MediaType{"application/json": {Schema: sch}}}
}

// binary describes bytes of the given media types.
func binary(description string, types ...string) *huma.Response {
	r := &huma.Response{Description: description, Content: map[string]*huma.MediaType{}}
	for _, t := range types {
		r.Content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return r
}

func header(r *huma.Response, name, description string) *huma.Response {
	if r.Headers == nil {
		r.Headers = map[string]*huma.Param{}
	}
	r.Headers[name] = &huma.Header{Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
	return r
}

func inPath(name, description string) *huma.Param {
	return &huma.Param{Name: name, In: "path", Required: true, Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
}

func inQuery(name, typ, description string) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: description, Schema: &huma.Schema{Type: typ}}
}

func oneOf(p *huma.Param, values ...string) *huma.Param {
	for _, v := range values {
		p.Schema.Enum = append(p.Schema.Enum, v)
	}
	return p
}

func inHeader(name, description string) *huma.Param {
	return &huma.Param{Name: name, In: "header", Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
}

// jsonOnly takes back the second content type by which huma describes an operation that also looks at the raw bytes of its
// JSON, for the digest of a repeatable request.
func (s *server) jsonOnly(paths ...string) {
	for _, p := range paths {
		delete(s.api.OpenAPI().Paths[Base+p].Post.RequestBody.Content, "application/octet-stream")
	}
}

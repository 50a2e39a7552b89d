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

// refusesBodies marks, among an operation's metadata, one that answers 422.
const refusesBodies = "422"

// tidy takes back what huma says of operations and does not happen here: a second content type for those that also look at
// the raw bytes of their JSON, and 422 for wrong parameters, which is 400 in this house.
func (s *server) tidy() {
	for _, item := range s.api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Head, item.Put, item.Post, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			if refuses, known := op.Metadata[refusesBodies].(bool); known && !refuses {
				delete(op.Responses, "422")
			}
			if op.RequestBody != nil && op.RequestBody.Content["application/json"] != nil {
				delete(op.RequestBody.Content, "application/octet-stream")
			}
		}
	}
}

package api

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

//go:embed docs.html docs.css
var docsFiles embed.FS

// describe adds the OpenAPI document and its page for people. Both are made once: every operation is registered by now.
func (d *door) describe(engine *gin.Engine, h huma.API) error {
	spec := public("openapi", "/openapi.json", archive.Text{VI: "Bản mô tả này, cho chương trình", EN: "This description, for programs"})
	spec.Responses = map[string]*huma.Response{"200": {Description: "OpenAPI 3.1", Content: map[string]*huma.MediaType{"application/openapi+json": {Schema: &huma.Schema{Type: huma.TypeObject}}}}}
	docs := public("docs", "/docs", archive.Text{VI: "Bản mô tả này, cho người đọc", EN: "This description, for people"})
	docs.Responses = map[string]*huma.Response{"200": {Description: "A page without outside requests", Content: map[string]*huma.MediaType{"text/html": {Schema: &huma.Schema{Type: huma.TypeString}}}}}
	var raw []byte
	plain(engine, h, spec, func(c *gin.Context) { c.Data(http.StatusOK, "application/openapi+json", raw) })
	var style string
	pages := map[string][]byte{}
	plain(engine, h, docs, func(c *gin.Context) {
		c.Header("Content-Security-Policy", "default-src 'none'; style-src '"+style+"'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		c.Data(http.StatusOK, "text/html; charset=utf-8", pages[langOf(c.Request.Context())])
	})
	var err error
	if raw, err = json.Marshal(h.OpenAPI()); err != nil {
		return fmt.Errorf("write openapi document: %w", err)
	}
	for _, lang := range []string{"vi", "en"} {
		if pages[lang], style, err = docsPage(h.OpenAPI(), lang); err != nil {
			return err
		}
	}
	return nil
}

// docsWords are the page's own words. What an operation does is told in both languages, its details in English only: they
// are written for those who write programs.
var docsWords = map[string]archive.Text{
	"about":      {VI: "Kết quả số hóa thủ tục hành chính: gửi vào, nhận dạng, tìm kiếm, tra cứu. Lỗi trả về theo RFC 9457, bằng tiếng Việt hoặc tiếng Anh tùy Accept-Language. Danh sách có dạng {items, next}; thời gian theo RFC 3339; mã băm dạng sha256:<hex>. Phần chi tiết viết bằng tiếng Anh."},
	"same":       {VI: "Cũng nội dung này dưới dạng", EN: "The same as an"},
	"document":   {VI: "tài liệu OpenAPI 3.1", EN: "OpenAPI 3.1 document"},
	"groups":     {VI: "Các nhóm", EN: "Groups"},
	"parameters": {VI: "Tham số", EN: "Parameters"},
	"name":       {VI: "Tên", EN: "Name"},
	"in":         {VI: "Nằm ở", EN: "In"},
	"form":       {VI: "Dạng", EN: "Form"},
	"meaning":    {VI: "Ý nghĩa", EN: "Meaning"},
	"body":       {VI: "Nội dung gửi", EN: "Body"},
	"answer":     {VI: "Trả lời", EN: "Answer"},
}

// docsPage writes the document as one page of HTML with its own style and no script.
func docsPage(o *huma.OpenAPI, lang string) (page []byte, style string, err error) {
	css, err := docsFiles.ReadFile("docs.css")
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(css)
	t, err := template.New("docs.html").Funcs(template.FuncMap{
		"schema": func(s *huma.Schema) string { return outline(o, s, 0) },
		"word":   func(name string) string { return docsWords[name].In(lang) },
		"does": func(op docsOperation) string {
			vi, _ := op.Extensions["x-summary-vi"].(string)
			return archive.Text{VI: vi, EN: op.Summary}.In(lang)
		},
		"pieces": func(s string) []string { return strings.Split(s, "`") },
		"odd":    func(i int) bool { return i%2 == 1 },
	}).ParseFS(docsFiles, "docs.html")
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	data := struct {
		Lang, Title, Version, About string
		Style                       template.CSS
		Groups                      []docsGroup
	}{lang, o.Info.Title, o.Info.Version, archive.Text{VI: docsWords["about"].VI, EN: o.Info.Description}.In(lang), template.CSS(css), groups(o)}
	err = t.Execute(&b, data)
	return b.Bytes(), "sha256-" + base64.StdEncoding.EncodeToString(sum[:]), err
}

type docsGroup struct {
	Name       string
	Operations []docsOperation
}

type docsOperation struct {
	*huma.Operation
	Bodies  []docsBody
	Answers []docsAnswer
}

type docsBody struct {
	Type   string
	Schema *huma.Schema
}

type docsAnswer struct {
	Status, About string
	Bodies        []docsBody
}

// groups puts the operations in the order of their tags and paths.
func groups(o *huma.OpenAPI) []docsGroup {
	by := map[string][]docsOperation{}
	for path, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Head, item.Put, item.Post, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			op.Path = path
			d := docsOperation{Operation: op}
			if op.RequestBody != nil {
				d.Bodies = bodies(op.RequestBody.Content)
			}
			for status, r := range op.Responses {
				if status < "400" || len(d.Answers) == 0 && status == "default" {
					d.Answers = append(d.Answers, docsAnswer{status, r.Description, bodies(r.Content)})
				}
			}
			slices.SortFunc(d.Answers, func(a, b docsAnswer) int { return strings.Compare(a.Status, b.Status) })
			by[op.Tags[0]] = append(by[op.Tags[0]], d)
		}
	}
	var out []docsGroup
	for name, ops := range by {
		slices.SortFunc(ops, func(a, b docsOperation) int {
			if c := strings.Compare(a.Path, b.Path); c != 0 {
				return c
			}
			return strings.Compare(a.Method, b.Method)
		})
		out = append(out, docsGroup{name, ops})
	}
	slices.SortFunc(out, func(a, b docsGroup) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func bodies(content map[string]*huma.MediaType) []docsBody {
	var out []docsBody
	for t, m := range content {
		out = append(out, docsBody{t, m.Schema})
	}
	slices.SortFunc(out, func(a, b docsBody) int { return strings.Compare(a.Type, b.Type) })
	return out
}

// outline writes a schema as an indented list of its members, as deep as people read.
func outline(o *huma.OpenAPI, s *huma.Schema, depth int) string {
	if s == nil {
		return ""
	}
	if s.Ref != "" {
		s = o.Components.Schemas.SchemaFromRef(s.Ref)
	}
	pad := strings.Repeat("  ", depth+1)
	switch {
	case s.Type == huma.TypeArray:
		return "[" + outline(o, s.Items, depth) + "]"
	case len(s.Properties) > 0 && depth < 4:
		var b strings.Builder
		b.WriteString("{\n")
		names := make([]string, 0, len(s.Properties))
		for name := range s.Properties {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			p := s.Properties[name]
			b.WriteString(pad + name)
			if !slices.Contains(s.Required, name) {
				b.WriteByte('?')
			}
			b.WriteString(": " + outline(o, p, depth+1))
			if p.Description != "" {
				b.WriteString("  — " + p.Description)
			}
			b.WriteByte('\n')
		}
		return b.String() + pad[2:] + "}"
	}
	t := s.Type
	if t == "" {
		t = "any"
	}
	if s.Format != "" {
		t += " (" + s.Format + ")"
	}
	if len(s.Enum) > 0 {
		t = strings.Trim(strings.ReplaceAll(fmt.Sprintf("%q", s.Enum), " ", " | "), "[]")
	}
	if s.Nullable {
		t += " or null"
	}
	return t
}

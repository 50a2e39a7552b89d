package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"reflect"
	"strings"
	"text/template/parse"
)

//go:embed all:templates
var templateFiles embed.FS

// page is one parsed page and the struct it is shown with.
type page struct {
	template *template.Template
	data     reflect.Type
}

// shown declares every page: its file and the struct that fills it. A file that is not named here, or a name without a
// file, stops the program.
var shown = map[string]any{
	"common/error":       errorPage{},
	"common/setup":       setupPage{},
	"common/signin":      signinPage{},
	"common/account":     accountPage{},
	"common/code":        codePage{},
	"common/invite":      invitePage{},
	"common/factor":      factorPage{},
	"common/devices":     devicesPage{},
	"common/tokens":      ownTokensPage{},
	"common/prove":       provePage{},
	"admin/signin":       rulesPage{},
	"common/search":      searchPage{},
	"clerk/home":         homePage{},
	"clerk/document":     documentPage{},
	"checker/quarantine": quarantinePage{},
	"clerk/dossiers":     dossiersPage{},
	"clerk/bin":          binPage{},
	"clerk/many":         manyPage{},
	"clerk/work":         workPage{},
	"clerk/bulk":         bulkPage{},
	"clerk/talk":         talkPage{},
	"admin/checks":       checksPage{},
	"auditor/draws":      drawsPage{},
	"clerk/rescan":       rescanPage{},
	"clerk/pages":        pagesPage{},
	"clerk/stack":        stackPage{},
	"clerk/dossier":      dossierPage{},
	"citizen/lookup":     lookUpPage{},
	"citizen/results":    resultsPage{},
	"citizen/pages":      resultPagesPage{},
	"clerk/satisfaction": satisfactionPage{},
	"auditor/trail":      trailPage{},
	"auditor/findings":   findingsPage{},
	"admin/house":        housePage{},
	"admin/accounts":     accountsPage{},
	"admin/tokens":       tokensPage{},
	"admin/agencies":     agenciesPage{},
	"admin/procedures":   proceduresPage{},
	"admin/learned":      learnedPage{},
}

// framed is what every page struct is by embedding Frame.
type framed interface{ frame() *Frame }

// parsePages parses the files of shown over the frame and the parts, which are the files of templates/common whose name
// begins with an underscore.
func parsePages(a *assets) (map[string]*page, error) {
	parts, err := template.New("").Option("missingkey=error").ParseFS(templateFiles, "templates/common/_*.html")
	if err != nil {
		return nil, fmt.Errorf("parse the frame: %w", err)
	}
	set := map[string]*page{}
	err = fs.WalkDir(templateFiles, "templates", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(file), "_") {
			return err
		}
		name := strings.TrimSuffix(strings.TrimPrefix(file, "templates/"), ".html")
		data, ok := shown[name]
		if !ok {
			return fmt.Errorf("template %s belongs to no page", file)
		}
		t, err := template.Must(parts.Clone()).ParseFS(templateFiles, file)
		if err != nil {
			return fmt.Errorf("parse %s: %w", file, err)
		}
		if err := checkWords(t, a); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		set[name] = &page{t, reflect.TypeOf(data)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for name := range shown {
		if set[name] == nil {
			return nil, fmt.Errorf("page %s has no template", name)
		}
	}
	return set, nil
}

// checkWords looks up every literal text key and asset name of a template.
func checkWords(t *template.Template, a *assets) error {
	for _, part := range t.Templates() {
		if part.Tree == nil {
			continue
		}
		for _, call := range literalCalls(part.Tree.Root) {
			switch call.method {
			case "T", "Input":
				if _, ok := catalogue[call.argument]; !ok {
					return fmt.Errorf("text %q is in no catalogue", call.argument)
				}
			case "Asset":
				if _, err := a.url(call.argument); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

type literalCall struct{ method, argument string }

// literalCalls finds every call of a method with a literal text: .T "key", $.T "key", .Input "name" "key" ….
func literalCalls(n parse.Node) []literalCall {
	var out []literalCall
	walk(n, func(n parse.Node) {
		c, ok := n.(*parse.CommandNode)
		if !ok || len(c.Args) < 2 {
			return
		}
		var names []string
		switch f := c.Args[0].(type) {
		case *parse.FieldNode:
			names = f.Ident
		case *parse.VariableNode:
			names = f.Ident
		}
		if len(names) == 0 {
			return
		}
		method, at := names[len(names)-1], 1
		if method == "Input" { // of a name and the key of its label
			at = 2
		}
		if s, ok := c.Args[min(at, len(c.Args)-1)].(*parse.StringNode); ok {
			out = append(out, literalCall{method, s.Text})
		}
	})
	return out
}

// walk visits every node of a template's tree.
func walk(n parse.Node, visit func(parse.Node)) {
	if n == nil || reflect.ValueOf(n).IsNil() {
		return
	}
	visit(n)
	branch := func(b *parse.BranchNode) {
		walk(b.Pipe, visit)
		walk(b.List, visit)
		walk(b.ElseList, visit)
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, x := range n.Nodes {
			walk(x, visit)
		}
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.PipeNode:
		for _, x := range n.Cmds {
			walk(x, visit)
		}
	case *parse.CommandNode:
		for _, x := range n.Args {
			walk(x, visit)
		}
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.TemplateNode:
		walk(n.Pipe, visit)
	}
}

// show answers with a page. The page is made whole before its first byte is sent, so that a fault in a template is an
// error page and not half a page.
func (p *Pages) show(v *visit, status int, name string, data framed) error {
	pg := p.set[name]
	if pg == nil || reflect.TypeOf(data).Elem() != pg.data {
		return fmt.Errorf("page %s is not shown with %T", name, data)
	}
	p.furnish(v, data.frame())
	var b bytes.Buffer
	if err := pg.template.ExecuteTemplate(&b, "frame", data); err != nil {
		return fmt.Errorf("show %s: %w", name, err)
	}
	h := v.gin.Writer.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.lang)
	h.Add("Vary", "Cookie")
	v.gin.Writer.WriteHeader(status)
	if v.gin.Request.Method != http.MethodHead {
		_, _ = v.gin.Writer.Write(b.Bytes()) // the reader is gone: nobody is left to be told
	}
	return nil
}

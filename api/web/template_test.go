package web

import (
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"testing"
	"text/template/parse"
)

// Every field and method that a template names exists on the struct its page is shown with, on every branch.
func TestTemplatesFitTheirStructs(t *testing.T) {
	a, err := readAssets()
	if err != nil {
		t.Fatal(err)
	}
	set, err := parsePages(a)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range set {
		c := &checker{set: p.template, seen: map[string]bool{}}
		c.template("frame", reflect.PointerTo(p.data))
		for _, f := range c.faults {
			t.Errorf("%s: %s", name, f)
		}
	}
}

func TestCheckerFindsFaults(t *testing.T) {
	type inner struct{ A string }
	type data struct {
		Frame
		List []inner
		One  *inner
	}
	for _, c := range []struct{ reason, text, want string }{
		{"all is well", `{{range .List}}{{.A}}{{$.Title}}{{end}}{{with .One}}{{.A}}{{end}}{{len .List}}{{.T "x"}}`, ""},
		{"no such field", `{{.Nothing}}`, "Nothing"},
		{"no such field of an element", `{{range .List}}{{.B}}{{end}}`, "B"},
		{"the dot has changed", `{{range .List}}{{.Title}}{{end}}`, "Title"},
		{"on a branch that is rare", `{{if .One}}{{else}}{{.Other}}{{end}}`, "Other"},
		{"inside a part", `{{define "p"}}{{.B}}{{end}}{{range .List}}{{template "p" .}}{{end}}`, "B"},
		{"through the root", `{{range .List}}{{$.Gone}}{{end}}`, "Gone"},
		{"a part that is not there", `{{template "none" .}}`, "none"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			x := &checker{set: template.Must(template.New("frame").Parse(c.text)), seen: map[string]bool{}}
			x.template("frame", reflect.TypeFor[*data]())
			if got := strings.Join(x.faults, "; "); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// checker walks templates with the types of what they are shown. A nil type is one it cannot tell, and says nothing of.
type checker struct {
	set    *template.Template
	seen   map[string]bool
	faults []string
}

type scope struct{ dot, root reflect.Type }

func (c *checker) template(name string, dot reflect.Type) {
	key := fmt.Sprint(name, " ", dot)
	if c.seen[key] {
		return
	}
	c.seen[key] = true
	t := c.set.Lookup(name)
	if t == nil || t.Tree == nil {
		c.faults = append(c.faults, "no template "+name)
		return
	}
	c.node(t.Tree.Root, scope{dot, dot})
}

func (c *checker) node(n parse.Node, s scope) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, x := range n.Nodes {
				c.node(x, s)
			}
		}
	case *parse.ActionNode:
		c.pipe(n.Pipe, s)
	case *parse.IfNode:
		c.pipe(n.Pipe, s)
		c.node(n.List, s)
		c.node(n.ElseList, s)
	case *parse.WithNode:
		c.node(n.List, scope{c.pipe(n.Pipe, s), s.root})
		c.node(n.ElseList, s)
	case *parse.RangeNode:
		t := c.pipe(n.Pipe, s)
		if t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Map) {
			t = t.Elem()
		}
		c.node(n.List, scope{t, s.root})
		c.node(n.ElseList, s)
	case *parse.TemplateNode:
		c.template(n.Name, c.pipe(n.Pipe, s))
	}
}

func (c *checker) pipe(p *parse.PipeNode, s scope) reflect.Type {
	if p == nil {
		return nil
	}
	var last reflect.Type
	for _, cmd := range p.Cmds {
		last = c.value(cmd.Args[0], s)
		for _, a := range cmd.Args[1:] {
			c.value(a, s)
		}
	}
	return last
}

func (c *checker) value(n parse.Node, s scope) reflect.Type {
	switch n := n.(type) {
	case *parse.DotNode:
		return s.dot
	case *parse.FieldNode:
		return c.chain(s.dot, n.Ident)
	case *parse.VariableNode:
		if n.Ident[0] == "$" {
			return c.chain(s.root, n.Ident[1:])
		}
	case *parse.ChainNode:
		return c.chain(c.value(n.Node, s), n.Field)
	case *parse.PipeNode:
		return c.pipe(n, s)
	}
	return nil
}

func (c *checker) chain(t reflect.Type, names []string) reflect.Type {
	for _, name := range names {
		if t == nil {
			return nil
		}
		if m, ok := t.MethodByName(name); ok {
			t = m.Type.Out(0)
			continue
		}
		base := t
		if base.Kind() == reflect.Pointer {
			base = base.Elem()
		}
		if base.Kind() != reflect.Struct {
			c.faults = append(c.faults, fmt.Sprintf("%s of %s", name, t))
			return nil
		}
		f, ok := base.FieldByName(name)
		if !ok {
			c.faults = append(c.faults, fmt.Sprintf("%s has no %s", t, name))
			return nil
		}
		t = f.Type
	}
	return t
}

package api_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"sohoa/archive"
)

// Assemble writes down what was asked of it: "%PDF-pages=3 1.1 2.2@90 1.2" is page 1 of the first source, page 2 of the second,
// turned, and page 2 of the first.
func (k *desk) Assemble(_ context.Context, sources []archive.AssembleSource, picks []archive.PagePick, out io.Writer, _ archive.AssembleLimits) error {
	head := make([]byte, 11)
	for _, s := range sources {
		if _, err := s.File.ReadAt(head, 0); err != nil {
			return err
		}
		if string(head) == "%PDF-signed" {
			return archive.Fault(archive.Conflict, "signed_file", archive.Text{VI: "Tệp đã ký.", EN: "The file is signed."})
		}
	}
	fmt.Fprintf(out, "%%PDF-pages=%d", len(picks))
	for _, p := range picks {
		fmt.Fprintf(out, " %d.%d", p.Source, p.Page)
		if p.Turn != 0 {
			fmt.Fprintf(out, "@%d", p.Turn)
		}
	}
	_, err := io.WriteString(out, "\n")
	return err
}

func (k *desk) inspectPages(s string) (archive.Inspection, error) {
	in := archive.Inspection{MediaType: archive.PDF}
	n := 0
	if _, err := fmt.Sscanf(s, "%%PDF-pages=%d", &n); err != nil {
		return in, err
	}
	for range n {
		in.Pages = append(in.Pages, archive.PageInfo{Width: 595, Height: 842, DPI: 300, Colour: true})
	}
	return in, nil
}

type picks = []map[string]any

func page(n int, more ...any) map[string]any {
	m := map[string]any{"page": n}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i].(string)] = more[i+1]
	}
	return m
}

func TestArrangePages(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	at, other := clerk.deposited("", paper(64)), clerk.deposited("", paper(65))
	id := other[strings.LastIndexByte(other, '/')+1:]
	clerk.do("POST", at+"/pages", map[string]any{"pages": picks{page(2)}}).refused(428, "precondition_required")
	do := clerk.with("If-Match: *")
	for _, c := range []struct {
		reason string
		body   map[string]any
		status int
		code   string
	}{
		{"no pages", map[string]any{"pages": picks{}}, 400, "invalid"},
		{"a page that is not there", map[string]any{"pages": picks{page(3)}}, 400, "no_such_page"},
		{"a turn that is none", map[string]any{"pages": picks{page(1, "turn", 45)}}, 400, "invalid"},
		{"a source that is no id", map[string]any{"pages": picks{page(1, "source", "x")}}, 400, "invalid"},
		{"a source that is not there", map[string]any{"pages": picks{page(1, "source", archive.NewID().String())}}, 404, "not_found"},
		{"nothing changes", map[string]any{"pages": picks{page(1), page(2)}}, 400, "nothing_changed"},
		{"a word it does not know", map[string]any{"pages": picks{page(1)}, "discard": true}, 400, "invalid"},
	} {
		t.Run(c.reason, func(t *testing.T) { do.do("POST", at+"/pages", c.body).refused(c.status, c.code) })
	}
	clerk.with(`If-Match: "r9"`).do("POST", at+"/pages", map[string]any{"pages": picks{page(2)}}).refused(412, "stale_revision")

	body := map[string]any{"pages": picks{page(2, "turn", 90), page(1, "source", id), page(1)}, "merge": picks{{"id": id, "revision": 1}}}
	keyed := clerk.with(`If-Match: "r1"`, "Idempotency-Key: p")
	a := keyed.do("POST", at+"/pages", body).want(200)
	if a.text("current_version") != "2" || a.text("page_count") != "3" || a.text("state") != "review" || a.header.Get("ETag") != `"r2"` {
		t.Errorf("arranged: %s", a.body)
	}
	if b := keyed.do("POST", at+"/pages", body).want(200); string(b.body) != string(a.body) {
		t.Errorf("repeated: %s", b.body)
	}
	if f := clerk.do("GET", at+"/file", nil).want(200); string(f.body) != "%PDF-pages=3 1.2@90 2.1 1.1\n" {
		t.Errorf("the file is %q", f.body)
	}
	if a := clerk.do("GET", other, nil).want(200); a.text("state") != "discarded" || !strings.Contains(a.text("reason"), at[strings.LastIndexByte(at, '/')+1:]) {
		t.Errorf("merged: %s", a.body)
	}
	back := do.do("POST", at+"/pages", map[string]any{"pages": picks{page(1, "version", 1), page(2, "version", 1)}}).want(200)
	if back.text("versions.2.digest") != back.text("versions.0.digest") || back.text("current_version") != "3" {
		t.Errorf("back to version 1: %s", back.body)
	}
	auditor := w.as(w.token(archive.RoleAuditor, "H15.50"))
	auditor.with("If-Match: *").do("POST", at+"/pages", map[string]any{"pages": picks{page(1)}}).refused(403, "forbidden")
}

func TestSignedPagesStay(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	at := clerk.deposited("", []byte("%PDF-signed by somebody"))
	clerk.with("If-Match: *").do("POST", at+"/pages", map[string]any{"pages": picks{page(2)}}).refused(409, "signed_file")
	clerk.with("If-Match: *").do("POST", at+"/split", map[string]any{"parts": []picks{{page(1)}, {page(2)}}}).refused(409, "signed_file")
}

func TestSplitAndMerge(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	const dossier = "H15.50-261008-0001"
	at := clerk.deposited("dossier="+dossier, paper(64))
	clerk.with("If-Match: *").do("PATCH", at, `{"number":"12","procedure_code":"1.004227"}`).want(200)
	do := clerk.with("If-Match: *", "Idempotency-Key: s")
	clerk.with("If-Match: *").do("POST", at+"/split", map[string]any{"parts": []picks{{page(1)}}}).refused(400, "invalid")
	body := map[string]any{"parts": []picks{{page(2, "turn", 180)}, {page(1)}}}
	a := do.do("POST", at+"/split", body).want(201)
	if a.text("items.0.procedure_code") != "1.004227" || a.at("items.0.number") != nil || a.text("items.1.number") != "12" || a.text("items.1.dossier_code") != dossier {
		t.Errorf("split: %s", a.body)
	}
	if b := do.do("POST", at+"/split", body).want(201); string(b.body) != string(a.body) {
		t.Errorf("repeated: %s", b.body)
	}
	if b := clerk.do("GET", at, nil).want(200); b.text("state") != "discarded" || !strings.Contains(b.text("reason"), a.text("items.1.id")) {
		t.Errorf("the paper that was split: %s", b.body)
	}
	first, second := "/api/v1/documents/"+a.text("items.0.id"), "/api/v1/documents/"+a.text("items.1.id")
	merged := clerk.with(`If-Match: "r1"`).do("POST", second+"/merge", map[string]any{"documents": picks{{"id": a.text("items.0.id"), "revision": 1}}}).want(200)
	if merged.text("page_count") != "2" || merged.text("number") != "12" {
		t.Errorf("merged: %s", merged.body)
	}
	if b := clerk.do("GET", first, nil).want(200); b.text("state") != "discarded" {
		t.Errorf("the other: %s", b.body)
	}
	clerk.with("If-Match: *").do("POST", second+"/merge", map[string]any{"documents": picks{{}}}).refused(400, "invalid")
}

func TestListOfPages(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	at := clerk.deposited("", paper(64))
	a := clerk.do("GET", at+"/pages?limit=1", nil).want(200)
	if a.text("items.0.page") != "1" || a.text("items.0.dpi") != "200" || a.at("items.0.content") != nil || a.text("next") != "1" {
		t.Errorf("not read yet: %s", a.body)
	}
	w.work()
	waitFor(t, func() bool { return clerk.do("GET", at+"/reading", nil).want(200).text("state") == "done" })
	a = clerk.do("GET", at+"/pages?cursor=1", nil).want(200)
	if a.text("items.0.page") != "2" || a.text("items.0.content") != "scan" || a.at("next") != nil {
		t.Errorf("read: %s", a.body)
	}
	clerk.do("GET", at+"/pages?cursor=x", nil).refused(400, "invalid")
}

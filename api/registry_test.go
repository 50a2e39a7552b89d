package api_test

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"sohoa/archive"
)

func TestSearch(t *testing.T) {
	w := build(t)
	w.work()
	clerk := w.clerk()
	at := clerk.deposited("kind=result&dossier=H15.50-261008-0975", paper(64))
	clerk.with("If-Match: *").do("PATCH", at, `{"subject":"Cấp giấy phép xây dựng","type":"GPXD","owner":{"id":"066200012345","name":"Nguyễn Văn A"},"issued_on":"2024-01-05"}`).want(200)
	w.as(w.token(archive.RoleClerk, "H15.51")).deposited("", paper(64))
	waitFor(t, func() bool {
		return clerk.do("GET", "/api/v1/search?q="+url.QueryEscape("xay dung"), nil).want(200).text("total") == "1"
	})
	a := clerk.do("GET", "/api/v1/search?q="+url.QueryEscape(`"giấy phép xây dựng"`)+"&facets=agency,type,year,procedure,state", nil).want(200)
	if a.text("items.0.document.id") != strings.TrimPrefix(at, "/api/v1/documents/") || a.text("facets.type.0.value") != "GPXD" {
		t.Errorf("answer %s", a.body)
	}
	hit := false
	for _, s := range a.at("items.0.snippets").([]any) {
		for _, p := range s.(map[string]any)["parts"].([]any) {
			hit = hit || p.(map[string]any)["hit"].(bool)
		}
	}
	if !hit {
		t.Errorf("no highlighted words: %s", a.body)
	}
	post := func(q map[string]any) *answer { return clerk.do("POST", "/api/v1/search", q) }
	if b := post(map[string]any{"owner_id": "066 200 012 345"}).want(200); b.text("items.0.document.owner.id") != "066*****2345" || b.text("total") != "1" {
		t.Errorf("by owner: %s", b.body)
	}
	if b := post(map[string]any{"q": "xây dựng", "state": []string{"review"}, "sort": "newest", "limit": 1}).want(200); b.text("total") != "1" {
		t.Errorf("as JSON: %s", b.body)
	}
	if b := post(map[string]any{"owner_id": "066200099999"}).want(200); len(b.at("items").([]any)) != 0 {
		t.Errorf("another's papers: %s", b.body)
	}
	clerk.do("GET", "/api/v1/search?owner_id=066200012345", nil).refused(400, "invalid")
	clerk.do("GET", "/api/v1/search?q="+strings.Repeat("a", 501), nil).refused(400, "bad_query")
	clerk.do("GET", "/api/v1/search?facets=colour", nil).refused(400, "invalid")
	clerk.do("GET", "/api/v1/search?sort=best", nil).refused(400, "invalid")
	clerk.do("GET", "/api/v1/search?q="+strings.Repeat("a", 9000), nil).refused(400, "invalid")
	post(map[string]any{"qq": "x"}).refused(400, "invalid")
}

func TestDossiers(t *testing.T) {
	w := build(t)
	clerk, admin := w.clerk(), w.as(w.token(archive.RoleAdmin, ""))
	admin.do("POST", "/api/v1/procedures", map[string]any{"code": "1.000123", "name": "Cấp giấy phép xây dựng", "components": []string{"Đơn đề nghị", "Bản vẽ"}, "results": []string{"Giấy phép"}, "days": 20}).want(201)
	in := map[string]any{"code": "h15.50–261008–0975", "procedure_code": "1.000123", "title": "Cấp phép nhà ở", "applicant": map[string]any{"id": "066200012345", "name": "Nguyễn Văn A"}, "due_on": "2026-11-05"}
	a := clerk.do("POST", "/api/v1/dossiers", in).want(201)
	if a.text("code") != "H15.50-261008-0975" || a.text("received_on") != "2026-10-08" || a.text("applicant.id") != "066*****2345" || a.header.Get("Location") != "/api/v1/dossiers/H15.50-261008-0975" {
		t.Errorf("answer %s", a.body)
	}
	at := clerk.deposited("dossier=H15.50-261008-0975", paper(64))
	clerk.with("If-Match: *").do("PATCH", at, `{"type":"Đơn đề nghị","subject":"Đơn đề nghị cấp phép"}`).want(200)
	clerk.deposited("dossier=H15.50-261008-0975&kind=result", paper(64))
	got := clerk.do("GET", "/api/v1/dossiers/H15.50-261008-0975", nil).want(200)
	if len(got.at("components").([]any)) != 1 || len(got.at("results").([]any)) != 1 || fmt.Sprint(got.at("missing")) != "[Bản vẽ]" {
		t.Errorf("with papers: %s", got.body)
	}
	clerk.do("PATCH", "/api/v1/dossiers/H15.50-261008-0975", `{"title":"x"}`).refused(428, "precondition_required")
	tag := "If-Match: " + got.header.Get("ETag")
	p := clerk.with(tag).do("PATCH", "/api/v1/dossiers/H15.50-261008-0975", `{"closed_on":"2026-11-01","due_on":null}`).want(200)
	if p.text("closed_on") != "2026-11-01" || p.at("due_on") != nil || p.text("title") != "Cấp phép nhà ở" {
		t.Errorf("after the patch: %s", p.body)
	}
	clerk.with(tag).do("PATCH", "/api/v1/dossiers/H15.50-261008-0975", `{"title":"x"}`).refused(412, "stale_revision")
	if l := clerk.do("GET", "/api/v1/dossiers?prefix=H15.50-2610", nil).want(200); len(l.at("items").([]any)) != 1 {
		t.Errorf("list %s", l.body)
	}
	clerk.do("POST", "/api/v1/dossiers", map[string]any{"code": "H15.50-261399-0975"}).refused(400, "invalid")
	clerk.do("POST", "/api/v1/dossiers", map[string]any{}).refused(400, "invalid")
	clerk.do("GET", "/api/v1/dossiers/H15.50-261008-0976", nil).refused(404, "not_found")
	w.as(w.token(archive.RoleClerk, "H15.51")).do("GET", "/api/v1/dossiers/H15.50-261008-0975", nil).refused(404, "not_found")
}

func TestAgenciesAndProcedures(t *testing.T) {
	w := build(t)
	admin, clerk := w.as(w.token(archive.RoleAdmin, "")), w.clerk()
	a := admin.do("POST", "/api/v1/agencies", map[string]any{"code": "H16", "name": "UBND tỉnh", "aliases": []string{"Ủy ban nhân dân tỉnh"}}).want(201)
	if a.text("predecessors") != "[]" || a.header.Get("ETag") != `"r1"` {
		t.Errorf("answer %s", a.body)
	}
	admin.do("POST", "/api/v1/agencies", map[string]any{"code": "H16", "name": "lần nữa"}).refused(409, "code_taken")
	clerk.do("POST", "/api/v1/agencies", map[string]any{"code": "H17", "name": "x"}).refused(403, "forbidden")
	p := admin.with(`If-Match: "r1"`).do("PATCH", "/api/v1/agencies/H16", `{"to":"2025-06-30","aliases":null}`).want(200)
	if p.text("to") != "2025-06-30" || p.text("aliases") != "[]" || p.text("name") != "UBND tỉnh" {
		t.Errorf("after the patch: %s", p.body)
	}
	find := func(query string) bool {
		for _, g := range clerk.do("GET", "/api/v1/agencies"+query, nil).want(200).at("items").([]any) {
			if g.(map[string]any)["code"] == "H16" {
				return true
			}
		}
		return false
	}
	if !find("") || !find("?at=2025-06-30") || find("?at=2025-07-01") {
		t.Error("an agency is listed on the days it existed")
	}
	if l := clerk.do("GET", "/api/v1/agencies?limit=1", nil).want(200); l.text("next") == "" || len(l.at("items").([]any)) != 1 {
		t.Errorf("first page %s", l.body)
	}

	admin.do("POST", "/api/v1/procedures", map[string]any{"code": "1.000123", "name": "Cấp phép", "from": "2020-01-01"}).want(201)
	admin.do("POST", "/api/v1/procedures", map[string]any{"code": "1.000123", "name": "Cấp phép mới", "from": "2025-07-01", "days": 15}).want(201)
	if g := clerk.do("GET", "/api/v1/procedures/1.000123?at=2024-01-01", nil).want(200); g.text("name") != "Cấp phép" {
		t.Errorf("as of 2024: %s", g.body)
	}
	if g := clerk.do("GET", "/api/v1/procedures/1.000123", nil).want(200); g.text("name") != "Cấp phép mới" {
		t.Errorf("today: %s", g.body)
	}
	if g := admin.with("If-Match: *").do("PATCH", "/api/v1/procedures/1.000123?from=2020-01-01", `{"sector":"Xây dựng"}`).want(200); g.text("sector") != "Xây dựng" || g.text("from") != "2020-01-01" {
		t.Errorf("after the patch: %s", g.body)
	}
	first := clerk.do("GET", "/api/v1/procedures?limit=1", nil).want(200)
	second := clerk.do("GET", "/api/v1/procedures?limit=1&cursor="+url.QueryEscape(first.text("next")), nil).want(200)
	if first.text("items.0.from") != "2020-01-01" || second.text("items.0.from") != "2025-07-01" || second.text("next") != "" {
		t.Errorf("pages %s %s", first.body, second.body)
	}
	admin.with("If-Match: *").do("PATCH", "/api/v1/procedures/1.000123?from=2021-01-01", `{}`).refused(404, "not_found")
}

func TestTablesOfAgenciesAndProcedures(t *testing.T) {
	w := build(t)
	admin := w.as(w.token(archive.RoleAdmin, "")).with("Content-Type: text/csv; charset=utf-8")
	for _, c := range []struct{ reason, body, loaded string }{
		{"children before their parents, a mark at the start", "\xef\xbb\xbfcode,name,parent,aliases\nH20.05,Xã A,H20,Xã cũ|Thị trấn cũ\nH20,UBND tỉnh,,\n", "2"},
		{"semicolons and quotes, as spreadsheets write them", "Code;Name;From\r\nH21;\"Sở \"\"X\"\"; Y\";01/07/2025\r\n;;\r\n", "1"},
		{"the same again: a change", "code,name\nH20,UBND tỉnh mới\n", "1"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			if a := admin.do("POST", "/api/v1/agencies", c.body).want(200); a.text("loaded") != c.loaded {
				t.Errorf("answer %s", a.body)
			}
		})
	}
	if g := w.clerk().do("GET", "/api/v1/agencies/H20.05", nil).want(200); fmt.Sprint(g.at("aliases")) != "[Xã cũ Thị trấn cũ]" {
		t.Errorf("agency %s", g.body)
	}
	for _, c := range []struct{ reason, body, field string }{
		{"a code of another form, by its line", "code,name\nH30,A\n\nH3X,B\n", "line 4.code"},
		{"no name", "code,name\nH30,\n", "line 2.name"},
		{"a column nobody knows", "code,name,colour\nH30,A,red\n", "line 1.colour"},
		{"no columns named", "H30,A\n", "line 1.h30"},
		{"nothing", "", "line 1.code"},
		{"more cells than columns", "code,name\nH30,A,B\n", "line 2"},
		{"a quote that never closes", "code,name\nH30,\"A\n", "line 2"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			a := admin.do("POST", "/api/v1/agencies", c.body).refused(400, "invalid")
			if got := a.text("errors.0.field"); got != strings.ReplaceAll(c.field, " ", " ") {
				t.Errorf("field %q, want %q", got, c.field)
			}
		})
	}
	w.clerk().do("GET", "/api/v1/agencies/H30", nil).refused(404, "not_found")
	admin.do("POST", "/api/v1/agencies", "code,name\n"+strings.Repeat("x", 9<<20)).want(413)
	admin.do("POST", "/api/v1/procedures", "code,name,components,days\n1.000200,Cấp phép,Đơn|Bản vẽ,20\n").want(200)
	admin.do("POST", "/api/v1/procedures", "code,name,days\n1.000200,Cấp phép,hai mươi\n").refused(400, "invalid")
	w.clerk().with("Content-Type: text/csv").do("POST", "/api/v1/agencies", "code,name\nH30,A\n").refused(403, "forbidden")
}

func TestEvents(t *testing.T) {
	w := build(t)
	clerk, auditor := w.clerk(), w.as(w.token(archive.RoleAuditor, "H15"))
	at := clerk.deposited("file_name=%3DHYPERLINK(1).pdf", paper(64))
	id := strings.TrimPrefix(at, "/api/v1/documents/")
	clerk.do("GET", "/api/v1/events", nil).refused(403, "forbidden")
	a := auditor.do("GET", "/api/v1/events?document="+id, nil).want(200)
	if a.text("items.0.action") != "ingestion" || a.text("items.0.actor_name") != "clerk" || a.text("items.0.request_id") == "" || a.text("items.0.address") != "127.0.0.1" {
		t.Errorf("answer %s", a.body)
	}
	if b := auditor.do("GET", "/api/v1/events?action=ingestion&from=2001-01-01&to=2002-01-01", nil).want(200); len(b.at("items").([]any)) != 0 {
		t.Errorf("another year: %s", b.body)
	}
	table := auditor.do("GET", "/api/v1/events?format=csv", nil).want(200)
	rows, err := csv.NewReader(strings.NewReader(string(table.body))).ReadAll()
	must(t, err)
	if len(rows) < 2 || rows[0][0] != "at" {
		t.Errorf("table %q", table.body)
	}
	for _, row := range rows {
		for _, cell := range row {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("a cell begins a formula: %q", cell)
			}
		}
	}
	if b := auditor.with("Accept: text/csv").do("GET", "/api/v1/events", nil).want(200); !strings.HasPrefix(b.header.Get("Content-Type"), "text/csv") {
		t.Errorf("content type %s", b.header.Get("Content-Type"))
	}
	auditor.do("GET", "/api/v1/events?actor=me", nil).refused(400, "invalid")
}

package api_test

import (
	"testing"

	"sohoa/archive"
)

func TestWorkIsGivenTalkedAboutAndDoneToMany(t *testing.T) {
	w := build(t)
	clerk, checker, admin := w.clerk(), w.as(w.token(archive.RoleChecker, "H15.50")), w.as(w.token(archive.RoleAdmin, ""))
	beside := w.as(w.token(archive.RoleChecker, "H15.51"))
	person := w.person("mai", "a long passphrase", archive.RoleClerk, false)
	fields := map[string]any{"type": "QĐ", "subject": "Về việc cấp phép"}
	deposited := func() string {
		id := clerk.do("PUT", "/api/v1/documents?kind=result", paper(64)).want(201).text("id")
		clerk.with("If-Match: *", "Content-Type: application/merge-patch+json").do("PATCH", "/api/v1/documents/"+id, fields).want(200)
		return id
	}
	id, other := deposited(), deposited()

	// Whose work it is.
	who := person.ID.String()
	if d := checker.do("POST", "/api/v1/documents/"+id+"/assign", map[string]any{"assignee": who}).want(200); d.text("waits.assignee") != who || d.text("waits.unit") != "H15.50" || d.text("waits.due_at") == "" {
		t.Errorf("assigned %s", d.body)
	}
	checker.do("POST", "/api/v1/documents/"+id+"/assign", map[string]any{"assignee": other}).refused(400, "invalid")
	if l := checker.do("GET", "/api/v1/documents/"+id+"/colleagues", nil).want(200); l.text("items.0.id") != who {
		t.Errorf("colleagues %s", l.body)
	}
	if l := checker.do("GET", "/api/v1/work?list=unassigned", nil).want(200); len(l.at("items").([]any)) != 1 || l.text("items.0.id") != other {
		t.Errorf("unassigned %s", l.body)
	}
	if n := checker.do("GET", "/api/v1/work/counts", nil).want(200); n.text("items.0.list") != "mine" || n.text("items.3.count") != "1" {
		t.Errorf("counts %s", n.body)
	}

	// What is said about it.
	c := clerk.do("POST", "/api/v1/documents/"+id+"/comments", map[string]any{"body": "<b>mờ</b>", "to_assignee": true}).want(201)
	if c.text("body") != "<b>mờ</b>" || c.text("mention") != who {
		t.Errorf("comment %s", c.body)
	}
	beside.do("GET", "/api/v1/documents/"+id+"/comments", nil).refused(404, "not_found")
	clerk.do("POST", "/api/v1/documents/"+id+"/comments/"+c.text("id")+"/retract", map[string]any{"reason": "nhầm"}).want(204)
	if l := clerk.do("GET", "/api/v1/documents/"+id+"/comments", nil).want(200); l.at("items.0.body") != nil || l.text("items.0.why") != "nhầm" {
		t.Errorf("comments %s", l.body)
	}

	// How it is checked.
	admin.do("POST", "/api/v1/agencies", map[string]any{"code": "H15", "name": "Tỉnh"})
	admin.do("POST", "/api/v1/agencies", map[string]any{"code": "H15.51", "name": "Xã bên"})
	put := admin.with("If-Match: *")
	put.do("PUT", "/api/v1/agencies/H15.50/rules", map[string]any{"checks": []any{map[string]any{"mode": "neighbour"}}}).refused(400, "invalid")
	r := put.do("PUT", "/api/v1/agencies/H15.50/rules", map[string]any{"checks": []any{map[string]any{"mode": "neighbour", "neighbour": "H15.51"}}, "terms": []any{map[string]any{"stage": "checking", "days": 3}}}).want(200)
	if r.text("in_force.checks.1.mode") != "neighbour" || r.text("in_force.checks.1.neighbour") != "H15.51" {
		t.Errorf("rules %s", r.body)
	}
	checker.with("If-Match: *").do("PUT", "/api/v1/agencies/H15.50/rules", map[string]any{}).refused(403, "forbidden")
	clerk.do("GET", "/api/v1/agencies/H15.50/rules", nil).want(200)
	admin.do("GET", "/api/v1/draws?day=2026-11-23", nil).want(200)
	clerk.do("GET", "/api/v1/draws?day=2026-11-23", nil).refused(403, "forbidden")

	// Many at once, by the neighbour, who sees these papers and no others.
	w.work()
	begin := func(who *caller, in map[string]any) *answer {
		t.Helper()
		b := who.do("POST", "/api/v1/bulk", in).want(201)
		at := "/api/v1/bulk/" + b.text("id")
		who.do("POST", at+"/start", nil).want(200)
		waitFor(t, func() bool { return who.do("GET", at, nil).want(200).text("state") == "done" })
		return who.do("GET", at, nil)
	}
	if b := begin(clerk, map[string]any{"act": "submit", "ids": []any{id, other}}); b.text("done") != "2" {
		t.Errorf("submitted %s", b.body)
	}
	if l := beside.do("GET", "/api/v1/work?list=neighbours", nil).want(200); len(l.at("items").([]any)) != 2 {
		t.Errorf("to be checked for others: %s", l.body)
	}
	b := begin(checker, map[string]any{"act": "accept", "states": []any{"checking"}})
	if b.text("refused") != "2" {
		t.Errorf("accepted by its own unit: %s", b.body)
	}
	at := "/api/v1/bulk/" + b.text("id")
	if ps := checker.do("GET", at+"/papers?state=refused", nil).want(200); ps.text("items.0.code") != "neighbour_checks" {
		t.Errorf("report %s", ps.body)
	}
	checker.do("POST", at+"/retry", nil).want(200)
	beside.do("GET", at, nil).refused(404, "not_found")
	if b = begin(beside, map[string]any{"act": "accept", "list": "neighbours"}); b.text("done") != "2" {
		t.Errorf("accepted by the neighbour: %s", b.body)
	}
	beside.do("GET", "/api/v1/documents/"+id, nil).refused(404, "not_found")
	b = begin(checker, map[string]any{"act": "assign", "ids": []any{id}, "assignee": who})
	checker.do("POST", "/api/v1/bulk/"+b.text("id")+"/undo", nil).want(200)
	if l := checker.do("GET", "/api/v1/bulk", nil).want(200); len(l.at("items").([]any)) != 4 {
		t.Errorf("bulk acts %s", l.body)
	}
}

package api_test

import "testing"

func TestAStackIsSplitIntoDossiers(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	at := clerk.deposited("", paper(64))
	a := clerk.do("GET", at+"/stack?every=1", nil).want(200)
	if a.text("parts.0.pages.0") != "1" || a.text("parts.1.pages.0") != "2" || a.text("pages.0.use") != "start" || a.text("unread") != "2" || a.header.Get("ETag") != `"r1"` {
		t.Errorf("stack: %s", a.body)
	}
	clerk.do("GET", at+"/stack?every=3", nil).refused(400, "invalid")
	do := clerk.with("If-Match: *")
	parts := []picks{{page(1)}, {page(2)}}
	do.do("POST", at+"/split", map[string]any{"parts": parts, "places": []map[string]any{{"dossier_code": "nonsense"}, {}}}).refused(400, "invalid")
	do.do("POST", at+"/split", map[string]any{"parts": parts, "places": []map[string]any{{}}}).refused(400, "invalid")
	const one, two = "H15.50-261008-0001", "H15.50-261008-0002"
	split := do.do("POST", at+"/split", map[string]any{"parts": parts, "places": []map[string]any{{"dossier_code": one, "type": "Đơn đề nghị"}, {"dossier_code": two, "kind": "result"}}}).want(201)
	if split.text("items.0.dossier_code") != one || split.text("items.0.type") != "Đơn đề nghị" || split.text("items.1.dossier_code") != two || split.text("items.1.kind") != "result" {
		t.Errorf("split: %s", split.body)
	}
	clerk.do("GET", "/api/v1/dossiers/"+two, nil).want(200)
}

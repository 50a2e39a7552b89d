package api_test

import (
	"strings"
	"testing"
)

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

func TestSeparatorSheets(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	const dossier = "H15.50-261008-0001"
	clerk.deposited("dossier="+dossier, paper(64))
	for _, q := range []string{"", "?dossier=" + dossier, "?dossier=" + dossier + "&component=a&component=b&result=-"} {
		a := clerk.do("GET", "/api/v1/separators"+q, nil).want(200)
		if a.header.Get("Content-Type") != "application/pdf" || string(a.body[:5]) != "%PDF-" {
			t.Errorf("%s: %s %.20s", q, a.header, a.body)
		}
	}
	clerk.do("GET", "/api/v1/separators?dossier=x", nil).refused(400, "invalid")
	clerk.do("GET", "/api/v1/separators?dossier=H15.50-261008-0009", nil).refused(404, "not_found")
	clerk.do("GET", "/api/v1/separators?component="+strings.Repeat("a&component=", 101)+"a", nil).refused(400, "invalid")
}

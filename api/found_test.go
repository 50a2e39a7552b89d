package api_test

import (
	"testing"

	"sohoa/archive"
)

func TestFindingsNarrowAndAreCounted(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	id := clerk.do("PUT", "/api/v1/documents", paper(64)).want(201).text("id") // the desk finds its second page coarse
	if l := clerk.do("GET", "/api/v1/documents?finding=low_resolution", nil).want(200); l.text("items.0.id") != id {
		t.Errorf("list %s", l.body)
	}
	if l := clerk.do("GET", "/api/v1/documents?finding=skewed", nil).want(200); len(l.at("items").([]any)) != 0 {
		t.Errorf("list %s", l.body)
	}
	clerk.do("GET", "/api/v1/documents?finding=%27--", nil).refused(400, "invalid")
	c := clerk.do("GET", "/api/v1/findings", nil).want(200)
	if c.text("items.0.code") != "low_resolution" || c.text("items.0.name") != "Below 200 dpi" || c.text("items.0.papers") != "1" || c.text("items.0.custodian.code") != "H15.50" {
		t.Errorf("counts %s", c.body)
	}
	if c := clerk.do("GET", "/api/v1/findings?created_to=2020-01-01", nil).want(200); len(c.at("items").([]any)) != 0 {
		t.Errorf("counts %s", c.body)
	}
	if c := w.as(w.token(archive.RoleClerk, "H15.51")).do("GET", "/api/v1/findings", nil).want(200); len(c.at("items").([]any)) != 0 {
		t.Errorf("another agency sees %s", c.body)
	}
}

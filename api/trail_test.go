package api_test

import (
	"net/url"
	"strings"
	"testing"

	"sohoa/archive"
)

// TestTheTrailIsSearchedByWhatAnAuditorKnows asks for the events of two units by every condition, and takes a table of some of them.
func TestTheTrailIsSearchedByWhatAnAuditorKnows(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	first, other := clerk.deposited("", paper(64)), w.as(w.token(archive.RoleClerk, "H15.60"))
	at := other.with("Sohoa-Purpose: "+url.PathEscape("thanh tra năm")).deposited("", paper(65))
	id := at[strings.LastIndexByte(at, '/')+1:]
	other.do("GET", first, nil).refused(404, "not_found")

	auditor := w.as(w.token(archive.RoleAuditor, ""))
	count := func(who *caller, query string) int {
		t.Helper()
		return len(who.do("GET", "/api/v1/events?"+query, nil).want(200).at("items").([]any))
	}
	for query, some := range map[string]bool{
		"unit=H15.60&document=" + id:                  true,
		"unit=H15.50&document=" + id:                  false,
		"unit=H15&document=" + id:                     true, // and all below it
		"purpose=" + url.QueryEscape("thanh tra năm"): true,
		"purpose=thanh":                               false, // the whole of it
		"outcome=denied&unit=H15.60":                  true,
		"outcome=denied&unit=H15.50":                  false,
		"outcome=failure":                             false,
		"address=127.0.0.1":                           true,
		"address=192.0.2.1":                           false,
		"login=ai-do":                                 false, // nobody, and no fault
		"dossier=H15.50-261008-0001":                  false,
	} {
		if n := count(auditor, query); (n > 0) != some {
			t.Errorf("%s: %d events", query, n)
		}
	}
	auditor.do("GET", "/api/v1/events?outcome=perhaps", nil).refused(400, "invalid")
	clerk.do("GET", "/api/v1/events?unit=H15.60", nil).refused(403, "forbidden")
	auditor.with("Sohoa-Purpose: "+strings.Repeat("x", 301)).do("GET", "/api/v1/events", nil).refused(400, "bad_purpose")
	auditor.with("Sohoa-Purpose: %0a").do("GET", "/api/v1/events", nil).want(200) // nothing is left of it
	auditor.with("Sohoa-Purpose: a%0ab").do("GET", "/api/v1/events", nil).refused(400, "bad_purpose")

	// One who answers for another unit finds nothing of it, by whatever he asks; nor by the purpose of a paper he may not see.
	near := w.as(w.token(archive.RoleAuditor, "H15.50"))
	for _, query := range []string{"unit=H15.60", "document=" + id, "purpose=" + url.QueryEscape("thanh tra năm"), "outcome=denied"} {
		if n := count(near, query); n != 0 {
			t.Errorf("out of scope, %s: %d events", query, n)
		}
	}

	// Taking a table is an event with what was asked for, and not one of the table's own lines.
	csv := string(auditor.with("Sohoa-Purpose: inspection").do("GET", "/api/v1/events?format=csv&unit=H15.60&outcome=denied", nil).want(200).body)
	if lines := strings.Split(strings.TrimSpace(csv), "\n"); len(lines) != 2 || !strings.Contains(lines[1], "denied") || strings.Contains(csv, "trail:csv") {
		t.Errorf("the table:\n%s", csv)
	}
	taken := auditor.do("GET", "/api/v1/events?purpose=inspection", nil).want(200)
	if taken.text("items.0.object") != "trail:csv" || taken.text("items.0.detail.of_unit") != "H15.60" || taken.text("items.0.detail.of_outcome") != "denied" || len(taken.at("items").([]any)) != 1 {
		t.Errorf("the event of the table: %v", taken.at("items"))
	}
	clerk.do("GET", "/api/v1/events?format=csv", nil).refused(403, "forbidden")
}

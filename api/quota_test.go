package api_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"sohoa/api"
	"sohoa/archive"
)

// untouched is a body of which a refusal may read no more than what had been sent before it was made.
type untouched struct{ read *int }

func (u untouched) Read(p []byte) (int, error) {
	*u.read += len(p)
	return len(p), nil
}

func TestQuotasOverHTTP(t *testing.T) {
	w := build(t, func(a *archive.Config, _ *api.Config) {
		a.Limits.Quota = archive.QuotaLimits{UserPapers: 5, AgencyTotal: 100_000}
	})
	clerk, admin := w.clerk(), w.as(w.token(archive.RoleAdmin, ""))
	for range 4 {
		clerk.deposited("", paper(1000))
	}
	l := clerk.do("GET", "/api/v1/limits", nil).want(200)
	if l.text("quotas.1.name") != "user_papers_per_day" || l.text("quotas.1.used") != "4" || l.text("quotas.1.limit") != "5" || l.text("quotas.1.warn") != "true" ||
		!strings.Contains(l.text("quotas.1.resets_at"), "T00:00:00+07:00") || l.text("quotas.0.name") != "agency_bytes" || l.text("quotas.0.used") != "4000" || l.text("quotas.0.warn") != "false" || l.at("quotas.0.resets_at") != nil {
		t.Errorf("limits %s", l.body)
	}
	last := paper(1000)
	keyed := clerk.with("Idempotency-Key: last")
	first := keyed.do("PUT", "/api/v1/documents", last).want(201)
	a := clerk.do("PUT", "/api/v1/documents", paper(64)).refused(429, "quota_exceeded")
	wait, err := strconv.Atoi(a.header.Get("Retry-After"))
	if err != nil || wait < 1 || wait > 24*3600 || a.text("errors.0.field") != "quota.user_papers_per_day" || a.text("detail") == "" {
		t.Errorf("Retry-After %q: %s", a.header.Get("Retry-After"), a.body)
	}
	if strings.Contains(string(a.body), "H15") {
		t.Errorf("the answer says whose quota it is: %s", a.body)
	}
	// A repeated request hears its first answer though the quota is full now.
	if again := keyed.do("PUT", "/api/v1/documents", last).want(201); again.text("id") != first.text("id") {
		t.Error("made twice")
	}
	// A full quota costs no upload: of a hundred megabytes next to nothing is read.
	read := 0
	req, err := http.NewRequestWithContext(t.Context(), "PUT", w.server.URL+"/api/v1/documents", io.LimitReader(untouched{&read}, 100<<20))
	must(t, err)
	req.ContentLength = 100 << 20
	req.Header = clerk.with("Expect: 100-continue").header
	tr := &http.Transport{ExpectContinueTimeout: 10 * time.Second}
	defer tr.CloseIdleConnections()
	res, err := tr.RoundTrip(req)
	must(t, err)
	res.Body.Close()
	if res.StatusCode != 507 || read != 0 { // the agency's bytes are the nearer end
		t.Errorf("status %d after %d bytes", res.StatusCode, read)
	}
	if n := len(clerk.do("GET", "/api/v1/documents", nil).want(200).at("items").([]any)); n != 5 || w.intents() != 0 {
		t.Errorf("%d papers, %d intents", n, w.intents())
	}

	// The agency's own grant, by a merge patch.
	patch := func(body string) *answer {
		return admin.with("If-Match: *").do("PATCH", "/api/v1/agencies/H15.50", body)
	}
	if g := patch(`{"quota":{"bytes":5500,"papers_per_day":0}}`).want(200); g.text("quota.bytes") != "5500" || g.text("quota.papers_per_day") != "0" || g.at("quota.bytes_per_day") != nil {
		t.Errorf("agency %s", g.body)
	}
	other := w.clerk()
	b := other.do("PUT", "/api/v1/documents", paper(1000)).refused(507, "quota_exceeded")
	if b.header.Get("Retry-After") != "" || b.text("errors.0.field") != "quota.agency_bytes" {
		t.Errorf("Retry-After %q: %s", b.header.Get("Retry-After"), b.body)
	}
	other.do("PUT", "/api/v1/documents", paper(400)).want(201)
	patch(`{"quota":{"bytes":-1}}`).refused(400, "invalid")
	patch(`{"quota":{"bytes":"much"}}`).refused(400, "invalid")
	w.as(w.token(archive.RoleAdmin, "H15.50")).with("If-Match: *").do("PATCH", "/api/v1/agencies/H15.50", `{"quota":{"bytes":0}}`).refused(403, "forbidden")
	if st := admin.do("GET", "/api/v1/status", nil).want(200); st.text("agencies.0.agency.code") != "H15.50" || st.text("agencies.0.papers") != "6" || st.text("agencies.0.bytes") != "5400" ||
		st.text("agencies.0.papers_today") != "6" || st.text("agencies.0.quota.bytes") != "5500" || st.at("agencies.0.quota.papers_per_day") != nil {
		t.Errorf("status %s", st.body)
	}
	if g := patch(`{"quota":{"bytes":null}}`).want(200); g.at("quota.bytes") != nil || g.text("quota.papers_per_day") != "0" {
		t.Errorf("one grant taken back: %s", g.body)
	}
	if g := patch(`{"quota":null}`).want(200); g.at("quota") != nil {
		t.Errorf("all grants taken back: %s", g.body)
	}
	other.do("PUT", "/api/v1/documents", paper(1000)).want(201)
}

func TestLimitsAreToldToEverybodyWhoIsKnown(t *testing.T) {
	w := build(t)
	for _, role := range archive.Roles {
		a := w.as(w.token(role, "H15.50")).do("GET", "/api/v1/limits", nil).want(200)
		if a.text("max_file_bytes") != "536870912" && a.text("max_file_bytes") != "5.36870912e+08" || a.text("media_types.0") != "application/pdf" || len(a.at("quotas").([]any)) != 0 || a.text("storage_full") != "false" {
			t.Errorf("%s: %s", role, a.body)
		}
	}
	w.as("").do("GET", "/api/v1/limits", nil).refused(401, "unauthenticated")
	w.clerk().do("GET", "/api/v1/limits?agency=H15.51", nil).refused(404, "not_found")
	w.clerk().do("GET", "/api/v1/limits?agency=x", nil).refused(400, "invalid")
}

// disk is one disk that a test fills.
type disk struct{ free int64 }

func (d *disk) Disks() ([]archive.Disk, error) {
	return []archive.Disk{{Uses: []string{"store", "catalog"}, Free: d.free, Total: 100 << 30}}, nil
}

func TestAFullDiskOverHTTP(t *testing.T) {
	d := &disk{free: 15 << 30}
	w := build(t, func(a *archive.Config, _ *api.Config) { a.Disks = d })
	clerk, admin := w.clerk(), w.as(w.token(archive.RoleAdmin, ""))
	st := admin.do("GET", "/api/v1/status", nil).want(200)
	if st.text("disks.0.uses") != "[store catalog]" || st.text("disks.0.warn") != "true" || st.text("disks.0.full") != "false" {
		t.Errorf("status %s", st.body)
	}
	clerk.deposited("", paper(64))
	full := build(t, func(a *archive.Config, _ *api.Config) { a.Disks = &disk{free: 1 << 30} })
	clerk = full.clerk()
	if a := clerk.do("PUT", "/api/v1/documents", paper(64)).refused(507, "storage_full"); a.header.Get("Retry-After") == "" {
		t.Error("507 without Retry-After")
	}
	if l := clerk.do("GET", "/api/v1/limits", nil).want(200); l.text("storage_full") != "true" {
		t.Errorf("limits %s", l.body)
	}
	clerk.do("GET", "/readyz", nil).want(200) // it still answers, searches and shows
	if n := len(clerk.do("GET", "/api/v1/documents", nil).want(200).at("items").([]any)); n != 0 || full.intents() != 0 {
		t.Errorf("%d papers, %d intents", n, full.intents())
	}
	m := string(full.as("").do("GET", "/metrics", nil).want(200).body)
	for _, line := range []string{`sohoa_disk_free_bytes{disk="store, catalog"} 1.073741824e+09`, `sohoa_disk_total_bytes{disk="store, catalog"} 1.073741824e+11`, `sohoa_disk_full{disk="store, catalog"} 1`} {
		if !strings.Contains(m, line) {
			t.Errorf("measure %s is missing", line)
		}
	}
}

package api_test

import (
	"context"
	"io"
	"testing"

	"sohoa/api"
	"sohoa/archive"
)

func TestBackupIsForAdministratorsOfTheWholeProvince(t *testing.T) {
	w := build(t, func(_ *archive.Config, c *api.Config) {
		c.Backup = func(_ context.Context, w io.Writer) error { _, err := io.WriteString(w, "the house"); return err }
	})
	a := w.as(w.token(archive.RoleAdmin, "")).do("GET", "/api/v1/backup", nil).want(200)
	if string(a.body) != "the house" || a.header.Get("Content-Type") != "application/x-tar" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s %v", a.body, a.header)
	}
	for role, agency := range map[archive.Role]archive.AgencyCode{archive.RoleAdmin: "H15.50", archive.RoleAuditor: "", archive.RoleClerk: "H15.50"} {
		w.as(w.token(role, agency)).do("GET", "/api/v1/backup", nil).refused(403, "forbidden")
	}
	ev := w.as(w.token(archive.RoleAuditor, "")).do("GET", "/api/v1/events?action=maintenance", nil).want(200)
	if ev.text("items.0.object") != "backup" {
		t.Errorf("no event says so: %s", ev.body)
	}
}

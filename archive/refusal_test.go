package archive_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// What a folder turns away is in the trail, with a name fit to be shown, and only those who may deposit can say so.
func TestATurnedAwayPaperIsInTheTrail(t *testing.T) {
	h := open(t)
	away := archive.TurnedAway{Code: "agency_scope", FileName: "sổ\nđỏ \x1b.pdf", Dossier: "H15.50-261008-0975"}
	if err := h.RecordRefusal(t.Context(), archive.Actor{Name: "x", Role: archive.RoleAuditor}, away); !errors.Is(err, archive.ErrForbidden) {
		t.Errorf("an auditor: %v", err)
	}
	inbox := archive.Actor{Name: "inbox", Role: archive.RoleService, Agency: "H15"}
	if err := h.RecordRefusal(t.Context(), inbox, away); err != nil {
		t.Fatal(err)
	}
	l, err := h.Trail(t.Context(), archive.Actor{Role: archive.RoleAuditor}, archive.EventFilter{Action: archive.EvRefuse})
	if err != nil || len(l.Items) != 1 {
		t.Fatalf("%d events, %v", len(l.Items), err)
	}
	e := l.Items[0]
	if e.ActorName != "inbox" || e.Outcome != archive.Denied || e.Dossier != away.Dossier {
		t.Errorf("%+v", e)
	}
	if diff := cmp.Diff(map[string]string{"code": "agency_scope", "file_name": "sổ đỏ .pdf"}, e.Detail); diff != "" {
		t.Error(diff)
	}
}

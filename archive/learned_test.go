package archive_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

var admin = archive.Actor{ID: archive.NewID(), Name: "Quản trị", Role: archive.RoleAdmin, Agency: "H15.50"}

// confirm takes a paper through to accepted with these fields.
func (h *house) confirm(t *testing.T, f archive.Fields) archive.Document {
	t.Helper()
	in := paper(archive.NewID().String())
	in.Fields = f
	in.Fields.Type, in.Fields.Subject, in.Fields.Number = "Giấy phép", "Về việc thử", archive.NewID().String()[:8]
	d := h.take(t, clerk, in)
	h.move(t, clerk, d.ID, archive.Submit, "")
	return h.move(t, checker, d.ID, archive.Accept, "")
}

func (h *house) learned(t *testing.T, kind archive.LearnedKind) (out []string) {
	t.Helper()
	l, err := h.Learned(context.Background(), admin, kind, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range l {
		state := ""
		if !x.Stands(h.clock.Now()) {
			state = " (not offered)"
		}
		out = append(out, x.Shown+": "+x.Value+state)
	}
	return out
}

func TestConfirmedPapersTeach(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	f := archive.Fields{IssuingAgency: archive.AgencyRef{Code: "H15.50", Name: "UBND xã Ea Kao"}, Signer: archive.Signer{Name: "Lò Thị Mai", Position: "Chủ tịch"}, Procedure: "1.004227"}
	d := h.confirm(t, f)
	for kind, want := range map[archive.LearnedKind]string{archive.LearnedSigner: "UBND xã Ea Kao: Lò Thị Mai", archive.LearnedAgency: "UBND xã Ea Kao: H15.50", archive.LearnedProcedure: "Giấy phép: 1.004227"} {
		if diff := cmp.Diff([]string{want}, h.learned(t, kind)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
	l, err := h.Learned(ctx, admin, archive.LearnedSigner, 10)
	if err != nil || l[0].Document != d.ID || l[0].Confirmed != 1 {
		t.Errorf("not explained: %+v, %v", l, err)
	}
	// What one paper said runs out after a year; what two said does not.
	h.clock.pass(370 * 24 * time.Hour)
	if got := h.learned(t, archive.LearnedSigner); got[0] != "UBND xã Ea Kao: Lò Thị Mai (not offered)" {
		t.Errorf("after a year: %v", got)
	}
	h.confirm(t, f)
	h.clock.pass(370 * 24 * time.Hour)
	if got := h.learned(t, archive.LearnedSigner); got[0] != "UBND xã Ea Kao: Lò Thị Mai" {
		t.Errorf("said twice: %v", got)
	}
	if _, err := h.Learned(ctx, clerk, archive.LearnedSigner, 10); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("a clerk lists it: %v", err)
	}
	if err := h.Forget(ctx, clerk, archive.LearnedSigner, "ubnd xa ea kao", "Lò Thị Mai"); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("a clerk forgets it: %v", err)
	}
	if err := h.Forget(ctx, admin, archive.LearnedSigner, "ubnd xa ea kao", "Lò Thị Mai"); err != nil {
		t.Fatal(err)
	}
	if err := h.Forget(ctx, admin, archive.LearnedSigner, "ubnd xa ea kao", "Lò Thị Mai"); archive.KindOf(err) != archive.NotFound {
		t.Errorf("forgotten twice: %v", err)
	}
	if got := h.learned(t, archive.LearnedSigner); len(got) != 0 {
		t.Errorf("not forgotten: %v", got)
	}
	h.sound(t)
}

// A wrong confirmation is outweighed by the first paper for which it was proposed and put right.
func TestAWrongConfirmationDoesNotStick(t *testing.T) {
	l := archive.Learned{Confirmed: 1, LastAt: time.Now()}
	if !l.Stands(time.Now()) {
		t.Error("confirmed once and not offered")
	}
	for _, c := range []struct {
		confirmed, denied int
		want              bool
	}{{1, 1, false}, {2, 1, false}, {3, 1, true}, {20, 10, false}} {
		l.Confirmed, l.Denied = c.confirmed, c.denied
		if l.Stands(time.Now()) != c.want {
			t.Errorf("confirmed %d, denied %d", c.confirmed, c.denied)
		}
	}
}

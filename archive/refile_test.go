package archive_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"sohoa/archive"
)

const (
	here  = archive.DossierCode("H15.50-261008-0001")
	there = archive.DossierCode("H15.50-261008-0002")
	below = archive.DossierCode("H15.50.01-261008-0003")
	away  = archive.DossierCode("H15.51-261008-0004")
)

// admitted returns the actor with its scope, over a small province.
func (h *house) admitted(t testing.TB, a archive.Actor) archive.Actor {
	t.Helper()
	err := h.LoadAgencies(context.Background(), archive.System, []archive.Agency{{Code: "H15", Name: "Tỉnh"}, {Code: "H15.50", Name: "Phường", Parent: "H15"},
		{Code: "H15.50.01", Name: "Tổ một cửa", Parent: "H15.50"}, {Code: "H15.51", Name: "Xã", Parent: "H15"}})
	if err != nil {
		t.Fatal(err)
	}
	if a, err = h.Admit(context.Background(), a); err != nil {
		t.Fatal(err)
	}
	return a
}

func (h *house) acts(t testing.TB, code archive.DossierCode) []string {
	t.Helper()
	evs, err := h.DossierHistory(context.Background(), archive.System, code, archive.ID{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range evs {
		out = append(out, strings.TrimSpace(e.Detail["act"]+" "+e.Detail["from_dossier"]+e.Detail["to_dossier"]))
	}
	return out
}

func TestPaperMovesToTheRightDossierAndBack(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	who := h.admitted(t, clerk)
	dep := paper("một")
	dep.Dossier = here
	d, err := h.Deposit(ctx, who, dep)
	if err != nil {
		t.Fatal(err)
	}
	move := func(a archive.Actor, to archive.DossierCode, reason, code string) {
		t.Helper()
		next, err := h.Refile(ctx, a, d.ID, archive.Refiling{Dossier: to, Reason: reason, After: d.Revision})
		if archive.CodeOf(err) != code {
			t.Fatalf("to %q: %v, want %q", to, err, code)
		}
		if err == nil {
			d = next
		}
	}
	move(who, here, "", "same_dossier")
	move(who, there, "", "") // opened on the way
	move(who, here, "", "")  // and back
	move(who, "", "", "")    // out of every dossier
	move(who, here, "", "")
	for _, c := range []struct {
		code archive.DossierCode
		want []string
	}{
		{here, []string{"open", "paper_out " + string(there), "paper_in " + string(there), "paper_out", "paper_in"}},
		{there, []string{"open", "paper_in " + string(here), "paper_out " + string(here)}},
	} {
		if got := h.acts(t, c.code); !slices.Equal(got, c.want) {
			t.Errorf("history of %s is %q, want %q", c.code, got, c.want)
		}
	}
	evs, err := h.History(ctx, who, d.ID, archive.ID{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	if e := evs[1]; e.Detail["move"] != "move" || e.Detail["from_dossier"] != string(here) || e.Detail["to_dossier"] != string(there) || e.Dossier != there {
		t.Errorf("history of the paper: %+v", e)
	}

	// Who may, in which state.
	filing := checker
	filing.ID = archive.NewID() // whoever moves a paper has changed it, and another accepts it
	boss := h.admitted(t, filing)
	h.on(t, d, archive.Submit)
	d.Revision++
	move(who, there, "", "forbidden")
	move(boss, there, "", "")
	h.on(t, d, archive.Accept, archive.Publish)
	d.Revision += 2
	move(boss, here, "", "reason_required")
	move(who, here, "nhầm", "forbidden")
	move(boss, here, "nhầm hồ sơ", "")
	if d.State != archive.Published || d.Dossier != here {
		t.Errorf("%s in %s", d.State, d.Dossier)
	}
	inv, err := h.Vault.Inventory(ctx, archive.DocumentObject(d.ID))
	if err != nil || inv.Head != d.Object || inv.Versions[inv.Head-1].Message != "move" {
		t.Errorf("the object: %+v, %v", inv, err)
	}
	h.on(t, d, archive.Withdraw)
	d.Revision++
	move(boss, there, "nhầm", "wrong_state")
	if _, err := h.Refile(ctx, foreign, d.ID, archive.Refiling{Dossier: away}); archive.KindOf(err) != archive.NotFound {
		t.Errorf("from outside the scope: %v", err)
	}
	h.sound(t)
}

func TestCustodianFollowsTheDossier(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	who := h.admitted(t, clerk)
	open := func(code archive.DossierCode, custodian archive.AgencyCode) {
		t.Helper()
		if _, err := h.OpenDossier(ctx, archive.System, archive.Dossier{Code: code, Custodian: custodian}, nil); err != nil {
			t.Fatal(err)
		}
	}
	open(here, "H15.50")
	open(below, "H15.50.01")
	open(away, "H15.51")
	for _, c := range []struct {
		reason string
		from   archive.DossierCode
		agency archive.AgencyCode
		to     archive.DossierCode
		want   archive.AgencyCode
		code   string
	}{
		{"the former dossier's custodian had it", here, "", below, "H15.50.01", ""},
		{"back again", below, "", here, "H15.50", ""},
		{"it lay in none", "", "", below, "H15.50.01", ""},
		{"a custodian chosen apart from the dossier stays", here, "H15.50.01", there, "H15.50.01", ""},
		{"a dossier that is opened on the way is the paper's custodian's", "", "", there + "0", "H15.50", ""},
		{"out of every dossier nothing follows", below, "", "", "H15.50.01", ""},
		{"a dossier outside the scope", here, "", away, "", "invalid"},
	} {
		for _, by := range []string{"move", "edit"} {
			dep := paper(c.reason + by)
			dep.Dossier, dep.Agency = c.from, c.agency
			d, err := h.Deposit(ctx, who, dep)
			if err != nil {
				t.Fatal(err)
			}
			if by == "move" {
				d, err = h.Refile(ctx, who, d.ID, archive.Refiling{Dossier: c.to})
			} else {
				d, err = h.Edit(ctx, who, d.ID, archive.Edit{Dossier: &c.to})
			}
			if archive.CodeOf(err) != c.code || err == nil && (d.Custodian != c.want || d.Dossier != c.to) {
				t.Errorf("%s, by %s: %s in %q, %v", c.reason, by, d.Custodian, d.Dossier, err)
			}
		}
	}
	if got := h.acts(t, below); !slices.Contains(got, "paper_in "+string(here)) || !slices.Contains(got, "paper_out "+string(here)) {
		t.Errorf("an edit and a move are told by the dossier alike: %q", got)
	}
	if _, err := h.DossierHistory(ctx, foreign, here, archive.ID{}, 10); archive.KindOf(err) != archive.NotFound {
		t.Errorf("history of a dossier outside the scope: %v", err)
	}
	h.sound(t)
}

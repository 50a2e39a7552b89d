package archive_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

const otherDossier = "H15.50.05.13-261008-0976"

// coded gives the pages of a test's paper codes by their words: qr=…, patch, and blank for none at all.
func (r *reader) coded(p *archive.PageReading, file []byte) {
	words := strings.Fields(string(file))
	if len(words) <= p.Number || words[0] != "pages" {
		return
	}
	switch w := words[p.Number]; {
	case w == "blank":
		p.Source, p.Words, p.Text = archive.SourceBlank, nil, ""
	case w == "patch":
		p.Codes = []archive.Code{{Kind: archive.CodePatch, Text: "T"}}
	case strings.HasPrefix(w, "qr="):
		p.Codes = []archive.Code{{Kind: archive.CodeQR, Text: strings.ReplaceAll(w[3:], "_", " ")}}
	case strings.HasPrefix(w, "full="):
		p.Codes = []archive.Code{{Kind: archive.CodeQR, Text: w[5:]}}
		p.Words = make([]archive.Word, 200)
	}
}

func (h *house) stack(t *testing.T, words string) archive.Document {
	t.Helper()
	in := pages(words)
	in.Dossier, in.Agency, in.Kind = "", "H15.50", archive.Component
	d := h.take(t, clerk, in)
	h.work(t, d.ID, archive.ReadingDone)
	return d
}

func sketch(s archive.Stack) string {
	var out []string
	for _, p := range s.Parts {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%v %s %s %s", p.Pages, p.Dossier, p.Kind, p.Type)))
	}
	return strings.Join(out, "; ")
}

func TestStack(t *testing.T) {
	t.Parallel()
	const one = "H15.50.05.13-261008-0975"
	cover := func(d, kind, typ string) string {
		return "qr=" + strings.ReplaceAll(archive.Separator{Dossier: archive.DossierCode(d), Kind: archive.DocumentKind(kind), Type: typ}.String(), " ", "_")
	}
	cases := []struct {
		reason string
		words  string
		every  int
		want   string
	}{
		{"covers and blanks are left out", cover(one, "component", "Đơn đề nghị") + " blank a b " + cover(otherDossier, "result", "") + " c blank", 0,
			"[3 4] " + one + " component Đơn đề nghị; [6] " + otherDossier + " result"},
		{"what stands before the first cover is a paper too", "a " + cover(one, "", "") + " b", 0, "[1]  component; [3] " + one + " component"},
		{"a patch T begins another paper of the same dossier", cover(one, "", "Đơn") + " a patch b patch c", 0,
			"[2] " + one + " component Đơn; [4] " + one + " component; [6] " + one + " component"},
		{"two covers one after the other begin one paper", cover(one, "", "") + " patch a", 0, "[3] " + one + " component"},
		{"every two pages, covers or none", "a patch c d e", 2, "[1 2]  component; [3 4]  component; [5]  component"},
		{"a cover with a code nobody issues is a page like any other", "qr=SOHOA1|H15.50-269999-0001|c|x a", 0, "[1 2]  component"},
		{"a separator's code on a page full of words begins a paper and stays", "a full=SOHOA1|" + one + "|| b", 0, "[1]  component; [2 3] " + one + " component"},
		{"a code on the paper itself names its dossier", "patch qr=https://x.example.vn/?hs=" + one + " patch b", 0, "[2] " + one + " component; [4]  component"},
		{"only covers", "patch patch", 0, ""},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			h := open(t)
			d := h.stack(t, c.words)
			s, err := h.Stack(context.Background(), clerk, d.ID, archive.Cutting{Every: c.every})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, sketch(s)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if len(s.Pages) != d.PageCount() || s.Unread != 0 {
				t.Errorf("%d pages, %d unread", len(s.Pages), s.Unread)
			}
		})
	}
}

func TestStacksThatAreRefused(t *testing.T) {
	h := open(t)
	d := h.stack(t, "a patch b")
	for _, c := range []struct {
		name string
		who  archive.Actor
		cut  archive.Cutting
		code string
	}{
		{"out of scope", foreign, archive.Cutting{}, "not_found"},
		{"more pages each than there are", clerk, archive.Cutting{Every: 4}, "invalid"},
		{"less than one page each", clerk, archive.Cutting{Every: -1}, "invalid"},
	} {
		if _, err := h.Stack(context.Background(), c.who, d.ID, c.cut); archive.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
}

func TestAStackGoesToItsDossiers(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	d := h.stack(t, "patch a b patch c")
	parts, err := h.Split(ctx, clerk, d.ID, archive.Splitting{Parts: [][]archive.PageRef{own(2, 3), own(5)}, After: d.Revision,
		Places: []archive.Place{{Dossier: "H15.50.05.13-261008-0975", Type: "Đơn đề nghị"}, {Dossier: otherDossier, Kind: archive.Result}}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range parts {
		kept, err := h.Document(ctx, clerk, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s %s %s: %s", kept.Dossier, kept.Kind, kept.Fields.Type, kept.Custodian, h.bytes(t, clerk, p.ID, 0)))
	}
	want := []string{"H15.50.05.13-261008-0975 component Đơn đề nghị H15.50: pages a b", otherDossier + " result  H15.50: pages c"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	view, err := h.Dossier(ctx, clerk, otherDossier)
	if err != nil || len(view.Results) != 1 {
		t.Errorf("dossier %+v, %v", view, err)
	}
	h.sound(t)
}

func TestPlacesThatAreRefused(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	d := h.stack(t, "patch a patch b")
	away := archive.Dossier{Code: "H22.10-261008-0001", Custodian: "H22.10"}
	if _, err := h.OpenDossier(ctx, archive.System, away, nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		places []archive.Place
		field  string
	}{
		{"a dossier of another agency", []archive.Place{{}, {Dossier: away.Code}}, "places[1].dossier_code"},
		{"no such kind", []archive.Place{{Kind: "letter"}, {}}, "places[0].kind"},
		{"fewer places than parts", []archive.Place{{}}, "parts"},
	} {
		_, err := h.Split(ctx, clerk, d.ID, archive.Splitting{Parts: [][]archive.PageRef{own(2), own(4)}, Places: c.places})
		var e *archive.Error
		if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Field != c.field {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	h.sound(t)
}

func TestPowerFailsWhileAStackGoesToItsDossiers(t *testing.T) {
	t.Parallel()
	places := []archive.Place{{Dossier: "H15.50.05.13-261008-0975"}, {Dossier: otherDossier, Kind: archive.Result}}
	everyWrite(t, func(t *testing.T, h *house) error {
		h.stack(t, "a patch c")
		return nil
	}, func(t *testing.T, h *house) error {
		_, err := h.Split(context.Background(), clerk, h.only(t).ID, archive.Splitting{Parts: [][]archive.PageRef{own(1), own(3)}, Places: places})
		return err
	}, func(t *testing.T, h *house, acted error) {
		l, err := h.Documents(context.Background(), checker, archive.Filter{Order: archive.Oldest})
		if err != nil {
			t.Fatal(err)
		}
		switch len(l.Items) {
		case 1:
			if acted == nil || l.Items[0].State != archive.Review || l.Items[0].Dossier != "" {
				t.Errorf("answered %v, and there is only the stack, %s", acted, l.Items[0].State)
			}
		case 3:
			if acted != nil && !h.unheard || l.Items[0].State != archive.Discarded {
				t.Errorf("answered %v, and it is split; it is %s", acted, l.Items[0].State)
			}
			for i, p := range places {
				if got := l.Items[i+1]; got.Dossier != p.Dossier {
					t.Errorf("part %d is in %q", i, got.Dossier)
				}
				if _, err := h.Dossier(context.Background(), checker, p.Dossier); err != nil {
					t.Errorf("dossier of part %d: %v", i, err)
				}
			}
		default:
			t.Errorf("half split: %d papers", len(l.Items))
		}
	})
}

func TestSeparatorRoundTrip(t *testing.T) {
	for _, s := range []archive.Separator{
		{}, {Dossier: otherDossier}, {Dossier: otherDossier, Kind: archive.Result, Type: "Giấy phép / bản sao"}, {Kind: archive.Component},
	} {
		got, ok := archive.ParseSeparator(s.String())
		if !ok || got != s {
			t.Errorf("%q: %+v %v", s.String(), got, ok)
		}
	}
	for _, s := range []string{"", "SOHOA1", "SOHOA2|x", "SOHOA1|nonsense|c|x", "SOHOA1|H15.50-261332-0001||", "\xff"} {
		if got, ok := archive.ParseSeparator(s); ok {
			t.Errorf("%q: %+v", s, got)
		}
	}
}

package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"sohoa/api"
	"sohoa/api/session"
	"sohoa/archive"
)

// matrix is one house with a paper of every custodian, class and state, and one asker of every role and scope.
type matrix struct {
	*world
	sheets   []*sheet
	byMarker map[string]*sheet
	byID     map[string]*sheet
	askers   []asker
	account  archive.ID // of somebody who asks nothing
}

var matrixDossiers = map[archive.AgencyCode]archive.DossierCode{
	matrixOwn: "H15.50-260105-0001", matrixBelow: "H15.50.01-260105-0001", matrixOther: "H15.51-260105-0001"}

func buildMatrix(t *testing.T) *matrix {
	m := &matrix{world: build(t, func(_ *archive.Config, c *api.Config) {
		c.Backup = func(context.Context, io.Writer) error { return nil }
	}), byMarker: map[string]*sheet{}, byID: map[string]*sheet{}}
	must(t, m.LoadAgencies(t.Context(), archive.System, []archive.Agency{{Code: "H15", Name: "Tỉnh"}, {Code: matrixOwn, Name: "Phường", Parent: "H15"},
		{Code: matrixBelow, Name: "Tổ", Parent: matrixOwn}, {Code: matrixOther, Name: "Xã", Parent: "H15"}}))
	someone, err := m.AddAccount(t.Context(), archive.System, archive.Account{Login: "bich", Role: archive.RoleClerk, Agency: matrixOwn})
	must(t, err)
	m.account = someone.ID
	must(t, m.LoadProcedures(t.Context(), archive.System, []archive.Procedure{{Code: "1.000200", Name: "Cấp phép"}}))
	for _, at := range []archive.AgencyCode{matrixOwn, matrixBelow, matrixOther} {
		_, err := m.OpenDossier(t.Context(), archive.System, archive.Dossier{Code: matrixDossiers[at], Custodian: at}, nil)
		must(t, err)
	}
	for _, role := range archive.Roles {
		for _, scope := range []archive.AgencyCode{"", matrixOwn} {
			m.ask(asker{role: role, scope: scope})
		}
	}
	m.ask(asker{role: archive.RoleChecker, scope: matrixOther}) // who checks for the neighbours
	m.ask(asker{role: archive.RoleClerk, scope: matrixBelow})   // above is not below
	m.ask(asker{role: archive.RoleAuditor, closed: true})
	m.askers = append(m.askers, asker{})

	for _, at := range []archive.AgencyCode{matrixOwn, matrixBelow, matrixOther} {
		for _, access := range []archive.Access{archive.Public, archive.Restricted, archive.Sealed} {
			if at == matrixBelow && access == archive.Public {
				continue
			}
			for _, state := range archive.States {
				m.lay(sheet{Document: archive.Document{Custodian: at, Access: access, State: state}})
			}
			m.lay(sheet{Document: archive.Document{Custodian: at, Access: access, State: archive.Discarded, PriorState: archive.Quarantined}})
		}
	}
	neighbours := sheet{Document: archive.Document{Custodian: matrixOwn, Access: archive.Restricted, State: archive.Checking}}
	neighbours.Work.Check.At = matrixOther
	m.lay(neighbours)
	neighbours.Access = archive.Sealed
	m.lay(neighbours)
	for _, a := range m.askers {
		if a.scope == matrixOwn { // sealed, and open to one person
			m.lay(sheet{Document: archive.Document{Custodian: matrixOwn, Access: archive.Sealed, State: archive.Accepted, Named: []archive.ID{a.id}}})
		}
	}
	clerk := m.askers[slices.IndexFunc(m.askers, func(a asker) bool { return a.role == archive.RoleClerk && a.scope == matrixOwn })]
	for _, state := range []archive.State{archive.Review, archive.Quarantined, archive.Discarded} { // what one brought oneself
		m.lay(sheet{Document: archive.Document{Custodian: matrixOwn, Access: archive.Restricted, State: state, Uploader: clerk.id}})
	}
	m.work()
	for until := time.Now().Add(time.Minute); ; {
		s, err := m.Status(t.Context(), archive.System)
		must(t, err)
		if s.LastEvent >= int64(len(m.sheets)) && s.IndexedTo >= s.LastEvent && s.Indexed > 0 {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("the index stands at %d of %d", s.IndexedTo, s.LastEvent)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return m
}

func (m *matrix) ask(a asker) {
	secret, digest := session.NewToken()
	k := archive.Token{Hash: digest, Role: a.role, Agency: a.scope, Note: "ma trận"}
	if a.closed {
		k.Until = time.Now().Add(-time.Hour)
	}
	k, err := m.AddToken(m.t.Context(), archive.System, k)
	must(m.t, err)
	a.id, a.secret = k.ID, secret
	m.askers = append(m.askers, a)
}

// lay deposits a paper and writes its row as s has it, with an event, so that the index follows.
func (m *matrix) lay(s sheet) {
	m.t.Helper()
	ctx := m.t.Context()
	s.marker = fmt.Sprintf("mt%04dx", len(m.sheets))
	d := archive.Deposit{Body: bytes.NewReader(paper(64)), FileName: s.marker + ".pdf", Kind: archive.Result, Agency: s.Custodian, Dossier: matrixDossiers[s.Custodian],
		Fields: archive.Fields{Subject: "Matran giấy phép " + s.marker, Type: "QĐ", Owner: archive.Owner{ID: "066200012345", Name: "Bà " + s.marker}}}
	if s.State == archive.Quarantined || s.PriorState == archive.Quarantined {
		d.Body, d.OnFault = io.MultiReader(strings.NewReader("%PDF-script "), bytes.NewReader(paper(64))), archive.KeepAside
	}
	by := archive.System
	if !s.Uploader.IsZero() {
		by = archive.Actor{ID: s.Uploader, Role: archive.RoleClerk, Agency: s.Custodian}
	}
	doc, err := m.Deposit(ctx, by, d)
	must(m.t, err)
	doc.State, doc.Access, doc.Named, doc.PriorState = s.State, s.Access, s.Named, s.PriorState
	if s.State == archive.Discarded {
		doc.DiscardedAt = time.Now()
		if doc.PriorState == "" {
			doc.PriorState = archive.Review
		}
	}
	doc.Work.Check = s.Work.Check
	must(m.t, m.Catalog.Update(ctx, func(tx archive.Tx) error {
		if err := tx.Documents().Update(ctx, doc, doc.Revision); err != nil {
			return err
		}
		ev := archive.NewEvent(archive.System, archive.EvEdit, time.Now())
		ev.Document = doc.ID
		return tx.Events().Append(ctx, ev)
	}))
	must(m.t, m.Catalog.View(ctx, func(tx archive.Tx) (err error) {
		doc, err = tx.Documents().Get(ctx, doc.ID)
		return err
	}))
	s.Document = doc
	m.sheets = append(m.sheets, &s)
	m.byMarker[s.marker], m.byID[doc.ID.String()] = &s, &s
}

var markers = regexp.MustCompile(`mt\d{4}x`)

// request asks inside the process, as the asker, and complains when the answer speaks of a paper the asker may not see.
func (m *matrix) request(a asker, method, target string, body []byte, headers ...string) *httptest.ResponseRecorder {
	m.t.Helper()
	req := httptest.NewRequestWithContext(m.t.Context(), method, target, bytes.NewReader(body))
	req.Header.Set("Accept-Language", "en")
	if a.secret != "" {
		req.Header.Set("Authorization", "Bearer "+a.secret)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	m.handler.ServeHTTP(rec, req)
	for _, found := range markers.FindAllString(rec.Body.String(), -1) {
		if s := m.byMarker[found]; s != nil && !a.lists(s) && !a.borrows(s) && !strings.Contains(target, found) {
			m.t.Errorf("LEAK: %s %s tells %v of %s %s paper at %s", method, target, a, s.Access, s.State, s.Custodian)
		}
	}
	return rec
}

// verdictOf reads an answer.
func verdictOf(rec *httptest.ResponseRecorder) verdict {
	switch {
	case rec.Code == http.StatusUnauthorized, rec.Code == http.StatusSeeOther && strings.HasPrefix(rec.Header().Get("Location"), "/signin"):
		return stranger
	case rec.Code == http.StatusNotFound:
		return hidden
	case rec.Code == http.StatusForbidden:
		return refused
	}
	return granted
}

// TestMatrix asks at every door for everything, as everybody: 0 leaks.
func TestMatrix(t *testing.T) {
	m := buildMatrix(t)
	t.Run("every route is in the matrix", m.everyRouteIsKnown)
	t.Run("papers", m.papers)
	t.Run("lists", m.lists)
	t.Run("counts", m.counts)
	t.Run("houses", m.others)
	t.Run("what is taken along", m.borrowed)
	t.Run("many at once", m.bulk)
	t.Run("trail", m.trail)
}

func (m *matrix) everyRouteIsKnown(t *testing.T) {
	known := map[string]bool{}
	for key := range matrixPapers {
		known[key] = true
	}
	for key := range matrixOthers {
		if known[key] {
			t.Errorf("%s stands twice in the matrix", key)
		}
		known[key] = true
	}
	for _, r := range api.Routes(m.handler) {
		key := r.Method + " " + r.Path
		if !known[key] {
			t.Errorf("the matrix does not know %s: say in matrix_routes_test.go whose it is", key)
		}
		delete(known, key)
	}
	for key := range known {
		t.Errorf("the matrix knows %s, the house does not", key)
	}
}

// papers asks for every paper at every door that is about one paper: role × scope × class × state. What would change
// something is asked for with a revision that was never there, by whoever may; by everybody else as it would be right.
func (m *matrix) papers(t *testing.T) {
	began := time.Now()
	var asked atomic.Int64
	var wrong sync.Map // one line for each kind of mistake
	var group errgroup.Group
	group.SetLimit(8) // what is refused is noted, and notes of several share one flush of the disk
	for key, door := range matrixPapers {
		for _, a := range m.askers {
			group.Go(func() error {
				m.knock(a, key, door, &asked, &wrong)
				return nil
			})
		}
	}
	_ = group.Wait()
	wrong.Range(func(what, example any) bool {
		t.Errorf("%s, for example %s", what, example)
		return true
	})
	for _, s := range m.sheets {
		var d archive.Document
		must(t, m.Catalog.View(t.Context(), func(tx archive.Tx) (err error) {
			d, err = tx.Documents().Get(t.Context(), s.ID)
			return err
		}))
		if d.Revision != s.Revision || d.State != s.State || len(d.Versions) != len(s.Versions) {
			t.Errorf("LEAK: a %s %s paper was changed by a refused request", s.Access, s.State)
		}
	}
	t.Logf("%d requests in %s", asked.Load(), time.Since(began).Round(time.Millisecond))
}

// knock asks at one door for every paper, as one asker. To the whole province one custodian is like another, and nobody is nobody.
func (m *matrix) knock(a asker, key string, door paperDoor, asked *atomic.Int64, wrong *sync.Map) {
	method, path, _ := strings.Cut(key, " ")
	for _, s := range m.sheets {
		want := a.of(door.right, s)
		if want == stranger && s != m.sheets[0] || a.scope == "" && s.Custodian != matrixOther && s.State != archive.Accepted {
			continue
		}
		if door.changes && s.Custodian == matrixBelow && s.Access == archive.Sealed {
			continue // below is like one's own, and sealed there like sealed here
		}
		if want != hidden && s.State == archive.Disposed && (door.right == seesPages || door.right == downloads) {
			continue // nothing is left of it
		}
		body, headers := door.ask(s, want == granted)
		rec := m.request(a, method, strings.NewReplacer(":id", s.ID.String(), ":n", "1", ":move", "accept", ":step", "none", ":comment", "0190b9a4-0000-7000-8000-000000000000").Replace(path), body, headers...)
		asked.Add(1)
		got := verdictOf(rec)
		if got == want || want == granted && got == refused && door.right != reads && door.right != seesPages && door.right != downloads { // a rule of this state says more
			continue
		}
		if door.quiet && got == hidden {
			continue
		}
		wrong.Store(fmt.Sprintf("%v asks %s: %d, want it to be %v", a, key, rec.Code, want),
			fmt.Sprintf("a %s %s paper (before %q) at %s: %.200s", s.Access, s.State, s.PriorState, s.Custodian, rec.Body))
	}
}

// lists compares what every list shows with what the asker may see.
func (m *matrix) lists(t *testing.T) {
	gone := func(s *sheet) bool { return s.State == archive.Discarded || s.State == archive.Disposed }
	everything := func(*sheet) bool { return true }
	words := func(s *sheet) bool { return s.State != archive.Disposed } // nothing of it is left to be found by
	for _, l := range []struct {
		method, target, body string
		shows                func(*sheet) bool
	}{
		{"GET", "/api/v1/documents?limit=200", "", everything},
		{"GET", "/api/v1/documents?limit=200&order=oldest&dossier=" + string(matrixDossiers[matrixOwn]), "", func(s *sheet) bool { return s.Custodian == matrixOwn }},
		{"GET", "/api/v1/documents?limit=200&custodian=H15.51", "", func(s *sheet) bool { return s.Custodian == matrixOther }},
		{"GET", "/api/v1/search?q=matran&limit=200&facets=state,agency,type,year,procedure", "", words},
		{"GET", "/api/v1/search?limit=200", "", everything},
		{"POST", "/api/v1/search", `{"q":"matran","limit":200}`, words},
		{"POST", "/api/v1/search", `{"owner_id":"066200012345","limit":200}`, everything},
		{"POST", "/api/v1/search", `{"q":"matran","owner_id":"066200012345","limit":200}`, words},
		{"GET", "/api/v1/dossiers/" + string(matrixDossiers[matrixOwn]), "", func(s *sheet) bool { return s.Custodian == matrixOwn && !gone(s) }},
		{"GET", "/api/v1/dossiers/" + string(matrixDossiers[matrixOther]), "", func(s *sheet) bool { return s.Custodian == matrixOther && !gone(s) }},
	} {
		for _, a := range m.askers {
			rec := m.request(a, l.method, l.target, []byte(l.body), "Content-Type: application/json")
			var want, got []string
			for _, s := range m.sheets {
				if l.shows(s) && a.lists(s) {
					want = append(want, s.marker)
				}
			}
			got = append(got, markers.FindAllString(rec.Body.String(), -1)...)
			slices.Sort(want)
			slices.Sort(got)
			if got = slices.Compact(got); !slices.Equal(want, got) {
				t.Errorf("%v: %s %s %s shows %d papers, the table says %d: too many %v, too few %v", a, l.method, l.target, l.body, len(got), len(want), m.but(got, want), m.but(want, got))
			}
			if strings.Contains(l.target, "search") && rec.Code == 200 {
				m.totals(t, a, rec.Body.Bytes(), want)
			}
		}
	}
}

func (m *matrix) but(a, b []string) (out []string) {
	for _, x := range a {
		if s := m.byMarker[x]; s != nil && !slices.Contains(b, x) {
			out = append(out, fmt.Sprintf("%s %s at %s", s.Access, s.State, s.Custodian))
		}
	}
	return out
}

// totals compares the counts of a search with what may be counted.
func (m *matrix) totals(t *testing.T, a asker, body []byte, want []string) {
	var answer struct {
		Total  *int
		Facets map[string][]struct {
			Value string
			Count int
		}
	}
	must(t, json.Unmarshal(body, &answer))
	if answer.Total != nil && *answer.Total != len(want) {
		t.Errorf("%v: a search counts %d papers, the table says %d", a, *answer.Total, len(want))
	}
	states := map[string]int{}
	for _, marker := range want {
		states[string(m.byMarker[marker].State)]++
	}
	for _, f := range answer.Facets["state"] {
		if f.Count != states[f.Value] {
			t.Errorf("%v: the facet of state %s counts %d, the table says %d", a, f.Value, f.Count, states[f.Value])
		}
	}
	for _, f := range answer.Facets["type"] {
		if f.Count != len(want) {
			t.Errorf("%v: the facet of type %s counts %d, the table says %d", a, f.Value, f.Count, len(want))
		}
	}
}

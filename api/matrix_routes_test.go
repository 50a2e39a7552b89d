package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// paperDoor is a door to one paper: what it asks for, and how to knock.
type paperDoor struct {
	right   right
	changes bool
	body    string
	typ     string
	form    bool   // a page: the revision is a field of its form
	mayBody string // in place of body for whoever may, so that nothing changes
	quiet   bool   // what it names beside the paper is not there, and so it may answer whoever is asking
}

// ask returns body and headers. Whoever may is made to come with a revision that never was, so that nothing changes.
func (d paperDoor) ask(s *sheet, may bool) (body []byte, headers []string) {
	headers = []string{"Accept: */*"}
	if !d.changes {
		return nil, headers
	}
	headers[0] = "Content-Type: " + d.typ
	if may && d.mayBody != "" {
		d.body = d.mayBody
	}
	if d.form {
		rev := "0"
		if may {
			rev = "999999"
		}
		return []byte(strings.TrimPrefix(d.body+"&revision="+rev, "&")), headers
	}
	tag := "If-Match: *"
	if may {
		tag = `If-Match: "r999999"`
	}
	return []byte(d.body), append(headers, tag)
}

func shown(r right) paperDoor { return paperDoor{right: r} }

func moved(r right) paperDoor { return changed(r, `{"reason":"ma trận"}`) }

func changed(r right, body string) paperDoor {
	return paperDoor{right: r, changes: true, body: body, typ: "application/json"}
}

func typed(r right, body string) paperDoor {
	return paperDoor{right: r, changes: true, body: body, typ: "application/x-www-form-urlencoded", form: true}
}

const api1 = "/api/v1"

// matrixPapers are the doors to one paper.
var matrixPapers = map[string]paperDoor{
	"GET " + api1 + "/documents/:id":                 shown(reads),
	"GET " + api1 + "/documents/:id/events":          shown(reads),
	"GET " + api1 + "/documents/:id/reading":         shown(reads),
	"GET " + api1 + "/documents/:id/file":            shown(downloads),
	"HEAD " + api1 + "/documents/:id/file":           shown(downloads),
	"GET " + api1 + "/documents/:id/reading-copy":    shown(downloads),
	"HEAD " + api1 + "/documents/:id/reading-copy":   shown(downloads),
	"GET " + api1 + "/documents/:id/pages":           shown(seesPages),
	"GET " + api1 + "/documents/:id/pages/:n":        shown(seesPages),
	"GET " + api1 + "/documents/:id/pages/:n/image":  shown(seesPages),
	"HEAD " + api1 + "/documents/:id/pages/:n/image": shown(seesPages),
	"GET " + api1 + "/documents/:id/text":            shown(seesPages),
	"GET " + api1 + "/documents/:id/stack":           shown(sendsOn),
	"PATCH " + api1 + "/documents/:id":               {right: edits, changes: true, body: `{"subject":"x"}`, typ: "application/merge-patch+json"},
	"POST " + api1 + "/documents/:id/submit":         moved(sendsOn),
	"POST " + api1 + "/documents/:id/accept":         moved(checks),
	"POST " + api1 + "/documents/:id/return":         moved(checks),
	"POST " + api1 + "/documents/:id/publish":        moved(checks),
	"POST " + api1 + "/documents/:id/supersede":      moved(checks),
	"POST " + api1 + "/documents/:id/withdraw":       moved(checks),
	"POST " + api1 + "/documents/:id/quarantine":     moved(checks),
	"POST " + api1 + "/documents/:id/release":        moved(checks),
	"POST " + api1 + "/documents/:id/discard":        moved(discards),
	"POST " + api1 + "/documents/:id/restore":        moved(discards),
	"POST " + api1 + "/documents/:id/revert":         moved(discards),
	"POST " + api1 + "/documents/:id/versions":       {right: sendsOn, changes: true, body: "%PDF-1.7 another scan of the same paper, for the matrix", typ: "application/pdf"},
	"POST " + api1 + "/documents/:id/move":           changed(sendsOn, `{"dossier_code":"H15.50-260105-0001","reason":"x"}`),
	"POST " + api1 + "/documents/:id/pages":          changed(sendsOn, `{"pages":[{"page":2},{"page":1}]}`),
	"POST " + api1 + "/documents/:id/split":          changed(sendsOn, `{"parts":[[{"page":1}],[{"page":2}]]}`),
	"POST " + api1 + "/documents/:id/merge": {right: sendsOn, changes: true, typ: "application/json", quiet: true,
		body: `{"documents":[{"id":"0190b9a4-0000-7000-8000-000000000000"}]}`},
	"GET " + api1 + "/documents/:id/comments":                   shown(reads),
	"GET " + api1 + "/documents/:id/colleagues":                 shown(assigns),
	"POST " + api1 + "/documents/:id/comments":                  {right: comments, changes: true, body: `{"body":"x"}`, mayBody: `{"body":""}`, typ: "application/json"},
	"POST " + api1 + "/documents/:id/assign":                    changed(assigns, `{"assignee":"0190b9a4-0000-7000-8000-000000000000"}`),
	"POST " + api1 + "/documents/:id/comments/:comment/retract": {right: reads, changes: true, body: `{"reason":"x"}`, typ: "application/json", quiet: true},

	"GET /documents/:id":              shown(reads),
	"GET /documents/:id/work":         shown(reads),
	"POST /documents/:id/work/:step":  {right: reads, changes: true, typ: "application/x-www-form-urlencoded", form: true, quiet: true},
	"GET /documents/:id/rescan":       shown(sendsOn),
	"GET /documents/:id/pages":        shown(sendsOn),
	"GET /documents/:id/stack":        shown(sendsOn),
	"POST /documents/:id":             typed(edits, "subject=x"),
	"POST /documents/:id/versions":    typed(sendsOn, ""),
	"POST /documents/:id/stack":       typed(sendsOn, "then=split"),
	"POST /documents/:id/back":        typed(sendsOn, "version=1"),
	"POST /documents/:id/move":        typed(sendsOn, "dossier=H15.50-260105-0001&reason=x"),
	"POST /documents/:id/read-again":  typed(edits, ""),
	"POST /documents/:id/moves/:move": typed(checks, "reason=x"),
}

// otherDoor is a door that is not about one paper.
type otherDoor struct {
	right right
	body  string
	typ   string
	whole bool // asks for the whole province besides: others are refused
	path  string
}

var (
	free  = otherDoor{right: everybody}
	staff = otherDoor{right: looks}
)

// matrixOthers are all other doors. What answers them is looked through for papers the asker may not see.
var matrixOthers = map[string]otherDoor{
	"GET /healthz": free, "GET /readyz": free, "GET /openapi.json": free, "GET /docs": free, "GET /metrics": {right: manages},
	"GET /static/:hash/*name": free, "HEAD /static/:hash/*name": free, "GET /favicon.ico": free,
	"GET /": free,

	"GET " + api1 + "/documents":                 staff,
	"PUT " + api1 + "/documents":                 {right: deposits, body: "no paper", typ: "application/pdf", path: api1 + "/documents?agency=H15.50"},
	"POST " + api1 + "/documents":                {right: deposits, body: "no paper", typ: "application/pdf", path: api1 + "/documents?agency=H15.50"},
	"GET " + api1 + "/search":                    staff,
	"POST " + api1 + "/search":                   {right: looks, body: `{}`},
	"GET " + api1 + "/findings":                  staff,
	"GET " + api1 + "/limits":                    staff,
	"GET " + api1 + "/separators":                staff,
	"GET " + api1 + "/dossiers":                  staff,
	"POST " + api1 + "/dossiers":                 {right: registers, body: `{"code":"H15.50-260105-0009"}`},
	"GET " + api1 + "/dossiers/:code":            staff,
	"PATCH " + api1 + "/dossiers/:code":          {right: registers, body: `{"title":"x"}`, typ: "application/merge-patch+json"},
	"GET " + api1 + "/dossiers/:code/events":     staff,
	"GET " + api1 + "/dossiers/:code/retrievals": staff,
	"POST " + api1 + "/dossiers/:code/receipt":   {right: registers},
	"GET " + api1 + "/agencies/:code/rules":      staff,
	"PUT " + api1 + "/agencies/:code/rules":      {right: manages, body: `{}`},
	"GET " + api1 + "/work":                      staff, "GET " + api1 + "/work/counts": staff,
	"GET " + api1 + "/draws": {right: trails, path: api1 + "/draws?day=2026-01-05"},
	"GET " + api1 + "/bulk":  staff, "POST " + api1 + "/bulk": {right: edits, body: `{"act":"submit","ids":["0190b9a4-0000-7000-8000-000000000000"]}`},
	"GET " + api1 + "/bulk/:id": staff, "GET " + api1 + "/bulk/:id/papers": staff,
	"POST " + api1 + "/bulk/:id/start": staff, "POST " + api1 + "/bulk/:id/retry": staff, "POST " + api1 + "/bulk/:id/undo": staff,
	"GET " + api1 + "/events":                            {right: trails},
	"GET " + api1 + "/satisfaction":                      {right: hears},
	"GET " + api1 + "/status":                            {right: manages},
	"GET " + api1 + "/backup":                            {right: manages, whole: true},
	"GET " + api1 + "/learned":                           {right: manages},
	"POST " + api1 + "/learned/forget":                   {right: manages, body: `{"kind":"signer","scope":"x","value":"x"}`},
	"GET " + api1 + "/agencies":                          staff,
	"GET " + api1 + "/agencies/:code":                    staff,
	"POST " + api1 + "/agencies":                         {right: manages, body: `{"code":"H15.52","name":"x"}`},
	"PATCH " + api1 + "/agencies/:code":                  {right: manages, body: `{"name":"x"}`, typ: "application/merge-patch+json"},
	"GET " + api1 + "/procedures":                        staff,
	"GET " + api1 + "/procedures/:code":                  {right: looks, path: api1 + "/procedures/1.000200"},
	"POST " + api1 + "/procedures":                       {right: manages, body: `{"code":"1.000200","name":"x"}`},
	"PATCH " + api1 + "/procedures/:code":                {right: manages, body: `{"name":"x"}`, typ: "application/merge-patch+json", path: api1 + "/procedures/1.000200"},
	"GET " + api1 + "/accounts":                          {right: manages},
	"POST " + api1 + "/accounts":                         {right: manages, body: `{"login":"matran","role":"clerk","agency":"H15.50"}`},
	"GET " + api1 + "/accounts/:id":                      {right: manages},
	"PATCH " + api1 + "/accounts/:id":                    {right: manages, body: `{"name":"x"}`, typ: "application/merge-patch+json"},
	"POST " + api1 + "/accounts/:id/password":            {right: manages},
	"GET " + api1 + "/accounts/:id/sessions":             {right: manages},
	"DELETE " + api1 + "/accounts/:id/sessions":          {right: manages},
	"DELETE " + api1 + "/accounts/:id/sessions/:session": {right: manages, path: api1 + "/accounts/0190b9a4-0000-7000-8000-000000000000/sessions/0190b9a4-0000-7000-8000-000000000000"},
	"GET " + api1 + "/accounts/:id/second-factor":        {right: manages},
	"DELETE " + api1 + "/accounts/:id/second-factor":     {right: manages},
	"GET " + api1 + "/sign-in-rules":                     staff,
	"PUT " + api1 + "/sign-in-rules":                     {right: manages, body: `{"second_factor_roles":[]}`, whole: true},
	"POST " + api1 + "/tokens/:id/adopt":                 {right: manages},
	"GET " + api1 + "/tokens":                            {right: manages},
	"POST " + api1 + "/tokens":                           {right: manages, body: `{"role":"clerk","agency":"H15.50"}`},
	"DELETE " + api1 + "/tokens/:id":                     {right: manages},
	"POST " + api1 + "/uploads":                          {right: deposits},
	"OPTIONS " + api1 + "/uploads":                       free,
	"GET " + api1 + "/uploads/:id":                       staff,
	"HEAD " + api1 + "/uploads/:id":                      staff,
	"PATCH " + api1 + "/uploads/:id":                     {right: looks, typ: "application/offset+octet-stream"},
	"POST " + api1 + "/uploads/:id":                      staff,
	"DELETE " + api1 + "/uploads/:id":                    staff,
	"POST " + api1 + "/public/retrievals":                {right: everybody, body: `{"dossier_code":"H15.50-260105-0001","retrieval_code":"0000000000000"}`},
	"GET " + api1 + "/public/retrieval":                  free,
	"DELETE " + api1 + "/public/retrieval":               free,
	"PUT " + api1 + "/public/retrieval/answer":           {right: everybody, body: `{"score":5}`},
	"GET " + api1 + "/public/results/:id/file":           free,
	"GET " + api1 + "/public/results/:id/pages/:n/image": free,

	"GET /setup": free, "POST /setup": free, "GET /signin": free, "POST /signin": free, "POST /signout": free, "POST /language": free,
	"GET /signin/code": free, "POST /signin/code": free, "GET /signin/provider": free, "GET /signin/provider/return": free, "GET /signout/provider": free, "POST /signin/provider/logout": free,
	"GET /invite": free, "POST /invite": free,
	"GET /t": free, "POST /t": free, "GET /t/results": free, "GET /t/results/:id": free, "POST /t/answer": free, "POST /t/end": free,
	"GET /account": staff, "POST /account": staff, "GET /account/second-factor": staff, "POST /account/second-factor": staff, "GET /account/devices": staff,
	"POST /account/devices": staff, "GET /account/tokens": staff, "POST /account/tokens": staff, "POST /account/tokens/:id": staff, "POST /account/notice": staff, "GET /account/identity": staff, "POST /account/identity": staff,
	"GET /prove": staff, "POST /prove": staff, "GET /prove/provider": staff,
	"POST /documents": staff, "POST /documents/discard": staff, "POST /documents/restore": staff, "GET /bin": staff,
	"GET /work": staff, "POST /bulk": staff, "GET /bulk/:id": staff, "POST /bulk/:id/:step": staff, "GET /draws": {right: trails},
	"GET /admin/checks": {right: manages}, "POST /admin/checks": {right: manages, body: "agency=H15.50&revision=999999", typ: "application/x-www-form-urlencoded"},
	"GET /search": staff, "GET /dossiers": staff, "POST /dossiers": {right: registers, body: "code=H15.50-260105-0009", typ: "application/x-www-form-urlencoded"},
	"GET /dossiers/:code": staff, "GET /findings": staff, "GET /lists": staff,
	"GET /quarantine": {right: checks}, "GET /satisfaction": {right: hears}, "GET /trail": {right: trails},
	"GET /admin": {right: manages}, "GET /admin/accounts": {right: manages}, "POST /admin/accounts": {right: manages}, "POST /admin/accounts/:id": {right: manages},
	"GET /admin/tokens": {right: manages}, "POST /admin/tokens": {right: manages}, "POST /admin/tokens/:id": {right: manages},
	"GET /admin/agencies": {right: manages}, "POST /admin/agencies": {right: manages}, "GET /admin/procedures": {right: manages}, "POST /admin/procedures": {right: manages},
	"GET /admin/learned": {right: manages}, "POST /admin/learned": {right: manages, body: "kind=signer&scope=x&value=x", typ: "application/x-www-form-urlencoded"},
	"GET /admin/sign-in": {right: manages}, "POST /admin/sign-in": {right: manages, whole: true},
}

// others asks at every other door, as everybody. Doors about a dossier or an upload are asked for one the asker has, and for one
// out of scope, which is not there.
func (m *matrix) others(t *testing.T) {
	stranger51 := m.askers[slices.IndexFunc(m.askers, func(a asker) bool { return a.scope == matrixOther })]
	up := m.request(stranger51, "POST", api1+"/uploads", nil, "Tus-Resumable: 1.0.0", "Upload-Length: 99")
	if up.Code != http.StatusCreated {
		t.Fatalf("an upload begins with %d: %s", up.Code, up.Body)
	}
	for key, door := range matrixOthers {
		method, path, _ := strings.Cut(key, " ")
		if door.path != "" {
			path = door.path
		}
		typ := door.typ
		if typ == "" {
			typ = "application/json"
			if !strings.HasPrefix(path, api1) {
				typ = "application/x-www-form-urlencoded"
			}
		}
		for _, a := range m.askers {
			for _, at := range []archive.AgencyCode{matrixOwn, matrixOther} {
				dossier := strings.Contains(path, "/dossiers/:code")
				if at == matrixOther && !dossier {
					continue
				}
				someone := "0190b9a4-0000-7000-8000-000000000000"
				if strings.Contains(path, "/accounts/") {
					someone = m.account.String()
				}
				target := strings.NewReplacer(":id", someone, ":n", "1", "*name", "x", ":hash", "x").Replace(path)
				target = strings.Replace(target, ":code", map[bool]string{true: string(matrixDossiers[at]), false: string(at)}[dossier], 1)
				upload := strings.Contains(path, "/uploads/:id")
				if upload {
					target = up.Header().Get("Location")
				}
				length := "Upload-Length: 99"
				if method == "PATCH" {
					length = "Accept: */*"
				}
				rec := m.request(a, method, target, []byte(door.body), length, "Content-Type: "+typ, "Tus-Resumable: 1.0.0", "Upload-Offset: 0", "Upload-Metadata: agency SDE1LjUw", `If-Match: "r999999"`)
				got := verdictOf(rec)
				inScope := slices.Contains(matrixScopes[a.scope], at)
				switch want := granted; {
				case rec.Code >= 500 && rec.Code != http.StatusServiceUnavailable:
					t.Errorf("%v asks %s %s: %d %.300s", a, method, target, rec.Code, rec.Body)
				case door.right == everybody:
				case a.role == "" || a.closed:
					if want = stranger; got != want {
						t.Errorf("LEAK: %v asks %s %s: %d", a, method, target, rec.Code)
					}
				case upload && a.id != stranger51.id:
					if got != hidden && got != refused && rec.Code != http.StatusMethodNotAllowed && rec.Code != http.StatusBadRequest { // of a request that fits no upload
						t.Errorf("LEAK: %v asks %s of another's upload: %d %.200s", a, key, rec.Code, rec.Body)
					}
				case got == hidden && !a.may(door.right) && strings.Contains(path, "/accounts/"): // whose account it is, is nobody else's business
				case !a.may(door.right) || door.whole && a.scope != "":
					if got != refused && !(dossier && !inScope && got == hidden) {
						t.Errorf("LEAK: %v asks %s: %d, want 403: %.200s", a, key, rec.Code, rec.Body)
					}
				case dossier && !inScope:
					if got != hidden {
						t.Errorf("LEAK: %v asks %s %s, out of scope: %d, want 404: %.200s", a, method, target, rec.Code, rec.Body)
					}
				}
			}
		}
	}
}

// counts compares what is counted with what may be.
func (m *matrix) counts(t *testing.T) {
	for _, a := range m.askers {
		if a.role == "" || a.closed {
			continue
		}
		want := map[string]float64{}
		for _, s := range m.sheets {
			if a.lists(s) && s.State != archive.Discarded && s.State != archive.Disposed {
				for _, f := range s.Findings {
					want[string(s.Custodian)+" "+f.Code]++
				}
			}
		}
		found := answer{t: t, body: m.request(a, "GET", api1+"/findings", nil).Body.Bytes()}
		got := map[string]float64{}
		for _, row := range found.at("items").([]any) {
			r := row.(map[string]any)
			got[r["custodian"].(map[string]any)["code"].(string)+" "+r["code"].(string)] = r["papers"].(float64)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v: findings (-table +house):\n%s", a, diff)
		}
		m.workCounts(t, a)
		if a.role == archive.RoleAdmin {
			states := map[string]float64{}
			for _, s := range m.sheets {
				if slices.Contains(matrixScopes[a.scope], s.Custodian) && !a.closed {
					states[string(s.State)]++
				}
			}
			status := answer{t: t, body: m.request(a, "GET", api1+"/status", nil).Body.Bytes()}
			for state, n := range status.at("documents").(map[string]any) {
				if n.(float64) != states[state] {
					t.Errorf("%v: the state of the house counts %v papers in %s, the table says %v", a, n, state, states[state])
				}
			}
		}
	}
}

// workCounts compares the number beside each work list with what the list shows, and that with what may be seen.
func (m *matrix) workCounts(t *testing.T, a asker) {
	counts := answer{t: t, body: m.request(a, "GET", api1+"/work/counts", nil).Body.Bytes()}
	for _, list := range archive.WorkLists {
		rec := m.request(a, "GET", api1+"/work?limit=200&list="+string(list), nil)
		if rec.Code != http.StatusOK {
			continue // no such list for this asker
		}
		shows := len((&answer{t: t, body: rec.Body.Bytes()}).at("items").([]any))
		for _, c := range counts.at("items").([]any) {
			if c := c.(map[string]any); c["list"] == string(list) && int(c["count"].(float64)) != shows {
				t.Errorf("%v: %v papers stand beside the list %s, it shows %d", a, c["count"], list, shows)
			}
		}
		if list != archive.WorkNeighbours {
			continue
		}
		want := 0
		for _, s := range m.sheets {
			if a.borrows(s) && !a.lists(s) {
				want++
			}
		}
		if shows < want {
			t.Errorf("%v is shown %d papers of neighbours, the table says %d", a, shows, want)
		}
	}
}

// bulk begins one act on everything there is: what the asker may not see is answered like what is not there.
func (m *matrix) bulk(t *testing.T) {
	for _, a := range m.askers {
		if !a.may(edits) {
			continue
		}
		ids := []string{"0190b9a4-0000-7000-8000-000000000000"}
		for _, s := range m.sheets {
			if !a.lists(s) && !a.borrows(s) {
				ids = append(ids, s.ID.String())
			}
		}
		rec := m.request(a, "POST", api1+"/bulk", []byte(`{"act":"submit","ids":["`+strings.Join(ids, `","`)+`"]}`), "Content-Type: application/json")
		id, _ := (&answer{t: t, body: rec.Body.Bytes()}).at("id").(string)
		if rec.Code >= 400 || id == "" {
			if rec.Code >= 500 {
				t.Errorf("%v: %d %.200s", a, rec.Code, rec.Body)
			}
			continue
		}
		papers := m.request(a, "GET", api1+"/bulk/"+id+"/papers?limit=200", nil)
		outcomes := map[string]bool{}
		for _, p := range (&answer{t: t, body: papers.Body.Bytes()}).at("items").([]any) {
			row := p.(map[string]any)
			for _, told := range []string{"place", "document", "at"} {
				delete(row, told)
			}
			b, err := json.Marshal(row)
			must(t, err)
			outcomes[string(b)] = true
		}
		if len(outcomes) > 1 {
			t.Errorf("LEAK: %v learns by an act on many papers which are there: %v", a, outcomes)
		}
	}
}

// trail looks at whose acts an auditor is told of.
func (m *matrix) trail(t *testing.T) {
	for _, a := range m.askers {
		rec := m.request(a, "GET", api1+"/events?limit=200", nil)
		if a.role == "" || a.closed || !a.may(trails) {
			continue
		}
		events := answer{t: t, body: rec.Body.Bytes()}
		for _, e := range events.at("items").([]any) {
			at, _ := e.(map[string]any)["agency"].(string)
			if a.scope != "" && !slices.Contains(matrixScopes[a.scope], archive.AgencyCode(at)) {
				t.Errorf("LEAK: %v is told of an act of somebody at %q", a, at)
			}
		}
	}
}

// borrowed asks for acts on a paper of one's own that would take in what one may not see: pages of another paper, another dossier.
func (m *matrix) borrowed(t *testing.T) {
	clerk := m.askers[slices.IndexFunc(m.askers, func(a asker) bool { return a.role == archive.RoleClerk && a.scope == matrixOwn })]
	own := m.sheets[slices.IndexFunc(m.sheets, func(s *sheet) bool { return s.State == archive.Review && clerk.lists(s) })]
	for _, s := range m.sheets {
		if clerk.lists(s) {
			continue
		}
		id := s.ID.String()
		for path, body := range map[string]string{
			"merge": `{"documents":[{"id":"` + id + `"}]}`,
			"pages": `{"pages":[{"page":1},{"source":"` + id + `","page":1}]}`,
			"split": `{"parts":[[{"page":1}],[{"source":"` + id + `","page":1}]]}`,
		} {
			rec := m.request(clerk, "POST", api1+"/documents/"+own.ID.String()+"/"+path, []byte(body), "Content-Type: application/json", "If-Match: *")
			if rec.Code < 400 || rec.Code >= 500 || rec.Code == http.StatusForbidden {
				t.Errorf("LEAK: a clerk takes pages of a %s %s paper at %s by %s: %d %.200s", s.Access, s.State, s.Custodian, path, rec.Code, rec.Body)
			}
			absent := m.request(clerk, "POST", api1+"/documents/"+own.ID.String()+"/"+path, []byte(strings.ReplaceAll(body, id, "0190b9a4-0000-7000-8000-000000000000")), "Content-Type: application/json", "If-Match: *")
			if absent.Code != rec.Code {
				t.Errorf("LEAK: by %s a %s %s paper at %s answers %d, one that is not there %d", path, s.Access, s.State, s.Custodian, rec.Code, absent.Code)
			}
		}
	}
	for _, body := range []string{`{"dossier_code":"H15.51-260105-0001"}`} {
		rec := m.request(clerk, "POST", api1+"/documents/"+own.ID.String()+"/move", []byte(body), "Content-Type: application/json", "If-Match: *")
		if rec.Code < 400 || strings.Contains(rec.Body.String(), "H15.51-260105-0001") {
			t.Errorf("LEAK: a clerk puts a paper into a dossier out of scope: %d %.200s", rec.Code, rec.Body)
		}
	}
}

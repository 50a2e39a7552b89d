package api_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"sohoa/api"
	"sohoa/api/reply"
	"sohoa/archive"
)

const citizens = "/api/v1/public"

// receipt issues one and returns the code on it.
func receipt(clerk *caller, dossier string) string {
	return clerk.do("POST", "/api/v1/dossiers/"+dossier+"/receipt?format=json", nil).want(201).text("retrieval_code")
}

func look(c *caller, dossier, code string) *answer {
	return c.do("POST", citizens+"/retrievals", map[string]string{"dossier_code": dossier, "retrieval_code": code})
}

func TestRetrieval(t *testing.T) {
	var log bytes.Buffer
	w := build(t, func(_ *archive.Config, c *api.Config) {
		c.Log, c.PublicURL = slog.New(slog.NewTextHandler(&log, nil)), "https://sohoa.example.gov.vn"
	})
	clerk, checker, other := w.clerk(), w.as(w.token(archive.RoleChecker, "H15.50")), w.as(w.token(archive.RoleClerk, "H15.51"))
	const dossier = "H15.50-261008-0975"
	at := w.published(clerk, checker, "dossier="+dossier, `{"type":"QĐ","number":"1287","notation":"QĐ-UBND","subject":"Cấp phép"}`)
	id := strings.TrimPrefix(at, "/api/v1/documents/")
	component := strings.TrimPrefix(clerk.deposited("kind=component&dossier="+dossier, paper(64)), "/api/v1/documents/")

	pdf := clerk.do("POST", "/api/v1/dossiers/"+dossier+"/receipt?paper=a4", nil).want(201)
	if !bytes.HasPrefix(pdf.body, []byte("%PDF-1.7")) || pdf.header.Get("Cache-Control") != "no-store" || pdf.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("receipt: %v", pdf.header)
	}
	told := clerk.do("POST", "/api/v1/dossiers/"+dossier+"/receipt?format=json", nil).want(201)
	code := told.text("retrieval_code")
	if told.text("number") != "2" || told.text("url") != "https://sohoa.example.gov.vn/t#"+dossier+"."+strings.ReplaceAll(code, "-", "") {
		t.Errorf("receipt: %s", told.body)
	}
	clerk.do("POST", "/api/v1/dossiers/"+dossier+"/receipt?paper=a3", nil).refused(400, "invalid")
	clerk.do("POST", "/api/v1/dossiers/none/receipt", nil).refused(404, "not_found")
	other.do("POST", "/api/v1/dossiers/"+dossier+"/receipt", nil).refused(404, "not_found")
	w.as(w.token(archive.RoleAuditor, "H15.50")).do("POST", "/api/v1/dossiers/"+dossier+"/receipt", nil).refused(403, "forbidden")

	anybody := w.as("")
	look(anybody, dossier, "nonsense").refused(400, "invalid")
	look(anybody, "nonsense", code).refused(400, "invalid")
	anybody.do("POST", citizens+"/retrievals", `{"dossier_code":"x","more":1}`).refused(400, "invalid")
	a := look(anybody, "h15.50 261008 o975", strings.ToLower(strings.ReplaceAll(code, "-", " "))).want(201)
	if a.text("results.0.id") != id || a.text("results.0.state") != "valid" || a.at("results.1") != nil || a.text("dossier.code") != dossier || len(a.text("grant")) != 43 {
		t.Fatalf("retrieved: %s", a.body)
	}
	citizen := w.as(a.text("grant"))
	citizen.do("GET", citizens+"/retrieval", nil).want(200)
	file := citizen.do("GET", citizens+"/results/"+id+"/file", nil).want(200)
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": reply.Sealed, "Cross-Origin-Resource-Policy": "same-origin", "ETag": `"` + a.text("results.0.digest") + `"`} {
		if got := file.header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment;") || archive.DigestOf(file.body).String() != a.text("results.0.digest") {
		t.Errorf("file: %v", file.header)
	}
	if img := citizen.do("GET", citizens+"/results/"+id+"/pages/1/image?width=400", nil).want(200); img.header.Get("Cache-Control") != "no-store" || img.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("image: %v", img.header)
	}
	for _, path := range []string{"/results/" + component + "/file", "/results/" + component + "/pages/1/image", "/results/" + archive.NewID().String() + "/file", "/results/x/file", "/results/" + id + "/pages/99/image"} {
		citizen.do("GET", citizens+path, nil).refused(404, "not_found")
	}
	for _, who := range []*caller{anybody, clerk, w.as("guessed")} { // a token of staff is no grant
		who.do("GET", citizens+"/retrieval", nil).refused(401, "grant_over")
		who.do("GET", citizens+"/results/"+id+"/file", nil).refused(401, "grant_over")
		who.do("GET", citizens+"/results/"+id+"/pages/1/image", nil).refused(401, "grant_over")
		who.do("PUT", citizens+"/retrieval/answer", map[string]any{"scale": 5}).refused(401, "grant_over")
	}
	citizen.do("GET", at, nil).refused(401, "unauthenticated") // and a grant is no token
	citizen.do("GET", at+"/file", nil).refused(401, "unauthenticated")

	citizen.do("PUT", citizens+"/retrieval/answer", map[string]any{"scale": 9}).refused(400, "scale")
	citizen.do("PUT", citizens+"/retrieval/answer", map[string]any{"scale": 4, "comment": "=1+1"}).want(204)
	citizen.do("PUT", citizens+"/retrieval/answer", map[string]any{"scale": 5, "comment": "=1+1"}).want(204)
	look(anybody, dossier, code).want(201)
	again := w.as(look(anybody, dossier, code).want(201).text("grant"))
	again.do("PUT", citizens+"/retrieval/answer", map[string]any{"scale": 1}).refused(409, "answered")
	if s := clerk.do("GET", "/api/v1/satisfaction", nil).want(200); s.text("items.0.total") != "1" || s.text("items.0.ratio") != "1" || s.text("items.0.agency.code") != "H15.50" {
		t.Errorf("satisfaction: %s", s.body)
	}
	if s := clerk.do("GET", "/api/v1/satisfaction?format=csv", nil).want(200); !strings.Contains(string(s.body), ",H15.50,H15.50,0,0,0,0,1,1,1,1.0000\n") {
		t.Errorf("table: %s", s.body)
	}
	if s := other.do("GET", "/api/v1/satisfaction", nil).want(200); s.text("items.0.total") != "" {
		t.Errorf("elsewhere: %s", s.body)
	}
	clerk.do("GET", "/api/v1/satisfaction?from=never", nil).refused(400, "invalid")

	if b := clerk.do("GET", "/api/v1/dossiers/"+dossier+"/retrievals", nil).want(200); b.text("items.0.action") != "retrieval" || b.text("items.0.address") != "127.0.0.*" || b.text("items.0.actor_role") != "citizen" {
		t.Errorf("retrievals: %s", b.body)
	}
	other.do("GET", "/api/v1/dossiers/"+dossier+"/retrievals", nil).refused(404, "not_found")
	w.as(w.token(archive.RoleClerk, "H15.50")).do("GET", "/api/v1/dossiers/none/retrievals", nil).refused(404, "not_found")

	checker.with("If-Match: *").do("POST", at+"/withdraw", because).want(200)
	if b := citizen.do("GET", citizens+"/retrieval", nil).want(200); b.text("results.0.state") != "withdrawn" || b.text("results.0.reason") != because["reason"] || b.text("results.0.digest") != "" {
		t.Errorf("withdrawn: %s", b.body)
	}
	citizen.do("GET", citizens+"/results/"+id+"/file", nil).refused(404, "not_found")
	citizen.do("DELETE", citizens+"/retrieval", nil).want(204)
	citizen.do("GET", citizens+"/retrieval", nil).refused(401, "grant_over")
	receipt(clerk, dossier)
	again.do("GET", citizens+"/retrieval", nil).refused(401, "grant_over")
	look(anybody, dossier, code).refused(404, "wrong_codes")
	for _, secret := range []string{code, strings.ReplaceAll(code, "-", ""), a.text("grant"), dossier} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds what was typed or given:\n%s", log.String())
		}
	}
}

var requestNumber = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)

// whole is an answer as it goes over the line, but for the number of the request and the time of day.
func whole(a *answer) string {
	var b strings.Builder
	fmt.Fprintln(&b, a.status)
	names := make([]string, 0, len(a.header))
	for name := range a.header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if name != "Date" {
			fmt.Fprintln(&b, name, requestNumber.ReplaceAllString(strings.Join(a.header[name], "|"), "N"))
		}
	}
	b.WriteString(requestNumber.ReplaceAllString(string(a.body), "N"))
	return b.String()
}

// A wrong code, a dossier without a receipt and one that is not there are answered by the same bytes, from REST and by the page.
func TestWrongAndAbsentAreAnsweredAlike(t *testing.T) {
	const dossier = "H15.50-261008-0975"
	guess := archive.NewRetrievalCode().Grouped()
	w := build(t)
	clerk, anybody := w.clerk(), w.as("")
	page := func() string {
		req, err := http.NewRequestWithContext(t.Context(), "POST", w.server.URL+"/t", strings.NewReader("dossier="+dossier+"&code="+guess))
		must(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		defer res.Body.Close()
		var b bytes.Buffer
		_, err = b.ReadFrom(res.Body)
		must(t, err)
		return whole(&answer{t, res.StatusCode, res.Header, b.Bytes()})
	}
	rest := func() string { return whole(look(anybody, dossier, guess).refused(404, "wrong_codes")) }
	absentRest, absentPage := rest(), page()
	clerk.do("POST", "/api/v1/dossiers", map[string]any{"code": dossier}).want(201)
	bareRest, barePage := rest(), page()
	receipt(clerk, dossier)
	wrongRest, wrongPage := rest(), page()
	for what, pair := range map[string][2]string{"no receipt": {absentRest, bareRest}, "wrong": {absentRest, wrongRest}, "no receipt, page": {absentPage, barePage}, "wrong, page": {absentPage, wrongPage}} {
		if diff := gocmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("absent and %s differ:\n%s", what, diff)
		}
	}
	if !strings.Contains(absentPage, "mã hồ sơ hoặc mã tra cứu chưa đúng") || strings.Contains(absentPage, guess) {
		t.Errorf("the page says %s", absentPage)
	}
}

func TestWrongLookUpsHaveToWait(t *testing.T) {
	w := build(t, func(c *archive.Config, _ *api.Config) { c.Limits.Retrieval.AddressTries = 3 })
	clerk, anybody := w.clerk(), w.as("")
	clerk.do("POST", "/api/v1/dossiers", map[string]any{"code": "H15.50-261008-0975"}).want(201)
	code := receipt(clerk, "H15.50-261008-0975")
	for range 3 {
		look(anybody, "H15.50-261008-0975", archive.NewRetrievalCode().Grouped()).refused(404, "wrong_codes")
	}
	a := look(anybody, "H15.50-261008-0975", code).refused(429, "too_many_lookups")
	if s := a.header.Get("Retry-After"); s == "" || s == "0" {
		t.Errorf("Retry-After %q", s)
	}
	res, err := http.PostForm(w.server.URL+"/t", map[string][]string{"dossier": {"H15.50-261008-0975"}, "code": {code}})
	must(t, err)
	defer res.Body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(res.Body)
	must(t, err)
	if res.StatusCode != 429 || res.Header.Get("Retry-After") == "" || !strings.Contains(b.String(), "Mã của bạn không bị khóa") {
		t.Errorf("the page: %d %v", res.StatusCode, res.Header)
	}
}

// Two thousand look-ups over the network, a wrong one and an absent one by turns: the difference is reported, and how well a stranger
// could tell the two apart by it. It asserts nothing: what holds is the same statements, see storage/catalog.
func TestTimingOfWrongAndAbsent(t *testing.T) {
	if os.Getenv("SOHOA_LONG") == "" {
		t.Skip("two thousand look-ups: SOHOA_LONG=1")
	}
	w := build(t, func(c *archive.Config, _ *api.Config) {
		c.Limits.Retrieval.AddressTries, c.Limits.Retrieval.AddressEvery = 1<<30, time.Nanosecond
		c.Limits.Retrieval.DossierTries, c.Limits.Retrieval.DossierEvery = 1<<30, time.Nanosecond
		c.Limits.Retrieval.HouseTries, c.Limits.Retrieval.HouseEvery = 1<<30, time.Nanosecond
	})
	clerk, anybody := w.clerk(), w.as("")
	for i := range 200 { // that the one asked for is not the only one
		d := fmt.Sprintf("H15.50-261007-%04d", i)
		clerk.do("POST", "/api/v1/dossiers", map[string]any{"code": d}).want(201)
		receipt(clerk, d)
	}
	const there, absent = "H15.50-261007-0100", "H15.50-261007-0900"
	var times [2][]float64
	for i := range 2000 + 200 {
		n := i % 2
		if i/2%2 == 1 {
			n = 1 - n // ABBA: a drift is nobody's
		}
		guess := archive.NewRetrievalCode().Grouped()
		began := time.Now()
		look(anybody, []string{there, absent}[n], guess).refused(404, "wrong_codes")
		if took := time.Since(began); i >= 200 {
			times[n] = append(times[n], float64(took.Microseconds()))
		}
	}
	t.Log(effect(times[0], times[1]))
}

package web_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"iter"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sohoa/api"
	"sohoa/api/session"
	"sohoa/archive"
	"sohoa/indexer"
	"sohoa/storage/blob"
	"sohoa/storage/catalog"
	"sohoa/storage/ledger"
	"sohoa/storage/ocfl"
)

const (
	province archive.AgencyCode = "H15"
	commune  archive.AgencyCode = "H15.61"
	password                    = "một mật khẩu để thử"
)

// world is a whole house behind its real handler, but for the children: a desk takes their place.
type world struct {
	*archive.Archive
	t    *testing.T
	url  string
	desk *desk
}

// desk is inspector and reader: it believes what stands in the bytes, and draws pages itself.
type desk struct {
	lose atomic.Int32  // so many answers to uploads are lost on their way
	gate chan struct{} // when not nil, each page waits for a word
	text func(page int) string

	stores []api.Store // that the program says it has

	tune func(url string, c *api.Config) // the house before it stands

	blank map[int]bool           // pages nothing stands on
	codes map[int][]archive.Code // on their pages
}

func (k *desk) Inspect(_ context.Context, f *os.File, _ archive.InspectRequest) (archive.Inspection, error) {
	b := make([]byte, 64)
	n, err := f.ReadAt(b, 0)
	if err != nil && err != io.EOF {
		return archive.Inspection{}, err
	}
	switch s := string(b[:n]); {
	case strings.HasPrefix(s, "%PDF-script"):
		return archive.Inspection{MediaType: archive.PDF, Pages: []archive.PageInfo{{Width: 595, Height: 842}, {Width: 595, Height: 842}}, Refusal: "unsafe_file",
			Findings: []archive.Finding{{Code: "javascript", Severity: archive.Fatal, Page: 2, Object: 7, Msg: archive.Text{VI: "Trang 2 có mã lệnh.", EN: "Page 2 holds a script."}}}}, nil
	case strings.HasPrefix(s, "%PDF-pages "):
		return k.inspectPages(f)
	case strings.HasPrefix(s, "%PDF-"):
		return archive.Inspection{MediaType: archive.PDF, Pages: []archive.PageInfo{{Width: 595, Height: 842, DPI: 200, Colour: true}, {Width: 595, Height: 842, DPI: 150, Colour: true}},
			Findings: []archive.Finding{{Code: "low_resolution", Severity: archive.Warning, Page: 2, Msg: archive.Text{VI: "Trang 2 quét ở 150 dpi, cần từ 200.", EN: "Page 2 was scanned at 150 dpi; 200 are asked for."}}}}, nil
	}
	return archive.Inspection{Refusal: "unsupported_type"}, nil
}

// words of a page, one line under another.
func (k *desk) words(n int) (words []archive.Word, text string) {
	text = map[int]string{1: "ỦY BAN NHÂN DÂN TỈNH\nSố: 1287/QĐ-UBND\nQuyết định về việc cấp giấy phép xây dựng", 2: "Nơi nhận:\nđường Krông Pắc, phường Đồi Thông"}[n]
	if k.text != nil {
		text = k.text(n)
	}
	for line, s := range strings.Split(text, "\n") {
		x := float32(70)
		for _, w := range strings.Fields(s) {
			wide := float32(len([]rune(w))) * 9
			words = append(words, archive.Word{Text: w, Box: archive.Box{X0: x, Y0: float32(80 + line*30), X1: x + wide, Y1: float32(96 + line*30)}, Confidence: 0.95, Line: line})
			x += wide + 8
		}
	}
	if len(words) > 0 {
		words[len(words)-1].Confidence = 0.4
	}
	return words, text
}

func (k *desk) Read(ctx context.Context, _ *os.File, req archive.ReadRequest, each func(archive.PageReading) error) error {
	for _, n := range req.Pages {
		if k.blank[n] {
			if err := each(archive.PageReading{Number: n, Width: 595, Height: 842, Source: archive.SourceBlank}); err != nil {
				return err
			}
			continue
		}
		if k.gate != nil {
			select {
			case <-k.gate:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		words, text := k.words(n)
		if err := each(archive.PageReading{Number: n, Width: 595, Height: 842, Source: archive.SourceScan, Words: words, Text: text, Confidence: 0.93, Codes: k.codes[n], Findings: k.separators(n)}); err != nil {
			return err
		}
	}
	return nil
}

// Render draws the words as bars on white.
func (k *desk) Render(_ context.Context, _ *os.File, req archive.RenderRequest) ([]byte, error) {
	scale := float32(req.Width) / 595
	m := image.NewGray(image.Rect(0, 0, req.Width, int(842*scale)))
	for i := range m.Pix {
		m.Pix[i] = 0xff
	}
	words, _ := k.words(req.Page)
	for _, w := range words {
		for y := int(w.Box.Y0*scale) + 1; y < int(w.Box.Y1*scale); y++ {
			for x := int(w.Box.X0 * scale); x < int(w.Box.X1*scale); x++ {
				m.SetGray(x, y, color.Gray{0x50})
			}
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, nil)
	return b.Bytes(), err
}

func (k *desk) Ready(context.Context) error { return nil }

func build(t *testing.T, change ...func(*desk)) *world {
	t.Helper()
	dir := t.TempDir()
	vault, err := ocfl.OpenDisk(filepath.Join(dir, "store"), filepath.Join(dir, "spool"), ocfl.Options{})
	must(t, err)
	t.Cleanup(func() { vault.Close() })
	cat, err := catalog.Open(t.Context(), "sqlite:"+filepath.Join(dir, "catalog.db"), catalog.Options{})
	must(t, err)
	t.Cleanup(func() { cat.Close() })
	derived, err := blob.OpenDerived(filepath.Join(dir, "derived"))
	must(t, err)
	t.Cleanup(func() { derived.Close() })
	aside, err := blob.OpenQuarantine(filepath.Join(dir, "quarantine"), nil)
	must(t, err)
	t.Cleanup(func() { aside.Close() })
	key, err := ledger.LoadOrCreateKey(filepath.Join(dir, "log.key"))
	must(t, err)
	log, err := ledger.Open(cat, key, archive.SystemClock{})
	must(t, err)
	var house *archive.Archive
	index, err := indexer.Open(filepath.Join(dir, "index"), indexer.Options{Texts: func(ctx context.Context, id archive.ID) iter.Seq2[archive.PageText, error] {
		return house.Texts(ctx, id)
	}})
	must(t, err)
	t.Cleanup(func() { index.Close() })
	k := &desk{}
	for _, f := range change {
		f(k)
	}
	house, err = archive.New(archive.Config{Vault: vault, Partials: vault.Partials(64 << 10), Catalog: cat, Derived: derived, Quarantine: aside, Ledger: log, Index: index, Inspector: k, Reader: k, Assembler: k, Copier: k, Scratch: dir, RetrievalKey: []byte("a key for tests of thirty-two bytes")})
	must(t, err)
	server := httptest.NewUnstartedServer(nil) // its address is known before its handler is made
	config := api.Config{Archive: house, House: func(context.Context) api.House {
		return api.House{Version: "1.2.3", Sandbox: "full", Store: "file", Catalog: "sqlite", Stores: k.stores}
	}}
	if k.tune != nil {
		k.tune("http://"+server.Listener.Addr().String(), &config)
	}
	h, err := api.New(config)
	must(t, err)
	server.Config = api.Server(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && k.lose.Add(-1) >= 0 {
			h.ServeHTTP(httptest.NewRecorder(), r) // what was asked for is done
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(w, r)
	}), nil)
	server.Start()
	t.Cleanup(server.Close)
	return &world{Archive: house, t: t, url: server.URL, desk: k}
}

// registered fills in a province with two communes and a procedure.
func (w *world) registered() *world {
	w.t.Helper()
	must(w.t, w.LoadAgencies(w.t.Context(), archive.System, []archive.Agency{{Code: province, Name: "Ủy ban nhân dân tỉnh Đắk Lắk"},
		{Code: commune, Name: "Ủy ban nhân dân phường Đồi Thông"}, {Code: "H15.62", Name: "Ủy ban nhân dân xã Ea Sur"}}))
	must(w.t, w.LoadProcedures(w.t.Context(), archive.System, []archive.Procedure{{Code: "1.900112", Name: "Cấp giấy phép xây dựng nhà ở riêng lẻ", Sector: "Xây dựng", Days: 15,
		Components: []string{"Đơn đề nghị", "Bản vẽ thiết kế"}, Results: []string{"Giấy phép xây dựng"}}}))
	return w
}

// account makes an account that signs in with password.
func (w *world) account(login string, role archive.Role, agency archive.AgencyCode) archive.Account {
	w.t.Helper()
	hash, err := session.HashPassword(password)
	must(w.t, err)
	acc, err := w.AddAccount(w.t.Context(), archive.System, archive.Account{Login: login, Name: "Người " + login, Role: role, Agency: agency, PasswordHash: hash})
	must(w.t, err)
	return acc
}

// actor is an account as the house admits it.
func (w *world) actor(acc archive.Account) archive.Actor {
	w.t.Helper()
	a, err := w.Admit(w.t.Context(), acc.Actor())
	must(w.t, err)
	return a
}

// paper deposits one.
func (w *world) paper(by archive.Actor, name string, dossier archive.DossierCode) archive.Document {
	w.t.Helper()
	d, err := w.Deposit(w.t.Context(), by, archive.Deposit{Body: strings.NewReader("%PDF-1.7 " + name + archive.NewID().String()), FileName: name, Agency: commune, Dossier: dossier})
	must(w.t, err)
	return d
}

// work numbers events, follows the feed into the index and reads papers until the test ends.
func (w *world) work() *world {
	w.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Run(ctx, archive.RunOptions{Readers: 1, Index: true, Sequencer: true, Bulk: true})
	}()
	w.t.Cleanup(func() { stop(); <-done })
	return w
}

// visitor is a browser without script.
type visitor struct {
	*http.Client
	w *world
}

func (w *world) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	must(w.t, err)
	return &visitor{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, w}
}

// as signs in.
func (w *world) as(acc archive.Account) *visitor {
	w.t.Helper()
	v := w.visitor()
	if a := v.post("/signin", "login", acc.Login, "password", password); a.status != http.StatusSeeOther {
		w.t.Fatalf("sign in: %d\n%s", a.status, a.text())
	}
	return v
}

// answer is a page as it came.
type answer struct {
	status   int
	location string
	header   http.Header
	body     string
}

func (v *visitor) do(r *http.Request) answer {
	v.w.t.Helper()
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", "text/html")
	}
	res, err := v.Client.Do(r)
	must(v.w.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(v.w.t, err)
	return answer{res.StatusCode, res.Header.Get("Location"), res.Header, string(b)}
}

func (v *visitor) get(path string) answer {
	v.w.t.Helper()
	r, err := http.NewRequestWithContext(v.w.t.Context(), http.MethodGet, v.w.url+path, nil)
	must(v.w.t, err)
	return v.do(r)
}

// post sends a form; fields are names and values by turns.
func (v *visitor) post(path string, fields ...string) answer {
	v.w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(v.w.t.Context(), http.MethodPost, v.w.url+path, strings.NewReader(form.Encode()))
	must(v.w.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.do(r)
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

// text is what a person reads, in one line.
func (a answer) text() string {
	_, main, _ := strings.Cut(a.body, "<main")
	return strings.TrimSpace(blanks.ReplaceAllString(tags.ReplaceAllString("<main"+main, " "), " "))
}

func (a answer) has(t *testing.T, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d", a.status, status)
	}
	for _, w := range words {
		if !strings.Contains(a.text(), w) && !strings.Contains(a.body, w) {
			t.Errorf("no %q in: %s", w, a.text())
		}
	}
}

// leads checks a redirect.
func (a answer) leads(t *testing.T, to string) {
	t.Helper()
	if a.status != http.StatusSeeOther || a.location != to {
		t.Errorf("%d to %q, want 303 to %q: %s", a.status, a.location, to, a.text())
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// until asks again until it is so, as long as the test may run.
func (w *world) until(so func() bool) {
	w.t.Helper()
	for !so() {
		select {
		case <-w.t.Context().Done():
			w.t.Fatal("it never came to be")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

package api_test

import (
	"context"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"sohoa/api"
	"sohoa/api/session"
	"sohoa/archive"
	"sohoa/indexer"
	"sohoa/storage/blob"
	"sohoa/storage/catalog"
	"sohoa/storage/ledger"
	"sohoa/storage/ocfl"
)

// world is a whole house but for the children: a real store, catalog, ledger and index in a temporary folder, with an
// inspector and a reader that take the test's word.
type world struct {
	*archive.Archive
	t        testing.TB
	server   *httptest.Server
	handler  http.Handler
	dir      string
	desk     *desk
	contract *contract
}

// desk is inspector and reader: it believes what stands in the bytes.
type desk struct {
	block  chan struct{} // when not nil, inspection waits for it
	held   atomic.Int32  // inspections that wait, or have waited
	copies atomic.Int32  // reading copies made
}

func (k *desk) Inspect(ctx context.Context, f *os.File, req archive.InspectRequest) (archive.Inspection, error) {
	if k.block != nil {
		k.held.Add(1)
		select {
		case <-k.block:
		case <-ctx.Done():
			return archive.Inspection{}, ctx.Err()
		}
	}
	b := make([]byte, 64)
	n, err := f.ReadAt(b, 0)
	if err != nil && err != io.EOF {
		return archive.Inspection{}, err
	}
	s := string(b[:n])
	refuse := func(code, finding string) (archive.Inspection, error) {
		return archive.Inspection{Refusal: code, Findings: []archive.Finding{{Code: finding, Severity: archive.Fatal, Page: 2, Msg: archive.Text{VI: "Tệp có mã lệnh.", EN: "The file holds a script."}}}}, nil
	}
	switch {
	case strings.HasPrefix(s, "%PDF-script"):
		insp, err := refuse("unsafe_file", "javascript")
		insp.MediaType, insp.Pages, insp.Findings[0].Object = archive.PDF, []archive.PageInfo{{Width: 595, Height: 842}, {Width: 595, Height: 842}}, 7
		return insp, err
	case strings.HasPrefix(s, "%PDF-broken"):
		return refuse("damaged_file", "no_xref")
	case strings.HasPrefix(s, "%PDF-locked"):
		return refuse("encrypted_file", "encrypted")
	case strings.HasPrefix(s, "%PDF-bomb"):
		return refuse("limits_exceeded", "too_many_pixels")
	case strings.HasPrefix(s, "%PDF-pages="):
		return k.inspectPages(s)
	case strings.HasPrefix(s, "%PDF-"):
		return archive.Inspection{MediaType: archive.PDF, Pages: []archive.PageInfo{{Width: 595, Height: 842, DPI: 200, Colour: true}, {Width: 595, Height: 842, DPI: 150}},
			Findings: []archive.Finding{{Code: "low_resolution", Severity: archive.Warning, Page: 2, Msg: archive.Text{VI: "Trang 2 quét ở 150 dpi.", EN: "Page 2 was scanned at 150 dpi."}}}}, nil
	}
	return refuse("unsupported_type", "unknown_magic")
}

func (k *desk) Read(ctx context.Context, f *os.File, req archive.ReadRequest, each func(archive.PageReading) error) error {
	for _, n := range req.Pages {
		text := map[int]string{1: "ỦY BAN NHÂN DÂN TỈNH", 2: "cấp giấy phép xây dựng"}[n]
		var words []archive.Word
		for i, w := range strings.Fields(text) {
			words = append(words, archive.Word{Text: w, Box: archive.Box{X0: float32(i * 50), Y0: 10, X1: float32(i*50 + 40), Y1: 24}, Confidence: 0.9})
		}
		if err := each(archive.PageReading{Number: n, Width: 595, Height: 842, Source: archive.SourceScan, Words: words, Text: text, Confidence: 0.9}); err != nil {
			return err
		}
	}
	return nil
}

func (k *desk) Render(ctx context.Context, f *os.File, req archive.RenderRequest) ([]byte, error) {
	return []byte("\xff\xd8\xff\xe0 picture of a page"), nil
}

func (k *desk) Ready(context.Context) error { return nil }

func build(t testing.TB, change ...func(*archive.Config, *api.Config)) *world {
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
	ac := archive.Config{Vault: vault, Partials: vault.Partials(64 << 10), Catalog: cat, Derived: derived, Quarantine: aside, Ledger: log, Index: index, Inspector: k, Reader: k, Assembler: k, Copier: k, Scratch: dir, RetrievalKey: []byte("a key for tests of thirty-two bytes")}
	c := api.Config{}
	for _, f := range change {
		f(&ac, &c)
	}
	house, err = archive.New(ac)
	must(t, err)
	c.Archive = house
	h, err := api.New(c)
	must(t, err)
	w := &world{Archive: house, t: t, desk: k, handler: h, dir: dir}
	w.server = httptest.NewUnstartedServer(h)
	w.server.Config = api.Server(h, nil)
	w.server.Start()
	t.Cleanup(w.server.Close)
	w.contract = w.readContract()
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// token makes a token and returns its secret.
func (w *world) token(role archive.Role, agency archive.AgencyCode) string {
	w.t.Helper()
	secret, digest := session.NewToken()
	_, err := w.AddToken(w.t.Context(), archive.System, archive.Token{Hash: digest, Role: role, Agency: agency, Note: string(role)})
	must(w.t, err)
	return secret
}

// work numbers events, follows the feed into the index and reads papers until the test ends.
func (w *world) work() {
	w.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Run(ctx, archive.RunOptions{Readers: 1, Index: true, Sequencer: true, Bulk: true})
	}()
	w.t.Cleanup(func() { stop(); <-done })
}

// damage changes one byte of the deposited file in the store.
func (w *world) damage(id string) {
	w.t.Helper()
	found := false
	must(w.t, filepath.WalkDir(filepath.Join(w.dir, "store"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasPrefix(e.Name(), "original") || !strings.Contains(path, id) && found {
			return err
		}
		found = true
		must(w.t, os.Chmod(path, 0o600))
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b[len(b)-10] ^= 1
		return os.WriteFile(path, b, 0o600)
	}))
	if !found {
		w.t.Fatal("no deposited file in the store")
	}
}

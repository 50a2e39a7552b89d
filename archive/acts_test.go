package archive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/storage/blob"
	"sohoa/storage/blob/mem"
	"sohoa/storage/catalog"
	"sohoa/storage/ledger"
	"sohoa/storage/ocfl"
)

// clock is a clock a test can move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(time.Microsecond)
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// inspector takes what begins with "paper" as a PDF of two pages, "script" as one with active content, "word" as a type
// that is never taken, and the rest as damaged: the judging itself is tested in ocr/pdf.
type inspector struct{}

func (inspector) Inspect(_ context.Context, f *os.File, _ archive.InspectRequest) (archive.Inspection, error) {
	head := make([]byte, 5)
	_, err := f.ReadAt(head, 0)
	two := archive.Inspection{MediaType: archive.PDF, Pages: []archive.PageInfo{{Width: 595, Height: 842}, {Width: 595, Height: 842}}}
	switch {
	case err != nil && err != io.EOF:
		return archive.Inspection{}, err
	case string(head) == "paper":
		return two, nil
	case string(head) == "pages": // as many as it says, or as the assembler of these tests wrote
		return pagesOf(f)
	case string(head) == "scrip":
		two.Refusal, two.Findings = "unsafe_file", []archive.Finding{{Code: "javascript", Severity: archive.Fatal, Page: 1, Object: 7}}
		return two, nil
	case string(head) == "word ":
		return archive.Inspection{Refusal: "unsupported_type", Findings: []archive.Finding{{Code: "not_a_pdf", Severity: archive.Fatal}}}, nil
	}
	return archive.Inspection{MediaType: archive.PDF, Refusal: "damaged_file", Findings: []archive.Finding{{Code: "damaged", Severity: archive.Fatal}}}, nil
}

// reader reads "page n of <content>"; it can lack its recogniser, and it can break off before a page.
type reader struct {
	mu      sync.Mutex
	absent  bool
	breakAt int
	read    []int
}

func (r *reader) Read(_ context.Context, f *os.File, req archive.ReadRequest, each func(archive.PageReading) error) error {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<20))
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range req.Pages {
		if n == r.breakAt {
			return errors.New("the child died")
		}
		p := archive.PageReading{Number: n, Source: archive.SourceScan, Confidence: 0.9, Text: fmt.Sprintf("trang %d của %s", n, b),
			Words: []archive.Word{{Text: "trang", Confidence: 0.9}}, Findings: []archive.Finding{{Code: "low_resolution", Severity: archive.Warning}}}
		r.coded(&p, b)
		if r.absent && n == 2 {
			p = archive.PageReading{Number: n, Source: archive.SourceWaits}
		} else {
			r.read = append(r.read, n)
		}
		if err := each(p); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) Render(context.Context, *os.File, archive.RenderRequest) ([]byte, error) {
	return []byte("jpeg"), nil
}

func (r *reader) Ready(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.absent {
		return archive.Fault(archive.Unavailable, "no_recogniser", archive.Text{VI: "Chưa có Tesseract.", EN: "Tesseract is missing."})
	}
	return nil
}

// house is an archive over the real catalog and the real layout; its store is memory and can be told to fail.
type house struct {
	*archive.Archive
	store  *mem.Store
	clock  *clock
	reader *reader
	dir    string
	cat    *catalog.Catalog
	spool  *blob.Spool
	power  *power     // the catalog, as the archive sees it
	aside  *mem.Store // the quarantine; it fails with the store
	virus  *scanner   // nil: the house has none

	node    string
	unheard bool // the failing transaction took effect, and only its answer was lost
}

func open(t testing.TB) *house {
	t.Helper()
	h := &house{store: mem.New(), clock: &clock{t: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}, reader: &reader{}, dir: quickDir(t)}
	h.aside = h.store.Beside()
	if err := os.WriteFile(filepath.Join(h.dir, "catalog.db"), fresh(), 0o600); err != nil {
		t.Fatal(err)
	}
	h.reopen(t)
	t.Cleanup(func() { h.close() })
	return h
}

// fresh is the catalog of a house nobody has used: a thousand houses are built here, and none has to make its tables.
var fresh = sync.OnceValue(func() []byte {
	dir, err := os.MkdirTemp("", "sohoa")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "catalog.db")
	cat, err := catalog.Open(context.Background(), "sqlite:"+path, catalog.Options{})
	if err != nil {
		panic(err)
	}
	cat.Close()
	b, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return b
})

// quickDir returns an empty folder in memory where there is one: what a dead process leaves is the same on every file system,
// and comes at a tenth of the price without a disk's fsyncs.
func quickDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "sohoa")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (h *house) close() {
	if h.cat != nil {
		h.cat.Close()
		h.spool.Close()
	}
}

// reopen starts the house again on what is kept, as after a crash.
func (h *house) reopen(t testing.TB) {
	t.Helper()
	h.close()
	h.clock.pass(time.Second)
	ctx := context.Background()
	var err error
	must := func(what string) {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	h.cat, err = catalog.Open(ctx, "sqlite:"+filepath.Join(h.dir, "catalog.db"), catalog.Options{Readers: 2}) // each is a schema to read, a thousand times over
	must("open catalog")
	h.spool, err = blob.OpenSpool(filepath.Join(h.dir, "spool"), nil)
	must("open spool")
	vault, err := ocfl.New(ctx, h.store, h.spool)
	if err != nil {
		t.Fatal(err)
	}
	derived, err := blob.OpenDerived(filepath.Join(h.dir, "derived"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ledger.LoadOrCreateKey(filepath.Join(h.dir, "log.key"))
	if err != nil {
		t.Fatal(err)
	}
	led, err := ledger.Open(h.cat, key, h.clock)
	if err != nil {
		t.Fatal(err)
	}
	h.power = &power{Catalog: h.cat, store: h.store, after: -1}
	cfg := archive.Config{Vault: vault, Catalog: h.power, Derived: derived, Ledger: led, Inspector: inspector{}, Reader: h.reader, Clock: h.clock, Scratch: h.dir,
		Quarantine: blob.NewQuarantine(h.aside), Assembler: assembler{}, Partials: blob.NewPartials(h.spool, 1<<10), Node: h.node}
	if cfg.RetrievalKey, err = key.Derive("retrieval/1"); err != nil {
		t.Fatal(err)
	}
	if h.virus != nil {
		cfg.Scanner = h.virus
	}
	h.Archive, err = archive.New(cfg)
	must("new archive")
}

var (
	clerk   = archive.Actor{ID: archive.NewID(), Name: "Cán bộ", Role: archive.RoleClerk, Agency: "H15.50"}
	checker = archive.Actor{ID: archive.NewID(), Name: "Kiểm tra", Role: archive.RoleChecker, Agency: "H15.50"}
	foreign = archive.Actor{ID: archive.NewID(), Name: "Nơi khác", Role: archive.RoleChecker, Agency: "H15.51"}
)

func paper(content string) archive.Deposit {
	return archive.Deposit{Body: strings.NewReader("paper " + content), FileName: content + ".pdf", Kind: archive.Result, Fields: archive.Fields{Type: "QĐ", Subject: "Về việc " + content}}
}

func (h *house) deposit(t testing.TB, content string) archive.Document {
	t.Helper()
	d, err := h.Deposit(context.Background(), clerk, paper(content))
	if err != nil {
		t.Fatalf("deposit %s: %v", content, err)
	}
	return d
}

func (h *house) bytes(t testing.TB, a archive.Actor, id archive.ID, version int) string {
	t.Helper()
	c, _, err := h.File(context.Background(), a, id, version)
	if err != nil {
		t.Fatalf("open file of %s: %v", id, err)
	}
	defer c.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sound checks the whole house: every document whole, no object unknown, no intent open, nothing in the spool but uploads
// that have a row.
func (h *house) sound(t testing.TB) {
	t.Helper()
	err := h.Check(context.Background(), archive.CheckOptions{ReadData: true}, func(d archive.Discrepancy) error {
		t.Errorf("check: %s %s %s", d.Kind, d.Object, d.Detail)
		return nil
	})
	if err != nil {
		t.Errorf("check: %v", err)
	}
	st, err := h.Status(context.Background(), archive.System)
	if err != nil || st.Intents != 0 {
		t.Errorf("%d intents open, %v", st.Intents, err)
	}
	left, err := filepath.Glob(filepath.Join(h.dir, "spool", "*", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left in the spool: %v, %v", left, err)
	}
	for id, err := range h.Partials.List(context.Background()) {
		if err == nil {
			err = h.cat.View(context.Background(), func(tx archive.Tx) error {
				_, err := tx.Uploads().Get(context.Background(), id)
				return err
			})
		}
		if err != nil {
			t.Errorf("bytes of an upload lie about: %v", err)
		}
	}
}

func TestDepositComesBackByteForByte(t *testing.T) {
	h := open(t)
	d := h.deposit(t, "một")
	if got := h.bytes(t, clerk, d.ID, 0); got != "paper một" {
		t.Errorf("bytes are %q", got)
	}
	if d.State != archive.Review || d.Custodian != "H15.50" || d.Access != archive.Restricted || d.PageCount() != 2 || d.Fields.Language != "vi" {
		t.Errorf("document is %+v", d)
	}
	h.sound(t)
}

func TestRefusedPaperLeavesOnlyItsEvent(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	for name, in := range map[string]archive.Deposit{
		"damaged_file": {Body: strings.NewReader("broken"), Kind: archive.Result},
		"empty_file":   {Body: strings.NewReader(""), Kind: archive.Result},
		"too_large":    {Body: strings.NewReader("paper " + strings.Repeat("x", 100)), Kind: archive.Result},
	} {
		h.Limits.FileBytes = 50
		if _, err := h.Deposit(ctx, clerk, in); archive.CodeOf(err) != name {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if keys := h.store.Keys(); len(keys) != rootKeys(t) {
		t.Errorf("the store holds %v", keys)
	}
	h.sound(t)
	l, err := h.Trail(ctx, archive.Actor{Role: archive.RoleAuditor}, archive.EventFilter{Action: archive.EvRefuse})
	if err != nil || len(l.Items) != 1 || l.Items[0].Detail["code"] != "damaged_file" {
		t.Errorf("refusals in the trail: %+v, %v", l.Items, err)
	}
}

func TestPagesAnnouncedAreCounted(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		reason, content string
		pages           int
		code            string
	}{
		{"as announced", "paper một", 2, ""},
		{"not announced", "paper hai", 0, ""},
		{"a page is missing", "paper ba", 3, "page_count"},
		{"what cannot be opened is told first", "broken", 3, "damaged_file"},
	} {
		_, err := h.Deposit(context.Background(), clerk, archive.Deposit{Body: strings.NewReader(c.content), Kind: archive.Result, Pages: c.pages})
		if archive.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.reason, err)
		}
	}
	h.sound(t)
}

// rootKeys is how many keys an empty vault has.
func rootKeys(t testing.TB) int {
	t.Helper()
	return len(open(t).store.Keys())
}

func TestBodyThatBreaksOffLeavesNothing(t *testing.T) {
	h := open(t)
	gone := errors.New("connection reset")
	d := paper("x")
	d.Body = brokenBody{strings.NewReader("paper and then"), gone}
	if _, err := h.Deposit(context.Background(), clerk, d); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	h.sound(t)
}

type brokenBody struct {
	r   *strings.Reader
	err error
}

func (b brokenBody) Read(p []byte) (int, error) {
	if b.r.Len() == 0 {
		return 0, b.err
	}
	return b.r.Read(p)
}

func TestDuplicateNamesTheOtherPaperOnlyToThoseWhoMaySeeIt(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	first := h.deposit(t, "một")
	for _, c := range []struct {
		who  archive.Actor
		want archive.ID
	}{{clerk, first.ID}, {foreign, archive.ID{}}} {
		_, err := h.Deposit(ctx, c.who, paper("một"))
		var e *archive.Error
		if !errors.As(err, &e) || e.Code != "duplicate_content" || e.Other != c.want {
			t.Errorf("%s: %v, other %v", c.who.Name, err, e)
		}
	}
	again := paper("một")
	again.AllowDuplicate = true
	if _, err := h.Deposit(ctx, clerk, again); err != nil {
		t.Errorf("allowed duplicate: %v", err)
	}
	h.sound(t)
}

// Two equal uploads at the same moment: one is kept, one is told of the other.
func TestEqualUploadsAtOnce(t *testing.T) {
	h := open(t)
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { _, errs[i] = h.Deposit(context.Background(), clerk, paper("cùng một tờ")) })
	}
	wg.Wait()
	kept := 0
	for _, err := range errs {
		switch {
		case err == nil:
			kept++
		case archive.CodeOf(err) != "duplicate_content":
			t.Error(err)
		}
	}
	if kept != 1 {
		t.Errorf("%d were kept", kept)
	}
	h.sound(t)
}

// A depositor so slow that the janitor has taken its intent before the object was committed is refused, and leaves no object.
func TestDepositOvertakenByTheJanitor(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	d := paper("chậm")
	d.Body = &slowBody{r: strings.NewReader("paper chậm"), meanwhile: func() {
		h.clock.pass(3 * time.Hour)
		if n, err := h.Sweep(ctx); err != nil || n != 1 {
			t.Errorf("the janitor closed %d intents, %v", n, err)
		}
	}}
	if _, err := h.Deposit(ctx, clerk, d); archive.KindOf(err) != archive.NotFound && archive.KindOf(err) != archive.Conflict {
		t.Errorf("got %v", err)
	}
	h.sound(t)
}

// An act that fails while the catalog cannot be written, as on a full disk, leaves its intent to the janitor of the same
// process: the janitor comes as soon as the catalog can be written again, and not when the intent expires.
func TestGivenUpWhileTheCatalogCannotBeWritten(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	d := paper("đầy")
	d.Body = &slowBody{r: strings.NewReader("paper đầy"), meanwhile: func() { h.power.after = h.power.updates }}
	if _, err := h.Deposit(ctx, clerk, d); err == nil {
		t.Fatal("kept, with a catalog that cannot be written")
	}
	if n, err := h.Sweep(ctx); err == nil || n != 0 {
		t.Errorf("while it cannot be written the janitor closed %d intents, %v", n, err)
	}
	h.power.after = -1
	h.store.Heal()
	if n, err := h.Sweep(ctx); err != nil || n != 1 {
		t.Errorf("the janitor closed %d intents, %v", n, err)
	}
	h.sound(t)
}

// slowBody lets something happen before its first byte.
type slowBody struct {
	r         *strings.Reader
	meanwhile func()
}

func (b *slowBody) Read(p []byte) (int, error) {
	if b.meanwhile != nil {
		b.meanwhile()
		b.meanwhile = nil
	}
	return b.r.Read(p)
}

// A catalog lost and begun again over the old store: nothing of the store is cleaned up until somebody has looked.
func TestFreshCatalogOverAnOldStoreKeepsTheJanitorStill(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	h.deposit(t, "một")
	h.close()
	h.cat = nil
	for _, f := range []string{"catalog.db", "catalog.db-wal", "catalog.db-shm"} {
		os.Remove(filepath.Join(h.dir, f))
	}
	h.reopen(t)
	if err := h.GuardStore(ctx); err != nil {
		t.Fatal(err)
	}
	intent := archive.Intent{ID: archive.NewID(), Node: "node", Act: "spool", CreatedAt: h.clock.Now(), ExpiresAt: h.clock.Now()}
	if err := h.cat.Update(ctx, func(tx archive.Tx) error { return tx.Intents().Open(ctx, intent) }); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(time.Hour)
	if n, err := h.Sweep(ctx); n != 0 || err != nil {
		t.Errorf("before check the janitor closed %d intents, %v", n, err)
	}
	var kinds []string
	if err := h.Check(ctx, archive.CheckOptions{}, func(d archive.Discrepancy) error { kinds = append(kinds, d.Kind); return nil }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(kinds, []string{"unknown_object"}) {
		t.Errorf("check found %v", kinds)
	}
	if n, err := h.Sweep(ctx); n != 1 || err != nil {
		t.Errorf("after check the janitor closed %d intents, %v", n, err)
	}
}

func TestWayOfAPaper(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	d := h.deposit(t, "một")
	move := func(who archive.Actor, m archive.Move, reason, wantCode string) {
		t.Helper()
		next, err := h.Move(ctx, who, d.ID, archive.MoveRequest{Move: m, Reason: reason, After: d.Revision})
		if archive.CodeOf(err) != wantCode {
			t.Fatalf("%s by %s: %v, want %q", m, who.Name, err, wantCode)
		}
		if err == nil {
			d = next
		}
	}
	move(clerk, archive.Accept, "", "forbidden")
	move(foreign, archive.Accept, "", "not_found")
	move(clerk, archive.Submit, "", "")
	move(checker, archive.Return, "", "reason_required")
	move(checker, archive.Return, "thiếu trang", "")
	if d.State != archive.Returned || d.Reason != "thiếu trang" {
		t.Errorf("returned is %s %q", d.State, d.Reason)
	}
	scan := paper("một, quét lại")
	next, err := h.AddVersion(ctx, clerk, d.ID, d.Revision, scan)
	if err != nil {
		t.Fatal(err)
	}
	d = next
	if len(d.Versions) != 2 || h.bytes(t, clerk, d.ID, 1) != "paper một" || h.bytes(t, clerk, d.ID, 0) != "paper một, quét lại" {
		t.Error("a new scan keeps the old one")
	}
	move(clerk, archive.Submit, "", "")
	move(checker, archive.Accept, "", "")
	move(checker, archive.Publish, "", "")
	move(checker, archive.Withdraw, "cấp nhầm", "")
	if _, err := h.Move(ctx, checker, d.ID, archive.MoveRequest{Move: archive.Publish}); archive.CodeOf(err) != "wrong_state" {
		t.Errorf("a withdrawn paper comes back: %v", err)
	}
	inv, err := h.Vault.Inventory(ctx, archive.DocumentObject(d.ID))
	if err != nil || inv.Head != 5 { // deposit, rescan, accept, publish, withdraw
		t.Errorf("the object has %d versions, %v", inv.Head, err)
	}
	evs, err := h.History(ctx, checker, d.ID, archive.ID{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	var moves []string
	for _, e := range evs {
		if m := e.Detail["move"]; m != "" {
			moves = append(moves, m)
		}
	}
	if want := []string{"submit", "return", "rescan", "submit", "accept", "publish", "withdraw"}; !slices.Equal(moves, want) {
		t.Errorf("history is %v, want %v", moves, want)
	}
	h.sound(t)
}

func TestEditAsksForTheRevisionSeen(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	d := h.deposit(t, "một")
	f := d.Fields
	f.Number, f.Notation = "15", "QÐ-UBND" // with the look-alike of Đ
	f.IssuedOn, f.IssuingAgency.Code = archive.Date{Year: 2026, Month: time.March, Day: 2}, "H15.50"
	next, err := h.Edit(ctx, clerk, d.ID, archive.Edit{Fields: &f, After: d.Revision})
	if err != nil || next.Fields.Notation != "QĐ-UBND" || next.Revision != d.Revision+1 {
		t.Fatalf("edit: %+v, %v", next.Fields, err)
	}
	f.Subject = "khác"
	if _, err := h.Edit(ctx, clerk, d.ID, archive.Edit{Fields: &f, After: d.Revision}); archive.CodeOf(err) != "stale_revision" {
		t.Errorf("a stale edit: %v", err)
	}
	if _, err := h.Edit(ctx, foreign, d.ID, archive.Edit{Fields: &f}); archive.KindOf(err) != archive.NotFound {
		t.Errorf("an edit from outside the scope: %v", err)
	}
	other := h.deposit(t, "hai")
	f.Subject, f.IssuedOn.Month = other.Fields.Subject, time.July // another day of the same year
	if other, err = h.Edit(ctx, clerk, other.ID, archive.Edit{Fields: &f}); err != nil {
		t.Fatal(err)
	}
	warn, err := h.Warnings(ctx, clerk, &other)
	if err != nil || len(warn) == 0 || warn[len(warn)-1].Code != "duplicate_number" {
		t.Errorf("a second paper with the number is no warning: %v, %v", warn, err)
	}
}

// A paper that was returned, thrown away by mistake and taken back says again what is to be mended.
func TestReturnedPaperComesBackFromTheBinWithItsReason(t *testing.T) {
	h := open(t)
	d := h.deposit(t, "một")
	h.on(t, d, archive.Submit)
	for _, m := range []archive.MoveRequest{{Move: archive.Return, Reason: "thiếu trang 3"}, {Move: archive.Discard, Reason: "nhầm"}, {Move: archive.Restore}} {
		var err error
		if d, err = h.Move(t.Context(), checker, d.ID, m); err != nil {
			t.Fatal(err)
		}
	}
	if d.State != archive.Returned || d.Reason != "thiếu trang 3" {
		t.Errorf("back as %s for %q", d.State, d.Reason)
	}
}

func TestBinShowsToEachWhatSheMayTakeBack(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	mine, hers := h.deposit(t, "của tôi"), h.take(t, colleague, paper("của người khác"))
	sealed := paper("kín")
	sealed.Access = archive.Sealed
	h.take(t, second, sealed)
	for _, c := range []struct {
		who archive.Actor
		doc archive.Document
	}{{clerk, mine}, {checker, hers}} {
		if _, err := h.Move(ctx, c.who, c.doc.ID, archive.MoveRequest{Move: archive.Discard, Reason: "nhầm"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		who  archive.Actor
		want []archive.ID
	}{{clerk, []archive.ID{mine.ID}}, {colleague, []archive.ID{hers.ID}}, {checker, []archive.ID{hers.ID, mine.ID}}, {foreign, nil}} {
		b, err := h.Bin(ctx, c.who, "", 10)
		var got []archive.ID
		for _, x := range b.Items {
			got = append(got, x.ID)
			if x.Until.Sub(x.DiscardedAt) != h.Limits.DiscardKept {
				t.Errorf("kept until %s", x.Until)
			}
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s sees %v, want %v, %v", c.who.Name, got, c.want, err)
		}
		some, err := h.Some(ctx, c.who, []archive.ID{hers.ID, archive.NewID(), mine.ID})
		if err != nil || len(some) != len(c.want) {
			t.Errorf("%s sees %d of them, %v", c.who.Name, len(some), err)
		}
	}
	if err := h.cat.Update(ctx, func(tx archive.Tx) error {
		return tx.Accounts().Insert(ctx, archive.Account{ID: clerk.ID, Login: "an", Name: "Trần Văn An", Role: archive.RoleClerk, Revision: 1})
	}); err != nil {
		t.Fatal(err)
	}
	b, err := h.Bin(ctx, checker, "", 10)
	if err != nil || b.Items[0].By != "" || b.Items[1].By != "Trần Văn An" {
		t.Errorf("by %q and %q, %v", b.Items[0].By, b.Items[1].By, err)
	}
}

func TestDiscardedPaperComesBackUntilItsTimeIsOver(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	d := h.deposit(t, "nhầm")
	if gone, err := h.Move(ctx, clerk, d.ID, archive.MoveRequest{Move: archive.Discard, Reason: "nhầm hồ sơ"}); err != nil || gone.DiscardedBy != clerk.ID {
		t.Fatalf("by %s, %v", gone.DiscardedBy, err)
	}
	if back, err := h.Move(ctx, clerk, d.ID, archive.MoveRequest{Move: archive.Restore}); err != nil || back.State != archive.Review || !back.DiscardedBy.IsZero() {
		t.Fatalf("restore: %v, %v", back.State, err)
	}
	if _, err := h.Move(ctx, clerk, d.ID, archive.MoveRequest{Move: archive.Discard, Reason: "nhầm hồ sơ"}); err != nil {
		t.Fatal(err)
	}
	sweep := func() {
		t.Helper()
		if _, err := h.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
	}
	h.clock.pass(29 * 24 * time.Hour)
	sweep()
	if got := h.bytes(t, clerk, d.ID, 0); got != "paper nhầm" {
		t.Errorf("after 29 days: %q", got)
	}
	h.clock.pass(24 * time.Hour)
	sweep()
	h.clock.pass(24 * time.Hour)
	sweep()
	if _, _, err := h.File(ctx, clerk, d.ID, 0); archive.KindOf(err) != archive.NotFound {
		t.Errorf("after 31 days the bytes are there: %v", err)
	}
	tomb, err := h.Document(ctx, clerk, d.ID)
	if err != nil || tomb.State != archive.Disposed || tomb.Fields.Subject == "" || tomb.Fields.Signer.Name != "" {
		t.Errorf("tombstone: %+v, %v", tomb, err)
	}
	h.sound(t)
}

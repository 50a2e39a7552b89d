package archive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

const fetched archive.DossierCode = "H15.50-261008-0001"

func from(address string) archive.Actor { return archive.Actor{Address: address, Request: "r"} }

// dossier opens a dossier and issues its receipt.
func (h *house) receipt(t testing.TB) archive.IssuedReceipt {
	t.Helper()
	_, err := h.OpenDossier(t.Context(), clerk, archive.Dossier{Code: fetched, Title: "Cấp phép xây dựng", Applicant: archive.Owner{Name: "Nguyễn Văn Thử"}}, nil)
	if err != nil && archive.KindOf(err) != archive.Conflict {
		t.Fatal(err)
	}
	r, err := h.IssueReceipt(t.Context(), clerk, fetched)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// result deposits a result of the dossier and takes it through moves.
func (h *house) result(t testing.TB, content string, moves ...archive.Move) archive.Document {
	t.Helper()
	in := paper(content)
	in.Dossier = fetched
	return h.on(t, h.take(t, clerk, in), moves...)
}

func (h *house) look(address string, code archive.RetrievalCode) (string, bool, error) {
	secret, _, right, err := h.LookUp(context.Background(), from(address), fetched, code)
	return secret, right, err
}

func TestAReceiptOpensTheResultsOfItsDossier(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	r := h.receipt(t)
	valid := h.result(t, "một", toPublished...)
	h.result(t, "đang làm", archive.Submit, archive.Accept)
	gone := h.result(t, "hai", append(slices.Clone(toPublished), archive.Withdraw)...)
	old := h.result(t, "ba", append(slices.Clone(toPublished), archive.Supersede)...)
	h.clock.pass(time.Minute)
	newer := h.result(t, "bốn", toPublished...)
	sealed := h.result(t, "kín", toPublished...)
	h.sound(t)
	sealed.Access = archive.Sealed // in the row alone: how a paper comes to be sealed is another test's
	if err := h.cat.Update(ctx, func(tx archive.Tx) error { return tx.Documents().Update(ctx, sealed, sealed.Revision) }); err != nil {
		t.Fatal(err)
	}
	own := paper("của dân")
	own.Dossier, own.Kind = fetched, archive.Component
	component := h.take(t, clerk, own)
	elsewhere := h.deposit(t, "nơi khác")

	if _, right, err := h.look("203.0.113.7", archive.NewRetrievalCode()); right || err != nil {
		t.Fatalf("another code: %v %v", right, err)
	}
	secret, right, err := h.look("203.0.113.7", r.Code)
	if !right || err != nil || len(secret) != 43 {
		t.Fatalf("look up: %v %v", right, err)
	}
	got, err := h.Retrieved(ctx, secret)
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		ID      archive.ID
		State   archive.ResultState
		Reason  string
		InPlace []archive.ID
	}
	var rows []row
	for _, x := range got.Results {
		rows = append(rows, row{x.ID, x.State, x.Reason, x.InPlace})
	}
	want := []row{{newer.ID, archive.ResultValid, "", nil}, {valid.ID, archive.ResultValid, "", nil}, {old.ID, archive.ResultSuperseded, "vì vậy", []archive.ID{newer.ID}}, {gone.ID, archive.ResultWithdrawn, "vì vậy", []archive.ID{newer.ID}}}
	if diff := gocmp.Diff(want, rows); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	if got.Dossier.Title != "Cấp phép xây dựng" || !got.MayAnswer || got.Answer != nil {
		t.Errorf("dossier %+v", got)
	}

	c, v, err := h.RetrieveFile(ctx, from("203.0.113.7"), secret, valid.ID)
	if err != nil || v.Digest != valid.Head().Digest {
		t.Fatalf("file: %v", err)
	}
	b, _ := io.ReadAll(c)
	c.Close()
	if string(b) != "paper một" {
		t.Errorf("file holds %q", b)
	}
	for range 2 {
		img, err := h.RetrievePage(ctx, from("203.0.113.7"), secret, valid.ID, 2, 1000)
		if err != nil {
			t.Fatalf("page: %v", err)
		}
		img.Close()
	}
	if _, err := h.RetrievePage(ctx, from(""), secret, valid.ID, 3, 1000); archive.KindOf(err) != archive.NotFound {
		t.Errorf("a page there is not: %v", err)
	}
	for reason, id := range map[string]archive.ID{"withdrawn": gone.ID, "superseded": old.ID, "sealed": sealed.ID, "a component": component.ID, "of another dossier": elsewhere.ID, "nothing": archive.NewID()} {
		if _, _, err := h.RetrieveFile(ctx, from(""), secret, id); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("file %s: %v", reason, err)
		}
		if _, err := h.RetrievePage(ctx, from(""), secret, id, 1, 400); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("page %s: %v", reason, err)
		}
	}
	evs, err := h.RetrievalsOf(ctx, clerk, fetched, 10)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range evs {
		told = append(told, fmt.Sprint(e.Action, " ", e.Detail["act"], " ", e.Address, " ", e.Document == valid.ID))
	}
	if diff := gocmp.Diff([]string{"retrieval viewed 203.0.113.* true", "dissemination  203.0.113.* true", "retrieval opened 203.0.113.* false"}, told); diff != "" {
		t.Errorf("staff see (-want +got):\n%s", diff)
	}
	if _, err := h.RetrievalsOf(ctx, foreign, fetched, 10); archive.KindOf(err) != archive.NotFound {
		t.Errorf("staff of elsewhere: %v", err)
	}
}

// While a new scan of a published result is worked on, its owner gets what is public, with the words that were confirmed about it.
func TestWhatIsPublicStaysSoForItsOwner(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	r := h.receipt(t)
	d := h.result(t, "một", append(slices.Clone(toPublished), archive.Rescan)...)
	typed := d.Fields
	typed.Subject = "đang gõ"
	if _, err := h.Edit(ctx, clerk, d.ID, archive.Edit{Fields: &typed}); err != nil {
		t.Fatal(err)
	}
	secret, _, err := h.look("203.0.113.7", r.Code)
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.Retrieved(ctx, secret)
	if err != nil || len(got.Results) != 1 || got.Results[0].State != archive.ResultValid || got.Results[0].Version.Number != 1 || got.Results[0].Fields.Subject != "Về việc một" {
		t.Fatalf("results %+v, %v", got.Results, err)
	}
	c, v, err := h.RetrieveFile(ctx, from(""), secret, d.ID)
	if err != nil || v.Number != 1 {
		t.Fatalf("file %d, %v", v.Number, err)
	}
	c.Close()
}

func TestANewReceiptRevokesTheOld(t *testing.T) {
	h := open(t)
	first := h.receipt(t)
	secret, _, err := h.look("203.0.113.7", first.Code)
	if err != nil {
		t.Fatal(err)
	}
	second := h.receipt(t)
	if second.Number != 2 || second.Code == first.Code {
		t.Fatalf("receipt %d", second.Number)
	}
	if _, err := h.Retrieved(t.Context(), secret); !errors.Is(err, archive.ErrGrantOver) {
		t.Errorf("the grant of the first: %v", err)
	}
	if _, right, err := h.look("203.0.113.7", first.Code); right || err != nil {
		t.Errorf("the first: %v %v", right, err)
	}
	if _, right, err := h.look("203.0.113.7", second.Code); !right || err != nil {
		t.Errorf("the second: %v %v", right, err)
	}
	if got := h.acts(t, fetched); !strings.Contains(strings.Join(got, " "), "receipt") {
		t.Errorf("the dossier's history says %v", got)
	}
	h.reopen(t)
	if _, right, err := h.look("203.0.113.7", second.Code); !right || err != nil {
		t.Errorf("the second after a restart: %v %v", right, err)
	}
	for reason, c := range map[string]struct {
		who  archive.Actor
		kind archive.Kind
	}{"an auditor": {archive.Actor{Role: archive.RoleAuditor}, archive.Forbidden}, "a clerk of elsewhere": {archive.Actor{Role: archive.RoleClerk, Agency: "H15.51"}, archive.NotFound}, "a citizen": {archive.Actor{Role: archive.RoleCitizen}, archive.Forbidden}} {
		if _, err := h.IssueReceipt(t.Context(), c.who, fetched); archive.KindOf(err) != c.kind {
			t.Errorf("%s: %v", reason, err)
		}
	}
	h.RetrievalKey = []byte("another house's key, or a lost one")
	if _, right, _ := h.look("203.0.113.8", second.Code); right {
		t.Error("a code opens under another key")
	}
}

func TestAGrantEnds(t *testing.T) {
	h := open(t)
	r := h.receipt(t)
	secret, _, err := h.look("203.0.113.7", r.Code)
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := h.look("203.0.113.7", r.Code)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.EndRetrieval(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	over := func(secret string) bool {
		_, err := h.Retrieved(t.Context(), secret)
		if err != nil && !errors.Is(err, archive.ErrGrantOver) {
			t.Fatal(err)
		}
		return err != nil
	}
	if over(secret) || !over(other) || !over("") || !over("guessed") {
		t.Error("a grant that should stand is over, or the other way round")
	}
	h.clock.pass(h.Limits.Retrieval.GrantTime)
	if !over(secret) {
		t.Error("a grant outlasts its time")
	}
	if _, err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Ten thousand guesses from one address: ten are looked at, and nobody else notices.
func TestGuessesAreStoppedWithoutTouchingOthers(t *testing.T) {
	h := open(t)
	r := h.receipt(t)
	looked, stopped := 0, 0
	for i := range 10_000 {
		if i == 5_000 {
			h.reopen(t) // a restart forgets nothing
		}
		_, right, err := h.look("2001:db8:1:1::"+fmt.Sprintf("%x", i+1), archive.NewRetrievalCode())
		switch {
		case right:
			t.Fatal("a guess is right")
		case err == nil:
			looked++
		case archive.CodeOf(err) == "too_many_lookups":
			stopped++
		default:
			t.Fatal(err)
		}
	}
	if looked != h.Limits.Retrieval.AddressTries || looked+stopped != 10_000 {
		t.Errorf("%d looked at, %d stopped", looked, stopped)
	}
	var e *archive.Error
	if _, _, err := h.look("2001:db8:1:1::1", r.Code); !errors.As(err, &e) || e.RetryAfter <= 0 || e.RetryAfter > h.Limits.Retrieval.AddressEvery {
		t.Errorf("the right code from there: %v", err)
	}
	for _, address := range []string{"2001:db8:1:2::1", "203.0.113.7"} {
		if _, right, err := h.look(address, r.Code); !right || err != nil {
			t.Errorf("the owner at %s: %v %v", address, right, err)
		}
	}
	h.clock.pass(e.RetryAfter)
	if _, right, err := h.look("2001:db8:1:1::1", r.Code); !right || err != nil {
		t.Errorf("after the wait: %v %v", right, err)
	}
	h.clock.pass(time.Hour)
	if _, err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	l, err := h.Trail(t.Context(), archive.Actor{Role: archive.RoleAuditor}, archive.EventFilter{Action: archive.EvRetrieval})
	if err != nil {
		t.Fatal(err)
	}
	var misses []string
	for _, x := range l.Items {
		if x.Detail["act"] == "missed" {
			misses = append(misses, x.Address+" "+x.Detail["count"])
		}
	}
	if diff := gocmp.Diff([]string{"2001:db8:1:1::/64 10"}, misses); diff != "" {
		t.Errorf("misses in the trail (-want +got):\n%s", diff)
	}
}

func TestGuessesAtOnceAreStoppedToo(t *testing.T) {
	h := open(t)
	h.receipt(t)
	var mu sync.Mutex
	var wg sync.WaitGroup
	looked := 0
	for range 60 {
		wg.Go(func() {
			if _, _, err := h.look("203.0.113.7", archive.NewRetrievalCode()); err == nil {
				mu.Lock()
				looked++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if looked != h.Limits.Retrieval.AddressTries {
		t.Errorf("%d looked at", looked)
	}
}

// Whoever guesses at one dossier from ever new addresses is stopped there, and the owner is not, unless she has just made a
// mistake herself; then only as long as that is remembered.
func TestManyAddressesDoNotKeepTheOwnerOut(t *testing.T) {
	h := open(t)
	r := h.receipt(t)
	l := h.Limits.Retrieval
	guess := func(n int) (looked int) {
		for i := range n {
			for range 2 { // the second time the address is known
				if _, _, err := h.look(fmt.Sprintf("198.51.%d.%d", i/200, i%200+1), archive.NewRetrievalCode()); err == nil {
					looked++
				}
			}
		}
		return looked
	}
	if looked := guess(200); looked != 200+l.DossierTries/2 {
		t.Errorf("%d guesses were looked at", looked)
	}
	if _, right, err := h.look("203.0.113.7", r.Code); !right || err != nil {
		t.Errorf("the owner: %v %v", right, err)
	}
	if _, _, err := h.look("203.0.113.8", archive.NewRetrievalCode()); err != nil {
		t.Errorf("a mistake: %v", err)
	}
	if _, _, err := h.look("203.0.113.8", r.Code); archive.CodeOf(err) != "too_many_lookups" {
		t.Errorf("the owner after a mistake: %v", err)
	}
	h.clock.pass(l.AddressEvery)
	if _, right, err := h.look("203.0.113.8", r.Code); !right || err != nil {
		t.Errorf("the owner when the mistake is forgotten: %v %v", right, err)
	}
	for range l.DossierTries {
		_, _, _ = h.look("203.0.113.9", r.Code)
	}
	if _, _, err := h.look("203.0.113.9", r.Code); archive.CodeOf(err) != "too_many_lookups" {
		t.Errorf("right look-ups without end: %v", err)
	}
}

func TestTheHouseHasALimitToo(t *testing.T) {
	h := open(t)
	r := h.receipt(t)
	h.Limits.Retrieval.HouseTries, h.Limits.Retrieval.HouseEvery = 30, time.Second
	looked := 0
	for i := range 100 {
		if _, _, err := h.look(fmt.Sprintf("198.51.100.%d", i+1), archive.NewRetrievalCode()); err == nil {
			looked++
		}
	}
	if looked != 30 {
		t.Errorf("%d looked at", looked)
	}
	h.clock.pass(time.Second)
	if _, right, err := h.look("203.0.113.7", r.Code); !right || err != nil {
		t.Errorf("a second later: %v %v", right, err)
	}
	// A clock that was a year ahead for a moment locks nobody out for longer than the limits say.
	h.clock.pass(365 * 24 * time.Hour)
	for range 40 {
		_, _, _ = h.look("203.0.113.10", archive.NewRetrievalCode())
	}
	h.clock.pass(-365 * 24 * time.Hour)
	h.clock.pass(30 * time.Second)
	if _, right, err := h.look("203.0.113.7", r.Code); !right || err != nil {
		t.Errorf("after the clock went back: %v %v", right, err)
	}
}

func TestAnAnswerAboutTheService(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	r := h.receipt(t)
	one, _, err := h.look("203.0.113.7", r.Code)
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := h.look("203.0.113.8", r.Code)
	if err != nil {
		t.Fatal(err)
	}
	for _, scale := range []int{0, -1, 6} {
		if err := h.Answer(ctx, from(""), one, scale, ""); archive.KindOf(err) != archive.Invalid {
			t.Errorf("an answer of %d: %v", scale, err)
		}
	}
	for scale, comment := range map[int]string{1: "chậm", 4: strings.Repeat("x", 5000)} {
		if err := h.Answer(ctx, from("203.0.113.7"), one, scale, comment); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Answer(ctx, from("203.0.113.7"), one, 5, "nhanh\x00\u202e <b>gọn</b>"); err != nil {
		t.Fatal(err)
	}
	if err := h.Answer(ctx, from("203.0.113.8"), other, 1, ""); !errors.Is(err, archive.ErrAnswered) {
		t.Errorf("by another grant: %v", err)
	}
	if err := h.Answer(ctx, from(""), "guessed", 1, ""); !errors.Is(err, archive.ErrGrantOver) {
		t.Errorf("without a grant: %v", err)
	}
	got, err := h.Retrieved(ctx, other)
	if err != nil || got.MayAnswer || got.Answer.Scale != 5 || got.Answer.Comment != "nhanh <b>gọn</b>" {
		t.Errorf("answer %+v, %v", got.Answer, err)
	}
	s, err := h.Satisfaction(ctx, clerk, archive.Date{}, archive.Date{})
	if err != nil || len(s.Rows) != 1 || s.Rows[0].Total() != 1 || s.Rows[0].Content() != 1 || len(s.Comments) != 1 {
		t.Errorf("counted %+v, %v", s, err)
	}
	if s, err := h.Satisfaction(ctx, foreign, archive.Date{}, archive.Date{}); err != nil || len(s.Rows)+len(s.Comments) != 0 {
		t.Errorf("elsewhere %+v, %v", s, err)
	}
	if _, err := h.Satisfaction(ctx, archive.Actor{Role: archive.RoleCitizen}, archive.Date{}, archive.Date{}); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("a citizen: %v", err)
	}
	evs, err := h.RetrievalsOf(ctx, clerk, fetched, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range evs {
		if bytes.Contains(e.Record(), []byte("gọn")) {
			t.Error("the words are in the trail")
		}
	}
}

// A receipt whose transaction fails leaves the old one whole.
func TestAReceiptHoldsUntilTheNextIsThere(t *testing.T) {
	for _, applied := range []bool{false, true} {
		h := open(t)
		first := h.receipt(t)
		h.power.after, h.power.applied = h.power.updates, applied
		if _, err := h.IssueReceipt(t.Context(), clerk, fetched); err == nil {
			t.Fatal("the power did not fail")
		}
		h.store.Heal()
		h.reopen(t)
		r, err := h.ReceiptOf(t.Context(), clerk, fetched)
		if err != nil || !r.MAC.IsZero() || (r.Number == 2) != applied {
			t.Fatalf("receipt %+v, %v", r, err)
		}
		if _, right, err := h.look("203.0.113.7", first.Code); err != nil || right == applied {
			t.Errorf("receipt %d, and the first opens: %v, %v", r.Number, right, err)
		}
		h.sound(t)
	}
}

// A catalog that is lost comes back from the store with the receipts in people's hands and what was said of the service.
func TestReceiptsOutliveTheCatalog(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	old := h.receipt(t)
	r := h.receipt(t)
	secret, _, err := h.look("203.0.113.7", r.Code)
	if err != nil {
		t.Fatal(err)
	}
	for _, scale := range []int{2, 5} {
		if err := h.Answer(ctx, from("203.0.113.7"), secret, scale, "lời"); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(time.Second)
	}
	h.closeAll(t)
	h.loseCatalog(t)
	if _, err := h.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if _, right, err := h.look("203.0.113.7", old.Code); right || err != nil {
		t.Errorf("the receipt before: %v %v", right, err)
	}
	if _, err := h.Retrieved(ctx, secret); !errors.Is(err, archive.ErrGrantOver) {
		t.Errorf("a grant outlives the catalog: %v", err)
	}
	secret, right, err := h.look("203.0.113.7", r.Code)
	if !right || err != nil {
		t.Fatalf("the receipt: %v %v", right, err)
	}
	if got, err := h.Retrieved(ctx, secret); err != nil || got.Answer == nil || got.Answer.Scale != 5 || got.MayAnswer {
		t.Errorf("answer %+v, %v", got.Answer, err)
	}
	h.sound(t)
}

package archive_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

const fileOfPieces = "paper in pieces, and a good deal of it"

// begin begins an upload of text as a paper.
func (h *house) begin(t testing.TB, text string, change ...func(*archive.UploadRequest)) archive.UploadState {
	t.Helper()
	req := archive.UploadRequest{Size: int64(len(text)), Deposit: paper("từng phần"), Told: "filename dA=="}
	for _, f := range change {
		f(&req)
	}
	s, err := h.BeginUpload(context.Background(), clerk, req)
	if err != nil {
		t.Fatalf("begin upload: %v", err)
	}
	return s
}

func (h *house) piece(s archive.UploadState, at int64, text string) (archive.UploadState, error) {
	return h.AppendUpload(context.Background(), clerk, s.Name(), archive.UploadPiece{At: at, Body: strings.NewReader(text)})
}

// parts lists the files of uploads in the spool.
func (h *house) parts(t testing.TB) []string {
	t.Helper()
	a, err := filepath.Glob(filepath.Join(h.dir, "spool", "*.part"))
	b, berr := filepath.Glob(filepath.Join(h.dir, "spool", "*.mark"))
	if err != nil || berr != nil {
		t.Fatal(err, berr)
	}
	return append(a, b...)
}

func TestPiecesBecomeAPaper(t *testing.T) {
	h := open(t)
	s := h.begin(t, fileOfPieces)
	if s.Offset != 0 || s.Done() || !strings.HasPrefix(s.Name(), s.ID.String()+".") {
		t.Errorf("begun: %+v", s)
	}
	at := int64(0)
	for at < s.Size {
		h.reopen(t) // each piece is sent to another life of the house
		piece := fileOfPieces[at:min(at+7, s.Size)]
		got, err := h.piece(s, at, piece)
		if err != nil {
			t.Fatal(err)
		}
		if at += int64(len(piece)); got.Offset != at || got.Done() != (at == s.Size) || got.Told != s.Told {
			t.Fatalf("at %d: %+v", at, got)
		}
	}
	d := h.only(t)
	if got := h.bytes(t, clerk, d.ID, 0); got != fileOfPieces {
		t.Errorf("bytes are %q", got)
	}
	if d.Head().FileName != "từng phần.pdf" || d.Fields.Subject != "Về việc từng phần" || d.Head().Digest != archive.DigestOf([]byte(fileOfPieces)) {
		t.Errorf("document is %+v", d)
	}
	for range 2 { // the same is told whoever asks, and however often
		for _, ask := range []func() (archive.UploadState, error){
			func() (archive.UploadState, error) { return h.UploadState(context.Background(), clerk, s.Name()) },
			func() (archive.UploadState, error) { return h.ResumeUpload(context.Background(), clerk, s.Name()) },
			func() (archive.UploadState, error) { return h.piece(s, s.Size, "") },
		} {
			if got, err := ask(); err != nil || got.Document != d.ID || got.Offset != s.Size {
				t.Errorf("told %+v, %v", got, err)
			}
		}
		h.reopen(t)
	}
	if parts := h.parts(t); len(parts) != 0 {
		t.Errorf("left: %v", parts)
	}
	h.sound(t)
}

func TestPowerFailsAtTheEndOfAnUpload(t *testing.T) {
	t.Parallel()
	const half = int64(len(fileOfPieces) / 2)
	var s archive.UploadState // of the house at hand
	before := func(t *testing.T, h *house) error {
		s = h.begin(t, fileOfPieces)
		_, err := h.piece(s, 0, fileOfPieces[:half])
		return err
	}
	everyWrite(t, before, func(t *testing.T, h *house) error {
		_, err := h.piece(s, half, fileOfPieces[half:])
		return err
	}, func(t *testing.T, h *house, acted error) {
		got, err := h.ResumeUpload(context.Background(), clerk, s.Name())
		if err == nil && got.Offset == half { // the power failed before the piece came
			got, err = h.piece(s, half, fileOfPieces[half:])
		}
		if err != nil || !got.Done() {
			t.Fatalf("gone on with: %+v, %v", got, err)
		}
		if d := h.only(t); d.ID != got.Document || h.bytes(t, clerk, d.ID, 0) != fileOfPieces {
			t.Errorf("the paper is %+v", d)
		}
		if parts := h.parts(t); len(parts) != 0 && acted != nil && !h.unheard {
			t.Errorf("left: %v", parts)
		}
	})
}

func TestPowerFailsAtTheEndOfAnUploadedRescan(t *testing.T) {
	t.Parallel()
	var s archive.UploadState
	before := func(t *testing.T, h *house) error {
		d := h.deposit(t, "một")
		s = h.begin(t, fileOfPieces, func(r *archive.UploadRequest) { r.Document = d.ID })
		return nil
	}
	everyWrite(t, before, func(t *testing.T, h *house) error {
		_, err := h.piece(s, 0, fileOfPieces)
		return err
	}, func(t *testing.T, h *house, acted error) {
		got, err := h.ResumeUpload(context.Background(), clerk, s.Name())
		if err == nil && got.Offset == 0 {
			got, err = h.piece(s, 0, fileOfPieces)
		}
		if err != nil || !got.Done() {
			t.Fatalf("gone on with: %+v, %v", got, err)
		}
		d := h.only(t)
		if d.ID != got.Document || len(d.Versions) != 2 || h.bytes(t, clerk, d.ID, 1) != "paper một" || h.bytes(t, clerk, d.ID, 2) != fileOfPieces {
			t.Errorf("the paper is %+v", d)
		}
	})
}

func TestPowerFailsAtTheBeginningOfAnUpload(t *testing.T) {
	t.Parallel()
	h := open(t)
	for n := range 2 {
		h.power.after, h.power.applied = h.power.updates+n, true
		s, err := h.BeginUpload(context.Background(), clerk, archive.UploadRequest{Size: 10, Deposit: paper("x")})
		if err == nil && n == 0 {
			t.Fatalf("begun without power: %+v", s)
		}
		h.reopen(t)
	}
	h.clock.pass(25 * time.Hour)
	if _, err := h.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n, _, err := h.openUploads(); n != 0 || err != nil || len(h.parts(t)) != 0 {
		t.Errorf("%d uploads, %v, %v", n, h.parts(t), err)
	}
	h.sound(t)
}

func (h *house) openUploads() (n int, bytes int64, err error) {
	err = h.cat.View(context.Background(), func(tx archive.Tx) error {
		n, bytes, err = tx.Uploads().Open(context.Background(), clerk.ID)
		return err
	})
	return n, bytes, err
}

// A refusal is the end of an upload: nothing of the file is kept, and the reason is told to whoever did not hear it.
func TestRefusedUploadTellsItsReasonAgain(t *testing.T) {
	h := open(t)
	const script = "script that runs"
	s := h.begin(t, script)
	_, err := h.piece(s, 0, script)
	first := refusalOf(t, err)
	if first.Code != "unsafe_file" || len(first.Findings) != 1 {
		t.Fatalf("refused with %+v", first)
	}
	if parts := h.parts(t); len(parts) != 0 {
		t.Errorf("left: %v", parts)
	}
	h.reopen(t)
	for name, ask := range map[string]func() error{
		"resumed":      func() error { _, err := h.ResumeUpload(context.Background(), clerk, s.Name()); return err },
		"sent again":   func() error { _, err := h.piece(s, s.Size, ""); return err },
		"kept all the": func() error { return h.keepAllTheSame(s) },
	} {
		if again := refusalOf(t, ask()); again.Code != first.Code || again.Msg != first.Msg || cmp.Diff(first.Findings, again.Findings) != "" {
			t.Errorf("%s: %+v", name, again)
		}
	}
	if got, err := h.UploadState(context.Background(), clerk, s.Name()); err != nil || archive.CodeOf(got.Refusal) != "unsafe_file" || got.Done() {
		t.Errorf("state %+v, %v", got, err)
	}
	if n, _, err := h.openUploads(); n != 0 || err != nil {
		t.Errorf("%d open uploads, %v", n, err)
	}
	l, err := h.Trail(context.Background(), archive.Actor{Role: archive.RoleAuditor}, archive.EventFilter{Action: archive.EvRefuse})
	if err != nil || len(l.Items) != 1 {
		t.Errorf("refusals in the trail: %+v, %v", l.Items, err)
	}
	h.sound(t)
}

func (h *house) keepAllTheSame(s archive.UploadState) error {
	_, err := h.AppendUpload(context.Background(), clerk, s.Name(), archive.UploadPiece{At: s.Size, Body: strings.NewReader(""), AllowDuplicate: true})
	return err
}

func refusalOf(t *testing.T, err error) *archive.Error {
	t.Helper()
	var e *archive.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	return e
}

// What is there already is not sent twice only because its sender wants it twice.
func TestUploadOfADuplicateWaitsForItsSender(t *testing.T) {
	h := open(t)
	d, err := h.Deposit(context.Background(), clerk, archive.Deposit{Body: strings.NewReader(fileOfPieces)})
	if err != nil {
		t.Fatal(err)
	}
	s := h.begin(t, fileOfPieces)
	_, err = h.piece(s, 0, fileOfPieces)
	if e := refusalOf(t, err); e.Code != archive.SameBytes || e.Other != d.ID {
		t.Fatalf("got %+v", e)
	}
	h.reopen(t)
	if _, err := h.ResumeUpload(context.Background(), clerk, s.Name()); archive.CodeOf(err) != archive.SameBytes {
		t.Errorf("asked again: %v", err)
	}
	if err := h.keepAllTheSame(s); err != nil {
		t.Fatal(err)
	}
	got, err := h.UploadState(context.Background(), clerk, s.Name())
	if err != nil || !got.Done() || got.Document == d.ID || h.bytes(t, clerk, got.Document, 0) != fileOfPieces {
		t.Errorf("state %+v, %v", got, err)
	}
	if parts := h.parts(t); len(parts) != 0 {
		t.Errorf("left: %v", parts)
	}
	h.sound(t)
}

func TestUploadIsNobodyElses(t *testing.T) {
	h := open(t)
	s := h.begin(t, fileOfPieces)
	ctx := context.Background()
	for reason, who := range map[string]archive.Actor{"a colleague": checker, "a stranger": foreign, "the administrator": {ID: archive.NewID(), Role: archive.RoleAdmin}} {
		for name, act := range map[string]func() error{
			"state":  func() error { _, err := h.UploadState(ctx, who, s.Name()); return err },
			"resume": func() error { _, err := h.ResumeUpload(ctx, who, s.Name()); return err },
			"append": func() error {
				_, err := h.AppendUpload(ctx, who, s.Name(), archive.UploadPiece{Body: strings.NewReader("x")})
				return err
			},
			"remove": func() error { return h.RemoveUpload(ctx, who, s.Name()) },
		} {
			if err := act(); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("%s of %s: %v", name, reason, err)
			}
		}
	}
	for _, name := range []string{"", s.ID.String(), s.ID.String() + ".00000000", s.Name() + "0", strings.ToUpper(s.Name()) + "/..", "." + s.Name(), archive.NewID().String() + "." + archive.NodeTag("node")} {
		if _, err := h.UploadState(ctx, clerk, name); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if got, err := h.UploadState(ctx, clerk, s.Name()); err != nil || got.Offset != 0 {
		t.Errorf("after all that: %+v, %v", got, err)
	}
}

// Another node knows of the upload and has not its bytes. How it ended every node can tell.
func TestUploadOfAnotherNode(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	s := h.begin(t, fileOfPieces)
	h.node = "other"
	h.reopen(t)
	for name, act := range map[string]func() error{
		"state":  func() error { _, err := h.UploadState(ctx, clerk, s.Name()); return err },
		"resume": func() error { _, err := h.ResumeUpload(ctx, clerk, s.Name()); return err },
		"append": func() error { _, err := h.piece(s, 0, "x"); return err },
		"remove": func() error { return h.RemoveUpload(ctx, clerk, s.Name()) },
	} {
		if err := act(); archive.CodeOf(err) != "other_node" {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.node = ""
	h.reopen(t)
	if _, err := h.piece(s, 0, fileOfPieces); err != nil {
		t.Fatal(err)
	}
	h.node = "other"
	h.reopen(t)
	for _, ask := range []func(context.Context, archive.Actor, string) (archive.UploadState, error){h.UploadState, h.ResumeUpload} {
		if got, err := ask(ctx, clerk, s.Name()); err != nil || !got.Done() || got.Offset != s.Size {
			t.Errorf("at the end: %+v, %v", got, err)
		}
	}
}

// A line that died without a word holds the upload until somebody comes again.
func TestNewestRequestCutsTheOlder(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	s := h.begin(t, fileOfPieces)
	for name, newer := range map[string]func() (archive.UploadState, error){
		"asking for the offset": func() (archive.UploadState, error) { return h.ResumeUpload(ctx, clerk, s.Name()) },
		"sending on": func() (archive.UploadState, error) {
			got, err := h.UploadState(ctx, clerk, s.Name())
			if err != nil {
				return got, err
			}
			return h.piece(s, got.Offset, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			now, err := h.UploadState(ctx, clerk, s.Name())
			if err != nil {
				t.Fatal(err)
			}
			r, w := io.Pipe()
			older := make(chan error, 1)
			go func() {
				_, err := h.AppendUpload(ctx, clerk, s.Name(), archive.UploadPiece{At: now.Offset, Body: r, Cut: func() { r.CloseWithError(errors.New("deadline")) }})
				older <- err
			}()
			if _, err := w.Write([]byte(fileOfPieces[now.Offset : now.Offset+3])); err != nil { // and then silence
				t.Fatal(err)
			}
			got, err := newer()
			if archive.CodeOf(err) == "offset_mismatch" && strings.HasPrefix(name, "sending") {
				got, err = newer() // what the older one brought was not known yet
			}
			if err != nil || got.Offset != now.Offset+3 {
				t.Errorf("newer: %+v, %v", got, err)
			}
			if err := <-older; archive.CodeOf(err) != "upload_superseded" {
				t.Errorf("older: %v", err)
			}
		})
	}
	now, err := h.UploadState(ctx, clerk, s.Name())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := h.piece(s, now.Offset, fileOfPieces[now.Offset:]); err != nil || !got.Done() {
		t.Fatalf("%+v, %v", got, err)
	}
	if got := h.bytes(t, clerk, h.only(t).ID, 0); got != fileOfPieces {
		t.Errorf("bytes are %q", got)
	}
}

func TestUploadExpires(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	idle, going := h.begin(t, fileOfPieces), h.begin(t, fileOfPieces)
	h.clock.pass(20 * time.Hour)
	if _, err := h.piece(going, 0, fileOfPieces[:5]); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(5 * time.Hour)
	if got, err := h.UploadState(ctx, clerk, going.Name()); err != nil || got.ExpiresAt.Sub(h.clock.Now()) < 18*time.Hour {
		t.Errorf("gone on with, and expires at %s: %v", got.ExpiresAt, err)
	}
	for name, act := range map[string]func() error{
		"state":  func() error { _, err := h.UploadState(ctx, clerk, idle.Name()); return err },
		"resume": func() error { _, err := h.ResumeUpload(ctx, clerk, idle.Name()); return err },
	} {
		// Resumed, it is removed at once, and there is nothing left to ask for.
		if err := act(); archive.CodeOf(err) != "upload_gone" && !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	swept := h.begin(t, fileOfPieces)
	if _, err := h.piece(going, 5, fileOfPieces[5:]); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(25 * time.Hour)
	if _, err := h.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	for _, s := range []archive.UploadState{idle, going, swept} {
		if _, err := h.UploadState(ctx, clerk, s.Name()); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("swept: %v", err)
		}
	}
	if parts := h.parts(t); len(parts) != 0 {
		t.Errorf("left: %v", parts)
	}
	h.only(t) // the paper stays
	h.sound(t)
}

func TestJanitorLeavesAnUploadUnderWayAlone(t *testing.T) {
	h := open(t)
	s := h.begin(t, fileOfPieces)
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := h.AppendUpload(context.Background(), clerk, s.Name(), archive.UploadPiece{Body: r})
		done <- err
	}()
	io.WriteString(w, fileOfPieces[:3])
	h.clock.pass(25 * time.Hour)
	if _, err := h.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, fileOfPieces[3:])
	w.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	h.only(t)
}

// The catalog was restored from yesterday: it knows nothing of files that have come since, and nobody will ask for them.
func TestFilesNoRowKnowsOfAreSwept(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	kept, lost := h.begin(t, fileOfPieces), h.begin(t, fileOfPieces)
	if err := h.cat.Update(ctx, func(tx archive.Tx) error { return tx.Uploads().Delete(ctx, lost.ID) }); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := h.piece(kept, 0, fileOfPieces); err != nil {
		t.Error(err)
	}
	if parts := h.parts(t); len(parts) != 0 {
		t.Errorf("left: %v", parts)
	}
}

func TestLimitsOfUploads(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	h.Limits.FileBytes, h.Limits.Upload.Open, h.Limits.Upload.Bytes = 1000, 3, 1500
	begin := func(who archive.Actor, size int64, change ...func(*archive.UploadRequest)) (archive.UploadState, error) {
		req := archive.UploadRequest{Size: size, Deposit: archive.Deposit{Kind: archive.Result}}
		for _, f := range change {
			f(&req)
		}
		return h.BeginUpload(ctx, who, req)
	}
	if _, err := begin(clerk, 1001); archive.KindOf(err) != archive.TooLarge {
		t.Errorf("larger than any file: %v", err)
	}
	first, err := begin(clerk, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := begin(clerk, 501); archive.CodeOf(err) != "too_many_open" {
		t.Errorf("too many bytes open: %v", err)
	}
	for range 2 {
		if _, err := begin(clerk, 1); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := begin(clerk, 1); archive.CodeOf(err) != "too_many_open" {
		t.Errorf("too many open: %v", err)
	}
	if _, err := begin(checker, 1); err != nil {
		t.Errorf("somebody else's: %v", err)
	}
	for range 2 { // nothing there is no error only to the first who asks
		err = h.RemoveUpload(ctx, clerk, first.Name())
		first.ID = archive.NewID()
	}
	if !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	if _, err := begin(clerk, 1); err != nil {
		t.Errorf("after one was removed: %v", err)
	}
	kept := h.deposit(t, "một")
	for reason, c := range map[string]struct {
		who    archive.Actor
		change func(*archive.UploadRequest)
		kind   archive.Kind
	}{
		"an auditor takes nothing in":      {archive.Actor{ID: archive.NewID(), Role: archive.RoleAuditor, Agency: "H15.50"}, func(*archive.UploadRequest) {}, archive.Forbidden},
		"for another agency":               {clerk, func(r *archive.UploadRequest) { r.Deposit.Agency = "H15.51" }, archive.NotFound},
		"of no kind there is":              {clerk, func(r *archive.UploadRequest) { r.Deposit.Kind = "letter" }, archive.Invalid},
		"of no access there is":            {clerk, func(r *archive.UploadRequest) { r.Deposit.Access = "secret" }, archive.Invalid},
		"a new scan of nothing":            {clerk, func(r *archive.UploadRequest) { r.Document = archive.NewID() }, archive.NotFound},
		"a new scan of a stranger's paper": {foreign, func(r *archive.UploadRequest) { r.Document = kept.ID }, archive.NotFound},
		"a new scan to be kept aside": {clerk, func(r *archive.UploadRequest) {
			r.Document, r.Deposit.OnFault = kept.ID, archive.KeepAside
		}, archive.Invalid},
	} {
		if _, err := begin(c.who, 1, c.change); archive.KindOf(err) != c.kind {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

// The sender knows what it sends: a file that was changed between two pieces is told apart from it.
func TestUploadThatIsNotTheFileAnnounced(t *testing.T) {
	h := open(t)
	with := func(r *archive.UploadRequest) { r.Digest = archive.DigestOf([]byte(fileOfPieces)) }
	s := h.begin(t, fileOfPieces, with)
	if _, err := h.piece(s, 0, strings.ToUpper(fileOfPieces)); archive.CodeOf(err) != "digest_mismatch" {
		t.Errorf("got %v", err)
	}
	s = h.begin(t, fileOfPieces, with)
	if got, err := h.piece(s, 0, fileOfPieces); err != nil || !got.Done() {
		t.Errorf("got %+v, %v", got, err)
	}
}

type inspectorFunc func(context.Context, *os.File, archive.InspectRequest) (archive.Inspection, error)

func (f inspectorFunc) Inspect(ctx context.Context, file *os.File, r archive.InspectRequest) (archive.Inspection, error) {
	return f(ctx, file, r)
}

// What is not the file's fault is not its end: the bytes wait, and the next who asks brings the end about.
func TestWholeUploadWaitsForTheHouse(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	s := h.begin(t, fileOfPieces)
	sound := h.Inspector
	h.Inspector = inspectorFunc(func(context.Context, *os.File, archive.InspectRequest) (archive.Inspection, error) {
		return archive.Inspection{}, archive.Errorf(archive.Unavailable, "every child is dead")
	})
	for range 2 {
		if got, err := h.piece(s, 0, fileOfPieces); archive.KindOf(err) != archive.Unavailable && archive.CodeOf(err) != "offset_mismatch" {
			t.Fatalf("got %+v, %v", got, err)
		}
		if got, err := h.UploadState(ctx, clerk, s.Name()); err != nil || got.Offset != s.Size || got.Done() || got.Refusal != nil {
			t.Fatalf("state %+v, %v", got, err)
		}
	}
	h.Inspector = sound
	if got, err := h.ResumeUpload(ctx, clerk, s.Name()); err != nil || !got.Done() {
		t.Fatalf("resumed: %+v, %v", got, err)
	}
	h.sound(t)
}

// A request that ends while its file is inspected does not end the taking in.
func TestEndOfAnUploadOutlivesItsLine(t *testing.T) {
	h := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	s := h.begin(t, fileOfPieces)
	h.Inspector = inspectorFunc(func(ctx context.Context, f *os.File, r archive.InspectRequest) (archive.Inspection, error) {
		cancel()
		if err := ctx.Err(); err != nil {
			return archive.Inspection{}, err
		}
		return inspector{}.Inspect(ctx, f, r)
	})
	got, err := h.AppendUpload(ctx, clerk, s.Name(), archive.UploadPiece{Body: strings.NewReader(fileOfPieces)})
	if err != nil || !got.Done() {
		t.Errorf("%+v, %v", got, err)
	}
	h.only(t)
}

// A full disk keeps what it has; a body that breaks off keeps what came.
func TestBrokenPieceKeepsWhatCame(t *testing.T) {
	h := open(t)
	s := h.begin(t, fileOfPieces)
	gone := errors.New("connection reset")
	at := int64(0)
	for n := range 3 {
		got, err := h.AppendUpload(context.Background(), clerk, s.Name(), archive.UploadPiece{At: at, Body: brokenBody{strings.NewReader(fileOfPieces[at : at+int64(n)+4]), gone}})
		if at += int64(n) + 4; !errors.Is(err, gone) || got.Offset != at {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	got, err := h.piece(s, at+1, "x")
	if archive.CodeOf(err) != "offset_mismatch" || got.Offset != at {
		t.Errorf("beside the end: %+v, %v", got, err)
	}
	if _, err := h.piece(s, at, fileOfPieces[at:]+"and more"); archive.KindOf(err) != archive.TooLarge {
		t.Errorf("more than announced: %v", err)
	}
	if got, err := h.ResumeUpload(context.Background(), clerk, s.Name()); err != nil || !got.Done() {
		t.Fatalf("%+v, %v", got, err)
	}
	if got := h.bytes(t, clerk, h.only(t).ID, 0); got != fileOfPieces {
		t.Errorf("bytes are %q", got)
	}
}

func TestUploadWhoseBytesAreLostBeginsAgain(t *testing.T) {
	h := open(t)
	s := h.begin(t, fileOfPieces)
	if err := h.Partials.Remove(context.Background(), s.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.piece(s, 0, "x"); archive.CodeOf(err) != "upload_gone" {
		t.Errorf("got %v", err)
	}
	if _, err := h.piece(s, 0, "x"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("and again %v", err)
	}
	if n, _, err := h.openUploads(); n != 0 || err != nil {
		t.Errorf("%d open uploads, %v", n, err)
	}
}

func TestUploadsInParallel(t *testing.T) {
	h := open(t)
	errs := make(chan error)
	for n := range 8 {
		text := fmt.Sprintf("%s, number %d", fileOfPieces, n)
		s := h.begin(t, text)
		go func() {
			var err error
			for at := int64(0); at < s.Size && err == nil; at += 5 {
				_, err = h.piece(s, at, text[at:min(at+5, s.Size)])
			}
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	h.sound(t)
}

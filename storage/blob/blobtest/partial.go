package blobtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"sohoa/archive"
)

// PartialHouse is an archive.Partials under test.
type PartialHouse interface {
	Partials() archive.Partials
	// Reopen ends the process that holds the files and starts the next one.
	Reopen(t *testing.T)
}

// RunPartials tests the archive.Partials that open returns, which must be empty each time and make bytes durable at least
// every 64 KiB.
func RunPartials(t *testing.T, open func(t *testing.T) PartialHouse) {
	for name, test := range map[string]func(*testing.T, PartialHouse){
		"pieces make the whole":                  pieces,
		"a broken line keeps what came":          brokenLine,
		"the next process goes on":               nextProcess,
		"a piece begins where the file ends":     wrongOffset,
		"nothing of an excess is kept":           excess,
		"one writer at a time":                   oneWriter,
		"what is not there":                      absent,
		"finished bytes stay until removed":      finished,
		"a cancelled request keeps what came":    cancelledPiece,
		"uploads know nothing of one another":    apart,
		"the list names what is there, and once": listedPartials,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func begin(t *testing.T, h PartialHouse) archive.ID {
	t.Helper()
	id := archive.NewID()
	if err := h.Partials().Begin(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	return id
}

func add(t *testing.T, h PartialHouse, id archive.ID, at int64, r io.Reader, limit int64) int64 {
	t.Helper()
	n, err := h.Partials().Append(t.Context(), id, at, r, limit)
	if err != nil {
		t.Fatal(err)
	}
	sized(t, h, id, n)
	return n
}

func sized(t *testing.T, h PartialHouse, id archive.ID, want int64) {
	t.Helper()
	if n, err := h.Partials().Size(t.Context(), id); n != want || err != nil {
		t.Fatalf("size %d (%v), want %d", n, err, want)
	}
}

// whole finishes an upload and compares every byte.
func whole(t *testing.T, h PartialHouse, id archive.ID, want []byte) archive.Spooled {
	t.Helper()
	s, err := h.Partials().Finish(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := io.ReadAll(f)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes that are not the %d sent (%v)", len(got), len(want), err)
	}
	if s.Digest() != archive.DigestOf(want) || s.Size() != int64(len(want)) {
		t.Fatalf("told as %s, %d bytes", s.Digest(), s.Size())
	}
	return s
}

func pieces(t *testing.T, h PartialHouse) {
	file := noise(700_001)
	id := begin(t, h)
	sized(t, h, id, 0)
	at := int64(0)
	for _, n := range []int{0, 1, 63, 64, 65, 100_000, 300_000} {
		at = add(t, h, id, at, iotest.HalfReader(bytes.NewReader(file[at:at+int64(n)])), int64(len(file)))
	}
	at = add(t, h, id, at, bytes.NewReader(file[at:]), int64(len(file)))
	add(t, h, id, at, bytes.NewReader(nil), int64(len(file)))
	whole(t, h, id, file)
}

func brokenLine(t *testing.T, h PartialHouse) {
	file := noise(400_000)
	id := begin(t, h)
	at := int64(0)
	for _, gone := range []error{errors.New("connection reset"), io.ErrUnexpectedEOF, archive.ErrForbidden} {
		part := file[at : at+100_003]
		n, err := h.Partials().Append(t.Context(), id, at, io.MultiReader(bytes.NewReader(part), iotest.ErrReader(gone)), int64(len(file)))
		if err != gone {
			t.Errorf("got %v, want the reader's own error", err)
		}
		if at += int64(len(part)); n != at {
			t.Fatalf("%d bytes kept of %d that came", n, at)
		}
		sized(t, h, id, at)
	}
	add(t, h, id, at, bytes.NewReader(file[at:]), int64(len(file)))
	whole(t, h, id, file)
}

func nextProcess(t *testing.T, h PartialHouse) {
	file := noise(300_000)
	id := begin(t, h)
	at := int64(0)
	for at < int64(len(file)) {
		h.Reopen(t)
		sized(t, h, id, at)
		at = add(t, h, id, at, bytes.NewReader(file[at:min(at+77_777, int64(len(file)))]), int64(len(file)))
	}
	h.Reopen(t)
	whole(t, h, id, file)
}

func wrongOffset(t *testing.T, h PartialHouse) {
	id := begin(t, h)
	add(t, h, id, 0, bytes.NewReader([]byte("abc")), 10)
	for _, at := range []int64{-1, 0, 2, 4, 1 << 40} {
		n, err := h.Partials().Append(t.Context(), id, at, bytes.NewReader([]byte("x")), 1<<50)
		if n != 3 || archive.CodeOf(err) != "offset_mismatch" {
			t.Errorf("at %d: %d, %v", at, n, err)
		}
		Kind(t, err, archive.Conflict)
	}
	whole(t, h, id, []byte("abc"))
}

func excess(t *testing.T, h PartialHouse) {
	for reason, body := range map[string][]byte{"one byte": noise(100_001), "many": noise(900_000)} {
		id := begin(t, h)
		n, err := h.Partials().Append(t.Context(), id, 0, bytes.NewReader(body), 100_000)
		Kind(t, err, archive.TooLarge)
		if n != 100_000 {
			t.Errorf("%s: %d bytes kept", reason, n)
		}
		if n, err = h.Partials().Append(t.Context(), id, n, bytes.NewReader([]byte("x")), 100_000); n != 100_000 || archive.KindOf(err) != archive.TooLarge {
			t.Errorf("%s, and one more: %d, %v", reason, n, err)
		}
		if n, err = h.Partials().Append(t.Context(), id, n, bytes.NewReader(nil), 5); n != 100_000 || archive.KindOf(err) != archive.TooLarge {
			t.Errorf("%s, under a smaller limit: %d, %v", reason, n, err)
		}
		whole(t, h, id, body[:100_000])
	}
}

func oneWriter(t *testing.T, h PartialHouse) {
	id := begin(t, h)
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := h.Partials().Append(t.Context(), id, 0, r, 1<<20)
		done <- err
	}()
	w.Write([]byte("a")) // taken: the first writer is inside
	_, err := h.Partials().Append(t.Context(), id, 0, bytes.NewReader([]byte("b")), 1<<20)
	if archive.CodeOf(err) != "busy" {
		t.Errorf("a second writer got %v", err)
	}
	if _, err := h.Partials().Finish(t.Context(), id); archive.CodeOf(err) != "busy" {
		t.Errorf("finished under a writer: %v", err)
	}
	if err := h.Partials().Remove(t.Context(), id); archive.CodeOf(err) != "busy" {
		t.Errorf("removed under a writer: %v", err)
	}
	w.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
	whole(t, h, id, []byte("a"))
}

func absent(t *testing.T, h PartialHouse) {
	p := h.Partials()
	id := begin(t, h)
	Kind(t, p.Begin(t.Context(), id), archive.Conflict)
	Kind(t, p.Begin(t.Context(), archive.ID{}), archive.Invalid)
	for range 2 {
		if err := p.Remove(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	_, err := p.Size(t.Context(), id)
	Kind(t, err, archive.NotFound)
	_, err = p.Append(t.Context(), id, 0, bytes.NewReader(nil), 1)
	Kind(t, err, archive.NotFound)
	_, err = p.Finish(t.Context(), id)
	Kind(t, err, archive.NotFound)
}

func finished(t *testing.T, h PartialHouse) {
	id := begin(t, h)
	add(t, h, id, 0, bytes.NewReader([]byte("paper")), 5)
	for range 2 {
		s := whole(t, h, id, []byte("paper"))
		if err := s.Discard(); err != nil {
			t.Error(err)
		}
		h.Reopen(t)
	}
	if err := h.Partials().Remove(t.Context(), id); err != nil {
		t.Error(err)
	}
	_, err := h.Partials().Finish(t.Context(), id)
	Kind(t, err, archive.NotFound)
}

func cancelledPiece(t *testing.T, h PartialHouse) {
	id := begin(t, h)
	ctx, cancel := context.WithCancel(t.Context())
	var sent bytes.Buffer
	// The request ends while its body still has bytes to give, without end.
	r := io.TeeReader(readerFunc(func(b []byte) (int, error) {
		if sent.Len() > 200_000 {
			cancel()
		}
		return rand.Read(b)
	}), &sent)
	n, err := h.Partials().Append(ctx, id, 0, r, 1<<30)
	if !errors.Is(err, context.Canceled) || n != int64(sent.Len()) {
		t.Errorf("%d bytes of %d, %v", n, sent.Len(), err)
	}
	whole(t, h, id, sent.Bytes())
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func apart(t *testing.T, h PartialHouse) {
	one, two := begin(t, h), begin(t, h)
	add(t, h, one, 0, bytes.NewReader([]byte("one")), 9)
	add(t, h, two, 0, bytes.NewReader([]byte("two!")), 9)
	if err := h.Partials().Remove(t.Context(), one); err != nil {
		t.Error(err)
	}
	whole(t, h, two, []byte("two!"))
}

func listedPartials(t *testing.T, h PartialHouse) {
	want := map[archive.ID]bool{begin(t, h): true, begin(t, h): true}
	gone := begin(t, h)
	if err := h.Partials().Remove(t.Context(), gone); err != nil {
		t.Error(err)
	}
	h.Reopen(t)
	for id, err := range h.Partials().List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if !want[id] {
			t.Errorf("%s is listed", id)
		}
		delete(want, id)
	}
	if len(want) != 0 {
		t.Errorf("not listed: %v", want)
	}
	for range h.Partials().List(t.Context()) {
		break // a walk can end early
	}
}

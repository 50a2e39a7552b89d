package s3_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
	"sohoa/internal/testkit"
	"sohoa/internal/testkit/s3server"
	"sohoa/storage/blob"
	"sohoa/storage/blob/blobtest"
	"sohoa/storage/blob/s3"
	"sohoa/storage/ocfl"
)

func newReader(b []byte) io.Reader { return bytes.NewReader(b) }

// noise returns n bytes, the same for the same seed.
func noise(seed uint64, n int) []byte {
	b := make([]byte, n)
	io.ReadFull(testkit.Noise(seed), b)
	return b
}

// deposit is what one paper asks of a store: a new object with an original, then a version without new bytes, then all of it
// read back.
type deposit struct {
	id       archive.ObjectID
	first    archive.ID
	second   archive.ID
	original []byte
}

func newDeposit(seed uint64) deposit {
	return deposit{archive.DocumentObject(archive.NewID()), archive.NewID(), archive.NewID(), noise(seed, 300<<10)}
}

func (d deposit) commit(t testing.TB, v *ocfl.Vault, after int) error {
	t.Helper()
	c := archive.Commit{Object: d.id, After: after, Intent: d.first, At: vaulttest.At, User: "u"}
	if after == 0 {
		f, err := v.Spool(t.Context(), d.first, bytes.NewReader(d.original), int64(len(d.original)))
		if err != nil {
			t.Fatal(err) // of this machine
		}
		c.Files = append(c.Files, archive.File{Path: "original.pdf", Spooled: f})
	} else {
		c.Intent = d.second
	}
	c.Files = append(c.Files, archive.File{Path: "metadata.json", Bytes: fmt.Appendf(nil, "{%d}", after+1)})
	_, err := v.Commit(t.Context(), c)
	return err
}

func (d deposit) check(t testing.TB, v *ocfl.Vault, head int) {
	t.Helper()
	vaulttest.Check(t, v, d.id, head, map[string]string{"original.pdf": string(d.original), "metadata.json": fmt.Sprintf("{%d}", head)})
}

const (
	keysOfDeposit = 1 + 2 + 2 + 2 + 2 + 1 // declaration; inventory and sidecar of root, v1, v2; contents of v1, of v2
	keysOfRoot    = 3
)

func keys(t testing.TB, s blob.Store) map[string]int64 {
	t.Helper()
	return blobtest.All(t, s, "")
}

// everyTrouble runs a test for each trouble, all at once: most of the time is waiting.
func everyTrouble(t *testing.T, list []trouble, test func(t *testing.T, what trouble)) {
	var all sync.WaitGroup
	for _, what := range list {
		all.Go(func() { t.Run(string(what), func(t *testing.T) { test(t, what) }) })
	}
	all.Wait()
}

// Any one request of a deposit may fail in any way: nobody notices.
func TestAnyOneRequestMayFail(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	everyTrouble(t, []trouble{fails, reset, lost, truncated, hangs, late}, func(t *testing.T, what trouble) {
		p, bucket := startProxy(t, server), server.Bucket(t)
		c := p.config(server, bucket)
		c.Timeout, c.Patience = impatience, 20*time.Second
		v := openVault(t, open(t, c), t.TempDir())
		direct := open(t, config(server, bucket))
		all := 1
		for n := 0; n <= all; n++ {
			d := newDeposit(uint64(n))
			p.Set(nth(n, what))
			for after := range 2 {
				if err := d.commit(t, v, after); err != nil {
					t.Fatalf("request %d of %d: %v", n, all, err)
				}
			}
			d.check(t, v, 2)
			if n == 0 {
				all = p.Count() // without trouble
			}
			p.Set(nil)
			if what == late {
				p.AwaitLate()
				d.check(t, v, 2)
			}
		}
		if got, want := len(keys(t, direct)), keysOfRoot+(all+1)*keysOfDeposit; got != want {
			t.Errorf("%d keys stand there, want %d", got, want)
		}
		t.Logf("%d requests", all)
	})
}

// The same when nothing is tried again: what was acknowledged stands, what was not leaves nothing once its intent is cleared, and
// the act can be done again.
func TestAnyOneRequestFailsTheAct(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	// Without a second try, no answer is a broken line; and what is done late may be done after everything was cleared.
	everyTrouble(t, []trouble{failsDone, busy, reset, lost, truncated}, func(t *testing.T, what trouble) {
		p, bucket := startProxy(t, server), server.Bucket(t)
		c := p.config(server, bucket)
		c.Attempts, c.Away = 1, -1
		v := openVault(t, open(t, c), t.TempDir())
		direct := open(t, config(server, bucket))
		failed, all := 0, 1
		for n := 0; n <= all; n++ {
			d := newDeposit(uint64(n))
			p.Set(nth(n, what))
			err := d.run(t, v)
			if n == 0 {
				all = p.Count()
			}
			p.Set(nil)
			if err != nil {
				failed++
				if k := archive.KindOf(err); k != archive.Unavailable {
					t.Errorf("request %d of %d: %s: %v", n, all, k, err)
				}
				p.Settle()
				for _, intent := range []archive.ID{d.first, d.second} {
					if err := v.Unspool(t.Context(), intent); err != nil {
						t.Fatal(err)
					}
				}
				head := 0
				if inv, err := v.Inventory(t.Context(), d.id); err == nil {
					head = inv.Head
					d.check(t, v, head)
				} else if archive.KindOf(err) != archive.NotFound {
					t.Fatal(err)
				} else if left := len(keys(t, direct)) - keysOfRoot; left != 0 {
					t.Errorf("request %d of %d left %d keys", n, all, left)
				}
				for ; head < 2; head++ {
					if err := d.commit(t, v, head); err != nil {
						t.Fatalf("again after request %d of %d: %v", n, all, err)
					}
				}
			}
			d.check(t, v, 2)
			if got := len(keys(t, direct)) - keysOfRoot; got != keysOfDeposit {
				t.Errorf("request %d of %d: %d keys", n, all, got)
			}
			if err := v.Erase(t.Context(), d.id); err != nil {
				t.Fatal(err)
			}
		}
		t.Logf("%d requests, %d of them failed the act", all, failed)
	})
}

func (d deposit) run(t testing.TB, v *ocfl.Vault) error {
	for after := range 2 {
		if err := d.commit(t, v, after); err != nil {
			return err
		}
	}
	return nil
}

// A Create that finds its own bytes succeeded; one that finds a stranger's did not.
func TestLostReplyOfACreate(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	p, bucket := startProxy(t, server), server.Bucket(t)
	direct := open(t, config(server, bucket))
	for name, parts := range map[string]int64{"whole": 0, "in parts": 2} {
		c := p.config(server, bucket)
		c.Multipart = parts
		s := open(t, c)
		done := func(r *http.Request) bool {
			return r.Method == http.MethodPut && parts == 0 || r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
		}
		t.Run(name, func(t *testing.T) {
			first := true
			p.Set(func(_ int, r *http.Request) trouble {
				if done(r) && first {
					first = false
					return lost
				}
				return none
			})
			defer p.Set(nil)
			if err := s.Create(t.Context(), "own/"+name, strings.NewReader("mine")); err != nil || first {
				t.Errorf("own bytes: %v, met %v", err, !first)
			}
			// The same bytes, but a stranger's: between the first try and the second.
			first = true
			p.Set(func(_ int, r *http.Request) trouble {
				if done(r) && first {
					first = false
					if err := direct.Create(t.Context(), "stranger/"+name, strings.NewReader("mine")); err != nil {
						t.Error(err)
					}
					return fails
				}
				return none
			})
			blobtest.Kind(t, s.Create(t.Context(), "stranger/"+name, strings.NewReader("mine")), archive.Conflict)
			// The server carries out what it was asked and never answers in time: the look at the end finds it.
			p.Set(func(_ int, r *http.Request) trouble {
				if done(r) {
					return lost
				}
				return none
			})
			if err := s.Create(t.Context(), "never/"+name, strings.NewReader("mine")); err != nil {
				t.Errorf("no reply at all: %v", err)
			}
		})
	}
}

// What the server says, and what people are told.
func TestAnswersOfTheServer(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	p := startProxy(t, server)
	c := p.config(server, server.Bucket(t))
	c.Attempts, c.Away = 2, -1 // each answer is looked at, also after one that says the server is gone
	s := open(t, c)
	cases := []struct {
		reason string
		status int
		code   string
		want   archive.Kind
		word   string
	}{
		{"wrong key", http.StatusForbidden, "InvalidAccessKeyId", archive.Unavailable, "storage_denied"},
		{"no right", http.StatusForbidden, "AccessDenied", archive.Unavailable, "storage_denied"},
		{"a clock that is off", http.StatusForbidden, "RequestTimeTooSkewed", archive.Unavailable, "storage_denied"},
		{"quota of Ceph", http.StatusForbidden, "QuotaExceeded", archive.Unavailable, "storage_full"},
		{"disk of the server", http.StatusInsufficientStorage, "Whatever", archive.Unavailable, "storage_full"},
		{"busy", http.StatusServiceUnavailable, "SlowDown", archive.Unavailable, "storage_unavailable"},
		{"broken", http.StatusInternalServerError, "InternalError", archive.Unavailable, "storage_unavailable"},
		{"a gateway before it", http.StatusBadGateway, "", archive.Unavailable, "storage_unavailable"},
		{"bucket gone", http.StatusNotFound, "NoSuchBucket", archive.Unavailable, "storage_no_bucket"},
		{"not built", http.StatusNotImplemented, "NotImplemented", archive.Internal, "internal"},
	}
	for _, want := range cases {
		t.Run(want.reason, func(t *testing.T) {
			p.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s3server.Refuse(w, r, want.status, want.code) })
			defer func() { p.Config.Handler = p }()
			_, err := s.Open(t.Context(), "k")
			for _, err := range []error{err, s.Create(t.Context(), "k", strings.NewReader("x"))} {
				if archive.KindOf(err) != want.want || archive.CodeOf(err) != want.word {
					t.Errorf("got %v (%s, %s)", err, archive.KindOf(err), archive.CodeOf(err))
				}
				var e *archive.Error
				if wait := want.word == "storage_unavailable"; errors.As(err, &e) && (e.RetryAfter > 0) != wait {
					t.Errorf("told to wait %v", e.RetryAfter)
				}
			}
		})
	}
	if _, err := s.Open(t.Context(), "k"); archive.KindOf(err) != archive.NotFound {
		t.Errorf("nothing there: %v", err)
	}
}

// A store that goes away is said to be away, and works again when it is back, without a restart. What stands before it, and
// answers in its place that it is gone, is not taken for it.
func TestStoreAwayAndBack(t *testing.T) {
	t.Run("connections are refused", func(t *testing.T) {
		t.Parallel()
		server := s3server.Start(t)
		awayAndBack(t, server, config(server, server.Bucket(t)))
	})
	t.Run("a proxy answers 502", func(t *testing.T) {
		t.Parallel()
		server := s3server.Start(t)
		awayAndBack(t, server, startProxy(t, server).config(server, server.Bucket(t)))
	})
}

func awayAndBack(t *testing.T, server *s3server.Server, c s3.Config) {
	t.Helper()
	s := open(t, c)
	if err := s.Create(t.Context(), "before", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	server.Stop()
	for i := range 3 {
		err := s.Create(t.Context(), fmt.Sprint("during", i), strings.NewReader("x"))
		var e *archive.Error
		if !errors.As(err, &e) || e.Kind != archive.Unavailable || e.RetryAfter == 0 {
			t.Errorf("got %v", err)
		}
	}
	if s.Status().Away == "" {
		t.Error("the status does not say so")
	}
	server.Restart()
	deadline := time.Now().Add(time.Minute)
	for {
		err := s.Create(t.Context(), "after", strings.NewReader("x"))
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond) // calls fail at once for a second
	}
	if away := s.Status().Away; away != "" {
		t.Errorf("still said to be away: %s", away)
	}
	if diff := cmp.Diff([]string{"after", "before"}, slices.Sorted(maps.Keys(keys(t, s)))); diff != "" {
		t.Error(diff)
	}
}

// A reading that breaks off goes on, of the same bytes or not at all.
func TestReadingGoesOn(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	p := startProxy(t, server)
	s := open(t, p.config(server, server.Bucket(t)))
	want := noise(1, 3<<20)
	if err := s.Create(t.Context(), "k", bytes.NewReader(want)); err != nil {
		t.Fatal(err)
	}
	for _, what := range []trouble{truncated, reset, busy} {
		p.Set(func(n int, _ *http.Request) trouble {
			if n <= 3 {
				return what
			}
			return none
		})
		r, err := s.Open(t.Context(), "k")
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v", what, len(got), err)
		}
		r.Close()
	}
	p.Set(nth(1, truncated))
	r, err := s.Open(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadFull(r, make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := s.Replace(t.Context(), "k", archive.DigestOf(want), bytes.NewReader(noise(2, 3<<20))); err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadAll(r)
	blobtest.Kind(t, err, archive.Conflict)
}

// The reader of a large object is a reader like any other.
func TestRangesOfALargeObject(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	s := open(t, config(server, server.Bucket(t)))
	want := noise(3, 1<<20)
	if err := s.Create(t.Context(), "k", bytes.NewReader(want)); err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b := make([]byte, 1000)
	if n, err := r.ReadAt(b, 700000); n != 1000 || err != nil || !bytes.Equal(b, want[700000:701000]) {
		t.Errorf("in the middle: %d, %v", n, err)
	}
	if n, err := r.ReadAt(b, 1<<20-10); n != 10 || err != io.EOF || !bytes.Equal(b[:10], want[1<<20-10:]) {
		t.Errorf("over the end: %d, %v", n, err)
	}
	if _, err := r.Seek(-100, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want[1<<20-100:]) {
		t.Errorf("the end: %d bytes, %v", len(got), err)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
		t.Errorf("all: %d bytes, %v", len(got), err)
	}
}

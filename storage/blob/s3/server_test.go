package s3_test

import (
	"context"
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"sohoa/archive"
	"sohoa/internal/testkit/s3server"
	"sohoa/storage/blob"
	"sohoa/storage/blob/blobtest"
	"sohoa/storage/blob/s3"
)

// admin returns a bare client.
func admin(t testing.TB, server *s3server.Server) *minio.Core {
	t.Helper()
	c, err := minio.NewCore(server.Address, &minio.Options{Creds: credentials.NewStaticV4(server.AccessKey, server.SecretKey, ""), Region: "us-east-1", BucketLookup: minio.BucketLookupPath})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What the test server does, found and not believed. A new version of it that does something else is a line here.
func TestProbe(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	c := config(server, server.Bucket(t))
	c.Prefix = "kho"
	s := open(t, c)
	got := s.Status()
	want := s3.Status{
		Endpoint: "http://" + server.Address, Bucket: c.Bucket, Prefix: "kho",
		Found: s3.Report{
			CreateIfAbsent: s3.Enforced, CreateIfAbsentMultipart: s3.Enforced, CompareAndSwap: s3.Enforced, Multipart: true,
			SignedBody: true, ChecksumHeader: true, TrailingChecksum: true, RangeReads: true, ListAfterWrite: true, Styles: []s3.Style{s3.Path},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(s3.Report{}, "At", "Took")); diff != "" {
		t.Error(diff)
	}
	if left := names(t, server, c.Bucket); len(left) != 0 {
		t.Errorf("the probe left %v", left)
	}
}

// names returns the files of a bucket.
func names(t testing.TB, server *s3server.Server, bucket string) (found []string) {
	t.Helper()
	top := filepath.Join(server.Folder, bucket)
	err := filepath.WalkDir(top, func(name string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && !strings.Contains(name, ".sgwtmp") {
			found = append(found, strings.TrimPrefix(name, top+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// An endpoint that carries out every write, whatever its condition, is found out and lived with.
func TestStoreOnAnEndpointWithoutConditions(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	p := startProxy(t, server)
	forward := p.Forward
	p.Forward = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The signature covers the header: the deaf server is one that answers a refused write by doing it.
		if r.Method != http.MethodPut && r.Method != http.MethodPost || r.Header.Get("If-None-Match") == "" && r.Header.Get("If-Match") == "" {
			forward.ServeHTTP(w, r)
			return
		}
		deaf(t, admin(t, server), w, r)
	})
	s := open(t, p.config(server, server.Bucket(t)))
	found := s.Status().Found
	if found.CreateIfAbsent != s3.Ignored || found.CompareAndSwap != s3.Ignored || found.CreateIfAbsentMultipart != s3.Ignored || len(found.Warnings) < 2 {
		t.Errorf("found %+v", found)
	}
	blobtest.Run(t, func(t *testing.T) blob.Store { return open(t, p.config(server, server.Bucket(t))) })
}

// Under a certificate of one's own.
func TestTLS(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	p := newProxy(t, server)
	p.StartTLS()
	c := p.config(server, server.Bucket(t))
	c.Insecure = false
	_, err := s3.Open(t.Context(), c)
	if archive.CodeOf(err) != "storage_denied" {
		t.Errorf("a certificate nobody signed: %v", err)
	}
	c.RootCA = []byte("no certificate")
	_, err = s3.Open(t.Context(), c)
	blobtest.Kind(t, err, archive.Invalid)
	c.RootCA = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate().Raw})
	s := open(t, c)
	if err := s.Create(t.Context(), "k", strings.NewReader("x")); err != nil {
		t.Error(err)
	}
}

func TestHostStyle(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	p := startProxy(t, server)
	c := p.config(server, server.Bucket(t)).DialForTest(p.Listener.Addr().String())
	c.Endpoint, c.Style = s3server.Domain, s3.Host
	p.Set(func(_ int, r *http.Request) trouble {
		if want := c.Bucket + "." + s3server.Domain; r.Host != want && !strings.Contains(r.URL.Path, "probe") {
			t.Errorf("asked %s, want %s", r.Host, want)
		}
		return none
	})
	s := open(t, c)
	if diff := cmp.Diff([]s3.Style{s3.Host, s3.Path}, s.Status().Found.Styles); diff != "" {
		t.Error(diff)
	}
	if err := s.Create(t.Context(), "a/k", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int64{"a/k": 1}, keys(t, s)); diff != "" {
		t.Error(diff)
	}
}

// Every write asks for encryption when it is configured, one in parts when it begins.
func TestEncryptionIsAskedFor(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	p := startProxy(t, server)
	for _, sse := range []s3.Encryption{"AES256", "aws:kms:key1"} {
		c := p.config(server, server.Bucket(t))
		c.Encryption, c.Multipart = sse, 5
		kind, key, _ := strings.Cut(string(sse), "kms:")
		if key != "" {
			kind += "kms"
		}
		asked := 0
		p.Set(func(_ int, r *http.Request) trouble {
			begins := r.Method == http.MethodPut && !r.URL.Query().Has("uploadId") || r.URL.Query().Has("uploads") && r.Method == http.MethodPost
			if !begins || strings.Contains(r.URL.Path, "probe") {
				return none
			}
			asked++
			if got := r.Header.Get("X-Amz-Server-Side-Encryption"); got != kind || r.Header.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id") != key {
				t.Errorf("%s %s asks for %q", r.Method, r.URL, got)
			}
			return none
		})
		s := open(t, c)
		for _, text := range []string{"one", "in parts"} {
			if err := s.Create(t.Context(), text, strings.NewReader(text)); err != nil {
				t.Error(err)
			}
		}
		if asked != 2 {
			t.Errorf("%d writes", asked)
		}
	}
}

// A server that refuses checksums behind the bytes is found out; a store that was told to send them so lives with it.
func TestTrailingChecksums(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	p := startProxy(t, server)
	forward := p.Forward
	p.Forward = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Trailer") != "" {
			w.WriteHeader(http.StatusNotImplemented)
			return
		}
		forward.ServeHTTP(w, r)
	})
	for _, asked := range []bool{false, true} {
		c := p.config(server, server.Bucket(t))
		c.Trailing = asked
		s := open(t, c)
		if found := s.Status().Found; found.TrailingChecksum || len(found.Warnings) > 0 != asked {
			t.Errorf("asked %v: found %+v", asked, found)
		}
		if err := s.Create(t.Context(), "k", strings.NewReader("x")); err != nil {
			t.Errorf("asked %v: %v", asked, err)
		}
	}
	c := config(server, server.Bucket(t))
	c.Trailing = true
	s := open(t, c)
	if err := s.Create(t.Context(), "k", strings.NewReader("x")); err != nil || !s.Status().Found.TrailingChecksum {
		t.Errorf("a server that takes them: %v, %+v", err, s.Status().Found)
	}
}

// What the server says of encryption is told; that it says nothing, too.
func TestEncryptionThatNobodyConfirms(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	p := startProxy(t, server)
	forward := p.Forward
	says := ""
	p.Forward = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && says != "" {
			w.Header().Set("X-Amz-Server-Side-Encryption", says)
		}
		forward.ServeHTTP(w, r)
	})
	for _, says = range []string{"", "AES256"} {
		c := p.config(server, server.Bucket(t))
		c.Encryption = "AES256"
		if found := open(t, c).Status().Found; found.Encryption != says || len(found.Warnings) > 0 != (says == "") {
			t.Errorf("server says %q: found %+v", says, found)
		}
	}
}

// Uploads that died are aborted once they are old; those of living neighbours are left alone.
func TestLeftOverUploads(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	c := config(server, server.Bucket(t))
	c.Prefix = "kho"
	core := admin(t, server)
	for _, name := range []string{"kho/a", "kho/b/c", "stranger"} {
		if _, err := core.NewMultipartUpload(t.Context(), c.Bucket, name, minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if n := open(t, c).Status().Found.Aborted; n != 0 {
		t.Errorf("%d fresh uploads aborted", n)
	}
	c.Leftover = time.Nanosecond
	if n := open(t, c).Status().Found.Aborted; n != 2 {
		t.Errorf("%d uploads aborted, want 2", n)
	}
	if n := unfinished(t, core, c.Bucket); n != 1 {
		t.Errorf("%d uploads stay, want the stranger's", n)
	}
}

func unfinished(t testing.TB, core *minio.Core, bucket string) int {
	t.Helper()
	page, err := core.ListMultipartUploads(context.Background(), bucket, "", "", "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	return len(page.Uploads)
}

// An upload in parts that fails takes its parts with it.
func TestFailedUploadLeavesNoParts(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	p := startProxy(t, server)
	c := p.config(server, server.Bucket(t))
	c.Multipart, c.Part, c.Attempts = 5<<20, 5<<20, 2
	s := open(t, c)
	for _, dead := range []string{"partNumber=3", "complete"} {
		p.Set(func(_ int, r *http.Request) trouble {
			if strings.Contains(r.URL.RawQuery, dead) || dead == "complete" && r.Method == http.MethodPost && r.URL.Query().Has("uploadId") {
				return fails
			}
			return none
		})
		blobtest.Kind(t, s.Create(t.Context(), "k", newReader(noise(1, 12<<20))), archive.Unavailable)
		p.Set(nil)
		if n := unfinished(t, admin(t, server), c.Bucket); n != 0 {
			t.Errorf("%s: %d uploads stay", dead, n)
		}
	}
	if err := s.Create(t.Context(), "k", newReader(noise(1, 12<<20))); err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := archive.NewHasher()
	if _, err := io.Copy(h, r); err != nil || h.Digest() != archive.DigestOf(noise(1, 12<<20)) {
		t.Errorf("what was sent in parts reads as %s, %v", h.Digest(), err)
	}
}

// In a bucket with versions a removed key keeps its bytes, unless they are to be purged; a locked one keeps them in any case.
func TestVersionsAndLock(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	core := admin(t, server)
	for _, want := range []struct {
		reason string
		lock   time.Duration
		purge  bool
		left   int
	}{
		{"kept", 0, false, 2},
		{"purged", 0, true, 0},
		{"locked", 24 * time.Hour, false, 2},
		{"locked-purged", 24 * time.Hour, true, 0}, // governance: whoever may pass it erases for good
	} {
		t.Run(want.reason, func(t *testing.T) {
			bucket := "locked-" + want.reason
			if err := core.MakeBucket(t.Context(), bucket, minio.MakeBucketOptions{ObjectLocking: true}); err != nil {
				t.Fatal(err)
			}
			c := config(server, bucket)
			c.Retention, c.Purge = want.lock, want.purge
			s := open(t, c)
			if found := s.Status().Found; !found.Versioning || !found.ObjectLock {
				t.Errorf("found %+v", found)
			}
			if err := s.Create(t.Context(), "k", strings.NewReader("one")); err != nil {
				t.Fatal(err)
			}
			if want.lock > 0 {
				info, err := core.StatObject(t.Context(), bucket, "k", minio.StatObjectOptions{})
				if err != nil {
					t.Fatal(err)
				}
				until, err := time.Parse(time.RFC3339, info.Metadata.Get("X-Amz-Object-Lock-Retain-Until-Date"))
				if mode := info.Metadata.Get("X-Amz-Object-Lock-Mode"); err != nil || mode != "GOVERNANCE" || until.Before(time.Now().Add(want.lock/2)) {
					t.Errorf("locked %q until %v, %v", mode, until, err)
				}
			}
			if err := s.Replace(t.Context(), "k", archive.DigestOf([]byte("one")), strings.NewReader("two")); err != nil {
				t.Fatal(err)
			}
			if err := s.Delete(t.Context(), "k"); err != nil {
				t.Fatal(err)
			}
			blobtest.Kind(t, second(s.Stat(t.Context(), "k")), archive.NotFound)
			left := 0
			for o := range core.ListObjectsIter(t.Context(), bucket, minio.ListObjectsOptions{Prefix: "k", WithVersions: true, Recursive: true}) {
				if o.Err != nil {
					t.Fatal(o.Err)
				}
				if !o.IsDeleteMarker {
					left++
				}
			}
			if left != want.left {
				t.Errorf("%d versions stay, want %d", left, want.left)
			}
			if err := s.Create(t.Context(), "k", strings.NewReader("three")); err != nil {
				t.Errorf("over a removed key: %v", err)
			}
		})
	}
	// A bucket that locks everything by itself: said, and passed as far as the credentials may.
	if err := core.MakeBucket(t.Context(), "locks-itself", minio.MakeBucketOptions{ObjectLocking: true}); err != nil {
		t.Fatal(err)
	}
	mode, days, unit := minio.Governance, uint(30), minio.Days
	if err := core.SetObjectLockConfig(t.Context(), "locks-itself", &mode, &days, &unit); err != nil {
		t.Fatal(err)
	}
	own := config(server, "locks-itself")
	own.Purge = true
	s := open(t, own)
	if found := s.Status().Found; found.Retention != "GOVERNANCE 30 DAYS" || len(found.Warnings) == 0 {
		t.Errorf("found %+v", found)
	}
	if err := s.Create(t.Context(), "k", strings.NewReader("one")); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
	for o := range core.ListObjectsIter(t.Context(), "locks-itself", minio.ListObjectsOptions{WithVersions: true, Recursive: true}) {
		t.Errorf("%s %s stays, %v", o.Key, o.VersionID, o.Err)
	}
	c := config(server, server.Bucket(t))
	c.Retention = time.Hour
	_, err := s3.Open(t.Context(), c)
	blobtest.Kind(t, err, archive.Unprocessable)
}

// Who cannot be let in is told at once, and a bucket that is not there is no empty store.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	c := config(server, server.Bucket(t))
	c.Credentials.SecretKey = "another"
	if _, err := s3.Open(t.Context(), c); archive.CodeOf(err) != "storage_denied" {
		t.Errorf("wrong secret: %v", err)
	}
	if _, err := s3.Open(t.Context(), config(server, "no-such-bucket")); archive.CodeOf(err) != "storage_no_bucket" {
		t.Errorf("no bucket: %v", err)
	}
	c.Credentials = s3.Credentials{}
	_, err := s3.Open(t.Context(), c)
	blobtest.Kind(t, err, archive.Invalid)
}

func second[A any](_ A, err error) error { return err }

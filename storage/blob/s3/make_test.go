package s3_test

import (
	"crypto/rand"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/minio/minio-go/v7"

	"sohoa/archive"
	"sohoa/internal/testkit/s3server"
	"sohoa/storage/blob/s3"
)

func TestMake(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	core := admin(t, server)
	whole := s3.Made{Created: true, Versioning: true, ObjectLock: true}
	for _, want := range []struct {
		reason string
		before func(t *testing.T, bucket string)
		made   s3.Made
	}{
		{"nothing there", nil, whole},
		{"made before", func(t *testing.T, bucket string) {
			if _, err := s3.Make(t.Context(), config(server, bucket)); err != nil {
				t.Fatal(err)
			}
		}, s3.Made{Versioning: true, ObjectLock: true}},
		{"empty and without versions, as a power failure leaves it", func(t *testing.T, bucket string) {
			if err := core.MakeBucket(t.Context(), bucket, minio.MakeBucketOptions{}); err != nil {
				t.Fatal(err)
			}
		}, s3.Made{Versioning: true}},
		{"somebody's, with something in it", func(t *testing.T, bucket string) {
			if err := core.MakeBucket(t.Context(), bucket, minio.MakeBucketOptions{}); err != nil {
				t.Fatal(err)
			}
			if _, err := core.Client.PutObject(t.Context(), bucket, "x", strings.NewReader("x"), 1, minio.PutObjectOptions{}); err != nil {
				t.Fatal(err)
			}
		}, s3.Made{}},
	} {
		t.Run(want.reason, func(t *testing.T) {
			bucket := "made-" + strings.ToLower(rand.Text()[:16])
			if want.before != nil {
				want.before(t, bucket)
			}
			got, err := s3.Make(t.Context(), config(server, bucket))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.made, got); diff != "" {
				t.Error(diff)
			}
			open(t, config(server, bucket))
		})
	}
}

// A server that knows neither object lock nor versions still gets its bucket, and one that is away is said to be.
func TestMakeOnAPlainServer(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	p := startProxy(t, server)
	forward := p.Forward
	p.Forward = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Bucket-Object-Lock-Enabled") != "" || r.URL.Query().Has("versioning") && r.Method == http.MethodPut {
			w.WriteHeader(http.StatusNotImplemented)
			return
		}
		forward.ServeHTTP(w, r)
	})
	got, err := s3.Make(t.Context(), p.config(server, "plain-bucket"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s3.Made{Created: true}, got); diff != "" {
		t.Error(diff)
	}
	server.Stop()
	if _, err := s3.Make(t.Context(), config(server, "another-bucket")); archive.CodeOf(err) != "storage_unavailable" {
		t.Errorf("with the server away: %v", err)
	}
}

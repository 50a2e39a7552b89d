package s3_test

import (
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
	"sohoa/internal/testkit/s3server"
	"sohoa/storage/blob/s3"
)

// What other hands replace or remove in a bucket with versions, the scrub brings back from there; without versions it says so.
func TestWhatOtherHandsDidIsRecovered(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	core := admin(t, server)
	for _, want := range []struct {
		reason   string
		versions bool
		do       func(bucket, name string) error
		left     bool
	}{
		{"removed", true, func(bucket, name string) error {
			return core.RemoveObject(t.Context(), bucket, name, minio.RemoveObjectOptions{})
		}, false},
		{"replaced, and again", true, func(bucket, name string) error {
			for _, text := range []string{"another", "and another"} {
				if _, err := core.Client.PutObject(t.Context(), bucket, name, strings.NewReader(text), int64(len(text)), minio.PutObjectOptions{}); err != nil {
					return err
				}
			}
			return nil
		}, false},
		{"removed where nothing is kept", false, func(bucket, name string) error {
			return core.RemoveObject(t.Context(), bucket, name, minio.RemoveObjectOptions{})
		}, true},
	} {
		t.Run(want.reason, func(t *testing.T) {
			bucket := server.Bucket(t)
			if want.versions {
				if err := core.EnableVersioning(t.Context(), bucket); err != nil {
					t.Fatal(err)
				}
			}
			c := config(server, bucket)
			c.Prefix = "kho"
			s := open(t, c)
			v := openVault(t, s, t.TempDir())
			object, intent := archive.DocumentObject(archive.NewID()), archive.NewID()
			f, err := v.Spool(t.Context(), intent, strings.NewReader("paper"), 5)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v.Commit(t.Context(), archive.Commit{Object: object, Intent: intent, At: vaulttest.At, User: "u", Files: []archive.File{{Path: "original.pdf", Spooled: f}}}); err != nil {
				t.Fatal(err)
			}
			if err := want.do(bucket, contentName(t, s, "kho")); err != nil {
				t.Fatal(err)
			}
			got, err := v.Scrub(t.Context(), object)
			if err != nil || len(got.Damage) == 0 || len(got.Left) > 0 != want.left || len(got.Repaired) > 0 == want.left {
				t.Fatalf("scrubbed %+v, %v", got, err)
			}
			if again, err := v.Scrub(t.Context(), object); err != nil || len(again.Damage) > 0 != want.left {
				t.Errorf("and again %+v, %v", again, err)
			}
		})
	}
}

// contentName returns the name in the bucket of the one file of content.
func contentName(t *testing.T, s *s3.Store, prefix string) string {
	t.Helper()
	for key := range keys(t, s) {
		if strings.Contains(key, "/content/") {
			return prefix + "/" + key
		}
	}
	t.Fatal("no content")
	return ""
}

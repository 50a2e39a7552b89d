package s3_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sohoa/archive"
	"sohoa/storage/blob/s3"
)

func TestParseURL(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason  string
		address string
		want    s3.Config
		refused bool
	}{
		{"Amazon's of a region", "s3://kho?region=ap-southeast-1", s3.Config{Endpoint: "s3.ap-southeast-1.amazonaws.com", Bucket: "kho", Region: "ap-southeast-1"}, false},
		{"one's own server", "s3://kho/so/hoa/?endpoint=https://ceph.lan:8443&style=path", s3.Config{Endpoint: "ceph.lan:8443", Bucket: "kho", Prefix: "so/hoa", Style: s3.Path}, false},
		{"without encryption of the wire", "s3://kho?endpoint=http://127.0.0.1:7070&style=host", s3.Config{Endpoint: "127.0.0.1:7070", Insecure: true, Bucket: "kho", Style: s3.Host}, false},
		{"everything else", "s3://kho?endpoint=https://h&sse=aws:kms:k1&trailing=on&lock=30d&versions=purge",
			s3.Config{Endpoint: "h", Bucket: "kho", Encryption: "aws:kms:k1", Trailing: true, Retention: 30 * 24 * time.Hour, Purge: true}, false},
		{"another scheme", "https://kho", s3.Config{}, true},
		{"no bucket", "s3:///prefix", s3.Config{}, true},
		{"credentials in sight", "s3://key:secret@kho", s3.Config{}, true},
		{"credentials in the endpoint", "s3://kho?endpoint=https://key:secret@h", s3.Config{}, true},
		{"endpoint with a path", "s3://kho?endpoint=https://h/s3", s3.Config{}, true},
		{"endpoint without a scheme", "s3://kho?endpoint=h:9000", s3.Config{}, true},
		{"a word we do not know", "s3://kho?acl=public", s3.Config{}, true},
		{"a style we do not know", "s3://kho?style=both", s3.Config{}, true},
		{"an encryption we do not know", "s3://kho?sse=rot13", s3.Config{}, true},
		{"a lock that ends at once", "s3://kho?lock=0d", s3.Config{}, true},
		{"one thing said twice", "s3://kho?region=a&region=b", s3.Config{}, true},
	}
	for _, want := range cases {
		t.Run(want.reason, func(t *testing.T) {
			got, err := s3.ParseURL(want.address)
			if want.refused {
				if archive.KindOf(err) != archive.Invalid || strings.Contains(err.Error(), "secret") {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.want, got, cmpopts.IgnoreUnexported(s3.Config{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

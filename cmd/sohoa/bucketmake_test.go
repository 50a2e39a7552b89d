package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/internal/testkit/s3server"
)

// The keys of a bucket are drawn once, for their owner only; what a power failure left half made is finished.
func TestBucketKeys(t *testing.T) {
	p, dir := self(t), filepath.Join(t.TempDir(), "keys")
	read := func(name string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %s", name, info.Mode())
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	p.run(t, 0, "bucket", "keys", dir)
	access, secret := read("access_key"), read("secret_key")
	if len(access) < 16 || len(secret) < 40 {
		t.Errorf("keys of %d and %d characters", len(access), len(secret))
	}
	if err := os.Truncate(filepath.Join(dir, "secret_key"), 0); err != nil {
		t.Fatal(err)
	}
	p.run(t, 0, "bucket", "keys", dir)
	if read("access_key") != access {
		t.Error("the key that was there is another")
	}
	if again := read("secret_key"); len(again) < 40 || again == secret {
		t.Errorf("the missing key is %d characters", len(again))
	}
	p.run(t, 2, "bucket", "keys")
	p.run(t, 2, "bucket")
}

// A server never makes its bucket; the command does, and once only.
func TestBucketIsMade(t *testing.T) {
	t.Parallel()
	remote := s3server.Start(t)
	p, keys := self(t), t.TempDir()
	for name, text := range map[string]string{"a": remote.AccessKey, "s": remote.SecretKey} {
		if err := os.WriteFile(filepath.Join(keys, name), []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.env = append(p.env, "SOHOA_S3_ACCESS_KEY_FILE="+filepath.Join(keys, "a"), "SOHOA_S3_SECRET_KEY_FILE="+filepath.Join(keys, "s"),
		"SOHOA_STORE="+remote.URL("papers", "store")+"&versions=purge")
	p.run(t, 2, "check", "--data", t.TempDir())
	if out := p.run(t, 0, "bucket", "make"); !strings.Contains(out, "papers: made; versions: yes; object lock: yes") {
		t.Errorf("first: %q", out)
	}
	if out := p.run(t, 0, "bucket", "make"); !strings.Contains(out, "papers: was there") {
		t.Errorf("again: %q", out)
	}
	p.run(t, 0, "check", "--data", t.TempDir())
}

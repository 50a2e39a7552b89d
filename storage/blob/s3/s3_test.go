package s3_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
	"sohoa/internal/testkit/s3server"
	"sohoa/storage/blob"
	"sohoa/storage/blob/blobtest"
	"sohoa/storage/blob/s3"
	"sohoa/storage/ocfl"
)

func config(server *s3server.Server, bucket string) s3.Config {
	return s3.Config{
		Endpoint: server.Address, Insecure: true, Bucket: bucket, Style: s3.Path,
		Credentials: s3.Credentials{AccessKey: server.AccessKey, SecretKey: server.SecretKey},
	}
}

func open(t testing.TB, c s3.Config) *s3.Store {
	t.Helper()
	s, err := s3.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	blobtest.Run(t, func(t *testing.T) blob.Store { return open(t, config(server, server.Bucket(t))) })
}

// Below a prefix, beside strangers, and with everything above a few bytes sent in parts.
func TestStoreBelowAPrefixInParts(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	blobtest.Run(t, func(t *testing.T) blob.Store {
		c := config(server, server.Bucket(t))
		stranger := open(t, c)
		if err := stranger.Create(t.Context(), "kho/stranger", strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
		c.Prefix, c.Multipart, c.Part = "kho/một", 2, 5<<20
		return open(t, c)
	})
}

func TestVault(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	vaulttest.Run(t, func(t *testing.T) vaulttest.Setup {
		bucket, spool := server.Bucket(t), t.TempDir()
		c := config(server, bucket)
		c.Prefix = "kho"
		return vaulttest.Setup{
			Vault: openVault(t, open(t, c), spool),
			Damage: func(t *testing.T, d archive.Digest, change func([]byte) []byte) {
				damage(t, filepath.Join(server.Folder, bucket), d, change)
			},
			Spooled: func(t *testing.T) int { return spooled(t, spool) },
		}
	})
}

func openVault(t testing.TB, store blob.Store, dir string) *ocfl.Vault {
	t.Helper()
	spool, err := blob.OpenSpool(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { spool.Close() })
	v, err := ocfl.New(t.Context(), store, spool)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// damage changes, or with nil removes, every content file with a digest, behind the server's back.
func damage(t testing.TB, folder string, d archive.Digest, change func([]byte) []byte) {
	t.Helper()
	found := 0
	err := filepath.WalkDir(folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || !strings.Contains(name, "/content/") {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil || archive.DigestOf(b) != d {
			return err
		}
		found++
		if change == nil {
			return os.Remove(name)
		}
		return os.WriteFile(name, change(b), 0o600) // in place: what the server knows about the file stays
	})
	if err != nil || found == 0 {
		t.Fatalf("%d files damaged: %v", found, err)
	}
}

func spooled(t testing.TB, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if !strings.HasPrefix(strings.TrimPrefix(e.Name(), "."), "work-") {
			n++
		}
	}
	return n
}

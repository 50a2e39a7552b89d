package s3_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
	"sohoa/internal/testkit"
	"sohoa/internal/testkit/s3server"
	"sohoa/storage/blob/s3"
)

// anonymous returns the memory of this process that no file backs, in bytes.
func anonymous(t testing.TB) int64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		testkit.Missing(t, "memory of a process: "+err.Error())
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); f[0] == "RssAnon:" {
			kb, _ := strconv.ParseInt(f[1], 10, 64)
			return kb << 10
		}
	}
	testkit.Missing(t, "no RssAnon in /proc/self/status")
	return 0
}

// uploadsAtOnce puts a file under n keys at the same time and returns how much memory the process grew meanwhile, at most.
func uploadsAtOnce(t testing.TB, s *s3.Store, file string, n int) int64 {
	t.Helper()
	debug.FreeOSMemory()
	before := anonymous(t)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			f, err := os.Open(file)
			if err != nil {
				t.Error(err)
				return
			}
			defer f.Close()
			if err := s.Create(t.Context(), fmt.Sprintf("k%d-%s", i, archive.NewID()), f); err != nil {
				t.Error(err)
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	peak := before
	for {
		select {
		case <-done:
			return max(peak, anonymous(t)) - before
		case <-time.After(5 * time.Millisecond):
			peak = max(peak, anonymous(t))
		}
	}
}

func fileOf(t testing.TB, size int) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "paper")
	if err := os.WriteFile(name, noise(7, size), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Bytes are sent out of their files: many uploads at once cost little more memory than one.
func TestUploadsTakeNoMemory(t *testing.T) {
	server := s3server.Start(t)
	const size, n = 4 << 20, 50
	file := fileOf(t, size)
	for name, change := range map[string]func(c *s3.Config){
		"whole":    func(c *s3.Config) {},
		"in parts": func(c *s3.Config) { c.Multipart, c.Part = 1<<20, 5<<20 },
	} {
		t.Run(name, func(t *testing.T) {
			c := config(server, server.Bucket(t))
			c.Uploads = n
			change(&c)
			grown := uploadsAtOnce(t, open(t, c), file, n)
			t.Logf("%d MB for %d uploads of %d MB", grown>>20, n, size>>20)
			if grown > n*size/2 {
				t.Errorf("%d MB of memory: the bytes are gathered in it", grown>>20)
			}
		})
	}
}

// digested is a file whose digest is known.
type digested struct {
	*os.File
	digest archive.Digest
}

func (d digested) Digest() archive.Digest { return d.digest }

// BenchmarkMemory is 50 uploads of 20 MB at once.
func BenchmarkMemory(b *testing.B) {
	server := s3server.Start(b)
	file := fileOf(b, 20<<20)
	for _, uploads := range []int{0, 50} {
		name := "as it comes"
		if uploads > 0 {
			name = "all 50 on the wire"
		}
		b.Run(name, func(b *testing.B) {
			c := config(server, server.Bucket(b))
			c.Uploads = uploads
			s := open(b, c)
			peak := int64(0)
			for b.Loop() {
				peak = max(peak, uploadsAtOnce(b, s, file, 50))
			}
			b.ReportMetric(float64(peak)/(1<<20), "MB-anonymous")
			b.SetBytes(50 * 20 << 20)
		})
	}
}

// BenchmarkPut puts 2 MB objects through the store and through the bare client, and whole deposits through the vault beside
// the same set of objects put by the bare client one after the other, in turns, so that all meet the same machine.
func BenchmarkPut(b *testing.B) {
	server := s3server.Start(b)
	text := noise(9, 2<<20)
	file, digest := fileOf(b, 2<<20), archive.DigestOf(noise(7, 2<<20))
	c := config(server, server.Bucket(b))
	s, bare := open(b, c), admin(b, server)
	v := openVault(b, s, b.TempDir())
	ways := []struct {
		name string
		put  func() error
		took time.Duration
	}{
		{name: "bare", put: func() error {
			_, err := bare.Client.PutObject(b.Context(), c.Bucket, "bare/"+archive.NewID().String(), bytes.NewReader(text), int64(len(text)), minio.PutObjectOptions{})
			return err
		}},
		{name: "bare-set", put: func() error { // all the objects a deposit makes, with nothing known or promised of them
			prefix := "bare/" + archive.NewID().String() + "/"
			for name, body := range map[string][]byte{"v1/content/original.pdf": text, "v1/content/metadata.json": []byte("{}"), "v1/inventory.json": text[:900],
				"v1/inventory.json.sha256": text[:80], "0=ocfl_object_1.1": text[:16], "inventory.json.sha256": text[:80], "inventory.json": text[:900]} {
				if _, err := bare.Client.PutObject(b.Context(), c.Bucket, prefix+name, bytes.NewReader(body), int64(len(body)), minio.PutObjectOptions{}); err != nil {
					return err
				}
			}
			return nil
		}},
		{name: "store", put: func() error {
			f, err := os.Open(file)
			if err != nil {
				return err
			}
			defer f.Close()
			return s.Create(b.Context(), "store/"+archive.NewID().String(), f)
		}},
		{name: "digested", put: func() error {
			f, err := os.Open(file)
			if err != nil {
				return err
			}
			defer f.Close()
			return s.Create(b.Context(), "digested/"+archive.NewID().String(), digested{f, digest})
		}},
		{name: "deposit", put: func() error {
			intent := archive.NewID()
			f, err := v.Spool(b.Context(), intent, bytes.NewReader(text), int64(len(text)))
			if err != nil {
				return err
			}
			_, err = v.Commit(b.Context(), archive.Commit{Object: archive.DocumentObject(archive.NewID()), Intent: intent, At: vaulttest.At, User: "u",
				Files: []archive.File{{Path: "original.pdf", Spooled: f}, {Path: "metadata.json", Bytes: []byte("{}")}}})
			return err
		}},
	}
	for _, writers := range []int{1, 8} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			for i := range ways {
				ways[i].took = 0
			}
			runtime.GC()
			for b.Loop() {
				for i := range ways {
					began := time.Now()
					var all sync.WaitGroup
					for range writers {
						all.Go(func() {
							if err := ways[i].put(); err != nil {
								b.Error(err)
							}
						})
					}
					all.Wait()
					ways[i].took += time.Since(began)
				}
			}
			for _, w := range ways {
				b.ReportMetric(float64(b.N*writers*len(text))/1e6/w.took.Seconds(), w.name+"-MB/s")
				switch w.name {
				case "store", "digested":
					b.ReportMetric(100*float64(ways[0].took)/float64(w.took), w.name+"-%of-bare")
				case "deposit":
					b.ReportMetric(100*float64(ways[1].took)/float64(w.took), "deposit-%of-bare-set")
				}
			}
		})
	}
}

package ocfl

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"sohoa/archive"
)

// paper returns n bytes that no file system compresses and no two of which are alike.
func paper(n int, seed uint64) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24)})
	r.Read(b)
	return b
}

// bare writes the files of a one-version object the plain way: make the folders, write each file, fsync each file.
func bare(dir string, original []byte) error {
	meta := bytes.Repeat([]byte("m"), 1000)
	inv := bytes.Repeat([]byte("i"), 1200)
	side := bytes.Repeat([]byte("s"), 80)
	if err := os.MkdirAll(filepath.Join(dir, "v1/content"), 0o750); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		text []byte
	}{
		{"v1/content/original.pdf", original}, {"v1/content/metadata.json", meta}, {"v1/inventory.json", inv}, {"v1/inventory.json.sha256", side},
		{"0=ocfl_object_1.1", []byte(objectText)}, {"inventory.json", inv}, {"inventory.json.sha256", side},
	} {
		if err := writeSync(filepath.Join(dir, f.name), bytes.NewReader(f.text)); err != nil {
			return err
		}
	}
	return nil
}

func writeSync(name string, r io.Reader) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

func deposit(tb testing.TB, v *Vault, original []byte) {
	intent := archive.NewID()
	f, err := v.Spool(tb.Context(), intent, bytes.NewReader(original), int64(len(original)))
	if err == nil {
		_, err = v.Commit(tb.Context(), archive.Commit{Object: archive.DocumentObject(archive.NewID()), Intent: intent, User: "bench", Message: "deposit", At: time.Now(),
			Files: []archive.File{{Path: "original.pdf", Spooled: f}, {Path: "metadata.json", Bytes: bytes.Repeat([]byte("m"), 1000)}}})
	}
	if err != nil {
		tb.Error(err)
	}
}

// BenchmarkDeposit compares objects of one 200 KB paper, spooled and committed, with the same files written bare, turn by
// turn in one run. of-bare is the ratio of their rates.
func BenchmarkDeposit(b *testing.B) {
	for _, writers := range []int{1, 8} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			dir := b.TempDir()
			v := openDisk(b, dir, nil)
			var seed atomic.Uint64
			var ours, plain atomic.Int64
			b.SetParallelism((writers + 1) / 2) // of two processors
			b.SetBytes(200 << 10)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					n := seed.Add(1)
					text := paper(200<<10, n)
					start := time.Now()
					deposit(b, v, text)
					ours.Add(int64(time.Since(start)))
					start = time.Now()
					if err := bare(filepath.Join(dir, "bare", fmt.Sprint(n%4096), fmt.Sprint(n)), text); err != nil {
						b.Error(err)
					}
					plain.Add(int64(time.Since(start)))
				}
			})
			b.ReportMetric(float64(plain.Load())/float64(ours.Load()), "of-bare")
			b.ReportMetric(float64(ours.Load())/1e6/float64(b.N), "ms/deposit")
		})
	}
}

// BenchmarkSpool compares 100 MB through the spool with a plain copy that hashes and syncs, turn by turn in one run.
func BenchmarkSpool(b *testing.B) {
	dir := b.TempDir()
	v := openDisk(b, dir, nil)
	text := paper(100<<20, 1)
	// A reader like a connection: not all at once.
	source := func() io.Reader { return struct{ io.Reader }{bytes.NewReader(text)} }
	var ours, plain time.Duration
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		start := time.Now()
		f, err := v.Spool(b.Context(), archive.NewID(), source(), 1<<30)
		if err != nil {
			b.Fatal(err)
		}
		ours += time.Since(start)
		if err := f.Discard(); err != nil {
			b.Fatal(err)
		}
		start = time.Now()
		h := sha256.New()
		if err := writeSync(filepath.Join(dir, "plain"), io.TeeReader(source(), h)); err != nil {
			b.Fatal(err)
		}
		plain += time.Since(start)
		os.Remove(filepath.Join(dir, "plain"))
	}
	b.ReportMetric(float64(plain)/float64(ours), "of-plain")
}

// BenchmarkOpen opens a file of a one-version object and reads its first kilobyte.
func BenchmarkOpen(b *testing.B) {
	v := openDisk(b, b.TempDir(), nil)
	id := archive.DocumentObject(archive.NewID())
	if _, err := v.Commit(b.Context(), archive.Commit{Object: id, Intent: archive.NewID(), At: time.Now(), Files: []archive.File{{Path: "k", Bytes: paper(200<<10, 1)}}}); err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 1024)
	for b.Loop() {
		c, err := v.Open(b.Context(), id, "k")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(c, buf); err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
}

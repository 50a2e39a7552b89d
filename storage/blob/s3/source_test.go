package s3_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/internal/testkit/s3server"
	"sohoa/storage/blob/blobtest"
)

// Readers of every sort are sent whole or not at all, whatever their length against what waits in memory.
func TestReadersOfEverySort(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	c := config(server, server.Bucket(t))
	c.Temp = t.TempDir()
	s := open(t, c)
	for _, size := range []int{0, 64<<10 - 1, 64 << 10, 300 << 10} {
		text := noise(uint64(size), size)
		file := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(file, append([]byte("head"), text...), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.Seek(4, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		for name, r := range map[string]io.Reader{
			"stream": iotest.HalfReader(newReader(text)), "file from the middle": f,
			"the end comes with the bytes": iotest.DataErrReader(newReader(text)),
		} {
			key := name + "/" + archive.NewID().String()
			if err := s.Create(t.Context(), key, r); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(server.Path(c.Bucket, key))
			if err != nil || !cmp.Equal(text, b) {
				t.Errorf("%s of %d: %d bytes, %v", name, size, len(b), err)
			}
		}
		// A stream that broke off says so in the words of one that ended too early.
		before := len(keys(t, s))
		for _, broken := range []error{io.ErrUnexpectedEOF, errors.New("the line went dead")} {
			err := s.Create(t.Context(), "broken", io.MultiReader(newReader(text), iotest.ErrReader(broken)))
			if err != broken {
				t.Errorf("%d bytes, then %v: got %v", size, broken, err)
			}
		}
		if after := len(keys(t, s)); after != before {
			t.Errorf("%d keys, then %d", before, after)
		}
	}
	left, err := os.ReadDir(c.Temp)
	if err != nil || len(left) != 0 {
		t.Errorf("%d files stay, %v", len(left), err)
	}
}

func TestDigestIsTakenAndChecked(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	s := open(t, config(server, server.Bucket(t)))
	f, err := os.Open(fileOf(t, 1000))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	err = s.Create(t.Context(), "wrong", digested{f, archive.DigestOf([]byte("other"))})
	blobtest.Kind(t, err, archive.Corrupt)
	if n := len(keys(t, s)); n != 0 {
		t.Errorf("%d keys", n)
	}
	if err := s.Create(t.Context(), "right", digested{f, archive.DigestOf(noise(7, 1000))}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int64{"right": 1000}, keys(t, s)); diff != "" {
		t.Error(diff)
	}
}

// A key and a prefix together are bounded as names in a bucket are.
func TestLongKeysBelowAPrefix(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	c := config(server, server.Bucket(t))
	c.Prefix = strings.Repeat("p", 200)
	s := open(t, c)
	blobtest.Kind(t, s.Create(t.Context(), strings.Repeat("k/", 450)+"k", strings.NewReader("x")), archive.Invalid)
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sohoa/internal/testkit"
)

// onSmallDisk runs the rest of a test in a process of its own, with env beside what this one has, that has a file system of size
// bytes at the folder returned. In the process that only waits for it, the folder is "".
func onSmallDisk(t *testing.T, size string, env ...string) string {
	t.Helper()
	const key = "SOHOA_TEST_SMALL_DISK"
	if dir := os.Getenv(key); dir != "" {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
			t.Fatalf("mount: %v", err)
		}
		return dir
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(append(os.Environ(), key+"="+t.TempDir()), env...)
	child.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		child.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		child.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		child.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := child.CombinedOutput()
	switch {
	case len(out) == 0 && err != nil, bytes.Contains(out, []byte("mount: ")):
		testkit.Missing(t, fmt.Sprintf("a small file system of its own: %v %s", err, out))
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	}
	return ""
}

// TestADiskThatIsReallyFull fills the file system under the real program: while it takes in papers, and below it. Each time
// the answer is 507, nothing is left, what is kept can be read, and with room again it goes on without being touched.
func TestADiskThatIsReallyFull(t *testing.T) {
	dir := onSmallDisk(t, "96m")
	if dir == "" {
		return
	}
	s := self(t).start(t, filepath.Join(dir, "data"), "clerk", "--no-reading", "--disk-reserve", "6M", "--disk-warn", "60%")
	status, kept, b, err := s.put("a.pdf", bytes.NewReader(testkit.PDF(1, 200_000, 1)), "&agency=H15")
	if err != nil || status != 201 {
		t.Fatalf("%d %v %s", status, err, b)
	}
	full := func(reason string, status int, body []byte, err error) {
		t.Helper()
		if err != nil || status != http.StatusInsufficientStorage || !bytes.Contains(body, []byte(`"code":"storage_full"`)) {
			t.Errorf("%s: %d %v %s", reason, status, err, body)
		}
	}
	nothingLeft := func(reason string) {
		t.Helper()
		var left []string
		err := filepath.WalkDir(filepath.Join(dir, "data", "spool"), func(path string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() && filepath.Ext(path) != ".lock" { // the lock says whose spool it is
				left = append(left, path)
			}
			return err
		})
		var list struct{ Items []paper }
		s.must(200, "GET", "/api/v1/documents", nil, &list)
		if err != nil || len(left) != 0 || len(list.Items) != 1 {
			t.Errorf("%s: %d papers, the spool holds %v, %v", reason, len(list.Items), left, err)
		}
	}
	again := func(reason string) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(250 * time.Millisecond) {
			status, _, b, err := s.put("b.pdf", bytes.NewReader(testkit.PDF(1, 100_000, 2)), "&agency=H15&allow_duplicate=true")
			if err == nil && status == 201 {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: with room again: %d %v %s", reason, status, err, b)
			}
		}
	}
	// A file that is announced and has no room: not a byte of it is read.
	status, _, b, err = s.call("PUT", "/api/v1/documents?agency=H15", map[string]string{"Expect": "100-continue"}, bytes.NewReader(make([]byte, 95<<20)))
	full("announced", status, b, err)
	nothingLeft("announced")

	// A file of unknown length that runs into the end of the disk.
	status, _, b, err = s.call("PUT", "/api/v1/documents?agency=H15", nil, struct{ io.Reader }{io.MultiReader(strings.NewReader("%PDF-1.7\n"), io.LimitReader(noise{}, 200<<20))})
	full("chunked", status, b, err)
	nothingLeft("chunked")
	again("chunked")

	// Below the program somebody else fills the disk to the last block: the catalog cannot be written either.
	filler := filepath.Join(dir, "filler")
	fillUp(t, filler)
	status, _, b, err = s.call("PUT", "/api/v1/documents?agency=H15", nil, bytes.NewReader(testkit.PDF(1, 50_000, 3)))
	full("full to the last block", status, b, err)
	s.must(200, "GET", "/readyz", nil, nil)
	s.must(200, "GET", "/api/v1/documents", nil, nil)
	// A download that cannot be written into the trail is not given out. It is what the reserve is for that it never comes to this.
	status, _, b, err = s.call("GET", "/api/v1/documents/"+kept.ID+"/file", nil, nil)
	full("a download", status, b, err)
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(s.logs.String(), "the disk is full up to the reserve"); time.Sleep(250 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the log does not say that the disk is full")
		}
		s.put("c.pdf", bytes.NewReader(testkit.PDF(1, 50_000, 3)), "&agency=H15")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	again("full to the last block")
	if got := s.must(200, "GET", "/api/v1/documents/"+kept.ID+"/file", nil, nil); !bytes.Equal(got, testkit.PDF(1, 200_000, 1)) {
		t.Error("what is kept comes back as other bytes")
	}
	if n := strings.Count(s.logs.String(), "the disk is full up to the reserve"); n != 1 {
		t.Errorf("the log says %d times that the disk is full, want once\n%s", n, s.logs)
	}
	s.stop()
	self(t).run(t, 0, "check", "--read-data", "--data", filepath.Join(dir, "data"))
}

type noise struct{}

func (noise) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(i*7 + i>>8)
	}
	return len(p), nil
}

// fillUp writes a file until nothing more fits.
func fillUp(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int64{1 << 20, 4096, 1} {
		for err = nil; err == nil && context.Cause(t.Context()) == nil; {
			_, err = io.CopyN(f, noise{}, size)
		}
	}
}

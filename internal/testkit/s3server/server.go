// Package s3server runs a real S3 server (versitygw over a folder) for tests, on a loopback port and with credentials made up
// for the run. What it keeps lies as plain files below Server.Folder, so that a test can look at it and damage it.
package s3server

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sohoa/internal/testkit"
)

// patience is how long the server may take to answer for the first time: a limit against hanging.
const patience = 60 * time.Second

// Domain is the name of the host in addresses of host style, <bucket>.<Domain>. No resolver knows it.
const Domain = "s3.test"

// Server is a running S3 server.
type Server struct {
	Address   string // host:port, plain HTTP
	AccessKey string
	SecretKey string
	Folder    string // a folder per bucket, a file per object
	Versions  string // where older versions lie, for buckets that keep them

	t       testing.TB
	program string
	cmd     *exec.Cmd
	said    *output
	ended   chan struct{}
}

// Start starts a server that ends with the test. Where it cannot be built the test is skipped, or fails when CI=true.
func Start(t testing.TB) *Server {
	t.Helper()
	// Below a short path of its own: t.TempDir would carry the test's name into every key's length.
	top, err := os.MkdirTemp("", "sohoa-s3-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(top) })
	s := &Server{
		Address: testkit.FreeAddress(t), AccessKey: "test" + rand.Text()[:16], SecretKey: rand.Text(),
		Folder: filepath.Join(top, "buckets"), Versions: filepath.Join(top, "versions"), t: t, program: Program(t),
	}
	for _, dir := range []string{s.Folder, s.Versions} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(s.Stop)
	s.Restart()
	return s
}

// Bucket makes an empty bucket and returns its name.
func (s *Server) Bucket(t testing.TB) string {
	t.Helper()
	name := "b" + strings.ToLower(rand.Text()[:20])
	if err := os.Mkdir(filepath.Join(s.Folder, name), 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

// URL returns the address of a bucket, or of a prefix in it, as the program takes it.
func (s *Server) URL(bucket, prefix string) string {
	return (&url.URL{Scheme: "s3", Host: bucket, Path: "/" + prefix, RawQuery: url.Values{"endpoint": {"http://" + s.Address}, "style": {"path"}}.Encode()}).String()
}

// Path returns where an object lies.
func (s *Server) Path(bucket, name string) string {
	return filepath.Join(s.Folder, bucket, filepath.FromSlash(name))
}

// Stop ends the server as a power cut does. It may be called again.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	s.cmd.Process.Kill()
	<-s.ended
	s.cmd = nil
}

// Restart starts the server again on the same address, over what it kept.
func (s *Server) Restart() {
	s.t.Helper()
	s.Stop()
	s.said, s.ended = &output{}, make(chan struct{})
	cmd := exec.Command(s.program, "--port", s.Address, "--virtual-domain", Domain, "--keep-alive", "--quiet", "posix", "--versioning-dir", s.Versions, s.Folder)
	cmd.Env = []string{"ROOT_ACCESS_KEY=" + s.AccessKey, "ROOT_SECRET_KEY=" + s.SecretKey, "PATH=/usr/bin:/bin", "HOME=" + s.Folder, "TMPDIR=" + os.TempDir()}
	cmd.Dir = filepath.Dir(s.Folder)
	cmd.Stdout, cmd.Stderr = s.said, s.said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // a test program that is killed leaves nothing
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := s.ended
	go func() {
		cmd.Wait()
		close(ended)
	}()
	s.cmd = cmd
	if err := s.wait(); err != nil {
		s.t.Fatalf("S3 server: %v\n%s", err, s.said)
	}
}

// wait returns when the server answers.
func (s *Server) wait() error {
	limit := time.Now().Add(patience)
	client := &http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	for {
		answer, err := client.Get("http://" + s.Address + "/")
		if err == nil {
			answer.Body.Close()
			return nil
		}
		select {
		case <-s.ended:
			return errors.New("it ended")
		case <-time.After(10 * time.Millisecond):
		}
		var op *net.OpError
		if time.Now().After(limit) || !errors.As(err, &op) && !errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("no answer: %w", err)
		}
	}
}

// Pid is the server's process, for tests that measure it.
func (s *Server) Pid() int { return s.cmd.Process.Pid }

// output keeps the last words of the server.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.text.Len() > 64<<10 {
		o.text.Reset()
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

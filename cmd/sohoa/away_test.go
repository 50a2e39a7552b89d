package main

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/testkit"
	"sohoa/internal/testkit/s3server"
)

type secondState struct {
	Mode string
	Lag  int
	Away bool
}

// secondStore is what /status says of the second store.
func secondStore(t *testing.T, admin *server) secondState {
	t.Helper()
	var st struct {
		Second secondState `json:"second_store"`
	}
	admin.must(200, "GET", "/api/v1/status", nil, &st)
	return st.Second
}

// await waits until the second store is as wanted.
func await(t *testing.T, admin *server, want func(secondState) bool) {
	t.Helper()
	for deadline := time.Now().Add(90 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		st := secondStore(t, admin)
		if want(st) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the second store is still %+v", st)
		}
	}
}

// A second store that is away when the server starts keeps it from nothing where it follows: papers come in and are copied
// once it is back.
func TestSecondStoreAwayAtStartFollows(t *testing.T) {
	t.Parallel()
	remote := s3server.Start(t)
	p, data, bucket := self(t), t.TempDir(), remote.Bucket(t)
	p.env = append(p.env, "SOHOA_S3_ACCESS_KEY="+remote.AccessKey, "SOHOA_S3_SECRET_KEY="+remote.SecretKey)
	token := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", data, "--role", "admin", "--agency", "H15"))
	remote.Stop()
	s := p.start(t, data, "clerk", "--no-reading", "--second-store", remote.URL(bucket, "kho"))
	admin := s.as(token)
	paper := testkit.PDF(1, 30<<10, 7)
	status, _, b, err := s.put("x.pdf", bytes.NewReader(paper), "&agency=H15")
	if err != nil || status != http.StatusCreated {
		t.Fatalf("with the second store away: %d %v %s", status, err, b)
	}
	if st := secondStore(t, admin); !st.Away || st.Mode != "follow" || st.Lag == 0 {
		t.Errorf("status says %+v", st)
	}
	if !strings.Contains(s.logs.String(), "going on without it") {
		t.Error("the log does not say that the second store is away")
	}
	remote.Restart()
	await(t, admin, func(st secondState) bool { return !st.Away && st.Lag == 0 })
	s.stop()
	p.run(t, 0, "check", "--read-data", "--data", data, "--second-store", remote.URL(bucket, "kho"))
	p.run(t, 2, "check", "--data", data, "--second-store", "s3://nothing?endpoint=ftp://x")
	if out, err := p.command("serve", "--data", data, "--second-store", "s3://nothing?endpoint=ftp://x").CombinedOutput(); err == nil {
		t.Errorf("a server starts with an address that is wrong: %s", out)
	}
}

// Where papers are acknowledged only when both stores have them, the server starts all the same and reads; what would have to
// be written is put off with 503 and Retry-After until the second store is back.
func TestSecondStoreAwayAtStartWaits(t *testing.T) {
	t.Parallel()
	remote := s3server.Start(t)
	p, data, bucket := self(t), t.TempDir(), remote.Bucket(t)
	p.env = append(p.env, "SOHOA_S3_ACCESS_KEY="+remote.AccessKey, "SOHOA_S3_SECRET_KEY="+remote.SecretKey, "SOHOA_SECOND_STORE="+remote.URL(bucket, "kho"), "SOHOA_SECOND_STORE_MODE=wait")
	token := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", data, "--role", "admin", "--agency", "H15"))
	clerk := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", data, "--role", "clerk", "--agency", "H15"))
	s := p.start(t, data, "clerk", "--no-reading")
	before := testkit.PDF(1, 30<<10, 7)
	status, doc, b, err := s.put("x.pdf", bytes.NewReader(before), "&agency=H15")
	if err != nil || status != http.StatusCreated {
		t.Fatalf("%d %v %s", status, err, b)
	}
	s.stop()
	remote.Stop()

	s = p.start(t, data, "clerk", "--no-reading")
	admin := s.as(token)
	if got := s.as(clerk).must(200, "GET", "/api/v1/documents/"+doc.ID+"/file", nil, nil); !bytes.Equal(got, before) {
		t.Error("with the second store away other bytes come back")
	}
	after := testkit.PDF(1, 30<<10, 8)
	put := func() (int, http.Header, []byte) {
		t.Helper()
		status, header, b, err := s.as(clerk).call("PUT", "/api/v1/documents?agency=H15&file_name=y.pdf", map[string]string{"Content-Type": "application/pdf"}, bytes.NewReader(after))
		if err != nil {
			t.Fatal(err)
		}
		return status, header, b
	}
	if status, header, b := put(); status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" || !strings.Contains(string(b), "second_store_away") {
		t.Errorf("a deposit with the second store away: %d, Retry-After %q: %s", status, header.Get("Retry-After"), b)
	}
	if st := secondStore(t, admin); !st.Away || st.Mode != "wait" {
		t.Errorf("status says %+v", st)
	}
	remote.Restart()
	await(t, admin, func(st secondState) bool { return !st.Away })
	if status, _, b := put(); status != http.StatusCreated {
		t.Errorf("with the second store back: %d %s", status, b)
	}
	s.stop()
	p.run(t, 0, "check", "--read-data", "--data", data)
}

// A disk that is not mounted leaves an empty folder: nothing is copied into it, until the disk is back or somebody says that a
// new copy begins there.
func TestSecondStoreNotMounted(t *testing.T) {
	t.Parallel()
	p, data, mount := self(t), t.TempDir(), filepath.Join(t.TempDir(), "disk")
	p.env = append(p.env, "SOHOA_SECOND_STORE=file:"+mount)
	token := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", data, "--role", "admin", "--agency", "H15"))
	clerk := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", data, "--role", "clerk", "--agency", "H15"))
	deposit := func(s *server, n int) {
		t.Helper()
		if status, _, b, err := s.as(clerk).put("x.pdf", bytes.NewReader(testkit.PDF(1, 30<<10, uint64(n))), "&agency=H15"); err != nil || status != http.StatusCreated {
			t.Fatalf("%d %v %s", status, err, b)
		}
	}
	s := p.start(t, data, "clerk", "--no-reading")
	deposit(s, 1)
	await(t, s.as(token), func(st secondState) bool { return st.Lag == 0 })
	s.stop()
	if err := os.Rename(mount, mount+"-away"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(mount, 0o755); err != nil {
		t.Fatal(err)
	}

	s = p.start(t, data, "clerk", "--no-reading")
	deposit(s, 2)
	await(t, s.as(token), func(st secondState) bool { return st.Away && st.Lag > 0 })
	if left, err := os.ReadDir(mount); err != nil || len(left) != 0 {
		t.Errorf("the mount point holds %v, %v", left, err)
	}
	if err := errors.Join(os.Remove(mount), os.Rename(mount+"-away", mount)); err != nil {
		t.Fatal(err)
	}
	await(t, s.as(token), func(st secondState) bool { return !st.Away && st.Lag == 0 })
	s.stop()
	p.run(t, 0, "check", "--read-data", "--data", data)

	if err := os.RemoveAll(mount); err != nil {
		t.Fatal(err)
	}
	s = p.start(t, data, "clerk", "--no-reading")
	await(t, s.as(token), func(st secondState) bool { return st.Away })
	s.stop()
	if _, err := os.Stat(mount); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder was made where the disk is not: %v", err)
	}
	p.run(t, 1, "check", "--repair", "--data", data)
	p.run(t, 0, "check", "--read-data", "--data", data)
}

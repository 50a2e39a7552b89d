package main

import (
	"bytes"
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

// asideFiles lists the bytes in a quarantine, by their paths.
func asideFiles(t *testing.T, dir string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && len(d.Name()) == 4 && !strings.Contains(path, ".sgwtmp") {
			found = append(found, path)
		}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return found
}

// What is kept in quarantine has a second copy too, on a disk or in a bucket: it follows, mends and is mended, and goes when the
// paper is let out.
func TestQuarantineHasASecondCopy(t *testing.T) {
	t.Parallel()
	remote := s3server.Start(t)
	bucket := remote.Bucket(t)
	disk := filepath.Join(t.TempDir(), "second")
	for name, c := range map[string]struct{ address, dir string }{
		"disk":   {"file:" + disk, disk + "-quarantine"},
		"bucket": {remote.URL(bucket, "kho"), filepath.Join(remote.Folder, bucket, "kho-quarantine")},
	} {
		t.Run(name, func(t *testing.T) {
			p, data := self(t), t.TempDir()
			p.env = append(p.env, "SOHOA_S3_ACCESS_KEY="+remote.AccessKey, "SOHOA_S3_SECRET_KEY="+remote.SecretKey, "SOHOA_SECOND_STORE="+c.address)
			token := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", data, "--role", "checker", "--agency", "H15"))
			script := bytes.Replace(testkit.TextPDF("Một trang "+name), []byte("/Type /Catalog"), []byte("/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"), 1)
			first := filepath.Join(data, "quarantine")
			copies := func(n int) {
				t.Helper()
				for deadline := time.Now().Add(time.Minute); len(asideFiles(t, c.dir)) != n; time.Sleep(50 * time.Millisecond) {
					if time.Now().After(deadline) {
						t.Fatalf("the second quarantine holds %v", asideFiles(t, c.dir))
					}
				}
			}
			s := p.start(t, data, "clerk", "--no-reading", "--unsafe", "quarantine")
			status, doc, b, err := s.put("x.pdf", bytes.NewReader(script), "&agency=H15")
			if err != nil || status != http.StatusCreated || doc.State != "quarantined" {
				t.Fatalf("%d %v %s", status, err, b)
			}
			copies(1)
			s.stop()
			p.run(t, 0, "check", "--read-data", "--data", data)

			spoil := func(path string) {
				t.Helper()
				b, err := os.ReadFile(path)
				if err == nil {
					b[10] ^= 1
					err = os.Chmod(path, 0o600)
				}
				if err == nil {
					err = os.WriteFile(path, b, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			for kind, damage := range map[string]func(){
				"digest_mismatch": func() { spoil(asideFiles(t, first)[0]) },
				"missing_file":    func() { os.RemoveAll(filepath.Dir(asideFiles(t, first)[0])) },
				"missing_copy":    func() { os.RemoveAll(filepath.Dir(asideFiles(t, c.dir)[0])) },
			} {
				damage()
				if out := p.run(t, exitFindings, "check", "--read-data", "--data", data); !strings.Contains(out, kind) {
					t.Errorf("%s: check says %q", kind, out)
				}
				if out := p.run(t, exitFindings, "check", "--read-data", "--repair", "--data", data); !strings.Contains(out, "repaired") {
					t.Errorf("%s: repair says %q", kind, out)
				}
				p.run(t, 0, "check", "--read-data", "--data", data)
			}
			if got, err := os.ReadFile(asideFiles(t, first)[0]); err != nil || !bytes.Equal(got, script) {
				t.Errorf("the bytes are not what they were: %v", err)
			}

			s = p.start(t, data, "clerk", "--no-reading", "--unsafe", "quarantine")
			s.as(token).change(t, http.MethodPost, "/api/v1/documents/"+doc.ID+"/release", `{"reason":"biểu mẫu của Bộ"}`, 200)
			copies(0)
			if left := asideFiles(t, first); len(left) != 0 {
				t.Errorf("the first quarantine still holds %v", left)
			}
			s.stop()
			p.run(t, 0, "check", "--read-data", "--data", data)
		})
	}
}

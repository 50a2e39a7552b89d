package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// program is the program as it is now.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sohoa-compose-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "sohoa")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/sohoa")
	cmd.Dir, cmd.Env = "../..", append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// prepare returns what a run needs. Where the S3 server is not built the test is skipped, or fails when CI=true.
func prepare(t *testing.T) options {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	version, err := pinned(filepath.Join(root, "tools", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	o := options{root: root, sohoa: path, gateway: filepath.Join(root, "bin", "tools", "versitygw-"+version), strict: os.Getenv("CI") == "true"}
	if _, err := os.Stat(o.gateway); err != nil {
		if o.strict {
			t.Fatalf("%v (required in CI)", err)
		}
		t.Skipf("%v: make s3server", err)
	}
	return o
}

// TestCompose is `make compose-check` on the program as it is now.
func TestCompose(t *testing.T) {
	var said strings.Builder
	ok, err := run(t.Context(), &said, prepare(t))
	t.Log(said.String())
	if err != nil || !ok {
		t.Errorf("docker-compose.yml does not hold: %v", err)
	}
}

// What is wrong in the files is found, and nothing is started then.
func TestFindings(t *testing.T) {
	o := prepare(t)
	cases := []struct {
		reason, file, from, to, want string
	}{
		{"a misspelt key", "docker-compose.yml", "    mem_limit: 1g", "    memory_limit: 1g", "memory_limit"},
		{"a flag that is not there", "docker-compose.yml", "--keep-alive", "--keep-warm", "no flag --keep-warm"},
		{"a variable nobody reads", "docker-compose.yml", "SOHOA_VIRUS_SCANNER:", "SOHOA_VIRUS_SCANER:", "nobody reads the variable SOHOA_VIRUS_SCANER"},
		{"a command that is not there", "docker-compose.yml", "[bucket, make]", "[buckets, make]", "no command \"buckets\""},
		{"a password in the file", "docker-compose.yml", "FRESHCLAM_CHECKS: \"24\"", "ROOT_SECRET_KEY: \"x\"", "a secret stands in the file"},
		{"a port for everybody", "docker-compose.yml", "127.0.0.1:8080:8080", "8080:8080", "reached from outside"},
		{"a service that runs as root", "docker-compose.yml", "    user: clamav\n", "", "it runs as root"},
		{"a root that can be written", "docker-compose.yml", "  restart: unless-stopped\n  read_only: true", "  restart: unless-stopped", "its root can be written"},
		{"another server than the tests use", "docker-compose.yml", "versitygw:v1.8.0", "versitygw:v1.7.0", "is not the version"},
		{"an image that changes every day", "docker-compose.yml", "clamav:1.4", "clamav:latest", "another one every day"},
		{"a settings file that is gone", "docker-compose.yml", "./ocr/virus/clamd.conf", "./ocr/clamd.conf", "missing"},
		{"a stage that is not there", "Dockerfile", "--from=build /out/sohoa", "--from=builder /out/sohoa", "no stage \"builder\""},
		{"a volume of root's", "Dockerfile", "-m 0700 /data /keys", "-m 0700 /data", "would belong to root"},
		{"an old Go", "Dockerfile", "golang:1.26", "golang:1.21", "has the Go"},
		{"no such package", "Dockerfile", "tesseract-ocr-vie", "tesseract-ocr-xxx", "tesseract-ocr-xxx"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			o := o
			o.still, o.offline, o.root = true, true, t.TempDir()
			for _, name := range []string{"docker-compose.yml", "Dockerfile", "go.mod", "ocr/virus/clamd.conf"} {
				text, err := os.ReadFile(filepath.Join("../..", name))
				if err != nil {
					t.Fatal(err)
				}
				if name == c.file {
					if !strings.Contains(string(text), c.from) {
						t.Fatalf("%s no longer says %q", name, c.from)
					}
					text = []byte(strings.ReplaceAll(string(text), c.from, c.to))
				}
				if err := os.MkdirAll(filepath.Dir(filepath.Join(o.root, name)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(o.root, name), text, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var said strings.Builder
			ok, err := run(t.Context(), &said, o)
			if err != nil {
				said.WriteString(err.Error())
			}
			if ok || !strings.Contains(said.String(), c.want) {
				t.Errorf("%v, %v: %s", ok, err, said.String())
			}
		})
	}
}

func TestRename(t *testing.T) {
	places := []place{{"/keys", "/tmp/x/keys"}, {"/tmp", "/tmp/x/tmp"}}
	for text, want := range map[string]string{
		"cat /keys/access_key":    "cat /tmp/x/keys/access_key",
		"/keys /tmp":              "/tmp/x/keys /tmp/x/tmp",
		"--dir=/tmp":              "--dir=/tmp/x/tmp",
		"/etc/keys /keys2 /tmp.d": "/etc/keys /keys2 /tmp.d",
	} {
		if got := rename(places, text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

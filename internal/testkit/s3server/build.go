package s3server

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"sohoa/internal/testkit"
)

const module = "github.com/versity/versitygw"

var built struct {
	sync.Mutex
	path string
	err  error
}

// Program returns the path of the server's program, built from the version that tools/go.mod pins. The first build takes
// minutes and is kept in bin/tools; test programs that want it at the same time wait for one of them. Where it cannot be
// built the test is skipped, or fails when CI=true.
func Program(t testing.TB) string {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	if built.path == "" && built.err == nil {
		built.path, built.err = build(filepath.Join(testkit.Root(), "tools"), filepath.Join(testkit.Root(), "bin", "tools"))
	}
	if built.err != nil {
		testkit.Missing(t, "the S3 server for tests: "+built.err.Error())
	}
	return built.path
}

var pin = regexp.MustCompile(`(?m)^\s*(?:require\s+)?` + regexp.QuoteMeta(module) + ` v(\S+)`)

// build leaves <to>/versitygw-<version>, so that a new pin is a new file.
func build(tools, to string) (string, error) {
	mod, err := os.ReadFile(filepath.Join(tools, "go.mod"))
	if err != nil {
		return "", err
	}
	version := pin.FindSubmatch(mod)
	if version == nil {
		return "", fmt.Errorf("tools/go.mod does not require %s", module)
	}
	program := filepath.Join(to, "versitygw-"+string(version[1]))
	if runs(program) {
		return program, nil
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return "", err
	}
	unlock, err := exclude(filepath.Join(to, ".versitygw.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if runs(program) { // another test program built it while this one waited
		return program, nil
	}
	temp := fmt.Sprintf("%s.%d", program, os.Getpid())
	defer os.Remove(temp)
	cmd := exec.Command("go", "build", "-trimpath=false", "-ldflags=-s -w", "-o", temp, module+"/cmd/versitygw")
	cmd.Dir = tools
	cmd.Env = append(environ(), "CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOWORK=off")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return "", fmt.Errorf("build %s: %w: %s", module, err, lines[len(lines)-1])
	}
	return program, os.Rename(temp, program)
}

// environ is the environment without what a surrounding `go test` set for another build.
func environ() []string {
	var kept []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GOFLAGS=") {
			kept = append(kept, v)
		}
	}
	return kept
}

// runs reports whether the program is there and whole.
func runs(program string) bool {
	return exec.Command(program, "--version").Run() == nil
}

// exclude waits until nobody else holds the file.
func exclude(name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}

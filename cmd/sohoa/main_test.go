package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"sohoa/internal/sandbox"
	"sohoa/internal/testkit"
	"sohoa/ocr/child"
)

// TestMain lets this test binary be the program: started with SOHOA_TEST_PROGRAM set it is sohoa, children and all.
func TestMain(m *testing.M) {
	sandbox.Main(child.Roles(work))
	if os.Getenv("SOHOA_TEST_PROGRAM") != "" {
		disturb()
		main()
		return
	}
	os.Exit(m.Run())
}

// program is a way to start sohoa: this test binary, or one built for measuring.
type program struct {
	path string
	env  []string
	wrap []string // a command that starts it, with its arguments
}

func self(t testing.TB) program {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return program{path: path, env: []string{"SOHOA_TEST_PROGRAM=1"}}
}

// built is sohoa as a user has it, without the race detector, for measurements of memory and time.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sohoa-built-")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", dir+"/sohoa", "./cmd/sohoa")
	cmd.Dir = testkit.Root()
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return dir + "/sohoa", nil
})

func builtProgram(t testing.TB) program {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return program{path: path}
}

func (p program) command(args ...string) *exec.Cmd {
	line := append(append(append([]string{}, p.wrap...), p.path), args...)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "LANG=en_US.UTF-8"}, p.env...)
	return cmd
}

// run runs a command to its end and returns its standard output; any exit code but want fails the test.
func (p program) run(t testing.TB, want int, args ...string) string {
	t.Helper()
	cmd := p.command(args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != want {
		t.Fatalf("sohoa %s: exit %d (%v), want %d\n%s%s", strings.Join(args, " "), code, err, want, out.String(), errs.String())
	}
	return out.String()
}

// server is a running sohoa.
type server struct {
	t     testing.TB
	cmd   *exec.Cmd
	url   string
	token string
	logs  *lockedBuffer
	took  time.Duration // from start to listening
	done  chan struct{}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start makes a token in dir's house and starts a server on it. The server is stopped with the test, politely.
func (p program) start(t testing.TB, dir, role string, args ...string) *server {
	t.Helper()
	token := strings.TrimSpace(p.run(t, 0, "token", "add", "--data", dir, "--role", role, "--agency", "H15"))
	return p.startWith(t, dir, token, args...)
}

func (p program) startWith(t testing.TB, dir, token string, args ...string) *server {
	t.Helper()
	s := p.begin(t, dir, token, args...)
	select {
	case <-s.done:
		if s.url == "" {
			t.Fatalf("server ended before it listened:\n%s", s.logs)
		}
	default:
	}
	return s
}

// begin is startWith for a server that may end before it listens: it has no address then.
func (p program) begin(t testing.TB, dir, token string, args ...string) *server {
	t.Helper()
	s := &server{t: t, token: token, logs: &lockedBuffer{}, done: make(chan struct{})}
	s.cmd = p.command(append([]string{"serve", "--data", dir, "--listen", "127.0.0.1:0"}, args...)...)
	s.cmd.Stderr = s.logs
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	listening := make(chan string, 1)
	go func() {
		defer close(s.done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, url, ok := strings.Cut(lines.Text(), "listening on "); ok {
				listening <- url
			}
		}
		s.cmd.Wait()
	}()
	select {
	case s.url = <-listening:
		s.took = time.Since(began)
	case <-s.done:
		select {
		case s.url = <-listening: // both are so
		default:
		}
	case <-time.After(2 * time.Minute):
		s.cmd.Process.Kill()
		t.Fatalf("server does not listen:\n%s", s.logs)
	}
	t.Cleanup(func() {
		s.stop()
		if t.Failed() {
			t.Logf("server log:\n%s", tail(s.logs.String(), 8000))
		}
	})
	return s
}

func tail(s string, n int) string {
	if len(s) > n {
		return "…" + s[len(s)-n:]
	}
	return s
}

// stop ends the server as an operator would, and kills it when that does not help.
func (s *server) stop() {
	s.cmd.Process.Signal(os.Interrupt)
	select {
	case <-s.done:
	case <-time.After(time.Minute):
		s.cmd.Process.Kill()
		<-s.done
	}
}

// kill takes the power away.
func (s *server) kill() {
	s.cmd.Process.Kill()
	<-s.done
}

// call makes one request and returns status, header and body.
func (s *server) call(method, path string, header map[string]string, body io.Reader) (int, http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(context.Background(), method, s.url+path, body)
	if err != nil {
		return 0, nil, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Accept-Language", "en")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, res.Header, b, err
}

// must makes a request that has to answer with want, and decodes it into out when out is not nil.
func (s *server) must(want int, method, path string, body io.Reader, out any) []byte {
	s.t.Helper()
	header := map[string]string{}
	if method == http.MethodPost && body != nil {
		header["Content-Type"] = "application/json"
	}
	status, _, b, err := s.call(method, path, header, body)
	if err != nil || status != want {
		s.t.Fatalf("%s %s: %d %v, want %d: %s", method, path, status, err, want, b)
	}
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			s.t.Fatalf("%s %s: %v in %s", method, path, err, b)
		}
	}
	return b
}

// put deposits bytes and returns the answer's status and document.
func (s *server) put(name string, body io.Reader, query string) (int, paper, []byte, error) {
	status, _, b, err := s.call(http.MethodPut, "/api/v1/documents?file_name="+name+query, map[string]string{"Content-Type": "application/octet-stream"}, body)
	var p paper
	if err == nil && status == 201 {
		err = json.Unmarshal(b, &p)
	}
	return status, p, b, err
}

// paper is what tests look at of a document.
type paper struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Subject  string `json:"subject"`
	Pages    int    `json:"page_count"`
	Versions []struct {
		Digest string `json:"digest"`
		Size   int64  `json:"size"`
	} `json:"versions"`
	Reading struct {
		State string `json:"state"`
	} `json:"reading"`
	Findings []struct {
		Code     string `json:"code"`
		Severity string `json:"severity"`
		Message  string `json:"message"`
	} `json:"findings"`
}

// awaitReading waits until a paper is read, or can be read no further.
func (s *server) awaitReading(id string, patience time.Duration) paper {
	s.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(200 * time.Millisecond) {
		var p paper
		s.must(200, http.MethodGet, "/api/v1/documents/"+id, nil, &p)
		switch p.Reading.State {
		case "waiting", "running":
		default:
			return p
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("document %s is still %s", id, p.Reading.State)
		}
	}
}

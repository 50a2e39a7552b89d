// Package oidcserver runs a real OpenID provider (the example server of zitadel/oidc, from its Go module) for tests, on a loopback
// port and with invented people.
package oidcserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
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

// The client that the server knows.
const (
	ClientID     = "web"
	ClientSecret = "secret"
)

// Person is somebody the provider knows.
type Person struct{ ID, Username, Password, FirstName, LastName string }

// Server is a running provider.
type Server struct {
	Issuer string

	t       testing.TB
	program string
	port    string
	users   string
	back    string
	cmd     *exec.Cmd
	ended   chan struct{}
}

var built = sync.OnceValues(func() (string, error) {
	cmd := exec.Command("go", "tool", "-n", "github.com/zitadel/oidc/v3/example/server") // builds it, and says where it lies
	cmd.Dir = filepath.Join(testkit.Root(), "tools")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, said.String())
	}
	return strings.TrimSpace(string(out)), nil
})

// Start starts a provider that knows people and sends them back to the address back. It ends with the test. Where it cannot be
// built the test is skipped, or fails when CI=true.
func Start(t testing.TB, back string, people ...Person) *Server {
	t.Helper()
	program, err := built()
	if err != nil {
		testkit.Missing(t, "the OpenID provider for tests: "+err.Error())
	}
	_, port, err := net.SplitHostPort(testkit.FreeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	users := map[string]Person{}
	for _, p := range people {
		users[p.ID] = p
	}
	b, err := json.Marshal(users)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Issuer: "http://localhost:" + port + "/", t: t, program: program, port: port, back: back, users: filepath.Join(t.TempDir(), "people.json")}
	if err := os.WriteFile(s.users, b, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	s.Restart()
	return s
}

// Stop ends the provider as a power cut does. It may be called again.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	s.cmd.Process.Kill()
	<-s.ended
	s.cmd = nil
}

// Restart starts it again on the same address. It forgets every sign-in under way and draws other keys.
func (s *Server) Restart() {
	s.t.Helper()
	s.Stop()
	s.ended = make(chan struct{})
	cmd := exec.Command(s.program)
	cmd.Env = []string{"PORT=" + s.port, "USERS_FILE=" + s.users, "REDIRECT_URI=" + s.back, "PATH=/usr/bin:/bin"}
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
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		res, err := http.Get(s.Issuer + ".well-known/openid-configuration")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-ended:
			s.t.Fatal("the OpenID provider ended")
		default:
		}
		if time.Now().After(end) {
			s.t.Fatalf("the OpenID provider does not answer: %v", err)
		}
	}
}

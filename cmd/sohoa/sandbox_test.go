package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"sohoa/internal/sandbox"
	"sohoa/ocr/child"
)

// needFullSandbox skips on a machine that cannot give the full sandbox, and fails there when CI=true.
func needFullSandbox(t *testing.T) {
	t.Helper()
	in := child.NewInspector(child.Options{})
	defer in.Close()
	level, notes, err := in.Level(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if level == sandbox.LevelFull {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("sandbox level %s %v (full required in CI)", level, notes)
	}
	t.Skipf("sandbox level %s %v", level, notes)
}

// TestSandboxRequired starts the real program with parts of the sandbox switched off: under --sandbox require it must not start, and must
// say what a child could have done.
func TestSandboxRequired(t *testing.T) {
	t.Parallel()
	needFullSandbox(t)
	cases := []struct {
		reason, off string
		leaks       []string
	}{
		{"no landlock", "landlock", []string{"level no-landlock", "read_outside", "write_outside"}},
		{"no seccomp", "seccomp", []string{"level no-seccomp", "udp_send", "unix_pair"}},
		{"neither", "both", []string{"level none", "read_outside", "tcp_connect", "start_program"}},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			cmd := self(t).command("serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--no-reading", "--sandbox", "require", "--sandbox-off", c.off)
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			_ = cmd.Run() // the exit code is looked at
			if code := cmd.ProcessState.ExitCode(); code != exitFailed {
				t.Errorf("exit %d, want %d", code, exitFailed)
			}
			if strings.Contains(out.String(), "listening on") {
				t.Error("the server listened before it refused")
			}
			for _, want := range c.leaks {
				if !strings.Contains(errs.String(), want) {
					t.Errorf("%q is not named in: %s", want, errs.String())
				}
			}
		})
	}
	t.Run("inspect refuses too", func(t *testing.T) {
		f := t.TempDir() + "/paper.pdf"
		if err := os.WriteFile(f, []byte("%PDF-1.4"), 0o600); err != nil {
			t.Fatal(err)
		}
		self(t).run(t, exitFailed, "inspect", "--sandbox", "require", "--sandbox-off", "landlock", f)
	})
	t.Run("full is enough", func(t *testing.T) {
		s := self(t).start(t, t.TempDir(), "admin", "--no-reading", "--sandbox", "require")
		var status struct{ Sandbox string }
		s.must(200, "GET", "/api/v1/status", nil, &status)
		if status.Sandbox != "full" {
			t.Errorf("status says %q", status.Sandbox)
		}
	})
	t.Run("best starts, and says what is open", func(t *testing.T) {
		s := self(t).start(t, t.TempDir(), "admin", "--no-reading", "--sandbox-off", "seccomp")
		var status struct{ Sandbox string }
		s.must(200, "GET", "/api/v1/status", nil, &status)
		if status.Sandbox != "no-seccomp" {
			t.Errorf("status says %q", status.Sandbox)
		}
		if log := s.logs.String(); !strings.Contains(log, "not tight") || !strings.Contains(log, "udp_send") {
			t.Errorf("the log does not say what is open:\n%s", log)
		}
	})
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// process is a service that runs here.
type process struct {
	service types.ServiceConfig
	cmd     *exec.Cmd
	said    *output
	ended   chan struct{}
	err     error // once ended
}

// output keeps what a process says.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// command prepares what a container of a service would run; args replace the service's own.
func (s *stage) command(c types.ServiceConfig, words []string) (*exec.Cmd, error) {
	places, err := s.places(c)
	if err != nil {
		return nil, err
	}
	if err := s.mountFiles(c, places); err != nil {
		return nil, err
	}
	said := make([]string, len(words))
	for i, w := range words {
		if said[i], err = s.translate(c, places, w); err != nil {
			return nil, err
		}
	}
	bin := filepath.Join(s.dir, "bin")
	if _, err := os.Stat(said[0]); err != nil || !filepath.IsAbs(said[0]) {
		here := filepath.Join(bin, filepath.Base(said[0]))
		if _, err := os.Stat(here); err == nil {
			said[0] = here
		}
	}
	cmd := exec.Command(said[0], said[1:]...)
	cmd.Dir = s.dir
	tmp := filepath.Join(s.dir, "tmp", c.Name, "tmp")
	cmd.Env = []string{"PATH=" + bin + ":/usr/local/bin:/usr/bin:/bin", "HOME=" + s.dir, "TMPDIR=" + tmp, "LANG=C.UTF-8",
		"ADDRESS=" + s.addresses[c.Name], "CLAMD_CONF=" + filepath.Join(s.dir, "files", c.Name, "clamd.conf")}
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, err
	}
	env := s.environment(c)
	for _, name := range slices.Sorted(maps.Keys(env)) {
		value, err := s.translate(c, places, env[name])
		if err != nil {
			return nil, err
		}
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd, nil
}

// words is what a container of a service starts with.
func (s *stage) words(c types.ServiceConfig) []string {
	entry, command := []string(c.Entrypoint), []string(c.Command)
	if s.isOurs(c) {
		if entry == nil {
			entry = s.built.entrypoint
		}
		if command == nil {
			command = s.built.command
		}
	}
	return append(slices.Clone(entry), command...)
}

// start starts a service and does not wait for anything.
func (s *stage) start(c types.ServiceConfig) (*process, error) {
	cmd, err := s.command(c, s.words(c))
	if err != nil {
		return nil, err
	}
	p := &process{service: c, cmd: cmd, said: &output{}, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p.said, p.said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// up starts a service after those it depends on, each as far as the file asks.
func (s *stage) up(ctx context.Context, name string) error {
	if s.once[name] || slices.ContainsFunc(s.running, func(p *process) bool { return p.service.Name == name }) {
		return nil
	}
	c := s.project.Services[name]
	for _, on := range slices.Sorted(maps.Keys(c.DependsOn)) {
		if err := s.up(ctx, on); err != nil {
			return err
		}
		if c.DependsOn[on].Condition == types.ServiceConditionHealthy {
			if err := s.healthy(ctx, on); err != nil {
				return err
			}
		}
	}
	p, err := s.start(c)
	if err != nil {
		return err
	}
	if c.Restart != types.RestartPolicyNo {
		s.running = append(s.running, p)
		return nil
	}
	select {
	case <-p.ended:
	case <-ctx.Done():
		p.kill()
		return ctx.Err()
	}
	if p.err != nil {
		return fmt.Errorf("%s: %w\n%s", name, p.err, p.said)
	}
	s.once[name] = true
	return nil
}

func (p *process) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // its group: what it started must not stay
	<-p.ended
}

// healthy asks as an engine would, more often, until a service says that it is well.
func (s *stage) healthy(ctx context.Context, name string) error {
	at := slices.IndexFunc(s.running, func(p *process) bool { return p.service.Name == name })
	if at < 0 {
		return fmt.Errorf("%s does not run", name)
	}
	p := s.running[at]
	var test []string
	if c := p.service.HealthCheck; c != nil && len(c.Test) > 1 && c.Test[0] == "CMD" {
		test = c.Test[1:]
	} else if c == nil && s.isOurs(p.service) {
		test = s.built.health
	} else {
		return fmt.Errorf("%s: a health check of this form is not understood here", name)
	}
	for {
		cmd, err := s.command(p.service, test)
		if err != nil {
			return err
		}
		out, err := cmd.CombinedOutput()
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended: %w\n%s", name, p.err, p.said)
		case <-ctx.Done():
			return fmt.Errorf("%s is not well: %w: %s\n%s", name, err, out, p.said)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// run runs another command in the place of a service, as `docker compose run` does, and returns what it prints.
func (s *stage) run(ctx context.Context, name string, args ...string) (string, error) {
	c := s.project.Services[name]
	cmd, err := s.command(c, append(slices.Clone(s.built.entrypoint), args...))
	if err != nil {
		return "", err
	}
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("sohoa %s: %w\n%s%s", strings.Join(args, " "), err, out.String(), said.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// down stops everything, last first, with the signal and in the time that the file gives.
func (s *stage) down(ctx context.Context) error {
	var errs []error
	for _, p := range slices.Backward(s.running) {
		signal := syscall.SIGTERM
		if p.service.StopSignal != "" && p.service.StopSignal != "SIGTERM" || s.isOurs(p.service) && s.built.stopSignal != "SIGTERM" {
			errs = append(errs, fmt.Errorf("%s: another signal than SIGTERM is not understood here", p.service.Name))
		}
		_ = p.cmd.Process.Signal(signal)
		select {
		case <-p.ended:
			if s.isOurs(p.service) && p.err != nil {
				errs = append(errs, fmt.Errorf("%s did not end well: %w\n%s", p.service.Name, p.err, p.said))
			}
		case <-time.After(time.Duration(*p.service.StopGracePeriod)):
			p.kill()
			errs = append(errs, fmt.Errorf("%s did not stop in %s\n%s", p.service.Name, *p.service.StopGracePeriod, p.said))
		case <-ctx.Done():
			p.kill()
			errs = append(errs, ctx.Err())
		}
	}
	s.running, s.once = nil, map[string]bool{}
	return errors.Join(errs...)
}

// close ends what still runs and removes the folder.
func (s *stage) close() {
	for _, p := range s.running {
		p.kill()
	}
	os.RemoveAll(s.dir)
}

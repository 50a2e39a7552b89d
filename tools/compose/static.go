package main

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// checkServices looks whether every service is as confined as the head of the file says, and needs what is there.
func (h *house) checkServices(r *report) {
	before := r.found
	for _, s := range h.services() {
		must := func(ok bool, what string) {
			if !ok {
				r.wrong("service %s: %s", s.Name, what)
			}
		}
		must(s.ReadOnly, "its root can be written")
		must(slices.Equal(s.CapDrop, []string{"ALL"}) && len(s.CapAdd) == 0, "it keeps capabilities")
		must(slices.Equal(s.SecurityOpt, []string{"no-new-privileges:true"}), "it can gain privileges")
		must(!s.Privileged && s.Pid == "" && s.Ipc == "" && s.NetworkMode != "host", "it shares the host's namespaces")
		must(s.MemLimit > 0 && s.PidsLimit > 0, "its memory or its processes have no limit")
		user := s.User
		if h.isOurs(s) && user == "" {
			user = h.built.user
		}
		must(user != "" && user != "root" && !strings.HasPrefix(user, "0"), "it runs as root")
		once := s.Restart == types.RestartPolicyNo
		health := s.HealthCheck != nil && len(s.HealthCheck.Test) > 0 || h.isOurs(s) && len(h.built.health) > 0
		must(once || health, "nobody asks for its health")
		must(once || s.StopGracePeriod != nil, "it has no time to stop")
		for _, p := range s.Ports {
			must(p.HostIP == "127.0.0.1", "port "+p.Published+" can be reached from outside")
		}
		for _, v := range s.Volumes {
			if v.Type != types.VolumeTypeBind {
				continue
			}
			_, err := os.Stat(v.Source)
			must(err == nil && v.ReadOnly, "what it mounts from this folder is missing or can be written: "+v.Source)
		}
		for name, value := range s.Environment {
			secret := secretName.MatchString(name) && !strings.HasSuffix(name, "_FILE")
			must(!secret || value == nil || *value == "", "a secret stands in the file: "+name)
		}
	}
	h.checkOwners(r)
	if r.found == before {
		r.right("%d services: read-only roots, no capabilities, no privileges to gain, no root, limits, health, loopback only, no password", len(h.project.Services))
	}
}

// checkOwners looks whether the volumes of services that run under one user's number are made by our image, which has a folder
// of that owner at their place: a new volume takes the owner of the folder it covers first.
func (h *house) checkOwners(r *report) {
	for _, s := range h.services() {
		if !h.isOurs(s) {
			continue
		}
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeVolume && !slices.Contains(h.built.folders, v.Target) {
				r.wrong("service %s: the image has no folder %s: its volume would belong to root", s.Name, v.Target)
			}
		}
	}
}

var (
	secretName = regexp.MustCompile(`PASSWORD|SECRET|_KEY$|TOKEN`)
	flagWord   = regexp.MustCompile(`(^|\s)(--[a-z][a-z0-9-]*)`)
	ourFlag    = regexp.MustCompile(`(?m)^\s+-([a-z][a-z0-9-]*)`)
)

// said keeps what programs said.
var said sync.Map

// help returns what a program says of itself.
func help(ctx context.Context, program string, args ...string) string {
	key := program + " " + strings.Join(args, " ")
	if text, ok := said.Load(key); ok {
		return text.(string)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = []string{"LANG=C"}
	out, _ := cmd.CombinedOutput() // a program that says nothing is found out by the first word that is looked for
	said.Store(key, string(out))
	return string(out)
}

// checkPrograms looks for every command, flag and variable in what the real programs say of themselves.
func (h *house) checkPrograms(ctx context.Context, r *report) {
	gateway := help(ctx, h.programs["versitygw"], "--help") + help(ctx, h.programs["versitygw"], "posix", "--help")
	usage := help(ctx, h.programs["sohoa"], "help")
	before, words := r.found, 0
	for _, s := range h.services() {
		line := strings.Join(append(slices.Clone(s.Entrypoint), s.Command...), " ")
		var known string
		switch {
		case h.isOurs(s):
			command := append(slices.Clone(s.Command), h.built.command...)[0]
			if !strings.Contains(usage, "\n  sohoa "+command+" ") {
				r.wrong("service %s: sohoa has no command %q", s.Name, command)
			}
			known = help(ctx, h.programs["sohoa"], "help", command)
		case strings.Contains(s.Image, "versitygw"):
			known = gateway
		default:
			continue // see the rehearsal: clamd reads its own file, and refuses what it does not know
		}
		for _, m := range flagWord.FindAllStringSubmatch(line, -1) {
			if words++; !regexp.MustCompile(m[2] + `[ ,\n]`).MatchString(known) {
				r.wrong("service %s: there is no flag %s", s.Name, m[2])
			}
		}
		for _, name := range slices.Sorted(maps.Keys(s.Environment)) {
			if words++; !hasVariable(known, name) {
				r.wrong("service %s: nobody reads the variable %s", s.Name, name)
			}
		}
	}
	served := help(ctx, h.programs["sohoa"], "help", "serve")
	for name := range h.built.env {
		if words++; !hasVariable(served, name) {
			r.wrong("dockerfile: nobody reads the variable %s", name)
		}
	}
	for _, name := range []string{"ROOT_ACCESS_KEY", "ROOT_SECRET_KEY"} {
		if !strings.Contains(gateway, "$"+name) {
			r.wrong("versitygw does not read %s", name)
		}
	}
	if r.found == before {
		r.right("every command, and %d flags and variables, are what sohoa and %s say of themselves", words, filepath.Base(h.programs["versitygw"]))
	}
}

// hasVariable reports whether a help text names a variable, as the twin of a flag or by itself.
func hasVariable(text, name string) bool {
	if name == "TZ" {
		return true // of the C library, and of Go's
	}
	for _, m := range ourFlag.FindAllStringSubmatch(text, -1) {
		if name == "SOHOA_"+strings.ToUpper(strings.ReplaceAll(m[1], "-", "_")) {
			return true
		}
	}
	return strings.Contains(text, strings.TrimSuffix(name, "_FILE"))
}

// environment is what a service's processes find set: by the image, and by the file over it.
func (h *house) environment(s types.ServiceConfig) map[string]string {
	env := map[string]string{}
	if h.isOurs(s) {
		maps.Copy(env, h.built.env)
	}
	for name, value := range s.Environment {
		if value != nil {
			env[name] = *value
		}
	}
	return env
}

// checkImages asks the registries for every image, through the ordinary client.
func (h *house) checkImages(ctx context.Context, r *report, offline bool) {
	images := slices.Clone(h.built.bases)
	for _, s := range h.services() {
		if !h.isOurs(s) && !slices.Contains(images, s.Image) {
			images = append(images, s.Image)
		}
		if strings.HasSuffix(s.Image, ":latest") || !strings.Contains(filepath.Base(s.Image), ":") && !h.isOurs(s) {
			r.wrong("service %s: image %s is another one every day: name a version", s.Name, s.Image)
		}
		if version := strings.TrimPrefix(filepath.Base(h.programs["versitygw"]), "versitygw-"); strings.Contains(s.Image, "versitygw") && !strings.HasSuffix(s.Image, ":v"+version) {
			r.wrong("service %s: image %s is not the version %s that the tests use", s.Name, s.Image, version)
		}
	}
	docker, err := exec.LookPath("docker")
	if err != nil || offline {
		r.skip("whether the images exist: nobody here to ask for %s", strings.Join(images, ", "))
		return
	}
	answers := make([]error, len(images))
	var all sync.WaitGroup
	for i, image := range images {
		all.Go(func() { answers[i] = manifest(ctx, docker, image) })
	}
	all.Wait()
	for i, image := range images {
		switch err := answers[i]; {
		case err == nil:
			r.right("image %s exists", image)
		case isNoImage(err):
			r.wrong("image %s: %v", image, err)
		default:
			r.skip("whether image %s exists: its registry does not answer here", image)
		}
	}
}

func manifest(ctx context.Context, docker, image string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, docker, "manifest", "inspect", image)
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return errors.New(strings.TrimSpace(said.String()))
	}
	return nil
}

func isNoImage(err error) bool {
	s := strings.ToLower(err.Error())
	return strings.Contains(s, "no such manifest") || strings.Contains(s, "manifest unknown") || strings.Contains(s, "not found: manifest")
}

// checkDockerfile looks whether its stages fit together and its packages are in Debian.
func (h *house) checkDockerfile(ctx context.Context, r *report) error {
	before := r.found
	d := h.built
	for _, from := range d.copies {
		if !slices.Contains(d.stages, from) {
			r.wrong("dockerfile: no stage %q to copy from", from)
		}
	}
	mod, err := os.ReadFile(filepath.Join(h.root, "go.mod"))
	if err != nil {
		return err
	}
	want := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(mod))
	if want == nil || !slices.ContainsFunc(d.bases, func(b string) bool { return strings.HasPrefix(b, "golang:"+want[1]) }) {
		r.wrong("dockerfile: none of %v has the Go that go.mod asks for", d.bases)
	}
	if !slices.Equal(d.entrypoint, []string{"sohoa"}) || len(d.command) == 0 || len(d.health) == 0 || len(d.packages) == 0 {
		r.wrong("dockerfile: no entry point, command, health check or packages")
	}
	if r.found == before {
		r.right("Dockerfile: stages %v on %v, every COPY --from is one of them", d.stages, d.bases)
	}
	if lists, _ := filepath.Glob("/var/lib/apt/lists/*_Packages*"); len(lists) == 0 {
		r.skip("whether Debian has %s: no package lists here (apt-get update)", strings.Join(d.packages, ", "))
		return nil
	}
	for _, name := range d.packages {
		if !strings.Contains(help(ctx, "apt-cache", "show", "--no-all-versions", name), "Package: "+name+"\n") {
			r.wrong("dockerfile: Debian has no package %s", name)
		}
	}
	r.right("Debian has %s", strings.Join(d.packages, ", "))
	return nil
}

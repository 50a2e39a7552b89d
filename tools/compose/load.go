package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// house is the file, what is built for it, and the programs of this machine that stand for its images.
type house struct {
	root     string
	project  *types.Project
	built    *dockerfile
	programs map[string]string // name inside the containers -> path here, "" for missing
}

// load reads the file as `docker compose` does, without the environment of whoever calls: what it says must stand by itself.
func load(ctx context.Context, o options) (*house, error) {
	root, err := filepath.Abs(o.root)
	if err != nil {
		return nil, err
	}
	po, err := cli.NewProjectOptions([]string{filepath.Join(root, "docker-compose.yml")}, cli.WithWorkingDirectory(root), cli.WithEnv(nil), cli.WithDiscardEnvFile)
	if err != nil {
		return nil, err
	}
	project, err := po.LoadProject(ctx)
	if err != nil {
		return nil, err
	}
	built, err := readDockerfile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		return nil, err
	}
	h := &house{root: root, project: project, built: built, programs: map[string]string{"sohoa": o.sohoa, "versitygw": o.gateway, "clamd": clamd()}}
	if !filepath.IsAbs(o.sohoa) {
		h.programs["sohoa"] = filepath.Join(root, o.sohoa)
	}
	if o.gateway == "" {
		version, err := pinned(filepath.Join(root, "tools", "go.mod"))
		if err != nil {
			return nil, err
		}
		h.programs["versitygw"] = filepath.Join(root, "bin", "tools", "versitygw-"+version)
	}
	for _, name := range []string{"sohoa", "versitygw"} {
		if _, err := os.Stat(h.programs[name]); err != nil {
			return nil, fmt.Errorf("%s is not built: %w; make build s3server", name, err)
		}
	}
	return h, nil
}

var pin = regexp.MustCompile(`(?m)versity/versitygw v(\S+)`)

// pinned returns the version of the S3 server that tests use.
func pinned(mod string) (string, error) {
	text, err := os.ReadFile(mod)
	if err != nil {
		return "", err
	}
	m := pin.FindSubmatch(text)
	if m == nil {
		return "", fmt.Errorf("%s does not require versitygw", mod)
	}
	return string(m[1]), nil
}

// clamd finds the virus scanner, which Debian keeps outside the path of ordinary users.
func clamd() string {
	for _, name := range []string{"/usr/sbin/clamd", "/usr/bin/clamd", "/usr/local/sbin/clamd"} {
		if info, err := os.Stat(name); err == nil && info.Mode()&0o111 != 0 {
			return name
		}
	}
	return ""
}

// services in a fixed order.
func (h *house) services() []types.ServiceConfig {
	var all []types.ServiceConfig
	for _, name := range slices.Sorted(maps.Keys(h.project.Services)) {
		all = append(all, h.project.Services[name])
	}
	return all
}

// isOurs reports whether a service runs what the Dockerfile builds.
func (h *house) isOurs(s types.ServiceConfig) bool {
	return s.Image == h.project.Services["sohoa"].Image
}

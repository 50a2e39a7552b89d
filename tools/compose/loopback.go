package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// stage is where the services run as plain processes: each has an address of its own on loopback, so that all listen on the
// ports that the file says, and a folder for each volume.
type stage struct {
	*house
	dir       string
	addresses map[string]string // service -> 127.x.y.z
	running   []*process        // in the order started
	once      map[string]bool   // services that have ended well
	report    *report
}

func (h *house) newStage(r *report) (*stage, error) {
	dir, err := os.MkdirTemp("", "sc-") // short: the name of a socket has room for a hundred bytes
	if err != nil {
		return nil, err
	}
	s := &stage{house: h, dir: dir, addresses: map[string]string{}, once: map[string]bool{}, report: r}
	var net [2]byte
	rand.Read(net[:])
	for i, service := range h.services() {
		s.addresses[service.Name] = fmt.Sprintf("127.%d.%d.%d", 64+net[0]%128, net[1], i+2)
	}
	return s, nil
}

// place is a folder or file of a container and what stands for it here.
type place struct{ inside, here string }

// places lists what a service sees of the file system, the longest names first.
func (s *stage) places(c types.ServiceConfig) ([]place, error) {
	var all []place
	folder := func(inside string, name ...string) error {
		here := filepath.Join(append([]string{s.dir}, name...)...)
		all = append(all, place{inside, here})
		return os.MkdirAll(here, 0o700)
	}
	for _, v := range c.Volumes {
		var err error
		switch v.Type {
		case types.VolumeTypeVolume:
			err = folder(v.Target, "volumes", v.Source)
		case types.VolumeTypeBind:
			all = append(all, place{v.Target, filepath.Join(s.dir, "files", c.Name, filepath.Base(v.Target))})
		default:
			err = fmt.Errorf("a mount of type %s is not understood here", v.Type)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, t := range c.Tmpfs {
		inside, _, _ := strings.Cut(t, ":")
		if err := folder(inside, "tmp", c.Name, filepath.Base(inside)); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b place) int { return len(b.inside) - len(a.inside) })
	return all, nil
}

// translate rewrites a text that a container would find so that it means the same here. A name of another service is known
// only where the two share a network.
func (s *stage) translate(c types.ServiceConfig, places []place, text string) (string, error) {
	text = rename(places, text)
	for _, own := range []string{"0.0.0.0", "127.0.0.1", "localhost"} {
		text = regexp.MustCompile(`\b`+regexp.QuoteMeta(own)+`\b`).ReplaceAllString(text, s.addresses[c.Name])
	}
	for name, address := range s.addresses {
		host := regexp.MustCompile(`(^|[^A-Za-z0-9_.-])` + regexp.QuoteMeta(name) + `:(\d)`)
		if !host.MatchString(text) {
			continue
		}
		if !s.meet(c, s.project.Services[name]) {
			return "", fmt.Errorf("service %s speaks to %s and shares no network with it", c.Name, name)
		}
		text = host.ReplaceAllString(text, "${1}"+address+":${2}")
	}
	return text, nil
}

func (s *stage) meet(a, b types.ServiceConfig) bool {
	for name := range a.Networks {
		if _, ok := b.Networks[name]; ok {
			return true
		}
	}
	return false
}

// rename puts the folders of this machine in the place of the containers', in one pass: the first may contain the second.
func rename(places []place, text string) string {
	inName := func(c byte) bool {
		return c == '.' || c == '_' || c == '-' || c == '/' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
	}
	var out strings.Builder
next:
	for i := 0; i < len(text); {
		if i == 0 || !inName(text[i-1]) {
			for _, p := range places {
				rest, ok := strings.CutPrefix(text[i:], p.inside)
				if ok && (rest == "" || rest[0] == '/' || !inName(rest[0])) {
					out.WriteString(p.here)
					i += len(p.inside)
					continue next
				}
			}
		}
		out.WriteByte(text[i])
		i++
	}
	return out.String()
}

// mountFiles puts the files that a service mounts from the repository in their places, translated.
func (s *stage) mountFiles(c types.ServiceConfig, places []place) error {
	for _, v := range c.Volumes {
		if v.Type != types.VolumeTypeBind {
			continue
		}
		text, err := os.ReadFile(v.Source)
		if err != nil {
			return err
		}
		here := filepath.Join(s.dir, "files", c.Name, filepath.Base(v.Target))
		if err := os.MkdirAll(filepath.Dir(here), 0o700); err != nil {
			return err
		}
		said, err := s.translate(c, places, string(text))
		if err != nil {
			return err
		}
		if err := os.WriteFile(here, []byte(said), 0o600); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var nodeForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// nodeName returns the name of this process among those of the house: given by --node, else drawn at the first start and
// kept in the data folder, which no two processes have open at once. It is the same after a restart, so that the process
// knows what its former life left behind, and the names of two machines differ without anybody thinking of it.
func nodeName(o *options) (string, error) {
	if o.node != "" {
		if !nodeForm.MatchString(o.node) {
			return "", errors.New("--node takes up to 63 letters, digits, dots, dashes and underscores")
		}
		return o.node, nil
	}
	file := filepath.Join(o.data, "node")
	b, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("name of this node: %w", err)
	}
	// Half a name is what a power cut at the first start leaves; nothing was done under it yet.
	if name, whole := strings.CutSuffix(string(b), "\n"); whole && nodeForm.MatchString(name) {
		return name, nil
	}
	name := strings.ToLower(rand.Text()[:12])
	if err := os.WriteFile(file, []byte(name+"\n"), 0o640); err != nil {
		return "", fmt.Errorf("name of this node: %w", err)
	}
	return name, nil
}

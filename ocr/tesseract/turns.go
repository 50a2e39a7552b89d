package tesseract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Turns tells by how many quarter turns clockwise an image must be turned for its letters to stand upright: 0 to 3. It
// needs the program's orientation data ("osd", which Debian installs with it) and some dozens of letters; without either
// it returns an error.
func (e Engine) Turns(ctx context.Context, image string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, e.pageTime())
	defer cancel()
	args := []string{image, "stdout", "-l", "osd", "--psm", "0", "--dpi", "200"}
	if e.Data != "" {
		args = append(args, "--tessdata-dir", e.Data)
	}
	cmd := exec.CommandContext(ctx, e.Program, args...)
	cmd.Env, cmd.Dir, cmd.WaitDelay = e.environment(), e.Dir, 2*time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, io.Discard
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("ask which way a page lies: %w", err)
	}
	return turns(out.String())
}

func turns(said string) (int, error) {
	for line := range strings.Lines(said) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "Rotate:"); ok {
			degrees, err := strconv.Atoi(strings.TrimSpace(rest))
			if err != nil || degrees%90 != 0 {
				return 0, fmt.Errorf("ask which way a page lies: rotate by %q", rest)
			}
			return (degrees/90%4 + 4) % 4, nil
		}
	}
	return 0, errors.New("ask which way a page lies: no answer")
}

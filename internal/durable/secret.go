package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Secret returns the text in the file at path, which its user alone can read. When there is none, fresh draws one, and it is durable
// before it is returned: nothing is ever signed or sealed by a key that a power failure takes away. Of several processes that
// start together one makes it and all get the same. No error repeats it.
func Secret(path string, fresh func() (string, error)) (string, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeSecret(path, fresh); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("make %s: %w", path, err)
		}
		b, err = os.ReadFile(path)
	}
	if err != nil {
		return "", fmt.Errorf("read the key: %w", err)
	}
	return string(b), nil
}

// makeSecret writes the text beside its place, flushes it, and links it there, which fails when one is there. A crash leaves a
// whole secret or none, and perhaps a file with a name beginning ".new-key", which nothing reads.
func makeSecret(path string, fresh func() (string, error)) error {
	text, err := fresh()
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

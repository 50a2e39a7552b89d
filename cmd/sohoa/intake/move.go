package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"sohoa/archive"
)

// The folders made here get what the umask of the service leaves of these: the people who scan must be able to take files
// out of REFUSED, and how wide the door stands is for the operator of the share to say.
const (
	openFolderMode fs.FileMode = 0o777
	openFileMode   fs.FileMode = 0o666
)

// ways is how many names are tried for a file whose name is taken.
const ways = 10_000

// claim gives an acknowledged file a hidden name beside its own and then looks whether what it holds is the file that was
// read. From there on nobody who writes to the old name can hit it, and nobody's new file of that name can be hit. A
// name too long for the prefix stays as it is: the moment between looking and removing is then open. ErrChanged says that
// another file is there; it has its name back.
func (t tree) claim(p *Paper) (string, error) {
	held := path.Join(path.Dir(p.Path), claimPrefix+path.Base(p.Path))
	if len(claimPrefix)+len(path.Base(p.Path)) > nameBytes {
		held = p.Path
	} else if err := t.Rename(p.Path, held); err != nil {
		return "", err
	}
	// Power lost from here on: the next walk gives the file its name back.
	info, err := t.Lstat(held)
	if err == nil && !p.same(info) {
		err = ErrChanged
	}
	if err != nil {
		return "", errors.Join(err, t.giveBack(held))
	}
	return held, nil
}

// giveBack undoes a claim.
func (t tree) giveBack(held string) error {
	if !strings.HasPrefix(path.Base(held), claimPrefix) {
		return nil
	}
	dir, err := t.OpenRoot(path.Dir(held))
	if err != nil {
		return err
	}
	defer dir.Close()
	_, err = unclaim(dir, path.Base(held))
	return err
}

// unclaim gives a claimed file of dir its name back, or the next free one when somebody else has it by now.
func unclaim(dir *os.Root, held string) (string, error) {
	return place(dir, strings.TrimPrefix(held, claimPrefix), func(name string) error { return moveBetween(dir, held, dir, name) })
}

// remove takes an acknowledged file away.
func (t tree) remove(p *Paper) error {
	held, err := t.claim(p)
	if err != nil {
		return err
	}
	return t.Remove(held)
}

// moveTo moves an acknowledged file to the same path below the folder to, or to the next free name there. On another file
// system it is copied, and removed when the copy is durable and equal.
func (t tree) moveTo(ctx context.Context, p *Paper, to *os.Root) error {
	held, err := t.claim(p)
	if err != nil {
		return err
	}
	if err := t.moveHeld(ctx, p, held, to); err != nil {
		return errors.Join(err, t.giveBack(held))
	}
	return nil
}

func (t tree) moveHeld(ctx context.Context, p *Paper, held string, to *os.Root) error {
	dir, err := makeFolder(to, path.Dir(p.Path))
	if err != nil {
		return err
	}
	defer dir.Close()
	from, err := t.OpenRoot(path.Dir(held))
	if err != nil {
		return err
	}
	defer from.Close()
	_, err = place(dir, path.Base(p.Path), func(name string) error { return moveBetween(from, path.Base(held), dir, name) })
	if !errors.Is(err, syscall.EXDEV) {
		return err
	}
	half, err := copyHalf(ctx, p, dir)
	if err != nil {
		return err
	}
	// Power lost before the copy has its name: a hidden half copy stays in the folder of done ones, and the file is moved again.
	if _, err := place(dir, path.Base(p.Path), func(name string) error { return moveBetween(dir, half, dir, name) }); err != nil {
		return err
	}
	return t.Remove(held)
}

// place tries names until put takes one, and returns it. put returns fs.ErrExist for a name that is taken.
func place(dir *os.Root, name string, put func(string) error) (string, error) {
	for n := 1; n <= ways; n++ {
		try := variant(name, n, nameBytes)
		if err := put(try); !errors.Is(err, fs.ErrExist) {
			return try, err
		}
	}
	return "", fmt.Errorf("no free name for %s in %s", Printable(name), dir.Name())
}

// copyHalf writes the paper durably into dir under a hidden name, which it returns.
func copyHalf(ctx context.Context, p *Paper, dir *os.Root) (string, error) {
	half := ".sohoa-" + archive.NewID().String() + ".part"
	f, err := dir.OpenFile(half, os.O_WRONLY|os.O_CREATE|os.O_EXCL, openFileMode)
	if err != nil {
		return "", err
	}
	want := p.sum
	_, err = io.Copy(f, &cancelled{ctx, p.Reader()})
	if err == nil && p.sum != want {
		err = ErrChanged
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, dir.Remove(half))
	}
	return half, nil
}

// cancelled ends a copy when its context ends.
type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancelled) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}

// makeFolder opens a folder below root, making it when it is not there. The caller closes it.
func makeFolder(root *os.Root, at string) (*os.Root, error) {
	if err := root.MkdirAll(at, openFolderMode); err != nil {
		return nil, err
	}
	return root.OpenRoot(at)
}

// moveBetween renames a file from one folder to another; fs.ErrExist when the name is taken there.
func moveBetween(from *os.Root, name string, to *os.Root, as string) error {
	src, err := from.Open(".")
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := to.Open(".")
	if err != nil {
		return err
	}
	defer dst.Close()
	if err := renameFree(src, name, dst, as, to); err != nil {
		return &os.LinkError{Op: "rename", Old: name, New: as, Err: err}
	}
	return nil
}

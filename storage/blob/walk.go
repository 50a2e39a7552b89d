package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"

	"sohoa/internal/durable"
)

// walkBatch is how many names of a folder are held at once: a folder of a store may hold tens of thousands.
const walkBatch = 256

// entries walks one folder without holding all of it. A folder that is not there is empty.
func entries(d *durable.Folder, folder string) iter.Seq2[fs.DirEntry, error] {
	return func(yield func(fs.DirEntry, error) bool) {
		f, err := d.Open(folder)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close()
		for {
			batch, err := f.ReadDir(walkBatch)
			for _, e := range batch {
				if !yield(e, nil) {
					return
				}
			}
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// walk yields every regular file below folder by its key. Names that begin with a dot are not keys and are passed over.
func walk(ctx context.Context, d *durable.Folder, folder string, yield func(Info, error) bool) bool {
	for e, err := range entries(d, top(folder)) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			yield(Info{}, Fault("list", folder, err))
			return false
		}
		key := path.Join(folder, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			if !walk(ctx, d, key, yield) {
				return false
			}
		case e.Type().IsRegular():
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue // deleted since
			}
			if err != nil {
				yield(Info{}, Fault("list", key, err))
				return false
			}
			if !yield(Info{Key: key, Size: info.Size()}, nil) {
				return false
			}
		}
	}
	return true
}

// top is the name os.Root has for a folder.
func top(folder string) string {
	if folder == "" {
		return "."
	}
	return folder
}

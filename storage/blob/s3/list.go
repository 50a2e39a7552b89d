package s3

import (
	"context"
	"iter"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"

	"sohoa/storage/blob"
)

// page is how many names are asked for, and held, at once.
const page = 1000

// List implements blob.Store, in the order of names.
func (s *Store) List(ctx context.Context, folder string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		for o, err := range s.walk(ctx, folder, true) {
			if err != nil {
				yield(blob.Info{}, err)
				return
			}
			key := strings.TrimPrefix(o.Key, s.top())
			if blob.CheckKey(key) != nil {
				continue // a probe of ours, a folder mark of some tool
			}
			if !yield(blob.Info{Key: key, Size: o.Size}, nil) {
				return
			}
		}
	}
}

// Folders implements blob.Folders.
func (s *Store) Folders(ctx context.Context, folder string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for o, err := range s.walk(ctx, folder, false) {
			if err != nil {
				yield("", err)
				return
			}
			name, ok := strings.CutSuffix(o.Key, "/")
			if name = path.Base(name); !ok || blob.CheckKey(name) != nil {
				continue
			}
			if !yield(name, nil) {
				return
			}
		}
	}
}

// top is the prefix of every name.
func (s *Store) top() string {
	if s.config.Prefix == "" {
		return ""
	}
	return s.config.Prefix + "/"
}

// walk yields what lies below a folder, a page at a time, so that a page that fails can be asked again; or, not deep, what lies
// directly in it, all at once: the layout above puts a few thousand names into one folder.
func (s *Store) walk(ctx context.Context, folder string, deep bool) iter.Seq2[minio.ObjectInfo, error] {
	return func(yield func(minio.ObjectInfo, error) bool) {
		prefix := s.top()
		if folder != "" {
			if err := s.check(folder); err != nil {
				yield(minio.ObjectInfo{}, err)
				return
			}
			prefix += folder + "/"
		}
		from := ""
		for {
			var found []minio.ObjectInfo
			err := s.retry(ctx, 0, func(ctx context.Context) error {
				found = found[:0]
				for o := range s.core.ListObjectsIter(ctx, s.config.Bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: deep, StartAfter: from, MaxKeys: page}) {
					if o.Err != nil {
						return o.Err
					}
					if found = append(found, o); deep && len(found) == page {
						break
					}
				}
				return ctx.Err()
			})
			if err != nil {
				yield(minio.ObjectInfo{}, fault(ctx, "list", folder, err))
				return
			}
			last := from
			for _, o := range found {
				if deep && o.Key <= from {
					continue // the server does not start where it was asked to
				}
				last = max(last, o.Key)
				if ctx.Err() != nil {
					yield(minio.ObjectInfo{}, fault(ctx, "list", folder, ctx.Err()))
					return
				}
				if !yield(o, nil) {
					return
				}
			}
			if !deep || len(found) < page || last == from {
				return
			}
			from = last
		}
	}
}

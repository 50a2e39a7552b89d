package s3

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"

	"github.com/minio/minio-go/v7"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// Store implements blob.Store.
type Store struct {
	config    Config
	core      *minio.Core
	trailer   *minio.Core // sends whole objects with the checksum behind the bytes; nil unless asked for and taken
	transport *http.Transport
	uploads   chan struct{} // holds a token for each request with bytes
	locks     locks
	gate      gate
	report    Report
	governed  bool // the bucket locks everything by itself, and who has the right may pass that
}

var (
	_ blob.Store   = (*Store)(nil)
	_ blob.Folders = (*Store)(nil)
)

// Open tries out what the endpoint does and returns the store; Status tells what was found. A bucket that cannot be reached,
// read or written is refused with kind Unavailable. Left-over parts of uploads that died are removed. The caller closes it.
func Open(ctx context.Context, c Config) (*Store, error) {
	s, err := prepare(c)
	if err != nil {
		return nil, err
	}
	if err := s.probe(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close gives idle connections back. Readers stay open.
func (s *Store) Close() error {
	s.transport.CloseIdleConnections()
	return nil
}

// maxName is what S3 takes as the name of an object.
const maxName = 1024

// name returns the object's name in the bucket.
func (s *Store) name(key string) string {
	if s.config.Prefix == "" {
		return key
	}
	return s.config.Prefix + "/" + key
}

func (s *Store) check(key string) error {
	if err := blob.CheckKey(key); err != nil {
		return err
	}
	if len(s.name(key)) > maxName {
		return archive.Errorf(archive.Invalid, "blob key of %d bytes below the prefix", len(key))
	}
	return nil
}

// Create implements blob.Store. An *os.File, *bytes.Reader or *strings.Reader is sent as it lies, and so is a
// Digested; any other reader is copied to a nameless file first.
func (s *Store) Create(ctx context.Context, key string, r io.Reader) error {
	return s.write(ctx, "create", key, r, s.create)
}

// Replace implements blob.Store.
func (s *Store) Replace(ctx context.Context, key string, expected archive.Digest, r io.Reader) error {
	return s.write(ctx, "replace", key, r, func(ctx context.Context, name string, src *source) error {
		return s.replace(ctx, name, expected, src)
	})
}

func (s *Store) write(ctx context.Context, op, key string, r io.Reader, do func(context.Context, string, *source) error) error {
	if err := s.check(key); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fault(ctx, op, key, err)
	}
	src, err := s.source(ctx, r)
	if err == nil {
		defer src.close()
		defer s.locks.lock(key)()
		err = do(ctx, s.name(key), src)
		if e := src.failed.Load(); err != nil && e != nil {
			err = callerError{*e}
		} else if err != nil && src.taken && ctx.Err() == nil {
			if e := src.verify(ctx, s.config); e != nil {
				err = e
			}
		}
	} else if !errors.As(err, new(callerError)) {
		return blob.Fault(op, key, err) // of the folder for nameless files
	}
	if mine := (callerError{}); errors.As(err, &mine) {
		return mine.err
	}
	return fault(ctx, op, key, err)
}

// Stat implements blob.Store.
func (s *Store) Stat(ctx context.Context, key string) (blob.Info, error) {
	if err := s.check(key); err != nil {
		return blob.Info{}, err
	}
	info, err := s.head(ctx, s.name(key))
	if err != nil {
		return blob.Info{}, fault(ctx, "stat", key, err)
	}
	return blob.Info{Key: key, Size: info.Size}, nil
}

func (s *Store) head(ctx context.Context, name string) (info minio.ObjectInfo, err error) {
	err = s.retry(ctx, 0, func(ctx context.Context) error {
		info, err = s.core.StatObject(ctx, s.config.Bucket, name, minio.StatObjectOptions{})
		return err
	})
	return info, err
}

// Delete implements blob.Store. In a bucket with versions the bytes stay as an older version, unless Config.Purge says
// otherwise.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := s.check(key); err != nil {
		return err
	}
	defer s.locks.lock(key)()
	err := s.remove(ctx, s.name(key), "")
	if err == nil && s.config.Purge && s.report.Versioning && !s.report.compliant() {
		err = s.purge(ctx, s.name(key))
	}
	return fault(ctx, "delete", key, err)
}

func (s *Store) remove(ctx context.Context, name, version string) error {
	err := s.retry(ctx, 0, func(ctx context.Context) error {
		return s.core.RemoveObject(ctx, s.config.Bucket, name, minio.RemoveObjectOptions{VersionID: version, GovernanceBypass: version != "" && (s.config.Retention > 0 || s.governed)})
	})
	if err != nil && classOf(err) == missing {
		return nil
	}
	return err
}

// purge removes every version of one name.
func (s *Store) purge(ctx context.Context, name string) error {
	var versions []string
	err := s.retry(ctx, 0, func(ctx context.Context) error {
		versions = versions[:0]
		for o := range s.core.ListObjectsIter(ctx, s.config.Bucket, minio.ListObjectsOptions{Prefix: name, WithVersions: true, Recursive: true}) {
			if o.Err != nil {
				return o.Err
			}
			if o.Key == name {
				versions = append(versions, o.VersionID)
			}
		}
		return ctx.Err()
	})
	for _, v := range versions {
		if err == nil {
			err = s.remove(ctx, name, v)
		}
	}
	return err
}

// mark returns a name for one write.
func mark() string { return rand.Text() }

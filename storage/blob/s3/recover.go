package s3

import (
	"context"
	"errors"
	"io"

	"github.com/minio/minio-go/v7"

	"sohoa/archive"
	"sohoa/storage/blob"
)

var _ blob.Earlier = (*Store)(nil)

// recoverable is how many older versions of one key are looked at: the program itself leaves one or two, and others' hands no
// more than these are worth reading.
const recoverable = 20

// Recover implements blob.Earlier in a bucket with versions: what other hands replaced or removed is still there.
func (s *Store) Recover(ctx context.Context, key string, sound func(io.Reader) (bool, error)) (bool, error) {
	if !s.report.Versioning {
		return false, nil
	}
	if err := s.check(key); err != nil {
		return false, err
	}
	name := s.name(key)
	versions, err := s.versions(ctx, name)
	if err != nil {
		return false, fault(ctx, "list versions", key, err)
	}
	for _, id := range versions[:min(len(versions), recoverable)] {
		done, err := s.recover(ctx, name, id, sound)
		if done || err != nil && classOf(err) != missing {
			return done, fault(ctx, "recover", key, err)
		}
	}
	return false, nil
}

// versions lists the versions of one name that have bytes, the newest first.
func (s *Store) versions(ctx context.Context, name string) (ids []string, err error) {
	err = s.retry(ctx, 0, func(ctx context.Context) error {
		ids = ids[:0]
		for o := range s.core.ListObjectsIter(ctx, s.config.Bucket, minio.ListObjectsOptions{Prefix: name, WithVersions: true, Recursive: true}) {
			if o.Err != nil {
				return o.Err
			}
			if o.Key == name && !o.IsDeleteMarker {
				ids = append(ids, o.VersionID)
			}
		}
		return ctx.Err()
	})
	return ids, err
}

// recover puts one version back if it is sound. It goes through a file: what is put is what was judged.
func (s *Store) recover(ctx context.Context, name, version string, sound func(io.Reader) (bool, error)) (bool, error) {
	b, _, err := s.get(ctx, name, minio.GetObjectOptions{VersionID: version})
	if err != nil {
		return false, err
	}
	src, err := s.source(ctx, b)
	if err = errors.Join(err, b.Close()); err != nil {
		return false, err
	}
	defer src.close()
	if ok, err := sound(src.reader(0, src.size)); !ok || err != nil {
		return false, err
	}
	defer s.locks.lock(name)()
	info, err := s.head(ctx, name)
	switch {
	case err == nil:
		level := s.report.CompareAndSwap
		if src.part > 0 {
			level = Ignored
		}
		err = s.put(ctx, name, src, condition{etag: info.ETag}, level, archive.Errorf(archive.Conflict, "another took its place meanwhile"))
	case classOf(err) == missing:
		err = s.create(ctx, name, src)
	}
	return err == nil, err
}

package s3

import (
	"context"
	"fmt"

	"github.com/minio/minio-go/v7"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// Made is what Make left.
type Made struct {
	Created    bool // false: it was there
	Versioning bool // it keeps what is replaced or removed
	ObjectLock bool // objects in it can be locked
}

// Make makes the bucket of a store, with object lock and versions where the server has them. A bucket that is there stays as
// it is, except that an empty one without versions is given them: that is what a power failure in the middle of Make leaves.
// Open never makes a bucket: a name typed wrong would be an empty archive.
func Make(ctx context.Context, c Config) (m Made, err error) {
	s, err := prepare(c)
	if err != nil {
		return m, err
	}
	defer s.Close()
	if err := s.makeBucket(ctx, &m); err != nil {
		return m, fault(ctx, "make bucket", c.Bucket, err)
	}
	return m, nil
}

func (s *Store) makeBucket(ctx context.Context, m *Made) error {
	there := false
	err := s.retry(ctx, 0, func(ctx context.Context) (err error) {
		there, err = s.core.BucketExists(ctx, s.config.Bucket)
		return err
	})
	if err != nil {
		return err
	}
	if !there {
		// Object lock can only be had when a bucket is made, and does nothing until somebody locks an object.
		o := minio.MakeBucketOptions{Region: s.config.Region, ObjectLocking: true}
		err := s.retry(ctx, 0, func(ctx context.Context) error { return s.core.MakeBucket(ctx, s.config.Bucket, o) })
		if err != nil && isRefusalOfLock(err) {
			o.ObjectLocking = false
			err = s.retry(ctx, 0, func(ctx context.Context) error { return s.core.MakeBucket(ctx, s.config.Bucket, o) })
		}
		// A lost reply, or another node at the same work, is as good.
		if err != nil && !isCode(err, "BucketAlreadyOwnedByYou") {
			return err
		}
		m.Created = err == nil
	}
	// Power lost here: the bucket is there and empty, and the next Make goes on.
	m.Versioning, m.ObjectLock, _ = s.bucketKeeps(ctx)
	if m.Versioning {
		return nil
	}
	empty, err := s.isEmpty(ctx)
	if err != nil || !empty {
		return err
	}
	if s.core.EnableVersioning(ctx, s.config.Bucket) == nil { // a server without versions is no fault; Status says it
		m.Versioning, m.ObjectLock, _ = s.bucketKeeps(ctx)
	}
	return nil
}

// isRefusalOfLock reports whether a server may take the same bucket without object lock: it answered, and not that it is busy,
// that we are strangers, or that the name is taken.
func isRefusalOfLock(err error) bool {
	return classOf(err) == other && !isCode(err, "BucketAlreadyOwnedByYou") && !isCode(err, "BucketAlreadyExists")
}

// bucketKeeps asks the bucket whether it has versions and object lock, and with what it locks objects by itself. A server that
// does not know the question has neither.
func (s *Store) bucketKeeps(ctx context.Context) (versions, lock bool, retention string) {
	v, err := s.core.GetBucketVersioning(ctx, s.config.Bucket)
	versions = err == nil && v.Enabled()
	word, mode, validity, unit, err := s.core.GetObjectLockConfig(ctx, s.config.Bucket)
	lock = err == nil && word == "Enabled"
	if lock && mode != nil && validity != nil && unit != nil {
		retention = fmt.Sprintf("%s %d %s", *mode, *validity, *unit)
	}
	return versions, lock, retention
}

func (s *Store) isEmpty(ctx context.Context) (empty bool, err error) {
	err = s.retry(ctx, 0, func(ctx context.Context) error {
		empty = true
		for o := range s.core.ListObjectsIter(ctx, s.config.Bucket, minio.ListObjectsOptions{Recursive: true, MaxKeys: 1}) {
			if o.Err != nil {
				return o.Err
			}
			empty = false
			break
		}
		return ctx.Err()
	})
	return empty, err
}

// prepare checks a configuration and makes the client, without a word to the server.
func prepare(c Config) (*Store, error) {
	switch {
	case c.Endpoint == "" || c.Bucket == "":
		return nil, archive.Errorf(archive.Invalid, "open store: no endpoint or no bucket")
	case c.Credentials.AccessKey == "" || c.Credentials.SecretKey == "":
		return nil, archive.Errorf(archive.Invalid, "open store: no credentials")
	}
	if c.Prefix != "" {
		if err := blob.CheckKey(c.Prefix); err != nil {
			return nil, err
		}
	}
	c = c.withDefaults()
	core, transport, err := newClient(c)
	if err != nil {
		return nil, err
	}
	return &Store{config: c, core: core, transport: transport, uploads: make(chan struct{}, c.Uploads)}, nil
}

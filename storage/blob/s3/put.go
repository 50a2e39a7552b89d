package s3

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/minio/minio-go/v7"

	"sohoa/archive"
)

// What our objects carry beside their bytes. The names are as servers give them back.
const (
	markName   = "Sohoa-Put"    // which write made it
	digestName = "Sohoa-Sha256" // of its bytes, for people and for tools; we trust only what we hash
)

// condition of a PUT.
type condition struct {
	absent bool   // only where there is nothing
	etag   string // only in the place of that
}

// create puts src under a name that must be free.
func (s *Store) create(ctx context.Context, name string, src *source) error {
	level := s.report.CreateIfAbsent
	if src.part > 0 {
		level = s.report.CreateIfAbsentMultipart
	}
	if level != Enforced {
		if _, err := s.head(ctx, name); err == nil {
			return fs.ErrExist
		} else if classOf(err) != missing {
			return err
		}
	}
	return s.put(ctx, name, src, condition{absent: true}, level, fs.ErrExist)
}

// replace puts src in the place of what hashes to expected.
func (s *Store) replace(ctx context.Context, name string, expected archive.Digest, src *source) error {
	etag, digest, err := s.digest(ctx, name)
	if err != nil {
		return err
	}
	if digest != expected {
		return archive.Errorf(archive.Conflict, "what is there hashes to %s, not %s", digest, expected)
	}
	level := s.report.CompareAndSwap
	if src.part > 0 {
		level = Ignored
	}
	return s.put(ctx, name, src, condition{etag: etag}, level, archive.Errorf(archive.Conflict, "another took its place meanwhile"))
}

// put sends src until it stands under name, or something else does, for which it returns lost.
func (s *Store) put(ctx context.Context, name string, src *source, c condition, level Level, lost error) error {
	id, sent := mark(), c
	if !level.understood() {
		sent = condition{}
	}
	doubtful := false // an earlier try may have been carried out
	once := func(ctx context.Context) error {
		if doubtful {
			if done, err := s.standing(ctx, name, id, c, lost); done || err != nil {
				return err
			}
		}
		err := s.send(ctx, name, src, id, sent)
		switch {
		case err == nil:
			return nil
		case classOf(err) == refused || c.etag != "" && classOf(err) == missing:
			done, e := s.standing(ctx, name, id, c, lost)
			if done || e != nil || !sent.absent {
				if e == nil && !done {
					e = lost
				}
				return e
			}
			// Nothing is there, and the endpoint refuses all the same: over the mark of a removed key, in a bucket with
			// versions. The look after the write must do.
			sent, level = condition{}, Ignored
			if err = s.send(ctx, name, src, id, sent); err == nil {
				return nil
			}
		}
		doubtful = true
		return err
	}
	err := s.retry(ctx, src.size, once)
	if err != nil && classOf(err).again() && doubtful && !errors.Is(err, errAway) {
		// Tries are used up; the last of them may have been carried out all the same.
		e := s.once(ctx, 0, func(ctx context.Context) error {
			done, e := s.standing(ctx, name, id, c, lost)
			if e == nil && !done {
				e = err
			}
			return e
		})
		if e == nil {
			err = nil
		}
	}
	if err == nil && level != Enforced {
		// The endpoint takes every write: whoever wrote last stands. All others learn here that they lost.
		info, e := s.head(ctx, name)
		if e != nil {
			return e
		}
		if info.UserMetadata[markName] != id {
			return lost
		}
	}
	return err
}

// standing looks whether an earlier try of a write was carried out, or a stranger was first.
func (s *Store) standing(ctx context.Context, name, id string, c condition, lost error) (done bool, err error) {
	info, err := s.core.StatObject(ctx, s.config.Bucket, name, minio.StatObjectOptions{})
	switch {
	case err != nil && classOf(err) == missing:
		return false, nil
	case err != nil:
		return false, err
	case info.UserMetadata[markName] == id:
		return true, nil
	case c.absent || info.ETag != c.etag:
		return false, lost
	}
	return false, nil
}

// options returns what goes with every write.
func (s *Store) options(src *source, id string, c condition) minio.PutObjectOptions {
	o := minio.PutObjectOptions{
		UserMetadata:         map[string]string{markName: id, digestName: src.sha},
		DisableContentSha256: true, // no second hashing in chunks: the whole is signed
	}
	o.ServerSideEncryption, _ = s.config.Encryption.header()
	if s.config.Retention > 0 {
		o.Mode, o.RetainUntilDate = minio.Governance, time.Now().Add(s.config.Retention).UTC().Truncate(time.Second)
	}
	switch {
	case c.absent:
		o.SetMatchETagExcept("*")
	case c.etag != "":
		o.SetMatchETag(c.etag)
	}
	return o
}

// send tries once to put src under name.
func (s *Store) send(ctx context.Context, name string, src *source, id string, c condition) error {
	if src.part > 0 {
		return s.sendParts(ctx, name, src, id, c)
	}
	return s.slot(ctx, func() error {
		core, o, sha := s.core, s.options(src, id, c), src.sha
		if s.trailer != nil {
			core, o.Checksum, sha = s.trailer, minio.ChecksumSHA256, ""
		} else if s.report.ChecksumHeader && (!s.report.SignedBody || s.config.Retention > 0) {
			// Where the signature is compared with the bytes it says as much, and the server hashes once less.
			o.UserMetadata["X-Amz-Checksum-Sha256"] = src.checksum()
		}
		_, err := core.PutObject(ctx, s.config.Bucket, name, src.reader(0, src.size), src.size, src.md5, sha, o)
		return err
	})
}

// slot runs one request with bytes among the number that may run at once.
func (s *Store) slot(ctx context.Context, send func() error) error {
	select {
	case s.uploads <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.uploads }()
	return send()
}

// wantMD5 reports whether writes carry an MD5: servers ask for some checksum with object lock, and some know no other.
func (s *Store) wantMD5() bool {
	return s.config.Retention > 0 && !s.report.ChecksumHeader && s.trailer == nil
}

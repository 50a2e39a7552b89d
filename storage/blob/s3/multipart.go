package s3

import (
	"context"
	"errors"
	"time"

	"github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"
)

// partsAtOnce is how many parts of one upload are under way together.
const partsAtOnce = 4

// abortTime is how long the parts of an upload that failed are given to be removed; what stays is removed by a later Open.
const abortTime = 10 * time.Second

// sendParts tries once to put src under name in parts; a part that fails is sent again before the whole is given up.
func (s *Store) sendParts(ctx context.Context, name string, src *source, id string, c condition) error {
	o := s.options(src, id, condition{})
	var upload string
	err := s.inner(ctx, func(ctx context.Context) (err error) {
		upload, err = s.core.NewMultipartUpload(ctx, s.config.Bucket, name, o)
		return err
	})
	if err != nil {
		return err
	}
	parts, err := s.parts(ctx, name, upload, src)
	if err == nil {
		complete := minio.PutObjectOptions{ServerSideEncryption: o.ServerSideEncryption}
		switch {
		case c.absent:
			complete.SetMatchETagExcept("*")
		case c.etag != "":
			complete.SetMatchETag(c.etag)
		}
		_, err = s.core.CompleteMultipartUpload(ctx, s.config.Bucket, name, upload, parts, complete)
	}
	if err != nil {
		// An upload that was completed and whose reply was lost cannot be aborted any more, which is as well.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
		defer cancel()
		_ = s.core.AbortMultipartUpload(ctx, s.config.Bucket, name, upload)
	}
	return err
}

func (s *Store) parts(ctx context.Context, name, upload string, src *source) ([]minio.CompletePart, error) {
	done := make([]minio.CompletePart, len(src.parts))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(partsAtOnce)
	for i, sha := range src.parts {
		group.Go(func() error {
			off := int64(i) * src.part
			n := min(src.part, src.size-off)
			return s.inner(ctx, func(ctx context.Context) error {
				return s.slot(ctx, func() error {
					part, err := s.core.PutObjectPart(ctx, s.config.Bucket, name, upload, i+1, src.reader(off, n), n,
						minio.PutObjectPartOptions{Sha256Hex: sha, DisableContentSha256: true})
					done[i] = minio.CompletePart{PartNumber: i + 1, ETag: part.ETag}
					return err
				})
			})
		})
	}
	return done, group.Wait()
}

// inner repeats one request inside a longer one.
func (s *Store) inner(ctx context.Context, try func(context.Context) error) error {
	wait := firstWait
	for n := 1; ; n++ {
		err := try(ctx)
		if err == nil || ctx.Err() != nil || !classOf(err).again() || n >= s.config.Attempts {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
		wait = min(2*wait, maxWait)
	}
}

// sweep aborts unfinished uploads below the prefix that are older than Config.Leftover, and returns how many.
func (s *Store) sweep(ctx context.Context) (aborted int, err error) {
	if s.config.Leftover < 0 {
		return 0, nil
	}
	prefix := ""
	if s.config.Prefix != "" {
		prefix = s.config.Prefix + "/"
	}
	key, id := "", ""
	for {
		var page minio.ListMultipartUploadsResult
		err := s.retry(ctx, 0, func(ctx context.Context) (err error) {
			page, err = s.core.ListMultipartUploads(ctx, s.config.Bucket, prefix, key, id, "", 1000)
			return err
		})
		if err != nil {
			return aborted, err
		}
		for _, u := range page.Uploads {
			if time.Since(u.Initiated) < s.config.Leftover {
				continue
			}
			err := s.retry(ctx, 0, func(ctx context.Context) error {
				return s.core.AbortMultipartUpload(ctx, s.config.Bucket, u.Key, u.UploadID)
			})
			if err != nil && classOf(err) != missing && !isCode(err, "NoSuchUpload") {
				return aborted, err
			}
			aborted++
		}
		if !page.IsTruncated || page.NextKeyMarker == "" && page.NextUploadIDMarker == "" {
			return aborted, nil
		}
		key, id = page.NextKeyMarker, page.NextUploadIDMarker
	}
}

func isCode(err error, code string) bool {
	var said minio.ErrorResponse
	return errors.As(err, &said) && said.Code == code
}

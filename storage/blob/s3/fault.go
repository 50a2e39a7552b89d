package s3

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"syscall"
	"time"

	"github.com/minio/minio-go/v7"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// retryAfter is what people are told to wait when the store is away.
const retryAfter = 5 * time.Second

var (
	textAway   = archive.Text{VI: "Kho lưu trữ tạm thời không trả lời. Chưa lưu gì cả; xin thử lại sau ít giây.", EN: "The store does not answer right now. Nothing was kept; try again in a few seconds."}
	textDenied = archive.Text{VI: "Kho lưu trữ từ chối chương trình này. Chưa lưu gì cả; xin báo quản trị.", EN: "The store refuses this program. Nothing was kept; please tell the administrator."}
	textBucket = archive.Text{VI: "Không thấy nơi chứa của kho lưu trữ. Chưa lưu gì cả; xin báo quản trị.", EN: "The bucket of the store is not there. Nothing was kept; please tell the administrator."}
)

// class is what an error of the server means for us.
type class int

const (
	other     class = iota
	missing         // no such key
	noBucket        // no such bucket: never taken for a missing key
	refused         // a condition of the request did not hold
	transient       // the server is busy, failed or gave half an answer
	away            // the server could not be reached, or did not answer in time
	denied          // the server refuses our credentials, or we its certificate
	full            // no room, or over a quota
)

var classes = map[class][]string{
	missing:  {minio.NoSuchKey, "NoSuchVersion"},
	noBucket: {minio.NoSuchBucket},
	refused:  {minio.PreconditionFailed},
	full:     {"QuotaExceeded", "StorageFull", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "ServiceQuotaExceeded", "InsufficientStorage", "NotEnoughSpace"},
	denied: {minio.AccessDenied, "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "AccountProblem", "AllAccessDisabled",
		"RequestTimeTooSkewed", "AuthorizationHeaderMalformed", "UnauthorizedAccess"},
	transient: {"InternalError", "SlowDown", "SlowDownRead", "SlowDownWrite", "ServiceUnavailable", "RequestTimeout", "OperationAborted",
		"ConditionalRequestConflict", "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "IncompleteBody", minio.UnexpectedEOF, "Throttling", "TooManyRequests"},
}

func classOf(err error) class {
	var said minio.ErrorResponse
	if !errors.As(err, &said) {
		if errors.As(err, new(*archive.Error)) || errors.As(err, new(callerError)) || errors.Is(err, fs.ErrExist) {
			return other // our own word
		}
		var cert *tls.CertificateVerificationError
		if errors.As(err, &cert) {
			return denied
		}
		return away // the connection, or a reply that broke off
	}
	for c, codes := range classes {
		if slices.Contains(codes, said.Code) {
			return c
		}
	}
	switch said.StatusCode {
	case http.StatusNotFound:
		return missing
	case http.StatusPreconditionFailed, http.StatusNotModified:
		return refused
	case http.StatusUnauthorized, http.StatusForbidden:
		return denied
	case http.StatusInsufficientStorage:
		return full
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return away // said by what stands before the server: the server would have named a code
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError:
		return transient
	}
	return other
}

// again reports whether the same request may do better.
func (c class) again() bool { return c == transient || c == away }

// fault turns an error of the server into one of the archive. Errors that carry a kind keep it, and so do those of the
// caller's context.
func fault(ctx context.Context, op, key string, err error) error {
	var known *archive.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known), errors.Is(err, fs.ErrExist), errors.Is(err, fs.ErrClosed):
		return blob.Fault(op, key, err)
	case ctx.Err() != nil:
		return blob.Fault(op, key, ctx.Err())
	}
	unavailable := func(code string, text archive.Text, wait time.Duration) error {
		// Not wrapped: the deadline of one try is none of the caller's.
		return &archive.Error{Kind: archive.Unavailable, Code: code, Msg: text, RetryAfter: wait, Err: fmt.Errorf("%s blob %s: %v", op, key, err)}
	}
	switch classOf(err) {
	case missing:
		return blob.Fault(op, key, fmt.Errorf("%w: %w", fs.ErrNotExist, err))
	case refused:
		return archive.Errorf(archive.Conflict, "%s blob %s: %w", op, key, err)
	case full:
		return blob.Fault(op, key, fmt.Errorf("%w: %w", syscall.ENOSPC, err))
	case denied:
		return unavailable("storage_denied", textDenied, 0)
	case noBucket:
		return unavailable("storage_no_bucket", textBucket, 0)
	case transient, away:
		return unavailable("storage_unavailable", textAway, retryAfter)
	}
	return blob.Fault(op, key, err)
}

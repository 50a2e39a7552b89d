package reply

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"

	"sohoa/archive"
)

// byCode holds the codes whose status is not that of their kind.
var byCode = map[string]int{
	"unsupported_type":      http.StatusUnsupportedMediaType,
	"stale_revision":        http.StatusPreconditionFailed,
	"precondition_required": http.StatusPreconditionRequired,
	"storage_full":          http.StatusInsufficientStorage,
	"not_ready":             http.StatusAccepted, // a derived thing is being made: nothing is wrong
	"too_many_attempts":     http.StatusTooManyRequests,
	"too_many_lookups":      http.StatusTooManyRequests,
	"grant_over":            http.StatusUnauthorized,
	"unauthenticated":       http.StatusUnauthorized,
	"too_slow":              http.StatusRequestTimeout,
	"key_reused":            http.StatusUnprocessableEntity,
	"method_not_allowed":    http.StatusMethodNotAllowed,
	"client_gone":           StatusClientGone,
	"tus_version":           http.StatusPreconditionFailed,
	"upload_gone":           http.StatusGone,
	"upload_locked":         http.StatusLocked,
	"other_node":            http.StatusMisdirectedRequest,
	"too_many_open":         http.StatusTooManyRequests,
}

var byKind = map[archive.Kind]int{
	archive.Invalid:       http.StatusBadRequest,
	archive.NotFound:      http.StatusNotFound,
	archive.Forbidden:     http.StatusForbidden,
	archive.Conflict:      http.StatusConflict,
	archive.TooLarge:      http.StatusRequestEntityTooLarge,
	archive.Unprocessable: http.StatusUnprocessableEntity,
	archive.Unavailable:   http.StatusServiceUnavailable,
}

// StatusClientGone is what the log and the metrics say of a request whose caller left; nobody receives it.
const StatusClientGone = 499

func statusOf(e *archive.Error) int {
	if e.Code == "quota_exceeded" {
		// A quota of the day is a rate, and heals by itself: RFC 6585 §4, with Retry-After. What an agency may keep does not: RFC
		// 4918 §11.5, which WebDAV's quotas answer too (RFC 4331).
		if e.RetryAfter > 0 {
			return http.StatusTooManyRequests
		}
		return http.StatusInsufficientStorage
	}
	if s, ok := byCode[e.Code]; ok {
		return s
	}
	if s, ok := byKind[e.Kind]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Faults of the door itself, which the domain knows nothing of.
var (
	ErrUnauthenticated = archive.Fault(archive.Forbidden, "unauthenticated", archive.Text{VI: "Xin đăng nhập hoặc gửi kèm mã truy cập.", EN: "Sign in, or send an access token."})
	ErrMethod          = archive.Fault(archive.Invalid, "method_not_allowed", archive.Text{VI: "Địa chỉ này không nhận cách gọi đó.", EN: "This address does not take that method."})
	ErrCrossOrigin     = archive.Fault(archive.Forbidden, "cross_origin", archive.Text{VI: "Yêu cầu đến từ một trang khác nên bị từ chối.", EN: "The request came from another site and is refused."})
	errTooSlow         = archive.Fault(archive.Invalid, "too_slow", archive.Text{VI: "Dữ liệu đến quá chậm nên đã dừng nhận. Xin gửi lại.", EN: "The data came too slowly and was given up. Send it again."})
	errCut             = archive.Fault(archive.Invalid, "incomplete_body", archive.Text{VI: "Dữ liệu bị đứt giữa chừng. Xin gửi lại.", EN: "The data broke off half-way. Send it again."})
	errGone            = archive.Fault(archive.Unavailable, "client_gone", archive.Text{VI: "Bên gọi đã ngắt kết nối.", EN: "The caller has gone."})
)

// known returns err as an error of the domain. What the transport says (the body broke off, came too slowly, was too
// large) is translated here, because every room below returns a reader's errors as they are.
func known(err error) *archive.Error {
	var e *archive.Error
	if errors.As(err, &e) && e.Kind != archive.Internal {
		return e
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return archive.Errorf(archive.TooLarge, "%w", err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errTooSlow
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errCut
	case errors.Is(err, context.Canceled):
		return errGone
	case errors.Is(err, context.DeadlineExceeded):
		return archive.Errorf(archive.Unavailable, "%w", err)
	}
	return archive.Errorf(archive.Internal, "%w", err)
}

var titles = map[int]archive.Text{
	http.StatusAccepted:              {VI: "Đang xử lý", EN: "Being made"},
	http.StatusBadRequest:            {VI: "Yêu cầu chưa đúng", EN: "Bad request"},
	http.StatusUnauthorized:          {VI: "Chưa đăng nhập", EN: "Not signed in"},
	http.StatusForbidden:             {VI: "Không được phép", EN: "Not allowed"},
	http.StatusNotFound:              {VI: "Không tìm thấy", EN: "Not found"},
	http.StatusMethodNotAllowed:      {VI: "Cách gọi không đúng", EN: "Method not allowed"},
	http.StatusRequestTimeout:        {VI: "Quá chậm", EN: "Too slow"},
	http.StatusConflict:              {VI: "Mâu thuẫn", EN: "Conflict"},
	http.StatusGone:                  {VI: "Không còn nữa", EN: "Gone"},
	http.StatusPreconditionFailed:    {VI: "Điều kiện không còn đúng", EN: "Precondition failed"},
	http.StatusMisdirectedRequest:    {VI: "Sai máy chủ", EN: "Other node"},
	http.StatusLocked:                {VI: "Đang bận", EN: "Busy"},
	http.StatusRequestEntityTooLarge: {VI: "Quá lớn", EN: "Too large"},
	http.StatusUnsupportedMediaType:  {VI: "Loại tệp không nhận", EN: "Unsupported type"},
	http.StatusUnprocessableEntity:   {VI: "Không nhận được", EN: "Cannot be processed"},
	http.StatusPreconditionRequired:  {VI: "Thiếu If-Match", EN: "If-Match required"},
	http.StatusTooManyRequests:       {VI: "Quá nhiều lần", EN: "Too many attempts"},
	http.StatusServiceUnavailable:    {VI: "Tạm thời chưa sẵn sàng", EN: "Temporarily unavailable"},
	http.StatusInsufficientStorage:   {VI: "Kho đã đầy", EN: "Storage full"},
}

func title(status int) archive.Text {
	if t, ok := titles[status]; ok {
		return t
	}
	return archive.Text{VI: "Lỗi hệ thống", EN: "System error"}
}

package archive

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of failure an Error is, so that a door can choose its answer without reading words.
type Kind uint8

const (
	Internal      Kind = iota // unforeseen; a person sees one fixed sentence and a request number
	Invalid                   // the request itself is wrong; fix it and ask again
	NotFound                  // absent, or outside the caller's scope: the two are never told apart
	Forbidden                 // inside the caller's scope, but this act is not the caller's
	Conflict                  // the state, the revision or another paper stands against it
	TooLarge                  // over a limit of bytes
	Unprocessable             // understood, and refused because of what the paper is
	Unavailable               // a part the act needs is away; try again after RetryAfter
	Corrupt                   // bytes or rows are not what was kept
)

var kindNames = [...]string{"internal", "invalid", "not_found", "forbidden", "conflict", "too_large", "unprocessable", "unavailable", "corrupt"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Text is a sentence in the two languages people read here. It never holds a value the caller sent.
type Text struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

// In returns the sentence in lang ("vi" or "en"); anything else means Vietnamese.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.VI
}

// FieldError names one wrong field of a request.
type FieldError struct {
	Field string // as the contract spells it, for example "issued_on"
	Code  string
	Msg   Text
}

// Error is the one error type that crosses a room's wall. Msg is safe for any citizen to read; Err is the cause, for our
// log only.
type Error struct {
	Kind       Kind
	Code       string // stable word for programs, for example "duplicate_content"; empty means Kind.String()
	Msg        Text
	Fields     []FieldError
	Findings   []Finding     // what inspection found, when Kind is Unprocessable
	Other      ID            // the paper that stands against it, set only when the caller may see that paper
	RetryAfter time.Duration // with Unavailable: when to try again
	Err        error
}

func (e *Error) Error() string {
	s := e.Msg.EN
	if s == "" {
		s = e.Kind.String()
	}
	if e.Err != nil {
		return s + ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Is lets errors.Is match a sentinel of the same kind and code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && t.Code == e.Code
}

// CodeOrKind returns the stable word for programs.
func (e *Error) CodeOrKind() string {
	if e.Code != "" {
		return e.Code
	}
	return e.Kind.String()
}

// KindOf returns the kind of the first Error in err's chain, and Internal when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// CodeOf returns the code of the first Error in err's chain, and "" when there is none.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.CodeOrKind()
	}
	return ""
}

// Errorf makes an Error for which only the log needs detail; the person sees the fixed sentence of the kind.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Msg: kindText[kind], Err: fmt.Errorf(format, args...)}
}

// Fault makes an Error with a stable code and a sentence for people.
func Fault(kind Kind, code string, msg Text) *Error {
	return &Error{Kind: kind, Code: code, Msg: msg}
}

var kindText = map[Kind]Text{
	Internal:      {"Hệ thống gặp lỗi. Xin thử lại hoặc báo quản trị kèm số yêu cầu.", "Something went wrong. Try again, or tell the administrator the request number."},
	Invalid:       {"Yêu cầu chưa đúng.", "The request is not valid."},
	NotFound:      {"Không tìm thấy.", "Not found."},
	Forbidden:     {"Bạn không có quyền làm việc này.", "You may not do this."},
	Conflict:      {"Việc này mâu thuẫn với trạng thái hiện tại.", "This conflicts with the present state."},
	TooLarge:      {"Dữ liệu quá lớn.", "The data is too large."},
	Unprocessable: {"Không xử lý được giấy tờ này.", "This paper cannot be processed."},
	Unavailable:   {"Dịch vụ tạm thời chưa sẵn sàng. Xin thử lại sau.", "The service is not ready right now. Try again shortly."},
	Corrupt:       {"Dữ liệu lưu trữ không còn nguyên vẹn. Quản trị đã được báo.", "The stored data is damaged. The administrator has been told."},
}

// KindText returns the fixed sentence of a kind.
func KindText(k Kind) Text { return kindText[k] }

// ErrNotFound is the answer for what is absent or out of scope.
var ErrNotFound = &Error{Kind: NotFound, Msg: kindText[NotFound]}

// ErrForbidden is the answer for what is in scope and not allowed.
var ErrForbidden = &Error{Kind: Forbidden, Msg: kindText[Forbidden]}

// ErrStale says that the revision the caller named is no longer the present one: read again, then repeat.
var ErrStale = Fault(Conflict, "stale_revision", Text{"Có người vừa sửa giấy tờ này. Xin tải lại rồi làm tiếp.", "Somebody has just changed this. Reload it, then repeat your change."})

// ErrNoJob says that no job is due: wait, then claim again.
var ErrNoJob = Fault(NotFound, "no_job", kindText[NotFound])

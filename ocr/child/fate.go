package child

import (
	"errors"
	"time"

	"sohoa/archive"
	"sohoa/internal/sandbox"
)

// fate is what a paper did to its child, in words for people.
type fate struct {
	code    string // of the finding
	refusal string // of an inspection
	msg     archive.Text
}

var (
	tookTooLong = fate{"took_too_long", "limits_exceeded", archive.Text{
		VI: "Xử lý giấy tờ này mất quá nhiều thời gian nên đã dừng lại.",
		EN: "Working on this paper took too long and was stopped."}}
	tookTooMuch = fate{"took_too_much_memory", "limits_exceeded", archive.Text{
		VI: "Xử lý giấy tờ này cần quá nhiều bộ nhớ nên đã dừng lại.",
		EN: "Working on this paper needed too much memory and was stopped."}}
	brokeDown = fate{"broke_down", "damaged_file", archive.Text{
		VI: "Giấy tờ này làm chương trình xử lý ngừng đột ngột.",
		EN: "This paper made the program that works on it break down."}}
)

// fateOf tells whether err means that a child was lost to its paper, and how.
func fateOf(err error) (fate, bool) {
	var r *sandbox.Refusal
	switch {
	case errors.As(err, &r):
		return tookTooLong, r.Code == lateCode
	case errors.Is(err, sandbox.ErrTimeout):
		return tookTooLong, true
	case errors.Is(err, sandbox.ErrMemory):
		return tookTooMuch, true
	case errors.Is(err, sandbox.ErrDied), errors.Is(err, sandbox.ErrMessage):
		return brokeDown, true
	}
	return fate{}, false
}

func (f fate) finding(page int) archive.Finding {
	return archive.Finding{Code: f.code, Severity: archive.Fatal, Page: page, Msg: f.msg}
}

// retryAfter is when a child may be had again: the reasons (no memory, no processes) pass or need an administrator.
const retryAfter = 10 * time.Second

// outward turns what is left, neither a fate nor the caller's own error, into the archive's words.
func outward(err error) error {
	if errors.Is(err, sandbox.ErrStart) || errors.Is(err, sandbox.ErrClosed) {
		e := archive.Errorf(archive.Unavailable, "%w", err)
		e.RetryAfter = retryAfter
		return e
	}
	if e := fromWire(err); e != nil {
		return e
	}
	return err
}

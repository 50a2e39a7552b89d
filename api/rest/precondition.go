package rest

import (
	"errors"
	"strconv"
	"strings"

	"sohoa/archive"
)

func as(err error, target any) bool { return errors.As(err, target) }

// etag is the tag of a changeable resource: its revision.
func etag(revision int64) string { return `"r` + strconv.FormatInt(revision, 10) + `"` }

var errPrecondition = archive.Fault(archive.Invalid, "precondition_required", archive.Text{
	VI: `Hãy gửi kèm If-Match với ETag của bản đã đọc (hoặc If-Match: * để sửa bất kể).`,
	EN: `Send If-Match with the ETag of what you read (or If-Match: * to change it whatever it is now).`})

// revision reads If-Match (RFC 9110 §13.1.1). "*" is 0: any. A tag that is none of ours can match nothing and is stale.
func revision(header string) (int64, error) {
	header = strings.TrimSpace(header)
	switch header {
	case "":
		return 0, errPrecondition
	case "*":
		return 0, nil
	}
	s, ok := strings.CutPrefix(header, `"r`)
	if s, ok2 := strings.CutSuffix(s, `"`); ok && ok2 {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 {
			return n, nil
		}
	}
	return 0, archive.ErrStale
}

package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"sohoa/archive"
	"sohoa/internal/durable"
)

var (
	textFull     = archive.Text{VI: "Kho lưu trữ đã hết chỗ. Chưa lưu gì cả; xin báo quản trị.", EN: "The store is full. Nothing was kept; please tell the administrator."}
	textReadOnly = archive.Text{VI: "Kho lưu trữ đang không cho ghi. Chưa lưu gì cả; xin báo quản trị.", EN: "The store does not accept writing. Nothing was kept; please tell the administrator."}
)

// Fault turns what the system said about a key into an archive.Error. nil stays nil; errors of a context and errors that
// carry a kind already keep it.
func Fault(op, key string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s blob %s: %w", op, key, err)
	var known *archive.Error
	switch {
	case errors.As(err, &known), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case durable.IsFull(err):
		return &archive.Error{Kind: archive.Unavailable, Code: "storage_full", Msg: textFull, Err: err}
	case durable.IsReadOnly(err):
		return &archive.Error{Kind: archive.Unavailable, Code: "storage_read_only", Msg: textReadOnly, Err: err}
	case errors.Is(err, fs.ErrNotExist):
		return archive.Errorf(archive.NotFound, "%w", err)
	case durable.IsTaken(err), durable.IsNotFolder(err):
		return archive.Errorf(archive.Conflict, "%w", err)
	}
	return archive.Errorf(archive.Internal, "%w", err)
}

package catalog

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sohoa/archive"
)

// full is the answer when the disk below the catalog has no room.
func full(err error) error {
	return &archive.Error{Kind: archive.Unavailable, Code: "storage_full", Err: err, Msg: archive.Text{
		VI: "Ổ đĩa của hệ thống đã đầy. Xin báo quản trị.",
		EN: "The system's disk is full. Please tell the administrator.",
	}}
}

// away is the answer when the database cannot serve just now.
func away(err error) error {
	e := archive.Errorf(archive.Unavailable, "%w", err)
	e.RetryAfter = 5 * time.Second
	return e
}

// busy is the answer when somebody else held on to what was needed for too long.
func busy(err error) error {
	e := archive.Errorf(archive.Unavailable, "%w", err)
	e.Code, e.RetryAfter = "busy", time.Second
	return e
}

// ours reports whether err needs no translation: it is an archive.Error already, or the context's.
func ours(err error) bool {
	var e *archive.Error
	return err == nil || errors.As(err, &e) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func translateSQLite(err error) error {
	var e *sqlite.Error
	if ours(err) || !errors.As(err, &e) {
		return err
	}
	switch code := e.Code(); code & 0xff {
	case sqlite3.SQLITE_FULL:
		return full(err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return busy(err)
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM:
		return away(err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return archive.Errorf(archive.Corrupt, "%w", err)
	case sqlite3.SQLITE_CONSTRAINT:
		if code == sqlite3.SQLITE_CONSTRAINT_TRIGGER { // an event was to be changed
			return archive.Errorf(archive.Internal, "%w", err)
		}
		return archive.Errorf(archive.Conflict, "%w", err)
	}
	return archive.Errorf(archive.Internal, "%w", err)
}

// translatePostgres reads the classes of PostgreSQL's appendix A (SQLSTATE).
func translatePostgres(err error) error {
	if ours(err) {
		return err
	}
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		var n net.Error
		if errors.As(err, &n) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return away(err)
		}
		var c *pgconn.ConnectError
		if errors.As(err, &c) {
			return away(err)
		}
		return err
	}
	switch {
	case e.Code == "53100":
		return full(err)
	case lostRace(err), e.Code == "55P03":
		return busy(err)
	case e.Code[:2] == "23":
		return archive.Errorf(archive.Conflict, "%w", err)
	case e.Code[:2] == "08", e.Code[:2] == "53", e.Code[:3] == "57P":
		return away(err)
	case e.Code == "XX001", e.Code == "XX002":
		return archive.Errorf(archive.Corrupt, "%w", err)
	}
	return archive.Errorf(archive.Internal, "%w", err)
}

// lostRace reports whether a transaction lost against another and may win when it is run again: serialization failure or
// deadlock.
func lostRace(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

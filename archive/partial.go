package archive

import (
	"context"
	"io"
	"iter"
	"time"
)

// Partials keeps files that arrive in pieces, on the disk of this node and on the store's file system. Implementations are
// safe for concurrent use; two appends to one file at once are refused with Conflict code busy.
type Partials interface {
	// Begin makes an empty file, durably. Conflict when it is there.
	Begin(ctx context.Context, upload ID) error
	// Append adds r at offset at and returns how long the file is now. The bytes up to that length are durable, whatever
	// the error. Conflict code offset_mismatch when the file is not at bytes long; TooLarge when it would grow over limit,
	// with nothing of the excess kept; an error of r, as it is, with all that came before it kept; Unavailable
	// storage_full. While r goes on, what has come is made durable from time to time, so that a power cut costs little.
	Append(ctx context.Context, upload ID, at int64, r io.Reader, limit int64) (int64, error)
	// Size returns how many bytes are durable. NotFound when there is no such file on this node; Corrupt when what is there
	// cannot be gone on with.
	Size(ctx context.Context, upload ID) (int64, error)
	// Finish returns the whole file as spooled bytes. Its digest is the one of the bytes as they came in, not as they lie
	// on the disk: Corrupt when the two are told to differ. The file stays until Remove, whatever becomes of the spooled
	// bytes: a commit whose transaction is lost can be done again.
	Finish(ctx context.Context, upload ID) (Spooled, error)
	// Remove deletes the file. Nothing there is no error.
	Remove(ctx context.Context, upload ID) error
	// List walks the files of this node in no promised order.
	List(ctx context.Context) iter.Seq2[ID, error]
}

// Upload is a file on its way in, piece by piece.
type Upload struct {
	ID        ID
	Actor     ID
	Node      string // the process that holds the bytes
	Size      int64  // of the whole file
	Metadata  []byte // as the door will need it at the end, JSON
	Document  ID     // what it became; zero until then
	Failure   []byte // the refusal the end was answered with, JSON; nil while there is none
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Uploads keeps the rows of uploads.
type Uploads interface {
	Insert(ctx context.Context, u Upload) error     // Conflict when the id is there
	Get(ctx context.Context, id ID) (Upload, error) // NotFound
	// Update writes Document, Failure and ExpiresAt. NotFound when the row is gone.
	Update(ctx context.Context, u Upload) error
	// Delete removes the row; nothing there is no error.
	Delete(ctx context.Context, id ID) error
	// Expired returns uploads of node whose time is over at now, oldest first, at most limit.
	Expired(ctx context.Context, node string, now time.Time, limit int) ([]Upload, error)
	// Forget removes the rows of any node whose time was over before t: their node did not come back for them.
	Forget(ctx context.Context, t time.Time) error
	// Open returns how many unfinished uploads an actor has, and their bytes to be.
	Open(ctx context.Context, actor ID) (count int, bytes int64, err error)
}

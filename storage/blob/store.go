// Package blob keeps bytes under keys: on a disk here, in memory for tests (blob/mem), in an object store later (blob/s3).
//
// A key is a slash-separated path. What stands under a key never changes under a reader's hands: Create writes it once,
// Replace puts another whole in its place.
package blob

import (
	"context"
	"io"
	"iter"

	"sohoa/archive"
)

// Info describes one key.
type Info struct {
	Key  string
	Size int64
}

// Reader is an open blob. The caller closes it. ReadAt may be called from several goroutines at once.
type Reader interface {
	io.ReadSeekCloser
	io.ReaderAt
	Size() int64
}

// Store keeps blobs. Every error is an archive.Error: Invalid for a key that CheckKey refuses, NotFound, Conflict as said
// below, Unavailable with the codes storage_full and storage_read_only, Internal otherwise. Errors of a caller's own
// reader come back as they are, with nothing written. Implementations are safe for concurrent use.
type Store interface {
	// Create writes r under a new key and returns when it is durable. Conflict when the key is taken.
	Create(ctx context.Context, key string, r io.Reader) error
	// Replace puts r in the place of what is under key, at once or not at all, and returns when it is durable. NotFound
	// when nothing is there; Conflict when what is there does not hash to expected. Disks hold that check only against
	// writers of the same process.
	Replace(ctx context.Context, key string, expected archive.Digest, r io.Reader) error
	// Open returns what is under key.
	Open(ctx context.Context, key string) (Reader, error)
	// Stat describes what is under key.
	Stat(ctx context.Context, key string) (Info, error)
	// List walks every key below a folder ("" is the top), in no promised order and without holding them all. A folder
	// that is not there has no keys. The walk stops at the first error.
	List(ctx context.Context, folder string) iter.Seq2[Info, error]
	// Delete removes a key durably; nothing there is no error.
	Delete(ctx context.Context, key string) error
}

// TreeFile is one file of a tree that appears at once.
type TreeFile struct {
	Name    string          // below the tree's prefix
	Bytes   []byte          // used when Spooled is nil and SameAs is empty
	Spooled archive.Spooled // given another name where the file system allows it, copied otherwise; the spooled file stays
	SameAs  string          // the Name of an earlier file of the tree with the same bytes, which may share its place on disk
}

// Trees is implemented by stores that can make a whole folder appear or vanish at once.
type Trees interface {
	// CreateTree makes all files appear under prefix together and returns when they are durable. Conflict when there is
	// something under prefix already. After a crash all of them are there or none.
	CreateTree(ctx context.Context, prefix string, files []TreeFile) error
	// RemoveTree makes everything under prefix vanish together. Nothing there is no error.
	RemoveTree(ctx context.Context, prefix string) error
}

// Swap names a key and the blob that takes its place.
type Swap struct {
	Key      string
	Expected archive.Digest // of what is under Key now
	From     string         // a key of the same store; its bytes are to stand under Key too
}

// Swapper is implemented by stores that can put bytes they already hold in the place of others without writing them again.
type Swapper interface {
	// Swap does the swaps in the order given, each under the rules of Store.Replace, and returns when all are durable. A
	// crash may leave any of them done.
	Swap(ctx context.Context, swaps []Swap) error
}

// Earlier is implemented by stores that may keep what was replaced or removed under a key.
type Earlier interface {
	// Recover looks among the bytes that once stood under key, the newest first, for some that sound takes, and puts them back
	// in its place. It returns whether it did; a store that keeps nothing of the kind never does.
	Recover(ctx context.Context, key string, sound func(io.Reader) (bool, error)) (bool, error)
}

// Folders is implemented by stores that can name the folders directly below one without walking what is in them.
type Folders interface {
	// Folders walks the names (not the paths) of the folders directly below folder, under the rules of Store.List.
	Folders(ctx context.Context, folder string) iter.Seq2[string, error]
}

package archive

import (
	"context"
	"io"
	"iter"
	"os"
	"time"
)

// ObjectID names an OCFL object, for example "urn:sohoa:document:0199…" (OCFL 1.1 §3.5.1: a URI).
type ObjectID string

// DocumentObject returns the name of the object that keeps a document.
func DocumentObject(id ID) ObjectID { return ObjectID(documentPrefix + id.String()) }

const documentPrefix = "urn:sohoa:document:"

// Spooled is a file that has reached the store's file system and is durable there, but is not part of any object yet. A
// crash leaves it under the intent's name; Vault.Unspool removes it.
type Spooled interface {
	Digest() Digest
	Size() int64
	// Open returns the bytes for reading. The caller closes the file.
	Open() (*os.File, error)
	// Discard removes the file. After a Commit that took it, it does nothing.
	Discard() error
}

// File is one file of a new object version: either spooled or small enough to hold in memory.
type File struct {
	Path    string  // logical path inside the version, slash-separated, made by us and never by a user
	Spooled Spooled // taken: the vault moves the file rather than copying it where it can
	Bytes   []byte  // used when Spooled is nil
}

// Commit describes one new version of an object. The version's state is the state of version After with Files added or
// replaced.
type Commit struct {
	Object  ObjectID
	After   int // the head this version follows; 0 creates the object
	Files   []File
	Message string // why, for people who read the store without us
	User    string // name shown in the inventory
	Intent  ID     // who is doing it; recovery recognises its own work by this
	At      time.Time
}

// ObjectFile is one file of an object's head state.
type ObjectFile struct {
	Path   string
	Digest Digest
	Size   int64 // -1 when the store does not say without reading
}

// ObjectVersion is one entry of an object's history.
type ObjectVersion struct {
	Number  int
	Message string
	User    string
	At      time.Time
	Intent  ID // zero when another tool wrote it
}

// Inventory is what an object holds: every version, and the files of the head.
type Inventory struct {
	Object   ObjectID
	Head     int
	Versions []ObjectVersion
	Files    []ObjectFile
}

// Content is an open file of the vault. Its bytes are checked while they are read from start to end: if they no longer
// hash to Digest, the last Read returns an error of kind Corrupt instead of io.EOF. Seeking gives up that check, not
// the one of the next scrub. The caller closes it.
type Content interface {
	io.ReadSeekCloser
	Digest() Digest
	Size() int64
}

// Filer is implemented by a Content that lies in one file of this machine. File returns that file, open for reading by
// offset; it stays open until the Content is closed. Content without it is copied to a temporary file first where a
// child process needs a descriptor.
type Filer interface{ File() *os.File }

// Vault keeps objects of immutable versions (OCFL 1.1). Implementations are safe for concurrent use.
type Vault interface {
	// Spool writes r durably beside the store, hashing as it goes, in one pass; more than limit bytes is TooLarge and
	// leaves nothing. Errors of r are returned as they are; a full disk is Unavailable with code storage_full.
	Spool(ctx context.Context, intent ID, r io.Reader, limit int64) (Spooled, error)
	// Unspool removes whatever Spool or an unfinished Commit of that intent left behind. Nothing there is no error.
	Unspool(ctx context.Context, intent ID) error
	// Commit writes one version and returns when it is durable. Conflict when the head is not c.After. A crash leaves
	// either no version or a whole one.
	Commit(ctx context.Context, c Commit) (ObjectVersion, error)
	// Open returns a file of the object's head state by logical path.
	Open(ctx context.Context, object ObjectID, path string) (Content, error)
	// Inventory describes an object. NotFound when there is none; Corrupt when what is there is no sound object.
	Inventory(ctx context.Context, object ObjectID) (Inventory, error)
	// List walks every object of the store in no promised order. An object that cannot be named, because its inventory is damaged,
	// is an error of kind Corrupt, after which the walk goes on if the caller does; any other error ends it.
	List(ctx context.Context) iter.Seq2[ObjectID, error]
	// Erase removes an object whole, all versions. Only the janitor (for an intent that never became a document) and a
	// disposal call it. Nothing there is no error.
	Erase(ctx context.Context, object ObjectID) error
}

// Auditor is implemented by a Vault that can judge everything it holds by the standard it keeps, documents or not, and with
// readContent every byte by its digest. Breaches go to found; the error is for a store that could not be read.
type Auditor interface {
	Audit(ctx context.Context, readContent bool, found func(Discrepancy) error) error
}

// Placer is implemented by a Vault that can say where in its store an object lies, as Audit names what it cannot read the name of.
type Placer interface {
	Place(object ObjectID) string
}

// Derived keeps what can be made again from the vault: words, text, page images. Losing it loses time only.
// Implementations are safe for concurrent use.
type Derived interface {
	// Put writes r under key, replacing what was there at once or not at all. It need not be durable on return.
	Put(ctx context.Context, key string, r io.Reader) error
	// Open returns what is under key; NotFound when nothing is. The caller closes it.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Remove deletes every key that is prefix or lies below it ("prefix/…"). Nothing there is no error.
	Remove(ctx context.Context, prefix string) error
}

package archive

import (
	"context"
	"io"
	"iter"
	"os"
)

// QuarantineStore keeps the bytes of quarantined papers outside the vault, by document and version number. Implementations
// are safe for concurrent use.
type QuarantineStore interface {
	// Put keeps r and returns when it is durable. A version that is there already with the same bytes is no error, with
	// others it is Conflict.
	Put(ctx context.Context, document ID, version int, r io.Reader) error
	// Open returns the bytes of a version, checked against its digest as Content says. NotFound when nothing is there.
	Open(ctx context.Context, document ID, v Version) (Content, error)
	// Erase removes every version of a document. Nothing there is no error.
	Erase(ctx context.Context, document ID) error
	// List walks the documents that have bytes here, in no promised order. The walk stops at the first error.
	List(ctx context.Context) iter.Seq2[ID, error]
}

// AsideCopies is implemented by a QuarantineStore that keeps every version in two places. Both acts are Unavailable while the
// second is away.
type AsideCopies interface {
	// CopyAside brings the second copy of a document's versions up to the first and returns whether there was anything to do.
	CopyAside(ctx context.Context, document ID, versions []Version) (copied bool, err error)
	// EraseCopy removes a document that has left the quarantine from the second.
	EraseCopy(ctx context.Context, document ID) error
}

// AsideScrubber is implemented by a QuarantineStore that can read its bytes again, past the caches of this machine.
type AsideScrubber interface {
	// ScrubAside reads every copy of a document's versions. With repair it writes what is damaged or missing again where
	// another copy is sound. The error is for a place that could not be read; damage is no error.
	ScrubAside(ctx context.Context, document ID, versions []Version, repair bool) (Scrubbed, error)
}

// Scanner looks for viruses. Implementations are safe for concurrent use.
type Scanner interface {
	// Scan reads f by offset from its start to its end and returns the name of what was found, "" when nothing was. Any
	// error means that the file was not judged: Unavailable when the scanner is away or refuses a file of that size.
	Scan(ctx context.Context, f *os.File) (found string, err error)
	// Ready returns nil when the scanner answers, else Unavailable with what is wrong in plain words.
	Ready(ctx context.Context) error
}

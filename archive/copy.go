package archive

import (
	"context"
	"io"
	"os"
)

// CopyMark is what a reading copy says of itself, so that nobody takes it for the paper.
type CopyMark struct {
	Title    string
	Note     string
	Language string // BCP 47
	Source   Digest // of the file it was made of
}

// CopyRequest says of what to make a reading copy.
type CopyRequest struct {
	Source AssembleSource
	Pages  int      // of the source
	Words  *os.File // what was read: every page's PageReading as JSON in a gzip member of its own, in their order; read by offset
	Mark   CopyMark
}

// Copier makes reading copies. Implementations are safe for concurrent use and run foreign parsers outside this process.
type Copier interface {
	// Copy writes a PDF with the pages of the source to out, from its first byte to its last, with the recognised words laid
	// over them invisibly where they stand. Images go over byte for byte; pages with text of their own keep it and get no other;
	// what shows of a signature goes over, the signature does not. The same source and words give the same bytes. Errors:
	// Conflict locked_file for a source that needs a password (one whose owner restricted it, but opens, is copied without its lock) and form_without_look; Unprocessable for a source that cannot be taken apart, or not within limits
	// (limits_exceeded); TooLarge; Corrupt for words that are not the source's; Unavailable; what out returned; or the
	// context's. After an error what was written is worth nothing.
	Copy(ctx context.Context, req CopyRequest, out io.Writer, limits AssembleLimits) error
}

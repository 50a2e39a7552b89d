package archive

import (
	"context"
	"io"
	"os"
)

// PagePick is one page of a paper to be assembled: page Page of source Source (both counted from 1), turned clockwise by
// Turn more degrees (0, 90, 180, 270).
type PagePick struct {
	Source int `json:"source"`
	Page   int `json:"page"`
	Turn   int `json:"turn,omitempty"`
}

// AssembleSource is a file that pages are taken from: PDF, JPEG, PNG or TIFF. The caller keeps it open.
type AssembleSource struct {
	File      *os.File
	MediaType string
}

// Assembler makes one PDF of picked pages. Implementations are safe for concurrent use and run foreign parsers outside this
// process.
type Assembler interface {
	// Assemble writes a PDF of the picked pages, in that order, to out, from its first byte to its last. The images of the
	// sources go over byte for byte: only the order and the pages' rotation change. The same picks of the same files give
	// the same bytes. Errors: Conflict signed_file, locked_file and form_without_look for sources that may not be taken
	// apart; Unprocessable for one that cannot be, or not within limits (limits_exceeded); TooLarge; Invalid for a page
	// that is not there; Unavailable; what out returned; or the context's. After an error what was written is worth nothing.
	Assemble(ctx context.Context, sources []AssembleSource, pages []PagePick, out io.Writer, limits AssembleLimits) error
}

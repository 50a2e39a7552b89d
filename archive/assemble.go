package archive

import (
	"context"
	"os"
)

// PagePick is one page of a paper to be assembled: page Page of source Source (both counted from 1), turned clockwise by
// Turn more degrees (0, 90, 180, 270).
type PagePick struct {
	Source int `json:"source"`
	Page   int `json:"page"`
	Turn   int `json:"turn,omitempty"`
}

// AssembleSource is a file that pages are taken from.
type AssembleSource struct {
	File      *os.File // read by offset
	MediaType string
}

// Assembler makes one PDF of picked pages. Implementations are safe for concurrent use and run foreign parsers outside this
// process.
type Assembler interface {
	// Assemble writes the picked pages, in that order, to out, which is empty, open for writing and owned by the caller.
	// The images of the sources go over byte for byte: only the order and the pages' rotation change. Signed PDFs are
	// refused (Conflict signed_file). Errors: Unprocessable when a source cannot be taken apart, Invalid for a page that is
	// not there, Unavailable, or the context's.
	Assemble(ctx context.Context, sources []AssembleSource, pages []PagePick, out *os.File, limits InspectLimits) error
}

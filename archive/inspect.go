package archive

import (
	"context"
	"os"
	"time"
)

// Media types this archive takes in.
const (
	PDF  = "application/pdf"
	JPEG = "image/jpeg"
	PNG  = "image/png"
	TIFF = "image/tiff"
)

// InspectLimits bound one inspection. Every zero means the default in DefaultLimits.
type InspectLimits struct {
	Pages         int           // pages in one paper
	PagePoints    float64       // longest side of a page, in points (1/72 inch)
	ImagePixels   int64         // pixels of one image, and of one page at the rendering resolution
	TotalPixels   int64         // pixels of all images of the paper together
	Objects       int           // indirect objects in one PDF
	InflatedBytes int64         // bytes all streams of one paper may unpack to together
	Time          time.Duration // wall time of one inspection
	Memory        int64         // anonymous memory of the child, in bytes
}

// InspectRequest tells an Inspector what the caller believes about a paper and what to allow.
type InspectRequest struct {
	DeclaredType    string // what the caller said, "" when nothing; magic bytes decide
	AllowOwnerLocks bool   // accept a PDF that opens with the empty user password, though its owner restricted it
	Limits          InspectLimits
}

// PageInfo is one page as inspection saw it, before any rendering.
type PageInfo struct {
	Width    float64 `json:"width"`  // points, as displayed (after rotation)
	Height   float64 `json:"height"` // points, as displayed
	Rotation int     `json:"rotation,omitempty"`
	DPI      int     `json:"dpi,omitempty"` // of the scan that fills the page; 0 when no single image does
	Colour   bool    `json:"colour,omitempty"`
}

// Inspection is the verdict on one paper.
type Inspection struct {
	MediaType  string     `json:"media_type"` // by magic
	Pages      []PageInfo `json:"pages"`
	PDFVersion string     `json:"pdf_version,omitempty"`
	Signatures int        `json:"signatures,omitempty"` // signature dictionaries found; says nothing about validity
	OwnerLock  bool       `json:"owner_lock,omitempty"`
	Findings   []Finding  `json:"findings,omitempty"`
	Refusal    string     `json:"refusal,omitempty"` // "" accepted; else unsupported_type, unsafe_file, damaged_file, encrypted_file, limits_exceeded
	Also       []string   `json:"also,omitempty"`    // further refusals the findings would be reason for, when there is a graver one
}

// PageCount returns the number of pages.
func (i Inspection) PageCount() int { return len(i.Pages) }

// Inspector judges a paper before it is kept. Implementations are safe for concurrent use and run foreign parsers
// outside this process: a paper that crashes, hangs or bloats them yields a refusal, never an error of the caller.
type Inspector interface {
	// Inspect reads f from its start by offset (ReadAt; the file position is not used and not moved). The caller keeps
	// f open until Inspect returns. An error is of kind Unavailable (no child to be had: try again) or the context's.
	Inspect(ctx context.Context, f *os.File, req InspectRequest) (Inspection, error)
}

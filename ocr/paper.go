package ocr

import (
	"context"
	"image"

	"sohoa/archive"
)

// Paper is a file with pages, opened for reading. It is used by one goroutine at a time.
type Paper interface {
	// Pages returns how many pages there are.
	Pages() int
	// Size returns width and height of page n (from 1) as displayed, in points.
	Size(n int) (width, height float64, err error)
	// Words says where the words of page n are to come from (SourceText, SourceScan or SourceBlank), and gives those the
	// page itself carries: all of them for SourceText; for SourceScan the ones printed beside the picture, such as a
	// signature stamp, which are not the page's text.
	Words(ctx context.Context, n int) (archive.PageSource, []archive.Word, error)
	// Picture returns page n as a picture to recognise, and the matrix [a b c d e f] from its pixels to points of the page
	// as displayed: x' = a·x + c·y + e, y' = b·x + d·y + f. The picture may lie turned or mirrored.
	Picture(ctx context.Context, n int) (m image.Image, toPage [6]float64, err error)
	// Render returns a JPEG of page n as displayed, width pixels wide.
	Render(ctx context.Context, n, width int) ([]byte, error)
	Close() error
}

// Doubter is a Paper that has something to say about the whole file that shows only once it is open for reading.
type Doubter interface {
	// Doubts is asked after the words of page 1. It never fails: what cannot be found out is not said.
	Doubts(ctx context.Context) []archive.Finding
}

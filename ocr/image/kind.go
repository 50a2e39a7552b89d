// Package image takes in papers that are pictures: JPEG, PNG and TIFF of one or many pages. Inspect reads headers and judges before a single
// pixel is decoded; Open gives the pages to a reader in the same shape as package pdf does. Both are plain functions made to run in a child
// with little memory and no rights, and keep budgets of their own.
package image

import (
	"bytes"

	"sohoa/archive"
)

// Kind names the media type of a file by its first bytes, "" for none of ours. Sixteen bytes are enough.
func Kind(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return archive.JPEG
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return archive.PNG
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")),
		bytes.HasPrefix(head, []byte("II+\x00")), bytes.HasPrefix(head, []byte("MM\x00+")): // the last two: BigTIFF, refused by name
		return archive.TIFF
	}
	return ""
}

// frame is one picture of a file as its header describes it.
type frame struct {
	width, height int
	channels      int     // 1 gray, 3 colour, 4 with ink or transparency
	bits          int     // per channel
	coloured      bool    // can show more than gray
	dpiX, dpiY    float64 // 0 when the file does not say
	orientation   int     // EXIF and TIFF: 1 upright … 8
	offset        int64   // TIFF: where the directory lies

	unsupported bool // a coding we do not decode
	adobe       bool // JPEG: Adobe's mark says how its colours are meant; four of them are inverted
	rgb         bool // JPEG: the three components call themselves R, G and B
}

func (f frame) pixels() int64 { return int64(f.width) * int64(f.height) }

// a4 is the longer side of A4 in points: what a photographed paper is taken to measure when the file does not say.
const a4 = 841.89

// Resolutions a scanner can have. Cameras and drawing programs write 1 or 72 when they know nothing.
const minDPI, maxDPI = 73, 4800

// resolution is the frame's own, or what it would be if the paper were A4.
func (f frame) resolution() (x, y float64) {
	if f.dpiX >= minDPI && f.dpiX <= maxDPI && f.dpiY >= minDPI && f.dpiY <= maxDPI {
		return f.dpiX, f.dpiY
	}
	d := float64(max(f.width, f.height)) * 72 / a4
	return d, d
}

// size is width and height as displayed, in points.
func (f frame) size() (w, h float64) {
	x, y := f.resolution()
	w, h = float64(f.width)*72/x, float64(f.height)*72/y
	if f.orientation >= 5 {
		return h, w
	}
	return w, h
}

// toPage maps pixels to the page as displayed, in points: [a b c d e f], x' = a·x + c·y + e, y' = b·x + d·y + f.
func (f frame) toPage() [6]float64 {
	dx, dy := f.resolution()
	x, y := 72/dx, 72/dy
	w, h := float64(f.width)*x, float64(f.height)*y
	switch f.orientation {
	case 2: // mirrored left to right
		return [6]float64{-x, 0, 0, y, w, 0}
	case 3: // upside down
		return [6]float64{-x, 0, 0, -y, w, h}
	case 4: // mirrored top to bottom
		return [6]float64{x, 0, 0, -y, 0, h}
	case 5: // rows are columns
		return [6]float64{0, x, y, 0, 0, 0}
	case 6: // to be turned by 90° clockwise
		return [6]float64{0, x, -y, 0, h, 0}
	case 7:
		return [6]float64{0, -x, -y, 0, h, w}
	case 8: // to be turned by 90° counterclockwise
		return [6]float64{0, -x, y, 0, 0, w}
	}
	return [6]float64{x, 0, 0, y, 0, 0}
}

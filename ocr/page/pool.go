package page

import (
	"image"
	"sync"
)

// grays are the pixels of prepared pages and of their scaled forerunners: a few megabytes each, needed again at once.
var grays sync.Pool

// newGray returns an image of the size with undefined content.
func newGray(w, h int) *image.Gray {
	n := w * h
	if p, ok := grays.Get().(*[]byte); ok && cap(*p) >= n {
		return &image.Gray{Pix: (*p)[:n], Stride: w, Rect: image.Rect(0, 0, w, h)}
	}
	return &image.Gray{Pix: make([]byte, n), Stride: w, Rect: image.Rect(0, 0, w, h)}
}

// freeGray gives an image of newGray back. Nobody may use it afterwards.
func freeGray(g *image.Gray) {
	if g != nil && cap(g.Pix) > 0 {
		grays.Put(&g.Pix)
	}
}

// Package page makes the image of a scanned page ready for recognition: gray from the red channel, at a resolution the
// recogniser likes, on even white ground, with its lines level. It also tells pages on which nothing stands.
//
// Everything keeps its place: a Prepared carries the Affine that leads from its pixels back to the page as displayed, so
// that a word found at a pixel can be shown where the reader of the paper sees it.
//
// Work buffers come from pools; Prepared.Release gives them back.
package page

// Package code finds and decodes the codes printed on a page: QR (ISO/IEC 18004), Code 128 (ISO/IEC 15417) and the patch code T
// that separates papers in a stack.
//
// Where a code may be is found by our own quick look at runs of dark and light, because nearly every page has none: on an
// A4 page of 200 dpi it takes a few milliseconds. Only what looks like a code is handed to the decoder, one small cutting at
// a time, a bounded number of them. What a code says is as hostile as any text on a scan.
package code

// Package codetest makes codes for tests that print them on pages.
package codetest

import (
	"testing"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"
)

// QR returns the rows of a QR code, true for a dark module.
func QR(t testing.TB, text string) [][]bool {
	t.Helper()
	c, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		t.Fatal(err)
	}
	rows := make([][]bool, c.Bounds().Dy())
	for y := range rows {
		rows[y] = row(c, y)
	}
	return rows
}

// Code128 returns the modules of a Code 128 from left to right, true for a dark one.
func Code128(t testing.TB, text string) []bool {
	t.Helper()
	c, err := code128.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	return row(c, 0)
}

func row(c barcode.Barcode, y int) []bool {
	out := make([]bool, c.Bounds().Dx())
	for x := range out {
		l, _, _, _ := c.At(x, y).RGBA()
		out[x] = l < 0x8000
	}
	return out
}

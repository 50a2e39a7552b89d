package paper

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// Code draws a QR code for a screen: how many squares a side has, its quiet zone of four included (ISO/IEC 18004 §7.3.8), and the
// dark ones as the path of an SVG in that measure.
func Code(text string) (side int, path string, err error) {
	c, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return 0, "", fmt.Errorf("make a QR code: %w", err)
	}
	const quiet = 4
	n := c.Bounds().Dx()
	var b strings.Builder
	for row := range n {
		for from := 0; from < n; {
			to := from
			for to < n && dark(c.At(to, row)) {
				to++
			}
			if to > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", quiet+from, quiet+row, to-from, to-from)
			}
			from = max(to, from+1)
		}
	}
	return n + 2*quiet, b.String(), nil
}

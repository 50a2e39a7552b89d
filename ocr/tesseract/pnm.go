package tesseract

import (
	"bufio"
	"fmt"
	"image"
	"os"
)

// Write stores an image where the program can read it, as a plain grey map: nothing to compress, nothing to unpack.
func Write(path string, g *image.Gray) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write page image: %w", err)
	}
	w, h := g.Rect.Dx(), g.Rect.Dy()
	b := bufio.NewWriterSize(f, 64<<10)
	fmt.Fprintf(b, "P5\n%d %d\n255\n", w, h)
	if g.Stride == w {
		b.Write(g.Pix[:w*h])
	} else {
		for y := range h {
			b.Write(g.Pix[y*g.Stride : y*g.Stride+w])
		}
	}
	err = b.Flush()
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("write page image: %w", err)
	}
	return nil
}

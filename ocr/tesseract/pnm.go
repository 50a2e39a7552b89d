package tesseract

import (
	"bufio"
	"bytes"
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

// Load reads an image that Write stored.
func Load(path string) (*image.Gray, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load page image: %w", err)
	}
	var w, h int
	head := bytes.SplitN(b, []byte("\n"), 4)
	if len(head) == 4 {
		fmt.Sscanf(string(head[1]), "%d %d", &w, &h)
	}
	if w <= 0 || h <= 0 || len(head[3]) != w*h {
		return nil, fmt.Errorf("load page image %s: damaged", path)
	}
	return &image.Gray{Pix: head[3], Stride: w, Rect: image.Rect(0, 0, w, h)}, nil
}

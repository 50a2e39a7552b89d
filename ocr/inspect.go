package ocr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"sohoa/archive"
	"sohoa/ocr/image"
	"sohoa/ocr/pdf"
)

// Inspect judges a paper before it is kept, as archive.Inspector promises. The first bytes decide what it is taken for, not
// what the caller says. A file that a PDF reader would open is judged as PDF, whatever else it may be at the same time.
func Inspect(ctx context.Context, f *os.File, req archive.InspectRequest) (archive.Inspection, error) {
	head := make([]byte, 1024)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return archive.Inspection{}, fmt.Errorf("inspect %s: %w", f.Name(), err)
	}
	if image.Kind(head[:n]) != "" && !pdf.IsPDF(head[:n]) {
		return image.Inspect(ctx, f, req)
	}
	return pdf.Inspect(ctx, f, req)
}

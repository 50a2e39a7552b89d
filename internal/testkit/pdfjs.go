package testkit

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// PDFJSPage is what pdf.js reads on one page, in points from the top left corner of the page as displayed.
type PDFJSPage struct {
	Width, Height float64
	Items         []struct {
		Text string
		Box  [4]float64 // x0, y0, x1, y1
	}
}

// PDFJS reads a PDF with pdf.js, the viewer of Firefox. Without node or its packages (make web) the test is skipped, or fails when CI=true.
func PDFJS(t testing.TB, path string) (pages []PDFJSPage) {
	t.Helper()
	node := Need(t, "node")
	web := filepath.Join(Root(), "tools", "web")
	if _, err := os.Stat(filepath.Join(web, "node_modules", "pdfjs-dist")); err != nil {
		Missing(t, "pdfjs-dist is not installed: run make web")
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join(web, "pdfjs.mjs"), path)
	cmd.Stderr = t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdf.js: %v", err)
	}
	if err := json.Unmarshal(out, &pages); err != nil {
		t.Fatalf("pdf.js said %.200q: %v", out, err)
	}
	return pages
}

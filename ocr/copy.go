package ocr

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"sohoa/archive"
	"sohoa/ocr/image"
	"sohoa/ocr/pdf"
)

// Copy writes a reading copy of a paper to out; archive.Copier says what it promises. Like Assemble it is made to run in a child and takes
// the memory of the largest page: the words come page by page.
//
// Tesseract can write such a text itself, and pdfcpu could stamp it. It is not done so because the words here are the repaired ones, placed
// where the index and the viewer show them, and because pdfcpu holds every stream of a file in memory.
func Copy(ctx context.Context, req archive.CopyRequest, out io.Writer, limits archive.AssembleLimits) error {
	limits = limits.WithDefaults()
	if req.Pages < 1 || req.Pages > limits.Pages {
		return archive.Errorf(archive.Invalid, "a copy of %d pages", req.Pages)
	}
	a := pdf.NewAssembly(out, req.Pages, limits)
	defer a.Close()
	a.Mark(pdf.Mark{Title: req.Mark.Title, Language: req.Mark.Language, Source: req.Mark.Source.String(), Note: req.Mark.Note})
	put, err := copier(ctx, a, req, limits)
	if err != nil {
		return err
	}
	words, err := readings(io.NewSectionReader(req.Words, 0, math.MaxInt64)) // its position is its owner's
	if err != nil {
		return err
	}
	for n := 1; n <= req.Pages; n++ {
		p, err := words(n)
		if err != nil {
			return err
		}
		if err := put(ctx, n, p); err != nil {
			return err
		}
	}
	return a.Finish(ctx)
}

// copier returns what puts a page with its words.
func copier(ctx context.Context, a *pdf.Assembly, req archive.CopyRequest, l archive.AssembleLimits) (func(context.Context, int, archive.PageReading) error, error) {
	if req.Source.MediaType == archive.PDF {
		// Its owner's wish that nobody print or copy from a file binds who passes it on; an authority that holds it reads it as every viewer
		// shows it. The original keeps its lock, and the finding owner_password stays on the paper.
		d, err := a.OpenSigned(ctx, req.Source.File)
		if archive.CodeOf(err) == "locked_file" {
			return nil, archive.Fault(archive.Conflict, "locked_file", archive.Text{
				VI: "Tệp này cần mật khẩu để mở nên không làm bản đọc được. Xin dùng bản gốc.",
				EN: "This file needs a password to open, so no reading copy can be made. Use the original."})
		}
		if err != nil {
			return nil, err
		}
		if d.Pages() != req.Pages {
			return nil, archive.Errorf(archive.Unprocessable, "%d pages where %d were read", d.Pages(), req.Pages)
		}
		for n := range req.Pages {
			d.Expect(n+1, n+1)
		}
		return func(ctx context.Context, n int, p archive.PageReading) error {
			err := d.PutWithText(ctx, n, n, recognised(p))
			if archive.CodeOf(err) == "form_without_look" {
				return archive.Fault(archive.Conflict, "form_without_look", archive.Text{
					VI: "Biểu mẫu này chỉ lưu số liệu, không lưu hình ảnh đã điền, nên bản đọc sẽ thiếu chữ. Xin dùng bản gốc.",
					EN: "This form keeps what was typed but not how it looks, so a reading copy would lack it. Use the original."})
			}
			return err
		}, nil
	}
	p, err := image.Open(ctx, req.Source.File, archive.ReadLimits{PagePixels: l.Pixels})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, n int, r archive.PageReading) error {
		f, err := facsimile(ctx, p, n)
		if err != nil {
			return err
		}
		return a.PutPictureWithText(ctx, f, n, r.Words)
	}, nil
}

// recognised are the words that were read in the picture of a page. Those the page carries as text are on the copy already: they are the
// certain ones.
func recognised(p archive.PageReading) []archive.Word {
	if p.Source != archive.SourceScan {
		return nil
	}
	return slices.DeleteFunc(p.Words, func(w archive.Word) bool { return w.Confidence >= 1 })
}

// readings reads what was read, page after page.
func readings(r io.Reader) (func(n int) (archive.PageReading, error), error) {
	z, err := gzip.NewReader(bufio.NewReaderSize(r, 64<<10))
	if err != nil {
		return nil, archive.Errorf(archive.Corrupt, "words: %w", err)
	}
	d := json.NewDecoder(z)
	return func(n int) (archive.PageReading, error) {
		var p archive.PageReading
		if err := d.Decode(&p); err != nil {
			return p, archive.Errorf(archive.Corrupt, "words of page %d: %w", n, err)
		}
		if p.Number != n {
			return p, archive.Errorf(archive.Corrupt, "words of page %d: %w", n, fmt.Errorf("they are of page %d", p.Number))
		}
		return p, nil
	}, nil
}

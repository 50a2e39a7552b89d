package ocr

import (
	"context"
	"io"

	"sohoa/archive"
	"sohoa/ocr/image"
	"sohoa/ocr/pdf"
)

// Assemble writes a PDF of picked pages to out; archive.Assembler says what it promises. It is made to run in a child: sources are
// mapped or read piece by piece, and the output leaves as it is made, so that memory depends on the largest page.
func Assemble(ctx context.Context, sources []archive.AssembleSource, picks []archive.PagePick, out io.Writer, limits archive.AssembleLimits) error {
	limits = limits.WithDefaults()
	if len(picks) == 0 || len(picks) > limits.Pages || len(sources) > limits.Sources {
		return archive.Errorf(archive.Invalid, "%d pages of %d sources", len(picks), len(sources))
	}
	a := pdf.NewAssembly(out, len(picks), limits)
	defer a.Close()
	donors := make([]donor, len(sources))
	for i, s := range sources {
		var err error
		if donors[i], err = openDonor(ctx, a, s, limits); err != nil {
			return err
		}
	}
	for i, p := range picks {
		if p.Source < 1 || p.Source > len(donors) || p.Turn%90 != 0 {
			return archive.Errorf(archive.Invalid, "pick %d: page %d of source %d turned by %d", i+1, p.Page, p.Source, p.Turn)
		}
		donors[p.Source-1].expect(p.Page, i+1)
	}
	for i, p := range picks {
		if err := donors[p.Source-1].put(ctx, p.Page, i+1, p.Turn); err != nil {
			return err
		}
	}
	return a.Finish(ctx)
}

// donor gives pages of one source.
type donor interface {
	expect(page, at int)
	put(ctx context.Context, page, at, turn int) error
}

func openDonor(ctx context.Context, a *pdf.Assembly, s archive.AssembleSource, l archive.AssembleLimits) (donor, error) {
	if s.MediaType == archive.PDF {
		d, err := a.Open(ctx, s.File)
		return documentDonor{d}, err
	}
	p, err := image.Open(ctx, s.File, archive.ReadLimits{PagePixels: l.Pixels})
	return pictureDonor{a, p}, err
}

type documentDonor struct{ *pdf.Donor }

func (d documentDonor) expect(page, at int) { d.Expect(page, at) }
func (d documentDonor) put(ctx context.Context, page, at, turn int) error {
	return d.Put(ctx, page, at, turn)
}

type pictureDonor struct {
	a *pdf.Assembly
	p *image.Paper
}

func (d pictureDonor) expect(int, int) {}

func (d pictureDonor) put(ctx context.Context, page, at, turn int) error {
	f, err := facsimile(ctx, d.p, page)
	if err != nil {
		return err
	}
	return d.a.PutPicture(ctx, f, at, turn)
}

// facsimile is a page of a picture file as pdf takes it.
func facsimile(ctx context.Context, p *image.Paper, page int) (pdf.Picture, error) {
	f, err := p.Facsimile(ctx, page)
	if archive.KindOf(err) == archive.NotFound {
		return pdf.Picture{}, archive.Errorf(archive.Invalid, "page %d: %w", page, err)
	}
	if err != nil {
		return pdf.Picture{}, err
	}
	pieces := make([]pdf.Piece, len(f.Pieces))
	for i, p := range f.Pieces {
		pieces[i] = pdf.Piece(p)
	}
	return pdf.Picture{Width: f.Width, Height: f.Height, Orientation: f.Orientation, Pieces: pieces}, nil
}

package main

import (
	"context"
	"errors"
	"io"
	"os"

	"sohoa/archive"
	"sohoa/ocr"
	"sohoa/ocr/child"
	"sohoa/ocr/fields"
	"sohoa/ocr/image"
	"sohoa/ocr/pdf"
	"sohoa/ocr/tesseract"
)

// work is what the children of this program do. The functions run inside a child, never in the server.
var work = child.Work{
	Inspect:  inspectPaper,
	Read:     readPaper,
	Render:   renderPage,
	Assemble: ocr.Assemble,
	Copy:     ocr.Copy,
	Ready: func(ctx context.Context, at child.Place) error {
		_, err := tesseract.Probe(ctx, at.Tesseract, at.Tessdata)
		return err
	},
	WarmUp: func(ctx context.Context, at child.Place) error { return engineAt(at).WarmUp(ctx) },
}

// engine draws pages for this child; it is kept from paper to paper, because starting it is what costs.
var engine *pdf.Engine

func engineAt(at child.Place) *pdf.Engine {
	if engine == nil {
		engine = pdf.NewEngine(at.Cache)
	}
	return engine
}

// inspectPaper lets the magic bytes decide who judges a paper.
func inspectPaper(ctx context.Context, f *os.File, req archive.InspectRequest) (archive.Inspection, error) {
	head := make([]byte, 1024)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return archive.Inspection{}, err
	}
	if image.Kind(head[:n]) != "" {
		return image.Inspect(ctx, f, req)
	}
	if !pdf.IsPDF(head[:n]) {
		st, err := f.Stat()
		if err != nil {
			return archive.Inspection{}, err
		}
		if verdict, ok := ocr.Foreign(f, st.Size()); ok {
			return verdict, nil
		}
	}
	return pdf.Inspect(ctx, f, req)
}

func openPaper(ctx context.Context, at child.Place, f *os.File, mediaType string, limits archive.ReadLimits) (ocr.Paper, error) {
	if mediaType == archive.PDF {
		return pdf.Open(ctx, f, pdf.Options{Engine: engineAt(at), Limits: limits})
	}
	return image.Open(ctx, f, limits)
}

func readPaper(ctx context.Context, at child.Place, f *os.File, req archive.ReadRequest, each func(archive.PageReading) error) error {
	p, err := openPaper(ctx, at, f, req.MediaType, req.Limits)
	if err != nil {
		return err
	}
	defer p.Close()
	return ocr.Read(ctx, p, req, ocr.Options{Tesseract: at.Tesseract, Tessdata: at.Tessdata, Scratch: at.Scratch, Alive: at.Alive}, each)
}

func renderPage(ctx context.Context, at child.Place, f *os.File, req archive.RenderRequest) ([]byte, error) {
	p, err := openPaper(ctx, at, f, req.MediaType, req.Limits)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	return p.Render(ctx, req.Page, req.Width)
}

// proposer lets the rules of ocr/fields fill in the form. It runs in the server, on words that are already read.
type proposer struct{}

func (proposer) Propose(pages []archive.PageReading, l archive.Lists) []archive.Proposal {
	return fields.Propose(pages, fields.Lists{Agencies: l.Agencies, Procedures: l.Procedures, Signers: l.Signers, ByType: l.ByType, Today: l.Today})
}

package image

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"

	"sohoa/archive"
	"sohoa/internal/magic"
)

// Inspect judges the picture file f by its headers. What is wrong with the paper is a finding; the error is only for a file that cannot be
// read and for the caller's own ctx. Nothing is decoded.
func Inspect(ctx context.Context, f *os.File, req archive.InspectRequest) (out archive.Inspection, err error) {
	st, err := f.Stat()
	if err != nil {
		return out, fmt.Errorf("stat %s: %w", f.Name(), err)
	}
	l := req.Limits.WithDefaults()
	timed, cancel := context.WithTimeout(ctx, l.Time)
	defer cancel()
	in := &inspection{r: patient{f, timed}, size: st.Size(), limits: l}
	in.judge(timed)
	return in.out, ctx.Err()
}

// patient is a file that stops answering when ctx ends.
type patient struct {
	r   io.ReaderAt
	ctx context.Context
}

func (p patient) ReadAt(b []byte, off int64) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.ReadAt(b, off)
}

type inspection struct {
	r      io.ReaderAt
	size   int64
	limits archive.InspectLimits
	found  findings
	out    archive.Inspection
}

func (in *inspection) judge(ctx context.Context) {
	defer func() {
		if p := recover(); p != nil {
			in.found.add("damaged", 0)
		}
		if ctx.Err() != nil {
			in.found = nil // what a half-read header said is worth nothing
			in.found.add("inspection_time", 0)
		}
		in.out.Findings = in.found
		in.out.Refusal, in.out.Also = in.found.refusal()
	}()
	head := make([]byte, min(in.size, 1024))
	n, _ := in.r.ReadAt(head, 0)
	head = head[:n]
	in.out.MediaType = Kind(head)
	frames, ok := in.frames()
	if bytes.Contains(head, []byte("%PDF")) || magic.Archive(in.r, in.size) != "" {
		in.found.add("polyglot", 0)
	}
	if !ok {
		return
	}
	in.measure(frames)
}

// frames reads the headers; ok is false when there is nothing to measure.
func (in *inspection) frames() (frames []frame, ok bool) {
	section := io.NewSectionReader(in.r, 0, in.size)
	whole := true
	var err error
	var one frame
	var rest int64
	switch in.out.MediaType {
	case archive.JPEG:
		one, whole, rest, err = jpegHeader(section, in.size)
		frames = []frame{one}
	case archive.PNG:
		one, whole, rest, err = pngHeader(section, in.size)
		frames = []frame{one}
	case archive.TIFF:
		var loop, over bool
		frames, loop, over, err = tiffFrames(in.r, in.size, in.limits.Pages)
		if loop {
			in.found.add("page_list_loop", 0)
		}
		if over {
			in.found.add("too_many_pages", 0)
		}
	default:
		in.found.add("not_an_image", 0)
		return nil, false
	}
	if err != nil || len(frames) == 0 {
		in.found.add("damaged", 0)
		return nil, false
	}
	if !whole {
		in.found.add("truncated", 0)
	}
	if rest > 0 && !in.blank(in.size-rest) {
		in.found.add("trailing_data", 0)
	}
	return frames, true
}

// measure judges sizes and the scan profile, page by page.
func (in *inspection) measure(frames []frame) {
	var total int64
	guessed := false
	low, gray := []int{}, []int{}
	for i, f := range frames {
		page := i + 1
		if len(frames) == 1 {
			page = 0
		}
		switch {
		case f.unsupported:
			in.found.add("unsupported_coding", page)
			continue
		case f.width <= 0 || f.height <= 0:
			in.found.add("damaged", page)
			continue
		case f.pixels() > in.limits.ImagePixels:
			in.found.add("image_too_large", page)
			continue
		}
		total += f.pixels()
		w, h := f.size()
		if w > in.limits.PagePoints || h > in.limits.PagePoints {
			in.found.add("page_too_large", page)
		}
		x, y := f.resolution()
		guessed = guessed || x != f.dpiX || y != f.dpiY
		dpi := int(math.Round(math.Min(x, y)))
		in.out.Pages = append(in.out.Pages, archive.PageInfo{Width: w, Height: h, DPI: dpi, Colour: f.coloured})
		if dpi+2 < Decree30.MinDPI {
			low = append(low, page)
		}
		if Decree30.Colour && !f.coloured {
			gray = append(gray, page)
		}
	}
	if total > in.limits.TotalPixels {
		in.found.add("too_many_pixels", 0)
	}
	if guessed {
		in.found.add("resolution_guessed", 0)
	}
	if Decree30.PDF {
		in.found.add("not_pdf", 0)
	}
	in.perPage("low_resolution", low, len(frames))
	in.perPage("not_colour", gray, len(frames))
}

// perPage names the pages that fall short, at most a hundred, or the whole paper when all of them do.
func (in *inspection) perPage(code string, short []int, pages int) {
	if len(short) == pages {
		in.found.add(code, 0)
		return
	}
	for _, n := range short[:min(len(short), 100)] {
		in.found.add(code, n)
	}
}

// blank says whether nothing but blanks stands from off on. Cameras fill up to a block; more than that is read as data.
func (in *inspection) blank(off int64) bool {
	b := make([]byte, min(in.size-off, 64<<10))
	n, _ := in.r.ReadAt(b, off)
	return int64(n) == in.size-off && len(bytes.Trim(b[:n], "\x00\r\n \xff")) == 0
}

// Package pdf judges, measures and opens PDF papers. Inspect says whether a paper may come in and why not; Open gives its pages to a
// reader one by one. Both are plain functions made to run in a child with little memory and no rights, and keep budgets of their own.
package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// IsPDF says whether head, the first kilobyte of a file, has the PDF header anywhere: readers accept it there, and Inspect then says what is
// wrong with the rest.
func IsPDF(head []byte) bool { return bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF")) }

// Inspect judges the PDF in f. Whatever is wrong with the paper is a finding; the error is only for a file that cannot be read at all and
// for the caller's own ctx. Inspect ends within req.Limits.Time, and never panics.
func Inspect(ctx context.Context, f *os.File, req archive.InspectRequest) (out archive.Inspection, err error) {
	data, release, err := view(f)
	if err != nil {
		return archive.Inspection{}, err
	}
	l := req.Limits.WithDefaults()
	timed, cancel := context.WithTimeout(ctx, l.Time)
	defer cancel()
	in := &inspection{data: data, req: req, limits: l}
	in.judge(timed)
	if !in.leftBehind {
		release()
	}
	return in.out, ctx.Err()
}

// inspection is the work on one paper.
type inspection struct {
	data   []byte
	req    archive.InspectRequest
	limits archive.InspectLimits
	found  findings
	out    archive.Inspection
	file   *cos.File

	pageOf  map[int]int // object number → page it belongs to
	sigs    []signature
	objects []defined

	raw      int64 // bytes of streams as they stand in the file
	pictures int64 // those of pictures among them

	leftBehind bool // a validation that outlived its time still reads data
}

func (in *inspection) judge(ctx context.Context) {
	defer func() {
		if p := recover(); p != nil {
			in.found.add("damaged", 0, 0)
		}
		in.out.Findings = in.found.list
		in.out.Refusal, in.out.Also = in.found.refusal()
	}()
	in.out.MediaType = archive.PDF
	if !IsPDF(in.data) {
		in.out.MediaType = ""
		in.found.add("not_a_pdf", 0, 0)
		return
	}
	in.frame()
	if err := in.read(ctx); err != nil {
		if code := budgetCode(err); code != "" {
			in.found.add(code, 0, 0)
			return
		}
		in.found.add("damaged", 0, 0)
		return
	}
	if in.found.refused() {
		return // a validator has nothing to add
	}
	in.validate(ctx)
}

// frame judges what stands around the PDF: nothing may stand before it, and only blanks after it.
func (in *inspection) frame() {
	if !bytes.HasPrefix(in.data, []byte("%PDF-")) {
		in.found.add("header_offset", 0, 0)
	}
	end := bytes.LastIndex(in.data, []byte("%%EOF"))
	if end < 0 {
		in.found.add("no_end_mark", 0, 0)
	} else if blankAfter(in.data, int64(end+len("%%EOF"))) < int64(len(in.data)) {
		in.found.add("trailing_data", 0, 0)
	}
	if zipTail(in.data) {
		in.found.add("polyglot", 0, 0)
	}
}

// zipTail finds an archive's end record whose comment reaches exactly to the end of the file: to an unpacker the file is a ZIP.
func zipTail(data []byte) bool {
	tail := data[max(0, len(data)-(1<<16+22)):]
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || len(tail)-i < 22 {
		return false
	}
	return i+22+int(tail[i+20])+int(tail[i+21])<<8 == len(tail)
}

// read walks the paper with our own eyes. The error is a spent budget, ctx's, or damage.
func (in *inspection) read(ctx context.Context) error {
	f, err := cos.Open(ctx, in.data, cos.Limits{Objects: in.limits.Objects, TotalBytes: in.limits.InflatedBytes})
	if err != nil {
		return fmt.Errorf("open pdf: %w", err)
	}
	in.file = f
	in.out.PDFVersion = versionOf(f)
	switch f.Lock() {
	case cos.Locked:
		in.found.add("password", 0, 0)
	case cos.OwnerLocked:
		in.out.OwnerLock = true
		if in.req.AllowOwnerLocks {
			in.found.add("owner_password", 0, 0)
		} else {
			in.found.add("owner_lock", 0, 0)
		}
	}
	pages, loop, over := sheets(f, in.limits.Pages)
	if loop {
		in.found.add("page_tree_loop", 0, 0)
	}
	if over {
		in.found.add("too_many_pages", 0, 0)
	}
	in.mapPages(pages)
	if err := in.walk(); err != nil {
		return err
	}
	if f.Lock() == cos.Locked {
		return nil
	}
	if len(pages) == 0 && !loop {
		in.found.add("no_pages", 0, 0)
	}
	if f.Repaired {
		in.found.add("repaired", 0, 0)
	}
	if err := in.measurePages(ctx, pages); err != nil {
		return err
	}
	in.out.Signatures = judgeSignatures(f, &in.found, in.sigs, in.objects)
	return ctx.Err()
}

// mapPages notes which objects belong to which page, so that a finding can say where.
func (in *inspection) mapPages(pages []sheet) {
	in.pageOf = make(map[int]int, 2*len(pages))
	for i := range pages {
		if id := pages[i].id; id > 0 {
			in.pageOf[id] = i + 1
		}
		annots, _ := in.file.Resolve(pages[i].dict.Get("Annots")).(cos.Array)
		for k, a := range annots {
			if k > 1000 || len(in.pageOf) > 100_000 {
				break
			}
			r, is := a.(cos.Ref)
			if !is {
				continue
			}
			in.pageOf[r.Num] = i + 1
			if d, ok := in.file.Dict(r); ok {
				for _, key := range []cos.Name{"A", "AA", "FS"} {
					if to, is := d.Get(key).(cos.Ref); is {
						in.pageOf[to.Num] = i + 1
					}
				}
			}
		}
	}
}

// walk visits every object of every revision.
func (in *inspection) walk() error {
	w := &watch{file: in.file, found: &in.found, page: func(id int) int { return in.pageOf[id] }}
	err := in.file.EachObject(func(o cos.Found) error {
		w.object(o)
		if s, ok := signatureOf(in.file, o); ok {
			in.sigs = append(in.sigs, s)
		}
		if len(in.objects) < 200_000 && o.ID.Num > 0 {
			in.objects = append(in.objects, define(in.file, o))
		}
		if s, is := o.Object.(*cos.Stream); is {
			return in.stream(s)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("walk pdf: %w", err)
	}
	return nil
}

// stream counts what one stream unpacks to. A picture with a single filter is bounded by its own dimensions instead, and is only unpacked
// by whoever reads it, row by row.
func (in *inspection) stream(s *cos.Stream) error {
	raw := int64(len(in.file.Raw(s)))
	in.raw += raw
	if in.file.Lock() == cos.Locked {
		return nil
	}
	filters := cos.Filters(s.Dict, in.file.Resolve)
	if in.file.Resolve(s.Dict.Get("Subtype")) == cos.Name("Image") {
		in.pictures += raw
		pixels := describe(in.file, s.Dict).pixels()
		if len(filters) > 0 && in.file.Lock() == cos.Unlocked {
			pixels = max(pixels, codedPixels(in.file, filters[0], in.file.Raw(s)))
		}
		if pixels > in.limits.ImagePixels {
			in.found.add("image_too_large", in.pageOf[s.ID.Num], s.ID.Num)
		}
		if len(filters) <= 1 {
			return nil
		}
	}
	if len(filters) == 0 {
		return nil
	}
	return drain(in.file, s)
}

// measurePages judges sizes, pictures and scans, page by page, before anything is drawn.
func (in *inspection) measurePages(ctx context.Context, pages []sheet) error {
	in.out.Pages = make([]archive.PageInfo, 0, len(pages))
	scans := map[int]scan{}
	var total int64
	for i := range pages {
		s := &pages[i]
		if !checkSize(&in.found, s, i+1, in.limits) {
			in.out.Pages = append(in.out.Pages, archive.PageInfo{Rotation: s.rotate})
			continue
		}
		m, err := contents(ctx, in.file, s)
		if err != nil {
			return fmt.Errorf("contents of page %d: %w", i+1, err)
		}
		for _, p := range m.images {
			pixels := describe(in.file, p.dict()).pixels()
			if pixels > in.limits.ImagePixels {
				in.found.add("image_too_large", i+1, 0)
			}
			total += min(pixels, in.limits.ImagePixels)
		}
		if total > in.limits.TotalPixels {
			in.found.add("too_many_pixels", 0, 0)
		}
		sc := scanOf(in.file, s, m)
		if sc.covers {
			scans[i+1] = sc
		}
		in.out.Pages = append(in.out.Pages, pageInfo(s, sc))
	}
	measure(&in.found, in.out.PDFVersion, claimsPDFA(in.file), scans, len(pages))
	return nil
}

// validate lets pdfcpu have the second word.
func (in *inspection) validate(ctx context.Context) {
	data, err := in.subject()
	if err != nil {
		code := budgetCode(err)
		if code == "" {
			code = "damaged"
		}
		in.found.add(code, 0, 0)
		return
	}
	if data == nil {
		in.found.add("not_validated", 0, 0)
		return
	}
	in.file = nil // its caches are not needed any more
	var forgiven *forgivenError
	pages, err := validated(ctx, data, in.limits)
	switch {
	case err == nil:
		if pages != len(in.out.Pages) {
			in.found.add("page_count", 0, 0)
		}
	case errors.As(err, &forgiven):
		in.found.add(forgiven.code, 0, 0)
	case errors.Is(err, context.DeadlineExceeded):
		in.leftBehind = true
		in.found.add("inspection_time", 0, 0)
	case ctx.Err() != nil:
		in.leftBehind = true
	default:
		in.found.add("invalid_structure", 0, objectOf(err))
	}
}

// objectOf finds the object number pdfcpu names in its message, 0 when it names none.
func objectOf(err error) int {
	msg := err.Error()
	for _, mark := range []string{"obj#:", "obj#", "obj "} {
		i := bytes.Index([]byte(msg), []byte(mark))
		if i < 0 {
			continue
		}
		digits := msg[i+len(mark):]
		n := 0
		for n < len(digits) && n < 9 && digits[n] >= '0' && digits[n] <= '9' {
			n++
		}
		if v, err := strconv.Atoi(digits[:n]); err == nil {
			return v
		}
	}
	return 0
}

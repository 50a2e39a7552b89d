// Package pdf judges, measures and opens PDF papers. Inspect says whether a paper may come in and why not; Open gives its pages to a
// reader one by one. Both are plain functions made to run in a child with little memory and no rights, and keep budgets of their own.
package pdf

import (
	"bytes"
	"context"
	"fmt"
	"os"

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

	pageOf   map[int]int  // object number → page it belongs to, the first of several
	listed   map[int]bool // object numbers of the pages
	strays   []int        // objects that call themselves pages and are not listed
	boxless  bool         // a page names no size
	unboxed  map[int]bool // … the objects of such pages
	invented bool         // the header names a version that does not exist
	sigs     []signature
	objects  []defined

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
		code, object := budgetCode(err)
		if code == "" {
			code = "damaged"
		}
		in.found.add(code, in.pageOf[object], object)
		return
	}
	if in.found.refused() {
		return // a validator has nothing to add
	}
	if err := in.tangled(ctx); err != nil {
		in.found.add("inspection_time", 0, 0)
	}
	if in.found.refused() {
		return
	}
	in.validate(ctx)
}

// read walks the paper with our own eyes. The error is a spent budget, ctx's, or damage.
func (in *inspection) read(ctx context.Context) error {
	f, err := cos.Open(ctx, in.data, cos.Limits{Objects: in.limits.Objects, TotalBytes: in.limits.InflatedBytes})
	if err != nil {
		return fmt.Errorf("open pdf: %w", err)
	}
	in.file = f
	in.out.PDFVersion = versionOf(f)
	in.lock()
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
	for _, object := range f.Ambiguous() {
		in.found.add("ambiguous", in.pageOf[object], object)
	}
	if f.Lock() == cos.Locked {
		return nil
	}
	if len(pages) == 0 && !loop {
		in.found.add("no_pages", 0, 0)
	} else if f.Rootless {
		in.found.add("no_catalog", 0, 0)
	}
	in.concealed()
	if err := in.measurePages(ctx, pages); err != nil {
		return err
	}
	if f.Repaired || f.Untidy {
		in.found.add("repaired", 0, 0)
	}
	in.out.Signatures = judgeSignatures(f, &in.found, in.sigs, in.objects)
	if n := f.Updates(); n > in.out.Signatures {
		in.found.add("earlier_revisions", 0, 0, n)
	}
	in.countDeclared(len(pages), loop || over)
	return ctx.Err()
}

// lock reports how the paper is encrypted.
func (in *inspection) lock() {
	switch in.file.Lock() {
	case cos.Locked:
		if in.file.Foreign {
			in.found.add("encryption", 0, 0)
		} else {
			in.found.add("password", 0, 0)
		}
	case cos.OwnerLocked:
		in.out.OwnerLock = true
		if in.req.AllowOwnerLocks {
			in.found.add("owner_password", 0, 0)
		} else {
			in.found.add("owner_lock", 0, 0)
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
		switch v := o.Object.(type) {
		case *cos.Stream:
			return in.stream(v)
		case cos.Dict:
			in.notePage(o.ID.Num, v)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("walk pdf: %w", err)
	}
	return nil
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sohoa/archive"
	"sohoa/internal/sandbox"
	"sohoa/ocr/child"
)

// inspected is what sohoa inspect says of one file.
type inspected struct {
	File       string            `json:"file"`
	Digest     string            `json:"digest,omitempty"`
	Size       int64             `json:"size"`
	TookMS     int64             `json:"took_ms"`
	MediaType  string            `json:"media_type,omitempty"`
	Verdict    string            `json:"verdict"` // accepted, or the code of the refusal
	Pages      int               `json:"page_count"`
	PDFVersion string            `json:"pdf_version,omitempty"`
	Signatures int               `json:"signatures,omitempty"`
	OwnerLock  bool              `json:"owner_lock,omitempty"`
	Findings   []archive.Finding `json:"findings,omitempty"`

	err error // no verdict: the file could not be read, or there was no child to be had
}

const accepted = "accepted"

// inspect is `sohoa inspect`: what would be said of these files if they were handed in. Nothing is kept and no house is needed. The files go
// through the same children with the same limits as in a server. Exit 0 all would be taken, 1 some would not, 2 could not run.
func inspect(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	var asJSON bool
	fs := flag.NewFlagSet("inspect", flag.ContinueOnError)
	fs.SetOutput(e.stderr)
	fs.Usage = func() { fs.PrintDefaults() }
	o.inspecting(fs)
	fs.BoolVar(&asJSON, "json", false, "print one JSON object per file, and one with the sums at the end")
	paths, err := o.parseMixed(e, fs, args)
	if err != nil {
		return exitFailed, err
	}
	if len(paths) == 0 {
		return exitFailed, errors.New("inspect wants files or folders")
	}
	opt, err := o.children(o.limits(), logger(e, &o))
	if err != nil {
		return exitFailed, err
	}
	files, err := filesBelow(paths)
	if err != nil {
		return exitFailed, err
	}
	in := child.NewInspector(opt)
	defer in.Close()
	sums := inspectionSums{Verdicts: map[string]int{}}
	bar := newProgress(e, archive.Text{VI: "tệp đã kiểm tra", EN: "files inspected"})
	for r := range inspectAll(ctx, in, &o, files) {
		if r.err != nil {
			return exitFailed, fmt.Errorf("inspect %s: %w", printable(r.File), r.err)
		}
		bar.clear()
		if err := r.print(e, asJSON); err != nil {
			return exitFailed, err
		}
		sums.add(r)
		bar.set(int64(sums.Files), int64(len(files)))
	}
	bar.done()
	if ctx.Err() != nil {
		return exitFailed, ctx.Err()
	}
	sums.children(in.Stats())
	if err := sums.print(e, asJSON); err != nil {
		return exitFailed, err
	}
	if sums.Verdicts[accepted] < sums.Files {
		return exitFindings, nil
	}
	return exitDone, nil
}

// filesBelow lists the files at and below paths, folder by folder in the order of their names.
func filesBelow(paths []string) (files []string, err error) {
	for _, p := range paths {
		err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (d.Type().IsRegular() || path == p) {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// inspectAll inspects as many files at once as there are children and gives the answers in the order of files.
func inspectAll(ctx context.Context, in *child.Inspector, o *options, files []string) func(yield func(inspected) bool) {
	return func(yield func(inspected) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		queue := make(chan chan inspected, max(1, o.inspectors)-1)
		go func() {
			defer close(queue)
			for _, name := range files {
				answer := make(chan inspected, 1)
				select {
				case queue <- answer:
				case <-ctx.Done():
					return
				}
				go func() { answer <- inspectOne(ctx, in, o, name) }()
			}
		}()
		for answer := range queue {
			if !yield(<-answer) {
				return
			}
		}
	}
}

func inspectOne(ctx context.Context, in *child.Inspector, o *options, name string) (r inspected) {
	r.File = name
	f, err := os.Open(name)
	if err != nil {
		r.err = err
		return r
	}
	defer f.Close()
	w := archive.NewHasher()
	if r.Size, r.err = io.Copy(w, f); r.err != nil {
		return r
	}
	r.Digest = w.Digest().String()
	began := time.Now()
	v, err := in.Inspect(ctx, f, archive.InspectRequest{AllowOwnerLocks: o.ownerLocks, Limits: o.limits().Inspect})
	r.TookMS = time.Since(began).Milliseconds()
	if err != nil {
		r.err = err
		return r
	}
	r.MediaType, r.Verdict, r.Pages, r.PDFVersion, r.Signatures = v.MediaType, v.Refusal, v.PageCount(), v.PDFVersion, v.Signatures
	r.OwnerLock, r.Findings = v.OwnerLock, v.Findings
	if r.Verdict == "" {
		r.Verdict = accepted
	}
	return r
}

func (r inspected) print(e *env, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(e.stdout).Encode(r)
	}
	pages := archive.Text{VI: "trang", EN: "pages"}.In(e.lang)
	if _, err := fmt.Fprintf(e.stdout, "%-16s %4d %s  %s\n", r.Verdict, r.Pages, pages, printable(r.File)); err != nil {
		return err
	}
	for _, f := range r.Findings {
		where := ""
		if f.Page > 0 {
			where += archive.Text{VI: fmt.Sprintf(", trang %d", f.Page), EN: fmt.Sprintf(", page %d", f.Page)}.In(e.lang)
		}
		if f.Object > 0 {
			where += archive.Text{VI: fmt.Sprintf(", đối tượng %d", f.Object), EN: fmt.Sprintf(", object %d", f.Object)}.In(e.lang)
		}
		if _, err := fmt.Fprintf(e.stdout, "    %-7s %s%s: %s\n", f.Severity, f.Code, where, f.Msg.In(e.lang)); err != nil {
			return err
		}
	}
	return nil
}

// inspectionSums are the last line of sohoa inspect.
type inspectionSums struct {
	Files     int            `json:"files"`
	Verdicts  map[string]int `json:"verdicts"`
	Slowest   string         `json:"slowest,omitempty"`
	SlowestMS int64          `json:"slowest_ms"`
	Children  int            `json:"children_started"`
	Died      int            `json:"children_died"`
	OverTime  int            `json:"children_over_time"`
	OverMem   int            `json:"children_over_memory"`
	PeakBytes int64          `json:"peak_memory"` // anonymous memory of one child
}

func (s *inspectionSums) add(r inspected) {
	s.Files++
	s.Verdicts[r.Verdict]++
	if s.Slowest == "" || r.TookMS > s.SlowestMS {
		s.Slowest, s.SlowestMS = r.File, r.TookMS
	}
}

func (s *inspectionSums) children(st sandbox.Stats) {
	s.Children, s.Died, s.OverTime, s.OverMem, s.PeakBytes = st.Started, st.Died, st.Timeout, st.Memory, st.Peak
}

func (s *inspectionSums) print(e *env, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(e.stdout).Encode(struct {
			Sums *inspectionSums `json:"sums"`
		}{s})
	}
	t := func(vi, en string) string { return archive.Text{VI: vi, EN: en}.In(e.lang) }
	w := e.stderr
	fmt.Fprintf(w, "%6d %s\n", s.Files, t("tệp", "files"))
	for _, v := range sortedKeys(s.Verdicts) {
		fmt.Fprintf(w, "%6d %s\n", s.Verdicts[v], v)
	}
	fmt.Fprintf(w, "%6d ms %s %s\n", s.SlowestMS, t("lâu nhất:", "the slowest:"), printable(s.Slowest))
	fmt.Fprintf(w, "%6d MB %s\n", s.PeakBytes>>20, t("bộ nhớ cao nhất của một tiến trình con", "peak memory of one child"))
	_, err := fmt.Fprintf(w, "%6d %s (%d/%d/%d)\n", s.Died+s.OverTime+s.OverMem, t("tiến trình con bị mất: chết/quá giờ/quá bộ nhớ", "children lost: died/over time/over memory"), s.Died, s.OverTime, s.OverMem)
	return err
}

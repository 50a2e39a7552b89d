package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"sohoa/archive"
	"sohoa/archive/delivery"
	"sohoa/cmd/sohoa/intake"
	"sohoa/ocr/child"
)

// check is the dry run: the whole table is read, every file that would be taken is looked at by the same children as in a
// deposit, and the report is written. Nothing is kept.
func (d *deliveryRun) check(ctx context.Context, o *options, rules *delivery.Rules) (int, error) {
	all, err := d.registry(ctx, o)
	if err != nil {
		return exitFailed, err
	}
	rules.Offices, rules.NeedAgency = all, o.server == ""
	if d.config.Journal, err = intake.ReadJournal(filepath.Join(o.data, "imports"), d.config.Source); err != nil {
		return exitFailed, err
	}
	d.config.Depositor = noDepositor{}
	d.config.Plan = func(intake.File) (intake.Request, error) { return intake.Request{}, intake.ErrPass }
	if err := d.plan(ctx, rules); err != nil {
		return exitFailed, err
	}
	opt, err := o.children(o.limits(), logger(d.env, o))
	if err != nil {
		return exitFailed, err
	}
	in := child.NewInspector(opt)
	defer in.Close()
	var todo []*item
	var paths []string
	for i := range d.items {
		if it := &d.items[i]; it.fate == fateUndone {
			todo = append(todo, it)
			paths = append(paths, filepath.Join(d.config.Dir, d.files[it.At].Path))
		}
	}
	d.bar = newProgress(d.env, archive.Text{VI: "dòng", EN: "rows"})
	d.done = len(d.items) - len(todo)
	next := 0
	for r := range inspectAll(ctx, in, o, paths) {
		if r.err != nil {
			if err := ctx.Err(); err != nil {
				break
			}
			return exitFailed, fmt.Errorf("inspect %s: %w", intake.Printable(r.File), r.err)
		}
		d.judge(todo[next], r)
		next, d.done = next+1, d.done+1
		d.bar.set(int64(d.done), int64(len(d.items)))
	}
	d.bar.done()
	return d.finish(context.Cause(ctx))
}

// registry returns the agencies of the server or of the data folder. A folder that is not there yet has none, and is not made.
func (d *deliveryRun) registry(ctx context.Context, o *options) (*delivery.Offices, error) {
	if o.server != "" {
		c, err := newClient(d.env, o.server)
		if err != nil {
			return nil, err
		}
		return c.offices(ctx)
	}
	if _, err := os.Stat(o.data); err != nil && o.catalog == "" {
		return delivery.NewOffices(nil), nil
	}
	h, err := openHouse(ctx, d.env, o, parts{})
	if err != nil {
		return nil, err
	}
	defer h.Close()
	all, err := h.archive.Agencies(ctx)
	return delivery.NewOffices(all), err
}

// judge says what would become of an inspected file.
func (d *deliveryRun) judge(it *item, r inspected) {
	c := d.index.FileColumn()
	switch {
	case r.Size == 0:
		it.wrong(d.index, c, fateWrong, "empty_file", archive.Text{VI: "Tệp rỗng.", EN: "The file is empty."})
	case r.Verdict != accepted:
		f := fateWrong
		if d.fault == archive.KeepAside && r.Verdict != "unsupported_type" {
			f = fateAside
		}
		res := intake.Result{Findings: r.Findings}
		it.wrong(d.index, c, f, r.Verdict, archive.Text{VI: r.Verdict + " " + res.Reason("vi"), EN: r.Verdict + " " + res.Reason("en")})
	case it.Pages > 0 && it.Pages != r.Pages:
		if d.index.Header.At(delivery.Pages) >= 0 {
			c = delivery.Pages
		}
		it.wrong(d.index, c, fateWrong, "page_count", archive.Text{VI: fmt.Sprintf("Tệp có %d trang, không đúng số trang đã khai.", r.Pages), EN: fmt.Sprintf("The file has %d page(s), not the number announced.", r.Pages)})
	default:
		it.fate = fateFit
	}
}

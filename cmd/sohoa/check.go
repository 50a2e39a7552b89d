package main

import (
	"context"
	"errors"
	"fmt"

	"sohoa/archive"
)

// check is `sohoa check`: exit 0 sound, 1 findings, 2 could not run.
func check(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	var opt archive.CheckOptions
	fs := o.flags(e, "check")
	fs.BoolVar(&opt.ReadData, "read-data", false, "read every byte and compare its digest")
	fs.BoolVar(&opt.Repair, "repair", false, "mend what is damaged from the second store, as far as it has it")
	if err := o.parse(e, fs, args); err != nil {
		return exitFailed, err
	}
	h, err := openHouse(ctx, e, &o, parts{index: true})
	if err != nil {
		return exitFailed, err
	}
	defer h.Close()
	if err := h.catchUp(ctx); err != nil {
		return exitFailed, err
	}
	bar := newProgress(e, archive.Text{VI: "giấy tờ đã kiểm tra", EN: "papers checked"})
	opt.Progress = func(n int) { bar.set(int64(n), 0) }
	kinds := map[string]int{}
	total, repaired := 0, 0
	err = h.archive.Check(ctx, opt, func(d archive.Discrepancy) error {
		bar.clear()
		if d.Repaired {
			repaired++
			fmt.Fprintf(e.stdout, "%s\t%s\t%s\t%s\n", d.Kind, d.Object, d.Detail, archive.Text{VI: "đã sửa", EN: "repaired"}.In(e.lang))
			return nil
		}
		kinds[d.Kind]++
		total++
		fmt.Fprintf(e.stdout, "%s\t%s\t%s\n", d.Kind, d.Object, d.Detail)
		return nil
	})
	bar.done()
	if err != nil {
		return exitFailed, err
	}
	if repaired > 0 {
		fmt.Fprintf(e.stderr, "%6d %s\n", repaired, archive.Text{VI: "đã sửa", EN: "repaired"}.In(e.lang))
	}
	if total == 0 && repaired > 0 {
		return exitFindings, nil
	}
	if total == 0 {
		fmt.Fprintln(e.stdout, archive.Text{VI: "Nguyên vẹn.", EN: "Sound."}.In(e.lang))
		return exitDone, nil
	}
	for _, k := range sortedKeys(kinds) {
		fmt.Fprintf(e.stderr, "%6d %s\n", kinds[k], k)
	}
	return exitFindings, nil
}

// rebuild is `sohoa rebuild`.
func rebuild(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	var index, cat bool
	fs := o.flags(e, "rebuild")
	fs.BoolVar(&index, "index", false, "make the search index again from the catalog and what was read")
	fs.BoolVar(&cat, "catalog", false, "make the catalog again from the store (not in this version)")
	if err := o.parse(e, fs, args); err != nil {
		return exitFailed, err
	}
	if cat || !index {
		return exitFailed, errors.New("this version rebuilds the index only: say sohoa rebuild --index; nothing was changed")
	}
	h, err := openHouse(ctx, e, &o, parts{index: true, fresh: true})
	if err != nil {
		return exitFailed, err
	}
	defer h.Close()
	bar := newProgress(e, archive.Text{VI: "giấy tờ đã lập chỉ mục", EN: "papers indexed"})
	err = h.archive.RebuildIndex(ctx, func(n int) { bar.set(int64(n), 0) })
	bar.done()
	return exitDone, err
}

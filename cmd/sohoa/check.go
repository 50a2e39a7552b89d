package main

import (
	"context"
	"fmt"

	"sohoa/archive"
)

// check is `sohoa check`: exit 0 sound, 1 findings, 2 could not run.
func check(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	var opt archive.CheckOptions
	fs := o.flags(e, "check")
	fs.BoolVar(&opt.ReadData, "read-data", false, "read every byte and compare its digest, every row with what the store says of it, every event with its copy there")
	fs.BoolVar(&opt.Repair, "repair", false, "mend what has a good copy: objects from the second store, rows and papers the catalog lacks from the store, entries of the index, the accounts of what agencies keep")
	if err := o.parse(e, fs, args); err != nil {
		return exitFailed, err
	}
	h, err := openHouse(ctx, e, &o, parts{index: true, both: true})
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
		fmt.Fprintf(e.stderr, "%6d %s: %s\n", kinds[k], k, adviceOn(k, opt.Repair).In(e.lang))
	}
	return exitFindings, nil
}

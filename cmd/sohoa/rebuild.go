package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"sohoa/archive"
	"sohoa/storage/catalog"
)

// rebuild is `sohoa rebuild`: the catalog from the store alone, then the index from both; with --index the index only.
func rebuild(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	var index, cat bool
	fs := o.flags(e, "rebuild")
	fs.BoolVar(&index, "index", false, "make the search index again from the catalog and what was read")
	fs.BoolVar(&cat, "catalog", false, "make the catalog again from the store alone; the present one is kept beside it. Without either switch both are made again")
	if err := o.parse(e, fs, args); err != nil {
		return exitFailed, err
	}
	if !cat && !index {
		cat, index = true, true
	}
	h, err := openHouse(ctx, e, &o, parts{index: true, fresh: true, freshCatalog: cat, both: true})
	if err != nil {
		return exitFailed, err
	}
	defer h.Close()
	if cat {
		atStep("rebuild/aside")
		bar := newProgress(e, archive.Text{VI: "sự kiện và giấy tờ lấy lại", EN: "events and papers brought back"})
		got, err := h.archive.Rebuild(ctx, func(n int64) { bar.set(n, 0) })
		bar.done()
		if err != nil {
			return exitFailed, h.notRebuilt(err)
		}
		fmt.Fprintf(e.stdout, archive.Text{VI: "đoạn nhật ký %d, sự kiện %d, giấy tờ %d (mới hơn nhật ký %d, còn chữ đã đọc %d), hồ sơ %d, cơ quan %d, tài khoản %d (không mật khẩu)\n",
			EN: "segments %d, events %d, papers %d (ahead of the log %d, words still there %d), dossiers %d, agencies %d, accounts %d (without passwords)\n"}.In(e.lang),
			got.Segments, got.Events, got.Documents, got.Ahead, got.Readings, got.Dossiers, got.Agencies, got.Accounts)
		fmt.Fprintln(e.stdout, archive.Text{VI: "Tiếp theo: sohoa check, rồi đặt lại mật khẩu bằng sohoa account reset --name TÊN.",
			EN: "Next: sohoa check, then give passwords again with sohoa account reset --name LOGIN."}.In(e.lang))
	}
	atStep("rebuild/catalog")
	bar := newProgress(e, archive.Text{VI: "giấy tờ đã lập chỉ mục", EN: "papers indexed"})
	err = h.archive.RebuildIndex(ctx, func(n int64) { bar.set(n, 0) })
	bar.done()
	return exitDone, err
}

func (h *house) notRebuilt(err error) error {
	if h.setAside != "" {
		return fmt.Errorf("%w; the former catalog is kept as %s", err, h.setAside)
	}
	return err
}

// setCatalogAside moves the files of a catalog out of the way of a new one and returns where the first of them went. Nothing
// is deleted: what only that catalog knew may still be wanted. One that a newer program wrote is left where it is.
func setCatalogAside(ctx context.Context, dsn string, now time.Time) (string, error) {
	path, ok := strings.CutPrefix(dsn, "sqlite:")
	if !ok {
		return "", errors.New("rebuild wants an empty catalog: name a new, empty database in SOHOA_CATALOG")
	}
	if err := catalog.Newer(ctx, dsn); err != nil {
		return "", err
	}
	to := path + ".before-rebuild-" + now.Format("20060102-150405")
	// The log goes first: a catalog without its log is only older, a log without its catalog would be taken for the new one's.
	for _, ending := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(path+ending, to+ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("set the catalog aside: %w", err)
		}
	}
	if _, err := os.Stat(to); err != nil {
		return "", nil // there was none
	}
	return to, nil
}

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"sohoa/archive"
	"sohoa/storage/catalog"
	"sohoa/storage/ocfl"
)

// restore is `sohoa restore FILE`. The order is what makes it safe to break off and run again: the store first, which only
// grows by it; the catalog last, set aside before and loaded in one transaction; then the catalog learns what the store knows
// beyond the backup. Power lost before the catalog is loaded: the house has no catalog, and the same command goes on.
func restore(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	var verify bool
	fs := o.flags(e, "restore")
	fs.BoolVar(&verify, "verify", false, "afterwards read every byte of the house again and compare every digest and count")
	rest, err := o.parseMixed(e, fs, args)
	if err != nil {
		return exitFailed, err
	}
	if len(rest) != 1 {
		return exitFailed, errors.New("usage: sohoa restore FILE [--verify] --data DIR")
	}
	f, err := os.Open(rest[0])
	if err != nil {
		return exitFailed, err
	}
	defer f.Close()
	r := restoring{env: e, o: &o}
	// The whole archive is judged before anything is touched.
	bar := newProgress(e, archive.Text{VI: "tệp đã kiểm", EN: "files compared"})
	n := int64(0)
	r.end, err = readBackup(ctx, f, func(ctx context.Context, h *tar.Header, body io.Reader) error {
		n++
		bar.set(n, 0)
		return r.judge(h, body)
	})
	bar.done()
	if err != nil {
		return exitFailed, fmt.Errorf("%w; nothing was changed", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return exitFailed, err
	}
	if err := r.run(ctx, f); err != nil {
		return exitFailed, err
	}
	if !verify {
		fmt.Fprintln(e.stdout, archive.Text{VI: "Đã khôi phục. Tiếp theo: sohoa check --read-data.", EN: "Restored. Next: sohoa check --read-data."}.In(e.lang))
		return exitDone, nil
	}
	return r.verify(ctx)
}

type restoring struct {
	env  *env
	o    *options
	head backupHead
	end  *backupEnd
	got  archive.Rebuilt
}

// judge looks at the first entry before anything is taken from the others.
func (r *restoring) judge(h *tar.Header, body io.Reader) error {
	if h.Name != "backup.json" {
		if r.head.Format == "" {
			return errors.New("this is no backup of sohoa")
		}
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(body, 1<<20)).Decode(&r.head); err != nil {
		return errors.New("this is no backup of sohoa")
	}
	if r.head.Format != backupFormat {
		return fmt.Errorf("a backup of format %q, made by sohoa %s: use that version or a later one", r.head.Format, r.head.Version)
	}
	return nil
}

func (r *restoring) run(ctx context.Context, f io.Reader) error {
	if err := os.MkdirAll(r.o.data, 0o750); err != nil {
		return err
	}
	lock, err := lockFolder(r.o.data)
	if err != nil {
		return err
	}
	err = r.bytes(ctx, f)
	if e := lock.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("restore: %w; run the same command again to go on", err)
	}
	atStep("restore/bytes")
	return r.wake(ctx)
}

// bytes restores what is no row, and then the rows.
func (r *restoring) bytes(ctx context.Context, f io.Reader) error {
	h := &house{log: logger(r.env, r.o)}
	defer h.Close()
	if err := catalog.Newer(ctx, r.o.catalogDSN()); err != nil {
		return err
	}
	keyPath := r.o.keyPath()
	if err := r.wantKey(keyPath); err != nil {
		return err
	}
	vault, err := h.openStores(ctx, r.env, r.o, false)
	if err != nil {
		return err
	}
	store, ok := vault.(interface{ Import() *ocfl.Import })
	if !ok {
		return errors.New("this store cannot take a backup in")
	}
	im := store.Import()
	defer im.Close()
	rows, err := os.CreateTemp(r.o.data, "sohoa-restore-*")
	if err != nil {
		return err
	}
	defer os.Remove(rows.Name())
	defer rows.Close()
	bar := newProgress(r.env, archive.Text{VI: "đối tượng đã khôi phục", EN: "objects restored"})
	defer bar.done()
	_, err = readBackup(ctx, f, func(ctx context.Context, head *tar.Header, body io.Reader) error {
		first, rest, _ := strings.Cut(head.Name, "/")
		switch first {
		case "catalog.jsonl.gz":
			_, err := io.Copy(rows, body)
			return err
		case "keys":
			return restoreKey(keyPath, body)
		case "quarantine":
			return restoreAside(ctx, h.aside, rest, body)
		case "store":
			bar.set(im.Objects+im.Kept, r.end.Objects)
			return im.Put(ctx, exported(rest, head.Size, body))
		}
		return nil // backup.json, and what a later version adds
	})
	if err != nil {
		return err
	}
	for _, id := range im.Apart {
		fmt.Fprintln(r.env.stderr, archive.Text{VI: "khác lịch sử, giữ bản trong kho: ", EN: "another history, the store's own is kept: "}.In(r.env.lang)+id)
	}
	if _, err := rows.Seek(0, io.SeekStart); err != nil {
		return err
	}
	atStep("restore/store")
	return r.rows(ctx, rows)
}

// exported says of a file of a backup what the store's export said.
func exported(key string, size int64, body io.Reader) ocfl.Exported {
	f := ocfl.Exported{Key: key, Size: size, Body: body}
	parts := strings.Split(key, "/")
	if len(parts) > 2 && parts[0] != "extensions" {
		f.Object = path.Join(parts[0], parts[1])
		f.Last = len(parts) == 3 && parts[2] == "inventory.json"
	}
	return f
}

func (r *restoring) rows(ctx context.Context, rows io.Reader) error {
	aside := ""
	if strings.HasPrefix(r.o.catalogDSN(), "sqlite:") {
		var err error
		if aside, err = setCatalogAside(ctx, r.o.catalogDSN(), archive.SystemClock{}.Now()); err != nil {
			return err
		}
	}
	atStep("restore/aside")
	z, err := gzip.NewReader(rows)
	if err != nil {
		return err
	}
	info, err := catalog.Load(ctx, r.o.catalogDSN(), z)
	if err != nil {
		if aside != "" {
			return fmt.Errorf("%w; the former catalog is kept as %s", err, aside)
		}
		return err
	}
	atStep("restore/rows")
	for table, n := range r.end.Catalog.Rows {
		if info.Rows[table] != n {
			return fmt.Errorf("%d rows of %s, the backup was made with %d", info.Rows[table], table, n)
		}
	}
	return nil
}

// wake opens the restored house: migrations run, the catalog learns what its store knows beyond it, the index is made again.
func (r *restoring) wake(ctx context.Context) error {
	h, err := openHouse(ctx, r.env, r.o, parts{index: true, fresh: true, both: true})
	if err != nil {
		return err
	}
	defer h.Close()
	beyond := newProgress(r.env, archive.Text{VI: "sự kiện và giấy tờ so với kho", EN: "events and papers compared with the store"})
	r.got, err = h.archive.CatchUpWhole(ctx, func(n int64) { beyond.set(n, 0) })
	beyond.done()
	if err != nil {
		return err
	}
	atStep("restore/caught-up")
	fmt.Fprintf(r.env.stdout, archive.Text{VI: "đối tượng %d, tệp %d; từ kho mới hơn bản sao: sự kiện %d, giấy tờ %d\n",
		EN: "objects %d, files %d; from a store newer than the backup: events %d, papers %d\n"}.In(r.env.lang), r.end.Objects, r.end.Files, r.got.Events, r.got.Documents)
	bar := newProgress(r.env, archive.Text{VI: "giấy tờ đã lập chỉ mục", EN: "papers indexed"})
	err = h.archive.RebuildIndex(ctx, func(n int64) { bar.set(n, 0) })
	bar.done()
	return err
}

// verify reads the restored house from end to end.
func (r *restoring) verify(ctx context.Context) (int, error) {
	h, err := openHouse(ctx, r.env, r.o, parts{index: true, both: true})
	if err != nil {
		return exitFailed, err
	}
	defer h.Close()
	if err := h.catchUp(ctx); err != nil {
		return exitFailed, err
	}
	found := 0
	err = h.archive.Check(ctx, archive.CheckOptions{ReadData: true}, func(d archive.Discrepancy) error {
		found++
		fmt.Fprintf(r.env.stdout, "%s\t%s\t%s\n", d.Kind, d.Object, d.Detail)
		return nil
	})
	if err != nil {
		return exitFailed, err
	}
	objects := int64(0)
	for _, err := range h.archive.Vault.List(ctx) {
		if err != nil && archive.KindOf(err) != archive.Corrupt { // one that is damaged is there, and was reported
			return exitFailed, err
		}
		objects++
	}
	if objects < r.end.Objects {
		found++
		fmt.Fprintf(r.env.stdout, "missing_object\tstore\t%d of %d objects\n", objects, r.end.Objects)
	}
	if found > 0 {
		return exitFindings, nil
	}
	fmt.Fprintln(r.env.stdout, archive.Text{VI: "Nguyên vẹn: mọi byte, mọi dòng, mọi số đếm khớp.", EN: "Sound: every byte, row and count is as it was."}.In(r.env.lang))
	return exitDone, nil
}

// wantKey makes sure that the log can go on: by the key in the backup, or by one that is there already.
func (r *restoring) wantKey(path string) error {
	if r.head.Keys {
		return nil
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("this backup does not carry the log's key: put the key at %s first", path)
	}
	return nil
}

func restoreKey(path string, body io.Reader) error {
	key, err := io.ReadAll(io.LimitReader(body, 64<<10))
	if err != nil {
		return err
	}
	have, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(have, key):
		return nil
	case err == nil:
		return fmt.Errorf("%s is the key of another log; name another place with --log-key-file", path)
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(key)
	return errors.Join(err, f.Sync(), f.Close(), syncFolder(dir))
}

func restoreAside(ctx context.Context, q archive.QuarantineStore, name string, body io.Reader) error {
	id, number, _ := strings.Cut(name, "/")
	doc, err := archive.ParseID(id)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	return q.Put(ctx, doc, n, body)
}

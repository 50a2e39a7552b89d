package main

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sohoa/archive"
	"sohoa/storage/catalog"
	"sohoa/storage/ocfl"
)

// A backup is one tar archive, written while the house serves:
//
//	backup.json          what it is and who made it
//	catalog.jsonl.gz     every row, as of one moment (storage/catalog/dump.go)
//	keys/log.key         the key of the log; only where the backup is made on the data folder itself
//	quarantine/<id>/<n>  papers kept aside
//	store/…              the store, object by object, read after that moment: whatever the catalog names is there
//	manifest.sha256      the digest of every entry before it
//	manifest.json        counts; an archive without it is cut off
//
// Objects only grow, so those read later hold at least what the rows of the earlier moment say; what is newer in them is
// taken into the catalog on restoring, as any store that is ahead. Index, page images and words are left out: they are made
// again.
const backupFormat = "sohoa/backup/1"

// backupHead is backup.json.
type backupHead struct {
	Format  string    `json:"format"`
	Version string    `json:"version"`
	MadeAt  time.Time `json:"made_at"`
	Keys    bool      `json:"keys"`
}

// backupEnd is manifest.json.
type backupEnd struct {
	Format  string           `json:"format"`
	Catalog catalog.DumpInfo `json:"catalog"`
	Files   int64            `json:"files"`
	Bytes   int64            `json:"bytes"`
	Objects int64            `json:"objects"`
	Skipped []string         `json:"skipped,omitempty"` // damaged or erased meanwhile
}

// backup is `sohoa backup FILE`.
func backup(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	fs := o.flags(e, "backup")
	o.remote(fs)
	rest, err := o.parseMixed(e, fs, args)
	if err != nil {
		return exitFailed, err
	}
	if len(rest) != 1 {
		return exitFailed, errors.New("usage: sohoa backup FILE")
	}
	// Written beside its name and given it when it is whole and durable: there is never half a backup under a good name.
	path := rest[0]
	f, err := os.OpenFile(path+".part", os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600) // personal data, and perhaps the log's key
	if err != nil {
		return exitFailed, fmt.Errorf("make backup: %w", err)
	}
	defer os.Remove(path + ".part")
	defer f.Close()
	end, err := fillBackup(ctx, e, &o, f)
	if err == nil {
		atStep("backup/written")
		err = errors.Join(f.Sync(), f.Close())
	}
	if err == nil {
		atStep("backup/synced")
		err = os.Rename(path+".part", path)
	}
	if err == nil {
		atStep("backup/named")
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return exitFailed, fmt.Errorf("backup: %w; nothing was kept under %s", err, path)
	}
	if end == nil {
		fmt.Fprintln(e.stdout, archive.Text{VI: "Xong. Bản sao qua máy chủ không mang khóa nhật ký: hãy sao riêng keys/log.key.",
			EN: "Done. A backup made through a server does not carry the log's key: copy keys/log.key by itself."}.In(e.lang))
		return exitDone, nil
	}
	fmt.Fprintf(e.stdout, archive.Text{VI: "%d đối tượng, %d tệp, %s\n", EN: "%d objects, %d files, %s\n"}.In(e.lang), end.Objects, end.Files, bytesText(end.Bytes))
	for _, s := range end.Skipped {
		fmt.Fprintln(e.stderr, archive.Text{VI: "không sao được: ", EN: "not in the backup: "}.In(e.lang)+s)
	}
	if len(end.Skipped) > 0 {
		return exitFindings, nil
	}
	return exitDone, nil
}

func fillBackup(ctx context.Context, e *env, o *options, f *os.File) (*backupEnd, error) {
	if o.server != "" {
		c, err := newClient(e, o.server)
		if err != nil {
			return nil, err
		}
		if err := c.download(ctx, "/backup", f); err != nil {
			return nil, err
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		_, err = readBackup(ctx, f, func(context.Context, *tar.Header, io.Reader) error { return nil })
		return nil, err
	}
	h, err := openHouse(ctx, e, o, parts{})
	if err != nil {
		return nil, err
	}
	defer h.Close()
	if err := h.archive.CloseLog(ctx); err != nil {
		return nil, err
	}
	bar := newProgress(e, archive.Text{VI: "đối tượng đã sao", EN: "objects copied"})
	defer bar.done()
	return h.backup(ctx, f, o.keyPath(), func(n int64) { bar.set(n, 0) })
}

// backupWriter is a tar archive that remembers the digest of each entry.
type backupWriter struct {
	tar   *tar.Writer
	lines *os.File // manifest.sha256 in the making; nameless
	out   *bufio.Writer
	end   backupEnd
	at    time.Time
}

func (b *backupWriter) put(name string, size int64, r io.Reader) error {
	if err := b.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: b.at, Format: tar.FormatPAX}); err != nil {
		return err
	}
	h := sha256.New()
	if n, err := io.Copy(io.MultiWriter(b.tar, h), r); err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	} else if n != size {
		return fmt.Errorf("copy %s: %d bytes of %d", name, n, size)
	}
	b.end.Files++
	b.end.Bytes += size
	_, err := fmt.Fprintf(b.out, "%x  %s\n", h.Sum(nil), name)
	return err
}

func (b *backupWriter) putJSON(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return b.put(name, int64(len(text)), strings.NewReader(string(text)))
}

// passing makes a nameless file of this house for what must be whole before its size is known.
func (h *house) passing() (*os.File, error) {
	f, err := os.CreateTemp(h.archive.Scratch, "sohoa-backup-*")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// backup writes the house to w. keyPath is "" where the key is not to go along.
func (h *house) backup(ctx context.Context, w io.Writer, keyPath string, progress func(int64)) (*backupEnd, error) {
	lines, err := h.passing()
	if err != nil {
		return nil, err
	}
	defer lines.Close()
	b := &backupWriter{tar: tar.NewWriter(w), lines: lines, out: bufio.NewWriter(lines), at: time.Now().Truncate(time.Second), end: backupEnd{Format: backupFormat}}
	if err := b.putJSON("backup.json", backupHead{backupFormat, version, time.Now(), keyPath != ""}); err != nil {
		return nil, err
	}
	if err := h.backupCatalog(ctx, b); err != nil {
		return nil, err
	}
	if keyPath != "" {
		key, err := os.ReadFile(keyPath)
		if err == nil {
			err = b.put("keys/log.key", int64(len(key)), strings.NewReader(string(key)))
		}
		if err != nil {
			return nil, err
		}
	}
	if err := h.backupQuarantine(ctx, b); err != nil {
		return nil, err
	}
	store, ok := h.archive.Vault.(interface {
		Export(context.Context, func(ocfl.Exported) error, func(string, error)) error
	})
	if !ok {
		return nil, errors.New("this store cannot be read out")
	}
	err = store.Export(ctx, func(f ocfl.Exported) error {
		if f.Last {
			b.end.Objects++
			progress(b.end.Objects)
		}
		return b.put("store/"+f.Key, f.Size, f.Body)
	}, func(root string, err error) {
		b.end.Skipped = append(b.end.Skipped, root)
		h.log.Error("an object cannot be backed up", "folder", root, "err", err)
	})
	if err != nil {
		return nil, err
	}
	return &b.end, b.close()
}

func (h *house) backupCatalog(ctx context.Context, b *backupWriter) error {
	f, err := h.passing()
	if err != nil {
		return err
	}
	defer f.Close()
	z := gzip.NewWriter(f)
	if b.end.Catalog, err = h.catalog.Dump(ctx, z); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	return b.put("catalog.jsonl.gz", size, f)
}

func (h *house) backupQuarantine(ctx context.Context, b *backupWriter) error {
	if h.archive.Quarantine == nil {
		return nil
	}
	for id, err := range h.archive.Quarantine.List(ctx) {
		if err != nil {
			return err
		}
		d, err := h.archive.Document(ctx, archive.System, id)
		if archive.KindOf(err) == archive.NotFound && err != nil {
			continue // on its way in: nothing was promised yet
		}
		if err != nil {
			return err
		}
		for _, v := range d.Versions {
			c, err := h.archive.Quarantine.Open(ctx, id, v)
			if archive.KindOf(err) == archive.NotFound && err != nil {
				continue // let out meanwhile
			}
			if err != nil {
				return err
			}
			err = b.put(fmt.Sprintf("quarantine/%s/%d", id, v.Number), c.Size(), c)
			c.Close()
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// close writes the manifest and ends the archive.
func (b *backupWriter) close() error {
	if err := b.out.Flush(); err != nil {
		return err
	}
	size, err := b.lines.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = b.lines.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	files, bytes := b.end.Files, b.end.Bytes
	if err := b.put("manifest.sha256", size, b.lines); err != nil {
		return err
	}
	b.end.Files, b.end.Bytes = files, bytes
	if err := b.putJSON("manifest.json", b.end); err != nil {
		return err
	}
	b.end.Files, b.end.Bytes = files, bytes
	return b.tar.Close()
}

var errCutOff = errors.New("the backup is cut off or damaged")

// readBackup goes through a backup, compares every digest and hands each entry over. An error of each ends it.
func readBackup(ctx context.Context, r io.Reader, each func(context.Context, *tar.Header, io.Reader) error) (*backupEnd, error) {
	t := tar.NewReader(r)
	whole := sha256.New() // over the lines that manifest.sha256 must have
	var files, size int64
	var end *backupEnd
	for {
		head, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errCutOff, err)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		switch head.Name {
		case "manifest.sha256":
			sum := sha256.New()
			if _, err := io.Copy(sum, t); err != nil {
				return nil, fmt.Errorf("%w: %w", errCutOff, err)
			}
			if hex.EncodeToString(sum.Sum(nil)) != hex.EncodeToString(whole.Sum(nil)) {
				return nil, fmt.Errorf("%w: an entry is not what it was when the backup was made", errCutOff)
			}
			continue
		case "manifest.json":
			end = &backupEnd{}
			if err := json.NewDecoder(io.LimitReader(t, 64<<20)).Decode(end); err != nil {
				return nil, fmt.Errorf("%w: %w", errCutOff, err)
			}
			continue
		}
		if err := eachEntry(ctx, head, t, whole, each); err != nil {
			return nil, err
		}
		files++
		size += head.Size
	}
	if end == nil || end.Files != files || end.Bytes != size {
		return nil, fmt.Errorf("%w: %d files of %d bytes are in it", errCutOff, files, size)
	}
	return end, nil
}

func eachEntry(ctx context.Context, head *tar.Header, t io.Reader, whole hash.Hash, each func(context.Context, *tar.Header, io.Reader) error) error {
	h := sha256.New()
	body := io.TeeReader(t, h)
	if head.Typeflag != tar.TypeReg {
		return fmt.Errorf("%w: %s is no file", errCutOff, head.Name)
	}
	if err := each(ctx, head, body); err != nil {
		return fmt.Errorf("%s: %w", head.Name, err)
	}
	if _, err := io.Copy(io.Discard, body); err != nil {
		return fmt.Errorf("%w: %w", errCutOff, err)
	}
	fmt.Fprintf(whole, "%x  %s\n", h.Sum(nil), head.Name)
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

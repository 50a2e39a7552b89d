package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sohoa/archive"
	"sohoa/storage/blob/s3"
)

// bucket is `sohoa bucket`: what has to be there before a house over S3 can start for the first time. Both acts may be given
// again at every start and then do nothing.
func bucket(ctx context.Context, e *env, args []string) (int, error) {
	act := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		act, args = args[0], args[1:]
	}
	var o options
	fset := flag.NewFlagSet("bucket", flag.ContinueOnError)
	fset.SetOutput(e.stderr)
	fset.StringVar(&o.store, "store", "", "for make: the bucket as --store of serve names it, s3://bucket/prefix?endpoint=…, its keys in SOHOA_S3_ACCESS_KEY and SOHOA_S3_SECRET_KEY or in the files that the same names with _FILE name")
	rest, err := o.parseMixed(e, fset, args)
	switch {
	case err != nil:
		return exitFailed, err
	case act == "keys" && len(rest) == 1:
		return exitDone, makeKeys(rest[0])
	case act == "make" && len(rest) == 0:
		return makeBucket(ctx, e, &o)
	}
	return exitFailed, errors.New("want keys DIR, or make; sohoa help bucket")
}

// makeKeys writes credentials nobody has chosen into dir, as access_key and secret_key. What is there stays: the server that
// was started with it knows no other. Power lost between the two: nothing has been told either of them yet, and the next
// call makes the one that is missing.
func makeKeys(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder for keys: %w", err)
	}
	for _, key := range []struct{ name, text string }{
		{"access_key", "sohoa-" + strings.ToLower(rand.Text()[:14])},
		{"secret_key", rand.Text() + rand.Text()},
	} {
		if err := writeOnce(filepath.Join(dir, key.name), key.text+"\n"); err != nil {
			return fmt.Errorf("keep %s: %w", key.name, err)
		}
	}
	return nil
}

// writeOnce writes a file that only its owner can read, whole or not at all. One that is there is left as it is.
func writeOnce(name, text string) error {
	if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".new-") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// makeBucket makes the bucket of --store where it is missing.
func makeBucket(ctx context.Context, e *env, o *options) (int, error) {
	p := place{flag: "--store", address: o.store, keys: "SOHOA_S3_"}
	if p.kind() != "s3" {
		return exitFailed, errors.New("--store takes s3://bucket/prefix?endpoint=… here")
	}
	cfg, err := bucketConfig(e, p)
	if err != nil {
		return exitFailed, err
	}
	made, err := s3.Make(ctx, cfg)
	if err != nil {
		return exitFailed, err
	}
	said := archive.Text{VI: "đã có sẵn", EN: "was there"}
	if made.Created {
		said = archive.Text{VI: "đã tạo", EN: "made"}
	}
	yes := func(b bool) string {
		if b {
			return archive.Text{VI: "có", EN: "yes"}.In(e.lang)
		}
		return archive.Text{VI: "không", EN: "no"}.In(e.lang)
	}
	fmt.Fprintf(e.stdout, archive.Text{VI: "Thùng chứa %s: %s; giữ phiên bản: %s; khóa đối tượng: %s\n", EN: "Bucket %s: %s; versions: %s; object lock: %s\n"}.In(e.lang),
		cfg.Bucket, said.In(e.lang), yes(made.Versioning), yes(made.ObjectLock))
	return exitDone, nil
}

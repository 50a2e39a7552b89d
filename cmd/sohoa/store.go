package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sohoa/archive"
	"sohoa/storage/blob"
	"sohoa/storage/blob/s3"
	"sohoa/storage/ocfl"
)

// openStores opens the store that --store names, and the one of --second-store beside it. What it opens is closed with the
// house. Whoever is patient begins without a second store that is away; a server's reachSecond
// brings it, and what other commands leave is copied by the next server.
func (h *house) openStores(ctx context.Context, e *env, o *options, patient bool) (archive.Vault, error) {
	first := place{flag: "--store", address: o.store, spool: filepath.Join(o.data, "spool"), keys: "SOHOA_S3_", data: o.data}
	if first.address == "" {
		first.address = "file:" + filepath.Join(o.data, "store")
	}
	v, kept, err := h.openVault(ctx, e, first)
	if err != nil {
		return nil, err
	}
	if kept == nil {
		if kept, err = h.openQuarantine(filepath.Join(o.data, "quarantine")); err != nil {
			return nil, err
		}
	}
	h.aside = kept
	h.storeKind, h.storeDir = first.kind(), first.folder()
	h.partials = v.Partials(o.limits().Upload.Checkpoint)
	if o.secondStore == "" {
		return v, nil
	}
	if o.secondMode != "wait" && o.secondMode != "follow" {
		return nil, errors.New("--second-store-mode takes wait or follow")
	}
	if o.secondStore == first.address {
		return nil, errors.New("--second-store names the first store: a copy in the same place is none")
	}
	second := place{flag: "--second-store", address: o.secondStore, spool: filepath.Join(o.data, "spool-second"), keys: "SOHOA_SECOND_S3_", data: o.data}
	h.secondKind = second.kind()
	// The archive is built on the pair, and is told by it: an object met damaged is scrubbed before its turn.
	suspect := func(id archive.ObjectID) { h.archive.Suspect(id) }
	wait := o.secondMode == "wait"
	aside := blob.NewQuarantinePair(kept, nil, wait)
	h.aside = aside
	w, q, err := h.openSecond(ctx, e, second, patient)
	if err == nil {
		h.joinAside(aside, q)
		return ocfl.NewPair(v, w, wait, suspect), nil
	}
	if !patient || !isAway(err) {
		return nil, err
	}
	h.log.Error("the second store is away; going on without it", "mode", o.secondMode, "err", sentence(err, e.lang))
	pair := ocfl.NewPair(v, nil, wait, suspect)
	pair.Missing(err)
	h.late = func(ctx context.Context) error {
		w, q, err := h.openSecond(ctx, e, second, true)
		if err != nil {
			pair.Missing(err)
			return err
		}
		h.joinAside(aside, q)
		pair.Join(w)
		return nil
	}
	return pair, nil
}

// errNotBegun is what a folder that held the second store and does not now is told by: a disk that is not mounted, most
// often. To begin another copy there is the operator's word.
var errNotBegun = &archive.Error{Kind: archive.Unavailable, Code: "second_store_empty",
	Msg: archive.Text{VI: "Kho thứ hai trước đây có giấy tờ nay trống: ổ đĩa có thể chưa được gắn. Nếu đúng là muốn bắt đầu một bản mới ở đó, hãy chạy sohoa check --repair.",
		EN: "The second store had papers and is empty now: its disk may not be mounted. If a new copy is to begin there, run sohoa check --repair."}}

// openSecond opens the second store. A server does not begin a new copy in a folder where one was: with its disk not mounted,
// papers would be copied beside the first.
func (h *house) openSecond(ctx context.Context, e *env, p place, careful bool) (*ocfl.Vault, *blob.Quarantine, error) {
	if careful && p.kind() == "file" && !ocfl.IsRoot(p.folder()) {
		copied := false
		err := h.catalog.View(ctx, func(tx archive.Tx) (err error) {
			copied, err = archive.HasMirrored(ctx, tx)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		if copied {
			return nil, nil, errNotBegun
		}
	}
	before := len(h.closers)
	v, q, err := h.openVault(ctx, e, p)
	if err == nil && q == nil && p.kind() == "file" {
		q, err = h.openQuarantine(p.folder() + quarantineSuffix)
	}
	if err != nil { // what a try opened is not kept for the next
		for i := len(h.closers) - 1; i >= before; i-- {
			err = errors.Join(err, h.closers[i].Close())
		}
		h.closers = h.closers[:before]
		return nil, nil, err
	}
	return v, q, nil
}

// quarantineSuffix names the quarantine beside a store: its folder's name, or its prefix, and this.
const quarantineSuffix = "-quarantine"

// joinAside brings the quarantine of the second store, where it has a place.
func (h *house) joinAside(pair *blob.QuarantinePair, second *blob.Quarantine) {
	if second == nil {
		h.log.Warn("papers in quarantine have no second copy: the second store fills its bucket; give it a prefix, s3://bucket/prefix")
		return
	}
	pair.Join(second)
}

// isAway reports whether a store that could not be opened may be there later: its server or its disk does not answer, as
// opposed to an address that is wrong or a folder of strangers.
func isAway(err error) bool {
	var path *fs.PathError
	return err != nil && archive.KindOf(err) == archive.Unavailable || errors.As(err, &path)
}

// Between two tries to open the second store lie secondFirst, then ever more, at most secondMost.
const (
	secondFirst = time.Second
	secondMost  = 30 * time.Second
)

// reachSecond opens a second store that was away at the start, however long that takes, until ctx ends.
func (h *house) reachSecond(ctx context.Context) {
	if h.late == nil {
		return
	}
	for wait := secondFirst; ; wait = min(2*wait, secondMost) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		err := h.late(ctx)
		if err == nil {
			h.log.Info("the second store is back; it is brought up to the first")
			return
		}
		if ctx.Err() == nil && wait == secondMost {
			h.log.Warn("the second store is still away", "err", err)
		}
	}
}

// place is a store as an operator names it.
type place struct {
	flag    string // that named it, for messages
	address string // file:DIR or s3://…
	spool   string // folder for what is on its way there
	keys    string // how the variables with its secrets begin
	data    string
}

// use is the store's part in the house.
func (p place) use() string {
	if p.flag == "--second-store" {
		return "second"
	}
	return "first"
}

func (p place) kind() string { k, _, _ := strings.Cut(p.address, ":"); return k }

// folder returns the folder whose disk can fill up: of a bucket, the spool's.
func (p place) folder() string {
	if dir, ok := strings.CutPrefix(p.address, "file:"); ok {
		return dir
	}
	return p.data
}

// openVault opens a store, and the quarantine beside it where that lies in the same bucket.
func (h *house) openVault(ctx context.Context, e *env, p place) (*ocfl.Vault, *blob.Quarantine, error) {
	switch p.kind() {
	case "file":
		v, err := ocfl.OpenDisk(p.folder(), p.spool, ocfl.Options{Syncs: &h.syncs, StepForTest: stepOfStore()})
		if err != nil {
			return nil, nil, fmt.Errorf("open %s %s: %w", p.flag, p.folder(), err)
		}
		h.closers = append(h.closers, v)
		h.opened(e.lang, openedStore{use: p.use(), folder: p.folder()})
		return v, nil, nil
	case "s3":
		return h.openBucket(ctx, e, p)
	}
	return nil, nil, fmt.Errorf("%s takes file:DIR or s3://bucket/prefix?endpoint=…", p.flag)
}

// bucketConfig reads how an operator names a bucket, and its secrets.
func bucketConfig(e *env, p place) (cfg s3.Config, err error) {
	if cfg, err = s3.ParseURL(p.address); err != nil {
		return cfg, fmt.Errorf("%s: %w", p.flag, err)
	}
	keys := p.keys
	if e.getenv(keys+"ACCESS_KEY") == "" && e.getenv(keys+"ACCESS_KEY_FILE") == "" {
		keys = "SOHOA_S3_" // one set of keys may serve both stores
	}
	if cfg.Credentials.AccessKey, err = secret(e, keys+"ACCESS_KEY"); err != nil {
		return cfg, err
	}
	if cfg.Credentials.SecretKey, err = secret(e, keys+"SECRET_KEY"); err != nil {
		return cfg, err
	}
	cfg.Credentials.SessionToken = e.getenv(keys + "SESSION_TOKEN")
	cfg.Temp = p.spool
	if path := e.getenv(keys + "CA_FILE"); path != "" {
		if cfg.RootCA, err = os.ReadFile(path); err != nil {
			return cfg, fmt.Errorf("%sCA_FILE: %w", keys, err)
		}
	}
	return cfg, nil
}

func (h *house) openBucket(ctx context.Context, e *env, p place) (*ocfl.Vault, *blob.Quarantine, error) {
	cfg, err := bucketConfig(e, p)
	if err != nil {
		return nil, nil, err
	}
	spool, err := blob.OpenSpool(p.spool, &h.syncs)
	if err != nil {
		return nil, nil, fmt.Errorf("open spool: %w", err)
	}
	h.closers = append(h.closers, spool)
	store, err := s3.Open(ctx, cfg)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", p.flag, err)
	}
	h.closers = append(h.closers, store)
	h.opened(e.lang, openedStore{use: p.use(), bucket: store})
	v, err := ocfl.New(ctx, store, spool)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", p.flag, err)
	}
	h.closers = append(h.closers, v)
	if cfg.Prefix == "" {
		// Without a prefix the OCFL root is the whole bucket: nothing else has a place in it, and the quarantine stays in the
		// data folder.
		return v, nil, nil
	}
	q, err := h.openQuarantineBucket(ctx, cfg)
	return v, q, err
}

// openQuarantineBucket opens the quarantine beside the prefix of the store.
func (h *house) openQuarantineBucket(ctx context.Context, cfg s3.Config) (*blob.Quarantine, error) {
	cfg.Prefix += quarantineSuffix
	cfg.Retention, cfg.Purge = 0, true // what is kept aside must be erasable, and gone then
	store, err := s3.Open(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open quarantine: %w", err)
	}
	h.closers = append(h.closers, store)
	return blob.NewQuarantine(store), nil
}

// openQuarantine opens a quarantine in a folder.
func (h *house) openQuarantine(dir string) (*blob.Quarantine, error) {
	q, err := blob.OpenQuarantine(dir, &h.syncs)
	if err != nil {
		return nil, fmt.Errorf("open quarantine: %w", err)
	}
	h.closers = append(h.closers, q)
	return q, nil
}

// secret reads a secret from the environment, or from the file that the variable with _FILE behind its name names.
func secret(e *env, name string) (string, error) {
	if v := e.getenv(name); v != "" {
		return v, nil
	}
	path := e.getenv(name + "_FILE")
	if path == "" {
		return "", fmt.Errorf("set %s or %s_FILE", name, name)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	return strings.TrimSpace(string(b)), nil
}

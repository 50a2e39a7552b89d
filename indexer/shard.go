package indexer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"sohoa/archive"
)

// formatVersion is raised whenever the fields, their terms or the positions change meaning.
const formatVersion = 1

const formatPrefix = "sohoa index "

// shard is one bleve index.
type shard struct {
	name    string
	index   bleve.Index
	waiting chan struct{} // a place per batch that is not durable yet; nil when every batch is durable at once
}

// openShards opens everything under ix.dir, beginning with the format, and makes the first shard of a new index.
func (ix *Index) openShards() error {
	if err := os.MkdirAll(ix.dir, 0o755); err != nil {
		return fmt.Errorf("make index folder %s: %w", ix.dir, err)
	}
	names, err := shardNames(ix.dir)
	if err != nil {
		return err
	}
	if err := checkFormat(ix.dir, len(names) == 0); err != nil {
		return err
	}
	if len(names) == 0 {
		return ix.addShard()
	}
	for i, name := range names {
		s, err := openShard(ix.dir, name, i == len(names)-1)
		if err != nil {
			return err
		}
		ix.shards = append(ix.shards, s)
	}
	return ix.checkChain()
}

// checkChain makes sure that every shard but the last has all it had when the next one took over its position. bleve opens a
// shard whose newest files are damaged as it was before them; the position that the last shard remembers would hide that.
func (ix *Index) checkChain() error {
	for i, s := range ix.shards[1:] {
		before := ix.shards[i]
		at, err := before.position()
		if err != nil {
			return err
		}
		base, err := s.number(baseKey)
		if err != nil {
			return err
		}
		if at < base {
			return unusable(CodeCorrupt, fmt.Errorf("shard %s is at %d, shard %s began at %d", before.name, at, s.name, base))
		}
	}
	return nil
}

// checkFormat reads dir/format, and writes it when the index is new.
func checkFormat(dir string, fresh bool) error {
	path := filepath.Join(dir, "format")
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && fresh:
		return writeFormat(path)
	case errors.Is(err, fs.ErrNotExist):
		return unusable(CodeCorrupt, fmt.Errorf("%s is missing", path))
	case err != nil:
		return fmt.Errorf("read index format: %w", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(string(b), formatPrefix)))
	switch {
	case err != nil || !strings.HasPrefix(string(b), formatPrefix):
		if fresh { // power failed while the file was written
			return writeFormat(path)
		}
		return unusable(CodeCorrupt, fmt.Errorf("%s does not name a format", path))
	case n < formatVersion:
		return unusable(CodeOlder, fmt.Errorf("format %d, this program writes %d", n, formatVersion))
	case n > formatVersion:
		return unusable(CodeNewer, fmt.Errorf("format %d, this program writes %d", n, formatVersion))
	}
	return nil
}

func writeFormat(path string) error {
	if err := os.WriteFile(path, fmt.Appendf(nil, "%s%d\n", formatPrefix, formatVersion), 0o644); err != nil {
		return fmt.Errorf("write index format: %w", err)
	}
	return nil
}

// shardNames lists the shards of dir, ascending. A name that ends in .new is a shard whose making was cut short; it holds
// nothing and is removed.
func shardNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list index folder %s: %w", dir, err)
	}
	var names []string
	for _, e := range entries {
		name, unfinished := strings.CutSuffix(e.Name(), ".new")
		if _, err := strconv.ParseUint(name, 10, 32); err != nil || !e.IsDir() {
			continue
		}
		if unfinished {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return nil, fmt.Errorf("remove unfinished shard: %w", err)
			}
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// addShard makes the next shard, which takes over the position of the one before it. It is made aside and renamed, so
// that a crash leaves either no shard or a sound one.
func (ix *Index) addShard() error {
	upto := int64(-1)
	if n := len(ix.shards); n > 0 {
		var err error
		if upto, err = ix.shards[n-1].position(); err != nil {
			return err
		}
	}
	name := fmt.Sprintf("%04d", len(ix.shards)+1)
	path := filepath.Join(ix.dir, name)
	b, err := bleve.NewUsing(path+".new", bleve.NewIndexMapping(), scorch.Name, scorch.Name, config(false))
	if err != nil {
		return fmt.Errorf("make shard %s: %w", name, err)
	}
	batch := b.NewBatch()
	batch.SetInternal(positionKey, positionBytes(upto))
	batch.SetInternal(baseKey, positionBytes(upto))
	if err := errors.Join(b.Batch(batch), b.Close()); err != nil {
		return fmt.Errorf("make shard %s: %w", name, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("make shard %s: %w", name, err)
	}
	s, err := openShard(ix.dir, name, true)
	if err != nil {
		return err
	}
	ix.shards = append(ix.shards, s)
	return nil
}

func openShard(dir, name string, newest bool) (*shard, error) {
	b, err := bleve.OpenUsing(filepath.Join(dir, name), config(newest))
	if err != nil {
		if strings.Contains(err.Error(), "timeout") { // of the lock on the shard's root file
			return nil, &archive.Error{Kind: archive.Unavailable, Code: CodeBusy, Err: fmt.Errorf("open shard %s: %w", name, err), Msg: archive.Text{
				VI: "Chỉ mục đang được chương trình khác dùng.", EN: "Another process is using the search index.",
			}}
		}
		return nil, unusable(CodeCorrupt, fmt.Errorf("open shard %s: %w", name, err))
	}
	s := &shard{name: name, index: b}
	if newest {
		s.waiting = make(chan struct{}, unpersisted)
	}
	return s, nil
}

// config is how bleve keeps a shard. The newest answers before its batches are durable, since Position tells where to go
// on after a crash; what happens to older ones (removals) must be durable before the newest remembers the position.
func config(newest bool) map[string]any {
	c := map[string]any{"unsafe_batch": newest, "bolt_timeout": "2s", "numSnapshotsToKeep": 1}
	if newest {
		// A short nap lets small batches be merged in memory before they reach the disk: fewer files, fewer fsyncs.
		c["scorchPersisterOptions"] = map[string]any{"PersisterNapTimeMSec": 100, "PersisterNapUnderNumFiles": 200}
	}
	return c
}

func (ix *Index) closeShards() error {
	var errs []error
	for _, s := range ix.shards {
		if err := s.index.Close(); err != nil {
			errs = append(errs, fmt.Errorf("close shard %s: %w", s.name, err))
		}
	}
	ix.shards = nil
	return errors.Join(errs...)
}

// Wipe deletes the index in dir, so that Open makes a new one. It touches only what Open made. The index must be closed.
func Wipe(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list index folder %s: %w", dir, err)
	}
	// The format goes last: while a shard is left the folder still says what it is.
	for _, e := range entries {
		if _, err := strconv.ParseUint(strings.TrimSuffix(e.Name(), ".new"), 10, 32); err == nil && e.IsDir() {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("wipe index: %w", err)
			}
		}
	}
	if err := os.Remove(filepath.Join(dir, "format")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("wipe index: %w", err)
	}
	return nil
}

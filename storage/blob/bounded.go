package blob

import (
	"container/list"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// bounded keeps those derived files that are a cache below a number of bytes: what was not asked for longest goes first. What it knows lies in
// memory; after a restart it looks at the folder and takes the time a file was made for the time it was last asked for, until it is asked for.
type bounded struct {
	is   func(key string) bool
	most int64

	mu    sync.Mutex
	held  int64
	order *list.List // of boundedFile, the last asked for in front
	at    map[string]*list.Element
}

type boundedFile struct {
	key  string
	size int64
}

// Bound keeps the files whose keys are passing below most bytes together; zero or less is no bound. It is called once, before the first Put.
// Files that are there already are counted while the work goes on.
func (d *Derived) Bound(most int64, passes func(key string) bool) {
	if most <= 0 {
		return
	}
	d.cache = &bounded{is: passes, most: most, order: list.New(), at: map[string]*list.Element{}}
	d.counting.Go(d.count)
}

// count takes in what an earlier process left, the newest first.
func (d *Derived) count() {
	type old struct {
		boundedFile
		made time.Time
	}
	var found []old
	root := d.folder.Name()
	_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		select {
		case <-d.closing:
			return fs.SkipAll
		default:
		}
		if err != nil {
			return nil // removed while we looked
		}
		key, err := filepath.Rel(root, path)
		if key = filepath.ToSlash(key); err != nil || e.IsDir() || strings.HasPrefix(key, ".") || !d.cache.is(key) {
			return nil
		}
		if info, err := e.Info(); err == nil {
			found = append(found, old{boundedFile{key, info.Size()}, info.ModTime()})
		}
		return nil
	})
	slices.SortFunc(found, func(a, b old) int { return b.made.Compare(a.made) })
	for _, f := range found {
		d.drop(d.cache.older(f.boundedFile))
	}
}

// older adds a file behind all that are known, and returns what has to go for it.
func (c *bounded) older(p boundedFile) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at[p.key] == nil {
		c.at[p.key] = c.order.PushBack(p)
		c.held += p.size
	}
	return c.over(nil)
}

// used notes that a file was made or asked for, and returns what has to go for it.
func (c *bounded) used(p boundedFile) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgetLocked(p.key)
	e := c.order.PushFront(p)
	c.at[p.key] = e
	c.held += p.size
	return c.over(e)
}

// over takes from the back until the rest fits; spare stays even when it alone is too much: somebody is about to read it.
func (c *bounded) over(spare *list.Element) (keys []string) {
	for c.held > c.most {
		e := c.order.Back()
		if e == nil || e == spare {
			return keys
		}
		key := e.Value.(boundedFile).key
		c.forgetLocked(key)
		keys = append(keys, key)
	}
	return keys
}

func (c *bounded) forgetLocked(key string) {
	if e := c.at[key]; e != nil {
		c.held -= e.Value.(boundedFile).size
		c.order.Remove(e)
		delete(c.at, key)
	}
}

// forget is told that everything under a prefix is gone.
func (c *bounded) forget(prefix string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgetLocked(prefix)
	for key := range c.at {
		if strings.HasPrefix(key, prefix+"/") {
			c.forgetLocked(key)
		}
	}
}

// drop removes files that had to go. Whoever reads one goes on reading it. Power lost here leaves files that the next start counts.
func (d *Derived) drop(keys []string) {
	for _, key := range keys {
		d.names.RLock()
		_ = d.folder.Remove(key) // one that cannot be removed counts as gone until the next start finds it
		d.names.RUnlock()
	}
}

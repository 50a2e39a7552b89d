// Package mem is a blob.Store in memory, for tests: it can be told to fail at any step, with or without having done what it
// was asked.
package mem

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// Step names a call of the store at which it can be told to fail.
type Step string

// The steps.
const (
	Create  Step = "create"
	Replace Step = "replace"
	Delete  Step = "delete"
	Open    Step = "open"
	Stat    Step = "stat"
	List    Step = "list"
	Read    Step = "read" // of an open blob
)

// Fault says when and how the store fails.
type Fault struct {
	Step    Step   // which calls count; empty means every write
	Key     string // only calls for keys with this ending count. Optional.
	After   int    // so many of them succeed first
	Applied bool   // the failing write has taken effect, and only its answer is lost
	Stay    bool   // every call of the step after it fails too, without effect: the store is gone
	Err     error  // what the caller gets
}

// Store implements blob.Store. The zero value is not ready; New makes one.
type Store struct {
	*machine
	blobs map[string][]byte // a value is never changed in place
}

// machine is what stores that fail together share.
type machine struct {
	mu     sync.Mutex
	fault  *Fault
	seen   int
	writes int
}

var _ blob.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store { return &Store{machine: &machine{}, blobs: map[string][]byte{}} }

// Beside returns an empty store on the same machine: its writes are counted with those of s, and a fault of one is a fault
// of both.
func (s *Store) Beside() *Store { return &Store{machine: s.machine, blobs: map[string][]byte{}} }

// Break makes the store fail from now on as f says. It replaces an earlier fault.
func (s *Store) Break(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.seen = &f, 0
}

// Heal ends every fault.
func (s *Store) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = nil
}

// Writes returns how many writes were asked for since New, of the whole machine.
func (s *Store) Writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes
}

// Damage changes the bytes under key behind the store's back.
func (s *Store) Damage(key string, change func(b []byte) []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blobs[key] = append([]byte{}, change(bytes.Clone(s.blobs[key]))...)
}

// Keys returns every key in order.
func (s *Store) Keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.blobs))
}

// Bytes returns what is under key; nil when nothing is. It never fails.
func (s *Store) Bytes(key string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.blobs[key]
}

// check returns the error that the present call is to fail with, and whether it takes effect all the same.
func (s *Store) check(step Step, key string) (applied bool, err error) {
	write := step == Create || step == Replace || step == Delete
	if write {
		s.writes++
	}
	f := s.fault
	if f == nil || f.Step != step && (f.Step != "" || !write) || !strings.HasSuffix(key, f.Key) {
		return true, nil
	}
	s.seen++
	switch {
	case s.seen == f.After+1:
		return f.Applied, blob.Fault(string(step), key, f.Err)
	case s.seen > f.After && f.Stay:
		return false, blob.Fault(string(step), key, f.Err)
	}
	return true, nil
}

// Create implements blob.Store.
func (s *Store) Create(ctx context.Context, key string, r io.Reader) error {
	return s.write(ctx, Create, key, r, func(old []byte) error {
		if old != nil {
			return fs.ErrExist
		}
		return nil
	})
}

// Replace implements blob.Store.
func (s *Store) Replace(ctx context.Context, key string, expected archive.Digest, r io.Reader) error {
	return s.write(ctx, Replace, key, r, func(old []byte) error {
		if old == nil {
			return fs.ErrNotExist
		}
		if d := archive.DigestOf(old); d != expected {
			return archive.Errorf(archive.Conflict, "what is there hashes to %s, not %s", d, expected)
		}
		return nil
	})
}

func (s *Store) write(ctx context.Context, step Step, key string, r io.Reader, allow func(old []byte) error) error {
	if err := blob.CheckKey(key); err != nil {
		return err
	}
	b, err := io.ReadAll(r)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	if b == nil {
		b = []byte{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := allow(s.blobs[key]); err != nil {
		return blob.Fault(string(step), key, err)
	}
	applied, err := s.check(step, key)
	if applied {
		s.blobs[key] = b
	}
	return err
}

// Delete implements blob.Store.
func (s *Store) Delete(_ context.Context, key string) error {
	if err := blob.CheckKey(key); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	applied, err := s.check(Delete, key)
	if applied {
		delete(s.blobs, key)
	}
	return err
}

// Open implements blob.Store.
func (s *Store) Open(_ context.Context, key string) (blob.Reader, error) {
	b, err := s.get(Open, key)
	if err != nil {
		return nil, err
	}
	return &reader{Reader: bytes.NewReader(b), store: s, key: key}, nil
}

// Stat implements blob.Store.
func (s *Store) Stat(_ context.Context, key string) (blob.Info, error) {
	b, err := s.get(Stat, key)
	if err != nil {
		return blob.Info{}, err
	}
	return blob.Info{Key: key, Size: int64(len(b))}, nil
}

func (s *Store) get(step Step, key string) ([]byte, error) {
	if err := blob.CheckKey(key); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.check(step, key); err != nil {
		return nil, err
	}
	b := s.blobs[key]
	if b == nil {
		return nil, blob.Fault(string(step), key, fs.ErrNotExist)
	}
	return b, nil
}

// List implements blob.Store, in the order of keys at the moment of the call.
func (s *Store) List(ctx context.Context, folder string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		prefix := ""
		if folder != "" {
			if err := blob.CheckKey(folder); err != nil {
				yield(blob.Info{}, err)
				return
			}
			prefix = folder + "/"
		}
		s.mu.Lock()
		_, err := s.check(List, folder)
		var found []blob.Info
		for _, key := range slices.Sorted(maps.Keys(s.blobs)) {
			if strings.HasPrefix(key, prefix) {
				found = append(found, blob.Info{Key: key, Size: int64(len(s.blobs[key]))})
			}
		}
		s.mu.Unlock()
		for _, info := range found {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				break
			}
			if !yield(info, nil) {
				return
			}
		}
		if err != nil {
			yield(blob.Info{}, err)
		}
	}
}

// reader fails as the store is told to, copies included.
type reader struct {
	*bytes.Reader
	store  *Store
	key    string
	closed bool
}

func (r *reader) Read(p []byte) (int, error) {
	if r.closed {
		return 0, fs.ErrClosed
	}
	r.store.mu.Lock()
	_, err := r.store.check(Read, r.key)
	r.store.mu.Unlock()
	if err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

func (r *reader) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{r})
}

// Close implements io.Closer.
func (r *reader) Close() error {
	r.closed = true
	return nil
}

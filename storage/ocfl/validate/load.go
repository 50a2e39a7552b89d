package validate

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// load reads an inventory and its digests in one pass; nil when there is none. One that cannot be read is reported and returned
// broken.
func (o *object) load(ctx context.Context, path string) (*inventory, error) {
	inv := &inventory{path: path}
	var said held
	err := o.hashing(ctx, inv, func(r io.Reader) error { return inv.read(newParser(r, said.report)) })
	if isGone(err) {
		return nil, nil
	}
	said.tell(o, path)
	return inv, err
}

// held keeps what is to be reported until it is known by which specification and under which name.
type held struct {
	findings []heldFinding
	counts   map[string]int
}

type heldFinding struct{ code, detail string }

func (h *held) report(code, format string, args ...any) {
	if h.counts == nil {
		h.counts = map[string]int{}
	}
	if h.counts[code]++; h.counts[code] <= perCode {
		h.findings = append(h.findings, heldFinding{code, fmt.Sprintf(format, args...)})
	}
}

func (h *held) tell(o *object, path string) {
	for _, f := range h.findings {
		o.report(f.code, path, "%s", f.detail)
	}
	for code, n := range h.counts {
		if n > perCode {
			o.counts[o.spec.code(code)] += n - perCode
		}
	}
}

// digests is load without looking at what the inventory says.
func (o *object) digests(ctx context.Context, path string) (map[string]string, error) {
	inv := &inventory{path: path}
	err := o.hashing(ctx, inv, func(io.Reader) error { return nil })
	return inv.sums, err
}

// hashing opens an inventory for read and hashes all of it, whatever read leaves.
func (o *object) hashing(ctx context.Context, inv *inventory, read func(io.Reader) error) error {
	r, err := o.store.Open(ctx, o.key(inv.path))
	if err != nil {
		return err
	}
	defer r.Close()
	if r.Size() > o.opts.maxInventory() {
		inv.broken = true
		o.report(Limit, inv.path, "an inventory of %d bytes is not read", r.Size())
		return nil
	}
	s256, s512 := sha256.New(), sha512.New()
	all := io.TeeReader(&stoppable{ctx, r}, io.MultiWriter(s256, s512))
	err = read(all)
	if o.root == nil {
		o.adopt(inv)
	}
	var why malformed
	var past limited
	switch {
	case errors.As(err, &why):
		inv.broken, err = true, nil
		o.report("E033", inv.path, "no sound JSON: %s", why)
	case errors.As(err, &past):
		inv.broken, err = true, nil
		o.report(Limit, inv.path, "not judged: %s", past)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, all)
	}
	if isLost(err) {
		inv.broken = true
		o.report("E060", inv.path, "it cannot be read: %v", err)
		return nil
	}
	inv.sums = map[string]string{"sha256": hex.EncodeToString(s256.Sum(nil)), "sha512": hex.EncodeToString(s512.Sum(nil))}
	return err
}

// stoppable ends a long read with its context.
type stoppable struct {
	ctx context.Context
	r   blob.Reader
}

func (s *stoppable) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(b)
}

// isLost tells damage of one file (a bad sector, a store that checks what it reads) from a store that is away.
func isLost(err error) bool {
	return err != nil && (archive.KindOf(err) == archive.Corrupt || errors.Is(err, syscall.EIO))
}

// small reads a file that ought to be small whole; bytes past the limit are left.
func (o *object) small(ctx context.Context, path string, limit int64) (string, error) {
	return small(ctx, o.store, o.key(path), limit)
}

func small(ctx context.Context, store blob.Store, key string, limit int64) (string, error) {
	r, err := store.Open(ctx, key)
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit))
	return string(b), err
}

// declared judges the object's conformance declaration (§3.2).
func (o *object) declared(ctx context.Context) error {
	var of spec
	valid := 0
	for _, name := range o.declarations {
		t, value, _ := strings.Cut(name, "=")
		version, known := strings.CutPrefix(value, declarationValue)
		switch {
		case t != "0":
			o.report("E005", name, "a declaration begins with 0=")
			continue
		case !known:
			o.report("E006", name, "a declaration of an object begins with 0=%s", declarationValue)
			continue
		case !specs[version].known():
			o.report("E004", name, "%s is no version of the specification known here", quote(version))
			continue
		}
		valid++
		of = specs[version]
		text, err := o.small(ctx, name, 64)
		if err != nil && !isGone(err) && !isLost(err) {
			return err
		}
		if err != nil || text != value+"\n" {
			o.report("E007", name, "it reads %s", quote(text))
		}
	}
	switch {
	case valid == 0:
		o.report("E003", "", "there is no declaration 0=%s%s", declarationValue, latest)
		return nil
	case valid > 1:
		o.report("E003", "", "there are %d declarations", valid)
		return nil
	}
	o.declaredAs = of
	if inv := o.root; inv != nil && inv.spec.known() && inv.spec != of {
		o.report("E038", inventoryFile, "its type is of %s, the object's declaration of %s", inv.spec, of)
	}
	return nil
}

// sidecarText is the form of a sidecar (§3.6).
var sidecarText = regexp.MustCompile(`^([^ \t\r\n]+)[ \t]+inventory\.json[\r\n]*$`)

// sidecar judges the digest files beside an inventory; folder is "" for the root's, and the version's name otherwise.
func (o *object) sidecar(ctx context.Context, folder string, inv *inventory, names []string) error {
	if inv.sums == nil {
		return nil // past a bound, or lost: no digest to compare
	}
	want := sidecarPrefix + inv.algorithm
	switch {
	case inv.algorithm == "" && len(names) > 0: // it does not say; each is held to its own name
		for _, name := range names {
			if err := o.sidecarFile(ctx, join(folder, name), inv.sums[strings.TrimPrefix(name, sidecarPrefix)]); err != nil {
				return err
			}
		}
		return nil
	case slices.Contains(names, want):
		for _, name := range names {
			if name != want {
				o.stray(folder, name)
			}
		}
		return o.sidecarFile(ctx, join(folder, want), inv.sums[inv.algorithm])
	case len(names) > 0:
		o.report("E059", join(folder, names[0]), "the inventory's algorithm is %s", quote(inv.algorithm))
	default:
		o.report("E058", inv.path, "it has no sidecar")
	}
	return nil
}

// stray reports a file that has no place in the object's root or in a version's folder.
func (o *object) stray(folder, name string) {
	if folder == "" {
		o.report("E001", name, "a file that does not belong to an object")
	} else {
		o.report("E015", join(folder, name), "a file that does not belong to a version")
	}
}

// sidecarFile judges one sidecar. sum is "" when the inventory's digest is not known by its algorithm.
func (o *object) sidecarFile(ctx context.Context, path, sum string) error {
	text, err := o.small(ctx, path, 4<<10)
	if isLost(err) || isGone(err) {
		o.report("E061", path, "it cannot be read: %v", err)
		return nil
	}
	if err != nil {
		return err
	}
	m := sidecarText.FindStringSubmatch(text)
	switch {
	case m == nil:
		o.report("E061", path, "it reads %s, not a digest and inventory.json", quote(text))
	case sum != "" && !strings.EqualFold(m[1], sum):
		o.report("E060", path, "it says %s, the inventory's digest is %s", quote(m[1]), sum)
	}
	return nil
}

package ocfl

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"sohoa/archive"
	"sohoa/internal/durable"
	"sohoa/storage/blob"
	"sohoa/storage/ocfl/validate"
)

var _ archive.Scrubber = (*Vault)(nil)

// Scrub implements archive.Scrubber for one store: damage is found, and mended as far as the store has a thing twice.
func (v *Vault) Scrub(ctx context.Context, id archive.ObjectID) (archive.Scrubbed, error) {
	var out archive.Scrubbed
	there, err := v.look(ctx, id, &out)
	if err == nil && !there {
		err = archive.Errorf(archive.NotFound, "scrub %s", id)
	}
	if err != nil || len(out.Damage) == 0 {
		return out, err
	}
	out.Left = out.Damage
	if out.Repaired, err = v.selfHeal(ctx, id); err != nil {
		return out, err
	}
	older, err := v.recoverOlder(ctx, id)
	if out.Repaired = append(out.Repaired, older...); err != nil || len(out.Repaired) == 0 {
		return out, err
	}
	again := archive.Scrubbed{}
	_, err = v.look(ctx, id, &again)
	out.Left = again.Damage
	out.Bytes += again.Bytes
	return out, err
}

// look judges one object with every byte read from where it is kept, and adds what is wrong with it.
func (v *Vault) look(ctx context.Context, id archive.ObjectID, out *archive.Scrubbed) (there bool, err error) {
	root := v.layout.root(id)
	for _, err := range v.store.List(ctx, root) {
		if err != nil {
			return false, err
		}
		there = true
		break
	}
	if !there {
		return false, nil
	}
	cold := &coldStore{Store: v.store}
	o := validate.Options{ID: string(id), Accept: []string{"W004"}, Hold: func(string) func() { return v.locks.lock(id) }}
	err = validate.Object(ctx, cold, root, o, func(f validate.Finding) error {
		if f.Error() {
			out.Damage = append(out.Damage, discrepancy(f))
		}
		return nil
	})
	out.Bytes += cold.read.Load()
	return true, err
}

// coldStore reads what the disk holds, not what memory remembers of it.
type coldStore struct {
	blob.Store
	read atomic.Int64
}

func (c *coldStore) Open(ctx context.Context, key string) (blob.Reader, error) {
	r, err := c.Store.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	if f, ok := r.(archive.Filer); ok {
		durable.Forget(f.File())
	}
	c.read.Add(r.Size())
	return r, nil
}

// Scrub implements archive.Scrubber: both copies are read, and a damaged or missing one is written again from the one that
// is sound. Where both are damaged, each file is taken from whichever copy still has its
// bytes. Copies that tell different histories are reported, and nothing but content named by a digest goes from one to the other.
func (p *Pair) Scrub(ctx context.Context, id archive.ObjectID) (archive.Scrubbed, error) {
	var out, other archive.Scrubbed
	inFirst, err := p.first.look(ctx, id, &out)
	if err != nil {
		return out, err
	}
	second, err := p.reached()
	there := false
	if err == nil {
		there, err = second.look(ctx, id, &other)
	}
	if archive.KindOf(err) == archive.Unavailable && err != nil && inFirst && len(out.Damage) == 0 {
		return out, nil // the first is read all the same; the next pass finds both
	}
	if err != nil {
		return out, err
	}
	out.Bytes += other.Bytes
	if inFirst && there && len(out.Damage)+len(other.Damage) == 0 {
		if err := p.compareSidecars(ctx, id, &out, &other); err != nil {
			return out, err
		}
	}
	badFirst, badSecond := len(out.Damage) > 0, len(other.Damage) > 0
	for _, d := range other.Damage {
		out.Damage = append(out.Damage, inSecond(d))
	}
	switch {
	case !inFirst && !there:
		return out, archive.Errorf(archive.NotFound, "scrub %s", id)
	case !inFirst:
		badFirst = true
		out.Damage = append(out.Damage, archive.Discrepancy{Kind: "missing_object", Object: string(id), Detail: "only the second store has it"})
	case !there && !badFirst:
		// The copy is late, or was lost. Made again, either way.
		copied, err := p.first.CopyTo(ctx, p.second(), id)
		if copied && err == nil {
			out.Repaired = append(out.Repaired, "second: whole object")
		}
		return out, err
	case !there:
		out.Left = out.Damage
		return out, nil
	}
	if !badFirst && !badSecond {
		_, err := p.first.CopyTo(ctx, p.second(), id) // sound, but perhaps behind
		if archive.CodeOf(err) == "copies_diverge" {
			d := archive.Discrepancy{Kind: "copies_diverge", Object: string(id), Detail: err.Error()}
			out.Damage, out.Left = append(out.Damage, d), append(out.Left, d)
			err = nil
		}
		return out, err
	}
	if badFirst {
		err = p.heal(ctx, id, p.first, p.second(), "first", &out)
	}
	if badSecond && err == nil {
		err = p.heal(ctx, id, p.second(), p.first, "second", &out)
	}
	if err != nil {
		return out, err
	}
	if err := p.judgeAgain(ctx, id, &out); err != nil || len(out.Left) == 0 {
		return out, err
	}
	return out, p.recoverOlder(ctx, id, &out)
}

// compareSidecars finds damage to a sidecar that the standard reads over: another case of a digit, another white space. The one
// that is as we write them is right.
func (p *Pair) compareSidecars(ctx context.Context, id archive.ObjectID, first, second *archive.Scrubbed) error {
	a, err := p.first.load(ctx, id)
	if err != nil {
		return err
	}
	from, to := p.first.layout.root(id), p.second().layout.root(id)
	for n := 0; n <= a.head; n++ {
		name, inventory := a.sidecarFile(), inventoryFile
		if n > 0 {
			name, inventory = a.name(n)+"/"+name, a.name(n)+"/"+inventory
		}
		x, err := read(ctx, p.first.store, from+"/"+name)
		if err != nil {
			continue // judged already: a version's own is no MUST
		}
		y, err := read(ctx, p.second().store, to+"/"+name)
		if err != nil || bytes.Equal(x, y) {
			continue
		}
		raw, err := read(ctx, p.first.store, from+"/"+inventory)
		if err != nil {
			return err
		}
		if other, err := read(ctx, p.second().store, to+"/"+inventory); err != nil || !bytes.Equal(raw, other) {
			continue // another version, or another history: not a matter of sidecars
		}
		d := archive.Discrepancy{Kind: "digest_mismatch", Object: string(id), Detail: name + ": the sidecar is not as it was written"}
		if bytes.Equal(y, sidecar(a.newHash(), raw)) {
			first.Damage = append(first.Damage, d)
		} else {
			second.Damage = append(second.Damage, d)
		}
	}
	return nil
}

func (p *Pair) judgeAgain(ctx context.Context, id archive.ObjectID, out *archive.Scrubbed) error {
	var first, second archive.Scrubbed
	if _, err := p.first.look(ctx, id, &first); err != nil {
		return err
	}
	if _, err := p.second().look(ctx, id, &second); err != nil {
		return err
	}
	out.Bytes += first.Bytes + second.Bytes
	out.Left = first.Damage
	for _, d := range second.Damage {
		out.Left = append(out.Left, inSecond(d))
	}
	return nil
}

// heal writes every file of an object that is damaged or missing in bad again from good. A file goes over only when its bytes
// in good are what good's own manifest or sidecar says; what is more in bad than in good stays as it is.
func (p *Pair) heal(ctx context.Context, id archive.ObjectID, bad, good *Vault, name string, out *archive.Scrubbed) error {
	defer p.first.locks.lock(id)()
	defer p.second().locks.lock(id)()
	expect, err := good.trusted(ctx, id)
	if err != nil || expect == nil {
		return err
	}
	from, to := good.layout.root(id), bad.layout.root(id)
	apart := bad.apart(ctx, id, good)
	for _, f := range expect.files {
		if apart && !f.content {
			continue // bad speaks of versions good has never seen: only bytes named by a digest may go over
		}
		done, err := restore(ctx, bad.store, to+"/"+f.name, good.store, from+"/"+f.name, f.digest)
		if err != nil {
			return err
		}
		if done {
			out.Repaired = append(out.Repaired, name+": "+f.name)
		}
	}
	return nil
}

// trusted lists the files of an object whose bytes are known to be right here, the root inventory last.
type trusted struct{ files []trustedFile }

type trustedFile struct {
	name    string
	digest  archive.Digest
	content bool // named by the manifest
}

// trusted returns nil when nothing of the object can be relied on.
func (v *Vault) trusted(ctx context.Context, id archive.ObjectID) (*trusted, error) {
	o, err := v.load(ctx, id)
	if k := archive.KindOf(err); k == archive.NotFound || k == archive.Corrupt {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := &trusted{}
	add := func(name, want string, content bool) error {
		d, hashed, err := digests(ctx, v.store, o.key(name), o)
		if archive.KindOf(err) == archive.NotFound || err == nil && want != "" && hashed != want {
			return nil // damaged here as well
		}
		if err == nil {
			out.files = append(out.files, trustedFile{name, d, content})
		}
		return err
	}
	for want, paths := range o.Manifest {
		for _, name := range paths {
			if err := add(name, want, true); err != nil {
				return nil, err
			}
		}
	}
	for n := 1; n <= o.head; n++ {
		side, err := read(ctx, v.store, o.key(o.name(n)+"/"+o.sidecarFile()))
		if archive.KindOf(err) == archive.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if want := sidecarDigest(side); len(want) == 2*o.newHash().Size() {
			before := len(out.files)
			if err := add(o.name(n)+"/"+inventoryFile, want, false); err != nil {
				return nil, err
			}
			if len(out.files) > before && string(side) == want+" "+inventoryFile+"\n" {
				out.files = append(out.files, trustedFile{o.name(n) + "/" + o.sidecarFile(), archive.DigestOf(side), false})
			}
		}
	}
	for _, name := range []string{objectNamaste, "0=ocfl_object_1.0"} {
		text := strings.TrimPrefix(name, "0=") + "\n"
		if b, err := read(ctx, v.store, o.key(name)); err == nil && string(b) == text {
			out.files = append(out.files, trustedFile{name, archive.DigestOf(b), false})
		}
	}
	if !o.stale {
		out.files = append(out.files, trustedFile{o.sidecarFile(), archive.DigestOf(o.sound()), false}, trustedFile{inventoryFile, archive.DigestOf(o.raw), false})
	}
	return out, nil
}

// apart reports whether the object's inventory here can be relied on and is not how the object began in the other vault.
func (v *Vault) apart(ctx context.Context, id archive.ObjectID, other *Vault) bool {
	mine, err := v.load(ctx, id)
	if err != nil {
		return false
	}
	theirs, err := other.load(ctx, id)
	return err == nil && other.sameHistory(ctx, theirs, mine) != nil
}

// digests reads a file once and returns its SHA-256 and what the object's own algorithm makes of it.
func digests(ctx context.Context, s blob.Store, key string, o *object) (archive.Digest, string, error) {
	r, err := s.Open(ctx, key)
	if err != nil {
		return archive.Digest{}, "", err
	}
	defer r.Close()
	h, own := archive.NewHasher(), o.newHash()
	if _, err := io.Copy(io.MultiWriter(h, own), r); err != nil {
		return archive.Digest{}, "", blob.Fault("read", key, err)
	}
	return h.Digest(), hex.EncodeToString(own.Sum(nil)), nil
}

// restore puts the bytes of a good file in the place of a damaged or missing one and returns whether they were needed.
func restore(ctx context.Context, bad blob.Store, to string, good blob.Store, from string, want archive.Digest) (bool, error) {
	have := archive.NewHasher()
	r, err := bad.Open(ctx, to)
	missing := archive.KindOf(err) == archive.NotFound
	if err == nil {
		_, err = io.Copy(have, r)
		r.Close()
	}
	if err != nil && !missing {
		return false, fmt.Errorf("look at damaged %s: %w", to, err)
	}
	if !missing && have.Digest() == want {
		return false, nil
	}
	src, err := good.Open(ctx, from)
	if err != nil {
		return false, err
	}
	defer src.Close()
	checked := &hashing{r: src, h: archive.NewHasher(), want: want}
	if missing {
		err = bad.Create(ctx, to, checked)
	} else {
		err = bad.Replace(ctx, to, have.Digest(), checked)
	}
	return err == nil, err
}

// hashing fails at the end of bytes that are not what they should be, so that nothing wrong takes a file's place.
type hashing struct {
	r    io.Reader
	h    *archive.Hasher
	want archive.Digest
}

func (c *hashing) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.h.Write(b[:n])
	if err == io.EOF && c.h.Digest() != c.want {
		return 0, archive.Errorf(archive.Corrupt, "the good copy changed while it was read")
	}
	return n, err
}

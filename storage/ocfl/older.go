package ocfl

import (
	"context"
	"encoding/hex"
	"io"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// recoverOlder puts content that is damaged or missing back from what the store kept when it was replaced or removed: in a
// bucket with versions that is what other hands did to it. The inventory says which bytes are right. It returns the names of
// what was put back.
func (v *Vault) recoverOlder(ctx context.Context, id archive.ObjectID) (healed []string, err error) {
	older, ok := v.store.(blob.Earlier)
	if !ok {
		return nil, nil
	}
	defer v.locks.lock(id)()
	o, err := v.load(ctx, id)
	if k := archive.KindOf(err); err != nil && (k == archive.NotFound || k == archive.Corrupt) {
		return nil, nil // nothing says what is right
	}
	if err != nil {
		return nil, err
	}
	for want, paths := range o.Manifest {
		for _, p := range paths {
			_, have, err := digests(ctx, v.store, o.key(p), o)
			if err == nil && have == want {
				continue
			}
			if err != nil && archive.KindOf(err) != archive.NotFound {
				return healed, err
			}
			done, err := older.Recover(ctx, o.key(p), func(r io.Reader) (bool, error) {
				h := o.newHash()
				_, err := io.Copy(h, r)
				return hex.EncodeToString(h.Sum(nil)) == want, err
			})
			if err != nil {
				return healed, err
			}
			if done {
				healed = append(healed, p)
			}
		}
	}
	return healed, nil
}

// recoverOlder is for what neither copy of a pair has any more: each looks among what its own store kept.
func (p *Pair) recoverOlder(ctx context.Context, id archive.ObjectID, out *archive.Scrubbed) error {
	found := false
	for name, v := range map[string]*Vault{"first": p.first, "second": p.second()} {
		healed, err := v.recoverOlder(ctx, id)
		if err != nil {
			return err
		}
		for _, path := range healed {
			found = true
			out.Repaired = append(out.Repaired, name+": "+path)
		}
	}
	if !found {
		return nil
	}
	for _, side := range []struct {
		bad, good *Vault
		name      string
	}{{p.first, p.second(), "first"}, {p.second(), p.first, "second"}} {
		if err := p.heal(ctx, id, side.bad, side.good, side.name, out); err != nil {
			return err
		}
	}
	return p.judgeAgain(ctx, id, out)
}

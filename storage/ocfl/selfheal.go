package ocfl

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"sohoa/archive"
)

// selfHeal mends what one store has twice: the newest inventory and its sidecar lie in the root of an object and in its newest
// version. Each is written again only as bytes whose digest an untouched sidecar names, or that an untouched inventory has. On a
// disk the two are one file under two names, so damage to one is damage to both and there is nothing to mend with. It returns
// the names of what was written.
func (v *Vault) selfHeal(ctx context.Context, id archive.ObjectID) (healed []string, err error) {
	defer v.locks.lock(id)()
	root := v.layout.root(id)
	at, err := v.pairAt(ctx, root+"/")
	if err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		folder := fmt.Sprintf("v%d/", n)
		copied, err := v.pairAt(ctx, root+"/"+folder)
		if err != nil || copied.inventory == nil && copied.sidecar == nil {
			return healed, err
		}
		if at.kin(copied) {
			names, err := v.healPair(ctx, root, folder, at, copied)
			healed = append(healed, names...)
			if err != nil {
				return healed, err
			}
		}
	}
}

// inventoryPair is an inventory and its sidecar as they lie in a folder; nil for one that is not there.
type inventoryPair struct{ inventory, sidecar []byte }

func (v *Vault) pairAt(ctx context.Context, folder string) (p inventoryPair, err error) {
	for name, to := range map[string]*[]byte{inventoryFile: &p.inventory, inventoryFile + ".sha256": &p.sidecar} {
		b, err := read(ctx, v.store, folder+name)
		if err != nil {
			if archive.KindOf(err) == archive.NotFound {
				continue
			}
			return p, err
		}
		*to = b
	}
	return p, nil
}

// said is the digest that the sidecar names, sum that of the inventory; "" where there is none.
func (p inventoryPair) said() string { return sidecarDigest(p.sidecar) }

func (p inventoryPair) sum() string {
	if p.inventory == nil {
		return ""
	}
	h := sha256.Sum256(p.inventory)
	return hex.EncodeToString(h[:])
}

// kin reports whether two pairs are of one version: a digest of the one is a digest of the other.
func (p inventoryPair) kin(o inventoryPair) bool {
	for _, d := range []string{p.said(), p.sum()} {
		if d != "" && (d == o.said() || d == o.sum()) {
			return true
		}
	}
	return false
}

func (p inventoryPair) sound() bool { return p.inventory != nil && p.said() == p.sum() }

// healPair makes the two pairs of an object's newest version the same again where one of them, or their two halves together, are
// sound.
func (v *Vault) healPair(ctx context.Context, root, folder string, at, copied inventoryPair) (healed []string, err error) {
	var good []byte
	switch {
	case at.sound() && copied.sound():
		return nil, nil
	case at.sound():
		good = at.inventory
	case copied.sound():
		good = copied.inventory
	case at.inventory != nil && at.sum() == copied.said():
		good = at.inventory
	case copied.inventory != nil && copied.sum() == at.said():
		good = copied.inventory
	default:
		return nil, nil
	}
	side := sidecar(sha256.New(), good)
	for _, f := range []struct {
		name      string
		have, put []byte
	}{
		{folder + inventoryFile, copied.inventory, good}, {folder + inventoryFile + ".sha256", copied.sidecar, side},
		{inventoryFile, at.inventory, good}, {inventoryFile + ".sha256", at.sidecar, side}, // the root last, as in a commit
	} {
		if bytes.Equal(f.have, f.put) {
			continue
		}
		key := root + "/" + f.name
		if f.have == nil {
			err = v.store.Create(ctx, key, bytes.NewReader(f.put))
		} else {
			err = v.store.Replace(ctx, key, archive.DigestOf(f.have), bytes.NewReader(f.put))
		}
		if err != nil {
			return healed, err
		}
		healed = append(healed, f.name)
	}
	return healed, nil
}

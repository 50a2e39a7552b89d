package validate

import (
	"context"
	"slices"
	"strings"
)

// compareNames holds the versions of the root inventory against the folders of the store (§3.5.3).
func (o *object) compareNames() {
	highest := 0
	for _, b := range o.root.blocks {
		if v := o.versions[b.name]; v != nil && v.present {
			highest = b.number
		}
	}
	for _, b := range o.root.blocks {
		v := o.versions[b.name]
		switch {
		case v == nil || v.present:
		case b.number < highest:
			o.report("E010", b.name, "the folder of this version is missing")
		default:
			o.report("E046", b.name, "the folder of this version is missing")
		}
	}
}

// versionInventories judges the inventories in the folders of the versions and compares each with the root's (§3.7).
func (o *object) versionInventories(ctx context.Context) error {
	last := spec(0)
	newest := o.root.newest()
	contents := map[string]string{} // of each inventory by its path, when they differ
	for _, b := range o.root.blocks {
		v := o.versions[b.name]
		if v == nil || !v.present || o.err != nil {
			continue
		}
		path := b.name + "/" + inventoryFile
		if !v.inventory {
			o.report("W010", b.name, "a version without an inventory of its own")
			for _, name := range v.sidecars {
				o.stray(b.name, name)
			}
			continue
		}
		inv := o.root
		if b == newest {
			sums, err := o.digests(ctx, path)
			switch {
			case isGone(err):
				continue // since it was listed
			case err != nil:
				return err
			case sums == nil:
				continue // it cannot be read, or is not: said
			case sums["sha512"] != o.root.sums["sha512"]:
				inv = nil
				if o.root.head == b.name {
					o.report("E064", inventoryFile, "it is not the same as %s", path)
				}
			}
		} else {
			inv = nil
		}
		if inv == nil {
			var err error
			if inv, err = o.load(ctx, path); err != nil {
				return err
			}
			if inv == nil {
				continue
			}
		}
		if err := o.sidecar(ctx, b.name, inv, v.sidecars); err != nil {
			return err
		}
		if inv.broken {
			continue
		}
		if inv != o.root {
			if err := o.compareInventory(ctx, b, inv); err != nil {
				return err
			}
		}
		contents[b.name] = inv.content
		if inv.spec < last && inv.spec.known() {
			o.report("E103", path, "its type is of %s, an earlier version's of %s", inv.spec, last)
		}
		last = max(last, inv.spec)
	}
	o.comparePlaces(contents)
	return nil
}

// compareInventory holds the inventory of version b against the root's.
func (o *object) compareInventory(ctx context.Context, b *block, inv *inventory) error {
	o.judge(inv)
	if inv.id != "" && o.root.id != "" && inv.id != o.root.id {
		o.report("E037", inv.path, "the id is %s, the object's %s", quote(inv.id), quote(o.root.id))
		if o.spec >= spec11 {
			o.report("E110", inv.path, "the id changed")
		}
	}
	if newest := inv.newest(); inv.head != "" && newest != nil && inv.head == newest.name && inv.head != b.name {
		o.report("E040", inv.path, "head is %s in version %s", quote(inv.head), b.name)
	}
	switch {
	case inv.content == o.root.content || inv.content == "" || o.root.content == "":
	case o.root.hasContent && !inv.hasContent:
		o.report("E019", inv.path, "contentDirectory is not set, but later it is")
	default:
		o.report("E019", inv.path, "contentDirectory is %s, in the root inventory %s", quote(inv.content), quote(o.root.content))
		o.report("E020", inv.path, "contentDirectory changed")
	}
	if err := o.compareManifest(ctx, b, inv); err != nil {
		return err
	}
	o.compareStates(inv)
	for _, f := range inv.fixity {
		if c := o.files[f.path]; c != nil {
			c.want(f.algorithm, f.digest, "E093", inv.path)
		}
	}
	return nil
}

// compareManifest holds the manifest of version b against the files that were there by then.
func (o *object) compareManifest(ctx context.Context, b *block, inv *inventory) error {
	if inv.noManifest {
		return nil
	}
	for p, c := range o.files {
		version, _, _ := strings.Cut(p, "/")
		then := o.root.names[version]
		if c.seen && then != nil && then.number <= b.number && inv.files[p] == nil && !inv.blindPaths {
			o.report("E023", inv.path, "its manifest does not name %s", quote(p))
		}
	}
	for p, e := range inv.files {
		c := o.files[p]
		switch {
		case c == nil:
			if o.counts["E092"] > perCode || o.root.blindPaths || o.root.noManifest {
				continue
			}
			if _, err := o.store.Stat(ctx, o.key(p)); isGone(err) {
				o.missing("E092", p, inv.path)
			} else if err != nil {
				return err
			}
		case e.malformed || !addresses(inv.algorithm):
		case !o.opts.Structure:
			c.want(inv.algorithm, e.digest, "E092", inv.path)
		case inv.algorithm == o.root.algorithm && e.digest != o.root.files[p].digest:
			o.report("E092", p, "%s and the root inventory give it different digests", inv.path)
		}
	}
	return nil
}

// compareStates holds what an inventory says of each version against what the root inventory says (§3.7).
func (o *object) compareStates(inv *inventory) {
	for _, b := range inv.blocks {
		now := o.root.names[b.name]
		switch {
		case now == nil && b.number == 0:
			continue
		case now == nil:
			o.report("E066", inv.path, "it has a version %s that the root inventory has not", b.name)
			continue
		}
		if !inv.blindState && !o.root.blindState {
			if why := o.sameState(inv, b, now); why != "" {
				o.report("E066", inv.path, "version %s %s", b.name, why)
			}
		}
		var differ []string
		if b.created != now.created {
			differ = append(differ, "created")
		}
		if b.message != now.message {
			differ = append(differ, "message")
		}
		if b.user != now.user || b.address != now.address {
			differ = append(differ, "user")
		}
		if len(differ) > 0 {
			o.report("W011", inv.path, "version %s differs from the root inventory in %s", b.name, strings.Join(differ, ", "))
		}
	}
}

// sameState says in what two descriptions of a version differ, "" when they are the same. Under one algorithm digests are
// compared; under two, the files of the object that the digests stand for.
func (o *object) sameState(inv *inventory, b, now *block) string {
	for i := range max(len(b.state), len(now.state)) {
		switch {
		case i >= len(now.state) || i < len(b.state) && comparePaths(b.state[i].path, now.state[i].path) < 0:
			return "holds " + quote(b.state[i].path).String() + " here only"
		case i >= len(b.state) || b.state[i].path != now.state[i].path:
			return "holds " + quote(now.state[i].path).String() + " in the root inventory only"
		}
		was, is := b.state[i], now.state[i]
		if inv.algorithm == o.root.algorithm {
			if was.digest != is.digest {
				return "has another digest for " + quote(was.path).String()
			}
			continue
		}
		e, then := o.root.entries[is.digest], inv.entries[was.digest]
		if e == nil || then == nil {
			continue // said when the inventory was judged
		}
		if slices.ContainsFunc(then.paths, func(p string) bool { return o.root.files[p] != e }) {
			return "means another file by " + quote(was.path).String()
		}
	}
	return ""
}

// comparePlaces looks whether the manifest's files lie in the folders of content. Those that lie beside them as files were
// reported one by one, and so was a folder whose name changed with the versions.
func (o *object) comparePlaces(contents map[string]string) {
	if o.root.content == "" {
		return
	}
	for p := range o.files {
		version, rest, _ := strings.Cut(p, "/")
		folder, _, below := strings.Cut(rest, "/")
		if below && o.versions[version] != nil && folder != o.root.content && folder != contents[version] {
			o.reportOnce("E016", version+"/"+folder, "the manifest has files here, outside the folder of content %s", o.root.content)
		}
	}
}

// compareFiles reports what the root inventory names and the store does not have.
func (o *object) compareFiles() {
	if o.root.content == "" {
		return // which folder holds content is not known
	}
	missing := map[string]bool{}
	for p, c := range o.files {
		if !c.seen {
			missing[p] = true
			o.missing("E092", p, "the manifest")
		}
	}
	if len(missing) == 0 {
		return
	}
	for _, f := range o.root.fixity {
		if missing[f.path] {
			o.missing("E093", f.path, "the fixity block")
		}
	}
}

package ocfl

import (
	"context"
	"path"
	"strings"

	"sohoa/archive"
	"sohoa/storage/ocfl/validate"
)

var (
	_ archive.Auditor = (*Vault)(nil)
	_ archive.Placer  = (*Vault)(nil)
)

// Audit implements archive.Auditor: the whole storage root is judged by OCFL 1.1 and each breach reported under its code,
// "ocfl_e063" and so on; bytes that are not what the inventory says are digest_mismatch. W004 is not one: SHA-256 is the house's digest, see layout.go.
func (v *Vault) Audit(ctx context.Context, readContent bool, found func(archive.Discrepancy) error) error {
	o := validate.Options{Structure: !readContent, Accept: []string{"W004"}, Extensions: []string{"sohoa-spool"}, Ignore: []string{"lost+found"},
		// A commit under way can be seen half done; what is found is looked at again while nobody commits.
		Hold: func(id string) func() { return v.locks.lock(archive.ObjectID(id)) }}
	g := gathered{found: found}
	err := validate.Root(ctx, v.store, o, g.add)
	if err != nil {
		return err
	}
	return g.flush()
}

// Place implements archive.Placer: the folder of an object.
func (v *Vault) Place(id archive.ObjectID) string { return v.layout.root(id) }

// gathered are the findings of one object, until the next one begins. An inventory that is not what its sidecar says is one
// damage, whatever else is to be found in it.
type gathered struct {
	found func(archive.Discrepancy) error
	list  []validate.Finding
}

func (g *gathered) add(f validate.Finding) error {
	if len(g.list) > 0 && (g.list[0].Folder != f.Folder || f.Folder == "") {
		if err := g.flush(); err != nil {
			return err
		}
	}
	g.list = append(g.list, f)
	return nil
}

func (g *gathered) flush() error {
	damaged := map[string]bool{}
	for _, f := range g.list {
		if f.Code == "E060" {
			damaged[strings.TrimSuffix(f.Path, path.Ext(f.Path))] = true
		}
	}
	for _, f := range g.list {
		if damaged[f.Path] || len(damaged) > 0 && f.Code == "E064" { // E064: it is not the same as the other copy of it
			continue
		}
		if err := g.found(discrepancy(f)); err != nil {
			return err
		}
	}
	g.list = g.list[:0]
	return nil
}

// discrepancy says a finding in the archive's words.
func discrepancy(f validate.Finding) archive.Discrepancy {
	object := f.Object
	if object == "" {
		object = f.Folder
	}
	if object == "" {
		object = f.Path // of no object: a file or folder of the root
	}
	detail := f.Detail
	if f.Path != "" {
		detail = f.Path + ": " + detail
	}
	kind := "ocfl_" + strings.ToLower(f.Code)
	switch {
	case f.Missing:
		kind = "missing_file"
	case f.Code == "E092" || f.Code == "E093":
		kind = "digest_mismatch"
	}
	return archive.Discrepancy{Kind: kind, Object: object, Detail: f.Code + " " + detail}
}

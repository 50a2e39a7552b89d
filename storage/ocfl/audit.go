package ocfl

import (
	"context"
	"strings"

	"sohoa/archive"
	"sohoa/storage/ocfl/validate"
)

var _ archive.Auditor = (*Vault)(nil)

// Audit implements archive.Auditor: the whole storage root is judged by OCFL 1.1 and each breach reported under its code,
// "ocfl_e063" and so on; bytes that are not what the inventory says are digest_mismatch. W004 is not one: SHA-256 is the house's digest, see layout.go.
func (v *Vault) Audit(ctx context.Context, readContent bool, found func(archive.Discrepancy) error) error {
	o := validate.Options{Structure: !readContent, Accept: []string{"W004"}, Extensions: []string{"sohoa-spool"}, Ignore: []string{"lost+found"},
		// A commit under way can be seen half done; what is found is looked at again while nobody commits.
		Hold: func(id string) func() { return v.locks.lock(archive.ObjectID(id)) }}
	return validate.Root(ctx, v.store, o, func(f validate.Finding) error {
		return found(discrepancy(f))
	})
}

// discrepancy says a finding in the archive's words.
func discrepancy(f validate.Finding) archive.Discrepancy {
	object := f.Object
	if object == "" {
		object = f.Folder
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

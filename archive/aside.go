package archive

import (
	"context"
	"time"
)

// unknownType is the media type of bytes that nothing was let near enough to tell: a file with a virus in it.
const unknownType = "application/octet-stream"

// setAside makes the row-to-be of a paper that is kept in quarantine: no object, nothing read.
func (a *Archive) setAside(d *Document) {
	d.State, d.Object = Quarantined, 0
	for i := range d.Versions {
		if d.Versions[i].MediaType == "" {
			d.Versions[i].MediaType = unknownType
		}
	}
	if d.Reading = a.firstReading(d.PageCount()); d.Reading.State == ReadingWaiting {
		d.Reading.Reason = Text{"Giấy tờ đang bị cách ly; sẽ được đọc khi được giải tỏa.", "The paper is in quarantine; it will be read when it is released."}
	}
}

// putAside copies a spooled file into the quarantine, durably, and removes it from the spool: what is copied after the
// transaction would be left there by a crash, with no intent to name it.
func (a *Archive) putAside(ctx context.Context, d *Document, sp Spooled) error {
	f, err := sp.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	if err := a.Quarantine.Put(ctx, d.ID, d.Head().Number, f); err != nil {
		return err
	}
	return sp.Discard()
}

// asideCode says in one word why a paper was kept aside.
func asideCode(v *verdict) string {
	if v.Refusal == "" {
		return FindingNotScanned
	}
	return v.Refusal
}

// eraseAside removes the quarantine's bytes of a document, where there is a quarantine.
func (a *Archive) eraseAside(ctx context.Context, id ID) error {
	if a.Quarantine == nil {
		return nil
	}
	return a.Quarantine.Erase(ctx, id)
}

// content opens a version where its bytes lie.
func (a *Archive) content(ctx context.Context, d *Document, v Version) (Content, error) {
	if !d.Aside() {
		return a.Vault.Open(ctx, DocumentObject(d.ID), v.Path())
	}
	if a.Quarantine == nil {
		return nil, Errorf(Unavailable, "no quarantine in this process")
	}
	return a.Quarantine.Open(ctx, d.ID, v)
}

// enqueueNext queues what a paper is waiting for: to be read, or in quarantine to be scanned.
func (a *Archive) enqueueNext(ctx context.Context, tx Tx, d *Document, now time.Time) error {
	if !d.Aside() {
		return a.enqueueReading(ctx, tx, d, now)
	}
	if !hasFinding(d.Findings, FindingNotScanned) {
		return nil
	}
	return tx.Jobs().Enqueue(ctx, Job{ID: NewID(), Kind: JobScan, Key: d.ID.String(), Document: d.ID, Version: d.Head().Number, RunAt: now, CreatedAt: now})
}

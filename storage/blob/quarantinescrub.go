package blob

import (
	"context"
	"fmt"
	"io"

	"sohoa/archive"
	"sohoa/internal/durable"
)

var (
	_ archive.AsideScrubber = (*Quarantine)(nil)
	_ archive.AsideScrubber = (*QuarantinePair)(nil)
)

// condition is how a copy of a version was met.
type condition struct {
	missing bool
	have    archive.Digest // of what is there
	bytes   int64
}

func (c condition) sound(v archive.Version) bool { return !c.missing && c.have == v.Digest }

// met says what is wrong with a copy, in the words of a check.
func (c condition) met(document archive.ID, v archive.Version, where string) archive.Discrepancy {
	d := archive.Discrepancy{Kind: "digest_mismatch", Object: string(archive.DocumentObject(document)), Document: document,
		Detail: fmt.Sprintf("%s: version %d is %s", where, v.Number, c.have)}
	if c.missing {
		d.Kind, d.Detail = "missing_file", fmt.Sprintf("%s: version %d", where, v.Number)
	}
	return d
}

// look reads a version from where it is kept, past what memory remembers of it.
func (q *Quarantine) look(ctx context.Context, document archive.ID, v archive.Version) (c condition, err error) {
	key, err := quarantineKey(document, v.Number)
	if err != nil {
		return c, err
	}
	r, err := q.store.Open(ctx, key)
	if archive.KindOf(err) == archive.NotFound {
		return condition{missing: true}, nil
	}
	if err != nil {
		return c, err
	}
	defer r.Close()
	if f, ok := r.(archive.Filer); ok {
		durable.Forget(f.File())
	}
	h := archive.NewHasher()
	if _, err := io.Copy(h, r); err != nil {
		return c, Fault("read", key, err)
	}
	return condition{have: h.Digest(), bytes: h.Size()}, nil
}

// ScrubAside implements archive.AsideScrubber for one copy: damage is found and cannot be mended.
func (q *Quarantine) ScrubAside(ctx context.Context, document archive.ID, versions []archive.Version, _ bool) (out archive.Scrubbed, err error) {
	for _, v := range versions {
		c, err := q.look(ctx, document, v)
		if err != nil {
			return out, err
		}
		out.Bytes += c.bytes
		if !c.sound(v) {
			out.Damage = append(out.Damage, c.met(document, v, "quarantine"))
		}
	}
	out.Left = out.Damage
	return out, nil
}

// ScrubAside implements archive.AsideScrubber: a copy that is damaged or missing is written again from the one that is sound.
// A second that is away is passed over where the first is sound; the next scrub finds both.
func (q *QuarantinePair) ScrubAside(ctx context.Context, document archive.ID, versions []archive.Version, repair bool) (out archive.Scrubbed, err error) {
	for _, v := range versions {
		if err := q.scrubVersion(ctx, document, v, repair, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

func (q *QuarantinePair) scrubVersion(ctx context.Context, document archive.ID, v archive.Version, repair bool, out *archive.Scrubbed) error {
	a, err := q.first.look(ctx, document, v)
	if err != nil {
		return err
	}
	out.Bytes += a.bytes
	var b condition
	second, err := q.second()
	if err == nil {
		b, err = second.look(ctx, document, v)
	}
	if archive.KindOf(err) == archive.Unavailable && a.sound(v) {
		return nil
	}
	if err != nil {
		return err
	}
	out.Bytes += b.bytes
	var wrong []archive.Discrepancy
	if !a.sound(v) {
		wrong = append(wrong, a.met(document, v, "quarantine"))
	}
	switch {
	case b.sound(v):
	case b.missing && a.sound(v) && repair: // the copy is late, or was lost: made again, either way
	case b.missing:
		d := b.met(document, v, "quarantine of the second store")
		d.Kind = "missing_copy"
		wrong = append(wrong, d)
	default:
		wrong = append(wrong, b.met(document, v, "quarantine of the second store"))
	}
	out.Damage = append(out.Damage, wrong...)
	switch {
	case a.sound(v) == b.sound(v):
		if !a.sound(v) {
			out.Left = append(out.Left, wrong...)
		}
		return nil
	case !repair:
		out.Left = append(out.Left, wrong...)
		return nil
	case a.sound(v):
		err = mend(ctx, q.first, second, document, v, b)
		out.Repaired = append(out.Repaired, fmt.Sprintf("second: quarantine/%s/%04d", document, v.Number))
	default:
		err = mend(ctx, second, q.first, document, v, a)
		out.Repaired = append(out.Repaired, fmt.Sprintf("first: quarantine/%s/%04d", document, v.Number))
	}
	return err
}

// mend writes a version again from a copy that is sound, whole or not at all.
func mend(ctx context.Context, good, bad *Quarantine, document archive.ID, v archive.Version, is condition) error {
	key, err := quarantineKey(document, v.Number)
	if err != nil {
		return err
	}
	if is.missing {
		return carry(ctx, good, bad, key, document, v)
	}
	c, err := good.Open(ctx, document, v)
	if err != nil {
		return err
	}
	defer c.Close()
	return bad.store.Replace(ctx, key, is.have, c)
}

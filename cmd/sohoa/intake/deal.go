package intake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"sohoa/archive"
)

// deal brings one file as far as it goes now. old is what an earlier look decided when only the removal or the move is
// outstanding; patient says that the file has rested so long that its end is no longer looked at.
func (d *Folder) deal(ctx context.Context, g ground, f File, old *Result, patient bool) Result {
	r := Result{File: f}
	if d.After == Keep && d.Known(f) {
		r.Outcome = Before
		return r
	}
	p, err := g.open(f)
	if err != nil {
		return r.blocked(err)
	}
	defer p.close()
	if old != nil && old.Outcome == Refused {
		return d.aside(g, p, *old)
	}
	if was, ok := d.Journal.Find(f); ok && !was.Digest.IsZero() {
		got, err := p.Digest()
		if err != nil {
			return r.blocked(err)
		}
		if got == was.Digest { // acknowledged by an earlier life, which was ended before it could remove the file
			r.Outcome = Before
			return d.settle(ctx, g, p, r)
		}
	}
	if d.Watched {
		if inUse(p.f) {
			r.Outcome = waiting
			return r
		}
		if whole, err := p.looksWhole(); err != nil {
			return r.blocked(err)
		} else if !whole && !patient {
			r.Outcome = waiting
			return r
		}
	}
	return d.deposit(ctx, g, p, r)
}

// blocked judges why a file could not be read.
func (r Result) blocked(err error) Result {
	switch {
	case isGone(err):
		r.Outcome = passed
	case errors.Is(err, ErrChanged), isBusy(err):
		r.Outcome = waiting
	case errors.Is(err, fs.ErrPermission):
		r.Outcome, r.Code, r.Msg, r.Err = held, Unreadable, unreadableText, err
	default:
		r.Outcome, r.Err = held, err
	}
	return r
}

func (d *Folder) deposit(ctx context.Context, g ground, p *Paper, r Result) Result {
	req, err := d.Plan(p.File)
	if errors.Is(err, ErrPass) {
		return r
	}
	if req.FileName == "" {
		req.FileName = p.Name()
	}
	var receipt Receipt
	if err == nil {
		req.Key = d.key(p.File)
		receipt, err = d.Depositor.Deposit(ctx, req, p)
	}
	if why, ok := refusalIn(err); ok {
		if d.Record != nil && !why.Recorded {
			// Power lost behind this: the trail tells of the refusal once more when the file is judged again.
			if err := d.Record(ctx, req, why); err != nil {
				r.Outcome, r.Err = held, err
				return r
			}
		}
		r.refuse(why)
		return d.aside(g, p, r)
	}
	if errors.Is(err, ErrChanged) {
		r.Outcome = waiting
		return r
	}
	if err != nil {
		r.Outcome, r.Err = held, err
		return r
	}
	r.Outcome, r.Code, r.Document, r.Findings = Taken, receipt.Code, receipt.Document, receipt.Findings
	switch {
	case receipt.Before:
		r.Outcome = Before
		if !receipt.Said.IsZero() && receipt.Said != req.Said {
			r.Otherwise, req.Said = true, receipt.Said
		}
		if r.Code == duplicate {
			r.Msg = duplicateText
		}
	case receipt.Quarantined:
		r.Outcome, r.Msg = Quarantined, quarantineText
		for _, f := range receipt.Findings {
			if f.Severity == archive.Fatal && r.Code == "" {
				r.Code = f.Code
			}
		}
	}
	// Acknowledged. Power lost from here on: the Depositor knows the key, the next run deposits nothing and removes the file.
	sum, err := p.Digest()
	if err == nil {
		e := Entry{Digest: sum, Said: req.Said, Aside: receipt.Quarantined}
		if id, err := archive.ParseID(receipt.Document); err == nil {
			e.Paper = id
		}
		err = d.Journal.add(p.File, e)
	}
	if err != nil {
		r.Err = err
		return r
	}
	return d.settle(ctx, g, p, r)
}

const duplicate = "duplicate_content"

var duplicateText = archive.Text{VI: "Tệp này đã có trong kho.", EN: "This very file is already kept."}

var quarantineText = archive.Text{VI: "Giữ trong khu cách ly, chờ người kiểm tra.", EN: "Kept in quarantine for a checker."}

// settle removes or moves a file whose bytes are acknowledged.
func (d *Folder) settle(ctx context.Context, g ground, p *Paper, r Result) Result {
	switch d.After {
	case Remove:
		r.Err = g.remove(p)
	case Move:
		r.Err = g.moveTo(ctx, p, g.done)
	default:
		return r
	}
	if r.Err == nil || isGone(r.Err) {
		r.Err = d.Journal.gone(p.File)
	}
	return r
}

// aside moves a refused file away, where that is wanted.
func (d *Folder) aside(g ground, p *Paper, r Result) Result {
	r.Err = nil
	if d.Aside {
		r.Err = g.setAside(p, r, d.Clock.Now())
	}
	return r
}

// key returns what Request.Key says.
func (d *Folder) key(f File) string {
	return archive.DigestOf(fmt.Appendf(nil, "%s\x00%s\x00%d\x00%d.%09d", d.Source, f.Path, f.Size, f.Time.Unix(), f.Time.Nanosecond())).Hex()
}

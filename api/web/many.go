package web

import (
	"net/http"

	"sohoa/archive"
)

// manyPage asks for what several papers have in common before they are thrown away, and tells of each what became of it.
type manyPage struct {
	Frame
	Heading string
	Lead    string
	Asking  bool // nothing has been done yet
	Rows    []ManyRow
	Reason  string
	Fault   string
	Days    int
	Again   []string // ids of what can be taken back
}

// ManyRow is one of several papers.
type ManyRow struct {
	Row
	Tone, Outcome string // what became of it, "" before
}

// chosen are the papers ticked in a list, as far as the visitor may see them. No list shows more than a page of them.
func (p *Pages) chosen(v *visit) ([]archive.Document, error) {
	var ids []archive.ID
	for _, s := range v.gin.PostFormArray("id") {
		if id, err := archive.ParseID(s); err == nil && len(ids) < rowsOfList {
			ids = append(ids, id)
		}
	}
	return p.Archive.Some(v.ctx, v.actor, ids)
}

// discardMany throws several papers away, each by itself: what stands against one does not keep the others.
func (p *Pages) discardMany(v *visit) error {
	ds, err := p.chosen(v)
	if err != nil {
		return err
	}
	d := &manyPage{Heading: v.t("many.discard"), Reason: v.form("reason"), Days: p.binDays()}
	if len(ds) == 0 {
		d.Lead = v.t("many.none")
		return p.showMany(v, http.StatusBadRequest, d, ds, nil)
	}
	if _, sent := v.gin.GetPostForm("reason"); !sent || d.Reason == "" {
		d.Asking, d.Lead = true, v.t("many.ask", len(ds))
		status := http.StatusOK
		if sent {
			d.Fault, status = v.t("many.reason"), http.StatusBadRequest
		}
		return p.showMany(v, status, d, ds, nil)
	}
	return p.doMany(v, d, ds, archive.MoveRequest{Move: archive.Discard, Reason: d.Reason})
}

// restoreMany takes several papers back.
func (p *Pages) restoreMany(v *visit) error {
	ds, err := p.chosen(v)
	if err != nil {
		return err
	}
	d := &manyPage{Heading: v.t("many.restore")}
	if len(ds) == 0 {
		d.Lead = v.t("many.none")
		return p.showMany(v, http.StatusBadRequest, d, ds, nil)
	}
	return p.doMany(v, d, ds, archive.MoveRequest{Move: archive.Restore})
}

func (p *Pages) doMany(v *visit, d *manyPage, ds []archive.Document, req archive.MoveRequest) error {
	said := make([]error, len(ds))
	done := 0
	for i := range ds {
		next, err := p.Archive.Move(v.ctx, v.actor, ds[i].ID, req)
		if said[i] = err; err != nil {
			if _, _, _, ok := p.faults(v, err); !ok && archive.KindOf(err) != archive.NotFound {
				return err
			}
			continue
		}
		done++
		ds[i] = next
		if req.Move == archive.Discard {
			d.Again = append(d.Again, next.ID.String())
		}
	}
	d.Lead = v.t("many.done", done, len(ds))
	return p.showMany(v, http.StatusOK, d, ds, said)
}

func (p *Pages) showMany(v *visit, status int, d *manyPage, ds []archive.Document, said []error) error {
	n, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	d.Title, d.Section = d.Heading, "work"
	for i := range ds {
		r := ManyRow{Row: v.row(&ds[i], n)}
		switch {
		case said == nil:
		case said[i] == nil:
			r.Tone, r.Outcome = "good", v.t("many.well")
		default:
			r.Tone, r.Outcome = "bad", v.say(textOfError(said[i]))
		}
		d.Rows = append(d.Rows, r)
	}
	return p.show(v, status, "clerk/many", d)
}

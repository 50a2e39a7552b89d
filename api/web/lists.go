package web

import (
	"encoding/json"
	"fmt"
	"net/http"

	"sohoa/archive"
)

// lists is what the fields of forms offer: a province has thousands of offices and procedures, too many to stand in every
// page. A browser fetches it once and keeps it for a while.
type lists struct {
	Agencies   [][3]string `json:"agencies"`   // name, code, "own" when papers can be deposited for it
	Procedures [][2]string `json:"procedures"` // code, name
}

// fewChoices is up to how many choices a form shows as a plain selection.
const fewChoices = 60

func (p *Pages) lists(v *visit) error {
	l := lists{Agencies: [][3]string{}, Procedures: [][2]string{}}
	n, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	for _, g := range n {
		row := [3]string{g.Name, g.Code.String(), ""}
		if v.actor.Covers(g.Code) {
			row[2] = "own"
		}
		l.Agencies = append(l.Agencies, row)
	}
	all, err := p.Archive.Procedures(v.ctx)
	if err != nil {
		return err
	}
	last := archive.ProcedureCode("")
	for _, x := range all {
		if x.Code != last {
			l.Procedures = append(l.Procedures, [2]string{x.Code.String(), x.Name})
		}
		last = x.Code
	}
	b, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("write lists: %w", err)
	}
	h := v.gin.Writer.Header()
	h.Set("Cache-Control", "private, max-age=300")
	h.Set("Content-Type", "application/json")
	h.Add("Vary", "Cookie")
	v.gin.Writer.WriteHeader(http.StatusOK)
	_, _ = v.gin.Writer.Write(b) // the reader is gone: nobody is left to be told
	return nil
}

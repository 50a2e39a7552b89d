package fields

import (
	"strings"
	"unicode"

	"sohoa/archive"
)

// codesOf takes the dossier and the procedure from the QR and bar codes of the pages: a code is decoded right or not at all, so
// it goes before what was recognised. What a code says beyond well-formed codes is nobody's business here. Pages whose codes
// name different dossiers name none.
func (p *paper) codesOf(pages []archive.PageReading) {
	for i := range pages {
		for _, c := range pages[i].Codes {
			for _, t := range tokens(c.Text) {
				if d, err := archive.ParseDossierCode(t); err == nil {
					p.coded(DossierCode, d.String(), pages[i].Number, c.Box)
				} else if pc, err := archive.ParseProcedureCode(t); err == nil {
					p.coded(ProcedureCode, pc.String(), pages[i].Number, c.Box)
				}
			}
		}
	}
	kept := p.out[:0]
	for _, o := range p.out {
		if o.Value != "" {
			kept = append(kept, o)
		}
	}
	p.out = kept
}

// coded proposes what a code says. An empty value stands for codes that contradict each other.
func (p *paper) coded(field, value string, page int, box archive.Box) {
	for i, o := range p.out {
		if o.Field == field {
			if o.Value != value {
				p.out[i].Value = ""
			}
			return
		}
	}
	p.out = append(p.out, archive.Proposal{Field: field, Value: value, Confidence: maxConfidence, Page: page, Box: box})
}

// tokens cuts what a code says at whatever no identifier is made of: links, JSON and lists carry a dossier code among others.
func tokens(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool {
		return r != '.' && r != '-' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	})
}

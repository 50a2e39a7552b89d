package fields

import (
	"strings"

	"sohoa/internal/viet"
)

// settlePlace holds the place against the name of the agency, which nearly always ends with it: "XÃ DLIÊ YA" and "Dliê Ya, ngày".
// One letter taken for another (l, i, I) shows in small print, so the capitals win; marks are lost on capitals, so there the
// small letters win; and words that grew together come apart.
func (p *paper) settlePlace() {
	place := p.value(Place)
	words := strings.Fields(place)
	if len(words) == 0 {
		return
	}
	fold := viet.Fold(place)
	for i := range p.out {
		o := &p.out[i]
		if o.Field != AgencyName && o.Field != AgencyParent || capitals(o.Value) < 0.8 { // what the registry gave is right
			continue
		}
		name := strings.Fields(o.Value)
		if last := name[len(name)-1]; len(words) > 1 && viet.Fold(last) == strings.ReplaceAll(fold, " ", "") {
			o.Value = strings.Join(append(name[:len(name)-1:len(name)-1], strings.ToUpper(place)), " ")
			continue
		}
		if len(name) <= len(words) {
			continue
		}
		tail := strings.Join(name[len(name)-len(words):], " ")
		switch f := viet.Fold(tail); {
		case viet.Exact(tail) == viet.Exact(place):
		case f == fold:
			o.Value = strings.Join(append(name[:len(name)-len(words):len(name)-len(words)], strings.ToUpper(place)), " ")
		case len(fold) > 3 && viet.Distance(f, fold, 1) == 1 && o.Field == AgencyName:
			for j := range p.out {
				if p.out[j].Field == Place {
					p.out[j].Value = titled(tail)
				}
			}
		}
	}
}

package intake

import (
	"path"
	"regexp"
	"strings"

	"sohoa/archive"
)

// Place is what the folders above a file say about it.
type Place struct {
	Agency  archive.AgencyCode
	Dossier archive.DossierCode
}

// almostDossier is what somebody types who means a dossier's code: agency, digits, digits.
var almostDossier = regexp.MustCompile(`^([A-Z]\d{2}(\.[0-9A-Z]+)*|\d+\.\d+\.\d+\.[A-Z]\d{2})-\d+-\d+$`)

// PlaceOf reads the folders of a path: the nearest one named by a dossier's code, and the nearest one named by an agency's. A
// folder that looks like a dossier's code and is none is a Refusal: taken for any other name, its papers would lose their
// dossier without anybody noticing.
func PlaceOf(file string) (Place, error) {
	var p Place
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		name := path.Base(dir)
		code, err := archive.ParseDossierCode(name)
		switch {
		case err == nil:
			if p.Dossier == "" {
				p.Dossier = code
			}
			continue
		case p.Dossier == "" && almostDossier.MatchString(strings.ToUpper(strings.TrimSpace(name))):
			return Place{}, RefusalOf(err)
		}
		if agency, err := archive.ParseAgencyCode(name); err == nil && p.Agency == "" {
			p.Agency = agency
		}
	}
	return p, nil
}

// namesDossier reports whether a folder is named by a dossier's code.
func namesDossier(name string) bool {
	_, err := archive.ParseDossierCode(name)
	return err == nil
}

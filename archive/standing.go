package archive

// Standing is a version that was accepted or published when a new scan of its paper came, with what was confirmed about it.
// It stays valid, and public if it was, while the new scan goes through review and checking: accepting the new scan takes
// its place when it was accepted, publishing takes it in any case, and dropping the new scan (Revert) brings it back whole, so
// that nothing nobody checked is ever called accepted. A paper has at most two: a published one, and one that was accepted
// after it and is not published yet. Kind, dossier and access are of the paper and not of a scan: while a version stands they
// change only as they would for that version.
//
// What is read, indexed, searched and shown page by page is always the head: the new scan. The file that stands is served by
// its number and, where it is public, as PublicFile.
type Standing struct {
	State     State     `json:"state"` // Accepted or Published
	Version   int       `json:"version"`
	Fields    Fields    `json:"fields"`
	Findings  []Finding `json:"findings,omitempty"`
	Submitter ID        `json:"submitter,omitzero"`
	Reason    string    `json:"reason,omitempty"`
}

// PublicVersion returns the number of the version that is public, 0 when none is.
func (d *Document) PublicVersion() int {
	if d.State == Published {
		return d.Head().Number
	}
	for _, s := range d.Standing {
		if s.State == Published {
			return s.Version
		}
	}
	return 0
}

// stand keeps what d is behind a new scan to come.
func (d *Document) stand() {
	s := Standing{State: d.State, Version: d.Head().Number, Fields: d.Fields, Findings: d.Findings, Submitter: d.Submitter, Reason: d.Reason}
	d.Standing = append(d.Standing[:len(d.Standing):len(d.Standing)], s)
}

// revert makes d what it was before the new scan. The dropped version stays among the versions.
func (d *Document) revert() {
	last := len(d.Standing) - 1
	s := d.Standing[last]
	d.Standing = d.Standing[:last:last]
	if last == 0 {
		d.Standing = nil
	}
	d.State, d.Fields, d.Findings, d.Submitter, d.Reason = s.State, s.Fields, s.Findings, s.Submitter, s.Reason
	d.Current = s.Version
	if d.Current == len(d.Versions) {
		d.Current = 0
	}
}

// accepted takes away what no longer stands once the head is accepted: an accepted version before it. A published one stays
// public until the head is.
func (d *Document) accepted() {
	var left []Standing
	for _, s := range d.Standing {
		if s.State == Published {
			left = append(left, s)
		}
	}
	d.Standing = left
}

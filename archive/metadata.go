package archive

import (
	"encoding/json"
	"fmt"
	"time"
)

const metadataPath = "metadata.json"

// metadata is what the store itself says about a document, so that a catalog can be made again from the store alone.
// Its fields are only ever added to.
type metadata struct {
	Format    string            `json:"format"`
	ID        ID                `json:"id"`
	State     State             `json:"state"`
	Kind      DocumentKind      `json:"kind"`
	Dossier   DossierCode       `json:"dossier_code,omitempty"`
	Custodian AgencyCode        `json:"custodian"`
	Access    Access            `json:"access"`
	Named     []ID              `json:"named,omitempty"`
	Fields    Fields            `json:"fields"`
	Versions  []metadataVersion `json:"versions"`
	Findings  []Finding         `json:"findings,omitempty"`
	Uploader  ID                `json:"uploader,omitzero"`
	Submitter ID                `json:"submitter,omitzero"`
	Reason    string            `json:"reason,omitempty"`
	Created   time.Time         `json:"created_at"`
	Updated   time.Time         `json:"updated_at"`
	Published *time.Time        `json:"published_at,omitempty"`
	Current   int               `json:"current_version,omitempty"` // when it is not the newest
	Public    int               `json:"public_version,omitempty"`
	Standing  []Standing        `json:"standing,omitempty"`
	Work      Work              `json:"work,omitzero"` // zero when it is Unplanned
}

type metadataVersion struct {
	Number    int        `json:"number"`
	Path      string     `json:"path"`
	Digest    Digest     `json:"digest"`
	Size      int64      `json:"size"`
	MediaType string     `json:"media_type"`
	FileName  string     `json:"file_name"`
	Pages     []PageInfo `json:"pages"`
	CreatedAt time.Time  `json:"created_at"`
	CreatedBy ID         `json:"created_by,omitzero"`
}

const metadataFormat = "sohoa/document/1"

// metadataOf says of a document what the store keeps.
func metadataOf(d *Document) metadata {
	m := metadata{Format: metadataFormat, ID: d.ID, State: d.State, Kind: d.Kind, Dossier: d.Dossier, Custodian: d.Custodian, Access: d.Access, Named: d.Named,
		Fields: d.Fields, Findings: d.Findings, Uploader: d.Uploader, Submitter: d.Submitter, Reason: d.Reason, Created: d.CreatedAt, Updated: d.UpdatedAt,
		Current: d.Current, Public: d.PublicVersion(), Standing: d.Standing, Work: d.planned()}
	if !d.PublishedAt.IsZero() {
		m.Published = &d.PublishedAt
	}
	for _, v := range d.Versions {
		m.Versions = append(m.Versions, metadataVersion{v.Number, v.Path(), v.Digest, v.Size, v.MediaType, v.FileName, v.Pages, v.CreatedAt, v.CreatedBy})
	}
	return m
}

func metadataJSON(d *Document) []byte {
	b, err := json.MarshalIndent(metadataOf(d), "", "  ")
	if err != nil {
		panic(fmt.Sprintf("marshal metadata: %v", err)) // strings, numbers and times: cannot fail
	}
	return append(b, '\n')
}

// document is the way back from metadataOf. What the store does not keep is left empty.
func (m *metadata) document() (Document, error) {
	if m.Format != metadataFormat || m.ID.IsZero() || len(m.Versions) == 0 {
		return Document{}, Errorf(Corrupt, "metadata of format %q with %d versions", m.Format, len(m.Versions))
	}
	d := Document{ID: m.ID, State: m.State, Kind: m.Kind, Dossier: m.Dossier, Custodian: m.Custodian, Access: m.Access, Named: m.Named, Fields: m.Fields,
		Findings: m.Findings, Uploader: m.Uploader, Submitter: m.Submitter, Reason: m.Reason, CreatedAt: m.Created, UpdatedAt: m.Updated,
		Current: m.Current, Standing: m.Standing, Work: m.Work}
	if m.Work.Stage == "" {
		d.Work = d.Unplanned()
	}
	if m.Published != nil {
		d.PublishedAt = *m.Published
	}
	for _, v := range m.Versions {
		d.Versions = append(d.Versions, Version{v.Number, v.Digest, v.Size, v.MediaType, v.FileName, v.Pages, v.CreatedAt, v.CreatedBy})
	}
	return d, nil
}

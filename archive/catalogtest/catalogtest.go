// Package catalogtest is the contract of archive.Catalog as tests. Every implementation runs it.
package catalogtest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

// Run runs the whole suite. Open returns an empty catalog that is closed by its own means (t.Cleanup); it is called once
// for every test.
func Run(t *testing.T, open func(t *testing.T) archive.Catalog) {
	run(t, open, map[string][]test{
		"transactions": transactionTests, "documents": documentTests, "browse": browseTests, "found": foundTests, "visibility": visibilityTests,
		"pages": pageTests, "dossiers": dossierTests, "registry": registryTests, "events": eventTests, "tree": treeTests,
		"intents": intentTests, "jobs": jobTests, "accounts": accountTests, "door": doorTests, "answers": answerTests, "usage": usageTests,
		"uploads": uploadTests, "learnt": learntTests, "retrievals": retrievalTests, "comments": commentTests, "batches": batchTests,
	})
}

// RunLists runs the part about lists of documents, for an implementation that has several ways to find them.
func RunLists(t *testing.T, open func(t *testing.T) archive.Catalog) {
	run(t, open, map[string][]test{"browse": browseTests, "visibility": visibilityTests, "events": eventTests})
}

func run(t *testing.T, open func(t *testing.T) archive.Catalog, parts map[string][]test) {
	for name, tests := range parts {
		t.Run(name, func(t *testing.T) {
			for _, tt := range tests {
				t.Run(tt.name, func(t *testing.T) { tt.run(bench{t, open(t)}) })
			}
		})
	}
}

type test struct {
	name string
	run  func(bench)
}

// bench is one test with a catalog of its own.
type bench struct {
	*testing.T
	c archive.Catalog
}

func (b bench) update(fn func(tx archive.Tx) error) {
	b.Helper()
	if err := b.c.Update(b.Context(), fn); err != nil {
		b.Fatal(err)
	}
}

func (b bench) view(fn func(tx archive.Tx) error) {
	b.Helper()
	if err := b.c.View(b.Context(), fn); err != nil {
		b.Fatal(err)
	}
}

// refused runs fn in an Update and wants this kind and code of error; code "" wants any.
func (b bench) refused(kind archive.Kind, code string, fn func(tx archive.Tx) error) {
	b.Helper()
	wantError(b.T, b.c.Update(b.Context(), fn), kind, code)
}

func wantError(t *testing.T, err error, kind archive.Kind, code string) {
	t.Helper()
	var e *archive.Error
	if !errors.As(err, &e) || e.Kind != kind || code != "" && e.CodeOrKind() != code {
		t.Errorf("got error %v, want kind %s code %q", err, kind, code)
	}
}

// same compares what was read with what was written.
func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// noon is a time no test is near to.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 123456000, time.UTC)

func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

// paper returns a document with something in every column.
func paper(change ...func(*archive.Document)) archive.Document {
	id, who := archive.NewID(), archive.NewID()
	d := archive.Document{
		ID: id, Revision: 1, State: archive.Review, Kind: archive.Result, Dossier: "H15.50.05.13-261008-0975", Custodian: "H15.50.05",
		Access: archive.Restricted,
		Fields: archive.Fields{
			Procedure: "1.000123.000.00.12.H15", Type: "QĐ", Number: "0987", Notation: "QĐ-UBND", IssuedOn: archive.Date{Year: 2026, Month: 11, Day: 5},
			IssuingAgency: archive.AgencyRef{Code: "H15.50", Name: "Ủy ban nhân dân xã Ea Kao"}, Subject: "Về việc cấp giấy phép",
			Signer: archive.Signer{Name: "Y Bhem Niê", Position: "CHỦ TỊCH"}, Owner: archive.Owner{IDType: archive.IDCitizen, ID: "066099001234", Name: "H'Linh Byă"},
			Language: "vi",
		},
		Versions: []archive.Version{version(1, id.String())},
		Reading: archive.Reading{State: archive.ReadingPartial, PagesDone: 1, PagesTotal: 2, Confidence: 0.8125, Reason: archive.Text{VI: "Trang 2 hỏng.", EN: "Page 2 is damaged."},
			Proposals: []archive.Proposal{{Field: "number", Value: "0987", Confidence: 0.5, Page: 1, Box: archive.Box{X0: 1, Y0: 2, X1: 3, Y1: 4.5}}},
			Findings:  []archive.Finding{{Code: "unreadable_page", Severity: archive.Warning, Page: 2, Msg: archive.Text{VI: "Không đọc được.", EN: "Could not be read."}}}},
		Findings: []archive.Finding{{Code: "low_resolution", Severity: archive.Warning, Page: 2, Object: 7, Msg: archive.Text{VI: "Mờ.", EN: "Faint."}}},
		Uploader: who, Submitter: archive.NewID(), Object: 3, Reason: "thiếu trang", PriorState: archive.Checking,
		CreatedAt: at(1), UpdatedAt: at(2), PublishedAt: at(3),
	}
	for _, c := range change {
		c(&d)
	}
	return d
}

func version(n int, content string) archive.Version {
	return archive.Version{Number: n, Digest: archive.DigestOf([]byte(content)), Size: 12345, MediaType: archive.PDF, FileName: "Quyết định số 987.pdf",
		Pages:     []archive.PageInfo{{Width: 595.28, Height: 841.89, Rotation: 90, DPI: 300, Colour: true}, {Width: 841.89, Height: 595.28}},
		CreatedAt: at(n), CreatedBy: archive.NewID()}
}

func (b bench) insert(ds ...archive.Document) {
	b.Helper()
	b.update(func(tx archive.Tx) error {
		for _, d := range ds {
			if err := tx.Documents().Insert(b.Context(), d); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b bench) document(id archive.ID) (d archive.Document) {
	b.Helper()
	b.view(func(tx archive.Tx) (err error) {
		d, err = tx.Documents().Get(b.Context(), id)
		return err
	})
	return d
}

func ids(ds []archive.Document) []archive.ID {
	out := []archive.ID{}
	for _, d := range ds {
		out = append(out, d.ID)
	}
	return out
}

func sorted(in []archive.ID) []archive.ID {
	out := slices.Clone(in)
	slices.SortFunc(out, func(a, b archive.ID) int { return cmp.Compare(a.String(), b.String()) })
	return out
}

var everything = archive.Visibility{Everything: true}

var background = context.Background()

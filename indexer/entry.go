package indexer

import (
	"slices"
	"strings"
	"unicode"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"

	"sohoa/archive"
)

// part is one piece of metadata: what it is and its words.
type part struct{ field, text string }

// head returns the metadata of e that people search by words, in the order in which it is shown.
func head(e *archive.Entry) []part {
	d := &e.Document
	f := &d.Fields
	var parts []part
	add := func(field string, texts ...string) {
		for _, t := range texts {
			if t != "" {
				parts = append(parts, part{field, t})
			}
		}
	}
	add(fSubject, f.Subject)
	number := f.Number
	if f.Notation != "" {
		number += "/" + f.Notation
	}
	add(fNumber, number)
	if bare := strings.TrimLeft(number, "0"); bare != number {
		add(fNumber, bare)
	}
	add(fNotation, f.Notation)
	add(fType, f.Type)
	if t, ok := typeNames[f.Type]; ok {
		add(fType, t)
	}
	add(fAgency, f.IssuingAgency.Name, f.IssuingAgency.Code.String())
	add(fAgency, e.AgencyNames...)
	add(fSigner, f.Signer.Name, f.Signer.Position)
	add(fOwner, f.Owner.Name)
	add(fDossier, d.Dossier.String())
	add(fProcedure, f.Procedure.String())
	add(fFile, d.Head().FileName)
	return parts
}

// typeNames are the words of the types that papers abbreviate (Decree 30/2020, annex III).
var typeNames = map[string]string{
	"NQ": "Nghị quyết", "QĐ": "Quyết định", "CT": "Chỉ thị", "QC": "Quy chế", "QyĐ": "Quy định", "TC": "Thông cáo", "TB": "Thông báo",
	"HD": "Hướng dẫn", "CTr": "Chương trình", "KH": "Kế hoạch", "PA": "Phương án", "ĐA": "Đề án", "DA": "Dự án", "BC": "Báo cáo",
	"BB": "Biên bản", "TTr": "Tờ trình", "HĐ": "Hợp đồng", "CĐ": "Công điện", "BGN": "Bản ghi nhớ", "BTT": "Bản thỏa thuận",
	"GUQ": "Giấy ủy quyền", "GM": "Giấy mời", "GGT": "Giấy giới thiệu", "GNP": "Giấy nghỉ phép", "PG": "Phiếu gửi", "PC": "Phiếu chuyển",
	"PB": "Phiếu báo", "CV": "Công văn",
}

// fieldsOf makes the bleve document of e with the text of its pages.
func fieldsOf(e *archive.Entry, pages []string, layout layout) *document.Document {
	doc := document.NewDocument(string(e.Document.ID[:]))
	parts := head(e)
	all := &terms{name: fAll, options: withPositions}
	exact := &terms{name: fExact, options: listOnly}
	all.analyse = func() { layout.analyse(all, exact, parts, pages) }
	doc.AddField(all)
	doc.AddField(exact)
	if layout.pairs {
		pairs := &terms{name: fPairs, options: listOnly}
		all.options = index.IndexField
		all.analyse = func() {
			layout.analyse(all, exact, parts, pages)
			layout.analysePairs(pairs, parts, pages)
		}
		doc.AddField(pairs)
	}
	addHead(doc, parts)
	for _, k := range keywordsOf(&e.Document) {
		if k.length > 0 {
			doc.AddField(k)
		}
	}
	doc.AddField(&terms{name: fStored, options: index.StoreField, value: packParts(parts)})
	return doc
}

// addHead adds the metadata as one field and each part as its own.
func addHead(doc *document.Document, parts []part) {
	var f folder
	whole := newOccurrences(64)
	single := map[string]*occurrences{}
	at := map[string]int{}
	position := 0
	for _, p := range parts {
		o := single[p.field]
		if o == nil {
			o = newOccurrences(8)
			single[p.field] = o
		}
		f.each(p.text, func(fold, _ []byte) {
			position++
			whole.add(fold, position)
			at[p.field]++
			o.add(fold, at[p.field])
		})
		position += pageGap
		at[p.field] += pageGap
	}
	t := &terms{name: fHead, options: withPositions}
	whole.done(t)
	doc.AddField(t)
	for _, p := range parts {
		o := single[p.field]
		if o == nil {
			continue
		}
		single[p.field] = nil
		t := &terms{name: p.field, options: withPositions}
		o.done(t)
		doc.AddField(t)
	}
}

func keywordsOf(d *archive.Document) []*terms {
	f := &d.Fields
	day := f.IssuedOn
	if day.IsZero() {
		day = archive.DateOf(d.CreatedAt.In(archive.Zone))
	}
	var sealedFor []string
	if d.Access == archive.Sealed {
		for _, id := range d.Named {
			sealedFor = append(sealedFor, id.String())
		}
	}
	ownBy := ""
	if slices.Contains(archive.OwnStates, d.State) {
		ownBy = d.Uploader.String()
	}
	fields := []*terms{
		keywords(kAgency, withValues, f.IssuingAgency.Code.String()),
		keywords(kCustodian, listOnly, d.Custodian.String()),
		keywords(kProcedure, withValues, f.Procedure.Base().String()),
		keywords(kType, withValues, f.Type),
		keywords(kKind, listOnly, string(d.Kind)),
		keywords(kState, withValues, string(d.State)),
		keywords(kDossier, listOnly, d.Dossier.String()),
		keywords(kOwner, listOnly, f.Owner.ID),
		keywords(kAccess, listOnly, string(d.Access)),
		keywords(kSealedFor, listOnly, sealedFor...),
		keywords(kOwnBy, listOnly, ownBy),
		keywords(kDay, withValues, dayTerm(day)),
	}
	if !f.IssuedOn.IsZero() {
		t := dayTerm(f.IssuedOn)
		fields = append(fields, keywords(kIssued, listOnly, t[:4], t[:6], t), keywords(kYear, withValues, t[:4]))
	}
	return fields
}

// dayTerm writes a day so that its order is the order of bytes.
func dayTerm(d archive.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

// packParts and unpackParts carry the metadata that snippets show.
func packParts(parts []part) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p.field...)
		b = append(b, 0x1f)
		for _, r := range p.text {
			if unicode.IsControl(r) {
				r = ' '
			}
			b = append(b, string(r)...)
		}
		b = append(b, 0x1e)
	}
	return b
}

func unpackParts(b []byte) []part {
	var parts []part
	for rec := range strings.SplitSeq(string(b), "\x1e") {
		if field, text, ok := strings.Cut(rec, "\x1f"); ok {
			parts = append(parts, part{field, text})
		}
	}
	return parts
}

package pdf

import (
	"bytes"
	"strconv"
	"strings"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// Profile is what a scan has to be to count as a faithful copy. Profiles are data because laws and provinces differ.
type Profile struct {
	Name       string
	MinVersion float64 // lowest PDF version; 0 asks for none
	MinDPI     int     // lowest resolution of a scanned page; 0 asks for none
	Drawings   bool    // MinDPI is asked of drawings only: pages larger than A3
	Colour     bool    // scanned pages must be in colour
	PDFA       bool    // the file must call itself PDF/A

	// The finding each shortfall is reported as; its severity stands in the table of findings.
	VersionCode, DPICode, ColourCode, PDFACode string
}

// Profiles are the ones a deposit is measured against: Decree 30/2020/NĐ-CP (a copy that counts), and what an archive wants on top.
var Profiles = []Profile{
	{Name: "decree 30", MinVersion: 1.4, MinDPI: 200, Colour: true, VersionCode: "pdf_version_low", DPICode: "low_resolution", ColourCode: "not_colour"},
	{Name: "archive", MinDPI: 300, Drawings: true, PDFA: true, DPICode: "archive_low_resolution", PDFACode: "archive_not_pdfa"},
}

// dpiSlack forgives what rounding of page sizes costs: 1,652 pixels across 594.96 points are 199.92 dpi.
const dpiSlack = 2

// measure compares a paper with every profile. Only papers with scanned pages are measured: a born-digital file is no scan.
func measure(found *findings, version string, pdfa bool, scans map[int]scan, pages int) {
	if len(scans) == 0 {
		return
	}
	v, _ := strconv.ParseFloat(version, 64)
	for _, p := range Profiles {
		if p.MinVersion > 0 && v < p.MinVersion {
			found.add(p.VersionCode, 0, 0)
		}
		if p.PDFA && !pdfa {
			found.add(p.PDFACode, 0, 0)
		}
		if p.MinDPI > 0 {
			perPage(found, p.DPICode, scans, pages, func(s scan) bool {
				return s.dpi+dpiSlack < p.MinDPI && (!p.Drawings || s.large)
			})
		}
		if p.Colour {
			perPage(found, p.ColourCode, scans, pages, func(s scan) bool { return !s.coloured })
		}
	}
}

// perPage names the pages that fall short, or the whole paper when all of them do.
func perPage(found *findings, code string, scans map[int]scan, pages int, short func(scan) bool) {
	var which []int
	for n := 1; n <= pages; n++ {
		if s, ok := scans[n]; ok && short(s) {
			which = append(which, n)
		}
	}
	if len(which) == pages && pages > 1 {
		found.add(code, 0, 0)
		return
	}
	for _, n := range which {
		found.add(code, n, 0)
	}
}

// versionOf reads the PDF version: the catalogue's, when it is newer than the header's.
func versionOf(f *cos.File) string {
	head := headerVersion(f.Data())
	if v, _ := f.Resolve(f.Root().Get("Version")).(cos.Name); versionNumber(string(v)) > versionNumber(head) {
		return string(v)
	}
	return head
}

// headerVersion reads the version of the header.
func headerVersion(data []byte) string {
	_, rest, found := bytes.Cut(data[:min(len(data), 1024)], []byte("%PDF-"))
	if !found {
		return ""
	}
	n := 0
	for n < len(rest) && n < 5 && (rest[n] == '.' || rest[n] >= '0' && rest[n] <= '9') {
		n++
	}
	return string(rest[:n])
}

func versionNumber(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v < 1 || v > 2.9 || len(s) > 4 {
		return 0
	}
	return v
}

// claimsPDFA says whether the metadata calls the file PDF/A. Whether it is, only a judge of PDF/A can say.
func claimsPDFA(f *cos.File) bool {
	s, is := f.Resolve(f.Root().Get("Metadata")).(*cos.Stream)
	if !is {
		return false
	}
	data, err := f.Bytes(s)
	return err == nil && strings.Contains(string(data), "pdfaid:part")
}

// pageInfo is what the caller learns of one page.
func pageInfo(s *sheet, sc scan) archive.PageInfo {
	info := archive.PageInfo{Width: s.width(), Height: s.height(), Rotation: s.rotate}
	if sc.covers {
		info.DPI, info.Colour = sc.dpi, sc.coloured
	}
	return info
}

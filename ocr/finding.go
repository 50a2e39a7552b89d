package ocr

import (
	"image"
	"math"
	"slices"

	"sohoa/archive"
	"sohoa/ocr/quality"
)

// What reading has to say about a page, each with what to do about it. Inspection measures the file, reading the picture that was read: a page may
// get low_resolution from both.
const (
	codeLowResolution = "low_resolution"
	codeSkewed        = "skewed"
	codeTurned        = "turned"
	codeUpsideDown    = "upside_down"
	codeBlank         = "blank_page"
	codeDark          = "too_dark"
	codeBlurred       = "blurred"
	codeCut           = "cut_off"
	codeLowConfidence = "low_confidence"
	codeUnreadable    = "unreadable"
	codeTextCut       = "text_cut"
	codeSeparator     = archive.FoundSeparator
)

// Bounds of the findings.
const (
	wantDPI       = 200  // Decree 30/2020, Annex I
	dpiSlack      = 2    // rounding of page sizes
	wantSkew      = 1    // degrees: what a sheet feeder in order keeps
	wantCertainty = 0.75 // mean over a page; clean print reads at 0.9 and more
	noCertainty   = 0.55 // handwriting and stains, read as words nobody is sure of; the worst print of the corpus reads at 0.74
	someLetters   = 40   // pieces of ink of the size of letters, where words should be
)

var findings = map[string]struct {
	severity archive.Severity
	msg      archive.Text
}{
	codeLowResolution: {archive.Warning, archive.Text{
		VI: "Ảnh quét dưới 200 dpi. Hãy quét lại ở 200 dpi trở lên.",
		EN: "The scan is below 200 dpi. Scan it again at 200 dpi or more."}},
	codeSkewed: {archive.Info, archive.Text{
		VI: "Trang quét bị lệch hơn 1 độ; chữ đã được nhận dạng sau khi xoay thẳng. Nếu lệch nhiều, hãy chỉnh khay giấy.",
		EN: "The page lay more than 1 degree askew; it was straightened before it was read. If it often does, adjust the paper tray."}},
	codeTurned: {archive.Warning, archive.Text{
		VI: "Trang quét bị xoay ngang; chữ đã được nhận dạng theo chiều đúng. Hãy xoay lại ở mục Sắp xếp trang.",
		EN: "The page was scanned sideways; it was read the right way up. Turn it under Arrange pages."}},
	codeUpsideDown: {archive.Warning, archive.Text{
		VI: "Trang quét bị ngược đầu; chữ đã được nhận dạng theo chiều đúng. Hãy xoay lại ở mục Sắp xếp trang.",
		EN: "The page was scanned upside down; it was read the right way up. Turn it under Arrange pages."}},
	codeBlank: {archive.Info, archive.Text{
		VI: "Trang trắng. Nếu là mặt sau để trống, có thể bỏ ở mục Sắp xếp trang; nếu không, hãy quét lại.",
		EN: "The page is blank. If it is an empty back, it can be removed under Arrange pages; if not, scan it again."}},
	codeDark: {archive.Warning, archive.Text{
		VI: "Ảnh quá tối. Hãy tăng độ sáng rồi quét lại; nếu chụp, hãy chụp nơi đủ sáng.",
		EN: "The picture is too dark. Scan it again brighter; if it is a photo, take it in better light."}},
	codeBlurred: {archive.Warning, archive.Text{
		VI: "Ảnh bị nhòe. Hãy lau mặt kính hoặc giữ chắc máy rồi quét, chụp lại.",
		EN: "The picture is out of focus. Clean the glass or hold the camera still, and take it again."}},
	codeCut: {archive.Warning, archive.Text{
		VI: "Chữ bị cắt ở mép trang. Hãy đặt lại giấy cho đủ khổ rồi quét lại.",
		EN: "Text is cut off at the edge of the page. Place the paper fully on the glass and scan it again."}},
	codeLowConfidence: {archive.Warning, archive.Text{
		VI: "Nhận dạng trang này không chắc chắn. Hãy đối chiếu các trường với ảnh.",
		EN: "This page was read with little certainty. Compare the fields with the image."}},
	codeUnreadable: {archive.Warning, archive.Text{
		VI: "Không đọc được trang này. Nếu là chữ viết tay, hãy nhập các trường bằng tay; nếu ảnh xấu, hãy quét lại.",
		EN: "This page could not be read. If it is handwritten, type the fields in; if the picture is bad, scan it again."}},
	codeSeparator: {archive.Info, archive.Text{
		VI: "Tờ phân cách: tập giấy này tách được thành nhiều giấy tờ.",
		EN: "A separator sheet: this stack can be split into papers."}},
	codeTextCut: {archive.Warning, archive.Text{
		VI: "Trang có quá nhiều chữ; chỉ giữ phần đầu để tìm kiếm. Bản gốc vẫn đủ.",
		EN: "The page holds too much text; only the first part can be searched. The original is whole."}},
}

func finding(code string, pageNumber int) archive.Finding {
	f := findings[code]
	return archive.Finding{Code: code, Severity: f.severity, Page: pageNumber, Msg: f.msg}
}

func (s *sheet) find(code string) {
	for _, f := range s.reading.Findings {
		if f.Code == code {
			return
		}
	}
	s.reading.Findings = append(s.reading.Findings, finding(code, s.reading.Number))
}

// look says what is wrong with the picture of a page, as it was scanned. toPage leads from its pixels to points.
func (s *sheet) look(m image.Image, toPage [6]float64) {
	r := quality.Measure(m, 72/math.Hypot(toPage[0], toPage[1]), 72/math.Hypot(toPage[2], toPage[3]))
	if r.Dark() {
		s.find(codeDark)
	}
	if r.Blurred() {
		s.find(codeBlurred)
	}
	if r.CutOff() {
		s.find(codeCut)
	}
}

// sureness says how far the words of a page can be relied on.
func (s *sheet) sureness(words []archive.Word) {
	switch c := confidence(words); {
	case len(words) > 0 && c < noCertainty, len(words) == 0 && s.ink.Letters > someLetters:
		s.find(codeUnreadable)
	case len(words) > 0 && c < wantCertainty:
		s.find(codeLowConfidence)
	}
}

// unreadable reports that sureness found it so.
func (s *sheet) unreadable() bool {
	return slices.ContainsFunc(s.reading.Findings, func(f archive.Finding) bool { return f.Code == codeUnreadable })
}

// lies says which way round a page was read: quarter turns clockwise make it upright.
func (s *sheet) lies(turns int) {
	switch turns & 3 {
	case 1, 3:
		s.find(codeTurned)
	case 2:
		s.find(codeUpsideDown)
	}
}

// Why a page could not be read.
var (
	failedPicture = archive.Text{VI: "Không lấy được ảnh của trang này.", EN: "The image of this page could not be drawn."}
	failedTime    = archive.Text{VI: "Nhận dạng trang này quá lâu nên đã dừng.", EN: "Reading this page took too long and was stopped."}
	failedCrash   = archive.Text{VI: "Chương trình nhận dạng hỏng khi đọc trang này.", EN: "The recogniser broke down over this page."}
	failedPage    = archive.Text{VI: "Không đọc được trang này.", EN: "This page could not be read."}
)

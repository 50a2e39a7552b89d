package ocr

import "sohoa/archive"

// What reading has to say about a page. Inspection measures the file, reading the picture that was read: a page may get
// low_resolution from both.
const (
	codeLowResolution = "low_resolution"
	codeSkewed        = "skewed"
	codeTurned        = "turned"
	codeBlank         = "blank_page"
	codeLowConfidence = "low_confidence"
	codeTextCut       = "text_cut"
	codeSeparator     = archive.FoundSeparator
)

// Bounds of the findings.
const (
	wantDPI       = 200  // Decree 30/2020, Annex I
	dpiSlack      = 2    // rounding of page sizes
	wantSkew      = 1    // degrees: what a sheet feeder in order keeps
	wantCertainty = 0.75 // mean over a page; clean print reads at 0.9 and more
)

var findings = map[string]struct {
	severity archive.Severity
	msg      archive.Text
}{
	codeLowResolution: {archive.Warning, archive.Text{
		VI: "Ảnh quét dưới 200 dpi.",
		EN: "The scan is below 200 dpi."}},
	codeSkewed: {archive.Info, archive.Text{
		VI: "Trang quét bị lệch hơn 1 độ; chữ đã được nhận dạng sau khi xoay thẳng.",
		EN: "The page lay more than 1 degree askew; it was straightened before it was read."}},
	codeTurned: {archive.Warning, archive.Text{
		VI: "Trang quét bị xoay ngang hoặc ngược; chữ đã được nhận dạng theo chiều đúng.",
		EN: "The page was scanned sideways or upside down; it was read the right way up."}},
	codeBlank: {archive.Info, archive.Text{
		VI: "Trang trắng.",
		EN: "The page is blank."}},
	codeLowConfidence: {archive.Warning, archive.Text{
		VI: "Nhận dạng trang này không chắc chắn; cần đối chiếu với ảnh.",
		EN: "This page was read with little certainty; compare the text with the image."}},
	codeSeparator: {archive.Info, archive.Text{
		VI: "Tờ phân cách: tập giấy này tách được thành nhiều giấy tờ.",
		EN: "A separator sheet: this stack can be split into papers."}},
	codeTextCut: {archive.Warning, archive.Text{
		VI: "Trang có quá nhiều chữ; chỉ giữ phần đầu.",
		EN: "The page holds too much text; only the first part was kept."}},
}

func finding(code string, pageNumber int) archive.Finding {
	f := findings[code]
	return archive.Finding{Code: code, Severity: f.severity, Page: pageNumber, Msg: f.msg}
}

// Why a page could not be read.
var (
	failedPicture = archive.Text{VI: "Không lấy được ảnh của trang này.", EN: "The image of this page could not be drawn."}
	failedTime    = archive.Text{VI: "Nhận dạng trang này quá lâu nên đã dừng.", EN: "Reading this page took too long and was stopped."}
	failedCrash   = archive.Text{VI: "Chương trình nhận dạng hỏng khi đọc trang này.", EN: "The recogniser broke down over this page."}
	failedPage    = archive.Text{VI: "Không đọc được trang này.", EN: "This page could not be read."}
)

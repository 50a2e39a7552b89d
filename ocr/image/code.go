package image

import (
	"slices"

	"sohoa/archive"
)

// rule is what a finding code means. Codes shared with PDF papers mean the same there.
type rule struct {
	severity archive.Severity
	refusal  string
	vi, en   string
}

// The refusals of the contract, the gravest first.
const (
	unsupported = "unsupported_type"
	unsafe      = "unsafe_file"
	limits      = "limits_exceeded"
	damaged     = "damaged_file"
)

var refusals = []string{unsupported, unsafe, limits, damaged}

var rules = map[string]rule{
	"not_an_image":       {archive.Fatal, unsupported, "Tệp không phải là ảnh JPEG, PNG hay TIFF.", "The file is not a JPEG, PNG or TIFF picture."},
	"unsupported_coding": {archive.Fatal, unsupported, "Ảnh dùng cách mã hóa chưa hỗ trợ. Xin lưu lại thành PDF, JPEG, PNG hoặc TIFF thông thường.", "The picture is coded in a way not supported here. Please save it as plain PDF, JPEG, PNG or TIFF."},
	"polyglot":           {archive.Fatal, unsafe, "Tệp vừa là ảnh vừa là loại tệp khác.", "The file is a picture and another kind of file at once."},
	"image_too_large":    {archive.Fatal, limits, "Ảnh có quá nhiều điểm ảnh.", "The picture has too many pixels."},
	"too_many_pixels":    {archive.Fatal, limits, "Tổng số điểm ảnh của tệp quá lớn.", "The pictures of the file have too many pixels together."},
	"too_many_pages":     {archive.Fatal, limits, "Tệp có quá nhiều trang.", "The file has too many pages."},
	"page_too_large":     {archive.Fatal, limits, "Khổ trang quá lớn.", "The page is too large."},
	"damaged":            {archive.Fatal, damaged, "Tệp ảnh bị hỏng.", "The picture file is damaged."},
	"page_list_loop":     {archive.Fatal, damaged, "Danh sách trang của tệp lặp vòng.", "The page list of the file runs in a circle."},
	"inspection_time":    {archive.Fatal, limits, "Kiểm tra tệp quá lâu.", "Inspecting the file took too long."},
	"trailing_data":      {archive.Warning, "", "Sau ảnh còn dữ liệu khác (máy ảnh có thể kèm phim hoặc ảnh phụ).", "Other data follow the picture (cameras may add a film or a second picture)."},
	"truncated":          {archive.Warning, "", "Tệp ảnh có thể bị cắt phần cuối.", "The end of the picture may be missing."},
	"low_resolution":     {archive.Warning, "", "Ảnh quét dưới 200 dpi. Hãy quét lại ở 200 dpi trở lên.", "The scan is below 200 dpi. Scan it again at 200 dpi or more."},
	"not_colour":         {archive.Warning, "", "Ảnh quét không phải ảnh màu. Nếu bản giấy có dấu hoặc chữ ký màu, hãy quét lại ở chế độ màu.", "The scan is not in colour. If the paper has a coloured seal or signature, scan it again in colour."},
	"not_pdf":            {archive.Warning, "", "Bản số hóa phải ở dạng PDF; tệp này là ảnh.", "A digitised copy has to be a PDF; this file is a picture."},
	"resolution_guessed": {archive.Info, "", "Tệp không ghi độ phân giải; được tính như ảnh chụp khổ A4.", "The file does not say its resolution; it is taken as a picture of an A4 page."},
}

// findings collects what is said about one paper.
type findings []archive.Finding

func (f *findings) add(code string, page int) {
	r := rules[code]
	*f = append(*f, archive.Finding{Code: code, Severity: r.severity, Page: page, Msg: archive.Text{VI: r.vi, EN: r.en}})
}

// refusal is the gravest refusal among the findings, "" when the paper may come in; also are the lesser ones.
func (f findings) refusal() (gravest string, also []string) {
	for _, r := range refusals {
		if !slices.ContainsFunc(f, func(have archive.Finding) bool { return rules[have.Code].refusal == r }) {
			continue
		}
		if gravest == "" {
			gravest = r
		} else {
			also = append(also, r)
		}
	}
	return gravest, also
}

// Profile is what a scan has to be to count as a faithful copy; data, as in package pdf.
type Profile struct {
	Name   string
	MinDPI int
	Colour bool
	PDF    bool // the copy has to be a PDF
}

// Decree30 is the profile of Decree 30/2020/NĐ-CP.
var Decree30 = Profile{Name: "decree 30", MinDPI: 200, Colour: true, PDF: true}

package pdf

import (
	"fmt"
	"slices"

	"sohoa/archive"
)

// CountDiffers is the finding of readers that disagree about the number of pages.
const CountDiffers = "page_count_differs"

// rule is what a finding code means: how bad it is, which refusal it leads to, and what a clerk reads.
type rule struct {
	severity archive.Severity
	refusal  string // "" for what does not refuse the paper
	vi, en   string
}

// The refusals of the contract, the gravest first: when several apply, the first one is the answer and every finding is listed.
const (
	unsupported = "unsupported_type"
	encrypted   = "encrypted_file"
	unsafe      = "unsafe_file"
	limits      = "limits_exceeded"
	damaged     = "damaged_file"
)

var refusals = []string{unsupported, encrypted, unsafe, limits, damaged}

var rules = map[string]rule{
	"not_a_pdf":      {archive.Fatal, unsupported, "Tệp không phải là PDF.", "The file is not a PDF."},
	"header_blank":   {archive.Warning, "", "Có ký tự trắng trước phần đầu PDF.", "There are blanks before the header of the PDF."},
	"header_version": {archive.Warning, "", "Phần đầu tệp ghi một phiên bản PDF không có thật.", "The header names a version of PDF that does not exist."},
	"header_offset":  {archive.Fatal, unsafe, "Phần đầu PDF không nằm ở đầu tệp: tệp có thể là hai loại tệp cùng lúc.", "The PDF header is not at the start of the file: it may be two kinds of file at once."},
	"trailing_data":  {archive.Fatal, unsafe, "Có dữ liệu lạ sau dấu kết thúc của PDF.", "There is foreign data after the end mark of the PDF."},
	"polyglot":       {archive.Fatal, unsafe, "Tệp vừa là PDF vừa là tệp nén hoặc ảnh đĩa.", "The file is a PDF and an archive or a disk at once."},
	"ambiguous":      {archive.Fatal, unsafe, "PDF được viết mập mờ: mỗi chương trình đọc sẽ thấy một nội dung khác.", "The PDF is written ambiguously: different readers would see different contents."},
	"no_end_mark":    {archive.Warning, "", "PDF thiếu dấu kết thúc; tệp có thể bị cắt.", "The PDF has no end mark; it may have been cut off."},
	"password":       {archive.Fatal, encrypted, "PDF cần mật khẩu mới mở được. Xin nộp bản không đặt mật khẩu.", "The PDF needs a password to open. Please hand in a copy without one."},
	"encryption":     {archive.Fatal, encrypted, "PDF được mã hóa bằng chứng thư hoặc cách mã hóa lạ. Xin nộp bản không mã hóa.", "The PDF is encrypted by a certificate or in an unknown way. Please hand in a copy that is not."},
	"owner_password": {archive.Info, "", "PDF mở được nhưng người lập đã hạn chế việc in hoặc sao chép.", "The PDF opens, but its owner restricted printing or copying."},
	"owner_lock":     {archive.Fatal, encrypted, "PDF bị người lập hạn chế sử dụng; nơi này không nhận tệp như vậy.", "The owner of the PDF restricted its use; such files are not accepted here."},

	"javascript":       {archive.Fatal, unsafe, "PDF chứa mã JavaScript.", "The PDF contains JavaScript."},
	"launch":           {archive.Fatal, unsafe, "PDF có lệnh chạy chương trình khác.", "The PDF can start another program."},
	"remote_goto":      {archive.Fatal, unsafe, "PDF có lệnh mở tệp khác.", "The PDF can open another file."},
	"submit_form":      {archive.Fatal, unsafe, "PDF có lệnh gửi dữ liệu ra ngoài.", "The PDF can send data elsewhere."},
	"import_data":      {archive.Fatal, unsafe, "PDF có lệnh nhập dữ liệu từ tệp khác.", "The PDF can take in data from another file."},
	"multimedia":       {archive.Fatal, unsafe, "PDF chứa âm thanh, phim hoặc nội dung tương tác.", "The PDF contains sound, film or interactive media."},
	"embedded_file":    {archive.Fatal, unsafe, "PDF có tệp đính kèm bên trong.", "The PDF has files attached inside it."},
	"xfa":              {archive.Fatal, unsafe, "PDF là biểu mẫu động XFA.", "The PDF is a dynamic XFA form."},
	"auto_action":      {archive.Fatal, unsafe, "PDF có hành động tự chạy khi mở, in hoặc đóng.", "The PDF acts by itself when opened, printed or closed."},
	"postscript":       {archive.Fatal, unsafe, "PDF chứa chương trình PostScript.", "The PDF contains a PostScript program."},
	"external_content": {archive.Fatal, unsafe, "PDF lấy nội dung từ tệp bên ngoài.", "The PDF takes content from an outside file."},
	"unsafe_link":      {archive.Fatal, unsafe, "PDF có liên kết trỏ tới tệp hoặc mã chạy.", "The PDF has a link that points at a file or at code."},
	"shifting_page":    {archive.Fatal, unsafe, "PDF thay đổi nội dung hiển thị khi con trỏ lướt qua.", "The PDF changes what it shows when the pointer passes over it."},
	"alternate_image":  {archive.Warning, "", "Ảnh trong PDF có bản thay thế; bản in có thể khác bản trên màn hình.", "A picture in the PDF has an alternate; what is printed may differ from what is shown."},
	"hidden_layers":    {archive.Warning, "", "PDF có lớp nội dung bị ẩn hoặc chỉ hiện khi xem hay khi in.", "The PDF has layers that are hidden, or shown only on screen or only in print."},
	"hidden_page":      {archive.Warning, "", "PDF chứa một trang không nằm trong danh sách trang nên người xem không thấy.", "The PDF holds a page that is not in its page list, so that nobody sees it."},
	"invisible_text":   {archive.Warning, "", "Trang có chữ ẩn mà không có ảnh quét nào mang chữ ấy.", "The page has invisible text and no scan that would show it."},
	"unknown_action":   {archive.Fatal, unsafe, "PDF có hành động không rõ loại.", "The PDF has an action of an unknown kind."},

	"too_many_pages":    {archive.Fatal, limits, "PDF có quá nhiều trang.", "The PDF has too many pages."},
	"page_too_large":    {archive.Fatal, limits, "Khổ trang quá lớn.", "The page is too large."},
	"image_too_large":   {archive.Fatal, limits, "Ảnh trong trang có quá nhiều điểm ảnh.", "An image has too many pixels."},
	"too_many_pixels":   {archive.Fatal, limits, "Tổng số điểm ảnh của tệp quá lớn.", "The images of the file have too many pixels together."},
	"too_many_objects":  {archive.Fatal, limits, "PDF có quá nhiều đối tượng.", "The PDF has too many objects."},
	"too_deep":          {archive.Fatal, limits, "Cấu trúc PDF lồng nhau quá sâu.", "The PDF is nested too deeply."},
	"inflates_too_far":  {archive.Fatal, limits, "Dữ liệu nén trong PDF bung ra quá lớn.", "Compressed data in the PDF unpacks too far."},
	"inspection_time":   {archive.Fatal, limits, "Kiểm tra tệp quá lâu.", "Inspecting the file took too long."},
	"too_much_work":     {archive.Fatal, limits, "Cấu trúc PDF tốn quá nhiều công kiểm tra.", "The structure of the PDF takes too much work to check."},
	"stream_damaged":    {archive.Warning, "", "Dữ liệu của một đối tượng bị hỏng hoặc bị cắt; trang có thể thiếu nội dung.", "The data of an object are damaged or cut off; something may be missing from a page."},
	"no_catalog":        {archive.Fatal, damaged, "PDF không chỉ ra mục lục gốc; phần lớn chương trình không mở được.", "The PDF does not say where its catalogue is; most programs do not open it."},
	"damaged":           {archive.Fatal, damaged, "Cấu trúc PDF bị hỏng.", "The structure of the PDF is damaged."},
	"no_pages":          {archive.Fatal, damaged, "PDF không có trang nào đọc được.", "The PDF has no readable page."},
	"circular":          {archive.Fatal, damaged, "Các đối tượng của PDF định nghĩa lẫn nhau thành vòng tròn.", "Objects of the PDF define each other in a circle."},
	"page_tree_loop":    {archive.Fatal, damaged, "Danh sách trang của PDF lặp vòng.", "The page list of the PDF runs in a circle."},
	"page_size":         {archive.Fatal, damaged, "Khổ trang không hợp lệ.", "The page size is not valid."},
	"no_page_size":      {archive.Warning, "", "Có trang không ghi khổ giấy; được coi là khổ Letter.", "A page does not name its size; it is taken as Letter."},
	"invalid_structure": {archive.Fatal, damaged, "PDF không đúng chuẩn.", "The PDF does not follow the standard."},
	"repaired":          {archive.Warning, "", "Bảng mục lục của PDF sai; vẫn đọc được nhưng nên kiểm tra lại.", "The PDF's index of objects is wrong; it can be read, but look at it again."},
	CountDiffers:        {archive.Fatal, damaged, "Các chương trình đọc thấy số trang khác nhau: ở đây đếm được %d trang, chương trình khác thấy %d.", "Readers see different numbers of pages: %d are counted here, another sees %d."},
	"earlier_revisions": {archive.Info, "", "Tệp đã được sửa và lưu thêm %d lần; nội dung trước mỗi lần sửa vẫn còn trong tệp.", "The file was changed and saved again %d times; what it held before is still in it."},
	"not_validated":     {archive.Info, "", "PDF quá lớn nên chỉ được kiểm tra cấu trúc cơ bản.", "The PDF is so large that only its basic structure was checked."},

	"signature_malformed":    {archive.Warning, "", "Chữ ký số không bao trùm tệp đúng cách; không thể coi là nguyên vẹn.", "The digital signature does not cover the file properly; it cannot be taken as intact."},
	"signature_empty":        {archive.Warning, "", "Có ô chữ ký số nhưng không có dữ liệu chữ ký.", "There is a digital signature without signature data."},
	"signature_appended":     {archive.Warning, "", "Tệp được thêm dữ liệu sau chữ ký số cuối cùng.", "Data was added to the file after the last digital signature."},
	"changed_after_signing":  {archive.Warning, "", "Nội dung đã ký bị thay đổi sau khi ký số.", "Signed content was changed after it was signed."},
	"signed_then_signed":     {archive.Info, "", "Tệp được ký nhiều lần; mỗi chữ ký chỉ bảo đảm tệp tại lúc ký.", "The file was signed several times; each signature vouches for the file as it was at that time."},
	"low_resolution":         {archive.Warning, "", "Ảnh quét dưới 200 dpi. Hãy quét lại ở 200 dpi trở lên.", "The scan is below 200 dpi. Scan it again at 200 dpi or more."},
	"not_colour":             {archive.Warning, "", "Ảnh quét không phải ảnh màu. Nếu bản giấy có dấu hoặc chữ ký màu, hãy quét lại ở chế độ màu.", "The scan is not in colour. If the paper has a coloured seal or signature, scan it again in colour."},
	"pdf_version_low":        {archive.Warning, "", "Phiên bản PDF thấp hơn 1.4.", "The PDF version is below 1.4."},
	"archive_not_pdfa":       {archive.Info, "", "Chưa phải PDF/A theo yêu cầu lưu trữ.", "Not PDF/A, as the archive wants."},
	"archive_low_resolution": {archive.Info, "", "Bản vẽ khổ lớn quét dưới 300 dpi: chưa đủ để lưu trữ.", "A large drawing scanned below 300 dpi: not enough for the archive."},
}

// findings collects what is said about one paper, each thing once.
type findings struct {
	list []archive.Finding
	seen map[finding]bool
}

type finding struct {
	code         string
	page, object int
}

// maxPerCode bounds how often one code is listed: a file with 10,000 scripts is refused for the first hundred.
const maxPerCode = 100

// add notes a finding. args are the numbers its words speak of; nothing else of a paper ever stands in them.
func (f *findings) add(code string, page, object int, args ...int) {
	key := finding{code, page, object}
	if f.seen == nil {
		f.seen = map[finding]bool{}
	}
	if f.seen[key] {
		return
	}
	f.seen[key] = true
	count := 0
	for _, have := range f.list {
		if have.Code == code {
			count++
		}
	}
	if count >= maxPerCode {
		return
	}
	r := rules[code]
	msg := archive.Text{VI: r.vi, EN: r.en}
	if len(args) > 0 {
		numbers := make([]any, len(args))
		for i, n := range args {
			numbers[i] = n
		}
		msg = archive.Text{VI: fmt.Sprintf(r.vi, numbers...), EN: fmt.Sprintf(r.en, numbers...)}
	}
	f.list = append(f.list, archive.Finding{Code: code, Severity: r.severity, Page: page, Object: object, Msg: msg})
}

// refusal is the gravest refusal among the findings, "" when the paper may come in; also are the lesser ones.
func (f *findings) refusal() (gravest string, also []string) {
	for _, r := range refusals {
		if !slices.ContainsFunc(f.list, func(have archive.Finding) bool { return rules[have.Code].refusal == r }) {
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

// refused reports whether there is reason to refuse the paper already.
func (f *findings) refused() bool {
	r, _ := f.refusal()
	return r != ""
}

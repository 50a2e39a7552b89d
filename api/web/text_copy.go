package web

// copyTexts tell of the reading copy and of what is wrong with scans.
var copyTexts = texts{
	"copy.get": {VI: "Tải bản đọc (PDF tìm được chữ)", EN: "Download the reading copy (searchable PDF)"},
	"copy.hint": {VI: "Cùng hình ảnh với bản gốc, thêm lớp chữ để tìm và sao chép. Không có chữ ký số, không thay cho bản gốc.",
		EN: "The same images as the original, with text to search and copy. It has no digital signature and does not replace the original."},
	"findings.title":       {VI: "Chất lượng bản quét", EN: "Quality of scans"},
	"findings.what":        {VI: "Những điều máy thấy chưa ổn ở bản quét, đếm theo cơ quan lưu giữ. Bấm vào một dòng để mở danh sách giấy tờ.", EN: "What was found wrong with scans, counted by the agency that keeps them. A line leads to the papers."},
	"findings.span":        {VI: "Khoảng thời gian", EN: "Time"},
	"findings.days":        {VI: "%d ngày qua", EN: "Last %d days"},
	"findings.name":        {VI: "Lỗi", EN: "Fault"},
	"findings.papers":      {VI: "Giấy tờ", EN: "Papers"},
	"findings.pages_head":  {VI: "Trang", EN: "Pages"},
	"findings.papers_unit": {VI: "giấy tờ", EN: "papers"},
	"findings.none":        {VI: "Không có bản quét nào bị lỗi trong thời gian này.", EN: "No scan of this time has a fault."},
	"findings.none_here":   {VI: "Không có giấy tờ nào với lỗi này ở đây.", EN: "There is no paper with this fault here."},
	"findings.back":        {VI: "Về danh sách giấy tờ", EN: "Back to the papers"},
	"findings.any":         {VI: "tất cả", EN: "all"},
	"findings.menu":        {VI: "Lỗi quét", EN: "Scan faults"},
	"findings.counts":      {VI: "Đếm theo cơ quan…", EN: "Count by agency…"},
	"copy.done":            {VI: "Bản đọc", EN: "Reading copy"},
}

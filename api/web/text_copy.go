package web

// copyTexts tell of the reading copy.
var copyTexts = texts{
	"copy.get": {VI: "Tải bản đọc (PDF tìm được chữ)", EN: "Download the reading copy (searchable PDF)"},
	"copy.hint": {VI: "Cùng hình ảnh với bản gốc, thêm lớp chữ để tìm và sao chép. Không có chữ ký số, không thay cho bản gốc.",
		EN: "The same images as the original, with text to search and copy. It has no digital signature and does not replace the original."},
	"copy.done": {VI: "Bản đọc", EN: "Reading copy"},
}

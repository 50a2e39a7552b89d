package web

// linkedTexts are about papers that reading puts into the dossier a code on a page names.
var linkedTexts = texts{
	"linked.text":      {VI: "Hệ thống đã đưa giấy tờ này vào hồ sơ %s theo mã in ở trang %d.", EN: "The paper was put into dossier %s by the code printed on page %d."},
	"js.linked":        {VI: "Hệ thống đã đưa giấy tờ này vào hồ sơ {0} theo mã in ở trang {1}.", EN: "The paper was put into dossier {0} by the code printed on page {1}."},
	"linked.see":       {VI: "Xem mã trên trang", EN: "See the code on the page"},
	"linked.undo":      {VI: "Đưa ra khỏi hồ sơ", EN: "Take it out again"},
	"linked.why":       {VI: "Mã in trên giấy không đúng hồ sơ", EN: "The code printed on it names the wrong dossier"},
	"detail.code_page": {VI: "theo mã in ở trang", EN: "by the code printed on page"},
}

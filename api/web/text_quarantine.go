package web

// asideTexts speak of papers that are kept aside.
var asideTexts = texts{
	"nav.quarantine": {VI: "Cách ly", EN: "Quarantine"},

	"aside.title":       {VI: "Giấy tờ đang bị cách ly.", EN: "This paper is in quarantine."},
	"aside.uploader":    {VI: "Tệp được giữ riêng, ngoài kho. Người kiểm tra sẽ xem và quyết định; bạn có thể bỏ giấy tờ này và quét lại.", EN: "The file is kept aside, outside the store. A checker will look and decide; you can discard it and scan the paper again."},
	"aside.checker":     {VI: "Hãy xem các lý do dưới đây và ảnh trang, rồi giải tỏa hoặc bỏ. Khi giải tỏa, tệp được quét và kiểm tra lại; những lưu ý vẫn ghi trên giấy tờ.", EN: "Look at the reasons below and at the pictures of the pages, then release or discard it. On release the file is scanned and inspected again; what was found stays on the paper."},
	"aside.virus":       {VI: "Phần mềm diệt vi rút nhận ra mã độc nên không giải tỏa được. Hãy bỏ giấy tờ này và quét lại từ bản giấy.", EN: "The virus scanner recognised something, so it cannot be released. Discard it and scan the paper again."},
	"aside.not_scanned": {VI: "Chưa quét được vi rút. Khi phần mềm diệt vi rút trả lời, tệp được quét và tự vào kho nếu sạch.", EN: "It could not be scanned for viruses yet. As soon as the scanner answers it is scanned, and goes into the store by itself if it is clean."},
	"aside.discarded":   {VI: "Giấy tờ đã bỏ khi đang cách ly; khôi phục thì lại vào khu cách ly.", EN: "It was discarded from quarantine; restored, it goes back there."},
	"aside.closed":      {VI: "Chỉ người kiểm tra xem được trang của giấy tờ đang cách ly.", EN: "Only a checker sees the pages of a paper in quarantine."},
	"aside.no_page":     {VI: "Không vẽ được trang nào của tệp này.", EN: "No page of this file can be drawn."},

	"aside.quarantine_hint": {VI: "Tệp rời kho sang khu cách ly, chữ đã đọc bị xóa; chỉ người kiểm tra xem được.", EN: "The file leaves the store for quarantine and what was read is forgotten; only checkers can look at it."},
	"aside.release_hint":    {VI: "Tệp được quét vi rút và kiểm tra lại trước khi vào kho. Lý do được ghi vào lịch sử.", EN: "The file is scanned and inspected again before it goes into the store. The reason is kept in the history."},

	"aside.download":      {VI: "Tải tệp gốc…", EN: "Download the file…"},
	"aside.download_risk": {VI: "Tệp này có thể gây hại cho máy mở nó. Ảnh trang ở bên cạnh do máy chủ vẽ, xem an toàn. Chỉ tải về khi có máy riêng để xét; mỗi lần tải đều được ghi lại.", EN: "This file may harm the computer that opens it. The pictures of its pages are drawn by the server and are safe. Download it only to a machine set apart for that; each download is noted."},
	"aside.download_go":   {VI: "Tôi hiểu, tải về", EN: "I understand, download"},

	"aside.list":         {VI: "Giấy tờ đang cách ly", EN: "Papers in quarantine"},
	"aside.what":         {VI: "Những tệp không qua được kiểm tra, giữ riêng ngoài kho. Mở từng giấy tờ để xem trang, rồi giải tỏa hoặc bỏ.", EN: "Files that did not pass, kept aside outside the store. Open each to look at its pages, then release or discard it."},
	"aside.why":          {VI: "Vì sao", EN: "Why"},
	"aside.custodian":    {VI: "Cơ quan lưu giữ", EN: "Custodian"},
	"aside.none":         {VI: "Không có giấy tờ nào bị cách ly.", EN: "Nothing is in quarantine."},
	"aside.scanner_away": {VI: "Phần mềm diệt vi rút không trả lời. Giấy tờ mới nhận chờ ở đây và tự vào kho khi quét xong.", EN: "The virus scanner does not answer. New papers wait here and go into the store by themselves once scanned."},
	"aside.keep":         {VI: "Giữ riêng tệp này cho người kiểm tra xem (chọn lại tệp rồi gửi)", EN: "Keep this file aside for a checker (choose it again and send)"},

	"health.virus":        {VI: "Diệt vi rút", EN: "Virus scanner"},
	"health.virus_ready":  {VI: "Phần mềm diệt vi rút đang trả lời; mọi tệp được quét trước khi vào kho.", EN: "The scanner answers; every file is scanned before it comes in."},
	"health.virus_away":   {VI: "Giấy tờ mới nhận chờ trong khu cách ly và tự vào kho khi quét xong. Hãy xem clamd còn chạy không.", EN: "New papers wait in quarantine and go into the store by themselves once scanned. See whether clamd is running."},
	"health.virus_off":    {VI: "Không có phần mềm diệt vi rút: tệp chỉ được kiểm tra cấu trúc và nội dung chạy được.", EN: "There is no scanner: files are inspected for structure and active content only."},
	"health.virus_advice": {VI: "Cài ClamAV rồi chạy lại với --virus-scanner unix:/run/clamav/clamd.ctl", EN: "Install ClamAV and start again with --virus-scanner unix:/run/clamav/clamd.ctl"},

	"done.aside":      {VI: "Tệp không qua được kiểm tra và được giữ riêng cho người kiểm tra.", EN: "The file did not pass and is kept aside for a checker."},
	"done.quarantine": {VI: "Đã cách ly giấy tờ này.", EN: "The paper is in quarantine."},
	"done.release":    {VI: "Đã giải tỏa: giấy tờ đã vào kho và chờ xác nhận.", EN: "Released: the paper is in the store and waits to be confirmed."},
}

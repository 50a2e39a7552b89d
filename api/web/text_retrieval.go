package web

// retrievalTexts are what citizens read at their door, and what staff read of it.
var retrievalTexts = texts{
	"action.retrieval":       {VI: "Tra cứu kết quả", EN: "Retrieval of results"},
	"dossier_act.receipt":    {VI: "In giấy tiếp nhận có mã tra cứu", EN: "Receipt with a retrieval code printed"},
	"retrieval_act.opened":   {VI: "Nhập đúng mã, mở danh sách kết quả", EN: "Entered the right code and opened the results"},
	"retrieval_act.viewed":   {VI: "Xem kết quả", EN: "Looked at a result"},
	"retrieval_act.answered": {VI: "Đánh giá phục vụ", EN: "Answered about the service"},
	"retrieval_act.missed":   {VI: "Tra cứu sai", EN: "Wrong look-ups"},
	"detail.receipt":         {VI: "theo giấy số", EN: "by receipt no."},
	"detail.number":          {VI: "giấy số", EN: "receipt no."},
	"detail.count":           {VI: "số lần", EN: "times"},
	"detail.scale":           {VI: "mức", EN: "scale"},

	"receipt.title": {VI: "Giấy tiếp nhận và hẹn trả", EN: "Receipt"},
	"receipt.last":  {VI: "giấy số %d, in lúc %s", EN: "no. %d, printed %s"},
	"receipt.how":   {VI: "In giấy có mã hồ sơ, mã tra cứu và mã QR để người dân xem kết quả trên điện thoại. Mã chỉ hiện một lần trên giấy này.", EN: "Prints the codes and the QR code by which the applicant sees the results on a phone. The code is shown once, on this paper."},
	"receipt.again": {VI: "Đã có giấy. In giấy mới thì mã trên giấy cũ hết hiệu lực ngay.", EN: "There is one already. A new one ends the old code at once."},
	"receipt.local": {VI: "Chưa đặt địa chỉ công khai (--public-url): mã QR in ra chỉ mở được trên chính máy này. Xin báo quản trị.", EN: "No public address is set (--public-url): the printed QR code opens on this machine only. Tell the administrator."},
	"receipt.a5":    {VI: "In giấy khổ A5", EN: "Print on A5"},
	"receipt.a4":    {VI: "Khổ A4", EN: "On A4"},

	"dossier.retrieved": {VI: "Người dân tra cứu", EN: "Retrievals by citizens"},

	"satisfaction.title":    {VI: "Mức độ hài lòng", EN: "How content applicants are"},
	"satisfaction.what":     {VI: "Câu trả lời của người dân khi xem kết quả, theo cơ quan và tháng. Hài lòng là hai mức cao nhất. Tháng không ai trả lời thì không có dòng.", EN: "What applicants answered when they fetched their results, by agency and month. Content are the two best answers. A month without answers has no line."},
	"satisfaction.from":     {VI: "Từ tháng của ngày", EN: "From the month of"},
	"satisfaction.to":       {VI: "đến tháng của ngày", EN: "to the month of"},
	"satisfaction.show":     {VI: "Xem", EN: "Show"},
	"satisfaction.month":    {VI: "Tháng", EN: "Month"},
	"satisfaction.agency":   {VI: "Cơ quan", EN: "Agency"},
	"satisfaction.total":    {VI: "Số trả lời", EN: "Answers"},
	"satisfaction.content":  {VI: "Hài lòng", EN: "Content"},
	"satisfaction.percent":  {VI: "Tỷ lệ", EN: "Ratio"},
	"satisfaction.none":     {VI: "Chưa có câu trả lời nào trong thời gian này.", EN: "Nobody has answered in this time."},
	"satisfaction.csv":      {VI: "Tải bảng CSV", EN: "Download as CSV"},
	"satisfaction.comments": {VI: "Ý kiến mới nhất", EN: "Newest comments"},
}

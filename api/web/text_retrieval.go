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
}

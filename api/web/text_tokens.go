package web

// tokenTexts is what the page of one's own tokens says.
var tokenTexts = texts{
	"own_tokens.title":      {VI: "Mã truy cập của tôi", EN: "My tokens"},
	"own_tokens.what":       {VI: "Mã truy cập cho một chương trình của bạn (máy quét, bảng tính, phần mềm một cửa) làm việc với kho thay bạn, không cần mật khẩu của bạn.", EN: "A token lets a program of yours (a scanner, a spreadsheet, the one-stop software) work with the archive in your stead, without your password."},
	"own_tokens.rights":     {VI: "Mã có đúng vai trò của bạn, và hết hiệu lực ngay khi quyền của bạn thay đổi hoặc tài khoản bị đóng.", EN: "It has your role, and ends at once when your rights change or your account is closed."},
	"own_tokens.keep":       {VI: "Mỗi chương trình một mã. Giữ mã như giữ mật khẩu: đừng gửi qua thư hay ghi vào tệp dùng chung. Lộ mã thì thu hồi ngay ở đây.", EN: "One token for each program. Keep it like a password: not in mails or shared files. When one gets out, revoke it here at once."},
	"own_tokens.trail":      {VI: "Mọi việc làm bằng mã đều được ghi vào nhật ký kèm mục đích bạn ghi dưới đây.", EN: "Whatever is done with it stands in the trail, with the purpose you write below."},
	"own_tokens.note_hint":  {VI: "Chương trình nào, để làm gì. Ví dụ: máy quét phòng 2, gửi giấy tờ vào kho.", EN: "Which program, and what for. For example: scanner of room 2, deposits papers."},
	"own_tokens.until":      {VI: "Dùng đến hết ngày", EN: "Good until the end of"},
	"own_tokens.until_hint": {VI: "dd/mm/yyyy, lâu nhất một năm.", EN: "dd/mm/yyyy, a year at most."},
	"own_tokens.prove":      {VI: "Xác nhận lại bạn là ai để tạo mã", EN: "Show again who you are to make one"},
	"own_tokens.never":      {VI: "chưa dùng", EN: "never"},
	"account.tokens":        {VI: "Mã truy cập cho chương trình", EN: "Tokens for programs"},
	"act.add_own":           {VI: "tự tạo", EN: "made for oneself"},
}

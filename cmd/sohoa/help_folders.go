package main

import "sohoa/archive"

// atLength explains commands that take in folders, before their flags.
var atLength = map[string]archive.Text{
	"sheets": {
		VI: `Đặt mỗi tờ trước giấy tờ của nó rồi quét cả tập một lượt. Khi tập đã được đọc, mở giấy tờ và chọn "Tách tập giấy": mỗi
giấy tờ vào đúng hồ sơ, tờ phân cách và trang trắng được bỏ ra, và xem lại được trước khi tách. Không có --dossier thì in một
tờ chung, có cả mã patch T: nó chỉ bắt đầu một giấy tờ mới của hồ sơ ở tờ trước. Lệnh này không cần kho hay máy chủ.`,
		EN: `Lay each sheet before its paper and scan the whole stack in one go. When the stack is read, open it and choose "Split a stack":
each paper goes into its dossier, separator sheets and blank pages are left out, and all can be put right before anything is
done. Without --dossier it is one plain sheet, with a patch code T as well: another paper of the dossier before begins. The
command needs neither data folder nor server.`},
	"import": {
		VI: `Mỗi tệp PDF, JPEG, PNG, TIFF trong DIR được nạp vào kho. Thư mục con mang tên một mã hồ sơ
(H15.50-261008-0975) xếp tệp vào hồ sơ đó; mã cơ quan nằm dưới --agency đổi cơ quan lưu giữ.
Tệp chỉ bị xóa (--remove) hay chuyển đi (--move-to) sau khi kho đã xác nhận giữ đúng từng byte.
Dừng giữa chừng (Ctrl-C, mất điện) rồi chạy lại đúng lệnh đó: không tệp nào bị nạp hai lần, không tệp nào mất.
Báo cáo CSV ghi mỗi tệp một dòng: taken (đã nhận), before (đã có), quarantined (cách ly), refused (từ chối), kèm lý do.
--watch chờ tiếp tệp mới cho đến khi Ctrl-C; --dry-run chỉ liệt kê, không nạp gì.
Khi máy chủ đang giữ thư mục dữ liệu, hãy nạp qua máy chủ: --server URL, khóa trong SOHOA_TOKEN.

Với --index BẢNG.xlsx (hoặc .csv), DIR là một đợt giao nộp của nhà thầu: mỗi dòng của bảng kê là một giấy tờ, có cột “Tên tệp”
hoặc “Đường dẫn” và các cột như “Số, ký hiệu”, “Ngày ban hành”, “Trích yếu”, “Mã hồ sơ”; tên cột viết có dấu, không dấu hay tiếng Anh đều được,
cột mang tên lạ thì nói bằng --map "Tên cột=subject". Dòng đúng được nạp với đủ thông tin; dòng sai được trả lại trong BẢNG.report.xlsx,
ô sai được tô màu kèm ghi chú. Sửa bảng (hoặc chính báo cáo đó) rồi chạy lại: chỉ những dòng còn lại được nạp. Dòng bị đổi sau khi đã nạp
được báo, không tự áp dụng. --dry-run mở từng tệp ra kiểm tra, không nạp gì, và viết báo cáo.`,
		EN: `Every PDF, JPEG, PNG and TIFF below DIR is deposited. A subfolder named by a dossier's code
(H15.50-261008-0975) puts its files into that dossier; the code of an agency below --agency makes that one the keeper.
A file is removed (--remove) or moved (--move-to) only when the house has acknowledged that very file, byte for byte.
Stop it (Ctrl-C, a power failure) and give the same command again: no file goes in twice, none is lost.
The CSV report has a row for each file: taken, before, quarantined or refused, with the reason.
--watch goes on and takes new files until Ctrl-C; --dry-run lists and takes nothing.
While a server holds the data folder, import through it: --server URL, the token in SOHOA_TOKEN.

With --index TABLE.xlsx (or .csv) DIR is a contractor's delivery: each row of the table is one paper, with a column “File name” or
“Path” and columns such as “Number”, “IssuedDate”, “Subject”, “Dossier code”; headings in Vietnamese, with or without marks, or in English,
and odd ones by --map "Heading=subject". Right rows are taken with all they say; wrong ones come back in TABLE.report.xlsx,
their cells coloured, with a note of what is wrong. Mend the table, or that report, and run again: only what is left is taken. A row that was
changed after it was taken is told and not applied. --dry-run looks into every file, takes nothing and writes the report.`},
	"bucket": {
		VI: `bucket keys DIR tạo khóa ngẫu nhiên của máy chủ S3: DIR/access_key và DIR/secret_key, chỉ chủ tệp đọc được. Khóa đã có thì giữ nguyên.
bucket make tạo thùng chứa mà --store chỉ tới nếu chưa có, kèm giữ phiên bản và khóa đối tượng nơi máy chủ hỗ trợ.
serve không bao giờ tự tạo thùng chứa: gõ sai một tên sẽ thành một kho trống. docker-compose.yml chạy cả hai lệnh này mỗi lần khởi động.`,
		EN: `bucket keys DIR makes random credentials for an S3 server: DIR/access_key and DIR/secret_key, readable by their owner. Those that are there stay.
bucket make makes the bucket that --store names where it is missing, with versions and object lock where the server has them.
serve never makes a bucket: a name typed wrong would be an empty archive. docker-compose.yml gives both commands at every start.`},
	"serve": {
		VI: `Với --inbox DIR, máy chủ tự nhận những gì máy quét mạng ghi vào DIR (qua SMB, FTP):
tệp được nhận khi đã thôi lớn lên và không còn ai mở; tệp ẩn và tệp tạm (.part, .tmp, ~$…) được bỏ qua.
Thư mục con cho biết nơi xếp: DIR/H15.50/H15.50-261008-0975/to1.pdf. Tệp đã nhận được xóa, hoặc chuyển sang --inbox-done.
Tệp bị từ chối nằm ở DIR/REFUSED, kèm TÊN.reason.txt nói rõ vì sao và cần làm gì.
Kho đầy, mất kết nối: tệp ở yên tại chỗ và được thử lại. Mỗi thư mục nhận chỉ dùng cho một máy chủ.

` + oidcHelp.VI,
		EN: `With --inbox DIR the server takes what network scanners write into DIR (over SMB or FTP):
a file is taken when it has stopped growing and nobody has it open; hidden and temporary names (.part, .tmp, ~$…) are passed over.
Subfolders say where it belongs: DIR/H15.50/H15.50-261008-0975/page1.pdf. Taken files are removed, or moved to --inbox-done.
Refused files lie in DIR/REFUSED, with NAME.reason.txt beside each that says why and what to do.
While the store is full or away, files stay where they are and are tried again. One inbox is one server's.

` + oidcHelp.EN},
}

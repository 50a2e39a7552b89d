package web

// inboxTexts say how the folder of the network scanners stands.
var inboxTexts = texts{
	"house.inbox":                 {VI: "Thư mục nhận", EN: "Inbox"},
	"health.inbox":                {VI: "Thư mục nhận của máy quét", EN: "Scanners' inbox"},
	"health.inbox_waiting":        {VI: "%s tệp đang chờ.", EN: "%s files waiting."},
	"health.inbox_last":           {VI: "Nhận gần nhất: %s.", EN: "Last taken: %s."},
	"health.inbox_away":           {VI: "Không vào được thư mục nhận; hệ thống vẫn đang chờ.", EN: "The folder cannot be reached; the program keeps waiting for it."},
	"health.inbox_held":           {VI: "%s tệp chưa nhận được và sẽ được thử lại; lý do nằm trong nhật ký chương trình.", EN: "%s files could not be taken yet and will be tried again; the program's log says why."},
	"health.inbox_full":           {VI: "Nhiều tệp chờ hơn mức theo dõi cùng lúc (--folder-watched); tất cả sẽ lần lượt được nhận.", EN: "More files wait than are looked after at once (--folder-watched); each gets its turn."},
	"health.inbox_refused":        {VI: "%s tệp bị từ chối.", EN: "%s files were refused."},
	"health.inbox_refused_advice": {VI: "Các tệp này nằm trong thư mục REFUSED của thư mục nhận; lý do ghi trong tệp .reason.txt bên cạnh.", EN: "They lie in the inbox's folder REFUSED; the .reason.txt beside each says why."},
}

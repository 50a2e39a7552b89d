package web

// storeTexts is what the page of the house says of buckets.
var storeTexts = texts{
	"bucket.first":            {VI: "Thùng chứa S3", EN: "S3 bucket"},
	"bucket.second":           {VI: "Thùng chứa S3 thứ hai", EN: "Second S3 bucket"},
	"bucket.sound":            {VI: "Đã thử khi khởi động: máy chủ giữ đúng mọi điều kiện mà chương trình cần.", EN: "Tried out at the start: the server keeps to every condition the program needs."},
	"bucket.away":             {VI: "Không liên lạc được.", EN: "It cannot be reached."},
	"bucket.away_advice":      {VI: "Chưa nhận được giấy tờ mới cho đến khi kho trở lại; không gì bị mất. Xem máy chủ S3 và mạng.", EN: "No paper is taken in until it is back; nothing is lost. Look at the S3 server and the network."},
	"bucket.keeps":            {VI: "Giữ phiên bản cũ.", EN: "It keeps older versions."},
	"bucket.keeps_not":        {VI: "Không giữ phiên bản cũ.", EN: "It keeps no older versions."},
	"bucket.locks":            {VI: "Khóa được đối tượng (lock=365d).", EN: "It can lock objects (lock=365d)."},
	"health.second_away":      {VI: "Giấy tờ vẫn được nhận vào kho thứ nhất và tự chép sang khi kho thứ hai trở lại; còn chậm %s sự kiện.", EN: "Papers are still taken into the first store and copied by themselves when it is back; %s events behind."},
	"health.second_away_wait": {VI: "Theo cài đặt, giấy tờ phải nằm ở cả hai kho mới được xác nhận: chưa nhận gì cho đến khi kho này trở lại. Đọc và tìm kiếm vẫn chạy.", EN: "As this house is set, papers are acknowledged when both stores have them: nothing is taken in until it is back. Reading and searching go on."},
	"bucket.encrypts":         {VI: "Mã hóa: %s.", EN: "Encrypted: %s."},
}

package web

// storeTexts is what the page of the house says of buckets.
var storeTexts = texts{
	"bucket.first":       {VI: "Thùng chứa S3", EN: "S3 bucket"},
	"bucket.second":      {VI: "Thùng chứa S3 thứ hai", EN: "Second S3 bucket"},
	"bucket.sound":       {VI: "Đã thử khi khởi động: máy chủ giữ đúng mọi điều kiện mà chương trình cần.", EN: "Tried out at the start: the server keeps to every condition the program needs."},
	"bucket.away":        {VI: "Không liên lạc được.", EN: "It cannot be reached."},
	"bucket.away_advice": {VI: "Việc nhận giấy tờ tạm dừng nếu đây là kho chính; không gì bị mất. Xem máy chủ S3 và mạng.", EN: "While this is the first store no paper is taken in; nothing is lost. Look at the S3 server and the network."},
	"bucket.keeps":       {VI: "Giữ phiên bản cũ.", EN: "It keeps older versions."},
	"bucket.keeps_not":   {VI: "Không giữ phiên bản cũ.", EN: "It keeps no older versions."},
	"bucket.locks":       {VI: "Khóa được đối tượng (lock=365d).", EN: "It can lock objects (lock=365d)."},
	"bucket.encrypts":    {VI: "Mã hóa: %s.", EN: "Encrypted: %s."},
}

package web

// uploadTexts tell of files that are sent in pieces.
var uploadTexts = texts{
	"upload.pause":  {VI: "Tạm nghỉ", EN: "Pause"},
	"upload.resume": {VI: "Gửi tiếp", EN: "Go on"},
	"upload.choose": {VI: "Chọn lại tệp", EN: "Choose the file again"},

	"js.paused": {VI: "Tạm nghỉ ở {0}; phần đã gửi được giữ.", EN: "Paused at {0}; what was sent is kept."},
	"js.left":   {VI: "Gửi dở {0}. Chọn lại đúng tệp này để gửi tiếp.", EN: "Stopped at {0}. Choose the same file again to go on."},
}

package web

// quotaTexts tell of quotas and of disks that fill up.
var quotaTexts = texts{
	"quota.user_papers_per_day":   {VI: "Hôm nay bạn đã gửi %s trên %s tệp được phép.", EN: "You have sent %s of %s files for today."},
	"quota.user_bytes_per_day":    {VI: "Hôm nay bạn đã gửi %s trên %s được phép.", EN: "You have sent %s of %s for today."},
	"quota.agency_papers_per_day": {VI: "Hôm nay cơ quan đã nhận %s trên %s tệp được phép.", EN: "The agency has taken in %s of %s files for today."},
	"quota.agency_bytes_per_day":  {VI: "Hôm nay cơ quan đã nhận %s trên %s được phép.", EN: "The agency has taken in %s of %s for today."},
	"quota.agency_bytes":          {VI: "Cơ quan đã dùng %s trên %s dung lượng được cấp.", EN: "The agency has used %s of the %s it was granted."},
	"quota_tomorrow":              {VI: "Đã hết hạn mức: ngày mai gửi tiếp được, hoặc nhờ quản trị nâng hạn mức.", EN: "The quota is full: go on tomorrow, or ask the administrator to raise it."},
	"quota_raise":                 {VI: "Đã hết hạn mức: nhờ quản trị nâng hạn mức.", EN: "The quota is full: ask the administrator to raise it."},
	"quota_disk":                  {VI: "Ổ đĩa sắp đầy nên tạm ngừng nhận giấy tờ. Tìm và xem vẫn như thường. Quản trị đã được báo.", EN: "The disk is nearly full, so no papers are taken in for now. Searching and reading go on. The administrator has been told."},

	"disk.full":         {VI: "Ổ đĩa chứa %s chỉ còn %s trên %s: hệ thống đã ngừng nhận giấy tờ cho đến khi có thêm chỗ.", EN: "The disk with %s has only %s of %s left: no papers are taken in until there is room."},
	"disk.warn":         {VI: "Ổ đĩa chứa %s đang đầy dần: còn %s trên %s. Hãy thêm chỗ trước khi hệ thống phải ngừng nhận giấy tờ.", EN: "The disk with %s is filling up: %s of %s left. Add room before papers have to be refused."},
	"disk.room":         {VI: "Còn %s trên %s. Trên đó: %s.", EN: "%s of %s free. It holds %s."},
	"disk_use.store":    {VI: "kho giấy tờ", EN: "the store"},
	"disk_use.second":   {VI: "kho thứ hai", EN: "the second store"},
	"disk_use.catalog":  {VI: "danh mục", EN: "the catalog"},
	"disk_use.working":  {VI: "chỗ làm việc", EN: "working files"},
	"agencies.kept":     {VI: "Đang giữ", EN: "Keeps"},
	"agencies.today":    {VI: "Hôm nay", EN: "Today"},
	"agencies.files":    {VI: "%s tệp", EN: "%s files"},
	"agencies.of":       {VI: "%s / %s", EN: "%s of %s"},
	"agencies.quota":    {VI: "Hạn mức của cơ quan này", EN: "Quotas of this agency"},
	"agencies.q_bytes":  {VI: "Lưu giữ (GB)", EN: "Kept (GB)"},
	"agencies.q_papers": {VI: "Số tệp mỗi ngày", EN: "Files a day"},
	"agencies.q_day":    {VI: "Nhận mỗi ngày (GB)", EN: "Taken in a day (GB)"},
	"agencies.q_hint":   {VI: "Để trống: theo mức chung (%s). 0: không giới hạn.", EN: "Empty: the house's own (%s). 0: no limit."},
	"agencies.q_none":   {VI: "không giới hạn", EN: "no limit"},
	"agencies.q_bad":    {VI: "Viết một số từ 0 trở lên.", EN: "Write a number from 0 on."},
	"agencies.q_fixed":  {VI: "Hạn mức của chính cơ quan mình do cấp trên đặt.", EN: "The quota of one's own agency is set by those above it."},
	"house.agencies":    {VI: "Cơ quan lưu giữ nhiều nhất", EN: "Agencies that keep most"},
}

package archive

// Unit says how the number of a limit is read and written.
type Unit string

const (
	UnitCount    Unit = "count"
	UnitBytes    Unit = "bytes"
	UnitPixels   Unit = "pixels"
	UnitPoints   Unit = "points" // 1/72 inch
	UnitChars    Unit = "characters"
	UnitDuration Unit = "duration"
	UnitRate     Unit = "bytes a second"
	UnitShare    Unit = "share"          // of a disk
	UnitRoom     Unit = "bytes or share" // of a disk
)

// LimitRow says everything about one boundary: what it bounds and why, how it is set, what crossing it is answered with, and
// the test that crosses it.
type LimitRow struct {
	Field string // of Limits, as Go spells it: Inspect.Pages
	Const string // instead of a field: folder and name of the constant that holds it; it is not to be set
	Value any    // of the constant, or of a flag that belongs to another room; of a field it stands in DefaultLimits
	Unit  Unit
	Flag  string // without the dashes; its twin is SOHOA_ and the name in capitals
	Name  Text   // what is bounded
	Why   Text   // why this number
	Code  string // status and code of the answer, or what happens instead
	Test  string // folder and name
}

// LimitRows lists every boundary that something from outside can reach: first those a house may set, then the fixed ones.
func LimitRows() []LimitRow { return append(append([]LimitRow{}, limitsToSet...), limitsFixed...) }

var limitsToSet = []LimitRow{
	{Field: "FileBytes", Unit: UnitBytes, Flag: "max-file", Code: "413 too_large", Test: "api TestDepositLimits",
		Name: Text{"Dung lượng một tệp", "Size of one file"}, Why: Text{"Hồ sơ 2.000 trang màu ở 200 dpi khoảng 400 MB.", "A 2,000-page colour file at 200 dpi is about 400 MB."}},
	{Field: "MetadataBytes", Unit: UnitBytes, Flag: "max-metadata", Code: "413 too_large", Test: "api TestABodyTooLargeForItsKind",
		Name: Text{"Dung lượng JSON của một yêu cầu", "Size of the JSON of one request"}, Why: Text{"Mọi trường của một giấy tờ cộng lại dưới 40 KB; độ sâu lồng nhau cũng bị chặn theo.", "All fields of a paper together are below 40 KB; nesting is bounded with it."}},
	{Field: "FileName", Unit: UnitChars, Flag: "max-file-name", Code: "cut off", Test: "archive TestNamesFieldsAndListsKeepTheirLimits",
		Name: Text{"Độ dài tên tệp được giữ", "Characters kept of a file name"}, Why: Text{"Hệ thống tệp cũng chỉ giữ chừng đó.", "What file systems carry."}},
	{Field: "FieldText", Unit: UnitChars, Flag: "max-field", Code: "cut off", Test: "archive TestNamesFieldsAndListsKeepTheirLimits",
		Name: Text{"Độ dài một trường thông tin", "Characters of one field"}, Why: Text{"Trường dài nhất trong bảng của luật (Autograph).", "The longest field of the law's tables (Autograph)."}},

	{Field: "Inspect.Pages", Unit: UnitCount, Flag: "max-pages", Code: "422 limits_exceeded (too_many_pages)", Test: "ocr/pdf TestBudgets",
		Name: Text{"Số trang một giấy tờ", "Pages of one paper"}, Why: Text{"Hồ sơ đất đai dày nhất.", "The thickest land files."}},
	{Field: "Inspect.PagePoints", Unit: UnitPoints, Flag: "max-page-size", Code: "422 limits_exceeded (page_too_large)", Test: "ocr/pdf TestBudgets",
		Name: Text{"Cạnh dài nhất của trang", "Longest side of a page"}, Why: Text{"A0 dài 46,8 inch; 60 inch chừa chỗ cho bản đồ dài.", "A0 is 46.8 inches; 60 leaves room for long maps."}},
	{Field: "Inspect.ImagePixels", Unit: UnitPixels, Flag: "max-pixels", Code: "422 limits_exceeded (image_too_large)", Test: "ocr/pdf TestBudgets",
		Name: Text{"Điểm ảnh của một ảnh", "Pixels of one image"}, Why: Text{"A0 ở 300 dpi là 139 triệu.", "A0 at 300 dpi is 139 million."}},
	{Field: "Inspect.TotalPixels", Unit: UnitPixels, Flag: "max-total-pixels", Code: "422 limits_exceeded (too_many_pixels)", Test: "ocr/pdf TestPixelsAddUp",
		Name: Text{"Điểm ảnh của cả giấy tờ", "Pixels of all images of a paper"}, Why: Text{"5.000 trang A4 ở 300 dpi là 43 tỷ.", "5,000 pages of A4 at 300 dpi are 43 thousand million."}},
	{Field: "Inspect.Objects", Unit: UnitCount, Flag: "max-objects", Code: "422 limits_exceeded (too_many_objects)", Test: "ocr/pdf TestBudgets",
		Name: Text{"Số đối tượng trong một PDF", "Objects of one PDF"}, Why: Text{"Tệp điện tử 5.000 trang có khoảng 100.000.", "A born-digital file of 5,000 pages has about 100,000."}},
	{Field: "Inspect.InflatedBytes", Unit: UnitBytes, Flag: "max-inflated", Code: "422 limits_exceeded (inflates_too_far)", Test: "ocr/pdf TestBudgets",
		Name: Text{"Dữ liệu bung nén khi kiểm tra", "Bytes unpacked while inspecting"}, Why: Text{"Chỉ những gì bung ra khi xem, không phải ảnh quét.", "What is unpacked while looking, not the scans themselves."}},
	{Field: "Inspect.Time", Unit: UnitDuration, Flag: "inspect-time", Code: "422 limits_exceeded (inspection_time)", Test: "ocr/child TestInspect",
		Name: Text{"Thời gian kiểm tra một giấy tờ", "Inspection of one paper"}, Why: Text{"Giấy tờ thật dưới một giây; người gửi đang chờ.", "Honest papers take less than a second, and somebody waits."}},
	{Field: "Inspect.Memory", Unit: UnitBytes, Flag: "max-memory", Code: "422 limits_exceeded", Test: "ocr/child TestInspect",
		Name: Text{"Bộ nhớ để kiểm tra một giấy tờ", "Memory of one inspection"}, Why: Text{"Giấy tờ thật cần dưới 100 MB; quá mức này tiến trình con bị dừng.", "Honest papers need less than 100 MB; above, the child is stopped."}},

	{Field: "Read.PageTime", Unit: UnitDuration, Flag: "page-time", Code: "the page is marked unreadable", Test: "ocr/child TestRead",
		Name: Text{"Thời gian đọc một trang", "Reading of one page"}, Why: Text{"Trang bình thường 1–5 giây trên máy yếu.", "A page takes 1 to 5 s on a slow machine."}},
	{Field: "Read.PagePixels", Unit: UnitPixels, Flag: "max-page-pixels", Code: "drawn smaller", Test: "ocr/page TestLargePagesGetALowerResolution",
		Name: Text{"Điểm ảnh của ảnh trang để đọc", "Pixels of a page drawn to be read"}, Why: Text{"A3 ở 300 dpi là 17 triệu.", "A3 at 300 dpi is 17 million."}},
	{Field: "Read.Memory", Unit: UnitBytes, Flag: "reading-memory", Code: "the page is marked unreadable", Test: "internal/sandbox TestMemory",
		Name: Text{"Bộ nhớ để đọc", "Memory of one reader"}, Why: Text{"Trang A3 và Tesseract cần khoảng 600 MB.", "An A3 page and Tesseract take about 600 MB."}},
	{Field: "Read.PageText", Unit: UnitBytes, Flag: "max-page-text", Code: "cut off", Test: "ocr TestTextIsBounded",
		Name: Text{"Chữ giữ lại của một trang", "Text kept of one page"}, Why: Text{"Trang chữ nhỏ kín mít có khoảng 12 KB.", "A page full of small print has about 12 KB."}},

	{Field: "Virus.Time", Unit: UnitDuration, Flag: "virus-time", Code: "201, kept in quarantine unscanned", Test: "ocr/virus TestAnswers",
		Name: Text{"Thời gian quét vi rút một tệp", "Virus scan of one file"}, Why: Text{"clamd cần vài giây cho tệp lớn nhất.", "clamd takes some seconds for the largest file."}},
	{Field: "Virus.Dial", Unit: UnitDuration, Flag: "virus-dial", Code: "201, kept in quarantine unscanned", Test: "ocr/virus TestASilentScannerIsNotReady",
		Name: Text{"Chờ phần mềm diệt vi rút trả lời", "Wait for the virus scanner to answer"}, Why: Text{"Trong mạng nội bộ chỉ vài phần nghìn giây.", "Inside one network it answers within milliseconds."}},
	{Field: "Virus.Parallel", Unit: UnitCount, Flag: "virus-parallel", Code: "waits its turn", Test: "ocr/virus TestTheCallersContextEndsAScan",
		Name: Text{"Số tệp quét vi rút cùng lúc", "Files scanned for viruses at once"}, Why: Text{"Bằng số luồng mặc định của clamd.", "As many as clamd has threads."}},

	{Field: "Assemble.Sources", Unit: UnitCount, Flag: "assemble-sources", Code: "422 limits_exceeded", Test: "ocr/child TestManySources",
		Name: Text{"Số tệp nguồn khi ghép trang", "Files that pages are taken from"}, Why: Text{"Bốn mươi ảnh chụp một giấy tờ, còn dư.", "Forty photos of one paper, with room; each is an open file."}},
	{Field: "Assemble.Pages", Unit: UnitCount, Flag: "assemble-pages", Code: "422 limits_exceeded", Test: "archive TestArrangementsThatAreRefused",
		Name: Text{"Số trang của tệp ghép", "Pages of an assembled file"}, Why: Text{"Bằng một giấy tờ được phép có.", "As many as one paper may have."}},
	{Field: "Assemble.Parts", Unit: UnitCount, Flag: "assemble-parts", Code: "400 invalid", Test: "archive TestSplitsThatAreRefused",
		Name: Text{"Số giấy tờ tách ra từ một tệp", "Papers one file is split into"}, Why: Text{"Một chồng giấy rời quét một lần.", "A stack of single sheets scanned in one go."}},
	{Field: "Assemble.Bytes", Unit: UnitBytes, Flag: "assemble-bytes", Code: "413 too_large", Test: "ocr/pdf TestAssemblyWithinLimits",
		Name: Text{"Dung lượng tệp ghép", "Size of an assembled file"}, Why: Text{"Hai tệp lớn nhất cộng lại.", "Two of the largest deposits."}},
	{Field: "Assemble.Objects", Unit: UnitCount, Flag: "assemble-objects", Code: "422 limits_exceeded", Test: "ocr/pdf TestAssemblyWithinLimits",
		Name: Text{"Số đối tượng của nguồn và của tệp ghép", "Objects of a source and of the file"}, Why: Text{"Như khi kiểm tra.", "As for inspection."}},
	{Field: "Assemble.InflatedBytes", Unit: UnitBytes, Flag: "assemble-inflated", Code: "422 limits_exceeded", Test: "ocr/pdf TestAssemblyWithinLimits",
		Name: Text{"Dữ liệu bung nén khi ghép", "Bytes the contents of one source unpack to"}, Why: Text{"Như khi kiểm tra.", "As for inspection."}},
	{Field: "Assemble.Pixels", Unit: UnitPixels, Flag: "assemble-pixels", Code: "422 limits_exceeded", Test: "ocr/pdf TestAssemblyWithinLimits",
		Name: Text{"Điểm ảnh của ảnh phải giải mã khi ghép", "Pixels of a picture that has to be decoded"}, Why: Text{"Như khi đọc: A3 ở 300 dpi là 17 triệu.", "As for reading: A3 at 300 dpi is 17 million."}},
	{Field: "Assemble.Time", Unit: UnitDuration, Flag: "assemble-time", Code: "422 limits_exceeded", Test: "ocr/child TestAssembler",
		Name: Text{"Thời gian ghép mà không ghi ra byte nào", "Assembling without a byte written"}, Why: Text{"Byte vẫn ra thì việc vẫn tiến.", "While bytes come, it gets on."}},
	{Field: "Assemble.Memory", Unit: UnitBytes, Flag: "assemble-memory", Code: "422 limits_exceeded", Test: "ocr/child TestAssembler",
		Name: Text{"Bộ nhớ để ghép", "Memory of assembling"}, Why: Text{"Ảnh 40 triệu điểm giải mã hai lần và các bảng của nguồn.", "A picture of 40 megapixels, twice, and the tables of a source."}},

	{Field: "Work.CommentText", Unit: UnitChars, Flag: "work-comment", Code: "400 invalid", Test: "archive TestComments",
		Name: Text{"Độ dài một ý kiến", "Characters of one comment"}, Why: Text{"Một trang chữ; dài hơn là một lá thư.", "A page of typing; what is longer is a letter."}},
	{Field: "Work.Comments", Unit: UnitCount, Flag: "work-comments", Code: "409 too_many_comments", Test: "archive TestComments",
		Name: Text{"Số ý kiến của một giấy tờ", "Comments of one paper"}, Why: Text{"Mỗi ngày làm việc một ý kiến trong hai năm.", "One every working day for two years."}},
	{Field: "Work.Bulk", Unit: UnitCount, Flag: "work-bulk", Code: "400 too_many_chosen", Test: "archive TestBulk",
		Name: Text{"Số giấy tờ của một việc hàng loạt", "Papers of one bulk act"}, Why: Text{"Một tháng của một xã; khoảng một giờ với kho chậm.", "A commune's month; an hour's work at the pace of a slow store."}},
	{Field: "Upload.Open", Unit: UnitCount, Flag: "upload-open", Code: "429 too_many_open", Test: "archive TestLimitsOfUploads",
		Name: Text{"Số tệp gửi dở của một người", "Unfinished uploads of one user"}, Why: Text{"Ba của trang, bốn của nạp thư mục, và những tệp đứt giữa chừng trong ngày.", "Three of a page's, four of an import's, and what broke off in a day."}},
	{Field: "Upload.Bytes", Unit: UnitBytes, Flag: "upload-bytes", Code: "429 too_many_open", Test: "archive TestLimitsOfUploads",
		Name: Text{"Dung lượng gửi dở của một người", "Bytes of one user's unfinished uploads"}, Why: Text{"Ba mươi hai tệp cỡ lớn nhất.", "Thirty-two files of the largest size."}},
	{Field: "Upload.Time", Unit: UnitDuration, Flag: "upload-time", Code: "410 upload_gone; begin again", Test: "archive TestUploadExpires",
		Name: Text{"Thời hạn gửi tiếp một tệp dở", "An upload that broke off can go on for"}, Why: Text{"Đến cùng giờ ngày làm việc sau.", "Until the same hour of the next working day."}},
	{Field: "Upload.Checkpoint", Unit: UnitBytes, Flag: "upload-checkpoint", Code: "sent again after a power cut", Test: "storage/blob TestPowerFailsAtEveryStepOfAnUpload",
		Name: Text{"Số byte giữa hai lần ghi chắc khi gửi", "Bytes between two points an upload is durable at"}, Why: Text{"Một giây trên đường truyền nhanh.", "A second of a fast line."}},

	{Field: "Upload.Patience", Unit: UnitDuration, Flag: "upload-patience", Code: "423 upload_locked", Test: "api TestUploadUnderInspectionIsLocked",
		Name: Text{"Chờ yêu cầu trước của cùng một tệp gửi dở", "Wait for the request before on the same upload"}, Why: Text{"Kiểm tra và cất một tệp thường nhanh hơn.", "Inspecting and keeping a file usually takes less."}},

	{Field: "Quota.UserPapers", Unit: UnitCount, Flag: "quota-user-papers", Code: "429 quota_exceeded", Test: "archive TestEveryQuotaHoldsAtItsEdge",
		Name: Text{"Số tệp một người gửi mỗi ngày", "Files of one user a day"}, Why: Text{noQuotaVI, noQuotaEN}},
	{Field: "Quota.UserBytes", Unit: UnitBytes, Flag: "quota-user-bytes", Code: "429 quota_exceeded", Test: "archive TestEveryQuotaHoldsAtItsEdge",
		Name: Text{"Dung lượng một người gửi mỗi ngày", "Bytes of one user a day"}, Why: Text{noQuotaVI, noQuotaEN}},
	{Field: "Quota.AgencyPapers", Unit: UnitCount, Flag: "quota-agency-papers", Code: "429 quota_exceeded", Test: "archive TestEveryQuotaHoldsAtItsEdge",
		Name: Text{"Số tệp một cơ quan nhận mỗi ngày", "Files for one agency a day"}, Why: Text{noQuotaVI, noQuotaEN}},
	{Field: "Quota.AgencyBytes", Unit: UnitBytes, Flag: "quota-agency-bytes", Code: "429 quota_exceeded", Test: "archive TestEveryQuotaHoldsAtItsEdge",
		Name: Text{"Dung lượng một cơ quan nhận mỗi ngày", "Bytes for one agency a day"}, Why: Text{noQuotaVI, noQuotaEN}},
	{Field: "Quota.AgencyTotal", Unit: UnitBytes, Flag: "quota-agency-total", Code: "507 quota_exceeded", Test: "archive TestEveryQuotaHoldsAtItsEdge",
		Name: Text{"Dung lượng một cơ quan lưu giữ", "Bytes one agency keeps"}, Why: Text{noQuotaVI, noQuotaEN}},

	{Field: "PageCache", Unit: UnitBytes, Flag: "page-cache", Code: "the longest unused go, and are made again when asked for", Test: "storage/blob TestPassingFilesStayBounded",
		Name: Text{"Ảnh trang và bản đọc được giữ sẵn", "Page images and reading copies kept ready"}, Why: Text{"60.000 trang ở cả ba cỡ: chừng một tháng xem của một cơ quan.", "60,000 pages at all three widths: what an office looks at in a month."}},
	{Field: "DiskWarn", Unit: UnitShare, Flag: "disk-warn", Code: "a banner for administrators, a line in the log", Test: "archive TestADiskThatFillsUpIsToldOnceAndRefusesAtItsReserve",
		Name: Text{"Phần ổ đĩa đã dùng thì cảnh báo", "Share of a disk in use that is warned of"}, Why: Text{"Còn đủ lâu để mua thêm đĩa.", "Long enough before the end to buy a disk."}},
	{Field: "DiskReserve", Unit: UnitRoom, Flag: "disk-reserve", Code: "507 storage_full", Test: "cmd/sohoa TestADiskThatIsReallyFull",
		Name: Text{"Chỗ trống luôn chừa lại trên mỗi ổ đĩa", "Room left alone on every disk"}, Why: Text{"Để danh mục và nhật ký luôn ghi được; ổ nhỏ chừa một phần mười.", "So that the catalog and its log can always be written; a tenth of a small disk."}},

	{Field: "Door.Connections", Unit: UnitCount, Flag: "max-connections", Code: "waits to be let in", Test: "api TestConnectionsBeyondTheLimitWait",
		Name: Text{"Số kết nối cùng lúc", "Connections at once"}, Why: Text{"1.000 tài khoản, mỗi trình duyệt 6 kết nối, và người dân.", "A thousand accounts with six connections each, and the citizens."}},
	{Field: "Door.Uploads", Unit: UnitCount, Flag: "max-uploads", Code: "503 too_many_uploads", Test: "api TestUploadsAtOnceAreBounded",
		Name: Text{"Số tệp gửi lên cùng lúc", "Uploads at once"}, Why: Text{"Mỗi tệp giữ chỗ tạm và bộ nhớ khi kiểm tra; nhiều hơn chỉ làm tất cả chậm đi.", "Each holds a spool file and an inspector's memory; more only slows all."}},
	{Field: "Door.Streams", Unit: UnitCount, Flag: "max-streams", Code: "503 unavailable", Test: "api TestStreamsAtOnceAreBounded",
		Name: Text{"Số luồng sự kiện cùng lúc", "Event streams at once"}, Why: Text{"Một nửa số tài khoản cùng xem giấy tờ đang đọc.", "Half the accounts watch a paper being read."}},
	{Field: "Door.HeaderBytes", Unit: UnitBytes, Flag: "max-header", Code: "431", Test: "api TestAHeadTooLargeIsRefused",
		Name: Text{"Phần đầu của một yêu cầu", "Head of one request"}, Why: Text{"Cookie và phần đầu của proxy chỉ khoảng 2 KB.", "A cookie and a proxy's headers are 2 KB."}},
	{Field: "Door.HeaderTime", Unit: UnitDuration, Flag: "header-time", Code: "the connection is closed", Test: "api TestASlowHeadIsGivenUp",
		Name: Text{"Thời gian gửi xong phần đầu", "Time for the head of a request"}, Why: Text{"Một gói tin trên đường truyền tệ nhất.", "One packet on the worst line."}},
	{Field: "Door.IdleTime", Unit: UnitDuration, Flag: "idle-time", Code: "408 too_slow", Test: "api TestASilentUploadIsAnsweredAndLeavesNothing",
		Name: Text{"Thời gian im lặng khi đang gửi hoặc nhận", "Silence in the middle of a body"}, Why: Text{"Điện thoại đi qua hầm.", "A phone in a tunnel."}},
	{Field: "Door.GraceTime", Unit: UnitDuration, Flag: "grace-time", Code: "408 too_slow", Test: "api TestATricklingUploadIsGivenUp",
		Name: Text{"Thời gian trước khi tính tốc độ trung bình", "Time before the average pace counts"}, Why: Text{"Đến khi đường truyền ổn định.", "Until the line has found its pace."}},
	{Field: "Door.Slowest", Unit: UnitRate, Flag: "slowest", Code: "408 too_slow", Test: "api TestATricklingUploadIsGivenUp",
		Name: Text{"Tốc độ gửi chậm nhất", "Slowest pace of a body"}, Why: Text{"Một phần ba đường di động chậm nhất còn dùng; gửi lâu bao nhiêu cũng được, miễn không chậm hơn.", "A third of the slowest mobile line in use; there is no limit on how long an upload takes."}},
	{Field: "Door.RestTime", Unit: UnitDuration, Flag: "rest-time", Code: "the connection is closed", Test: "api TestARestingConnectionIsClosed",
		Name: Text{"Kết nối nghỉ giữa hai yêu cầu", "A connection between requests"}, Why: Text{"Khoảng giữa hai lần bấm.", "Between two clicks."}},
	{Field: "Door.QueryBytes", Unit: UnitBytes, Flag: "max-query-string", Code: "400 invalid", Test: "api TestSearch",
		Name: Text{"Phần truy vấn của địa chỉ", "Query string of an address"}, Why: Text{"500 chữ tiếng Việt viết dạng %XX là 4,5 KB.", "500 Vietnamese letters written as %XX are 4.5 KB."}},
	{Field: "Door.TableBytes", Unit: UnitBytes, Flag: "max-table", Code: "413 too_large", Test: "api TestTablesOfAgenciesAndProcedures",
		Name: Text{"Dung lượng bảng CSV nạp vào danh mục", "Size of a table loaded into the registry"}, Why: Text{"Mọi đơn vị của một tỉnh là vài nghìn dòng.", "All units of a province are a few thousand lines."}},
	{Field: "Door.TableRows", Unit: UnitCount, Flag: "max-table-rows", Code: "413 too_large", Test: "api TestATableOfTooManyLinesIsRefused",
		Name: Text{"Số dòng của bảng đó", "Lines of such a table"}, Why: Text{"Cả nước có khoảng 7.000 thủ tục.", "The whole country has about 7,000 procedures."}},
	{Field: "Door.ExportRows", Unit: UnitCount, Flag: "max-export-rows", Code: "cut, with a last line that says so", Test: "api TestAnExportThatIsCutSaysSo",
		Name: Text{"Số dòng của bảng xuất ra", "Lines of a table that is sent out"}, Why: Text{"Bảng tính mở được mà không treo.", "What a spreadsheet opens without pain."}},

	{Field: "Index.FileBytes", Unit: UnitBytes, Flag: "max-index", Code: "too_large", Test: "internal/sheet TestCSVRefused",
		Name: Text{"Dung lượng bảng kê của đợt giao nộp", "Size of a delivery's table"}, Why: Text{"100.000 dòng 20 cột là 15 MB dạng XLSX, 30 MB dạng CSV.", "100,000 rows of 20 columns are 15 MB as XLSX, 30 MB as CSV."}},
	{Field: "Index.UnpackedBytes", Unit: UnitBytes, Flag: "max-index-inflated", Code: "too_large", Test: "internal/sheet TestXLSXRefused",
		Name: Text{"Bảng kê XLSX khi bung nén", "Bytes such a workbook unpacks to"}, Why: Text{"Từng ấy dòng dạng XML, chừa chỗ cho trích yếu dài.", "The same rows as XML, and room for long subjects."}},
	{Field: "Index.Rows", Unit: UnitCount, Flag: "max-index-rows", Code: "too_many_rows", Test: "internal/sheet TestCSVRefused",
		Name: Text{"Số dòng của bảng kê", "Rows of such a table"}, Why: Text{"Mỗi đợt nhà thầu giao không quá 50.000.", "Contractors hand over lots of at most 50,000."}},
	{Field: "Index.Columns", Unit: UnitCount, Flag: "max-index-columns", Code: "too_many_columns", Test: "internal/sheet TestCSVRefused",
		Name: Text{"Số cột của bảng kê", "Columns of such a table"}, Why: Text{"Bảng thật có 10 đến 40 cột.", "Real tables have 10 to 40."}},
	{Field: "Index.CellChars", Unit: UnitChars, Flag: "max-index-cell", Code: "cell_too_long", Test: "internal/sheet TestXLSXRefused",
		Name: Text{"Độ dài một ô của bảng kê", "Characters of one cell of it"}, Why: Text{"Chương trình bảng tính cũng chỉ cho gõ chừng đó.", "What a spreadsheet program lets a person type."}},

	{Field: "ListRows", Unit: UnitCount, Flag: "max-list-rows", Code: "400 invalid above 200; cut to this below", Test: "archive TestNamesFieldsAndListsKeepTheirLimits",
		Name: Text{"Số dòng một trang danh sách", "Rows of one page of a list"}, Why: Text{"Một trang danh sách đọc trong vài mili giây.", "A page of a list is read in a few milliseconds."}},
	{Field: "QueryText", Unit: UnitChars, Flag: "max-query", Code: "400 bad_query", Test: "api TestSearch",
		Name: Text{"Độ dài câu tìm kiếm", "Characters of a search"}, Why: Text{"Trích yếu dài nhất vẫn dán vào được.", "The longest subject can be pasted."}},
	{Field: "Twins", Unit: UnitCount, Flag: "max-twins", Code: "the rest is not named", Test: "archive TestTwinsAreNamedToThoseWhoMaySeeThem",
		Name: Text{"Số giấy tờ trùng được nêu tên", "Papers a finding about duplicates names"}, Why: Text{"Ai có nhiều bản trùng hơn thì vấn đề nằm ở chỗ khác.", "Whoever has more copies of one paper has another question."}},
	{Field: "ViewEvery", Unit: UnitDuration, Flag: "view-every", Code: "one event", Test: "archive TestNamesFieldsAndListsKeepTheirLimits",
		Name: Text{"Khoảng thời gian gộp các lượt xem", "Views of one paper noted once in"}, Why: Text{"Nhật ký ghi việc xem, không ghi từng lần cuộn trang.", "The trail tells who looked, not every turn of a page."}},
	{Field: "IntentTime", Unit: UnitDuration, Flag: "intent-time", Code: "the paper is not kept; send it again", Test: "archive TestDepositOvertakenByTheJanitor",
		Name: Text{"Thời hạn của một lần ghi dở", "A write that has not ended"}, Why: Text{"Lâu hơn lần gửi chậm nhất.", "Longer than the slowest upload."}},
	{Field: "DiscardKept", Unit: UnitDuration, Flag: "discard-kept", Code: "erased, a tombstone stays", Test: "archive TestDiscardedPaperComesBackUntilItsTimeIsOver",
		Name: Text{"Thời gian khôi phục được giấy tờ đã bỏ", "A discarded paper can be restored for"}, Why: Text{"Lỗi thường thấy ở lần báo cáo tháng.", "Mistakes show at the monthly report."}},
	{Field: "Folder.Depth", Unit: UnitCount, Flag: "folder-depth", Code: "what lies deeper is not looked at", Test: "cmd/sohoa/intake TestPassedOver",
		Name: Text{"Số tầng thư mục con khi nạp thư mục", "Folders inside a folder that is taken in"}, Why: Text{"Cơ quan, hồ sơ, vài tầng của máy quét; sâu hơn là bản sao lưu của ai đó.", "Agency, dossier, a few of the scanner's own; deeper trees are somebody's backup."}},
	{Field: "Folder.Files", Unit: UnitCount, Flag: "folder-files", Code: "nothing is taken in", Test: "cmd/sohoa/intake TestMoreFilesThanOneRunTakes",
		Name: Text{"Số tệp của một lần nạp thư mục", "Files of one import"}, Why: Text{"Tên và giờ của chúng nằm trong bộ nhớ, khoảng 300 byte mỗi tệp.", "Their names and times lie in memory, about 300 bytes each."}},
	{Field: "Folder.Watched", Unit: UnitCount, Flag: "folder-watched", Code: "the others wait in the folder", Test: "cmd/sohoa/intake TestMoreFilesThanAreWatched",
		Name: Text{"Số tệp được theo dõi cùng lúc trong thư mục nhận", "Files of a watched folder looked after at once"}, Why: Text{"Ổ mạng liệt kê chừng đó trong một hai giây.", "A share lists about that many in a second or two."}},
	{Field: "Folder.Round", Unit: UnitCount, Flag: "folder-round", Code: "the others wait for the next round", Test: "cmd/sohoa/intake TestFoldersTakeTurns",
		Name: Text{"Số tệp nhận giữa hai lần xem thư mục", "Files taken between two looks at a folder"}, Why: Text{"Khoảng mười lăm giây: không tệp mới nào phải chờ lâu hơn sau một đợt lớn.", "A quarter of a minute: nobody's new file waits longer behind a large drop."}},
	{Field: "Folder.Settle", Unit: UnitDuration, Flag: "folder-settle", Code: "waits", Test: "cmd/sohoa/intake TestAFileIsTakenWhenItRests",
		Name: Text{"Tệp phải yên bao lâu mới được nhận", "A watched file has not changed for"}, Why: Text{"Máy quét và máy chủ tệp ghi tiếp ít nhất mỗi chừng đó; tệp trông bị cụt thì chờ gấp đôi.", "Scanners and file servers write on at least that often; a file whose end looks cut off waits twice as long."}},
	{Field: "Folder.Every", Unit: UnitDuration, Flag: "folder-every", Code: "waits", Test: "cmd/sohoa TestInboxTakesWhatScannersSend",
		Name: Text{"Khoảng cách giữa hai lần xem thư mục", "Pause between two looks at a watched folder"}, Why: Text{"Mỗi lần chỉ liệt kê ổ mạng một lượt; không ai sốt ruột vì chừng ấy.", "One listing of a share; nobody waits for a scan that short."}},
	{Field: "ScrubEvery", Unit: UnitDuration, Flag: "scrub-interval", Code: "read again, mended from the second store or reported", Test: "archive TestScrubKeepsItsPlaceAndItsInterval",
		Name: Text{"Khoảng thời gian đọc lại mọi byte đã lưu", "Every stored byte is read again once in"}, Why: Text{"Với tốc độ bên dưới, 3 TB mỗi năm đọc lại trong hai ngày.", "3 TB a year at the rate below is two days' reading."}},
	{Field: "ScrubFresh", Unit: UnitDuration, Flag: "scrub-fresh", Code: "read again, mended from the second store or reported", Test: "archive TestScrub",
		Name: Text{"Giấy tờ mới được đọc lại sau", "What is new is read again after"}, Why: Text{"Lúc đó bộ đệm của đĩa không còn giữ nó.", "The disk's own cache has long been overwritten."}},
	{Field: "ScrubRate", Unit: UnitRate, Flag: "scrub-rate", Code: "waits", Test: "archive TestScrub",
		Name: Text{"Tốc độ đọc lại", "Rate of reading again"}, Why: Text{"Một phần mười tốc độ một ổ đĩa.", "A tenth of what a disk reads."}},
	{Field: "SegmentEvents", Unit: UnitCount, Flag: "segment-events", Code: "a new segment begins", Test: "archive TestSegmentsCloseInTime",
		Name: Text{"Số sự kiện của một đoạn nhật ký đã đóng", "Events of one closed segment of the log"}, Why: Text{"Khoảng 5 MB; nơi bận rộn đóng một đoạn mỗi phút.", "About 5 MB; a busy house closes one in a minute."}},
	{Field: "SegmentTime", Unit: UnitDuration, Flag: "segment-time", Code: "a new segment begins", Test: "archive TestSegmentsCloseInTime",
		Name: Text{"Thời gian đóng một đoạn nhật ký", "A segment of the log is closed within"}, Why: Text{"Hứa 60 giây: dựng lại danh mục từ kho chỉ thiếu chừng đó.", "60 s are promised: what a catalog rebuilt from the store may lack."}},
	{Field: "SessionIdle", Unit: UnitDuration, Flag: "session-idle", Code: "401 unauthenticated", Test: "api/session TestSignIn",
		Name: Text{"Phiên làm việc không thao tác", "A session without a click"}, Why: Text{"Một ngày làm việc.", "A working day."}},
	{Field: "SessionLong", Unit: UnitDuration, Flag: "session-long", Code: "401 unauthenticated", Test: "api/session TestSignIn",
		Name: Text{"Phiên làm việc dài nhất", "A session at all"}, Why: Text{"Mỗi tuần nhập mật khẩu một lần.", "The password once a week."}},

	{Field: "Retrieval.GrantTime", Unit: UnitDuration, Flag: "grant-time", Code: "401 grant_over", Test: "archive TestAGrantEnds",
		Name: Text{"Thời gian xem kết quả sau khi nhập đúng mã", "The right code opens the results for"}, Why: Text{"Đủ đọc và lưu vài giấy tờ trên điện thoại.", "To read and save a few papers on a phone."}},
	{Field: "Retrieval.AddressTries", Unit: UnitCount, Flag: "address-tries", Code: "429 too_many_lookups", Test: "archive TestGuessesAreStoppedWithoutTouchingOthers",
		Name: Text{"Số lần tra cứu sai liền nhau từ một địa chỉ", "Wrong look-ups from one address at once"}, Why: Text{"Một giấy tiếp nhận chép sai nhiều lần; IPv6 tính theo /64.", "One receipt copied wrongly again and again; of IPv6 a /64 counts as one."}},
	{Field: "Retrieval.AddressEvery", Unit: UnitDuration, Flag: "address-every", Code: "429 too_many_lookups", Test: "archive TestGuessesAreStoppedWithoutTouchingOthers",
		Name: Text{"Sau đó thêm một lần mỗi", "And one more from it after each"}, Why: Text{"2.880 lần một ngày; trong 2^60 mã thì không dò được gì.", "2,880 a day: of 2^60 codes that finds none."}},
	{Field: "Retrieval.DossierTries", Unit: UnitCount, Flag: "dossier-tries", Code: "429 too_many_lookups", Test: "archive TestManyAddressesDoNotKeepTheOwnerOut",
		Name: Text{"Số lần tra cứu liền nhau của một hồ sơ", "Look-ups of one dossier at once"}, Why: Text{"Hai gia đình cùng xem; sai và đúng tính riêng.", "Two households at once; wrong and right ones are counted apart."}},
	{Field: "Retrieval.DossierEvery", Unit: UnitDuration, Flag: "dossier-every", Code: "429 too_many_lookups", Test: "archive TestManyAddressesDoNotKeepTheOwnerOut",
		Name: Text{"Sau đó thêm một lần mỗi", "And one more of it after each"}, Why: Text{"Chủ hồ sơ từ địa chỉ chưa nhập sai thì không phải chờ.", "An owner whose address has made no mistake does not wait."}},
	{Field: "Retrieval.HouseTries", Unit: UnitCount, Flag: "house-tries", Code: "429 too_many_lookups", Test: "archive TestTheHouseHasALimitToo",
		Name: Text{"Số lần tra cứu sai liền nhau của cả hệ thống", "Wrong look-ups of the whole house at once"}, Why: Text{"Nhầm lẫn của một sáng thứ Hai, và một phút của chương trình dò mã.", "The mistakes of a Monday morning, and a minute of somebody's programs."}},
	{Field: "Retrieval.HouseEvery", Unit: UnitDuration, Flag: "house-every", Code: "429 too_many_lookups", Test: "archive TestTheHouseHasALimitToo",
		Name: Text{"Sau đó thêm một lần mỗi", "And one more of it after each"}, Why: Text{"50 lần một giây.", "50 a second."}},
	{Field: "Retrieval.Addresses", Unit: UnitCount, Flag: "miss-addresses", Code: "the rest is counted together", Test: "storage/catalog TestSQLite",
		Name: Text{"Số địa chỉ tra cứu sai được ghi riêng trong một giờ", "Addresses of wrong look-ups told apart in an hour"}, Why: Text{"Mỗi địa chỉ một sự kiện mỗi giờ.", "One event each, an hour."}},
	{Field: "Retrieval.Comment", Unit: UnitChars, Flag: "max-comment", Code: "cut off", Test: "archive TestAnAnswerAboutTheService",
		Name: Text{"Độ dài ý kiến về phục vụ", "Characters of what is said of the service"}, Why: Text{"Nửa trang giấy.", "Half a page."}},
	{Field: "ProofTime", Unit: UnitDuration, Flag: "proof-time", Code: "403 proof_required", Test: "api/session TestDangerousActsAskAgain",
		Name: Text{"Thời gian không phải xác nhận lại trước việc nguy hiểm", "Dangerous acts without showing again who one is"}, Why: Text{"Đủ cho một lượt quản trị; rời máy đi uống nước thì hết.", "A round of administration, and no coffee."}},
	{Field: "InviteTime", Unit: UnitDuration, Flag: "invite-time", Code: "403 password_over", Test: "api/session TestPrintedPasswordsAndInvitationsEnd",
		Name: Text{"Hạn của mật khẩu dùng một lần và liên kết mời", "A printed password or an invitation"}, Why: Text{"Qua một kỳ nghỉ cuối tuần.", "Over a weekend."}},
	{Field: "SetupTime", Unit: UnitDuration, Flag: "setup-time", Code: "404 setup_over", Test: "api/session TestSetUpWorksOnce",
		Name: Text{"Hạn của liên kết thiết lập ban đầu", "The link of the first administrator"}, Why: Text{"Mỗi lần khởi động in ra một liên kết khác.", "Each start of the program prints another."}},
	{Field: "KnownBrowser", Unit: UnitDuration, Flag: "known-browser", Code: "forgotten", Test: "api/session TestAKnownBrowserPassesTheThrottle",
		Name: Text{"Thời gian nhớ trình duyệt đã đăng nhập", "A browser that has signed in is remembered for"}, Why: Text{"Lâu hơn mọi kỳ nghỉ; trình duyệt đã biết không bị chặn vì người khác đoán mật khẩu.", "Longer than anybody is away; a known browser is not held up by what others guess."}},

	{Value: perProcessor, Unit: UnitCount, Flag: "inspectors", Code: "waits", Test: "internal/sandbox TestManyAtOnce",
		Name: Text{"Số giấy tờ kiểm tra cùng lúc", "Papers inspected at once"}, Why: Text{"Nhiều hơn số lõi thì không nhanh hơn.", "More than there are cores is no faster."}},
	{Value: perProcessor, Unit: UnitCount, Flag: "readers", Code: "waits", Test: "archive TestReadingWaitsForARecogniser",
		Name: Text{"Số giấy tờ đọc cùng lúc", "Papers read at once"}, Why: Text{"Nhiều hơn số lõi thì không nhanh hơn.", "More than there are cores is no faster."}},
}

// perProcessor is the default of what a machine has as much of as cores.
const perProcessor = "one per core"

const (
	noQuotaVI = "0 là không giới hạn: luật không định số, và số sai làm cả quầy phải dừng; phần dự trữ của ổ đĩa vẫn chặn."
	noQuotaEN = "0 is no limit: no law sets one, and a wrong number stops a counter; the reserve of the disk holds anyway."
)

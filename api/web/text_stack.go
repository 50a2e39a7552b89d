package web

// stackTexts are about stacks of papers scanned in one go, and the separator sheets between them.
var stackTexts = texts{
	"stack.title": {VI: "Tách tập giấy", EN: "Split a stack"},
	"stack.lead": {VI: "Mỗi giấy tờ bắt đầu ở một trang và đi vào hồ sơ ghi bên cạnh. Tờ phân cách và trang trắng được bỏ ra. Hãy xem lại và sửa trước khi tách: chưa có gì thay đổi cho đến khi bấm Tách.",
		EN: "Each paper begins with a page and goes into the dossier beside it. Separator sheets and blank pages are left out. Look and correct before you split: nothing changes until you press Split."},
	"stack.how":         {VI: "Ở mỗi trang, chọn: bắt đầu giấy tờ mới, tiếp theo trang trước, hoặc bỏ ra. Bản quét gốc nằm trong mục Đã bỏ và khôi phục được.", EN: "For each page choose whether a new paper begins, it follows the page before, or it is left out. The scan itself goes to the discarded papers and can be restored."},
	"stack.keys":        {VI: "Bàn phím: mũi tên chọn trong một trang, Tab sang trang sau; M mới, T tiếp, B bỏ.", EN: "Keyboard: arrows choose within a page, Tab goes to the next; M new, T follows, B leaves out."},
	"stack.by_sheets":   {VI: "Theo tờ phân cách", EN: "At separator sheets"},
	"stack.every":       {VI: "Số trang mỗi giấy tờ", EN: "Pages of each paper"},
	"stack.every_go":    {VI: "Tách theo số trang", EN: "Cut by page count"},
	"stack.every_wrong": {VI: "Viết một số từ 1 đến số trang của tập giấy.", EN: "Write a number from 1 to the pages of the stack."},
	"stack.unread":      {VI: "Còn %d trang chưa đọc xong nên chưa biết có phải tờ phân cách hay không.", EN: "%d pages are not read yet, so nobody knows whether they are separator sheets."},
	"stack.again":       {VI: "Xem lại", EN: "Look again"},
	"stack.look":        {VI: "Xem trước", EN: "Preview"},
	"stack.go":          {VI: "Tách", EN: "Split"},
	"stack.page":        {VI: "Trang %d", EN: "Page %d"},
	"stack.paper":       {VI: "Giấy tờ %d", EN: "Paper %d"},
	"stack.sum":         {VI: "%d giấy tờ, bỏ %d trang", EN: "%d papers, %d pages left out"},
	"stack.cover":       {VI: "tờ phân cách", EN: "separator sheet"},
	"stack.blank":       {VI: "trang trắng", EN: "blank"},
	"stack.unread_page": {VI: "chưa đọc", EN: "not read yet"},
	"stack.codes":       {VI: "Mã trên trang", EN: "Codes on the page"},
	"stack.faults":      {VI: "%d mã hồ sơ chưa đúng; chưa có gì được tách.", EN: "%d dossier codes are wrong; nothing was split."},
	"stack.nothing":     {VI: "Không còn giấy tờ nào: mọi trang đều bị bỏ ra.", EN: "No paper is left: every page is left out."},
	"stack.found":       {VI: "Tập giấy này có tờ phân cách.", EN: "There are separator sheets in this stack."},
	"done.stack_split":  {VI: "Đã tách tập giấy: các giấy tờ mới đang chờ xem lại, tập giấy gốc nằm trong mục Đã bỏ.", EN: "The stack is split: its papers wait for review, and the stack lies among the discarded."},

	"stack_use.start": {VI: "Giấy tờ mới", EN: "New paper"},
	"stack_use.go":    {VI: "Tiếp theo", EN: "Follows"},
	"stack_use.drop":  {VI: "Bỏ ra", EN: "Leave out"},

	"js.stack_paper": {VI: "Giấy tờ {0}", EN: "Paper {0}"},
	"js.stack_sum":   {VI: "{0} giấy tờ, bỏ {1} trang", EN: "{0} papers, {1} pages left out"},
	"js.stack_going": {VI: "Đang tách…", EN: "Splitting…"},
}

package main

import (
	"strings"

	"sohoa/archive"
)

// adviceOn says what to do about what check found and did not mend. tried says that it was asked to.
func adviceOn(kind string, tried bool) archive.Text {
	for _, a := range advice {
		for _, k := range a.kinds {
			if k != kind && (!strings.HasSuffix(k, "_") || !strings.HasPrefix(kind, k)) {
				continue
			}
			if tried && a.tried != (archive.Text{}) {
				return a.tried
			}
			return a.text
		}
	}
	return archive.Text{VI: "xin giữ nguyên mọi thứ và hỏi người quản trị kho", EN: "leave everything as it is and ask whoever keeps the store"}
}

var (
	fromACopy = archive.Text{VI: "kho này không còn bản tốt: mở cùng --second-store rồi sohoa check --repair, hoặc lấy lại đối tượng từ bản sao lưu (sohoa restore)",
		EN: "this store has no good copy: open it with --second-store and run sohoa check --repair, or bring the object back from a backup (sohoa restore)"}
	repairs = archive.Text{VI: "sohoa check --repair sửa được nếu có bản tốt", EN: "sohoa check --repair mends it where there is a good copy"}
)

// advice is by kind; one that ends in "_" stands for all that begin with it. tried replaces text once --repair was asked for.
var advice = []struct {
	kinds       []string
	text, tried archive.Text
}{
	{[]string{"digest_mismatch", "missing_file", "missing_object", "missing_copy", "corrupt_object", "size_mismatch", "ocfl_"}, repairs, fromACopy},
	{[]string{"copies_diverge"}, archive.Text{VI: "hai kho kể hai lịch sử khác nhau: không sửa tự động; xin so từng phiên bản rồi chọn kho đúng",
		EN: "the two stores tell different histories: nothing is mended by itself; compare the versions and decide which store is right"}, archive.Text{}},
	{[]string{"segment_missing", "segment_mismatch"}, fromACopy, archive.Text{}},
	{[]string{"segment_ahead"}, archive.Text{VI: "danh mục cũ hơn kho: sohoa serve tự đuổi kịp khi khởi động, hoặc sohoa rebuild --catalog",
		EN: "the catalog is older than the store: sohoa serve catches up when it starts, or run sohoa rebuild --catalog"}, archive.Text{}},
	{[]string{"event_", "tree_mismatch"}, archive.Text{VI: "nhật ký trong danh mục đã bị đổi: giữ lại danh mục này làm bằng chứng, rồi sohoa rebuild --catalog dựng lại từ kho",
		EN: "the log in the catalog was changed: keep this catalog as evidence, then sohoa rebuild --catalog makes it again from the store"}, archive.Text{}},
	{[]string{"checkpoint_mismatch"}, archive.Text{VI: "xem khóa nhật ký (--log-key-file) có đúng của kho này không; nếu đúng thì như nhật ký bị đổi: sohoa rebuild --catalog",
		EN: "see whether the log's key (--log-key-file) is this house's; if it is, the log was changed: sohoa rebuild --catalog"}, archive.Text{}},
	{[]string{"row_", "usage_mismatch"}, repairs, archive.Text{}},
	{[]string{"unknown_object"}, archive.Text{VI: "không bao giờ bị xóa; sohoa check --repair đưa giấy tờ vào danh mục", EN: "never deleted; sohoa check --repair takes a paper into the catalog"},
		archive.Text{VI: "không phải giấy tờ của Sohoa, hoặc siêu dữ liệu của nó hỏng; không bị xóa", EN: "it is no paper of Sohoa's, or its metadata is damaged; it is not deleted"}},
	{[]string{"unknown_quarantine"}, archive.Text{VI: "không bao giờ bị xóa: xin xem tệp trong khu cách ly rồi nộp lại hoặc tự xóa", EN: "never deleted: look at the files in quarantine, then deposit them again or remove them by hand"}, archive.Text{}},
	{[]string{"index_ahead"}, archive.Text{VI: "sohoa rebuild --index", EN: "sohoa rebuild --index"}, archive.Text{}},
	{[]string{"index_"}, repairs, archive.Text{VI: "sohoa rebuild --index", EN: "sohoa rebuild --index"}},
}

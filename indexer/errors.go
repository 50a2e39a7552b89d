package indexer

import (
	"fmt"

	"sohoa/archive"
)

// Codes of the errors that Open returns when the index cannot be used as it lies there. The remedy is the same for all:
// nothing is lost, make it again with `sohoa rebuild --index` (or Wipe, Open and the change feed from the start).
const (
	CodeOlder   = "index_older"   // written by an earlier format
	CodeNewer   = "index_newer"   // written by a later program
	CodeCorrupt = "index_corrupt" // cannot be read
)

// CodeBusy says that another process holds the index.
const CodeBusy = "index_busy"

// NeedsRebuild reports whether err came from an index that must be made again.
func NeedsRebuild(err error) bool {
	switch archive.CodeOf(err) {
	case CodeOlder, CodeNewer, CodeCorrupt:
		return true
	}
	return false
}

func unusable(code string, cause error) error {
	text := map[string]archive.Text{
		CodeOlder:   {VI: "Chỉ mục tìm kiếm thuộc phiên bản cũ. Hãy chạy: sohoa rebuild --index", EN: "The search index is of an earlier format. Run: sohoa rebuild --index"},
		CodeNewer:   {VI: "Chỉ mục tìm kiếm do phiên bản mới hơn tạo ra. Hãy chạy: sohoa rebuild --index", EN: "The search index was written by a later version. Run: sohoa rebuild --index"},
		CodeCorrupt: {VI: "Chỉ mục tìm kiếm bị hỏng. Hãy chạy: sohoa rebuild --index", EN: "The search index is damaged. Run: sohoa rebuild --index"},
	}[code]
	return &archive.Error{Kind: archive.Corrupt, Code: code, Msg: text, Err: cause}
}

// guard turns a panic of the search library over damaged files into an error: an index is derived and must never take the
// server down with it.
func guard(what string, err *error) {
	if p := recover(); p != nil {
		*err = unusable(CodeCorrupt, fmt.Errorf("%s: %v", what, p))
	}
}

func closed() error {
	return archive.Errorf(archive.Unavailable, "the index is closed")
}

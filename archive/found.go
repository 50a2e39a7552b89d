package archive

import "context"

// FoundCount says how often something was found wrong with the papers of one custodian.
type FoundCount struct {
	Custodian AgencyCode
	Code      string
	Papers    int
	Pages     int // pages named; a finding about a whole paper counts as one
}

// ScanFindings are what can be wrong with a scan, in the order people are told, with a short name for lists and tables. Each is a code of a
// Finding.
var ScanFindings = []struct {
	Code string
	Name Text
}{
	{"unreadable", Text{"Không đọc được", "Unreadable"}},
	{"cut_off", Text{"Chữ bị cắt", "Cut off"}},
	{"blurred", Text{"Ảnh nhòe", "Out of focus"}},
	{"too_dark", Text{"Quá tối", "Too dark"}},
	{"page_missing", Text{"Thiếu trang", "Page missing"}},
	{"duplicate_page", Text{"Trang quét hai lần", "Page scanned twice"}},
	{"page_order", Text{"Trang lộn thứ tự", "Pages out of order"}},
	{"upside_down", Text{"Ngược đầu", "Upside down"}},
	{"turned", Text{"Xoay ngang", "Sideways"}},
	{"skewed", Text{"Bị lệch", "Crooked"}},
	{"blank_page", Text{"Trang trắng", "Blank page"}},
	{"low_resolution", Text{"Dưới 200 dpi", "Below 200 dpi"}},
	{"not_colour", Text{"Không phải ảnh màu", "Not in colour"}},
	{"low_confidence", Text{"Đọc không chắc", "Read with doubt"}},
}

// Found counts what is wrong with the scans inside the actor's sight that were deposited in span, by custodian and code.
func (a *Archive) Found(ctx context.Context, actor Actor, span Span) ([]FoundCount, error) {
	if !actor.Role.May(ActRead) {
		return nil, ErrForbidden
	}
	see := actor.Sees(a.Clock.Now())
	if see.Nothing() {
		return nil, nil
	}
	var out []FoundCount
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		out, err = tx.Documents().Found(ctx, see, span)
		return err
	})
	return out, err
}

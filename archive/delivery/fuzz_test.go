package delivery

import (
	"slices"
	"strings"
	"testing"

	"sohoa/internal/sheet"
)

// FuzzIndex holds what a plan promises whatever the table says: every row means a file of the folder or is wrong, no path leads
// out, and the same table read again says the same.
func FuzzIndex(f *testing.F) {
	for _, s := range []string{
		"Tên tệp,Số,Ký hiệu,Ngày ban hành,CCCD\na.pdf,1,QĐ-UBND,05/01/2024,066200012345\nB\\c.PDF,12/2024,,2024,66200012345\n",
		"BẢNG KÊ\n\nĐường dẫn;Số, ký hiệu;Mã hồ sơ;Cơ quan ban hành;Độ mật\n(1);(2);(3);(4);(5)\n../a.pdf;15/2024/NĐ-CP;H15.50-261008-0975;UBND xã Ea Kao;mật\n",
		"filename\tmode\tlanguage\tpages\tkind\nA.PDF\t01\tvi\t3 trang\tresult\na.pdf\t\t\t\t\n",
		"Tªn tÖp,TrÝch yÕu\na.pdf,QuyÕt ®Þnh vÒ viÖc cÊp giÊy phÐp\n",
	} {
		f.Add([]byte(s))
	}
	paths := []string{"a.pdf", "B/c.pdf", "B/C.pdf", "x y.tif"}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<14 {
			return
		}
		o := Options{Limits: sheet.Limits{UnpackedBytes: 1 << 18, Rows: 200, CellChars: 1000}}
		x, err := Read(b, o)
		if err != nil {
			return
		}
		files := NewFiles(paths)
		rows, err := x.Plan(rules(), files)
		if err != nil {
			return
		}
		last := x.Header.Line
		for _, r := range rows {
			if r.Line <= last || r.At >= len(paths) || r.At < 0 && !r.Wrong() || r.At >= 0 && len(files.Lines(r.At)) > 1 && !r.Wrong() {
				t.Fatalf("row %+v behind line %d", r, last)
			}
			last = r.Line
			if strings.HasPrefix(r.File, "/") || slices.Contains(strings.Split(r.File, "/"), "..") {
				t.Fatalf("path %q", r.File)
			}
		}
		again, err := x.Plan(rules(), NewFiles(paths))
		if err != nil || len(again) != len(rows) {
			t.Fatalf("%d rows, then %d, %v", len(rows), len(again), err)
		}
		for i := range rows {
			if rows[i].Said != again[i].Said {
				t.Fatalf("row %d says something else the second time", rows[i].Line)
			}
		}
	})
}

package delivery

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"sohoa/archive"
	"sohoa/internal/sheet"
	"sohoa/internal/viet"
)

// Encodings an index may be in when it is not Unicode. TCVN3 and VNI hide in workbooks too: their fonts show other letters than
// the file holds.
const (
	TCVN3       = "tcvn3"
	VNI         = "vni"
	Windows1258 = "windows-1258"
)

// Options say how to read an index. The zero value finds out what can be found out.
type Options struct {
	Limits   sheet.Limits
	Sheet    string // of a workbook; "": the first visible one
	Encoding string // TCVN3, VNI or Windows1258; "": Unicode
	Map      Map
}

// Index is the table of a delivery. It is not safe for concurrent use.
type Index struct {
	Header Header

	bytes  []byte
	opt    Options
	legacy viet.Encoding // what the texts of the cells are written in
	page   sheet.Encoding

	from1904 bool // known once a row was read
	width    int  // of the widest row seen
}

// Width returns how many columns the widest row has that was read until now.
func (x *Index) Width() int { return x.width }

// Read finds out what an index is: its headings, its encoding. b is the whole file and must not change. Every error about the
// file is an archive.Error of kind Invalid or TooLarge.
func Read(b []byte, o Options) (*Index, error) {
	x := &Index{bytes: b, opt: o}
	switch o.Encoding {
	case "":
	case TCVN3:
		x.legacy, x.page = viet.TCVN3, sheet.Windows1252
	case VNI:
		x.legacy, x.page = viet.VNI, sheet.Windows1252
	case Windows1258:
		x.page = sheet.Windows1258
	default:
		return nil, fmt.Errorf("encoding is %s, %s or %s", TCVN3, VNI, Windows1258)
	}
	var head []sheet.Row
	var sample strings.Builder
	n := 0
	for row, err := range x.Rows() {
		if err != nil {
			return nil, x.guess(err)
		}
		if n < headerRows {
			head = append(head, row)
		}
		for _, c := range row.Cells {
			if c.Kind == sheet.Text {
				sample.WriteString(c.Text + " ")
			}
		}
		if n++; n == sampleRows {
			break
		}
	}
	if o.Encoding == "" {
		if enc, sure := viet.DetectEncoding(sample.String()); enc != viet.Unicode && sure >= 0.8 {
			return nil, wrongEncoding(string(enc))
		}
	}
	var err error
	x.Header, err = findHeader(head, o.Map)
	return x, err
}

// sampleRows is how many rows are looked at before the headings and the encoding are settled.
const sampleRows = 200

// Rows walks every row of the table that has something in it, those above the headings included. The walk ends at the first
// error. It can be walked again.
func (x *Index) Rows() func(yield func(sheet.Row, error) bool) {
	return func(yield func(sheet.Row, error) bool) {
		t, err := sheet.Open(bytes.NewReader(x.bytes), int64(len(x.bytes)), sheet.Options{Limits: x.opt.Limits, Sheet: x.opt.Sheet, Encoding: x.page})
		if err != nil {
			yield(sheet.Row{}, x.told(err))
			return
		}
		defer t.Close()
		x.from1904 = t.From1904()
		for {
			row, err := t.Next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(sheet.Row{}, x.told(err))
				return
			}
			x.width = max(x.width, len(row.Cells))
			for i := range row.Cells {
				c := &row.Cells[i]
				if x.legacy != "" && c.Kind == sheet.Text {
					c.Text = viet.NFC(viet.Decode(x.legacy, c.Text))
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// told turns a fault of the table into the domain's error.
func (x *Index) told(err error) error {
	var f *sheet.Fault
	if !errors.As(err, &f) {
		return err
	}
	kind := archive.Invalid
	if f.Code == "too_large" {
		kind = archive.TooLarge
	}
	msg := archive.Text{VI: f.VI, EN: f.EN}
	if f.Line > 0 {
		msg = archive.Text{VI: fmt.Sprintf("Dòng %d: %s", f.Line, f.VI), EN: fmt.Sprintf("Line %d: %s", f.Line, f.EN)}
	}
	e := archive.Fault(kind, f.Code, msg)
	e.Err = f.Err
	return e
}

// guess looks at a CSV file that is not Unicode and names what it seems to be. Nothing is converted unasked: a wrong guess would
// fill the archive with wrong names.
func (x *Index) guess(err error) error {
	if archive.CodeOf(err) != "encoding" || x.opt.Encoding != "" {
		return err
	}
	as := *x
	as.page = sheet.Windows1252
	var text strings.Builder
	n := 0
	for row, err := range as.Rows() {
		if err != nil || n == sampleRows {
			break
		}
		n++
		for _, c := range row.Cells {
			text.WriteString(c.Text + " ")
		}
	}
	enc, sure := viet.DetectEncoding(text.String())
	if enc == viet.Unicode || sure < 0.8 {
		return wrongEncoding(Windows1258)
	}
	return wrongEncoding(string(enc))
}

func wrongEncoding(seems string) error {
	return archive.Fault(archive.Invalid, "encoding", archive.Text{
		VI: fmt.Sprintf("Bảng kê không phải Unicode, có vẻ là %s. Hãy lưu lại dạng Unicode, hoặc chạy với --encoding %[1]s rồi xem kỹ báo cáo.", seems),
		EN: fmt.Sprintf("The index is not Unicode and looks like %s. Save it as Unicode, or run with --encoding %[1]s and look at the report closely.", seems)})
}

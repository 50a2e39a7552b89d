package intake

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"sohoa/archive"
)

// reasonSuffix is added to the name of a refused file for the text that says why.
const reasonSuffix = ".reason.txt"

// setAside moves a refused file to the same path below REFUSED, with its reason beside it, and overwrites nothing there. A
// long name is shortened to leave room for the reason's; the reason names the file in full.
func (t tree) setAside(p *Paper, res Result, at time.Time) error {
	f := p.File
	dir, err := makeFolder(t.Root, path.Join(RefusedFolder, path.Dir(f.Path)))
	if err != nil {
		return err
	}
	defer dir.Close()
	from, err := t.OpenRoot(path.Dir(f.Path))
	if err != nil {
		return err
	}
	defer from.Close()
	for n := 1; n <= ways; n++ {
		name := variant(f.Name(), n, nameBytes-len(reasonSuffix))
		if _, err := dir.Lstat(name); err == nil {
			continue
		}
		if err := writeReason(dir, name+reasonSuffix, f, res, at); errors.Is(err, fs.ErrExist) {
			continue
		} else if err != nil {
			return err
		}
		// Power lost here: a reason without its file; the file is judged again and gets the next number.
		info, err := from.Lstat(f.Name())
		if err == nil && !p.same(info) {
			err = ErrChanged
		}
		if err == nil {
			err = moveBetween(from, f.Name(), dir, name)
		}
		if err == nil {
			return nil
		}
		if err := errors.Join(err, dir.Remove(name+reasonSuffix)); !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return fmt.Errorf("no free name for %s in %s", Printable(f.Name()), RefusedFolder)
}

func writeReason(dir *os.Root, name string, f File, res Result, at time.Time) error {
	o, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, openFileMode)
	if err != nil {
		return err
	}
	_, err = o.WriteString(reasonText(f, res, at))
	if err := errors.Join(err, o.Sync(), o.Close()); err != nil {
		return errors.Join(err, dir.Remove(name))
	}
	return nil
}

// zone is the one of Vietnam, which has no summer time.
var zone = time.FixedZone("+07:00", 7*60*60)

// reasonText is what lies beside a refused file. Old Windows editors need the mark at its start and their own line ends.
func reasonText(f File, res Result, at time.Time) string {
	var b strings.Builder
	line := func(s string) { b.WriteString(s + "\r\n") }
	b.WriteString("\ufeff")
	line("KHÔNG NHẬN TỆP NÀY / THIS FILE WAS NOT TAKEN")
	line("")
	line("Tệp / File:          " + Printable(f.Name()))
	if dir := path.Dir(f.Path); dir != "." {
		line("Thư mục / Folder:    " + Printable(dir))
	}
	line("Lúc / At:            " + at.In(zone).Format("02/01/2006 15:04:05 -07:00"))
	line("Mã lý do / Reason:   " + res.Code)
	line("")
	line("VI: " + res.Msg.VI)
	line("EN: " + res.Msg.EN)
	wrong := false
	for _, x := range res.Findings {
		if x.Severity != archive.Fatal {
			continue
		}
		if !wrong {
			line("")
			line("Tìm thấy / Found:")
			wrong = true
		}
		line("- " + findingPlace(x) + "VI: " + x.Msg.VI)
		line("  EN: " + x.Msg.EN)
	}
	do, ok := advice[res.Code]
	if !ok {
		do = generalAdvice
	}
	line("")
	line("Cần làm / What to do:")
	line("VI: " + do.VI)
	line("EN: " + do.EN)
	return b.String()
}

func findingPlace(x archive.Finding) string {
	s := ""
	if x.Page > 0 {
		s += fmt.Sprintf("trang / page %d. ", x.Page)
	}
	if x.Object > 0 {
		s += fmt.Sprintf("đối tượng / object %d. ", x.Object)
	}
	return s
}

var generalAdvice = archive.Text{
	VI: "Sửa theo lý do trên rồi đặt tệp trở lại thư mục nhận (không phải thư mục REFUSED). Xong thì có thể xóa tệp này.",
	EN: "Mend what is said above and put the file back into the inbox (not into REFUSED). Then this text can be deleted."}

var advice = map[string]archive.Text{
	"duplicate_content": {
		VI: "Tệp y hệt đã có trong kho, không cần gửi lại. Nếu không cần nữa, có thể xóa tệp này.",
		EN: "The very same file is kept already; there is nothing to send again. When nobody needs it, this copy can be deleted."},
	"empty_file": {
		VI: "Quét lại giấy tờ này: tệp máy quét gửi sang không có nội dung.",
		EN: "Scan the paper again: the file the scanner sent holds nothing."},
	"damaged_file": {
		VI: "Quét lại giấy tờ này. Nếu lặp lại, kiểm tra đường truyền của máy quét tới thư mục nhận.",
		EN: "Scan the paper again. If it happens again, look at the scanner's connection to the inbox."},
	"agency": {
		VI: "Đặt tệp vào thư mục con mang mã cơ quan (ví dụ H15.50), hoặc báo quản trị đặt cơ quan cho thư mục nhận (--inbox-agency).",
		EN: "Put the file into a subfolder named by the agency's code (for example H15.50), or have the administrator give the inbox an agency (--inbox-agency)."},
	"agency_scope": {
		VI: "Sửa tên thư mục con cho đúng mã cơ quan. Nếu mã đúng, báo quản trị: thư mục nhận này không phục vụ cơ quan đó, hoặc cơ quan chưa được đăng ký.",
		EN: "Correct the code the subfolder is named by. If it is right, tell the administrator: this inbox does not serve that agency, or nobody has registered it."},
	"dossier_code": {
		VI: "Sửa tên thư mục con cho đúng mã hồ sơ (ví dụ H15.50-261008-0975), rồi đặt thư mục trở lại.",
		EN: "Correct the name of the subfolder to the dossier's code (for example H15.50-261008-0975) and put it back."},
	"dossier_date": {
		VI: "Sửa tên thư mục con cho đúng mã hồ sơ: sáu chữ số giữa là ngày nhận, dạng năm tháng ngày (261008).",
		EN: "Correct the name of the subfolder to the dossier's code: its six middle digits are the day of receipt, year month day (261008)."},
}

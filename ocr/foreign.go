package ocr

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"sohoa/archive"
)

// Foreign names a file that is none of the kinds this house takes, so that its sender hears what it is and what to do about it
// instead of only that it is wrong. Ok is false for a file it does not know. It reads at most a few hundred kilobytes and
// unpacks nothing. The caller asks it only after pdf.IsPDF and image.Kind have said no.
func Foreign(f io.ReaderAt, size int64) (verdict archive.Inspection, ok bool) {
	head := window(f, 0, min(size, headBytes))
	k, ok := foreignKind(f, size, head)
	if !ok {
		return archive.Inspection{}, false
	}
	c := cures[k.code]
	return archive.Inspection{Refusal: "unsupported_type", Findings: []archive.Finding{{Code: k.code, Severity: archive.Fatal, Msg: archive.Text{
		VI: strings.ReplaceAll(c.VI, "{}", k.name.VI), EN: strings.ReplaceAll(c.EN, "{}", k.name.EN)}}}}, true
}

// kind is what a foreign file is called, and which cure helps.
type kind struct {
	code string
	name archive.Text
}

// cures say what to do. {} is the name of the kind.
var cures = map[string]archive.Text{
	archive.OfficeFile: {VI: "Đây là {}. Hãy mở tệp, in ra PDF (In → Lưu thành PDF) rồi gửi tệp PDF đó.", EN: "This is {}. Open it, print to PDF (Print → Save as PDF) and send that file."},
	archive.ForeignPicture: {VI: "Đây là {}. Hãy lưu lại thành JPEG rồi gửi tệp đó; máy điện thoại: chọn định dạng ảnh “Tương thích nhất”.",
		EN: "This is {}. Save it as JPEG and send that; on a phone, choose the camera format “Most Compatible”."},
	archive.PackedFile:  {VI: "Đây là {}. Hãy giải nén rồi gửi từng giấy tờ.", EN: "This is {}. Unpack it and send each paper by itself."},
	archive.MediaFile:   {VI: "Đây là {}, không phải giấy tờ.", EN: "This is {}, not a paper."},
	archive.ProgramFile: {VI: "Đây là {}, không phải giấy tờ. Nếu không rõ tệp này từ đâu ra, đừng mở và hãy báo quản trị.", EN: "This is {}, not a paper. If you do not know where it comes from, do not open it and tell the administrator."},
}

func office(vi, en string) (kind, bool) {
	return kind{archive.OfficeFile, archive.Text{VI: vi, EN: en}}, true
}

func picture(vi, en string) (kind, bool) {
	return kind{archive.ForeignPicture, archive.Text{VI: vi, EN: en}}, true
}

func packed(name string) (kind, bool) {
	return kind{archive.PackedFile, archive.Text{VI: "tệp nén " + name, EN: "a " + name + " archive"}}, true
}

// headBytes is how much of the start is looked at; the longest thing sought there is the directory of an OLE2 file.
const headBytes = 64 << 10

// magics are the kinds that their first bytes tell.
var magics = []struct {
	magic string
	kind  kind
}{
	{"{\\rtf", kind{archive.OfficeFile, archive.Text{VI: "văn bản RTF", EN: "an RTF document"}}},
	{"%!PS", kind{archive.OfficeFile, archive.Text{VI: "tệp PostScript", EN: "a PostScript file"}}},
	{"AT&TFORM", kind{archive.OfficeFile, archive.Text{VI: "tệp DjVu", EN: "a DjVu file"}}},
	{"AC10", kind{archive.OfficeFile, archive.Text{VI: "bản vẽ AutoCAD", EN: "an AutoCAD drawing"}}},
	{"GIF87a", kind{archive.ForeignPicture, archive.Text{VI: "ảnh GIF", EN: "a GIF picture"}}},
	{"GIF89a", kind{archive.ForeignPicture, archive.Text{VI: "ảnh GIF", EN: "a GIF picture"}}},
	{"8BPS", kind{archive.ForeignPicture, archive.Text{VI: "ảnh Photoshop", EN: "a Photoshop picture"}}},
	{"\x00\x00\x00\x0cjP  \r\n\x87\n", kind{archive.ForeignPicture, archive.Text{VI: "ảnh JPEG 2000", EN: "a JPEG 2000 picture"}}},
	{"\x00\x00\x00\x0cJXL \r\n\x87\n", kind{archive.ForeignPicture, archive.Text{VI: "ảnh JPEG XL", EN: "a JPEG XL picture"}}},
	{"Rar!\x1a\x07", kind{archive.PackedFile, archive.Text{VI: "tệp nén RAR", EN: "a RAR archive"}}},
	{"7z\xbc\xaf\x27\x1c", kind{archive.PackedFile, archive.Text{VI: "tệp nén 7-Zip", EN: "a 7-Zip archive"}}},
	{"\x1f\x8b\x08", kind{archive.PackedFile, archive.Text{VI: "tệp nén GZIP", EN: "a GZIP archive"}}},
	{"BZh", kind{archive.PackedFile, archive.Text{VI: "tệp nén BZIP2", EN: "a BZIP2 archive"}}},
	{"\xfd7zXZ\x00", kind{archive.PackedFile, archive.Text{VI: "tệp nén XZ", EN: "an XZ archive"}}},
	{"ID3", kind{archive.MediaFile, archive.Text{VI: "tệp âm thanh", EN: "a sound file"}}},
	{"OggS", kind{archive.MediaFile, archive.Text{VI: "tệp âm thanh", EN: "a sound file"}}},
	{"\x1aE\xdf\xa3", kind{archive.MediaFile, archive.Text{VI: "tệp phim", EN: "a film"}}},
	{"\x7fELF", kind{archive.ProgramFile, archive.Text{VI: "chương trình chạy được", EN: "a program"}}},
	{"#!", kind{archive.ProgramFile, archive.Text{VI: "tệp lệnh", EN: "a script"}}},
}

func foreignKind(f io.ReaderAt, size int64, head []byte) (kind, bool) {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.kind, true
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")), bytes.HasPrefix(head, []byte("PK\x07\x08")):
		return zipKind(f, size, head)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return ole2Kind(f, size, head)
	case len(head) >= 12 && string(head[4:8]) == "ftyp": // ISO/IEC 14496-12 §4.3
		return baseMediaKind(head)
	case len(head) >= 12 && string(head[:4]) == "RIFF":
		switch string(head[8:12]) {
		case "WEBP":
			return picture("ảnh WebP", "a WebP picture")
		case "WAVE":
			return kind{archive.MediaFile, archive.Text{VI: "tệp âm thanh", EN: "a sound file"}}, true
		case "AVI ":
			return kind{archive.MediaFile, archive.Text{VI: "tệp phim", EN: "a film"}}, true
		}
	case isBMP(head):
		return picture("ảnh BMP", "a BMP picture")
	case isWindowsProgram(head):
		return kind{archive.ProgramFile, archive.Text{VI: "chương trình chạy được", EN: "a program"}}, true
	}
	return textKind(head)
}

// baseMediaKind tells the pictures of phones from films, by the brands a file names.
func baseMediaKind(head []byte) (kind, bool) {
	end := min(int(binary.BigEndian.Uint32(head)), len(head), 256)
	brands := []string{string(head[8:12])}
	for i := 16; i+4 <= end; i += 4 {
		brands = append(brands, string(head[i:i+4]))
	}
	switch any := func(names ...string) bool {
		return slices.ContainsFunc(brands, func(b string) bool { return slices.Contains(names, b) })
	}; {
	case any("avif", "avis"):
		return picture("ảnh AVIF", "an AVIF picture")
	case any("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"):
		return picture("ảnh HEIC của điện thoại", "a HEIC picture of a phone")
	}
	return kind{archive.MediaFile, archive.Text{VI: "tệp phim", EN: "a film"}}, true
}

// isBMP looks beyond the two letters, with which an honest text may begin: four reserved bytes are zero and the header that
// follows has one of its known lengths.
func isBMP(head []byte) bool {
	return len(head) >= 18 && string(head[:2]) == "BM" && bytes.Equal(head[6:10], make([]byte, 4)) && slices.Contains([]uint32{12, 40, 52, 56, 64, 108, 124}, binary.LittleEndian.Uint32(head[14:]))
}

func isWindowsProgram(head []byte) bool {
	return len(head) >= 64 && string(head[:2]) == "MZ" && binary.LittleEndian.Uint32(head[60:]) != 0
}

// zipKind tells the ZIP files that are documents by the names inside. OOXML (ISO/IEC 29500-2) has a list of content types, ODF
// (OASIS OpenDocument 1.3 part 2 §3.3) and EPUB an entry mimetype, stored and first.
func zipKind(f io.ReaderAt, size int64, head []byte) (kind, bool) {
	if mime, ok := storedMimetype(head); ok {
		switch {
		case strings.HasPrefix(mime, "application/vnd.oasis.opendocument.text"):
			return office("văn bản OpenDocument (Writer)", "an OpenDocument text")
		case strings.HasPrefix(mime, "application/vnd.oasis.opendocument.spreadsheet"):
			return office("bảng tính OpenDocument (Calc)", "an OpenDocument spreadsheet")
		case strings.HasPrefix(mime, "application/vnd.oasis.opendocument.presentation"):
			return office("trình chiếu OpenDocument (Impress)", "an OpenDocument presentation")
		case strings.HasPrefix(mime, "application/vnd.oasis.opendocument."):
			return office("tệp OpenDocument", "an OpenDocument file")
		case mime == "application/epub+zip":
			return office("sách điện tử EPUB", "an EPUB book")
		}
	}
	types, word, excel, slides, xps := false, false, false, false, false
	for name := range zipNames(f, size) {
		types = types || name == "[Content_Types].xml"
		word = word || strings.HasPrefix(name, "word/")
		excel = excel || strings.HasPrefix(name, "xl/")
		slides = slides || strings.HasPrefix(name, "ppt/")
		xps = xps || strings.HasSuffix(name, ".fdseq")
	}
	switch {
	case types && word:
		return office("văn bản Word", "a Word document")
	case types && excel:
		return office("bảng tính Excel", "an Excel workbook")
	case types && slides:
		return office("trình chiếu PowerPoint", "a PowerPoint presentation")
	case types && xps:
		return office("tệp XPS", "an XPS document")
	case types, bytes.Contains(head, []byte("[Content_Types].xml")): // the second: cut off before its list of names
		return office("tệp Office", "an Office file")
	}
	return packed("ZIP")
}

// storedMimetype returns what the first entry of a ZIP says of the whole, where it is called mimetype and stored.
func storedMimetype(head []byte) (string, bool) {
	const fixed = 30 // APPNOTE.TXT §4.3.7
	if len(head) < fixed || binary.LittleEndian.Uint16(head[8:]) != 0 {
		return "", false
	}
	size, name, extra := binary.LittleEndian.Uint32(head[22:]), int(binary.LittleEndian.Uint16(head[26:])), int(binary.LittleEndian.Uint16(head[28:]))
	at := fixed + name + extra
	if size == 0 || size > 200 || at+int(size) > len(head) || string(head[fixed:fixed+name]) != "mimetype" {
		return "", false
	}
	return string(head[at : at+int(size)]), true
}

// zipNames walks the names in the central directory (APPNOTE.TXT §4.3.12), as far as 256 KiB of it go.
func zipNames(f io.ReaderAt, size int64) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		const fixed, endFixed, most = 46, 22, 256 << 10
		tail := window(f, max(0, size-(1<<16+endFixed)), size)
		end := bytes.LastIndex(tail, []byte("PK\x05\x06"))
		if end < 0 || len(tail)-end < endFixed {
			return
		}
		length, at := int64(binary.LittleEndian.Uint32(tail[end+12:])), int64(binary.LittleEndian.Uint32(tail[end+16:]))
		for d := window(f, at, at+min(length, most)); len(d) >= fixed && string(d[:4]) == "PK\x01\x02"; {
			name := int(binary.LittleEndian.Uint16(d[28:]))
			next := fixed + name + int(binary.LittleEndian.Uint16(d[30:])) + int(binary.LittleEndian.Uint16(d[32:]))
			if fixed+name > len(d) || !yield(string(d[fixed:fixed+name])) || next > len(d) {
				return
			}
			d = d[next:]
		}
	}
}

// ole2Kind tells what an OLE2 file ([MS-CFB]) holds by the names in its directory, as far as they lie where they usually do.
func ole2Kind(f io.ReaderAt, size int64, head []byte) (kind, bool) {
	look := append(slices.Clone(head), window(f, max(0, size-headBytes), size)...) // where small files and fast savers put it
	if len(head) >= 52 {
		shift, sector := binary.LittleEndian.Uint16(head[30:]), int64(binary.LittleEndian.Uint32(head[48:]))
		if shift == 9 || shift == 12 {
			at := (sector + 1) << shift
			look = append(look, window(f, at, min(size, at+32<<10))...)
		}
	}
	has := func(name string) bool {
		wide := make([]byte, 0, 2*len(name))
		for i := range len(name) {
			wide = append(wide, name[i], 0)
		}
		return bytes.Contains(look, wide)
	}
	switch {
	case has("WordDocument"):
		return office("văn bản Word (.doc)", "a Word document (.doc)")
	case has("Workbook"), has("Book"):
		return office("bảng tính Excel (.xls)", "an Excel workbook (.xls)")
	case has("PowerPoint Document"):
		return office("trình chiếu PowerPoint (.ppt)", "a PowerPoint presentation (.ppt)")
	case has("EncryptedPackage"):
		return office("tệp Office có mật khẩu", "an Office file with a password")
	case has("__substg1.0_"), has("__properties_version1.0"):
		return office("thư Outlook", "an Outlook message")
	}
	return office("tệp Office đời cũ", "an old Office file")
}

// textKind tells what people write with an editor: pages of the web, XML, e-mails, plain text.
func textKind(head []byte) (kind, bool) {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return office("tệp văn bản thô", "a plain text file")
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	text = text[:min(len(text), 4096)]
	if len(text) == 0 || !legible(text) {
		return kind{}, false
	}
	begins := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return len(text) >= len(w) && strings.EqualFold(string(text[:len(w)]), w) })
	}
	switch {
	case begins("<!doctype html", "<html", "<head", "<body"):
		return office("trang web HTML", "an HTML page")
	case bytes.Contains(text, []byte("<svg")) && begins("<"):
		return picture("ảnh SVG", "an SVG picture")
	case begins("<?xml"):
		return office("tệp XML", "an XML file")
	case begins("From: ", "Received: ", "MIME-Version: ", "Return-Path: ", "Delivered-To: ", "X-Received: "):
		return office("thư điện tử", "an e-mail")
	}
	return office("tệp văn bản thô", "a plain text file")
}

// legible reports whether b is UTF-8 without control characters. A character cut at the end of the window is no fault.
func legible(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return len(b) < utf8.UTFMax && !utf8.FullRune(b)
		}
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' || r == 0x7f {
			return false
		}
		b = b[n:]
	}
	return true
}

// window reads what there is of f between from and to.
func window(f io.ReaderAt, from, to int64) []byte {
	if from < 0 || to <= from {
		return nil
	}
	b := make([]byte, to-from)
	n, _ := f.ReadAt(b, from)
	return b[:n]
}

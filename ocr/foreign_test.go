package ocr

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"sohoa/archive"
)

// zipOf packs entries in the order given; the first is stored when it is the mimetype, as ODF and EPUB want.
func zipOf(t testing.TB, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range names {
		name, body, _ := strings.Cut(n, "=")
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		if name == "mimetype" {
			// Written raw: with a data descriptor, which the ordinary way uses, the size would not stand before the bytes.
			h.Method, h.CompressedSize64, h.UncompressedSize64 = zip.Store, uint64(len(body)), uint64(len(body))
			e, err := w.CreateRaw(h)
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(e, body)
			continue
		}
		e, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(e, strings.Repeat(body+" ", 4000))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ole2Of makes the bones of an OLE2 file whose directory, in sector number at, names one stream.
func ole2Of(at uint32, stream string) []byte {
	b := make([]byte, int(at+3)*512)
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	binary.LittleEndian.PutUint16(b[30:], 9)
	binary.LittleEndian.PutUint32(b[48:], at)
	entry := b[(at+1)*512+128:]
	for i := range len(stream) {
		entry[2*i] = stream[i]
	}
	return b
}

func ftyp(brands ...string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(12+4*len(brands)))
	b = append(b, "ftyp"+brands[0]+"\x00\x00\x00\x00"...)
	for _, s := range brands[1:] {
		b = append(b, s...)
	}
	return append(b, make([]byte, 100)...)
}

func TestForeignFilesAreCalledByTheirNames(t *testing.T) {
	docx := zipOf(t, "[Content_Types].xml=<Types/>", "_rels/.rels=x", "word/document.xml=giấy phép")
	for _, c := range []struct {
		reason string
		data   []byte
		code   string
		vi, en string // in the sentence
	}{
		{"Word today", docx, archive.OfficeFile, "văn bản Word", "a Word document"},
		{"Excel today", zipOf(t, "xl/workbook.xml=x", "[Content_Types].xml=x"), archive.OfficeFile, "bảng tính Excel", "an Excel workbook"},
		{"PowerPoint today", zipOf(t, "[Content_Types].xml=x", "ppt/presentation.xml=x"), archive.OfficeFile, "trình chiếu PowerPoint", "a PowerPoint presentation"},
		{"Word cut off half-way", docx[:len(docx)/2], archive.OfficeFile, "tệp Office", "an Office file"},
		{"Writer", zipOf(t, "mimetype=application/vnd.oasis.opendocument.text", "content.xml=x"), archive.OfficeFile, "OpenDocument (Writer)", "an OpenDocument text"},
		{"Calc", zipOf(t, "mimetype=application/vnd.oasis.opendocument.spreadsheet", "content.xml=x"), archive.OfficeFile, "OpenDocument (Calc)", "an OpenDocument spreadsheet"},
		{"a book", zipOf(t, "mimetype=application/epub+zip", "OEBPS/x.html=x"), archive.OfficeFile, "EPUB", "an EPUB book"},
		{"Word of 1997", ole2Of(1, "WordDocument"), archive.OfficeFile, "(.doc)", "a Word document (.doc)"},
		{"Excel of 1997, its directory far behind", ole2Of(900, "Workbook"), archive.OfficeFile, "(.xls)", "an Excel workbook (.xls)"},
		{"PowerPoint of 1997", ole2Of(2, "PowerPoint Document"), archive.OfficeFile, "(.ppt)", "a PowerPoint presentation (.ppt)"},
		{"Word with a password", ole2Of(2, "EncryptedPackage"), archive.OfficeFile, "tệp Office có mật khẩu", "an Office file with a password"},
		{"an Outlook message", ole2Of(2, "__properties_version1.0"), archive.OfficeFile, "thư Outlook", "an Outlook message"},
		{"another OLE2 file", ole2Of(2, "CONTENTS"), archive.OfficeFile, "tệp Office đời cũ", "an old Office file"},
		{"an OLE2 file whose directory lies nowhere", ole2Of(1, "x")[:512], archive.OfficeFile, "tệp Office đời cũ", "an old Office file"},
		{"RTF", []byte(`{\rtf1\ansi Quyết định}`), archive.OfficeFile, "văn bản RTF", "an RTF document"},
		{"a page of the web", []byte("\xef\xbb\xbf \n<!DOCTYPE HTML PUBLIC \"-//W3C\"><html>"), archive.OfficeFile, "trang web HTML", "an HTML page"},
		{"XML", []byte(`<?xml version="1.0"?><edXML/>`), archive.OfficeFile, "tệp XML", "an XML file"},
		{"plain text in Vietnamese", []byte("Kính gửi: Ủy ban nhân dân tỉnh\r\n"), archive.OfficeFile, "tệp văn bản thô", "a plain text file"},
		{"plain text whose last letter is cut by the window", append(bytes.Repeat([]byte("a"), headBytes-1), "ỷ"...), archive.OfficeFile, "tệp văn bản thô", "a plain text file"},
		{"Notepad's Unicode", []byte("\xff\xfeK\x00"), archive.OfficeFile, "tệp văn bản thô", "a plain text file"},
		{"an e-mail", []byte("Received: from a by b\r\n"), archive.OfficeFile, "thư điện tử", "an e-mail"},
		{"a phone's photo", ftyp("heic", "mif1", "heic"), archive.ForeignPicture, "ảnh HEIC", "a HEIC picture"},
		{"a phone's photo under its general brand", ftyp("mif1", "miaf", "heic"), archive.ForeignPicture, "ảnh HEIC", "a HEIC picture"},
		{"AVIF", ftyp("avif", "mif1"), archive.ForeignPicture, "ảnh AVIF", "an AVIF picture"},
		{"WebP", []byte("RIFF\x24\x00\x00\x00WEBPVP8 "), archive.ForeignPicture, "ảnh WebP", "a WebP picture"},
		{"GIF", []byte("GIF89a\x01\x00\x01\x00"), archive.ForeignPicture, "ảnh GIF", "a GIF picture"},
		{"BMP", append([]byte("BM\x00\x10\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"), make([]byte, 40)...), archive.ForeignPicture, "ảnh BMP", "a BMP picture"},
		{"SVG", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`), archive.ForeignPicture, "ảnh SVG", "an SVG picture"},
		{"a ZIP of papers", zipOf(t, "a.pdf=%PDF-1.7"), archive.PackedFile, "tệp nén ZIP", "a ZIP archive"},
		{"an empty ZIP", zipOf(t), archive.PackedFile, "tệp nén ZIP", "a ZIP archive"},
		{"RAR", []byte("Rar!\x1a\x07\x01\x00"), archive.PackedFile, "tệp nén RAR", "a RAR archive"},
		{"a film of a phone", ftyp("isom", "mp42"), archive.MediaFile, "tệp phim", "a film"},
		{"a program", append(append([]byte("MZ"), make([]byte, 58)...), 0x80, 0, 0, 0, 0), archive.ProgramFile, "chương trình", "a program"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			v, ok := Foreign(bytes.NewReader(c.data), int64(len(c.data)))
			if !ok || v.Refusal != "unsupported_type" || len(v.Findings) != 1 {
				t.Fatalf("%v %+v", ok, v)
			}
			f := v.Findings[0]
			if f.Code != c.code || f.Severity != archive.Fatal || !strings.Contains(f.Msg.VI, c.vi) || !strings.Contains(f.Msg.EN, c.en) {
				t.Errorf("%+v", f)
			}
			cure := map[string][2]string{archive.OfficeFile: {"in ra PDF", "print to PDF"}, archive.ForeignPicture: {"lưu lại thành JPEG", "Save it as JPEG"},
				archive.PackedFile: {"giải nén", "Unpack it"}}[c.code]
			if !strings.Contains(f.Msg.VI, cure[0]) || !strings.Contains(f.Msg.EN, cure[1]) || strings.Contains(f.Msg.VI+f.Msg.EN, "{}") {
				t.Errorf("what to do is not said: %+v", f.Msg)
			}
		})
	}
}

func TestWhatNobodyKnowsIsNotGuessed(t *testing.T) {
	for reason, data := range map[string][]byte{
		"nothing": nil, "zeroes": make([]byte, 4096), "noise": {0x93, 0x00, 0xfe, 0x12, 0x80, 0x01}, "blanks only": []byte(" \r\n\t"),
		"a text with a control character": []byte("abc\x00def"), "two letters of a program": []byte("MZ nothing more \x01"), "two letters of a BMP": []byte("BM \x01"),
	} {
		if v, ok := Foreign(bytes.NewReader(data), int64(len(data))); ok {
			t.Errorf("%s is called %+v", reason, v.Findings)
		}
	}
}

func FuzzForeign(f *testing.F) {
	for _, b := range [][]byte{zipOf(f, "[Content_Types].xml=x", "word/a=b"), zipOf(f, "mimetype=application/epub+zip"), ole2Of(3, "Book"), ftyp("heic", "mif1"), []byte("RIFF"), []byte("<?xml")} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, ok := Foreign(bytes.NewReader(b), int64(len(b)))
		if ok && (v.Refusal != "unsupported_type" || len(v.Findings) != 1 || v.Findings[0].Msg.VI == "" || v.Findings[0].Msg.EN == "") {
			t.Errorf("%+v", v)
		}
	})
}

package main

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
)

// TestOfficeFilesAreToldToBePrinted sends a Word document and a phone's photo to the real program, declared as what it takes:
// the bytes decide, the answer names the thing and the cure in the caller's language, and nothing is kept.
func TestOfficeFilesAreToldToBePrinted(t *testing.T) {
	t.Parallel()
	s := self(t).start(t, t.TempDir(), "clerk", "--no-reading")
	var word bytes.Buffer
	z := zip.NewWriter(&word)
	for _, name := range []string{"[Content_Types].xml", "word/document.xml"} {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reason, body, en, vi, code string
	}{
		{"a Word document called PDF", word.String(), "This is a Word document. Open it, print to PDF", "Đây là văn bản Word. Hãy mở tệp, in ra PDF", "office_file"},
		{"a photo of a phone", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "This is a HEIC picture of a phone. Save it as JPEG", "Đây là ảnh HEIC của điện thoại. Hãy lưu lại thành JPEG", "foreign_picture"},
	} {
		for lang, want := range map[string]string{"en": c.en, "vi": c.vi} {
			status, _, b, err := s.call("PUT", "/api/v1/documents?file_name=a.pdf&agency=H15", map[string]string{"Content-Type": "application/pdf", "Accept-Language": lang}, strings.NewReader(c.body))
			if err != nil || status != 415 || !bytes.Contains(b, []byte(`"detail":"`+want)) || !bytes.Contains(b, []byte(c.code)) || !bytes.Contains(b, []byte("unsupported_type")) {
				t.Errorf("%s: %d %v %s", c.reason, status, err, b)
			}
		}
	}
	var list struct{ Items []paper }
	if s.must(200, "GET", "/api/v1/documents", nil, &list); len(list.Items) != 0 {
		t.Errorf("%d papers kept", len(list.Items))
	}
}

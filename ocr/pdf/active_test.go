package pdf

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
)

const script = "<</S/JavaScript/JS(app.alert(1))>>"

// TestActiveContentIsFound hides things that run where they have been hidden before.
func TestActiveContentIsFound(t *testing.T) {
	objectStream := func(objects ...string) []byte {
		head, body := "", ""
		for i, o := range objects {
			head += fmt.Sprintf("%d %d ", 10+i, len(body))
			body += o + " "
		}
		b := newBuilder()
		b.object(1, "<</Type/Catalog/Pages 2 0 R/OpenAction 10 0 R>>")
		b.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
		b.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>")
		b.stream(4, fmt.Sprintf("/Type/ObjStm/N %d/First %d/Filter/FlateDecode", len(objects), len(head)), deflate([]byte(head+body)))
		return b.end("")
	}
	inObjectStream := objectStream(script)
	escapedType := bytes.Replace(objectStream(script), []byte("/ObjStm"), []byte("/Obj#53tm"), 1)
	older := newBuilder()
	older.Write(onePage("/OpenAction 4 0 R", "", script))
	older.object(4, "<</S/GoTo/D[3 0 R/Fit]>>")
	overwritten := older.end("/Prev 9")
	inStream := func(header string) []byte {
		b := newBuilder()
		b.object(1, "<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R>>")
		b.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
		b.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>")
		b.stream(4, "", []byte(header+"\n"+script+"\nendobj\n"))
		b.offsets[5] = bytes.Index(b.Bytes(), []byte(header))
		b.max = 5
		return b.end("")
	}
	cases := []struct {
		reason string
		bytes  []byte
		code   string
	}{
		{"opened with the file", onePage("/OpenAction"+script, ""), "javascript"},
		{"behind a reference", onePage("/OpenAction 4 0 R", "", script), "javascript"},
		{"type behind a reference", onePage("/OpenAction<</S 4 0 R/D 5 0 R>>", "", "/JavaScript", "(x)"), "javascript"},
		{"name in hexadecimal", onePage("/OpenAction<</S/J#61vaScr#69pt/J#53(x)>>", ""), "javascript"},
		{"without the type", onePage("/OpenAction<</JS(x)>>", ""), "javascript"},
		{"script in a stream", onePage("/OpenAction<</S/Rendition/JS 4 0 R>>", "", "<</Length 1>>stream\nx\nendstream"), "javascript"},
		{"in the tree of names", onePage("/Names<</JavaScript<</Names[(a) 4 0 R]>>>>", "", script), "javascript"},
		{"named only", onePage("/Names<</JavaScript 4 0 R>>", "", "<</Names[(a) 5 0 R]>>"), "javascript"},
		{"nobody points at it", onePage("", "", script), "javascript"},
		{"in an object stream", inObjectStream, "javascript"},
		{"in an object stream whose type is escaped", escapedType, "javascript"},
		{"overwritten by a later revision", overwritten, "javascript"},
		{"in the bytes of a stream, pointed at by the table", inStream("5 0 obj"), "javascript"},
		{"the same behind a comment in its header", inStream("5 %\n0 %\nobj"), "javascript"},
		{"second of two keys alike", onePage("/OpenAction<</S/GoTo/D[3 0 R/Fit]>>/OpenAction"+script, ""), "javascript"},
		{"first of two keys alike", onePage("/OpenAction"+script+"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>", ""), "javascript"},
		{"after a harmless action", onePage("/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next["+script+"]>>", ""), "javascript"},
		{"on a click", onePage("", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A"+script+">>]"), "javascript"},
		{"under a font's name", onePage("", "/Resources<</Font<</JS(x)>>>>"), "javascript"},
		{"when the page opens", onePage("", "/AA<</O<</S/URI/URI(https://example.vn)>>>>"), "auto_action"},
		{"when a field changes", onePage("/AcroForm<</Fields[4 0 R]>>", "", "<</FT/Tx/T(a)/AA<</K<</S/Foo>>>>>>"), "auto_action"},
		{"a browser opened with the file", onePage("/OpenAction<</S/URI/URI(https://example.vn)>>", ""), "auto_action"},
		{"a program", onePage("", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/Win<</F(cmd.exe)>>>>>>]"), "launch"},
		{"another file", onePage("", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/GoToR/F(\\\\\\\\host\\\\x)/D[0/Fit]>>>>]"), "remote_goto"},
		{"sending a form", onePage("", "/Annots[<</Subtype/Widget/FT/Btn/T(a)/Rect[0 0 9 9]/A<</S/SubmitForm/F(https://example.vn)>>>>]"), "submit_form"},
		{"taking in data", onePage("", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/ImportData/F(x)>>>>]"), "import_data"},
		{"a film", onePage("", "/Annots[<</Subtype/Movie/Rect[0 0 9 9]/Movie<</F(x)>>>>]"), "multimedia"},
		{"rich media", onePage("", "/Annots[<</Subtype/RichMedia/Rect[0 0 9 9]>>]"), "multimedia"},
		{"a model in three dimensions", onePage("", "/Annots[<</Subtype/3D/Rect[0 0 9 9]>>]"), "multimedia"},
		{"a screen", onePage("", "/Annots[<</Subtype/Screen/Rect[0 0 9 9]>>]"), "multimedia"},
		{"an attached file", onePage("", "/Annots[<</Subtype/FileAttachment/Rect[0 0 9 9]/FS 4 0 R>>]", "<</Type/Filespec/F(a)>>"), "embedded_file"},
		{"a file in the tree of names", onePage("/Names<</EmbeddedFiles<</Names[(a) 4 0 R]>>>>", "", "<</F(a)>>"), "embedded_file"},
		{"an associated file", onePage("/AF[4 0 R]", "", "<</F(a)>>"), "embedded_file"},
		{"a file nobody lists", onePage("", "", "<</Type/EmbeddedFile/Length 1>>stream\nx\nendstream"), "embedded_file"},
		{"a dynamic form", onePage("/AcroForm<</Fields[]/XFA[(a) 4 0 R]>>", "", "<</Length 1>>stream\nx\nendstream"), "xfa"},
		{"a program for printers", onePage("", "", "<</Subtype/PS/Length 1>>stream\nx\nendstream"), "postscript"},
		{"bytes in another file", onePage("", "/Contents 4 0 R", "<</F(\\\\\\\\host\\\\x)/Length 0>>stream\n\nendstream"), "external_content"},
		{"a page of another file", onePage("", "", "<</Subtype/Form/BBox[0 0 1 1]/Ref<</F(x)/Page 0>>/Length 0>>stream\n\nendstream"), "external_content"},
		{"a link that is code", onePage("", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI( java\tscript:alert(1))>>>>]"), "unsafe_link"},
		{"a link to a local file", onePage("", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(file:///etc/passwd)>>>>]"), "unsafe_link"},
		{"an action nobody described", onePage("", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/Surprise>>>>]"), "unknown_action"},
		{"another look under the pointer", onePage("", "/Annots[<</Subtype/Widget/FT/Btn/T(a)/Rect[0 0 9 9]/AP<</N 4 0 R/R 4 0 R>>>>]", "<</Subtype/Form/BBox[0 0 9 9]/Length 0>>stream\n\nendstream"), "shifting_page"},
		{"a trailer nobody counts", append(onePage("", ""), "trailer<</Root<</Pages 2 0 R/OpenAction"+script+">>>>\n%%EOF\n"...), "javascript"},
		{"a picture of another file for the print shop", onePage("", "", "<</Subtype/Image/Width 1/Height 1/OPI<</1.3<</F(x)>>>>/Length 1>>stream\nx\nendstream"), "external_content"},
		{"an object stream without its type", bytes.Replace(objectStream(script), []byte("/Type/ObjStm"), []byte("/Type/Potato"), 1), "javascript"},
		{"a page with two contents", onePage("", "/Contents 4 0 R/Contents 5 0 R", "<</Length 1>>stream\nq\nendstream", "<</Length 1>>stream\nQ\nendstream"), "ambiguous"},
		{"a page list said twice and differently", bytes.Replace(onePage("", ""), []byte("/Kids[3 0 R]"), []byte("/Kids[3 0 R]/Kids[]"), 1), "ambiguous"},
		{"a trailer with two catalogues", bytes.Replace(onePage("", "", "<</Type/Catalog/Pages 2 0 R>>"), []byte("/Root 1 0 R"), []byte("/Root 1 0 R/Root 4 0 R"), 1), "ambiguous"},
		{"a PDF before which something stands", append([]byte("GIF89a\n"), onePage("", "")...), "header_offset"},
		{"something after the end", append(onePage("", ""), "<html>"...), "trailing_data"},
		{"an archive at the end", append(onePage("", ""), "PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x06\x00%%EOF\n"...), "polyglot"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got := judged(t, c.bytes, archive.InspectLimits{})
			if got.Refusal != unsafe || !slices.Contains(codes(got), c.code) {
				t.Errorf("refusal %q with %v, want %s", got.Refusal, codes(got), c.code)
			}
		})
	}
}

// TestHarmlessThingsPass keeps the gate open for what papers are made of.
func TestHarmlessThingsPass(t *testing.T) {
	font := "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
	cases := []struct {
		reason string
		bytes  []byte
	}{
		{"an empty page", onePage("", "")},
		{"opens at a place", onePage("/OpenAction[3 0 R/XYZ null null 0]", "")},
		{"opens with a jump", onePage("/OpenAction<</S/GoTo/D[3 0 R/Fit]>>", "")},
		{"a link", onePage("", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Border[0 0 0]/A<</S/URI/URI(https://dichvucong.gov.vn/x?a=1)>>>>]")},
		{"a link to write a letter", onePage("", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(mailto:a@example.vn)>>>>]")},
		{"turning the page", onePage("", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Named/N/NextPage>>>>]")},
		{"a font called JS", onePage("", "/Resources<</Font<</JS 4 0 R/S 4 0 R>>>>", font)},
		{"an empty list of attachments", onePage("/Names<</EmbeddedFiles<</Names[]>>>>", "")},
		{"a border style", onePage("", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/BS<</S/S/W 1>>/Dest[3 0 R/Fit]>>]")},
		{"a text field", onePage("/AcroForm<</Fields[4 0 R]>>", "/Annots[4 0 R]", "<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(b)/DA(/Helv 0 Tf 0 g)/Rect[0 0 9 9]/P 3 0 R>>")},
		{"a signature field not yet signed", onePage("/AcroForm<</Fields[4 0 R]/SigFlags 1>>", "/Annots[4 0 R]", "<</Type/Annot/Subtype/Widget/FT/Sig/T(a)/Rect[0 0 9 9]/P 3 0 R>>")},
		{"a key said twice and alike", onePage("", "/MediaBox[0 0 595 842]/Resources<<>>/Resources<<>>")},
		{"a layer that is on", onePage("/OCProperties<</OCGs[4 0 R]/D<</ON[4 0 R]/OFF[]/AS[<</Event/View/OCGs[4 0 R]/Category[/View]>>]>>>>", "", "<</Type/OCG/Name(a)/Usage<</View<</ViewState/ON>>/Print<</PrintState/ON>>>>>>")},
		{"blanks after the end", append(onePage("", ""), "\r\n \x00\x00\x00\n"...)},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got := judged(t, c.bytes, archive.InspectLimits{})
			if got.Refusal != "" || len(got.Pages) != 1 {
				t.Errorf("refusal %q with %v, %d pages", got.Refusal, got.Findings, len(got.Pages))
			}
			if got.Signatures != 0 {
				t.Errorf("%d signatures", got.Signatures)
			}
		})
	}
}

// TestFindingSaysWhere names page and object.
func TestFindingSaysWhere(t *testing.T) {
	got := judged(t, onePage("", "/Annots[4 0 R]", "<</Subtype/Link/Rect[0 0 9 9]/A 5 0 R>>", "<</S/Launch/F(x)>>"), archive.InspectLimits{})
	i := slices.IndexFunc(got.Findings, func(f archive.Finding) bool { return f.Code == "launch" })
	if i < 0 || got.Findings[i].Page != 1 || got.Findings[i].Object != 5 {
		t.Errorf("%+v", got.Findings)
	}
}

// TestManyScriptsAreListedOnce keeps the answer readable.
func TestManyScriptsAreListedOnce(t *testing.T) {
	objects := slices.Repeat([]string{script}, 5000)
	got := judged(t, onePage("", "", objects...), archive.InspectLimits{})
	if n := len(got.Findings); got.Refusal != unsafe || n > maxPerCode+5 {
		t.Errorf("%q, %d findings", got.Refusal, n)
	}
}

// TestBudgets spends each budget in the cheapest way.
func TestBudgets(t *testing.T) {
	zeros := deflate(make([]byte, 16<<20))
	small := archive.InspectLimits{InflatedBytes: 8 << 20}
	twice := deflate(zeros)
	spaces := deflate(bytes.Repeat([]byte(" "), 1<<20))
	tower := newBuilder()
	tower.object(1, "<</Type/Catalog/Pages 2 0 R>>")
	for i := 2; i < 40; i++ {
		tower.object(i, fmt.Sprintf("<</Type/Pages/Count 1/Kids[%s]>>", strings.Repeat(fmt.Sprintf("%d 0 R ", i+1), 10)))
	}
	tower.object(40, "<</Type/Page/MediaBox[0 0 9 9]>>")
	forms := newBuilder()
	forms.object(1, "<</Type/Catalog/Pages 2 0 R>>")
	forms.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
	forms.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>")
	forms.stream(4, "", []byte("/F Do"))
	for i := 5; i < 30; i++ {
		forms.stream(i, fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</F %d 0 R>>>>", i+1), []byte(strings.Repeat("/F Do ", 10)))
	}
	forms.stream(30, "/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Filter/FlateDecode", spaces)
	cases := []struct {
		reason  string
		bytes   []byte
		limits  archive.InspectLimits
		refusal string
		code    string
	}{
		{"one stream", onePage("", "", "<</Filter/FlateDecode/Length 9>>stream\n"+string(zeros)+"\nendstream"), small, limits, "inflates_too_far"},
		{"two steps", onePage("", "", "<</Filter[/FlateDecode/FlateDecode]/Length 9>>stream\n"+string(twice)+"\nendstream"), small, limits, "inflates_too_far"},
		{"all streams together", onePage("", "", slices.Repeat([]string{"<</Filter/FlateDecode/Length 9>>stream\n" + string(deflate(make([]byte, 1<<20))) + "\nendstream"}, 12)...), archive.InspectLimits{InflatedBytes: 10 << 20}, limits, "inflates_too_far"},
		{"a long chain", onePage("", "", "<</Filter["+strings.Repeat("/FlateDecode", 20)+"]/Length 1>>stream\nx\nendstream"), archive.InspectLimits{}, limits, "inflates_too_far"},
		{"a picture behind two steps", onePage("", "", "<</Subtype/Image/Width 1/Height 1/Filter[/FlateDecode/FlateDecode]/Length 9>>stream\n"+string(twice)+"\nendstream"), small, limits, "inflates_too_far"},
		{"objects", onePage("", "", slices.Repeat([]string{"null"}, 300)...), archive.InspectLimits{Objects: 200}, limits, "too_many_objects"},
		{"nesting", onePage("", "", strings.Repeat("[", 5000)), archive.InspectLimits{}, limits, "too_deep"},
		{"values of one object", onePage("", "", "["+strings.Repeat("0 ", 600_000)+"]"), archive.InspectLimits{}, limits, "inflates_too_far"},
		{"pages", onePage("", ""), archive.InspectLimits{Pages: -1}, "", ""},
		{"a page tree that grows tenfold per level", tower.end(""), archive.InspectLimits{Pages: 100}, limits, "too_many_pages"},
		{"forms that grow tenfold per level", forms.end(""), archive.InspectLimits{}, "", ""},
		{"page size", onePage("", "/UserUnit 100"), archive.InspectLimits{}, limits, "page_too_large"},
		{"pixels of one picture", onePage("", "", "<</Subtype/Image/Width 100000/Height 100000/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode/Length 1>>stream\nx\nendstream"), archive.InspectLimits{}, limits, "image_too_large"},
		{"pixels a JPEG owns up to", onePage("", "", "<</Subtype/Image/Width 1/Height 1/Filter/DCTDecode/Length 1>>stream\n\xff\xd8\xff\xc0\x00\x11\x08\xff\xf0\xff\xf0\x03\x00\x00\x00\x00\x00\nendstream"), archive.InspectLimits{}, limits, "image_too_large"},
		{"pixels a JPEG 2000 owns up to", onePage("", "", "<</Subtype/Image/Width 1/Height 1/Filter/JPXDecode/Length 1>>stream\n\xff\x4f\xff\x51\x00\x2f\x00\x00\x00\x0f\xff\xff\x00\x0f\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\nendstream"), archive.InspectLimits{}, limits, "image_too_large"},
		{"pixels a fax owns up to", onePage("", "", "<</Subtype/Image/Width 1/Height 1/Filter/CCITTFaxDecode/DecodeParms<</Columns 99999/Rows 99999>>/Length 1>>stream\nx\nendstream"), archive.InspectLimits{}, limits, "image_too_large"},
		{"time", onePage("", ""), archive.InspectLimits{Time: 1}, limits, "inspection_time"},
		{"strings without end", onePage("", "", strings.Repeat("1 0 obj(", 20_000)), archive.InspectLimits{Time: time.Minute}, limits, "too_much_work"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got := judged(t, c.bytes, c.limits)
			if got.Refusal != c.refusal || c.code != "" && !slices.Contains(codes(got), c.code) {
				t.Errorf("refusal %q with %v, want %q, %s", got.Refusal, codes(got), c.refusal, c.code)
			}
		})
	}
}

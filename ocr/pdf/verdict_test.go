package pdf

import (
	"bufio"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"sohoa/archive"
)

// said is a finding as the tests below look at it.
type said struct {
	Code         string
	Page, Object int
}

func saying(in archive.Inspection, code string) (all []said) {
	for _, f := range in.Findings {
		if f.Code == code {
			all = append(all, said{f.Code, f.Page, f.Object})
		}
	}
	return all
}

// changed appends a revision that says object num anew.
func changed(file []byte, num int, body string) []byte {
	prev := bytes.LastIndex(file, []byte("\nxref\n")) + 1
	b := newBuilder()
	b.Reset()
	b.Write(file)
	b.object(num, body)
	return b.end(fmt.Sprintf("/Prev %d", prev))
}

// TestMarkedPapers are taken in, and say what a checker should look at.
func TestMarkedPapers(t *testing.T) {
	hello := "<</Length 40>>stream\nBT /F 12 Tf 3 Tr (nobody sees me) Tj ET\nendstream"
	unseen := onePage("", "/Contents 4 0 R", hello)
	scanned := onePage("", "/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>", "<</Length 60>>stream\nq 595 0 0 842 0 0 cm /I Do Q BT /F 12 Tf 3 Tr (read) Tj ET\nendstream",
		"<</Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray/Length 4>>stream\nxxxx\nendstream")
	stray := "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R>>"
	layers := func(config, usage string) []byte {
		return onePage("/OCProperties<</OCGs[4 0 R]/D<<"+config+">>>>", "", "<</Type/OCG/Name(a)"+usage+">>")
	}
	noBox := bytes.Replace(onePage("", ""), []byte("/MediaBox[0 0 595 842]"), []byte("/Rotate 0"), 1)
	jpeg := "<</Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode/Length 4>>stream\nwwww\nendstream"
	cut := deflate(bytes.Repeat([]byte("q Q "), 10_000))
	cases := []struct {
		reason string
		bytes  []byte
		want   []said // of the code of the first; none: never said
		code   string
	}{
		{"blanks before the header", append([]byte("\r\n "), onePage("", "")...), []said{{"header_blank", 0, 0}}, "header_blank"},
		{"a byte order mark before the header", append([]byte("\xef\xbb\xbf"), onePage("", "")...), []said{{"header_blank", 0, 0}}, "header_blank"},
		{"a version that does not exist", bytes.Replace(onePage("", ""), []byte("%PDF-1.7"), []byte("%PDF-1.9"), 1), []said{{"header_version", 0, 0}}, "header_version"},
		{"the newest version", bytes.Replace(onePage("", ""), []byte("%PDF-1.7"), []byte("%PDF-2.0"), 1), nil, "header_version"},
		{"text nobody sees", unseen, []said{{"invisible_text", 1, 3}}, "invisible_text"},
		{"text nobody sees over the scan it was read from", scanned, nil, "invisible_text"},
		{"a page in no list", onePage("", "", stray, "<</Length 1>>stream\nq\nendstream"), []said{{"hidden_page", 0, 4}}, "hidden_page"},
		{"a page an older revision had", changed(onePage("", "", stray, "<</Length 1>>stream\nq\nendstream"), 4, "null"), nil, "hidden_page"},
		{"a layer that is off", layers("/OFF[4 0 R]", ""), []said{{"hidden_layers", 0, 0}}, "hidden_layers"},
		{"layers that start off", layers("/BaseState/OFF", ""), []said{{"hidden_layers", 0, 0}}, "hidden_layers"},
		{"a layer that does not print", layers("/AS[<</Event/Print/OCGs[4 0 R]/Category[/Print]>>]", "/Usage<</Print<</PrintState/OFF>>>>"), []said{{"hidden_layers", 0, 0}}, "hidden_layers"},
		{"a picture with an alternate", onePage("", "", "<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Alternates[<</Image 5 0 R/DefaultForPrinting true>>]/Length 1>>stream\nx\nendstream",
			"<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Length 1>>stream\nx\nendstream"), []said{{"alternate_image", 0, 4}}, "alternate_image"},
		{"contents cut off", onePage("", "/Contents 4 0 R", fmt.Sprintf("<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream", len(cut)/2, cut[:len(cut)/2])), []said{{"stream_damaged", 1, 4}}, "stream_damaged"},
		{"a JPEG that is none", onePage("", "/Resources<</XObject<</I 4 0 R>>>>", jpeg), []said{{"stream_damaged", 1, 4}}, "stream_damaged"},
		{"changed and saved again", changed(onePage("", ""), 3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>"), []said{{"earlier_revisions", 0, 0}}, "earlier_revisions"},
		{"saved once", onePage("", ""), nil, "earlier_revisions"},
		{"a page without a size", noBox, []said{{"no_page_size", 1, 3}}, "no_page_size"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got := judged(t, c.bytes, archive.InspectLimits{})
			if diff := cmp.Diff(c.want, saying(got, c.code)); diff != "" || got.Refusal != "" {
				t.Errorf("refusal %q, %v\n%s", got.Refusal, got.Findings, diff)
			}
		})
	}
}

// TestPageSizeMissingDoesNotEndValidation: what is wrong behind the first thing a validator forgives is still found.
func TestPageSizeMissingDoesNotEndValidation(t *testing.T) {
	wrong := bytes.Replace(onePage("", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Border/Wrong>>]"), []byte("/MediaBox[0 0 595 842]"), nil, 1)
	got := judged(t, wrong, archive.InspectLimits{})
	if got.Refusal != damaged || !slices.Contains(codes(got), "no_page_size") || !slices.Contains(codes(got), "invalid_structure") {
		t.Errorf("refusal %q with %v", got.Refusal, codes(got))
	}
}

// TestCountsAreNamed: a paper of one page that browsers take for one of 31 is not taken in; both numbers stand in the words, in both languages.
func TestCountsAreNamed(t *testing.T) {
	got := judged(t, bytes.Replace(onePage("", ""), []byte("/Count 1"), []byte("/Count 31"), 1), archive.InspectLimits{})
	i := slices.IndexFunc(got.Findings, func(f archive.Finding) bool { return f.Code == CountDiffers })
	if i < 0 || got.Refusal != damaged {
		t.Fatalf("refusal %q, %v", got.Refusal, got.Findings)
	}
	for _, text := range []string{got.Findings[i].Msg.VI, got.Findings[i].Msg.EN} {
		if !strings.Contains(text, "1 ") || !strings.Contains(text, "31") {
			t.Errorf("%q does not name 1 and 31", text)
		}
	}
}

// TestFindingsRepeatNothing: what an author can write never stands in the words of a finding.
func TestFindingsRepeatNothing(t *testing.T) {
	const mark = "ZZQUXZZ"
	for _, file := range [][]byte{
		onePage("/OpenAction<</S/JavaScript/JS("+mark+")>>/"+mark+"<</S/"+mark+"/URI(javascript:"+mark+")>>", "/Annots[<</Subtype/"+mark+"/A<</S/"+mark+">>>>]"),
		onePage("", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Border/"+mark+">>]"),
		onePage("", "/MediaBox[/"+mark+" 0 0 0]/Resources<</Font<</"+mark+"<</Type/"+mark+">>>>>>"),
		bytes.Replace(onePage("", ""), []byte("/Type/Pages"), []byte("/Type/"+mark), 1),
		bytes.Replace(onePage("", ""), []byte("%PDF-1.7"), []byte("%PDF-"+mark), 1),
	} {
		got := judged(t, file, archive.InspectLimits{})
		for _, f := range got.Findings {
			if strings.Contains(f.Msg.VI+f.Msg.EN+f.Code, mark) {
				t.Errorf("%s repeats the paper: %q", f.Code, f.Msg)
			}
			if f.Msg.VI == "" || f.Msg.EN == "" || f.Msg.VI == f.Msg.EN || strings.Contains(f.Msg.EN, "%!") {
				t.Errorf("%s says %q", f.Code, f.Msg)
			}
		}
	}
}

// TestCirclesEnd: whatever may point at something may point at itself.
func TestCirclesEnd(t *testing.T) {
	form := func(num int, inside string) string {
		return fmt.Sprintf("<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>/Length %d>>stream\n%s\nendstream", num, len(inside), inside)
	}
	resources := func(inside string, objects ...string) []byte {
		return onePage("", "/Resources<<"+inside+">>", objects...)
	}
	thicket := func(each string) (objects []string) { // thirty objects, each naming the next one ten times
		for i := range 30 {
			objects = append(objects, fmt.Sprintf(each, strings.Repeat(fmt.Sprintf("%d 0 R ", 5+i), 10)))
		}
		return objects
	}
	chain := func(each string, n int) (objects []string) {
		for i := range n {
			objects = append(objects, fmt.Sprintf(each, 5+i))
		}
		return objects
	}
	cases := []struct {
		reason  string
		bytes   []byte
		refusal string // "?" for whatever, as long as there is a verdict in time
	}{
		{"a page list in itself", bytes.Replace(onePage("", ""), []byte("/Kids[3 0 R]"), []byte("/Kids[2 0 R]"), 1), damaged},
		{"a page that is its own parent", bytes.Replace(onePage("", ""), []byte("/Parent 2 0 R"), []byte("/Parent 3 0 R"), 1), "?"},
		{"a form that paints itself", onePage("", "/Contents 5 0 R/Resources<</XObject<</F 4 0 R>>>>", form(4, "/F Do /F Do"), "<</Length 5>>stream\n/F Do\nendstream"), ""},
		{"two forms that paint each other", onePage("", "/Contents 6 0 R/Resources<</XObject<</F 4 0 R>>>>", form(5, "/F Do"), form(4, "/F Do"), "<</Length 5>>stream\n/F Do\nendstream"), ""},
		{"bookmarks in a circle", onePage("/Outlines 4 0 R", "", "<</Type/Outlines/First 5 0 R/Last 5 0 R/Count 1>>", "<</Title(a)/Parent 4 0 R/Next 5 0 R/Prev 5 0 R/Dest[3 0 R/Fit]>>"), "?"},
		{"bookmarks inside themselves", onePage("/Outlines 4 0 R", "", "<</Type/Outlines/First 5 0 R/Last 5 0 R/Count 1>>", "<</Title(a)/Parent 4 0 R/First 5 0 R/Last 5 0 R/Count 1/Dest[3 0 R/Fit]>>"), "?"},
		{"names inside themselves", onePage("/Names<</Dests 4 0 R>>", "", "<</Kids[4 0 R]>>"), damaged},
		{"fields inside themselves", onePage("/AcroForm<</Fields[4 0 R]>>", "", "<</FT/Tx/T(a)/Kids[4 0 R]/Parent 4 0 R>>"), damaged},
		{"a structure inside itself", onePage("/StructTreeRoot 4 0 R/MarkInfo<</Marked true>>", "", "<</Type/StructTreeRoot/K 5 0 R>>", "<</Type/StructElem/S/P/P 4 0 R/K 5 0 R>>"), damaged},
		{"an action that follows itself", onePage("/OpenAction 4 0 R", "", "<</S/GoTo/D[3 0 R/Fit]/Next 4 0 R>>"), damaged},
		{"a note that answers itself", onePage("", "/Annots[4 0 R]", "<</Type/Annot/Subtype/Text/Rect[0 0 1 1]/Contents(a)/IRT 4 0 R>>"), damaged},
		{"a colour space of itself", resources("/ColorSpace<</C 4 0 R>>", "[/Indexed 4 0 R 1 <000000ffffff>]"), damaged},
		{"a colour space of itself under a name that leads back elsewhere", resources("/ColorSpace<</P 4 0 R>>", "[/Indexed 4 0 R 1 <000000ffffff>]"), damaged},
		{"a separation of itself", resources("/ColorSpace<</C 4 0 R>>", "[/Separation/A 4 0 R 5 0 R]", "<</FunctionType 2/Domain[0 1]/N 1>>"), damaged},
		{"a function of itself", resources("/ColorSpace<</C[/Separation/A/DeviceCMYK 4 0 R]>>", "<</FunctionType 3/Domain[0 1]/Functions[4 0 R]/Bounds[]/Encode[0 1]>>"), damaged},
		{"a pattern painted with itself", resources("/Pattern<</A 4 0 R>>", "<</Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 1/YStep 1/Resources<</Pattern<</P 4 0 R>>>>/Length 1>>stream\nq\nendstream"), damaged},
		{"a picture masked by itself", resources("/XObject<</I 4 0 R>>", "<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Mask 4 0 R/Length 1>>stream\nx\nendstream"), damaged},
		{"a halftone of itself", resources("/ExtGState<</G 4 0 R>>", "<</Type/ExtGState/HT 5 0 R>>", "<</Type/Halftone/HalftoneType 5/Default 5 0 R/A 5 0 R>>"), damaged},
		{"a character map that uses itself", resources("/Font<</F 4 0 R>>", "<</Type/Font/Subtype/Type0/BaseFont/A/Encoding 5 0 R/DescendantFonts[6 0 R]>>", "<</Type/CMap/CMapName/X/CIDSystemInfo<</Registry(a)/Ordering(b)/Supplement 0>>/UseCMap 5 0 R/Length 1>>stream\nx\nendstream", "<<>>"), damaged},
		{"resources shared by a page and the form it paints", onePage("", "/Resources 4 0 R", "<</XObject<</F 5 0 R>>/Font<</F 6 0 R>>>>", "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources 4 0 R/Length 1>>stream\nq\nendstream", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"), ""},
		{"a length that is its own", onePage("", "/Contents 4 0 R", "<</Length 4 0 R>>stream\nq Q\nendstream"), damaged},
		{"a filter that is its own", onePage("", "/Contents 4 0 R", "<</Filter 4 0 R/Length 3>>stream\nq Q\nendstream"), damaged},
		{"parameters that are their own", onePage("", "/Contents 4 0 R", "<</Filter/FlateDecode/DecodeParms 4 0 R/Length 3>>stream\nq Q\nendstream"), damaged},
		{"names in a thicket", onePage("/Names<</Dests 4 0 R>>", "", thicket("<</Limits[(a)(b)]/Kids[%s]>>")...), limits},
		{"actions in a thicket", onePage("/OpenAction 4 0 R", "", thicket("<</S/GoTo/D[3 0 R/Fit]/Next[%s]>>")...), limits},
		{"a structure in a thicket", onePage("/StructTreeRoot<</Type/StructTreeRoot/K 4 0 R>>", "", thicket("<</Type/StructElem/S/P/K[%s]>>")...), limits},
		{"names in a chain", onePage("/Names<</Dests 4 0 R>>", "", chain("<</Limits[(a)(b)]/Kids[%d 0 R]>>", 12_000)...), limits},
		{"references in a circle", onePage("", "/Contents 4 0 R", "5 0 R", "4 0 R"), "?"},
		{"arrays as deep as a well", onePage("", "/X "+strings.Repeat("[", 3000)+strings.Repeat("]", 3000)), limits},
		{"dictionaries as deep as a well", onePage("", "/X "+strings.Repeat("<</A", 3000)), limits},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got := judged(t, c.bytes, archive.InspectLimits{Time: time.Minute})
			if c.refusal != "?" && got.Refusal != c.refusal {
				t.Errorf("refusal %q with %v, want %q", got.Refusal, codes(got), c.refusal)
			}
			if slices.Contains(codes(got), "inspection_time") {
				t.Errorf("ran until its time was up: %v", codes(got))
			}
		})
	}
}

// TestChains unpacks too far by every filter there is, one around another.
func TestChains(t *testing.T) {
	const size = 16 << 20
	run := bytes.Repeat([]byte{129, 0}, size/128) // 128 zeros from two bytes
	zeros := deflate(make([]byte, size))
	hexed := func(b []byte) []byte { return []byte(fmt.Sprintf("%x>", b)) }
	lzw := deflate(bytes.Repeat(lzwZeros(), 300))
	cases := []struct {
		reason, filters string
		data            []byte
	}{
		{"deflate", "/FlateDecode", zeros},
		{"deflate three times", "/FlateDecode/FlateDecode/FlateDecode", deflate(deflate(zeros))},
		{"run lengths inside deflate", "/FlateDecode/RunLengthDecode", deflate(run)},
		{"hexadecimal around it", "/ASCIIHexDecode/FlateDecode", hexed(zeros)},
		{"LZW inside deflate", "/FlateDecode/LZWDecode", lzw},
		{"short names", "/Fl/RL", deflate(run)},
	}
	for _, c := range cases {
		for where, file := range map[string][]byte{
			"contents": onePage("", "/Contents 4 0 R", fmt.Sprintf("<</Filter[%s]/Length %d>>stream\n%s\nendstream", c.filters, len(c.data), c.data)),
			"a stray":  onePage("", "", fmt.Sprintf("<</Filter[%s]/Length %d>>stream\n%s\nendstream", c.filters, len(c.data), c.data)),
			"a form":   onePage("", "/Resources<</XObject<</F 4 0 R>>>>", fmt.Sprintf("<</Subtype/Form/BBox[0 0 1 1]/Filter[%s]/Length %d>>stream\n%s\nendstream", c.filters, len(c.data), c.data)),
		} {
			t.Run(c.reason+" in "+where, func(t *testing.T) {
				got := judged(t, file, archive.InspectLimits{InflatedBytes: size / 2, Time: time.Minute}) // the race detector on a busy machine
				if at := saying(got, "inflates_too_far"); got.Refusal != limits || len(at) != 1 || at[0].Object != 4 {
					t.Errorf("refusal %q with %v", got.Refusal, got.Findings)
				}
			})
		}
	}
}

// lzwZeros are a clear code and then the codes 0, 258, 259 … of nine bits, each a zero longer than the one before: some 30 KB from 280 bytes.
func lzwZeros() []byte {
	var out []byte
	acc, n := 0, 0
	put := func(code int) {
		acc, n = acc<<9|code, n+9
		for n >= 8 {
			out = append(out, byte(acc>>(n-8)))
			n -= 8
		}
		acc &= 1<<n - 1
	}
	for range 8 { // so that the whole ends on a byte
		put(256)
		put(0)
		for code := 258; code < 258+246; code++ {
			put(code)
		}
	}
	return out
}

// TestPictureFloods announces more pixels than anybody may set aside, in every place that can.
func TestPictureFloods(t *testing.T) {
	jbig2 := func(kind byte, w, h uint32) []byte {
		b := []byte{0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 'x', 'x'} // a small segment of another kind first
		b = append(b, 0, 0, 0, 1, kind, 0, 1, 0, 0, 0, 19)
		b = append(b, byte(w>>24), byte(w>>16), byte(w>>8), byte(w), byte(h>>24), byte(h>>16), byte(h>>8), byte(h))
		return append(b, make([]byte, 11)...)
	}
	image := func(dict string, data []byte) []byte {
		return onePage("", "/Resources<</XObject<</I 4 0 R>>>>", fmt.Sprintf("<</Subtype/Image/Width 1/Height 1/BitsPerComponent 1/ColorSpace/DeviceGray%s/Length %d>>stream\n%s\nendstream", dict, len(data), data))
	}
	frame := []byte("\xff\xd8\xff\xe0\x00\x04xx\xff\xc0\x00\x11\x08\xff\xf0\xff\xf0\x03\x00\x00\x00\x00\x00")
	cases := []struct {
		reason string
		bytes  []byte
		page   int
		object int
	}{
		{"a JBIG2 page behind another segment", image("/Filter/JBIG2Decode", jbig2(48, 1<<20, 1<<20)), 1, 4},
		{"a JBIG2 region larger than its page", image("/Filter/JBIG2Decode", jbig2(38, 1<<20, 1<<20)), 1, 4},
		{"a JPEG behind deflate", image("/Filter[/FlateDecode/DCTDecode]", deflate(frame)), 1, 4},
		{"an inline picture", onePage("", "/Contents 4 0 R", "<</Length 40>>stream\nBI /W 99999 /H 99999 /BPC 1 ID x EI\nendstream"), 1, 0},
		{"a picture nobody paints", onePage("", "", "<</Subtype/Image/Width 99999/Height 99999/Length 1>>stream\nx\nendstream"), 0, 4},
		{"a mask", onePage("", "/Resources<</XObject<</I 4 0 R>>>>", "<</Subtype/Image/Width 1/Height 1/SMask 5 0 R/Length 1>>stream\nx\nendstream", "<</Subtype/Image/Width 99999/Height 99999/Length 1>>stream\nx\nendstream"), 1, 5},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got := judged(t, c.bytes, archive.InspectLimits{})
			if at := saying(got, "image_too_large"); got.Refusal != limits || len(at) != 1 || at[0].Page != c.page || at[0].Object != c.object {
				t.Errorf("refusal %q with %v", got.Refusal, got.Findings)
			}
		})
	}
}

// ownerLocked encrypts a file so that it opens without a password, and its owner's restricts what may be done with it.
func ownerLocked(t *testing.T, file []byte) []byte {
	t.Helper()
	diskless()
	c := model.NewAESConfiguration("", "owner", 256)
	c.Cmd, c.Offline = model.ENCRYPT, true
	doc, err := pdfcpu.ReadWithContext(t.Context(), bytes.NewReader(file), c)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	doc.Write.Writer = bufio.NewWriter(&out)
	if err := pdfcpu.WriteContext(doc); err != nil {
		t.Fatal(err)
	}
	_ = doc.Write.Flush()
	return out.Bytes()
}

// TestOwnerPolicy: the same paper, two houses.
func TestOwnerPolicy(t *testing.T) {
	plain := onePage("", "")
	link := "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Border[0 0 0]/A<</S/URI/URI(%s)>>>>]"
	cases := []struct {
		reason  string
		bytes   []byte
		allow   bool
		refusal string
		code    string
		locked  bool
	}{
		{"no lock, locks taken", plain, true, "", "", false},
		{"no lock, locks not taken", plain, false, "", "", false},
		{"a lock, locks taken", ownerLocked(t, plain), true, "", "owner_password", true},
		{"a lock, locks not taken", ownerLocked(t, plain), false, encrypted, "owner_lock", true},
		{"a plain link behind a lock", ownerLocked(t, onePage("", fmt.Sprintf(link, "https://dichvucong.gov.vn"))), true, "", "owner_password", true},
		{"a link that is code, encrypted", ownerLocked(t, onePage("", fmt.Sprintf(link, "javascript:alert\\(1\\)"))), true, unsafe, "unsafe_link", true},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got, err := Inspect(t.Context(), temporary(t, c.bytes), archive.InspectRequest{AllowOwnerLocks: c.allow})
			if err != nil || got.Refusal != c.refusal || got.OwnerLock != c.locked || c.code != "" && !slices.Contains(codes(got), c.code) {
				t.Errorf("%q %v, lock %v, %v; want %q, %s", got.Refusal, codes(got), got.OwnerLock, err, c.refusal, c.code)
			}
		})
	}
}

// TestDoubts: pdfium believes what a page list declares. Where nothing looks odd it is not even started.
func TestDoubts(t *testing.T) {
	liar := bytes.Replace(onePage("", ""), []byte("/Count 1"), []byte("/Count 3"), 1)
	cases := []struct {
		reason string
		bytes  []byte
		want   []string // numbers in the words
	}{
		{"declared otherwise, and changed", changed(liar, 1, "<</Type/Catalog/Pages 2 0 R>>"), []string{"1", "3"}},
		{"declared otherwise, and nothing odd", liar, nil},
		{"changed, and all agree", changed(onePage("", ""), 1, "<</Type/Catalog/Pages 2 0 R>>"), nil},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			p, err := Open(t.Context(), temporary(t, c.bytes), Options{Engine: engine()})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			got := p.Doubts(t.Context())
			if (len(got) > 0) != (c.want != nil) {
				t.Fatalf("%+v", got)
			}
			for _, n := range c.want {
				if got[0].Code != CountDiffers || got[0].Severity != archive.Warning || !strings.Contains(got[0].Msg.EN, n) || !strings.Contains(got[0].Msg.VI, n) {
					t.Errorf("%+v does not name %s", got[0], n)
				}
			}
		})
	}
}

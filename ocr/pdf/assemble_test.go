package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// put assembles the given pages of one file.
func put(t testing.TB, data []byte, lim archive.AssembleLimits, pages ...int) ([]byte, error) {
	t.Helper()
	var out bytes.Buffer
	a := NewAssembly(&out, len(pages), lim)
	defer a.Close()
	d, err := a.Open(t.Context(), temporary(t, data))
	if err != nil {
		return nil, err
	}
	for i, n := range pages {
		d.Expect(n, i+1)
	}
	for i, n := range pages {
		if err := d.Put(t.Context(), n, i+1, 0); err != nil {
			return nil, err
		}
	}
	err = a.Finish(t.Context())
	return out.Bytes(), err
}

func mustPut(t testing.TB, data []byte, pages ...int) *cos.File {
	t.Helper()
	out, err := put(t, data, archive.AssembleLimits{}, pages...)
	if err != nil {
		t.Fatal(err)
	}
	if in := judged(t, out, archive.InspectLimits{}); in.Refusal != "" || len(in.Pages) != len(pages) {
		t.Errorf("the result is judged %q with %d pages: %v", in.Refusal, len(in.Pages), codes(in))
	}
	f, err := cos.Open(t.Context(), out, cos.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// threePages have one set of resources, and each draws one picture of it.
func threePages(catalogue string, objects ...string) []byte {
	b := newBuilder()
	b.object(1, "<</Type/Catalog/Pages 2 0 R"+catalogue+">>")
	b.object(2, "<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3/MediaBox[0 0 300 400]/Rotate 90/Resources 6 0 R>>")
	for i := range 3 {
		b.object(3+i, fmt.Sprintf("<</Type/Page/Parent 2 0 R/Contents %d 0 R/Annots[%s]>>", 7+i, annots[i]))
		b.stream(7+i, "", fmt.Appendf(nil, "q 300 0 0 400 0 0 cm /P%d Do Q", i+1))
		b.stream(10+i, "/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", []byte{byte('a' + i)})
	}
	b.object(6, "<</XObject<</P1 10 0 R/P2 11 0 R/P3 12 0 R>>>>")
	for i, o := range objects {
		b.object(13+i, o)
	}
	return b.end("/Info<</Title(Secret of another page)>>")
}

// annots of the three pages: places on each page, by array, by name, by action; an address; a script.
var annots = [3]string{
	"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Dest[4 0 R/XYZ 1 2 0]>><</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Dest[5 0 R/Fit]>>" +
		"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Dest(two)>><</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/GoTo/D(three)>>>>" +
		"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.vn/)>>>><</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(javascript:1)>>>>" +
		"<</Type/Annot/Subtype/Square/Rect[1 1 9 9]/C[1 0 0]/A<</S/Launch/F(x)>>/Popup 5 0 R>>",
	"", "",
}

const places = "/Names<</Dests<</Names[(three)[5 0 R/Fit](two)<</D[4 0 R/Fit]>>]>>>>"

func TestAPageTakenOutIsGone(t *testing.T) {
	f := mustPut(t, threePages(""), 1, 3)
	var pictures []string
	err := f.EachObject(func(o cos.Found) error {
		if s, is := o.Object.(*cos.Stream); is && s.Dict.Name("Subtype") == "Image" {
			pictures = append(pictures, string(f.Raw(s)))
		}
		return nil
	})
	slices.Sort(pictures)
	if diff := cmp.Diff([]string{"a", "c"}, pictures); diff != "" || err != nil {
		t.Errorf("pictures (-want +got):\n%s%v", diff, err)
	}
	if bytes.Contains(f.Data(), []byte("Secret")) || bytes.Contains(f.Data(), []byte("536563726574")) {
		t.Error("the title of the source went over")
	}
}

func TestInheritedEntriesAreKept(t *testing.T) {
	f := mustPut(t, threePages(""), 2)
	pages, _, _ := sheets(f, 10)
	s := pages[0]
	if s.rotate != 90 || s.media != (rect{0, 0, 300, 400}) || s.resources.Get("XObject") == nil {
		t.Errorf("%+v", s)
	}
}

func TestLinks(t *testing.T) {
	for _, c := range []struct {
		name  string
		pages []int
		want  []string
	}{
		{"the pages they lead to were picked", []int{2, 1, 3}, []string{"page 1 XYZ", "page 3 Fit", "page 1 Fit", "page 3 Fit", "https://example.vn/", "Square"}},
		{"the pages they lead to were not", []int{1}, []string{"https://example.vn/", "Square"}},
		{"the page was picked twice", []int{2, 1, 2}, []string{"page 1 XYZ", "page 1 Fit", "https://example.vn/", "Square"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := mustPut(t, threePages(places), c.pages...)
			pages, _, _ := sheets(f, 10)
			at := slices.Index(c.pages, 1)
			list, _ := f.Resolve(pages[at].dict.Get("Annots")).(cos.Array)
			var got []string
			for _, o := range list {
				a, _ := f.Dict(o)
				action, _ := f.Dict(a.Get("A"))
				dest, _ := a.Get("Dest").(cos.Array)
				switch {
				case dest != nil:
					for i := range pages {
						if dest[0] == (cos.Ref{Num: pages[i].id}) {
							got = append(got, fmt.Sprintf("page %d %s", i+1, dest[1]))
						}
					}
				case action != nil && a.Name("Subtype") == "Link":
					got = append(got, string(action.Get("URI").(cos.String)))
				default:
					got = append(got, string(a.Name("Subtype")))
				}
				if a.Has("Popup") || a.Name("Subtype") != "Link" && a.Has("A") {
					t.Errorf("an annotation leads on: %v", a)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBookmarksOfPickedPages(t *testing.T) {
	data := threePages("/Outlines 13 0 R"+places, "<</Type/Outlines/First 14 0 R/Last 16 0 R>>",
		"<</Title(one)/Dest[3 0 R/Fit]/Next 16 0 R/First 15 0 R/Last 15 0 R>>", "<</Title(under one, leads to two)/A<</S/GoTo/D(two)>>>>", "<</Title(three)/Dest[5 0 R/Fit]>>")
	for _, c := range []struct {
		pages []int
		want  []string
	}{{[]int{1, 2, 3}, []string{"one", "under one, leads to two", "three"}}, {[]int{3, 2}, []string{"under one, leads to two", "three"}}, {[]int{1}, []string{"one"}}} {
		f := mustPut(t, data, c.pages...)
		var got []string
		var walk func(o cos.Object)
		walk = func(o cos.Object) {
			for item, ok := f.Dict(o); ok; item, ok = f.Dict(item.Get("Next")) {
				got = append(got, string(item.Get("Title").(cos.String)))
				walk(item.Get("First"))
			}
		}
		root, _ := f.Dict(f.Root().Get("Outlines"))
		walk(root.Get("First"))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("pages %v (-want +got):\n%s", c.pages, diff)
		}
	}
}

func TestHiddenLayersStayHidden(t *testing.T) {
	data := onePage("/OCProperties<</OCGs[5 0 R 6 0 R 7 0 R]/D<</OFF[6 0 R]/ON[5 0 R]>>>>", "/Contents 4 0 R/Resources<</Properties<</A 5 0 R/B 6 0 R>>>>",
		"<</Length 22>>stream\n/OC /A BDC EMC /OC /B BDC EMC\nendstream", "<</Type/OCG/Name(shown)>>", "<</Type/OCG/Name(hidden)>>", "<</Type/OCG/Name(of no page)>>")
	f := mustPut(t, data, 1)
	props, _ := f.Dict(f.Root().Get("OCProperties"))
	groups, _ := props.Get("OCGs").(cos.Array)
	config, _ := props.Get("D").(cos.Dict)
	off, _ := config.Get("OFF").(cos.Array)
	if len(groups) != 2 || len(off) != 1 {
		t.Fatalf("%v", props)
	}
	if d, _ := f.Dict(off[0]); d.Get("Name") != cos.String("hidden") {
		t.Errorf("hidden: %v", d)
	}
}

func TestFormsBecomeTheirLook(t *testing.T) {
	field := func(more string) []byte {
		return onePage("/AcroForm<</Fields[4 0 R]"+more+">>", "/Annots[4 0 R 5 0 R]",
			"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(An)/Rect[10 10 90 30]/AP<</N 6 0 R>>/AA<</K<</S/JavaScript/JS()>>>>>>",
			"<</Type/Annot/Subtype/Widget/FT/Btn/T(box)/V/Yes/Rect[10 40 30 60]/AP<</N<</Yes 6 0 R/Off 7 0 R>>>>>>",
			"<</Subtype/Form/BBox[0 0 80 20]/Length 1>>stream\n \nendstream", "<</Subtype/Form/BBox[0 0 80 20]/Length 1>>stream\n \nendstream")
	}
	f := mustPut(t, field(""), 1)
	if f.Root().Has("AcroForm") {
		t.Error("the form went over")
	}
	pages, _, _ := sheets(f, 10)
	list, _ := f.Resolve(pages[0].dict.Get("Annots")).(cos.Array)
	if len(list) != 2 {
		t.Fatalf("annotations: %v", list)
	}
	for _, o := range list {
		a, _ := f.Dict(o)
		ap, _ := f.Dict(a.Get("AP"))
		if _, is := f.Resolve(ap.Get("N")).(*cos.Stream); !is || a.Name("Subtype") != "Stamp" || a.Has("AA") || a.Has("V") {
			t.Errorf("%v", a)
		}
	}
	if _, err := put(t, field("/NeedAppearances true"), archive.AssembleLimits{}, 1); archive.CodeOf(err) != "form_without_look" {
		t.Errorf("a form without a look: %v", err)
	}
}

func TestFormsWithoutResourcesUseThePages(t *testing.T) {
	data := onePage("", "/Contents 4 0 R/Resources<</XObject<</F 5 0 R/G 6 0 R/H 7 0 R>>/Font<</T 8 0 R/U 8 0 R>>>>",
		"<</Length 5>>stream\n/F Do\nendstream", "<</Subtype/Form/BBox[0 0 9 9]/Length 16>>stream\n/G Do /T 9 Tf   \nendstream",
		"<</Subtype/Form/BBox[0 0 9 9]/Resources<<>>/Length 1>>stream\n \nendstream", "<</Subtype/Form/BBox[0 0 9 9]/Length 1>>stream\n \nendstream",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	f := mustPut(t, data, 1)
	pages, _, _ := sheets(f, 10)
	var got []string
	for _, kind := range []cos.Name{"XObject", "Font"} {
		d, _ := f.Dict(pages[0].resources.Get(kind))
		for _, e := range d {
			got = append(got, string(e.Key))
		}
	}
	if diff := cmp.Diff([]string{"F", "G", "T"}, got); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
}

func TestAssemblyWithinLimits(t *testing.T) {
	z := deflate(bytes.Repeat([]byte("q Q "), 1000))
	data := onePage("", "/Contents 4 0 R", fmt.Sprintf("<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream", len(z), z))
	for _, c := range []struct {
		name string
		lim  archive.AssembleLimits
		code string
	}{
		{"none", archive.AssembleLimits{}, ""},
		{"output", archive.AssembleLimits{Bytes: 500}, "too_large"},
		{"objects of the source", archive.AssembleLimits{Objects: 3}, "limits_exceeded"},
		{"contents", archive.AssembleLimits{InflatedBytes: 2000}, "limits_exceeded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := put(t, data, c.lim, 1, 1, 1); archive.CodeOf(err) != c.code {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestWhatMayNotBeTakenApart(t *testing.T) {
	for _, c := range []struct {
		name, code string
		data       []byte
	}{
		{"a signature in a field", "signed_file", onePage("/AcroForm<</Fields[4 0 R]>>", "", "<</FT/Sig/V 5 0 R>>", "<</Type/Sig/Filter/X/ByteRange[0 1 2 3]/Contents<00>>>")},
		{"a signature nothing points at", "signed_file", onePage("", "", "<</Type/DocTimeStamp/Contents<00>>>")},
		{"no PDF", "unprocessable", []byte("nothing")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := put(t, c.data, archive.AssembleLimits{}, 1); archive.CodeOf(err) != c.code {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAnswersOfWhoTakesTheBytes(t *testing.T) {
	full := errors.New("disk full")
	a := NewAssembly(brokenPipe{full}, 1, archive.AssembleLimits{})
	defer a.Close()
	d, err := a.Open(t.Context(), temporary(t, onePage("", "/Contents 4 0 R", "<</Length 200000>>stream\n"+strings.Repeat(" ", 200000)+"\nendstream")))
	if err == nil {
		err = d.Put(t.Context(), 1, 1, 0)
	}
	if err == nil {
		err = a.Finish(t.Context())
	}
	if !errors.Is(err, full) || archive.KindOf(err) != archive.Internal {
		t.Errorf("%v", err)
	}
}

type brokenPipe struct{ err error }

func (b brokenPipe) Write([]byte) (int, error) { return 0, b.err }

// FuzzAssembly takes anything apart that opens.
func FuzzAssembly(f *testing.F) {
	f.Add(threePages(places))
	f.Add(onePage("/OCProperties<</OCGs[4 0 R]>>", "/Annots[5 0 R]", "<</Type/OCG>>", "<</Subtype/Widget/AP<</N 5 0 R>>>>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a := NewAssembly(io.Discard, 2, archive.AssembleLimits{InflatedBytes: 1 << 20, Objects: 5000})
		defer a.Close()
		d, err := a.Open(context.Background(), temporary(t, data))
		if err != nil || d.Pages() == 0 {
			return
		}
		d.Expect(1, 1)
		d.Expect(d.Pages(), 2)
		if d.Put(context.Background(), 1, 1, 0) == nil && d.Put(context.Background(), d.Pages(), 2, 90) == nil {
			if err := a.Finish(context.Background()); archive.KindOf(err) == archive.Internal && err != nil {
				t.Error(err)
			}
		}
	})
}

package pdf

import (
	"context"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// FuzzObjectWalk judges anything, without pdfcpu, and looks at the pages as a reader would: no panic, no endless work, and a verdict that
// says why.
func FuzzObjectWalk(f *testing.F) {
	f.Add(onePage("/OpenAction"+script, ""))
	f.Add(onePage("/AcroForm<</Fields[4 0 R]/SigFlags 3>>", "/Annots[4 0 R]", "<</FT/Sig/V 5 0 R>>", "<</Type/Sig/ByteRange[0 9 20 40]/Contents<00>/Filter/A>>"))
	f.Add(onePage("", "/Contents 4 0 R/Rotate 90/Resources<</XObject<</I 5 0 R>>>>", "<</Length 60>>stream\nq 595 0 0 842 0 0 cm /I Do Q BI /W 1/H 1/BPC 8 ID x EI BT (x)Tj ET\nendstream",
		"<</Subtype/Image/Width 2/Height 2/BitsPerComponent 4/ColorSpace[/Indexed/DeviceRGB 3<000000FFFFFF>]/Length 2>>stream\nxx\nendstream"))
	l := archive.InspectLimits{Objects: 500, InflatedBytes: 1 << 20, Pages: 20, Time: 10 * time.Second}.WithDefaults()
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, cancel := context.WithTimeout(context.Background(), l.Time)
		defer cancel()
		in := &inspection{data: data, limits: l}
		in.frame()
		err := in.read(ctx)
		if code, _ := budgetCode(err); code == "inspection_time" {
			t.Fatal("took ten seconds")
		}
		for _, found := range in.found.list {
			if found.Msg.EN == "" {
				t.Fatalf("finding %s says nothing", found.Code)
			}
		}
		if err != nil || in.file.Lock() == cos.Locked {
			return
		}
		p := &Paper{file: in.file, limits: archive.ReadLimits{PagePixels: 1 << 16}}
		p.pages, _, _ = sheets(in.file, 3)
		for n := range p.pages {
			s, err := p.look(ctx, n+1)
			if err == nil && p.extractable(s) {
				_, _ = p.extract(p.scan.single)
			}
		}
	})
}

// FuzzInspect judges anything the way a child does, pdfcpu included: no panic that gets out, no stack that overflows, no work past the time, and
// a verdict that hangs together.
func FuzzInspect(f *testing.F) {
	f.Add(onePage("", "/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>", "<</Length 22>>stream\nBT /F 9 Tf (x)Tj ET q Q\nendstream", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"))
	f.Add(onePage("/Names<</Dests<</Names[(a)[3 0 R/Fit]]>>>>/Outlines 4 0 R", "", "<</Type/Outlines/First 5 0 R/Last 5 0 R/Count 1>>", "<</Title(a)/Parent 4 0 R/Dest[3 0 R/Fit]>>"))
	f.Add(onePage("", "/Resources<</ColorSpace<</A[/Separation/A/DeviceRGB 4 0 R]/B[/Indexed/DeviceRGB 1<000000ffffff>]>>/Shading<</S<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 1 1]/Function 4 0 R>>>>>>", "<</FunctionType 2/Domain[0 1]/C0[0 0 0]/C1[1 1 1]/N 1>>"))
	f.Add(onePage("/AcroForm<</Fields[4 0 R]>>", "/Annots[4 0 R]", "<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(b)/DA(/Helv 0 Tf 0 g)/Rect[0 0 9 9]/P 3 0 R/AP<</N 5 0 R>>>>", "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 3>>stream\nq Q\nendstream"))
	f.Add(changed(onePage("/StructTreeRoot 4 0 R/MarkInfo<</Marked true>>", "/StructParents 0", "<</Type/StructTreeRoot/K 5 0 R/ParentTree<</Nums[0[5 0 R]]>>>>", "<</Type/StructElem/S/P/P 4 0 R/Pg 3 0 R/K 0>>"), 3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>"))
	l := archive.InspectLimits{Objects: 500, InflatedBytes: 1 << 20, Pages: 20, Time: 20 * time.Second}.WithDefaults()
	debug.SetMaxStack(64 << 20)
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, cancel := context.WithTimeout(context.Background(), l.Time)
		defer cancel()
		in := &inspection{data: data, limits: l, req: archive.InspectRequest{AllowOwnerLocks: true}}
		in.judge(ctx)
		if in.leftBehind || slices.Contains(codes(in.out), "inspection_time") {
			t.Fatalf("took %v", l.Time)
		}
		if (in.out.Refusal == "") == (archive.Worst(in.out.Findings) == archive.Fatal) || in.out.Refusal == "" && len(in.out.Pages) == 0 {
			t.Fatalf("refusal %q, %d pages, %v", in.out.Refusal, len(in.out.Pages), in.out.Findings)
		}
		for _, c := range codes(in.out) {
			if strings.HasPrefix(c, "UNEXPLAINED") {
				t.Fatal(c)
			}
		}
	})
}

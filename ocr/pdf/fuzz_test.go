package pdf

import (
	"context"
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

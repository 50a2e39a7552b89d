package pdf

import (
	"bytes"
	"slices"
	"testing"

	"sohoa/archive"
)

func TestPixelsAddUp(t *testing.T) {
	for _, c := range []struct {
		reason string
		drawn  int
		over   bool
	}{{"as many as fit", 3, false}, {"one more", 4, true}} {
		b := newBuilder()
		b.object(1, "<</Type/Catalog/Pages 2 0 R>>")
		b.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
		b.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>")
		b.stream(4, "", bytes.Repeat([]byte("/I Do "), c.drawn))
		b.stream(5, "/Type/XObject/Subtype/Image/Width 100/Height 100/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode", deflate(make([]byte, 100*100)))
		got := judged(t, b.end(""), archive.InspectLimits{TotalPixels: 30_000})
		if slices.Contains(codes(got), "too_many_pixels") != c.over || (got.Refusal == limits) != c.over {
			t.Errorf("%s: refusal %q with %v", c.reason, got.Refusal, codes(got))
		}
	}
}

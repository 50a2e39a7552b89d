package fields

import "testing"

func TestSignatureArea(t *testing.T) {
	for _, c := range []struct {
		reason string
		lines  []put
		want   bool
	}{
		{"a position and no name", []put{middle(430, 600, "GIÁM ĐỐC")}, true},
		{"a name that lost its first words", []put{middle(430, 600, "GIÁM ĐỐC"), left(440, 690, "~Hiền Thục")}, true},
		{"a name well read", []put{middle(430, 600, "GIÁM ĐỐC"), middle(430, 690, "Mạc Thanh Hiền")}, false},
		{"nobody signs", nil, false},
	} {
		b, ok := SignatureArea(framed(c.lines...))
		if ok != c.want {
			t.Errorf("%s: %v", c.reason, ok)
		}
		if ok && !(b.Area.X0 < 400 && b.Area.X1 > 460 && b.Area.Y0 <= 600 && b.Area.Y1 > 700) {
			t.Errorf("%s: %v", c.reason, b)
		}
	}
}

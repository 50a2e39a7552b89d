package fields

import "testing"

func TestFamilyOf(t *testing.T) {
	for _, c := range []struct {
		reason, name, want string
		sure               bool
	}{
		{"a family's name", "Tống Phước Quận", "Tống Phước Quận", true},
		{"its first letter lies under the seal", "Lống Phước Quận", "Tống Phước Quận", false},
		{"its mark was misread", "Ống Thị Minh", "Ông Thị Minh", false},
		{"two can be meant", "Lế Thị Hòa", "Lế Thị Hòa", false},
		{"the first word is lost", "Hường Thị Giang", "Hường Thị Giang", false},
		{"a name of the highlands", "H'Yim Niê Kđăm", "H'Yim Niê Kđăm", true},
		{"letters the recogniser lacks", "Y Bhem Ayũn", "Y Bhem Ayŭn", false},
	} {
		got, conf := familyOf(c.name, 0.9)
		if got != c.want || (conf >= 0.9) != c.sure {
			t.Errorf("%s: %q with %.2f, want %q", c.reason, got, conf, c.want)
		}
	}
}

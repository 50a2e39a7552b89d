package fields

import (
	"testing"

	"sohoa/archive"
)

func TestNothingReadNothingProposed(t *testing.T) {
	for _, pages := range [][]archive.PageReading{nil, {{}}, {{Width: 595, Height: 842}}, {{Words: []archive.Word{{Text: "Số:"}}}}} {
		if got := Propose(pages, Lists{}); len(got) != 0 {
			t.Errorf("%+v: %+v", pages, got)
		}
	}
}

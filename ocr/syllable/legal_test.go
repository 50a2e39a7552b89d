package syllable

import (
	"strings"
	"testing"
)

func TestLegal(t *testing.T) {
	for _, s := range strings.Fields("nghiêng quyết định của người ở ý yêu giếng gì già quý quốc quần khuya hòa hoà thúy đường ngoằn khuỷu xoong oanh ghế kỹ kĩ trưởng nguyễn ăn ông") {
		if !Legal(s) {
			t.Errorf("%s is a syllable", s)
		}
	}
	for _, s := range strings.Fields("chuânr cuả̉ ngê kông cê nghà trìêp hoc thuc ch ddd xyz quyêt fa wương ggi b nh 12 a1 trách1 việc. khaii ơng uu") {
		if Legal(s) {
			t.Errorf("%s is no syllable", s)
		}
	}
	for w := range seedWords() { // whatever is in the list is in the language
		for _, s := range strings.Fields(w) {
			if !Legal(s) {
				t.Errorf("%s in %q is no syllable", s, w)
			}
		}
	}
}

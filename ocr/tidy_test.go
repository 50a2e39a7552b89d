package ocr

import (
	"image"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/ocr/tesseract"
)

func TestTidied(t *testing.T) {
	const sure, unsure = 0.93, 0.1
	for _, c := range []struct {
		reason, words, want string
		confidence          float32 // of the words between < and >
	}{
		{"signs of a stamp", "CHỦ TỊCH <\\ĐÂN%TẠc> <c/> <«`>", "CHỦ TỊCH", unsure},
		{"single strokes", "Sơn <J> <z>", "Sơn", unsure},
		{"a doubtful word stays", "Lục <Qang>", "Lục Qang", unsure},
		{"a doubtful number stays", "ngày <1Š>", "ngày 1Š", unsure},
		{"what a hand wrote into a line stays", "Hà Nội, ngày <#!> tháng", "Hà Nội, ngày #! tháng", unsure},
		{"what is read with certainty stays", "khoản <a> và <@>", "khoản a và @", sure},
		{"a bar code", "<ÏllIllIllllill[lll> VT", "VT", 0.6},
		{"a roman number", "chương XVIII và VIII", "chương XVIII và VIII", sure},
		{"many ones", "<111.111/11>", "<111.111/11>", sure},
		{"a blurred dash", "~- Như trên", "- Như trên", sure},
		{"a rule beside a word", "_PHÓ GIÁM ĐỐC|", "PHÓ GIÁM ĐỐC", sure},
		{"a code in two pieces", "số 87/TTr- SKHĐT ngày", "số 87/TTr-SKHĐT ngày", sure},
		{"a code in three", "số 02/2025/NĐ- CP- BCA", "số 02/2025/NĐ-CP-BCA", sure},
		{"a dash that ends something else", "Hạnh- Phúc 12- A", "Hạnh- Phúc 12- A", sure},
	} {
		var words []tesseract.Word
		x := 0
		for w := range strings.FieldsSeq(c.words) {
			confidence := float32(sure)
			if strings.HasPrefix(w, "<") && len(w) > 2 && c.confidence != sure {
				confidence = c.confidence
			}
			w = strings.TrimSuffix(strings.TrimPrefix(w, "<"), ">")
			words = append(words, tesseract.Word{Text: w, Confidence: confidence, Box: image.Rect(x, 0, x+len(w)*10, 30)})
			x += len(w)*10 + 12
		}
		var got []string
		for _, w := range tidied(words) {
			got = append(got, w.Text)
		}
		if d := cmp.Diff(strings.NewReplacer("<", "", ">", "").Replace(c.want), strings.Join(got, " ")); d != "" {
			t.Errorf("%s: %s", c.reason, d)
		}
	}
}

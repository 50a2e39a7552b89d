package syllable

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/internal/testkit"
)

// page makes words of a text: lines by "\n", all read with the same confidence.
func page(text string) []Word {
	var words []Word
	for i, line := range strings.Split(text, "\n") {
		for w := range strings.FieldsSeq(line) {
			words = append(words, Word{Text: w, Confidence: 0.9, Line: i})
		}
	}
	return words
}

// mended is the text with the sure repairs made.
func mended(m *Model, text string) string {
	words := page(text)
	for _, r := range m.Repair(words) {
		if r.Sure {
			words[r.Index].Text = r.Better
		}
	}
	var out []string
	for _, w := range words {
		out = append(out, w.Text)
	}
	return strings.Join(out, " ")
}

func TestRepair(t *testing.T) {
	m := New()
	for _, c := range []struct{ reason, read, want string }{
		{"a mark was lost", "quá trình triên khai thực hiện", "quá trình triển khai thực hiện"},
		{"another was taken for it", "khó khăn, vướng mặc, đề nghị", "khó khăn, vướng mắc, đề nghị"},
		{"after a capital letter", "thực hiện Thông tự này", "thực hiện Thông tư này"},
		{"both marks", "phù hợp với quy chuân kỹ thuật", "phù hợp với quy chuẩn kỹ thuật"},
		{"the first of a pair", "giải pháp chồng cháy lan", "giải pháp chống cháy lan"},
		{"punctuation stays", "“sửa đối, bố sung”", "“sửa đổi, bổ sung”"},
		{"capitals stay", "CHỦ TICH", "CHỦ TỊCH"},
		{"a word that cannot be", "nhân dân cấp xã quyêt định", "nhân dân cấp xã quyết định"},
		{"two beside each other", "cơ quan nhà nước có thâm quyên", "cơ quan nhà nước có thẩm quyền"},
		{"a law is no name", "của Luật Tố chức Chính phủ", "của Luật Tổ chức Chính phủ"},
		{"what is right stays", "có thể, cơ thể, đối với, đổi mới, tổ chức, tố cáo, chi tiết, chỉ đạo", "có thể, cơ thể, đối với, đổi mới, tổ chức, tố cáo, chi tiết, chỉ đạo"},
		{"what nobody knows stays", "hoa phượng nở lặng lẽ", "hoa phượng nở lặng lẽ"},
		{"names stay", "ông Nguyễn Văn Tố chức vụ", "ông Nguyễn Văn Tố chức vụ"},
		{"names in capitals stay", "NGUYỄN CÔNG ĐAN\nTRẦN THỊ CHU TỊCH", "NGUYỄN CÔNG ĐAN TRẦN THỊ CHU TỊCH"},
		{"codes and numbers stay", "Số: 12/QĐ-UBNĐ ngày 1O tháng 3", "Số: 12/QĐ-UBNĐ ngày 1O tháng 3"},
		{"no pair over punctuation", "thông. tự", "thông. tự"},
	} {
		if d := cmp.Diff(c.want, mended(m, c.read)); d != "" {
			t.Errorf("%s: %s", c.reason, d)
		}
	}
}

func TestARepairSaysWhy(t *testing.T) {
	got := New().Repair(page("thực hiện Thông tự, này"))
	want := []Repair{{Index: 3, Read: "tự,", Better: "tư,", Sure: true, Score: got[0].Score, Why: got[0].Why}}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
	if !strings.HasPrefix(got[0].Why, "thông tư ") || got[0].Score < sureGain {
		t.Errorf("%+v", got[0])
	}
}

// A proposal changes nothing, and there is one where a person would hesitate.
func TestWhatIsNotSureIsProposed(t *testing.T) {
	got := New().Repair(page("TỔNG CỤC THUÊ"))
	if len(got) != 1 || got[0].Sure || got[0].Better != "THUẾ" {
		t.Errorf("%+v", got)
	}
}

func TestLearning(t *testing.T) {
	m := New()
	const read = "mủ cao su thiên nhiên và mú cao su"
	if got := mended(m, read); got != read {
		t.Fatalf("before: %q", got)
	}
	for range 10 {
		m.Learn("Nhà máy chế biến mủ cao su. Giá mủ cao su tăng, theo ông Trần Mú Cao.")
	}
	if got, want := mended(m, read), "mủ cao su thiên nhiên và mủ cao su"; got != want {
		t.Errorf("after: %q", got)
	}
	if m.pairs[pair{"mú", "cao"}] != 0 || m.pairs[pair{"trần", "mú"}] != 0 {
		t.Error("it learned a name")
	}
	if m.pairs[pair{"mủ", "cao"}] != 10 {
		t.Errorf("ten papers count %d", m.pairs[pair{"mủ", "cao"}])
	}
}

func TestSaveAndLoad(t *testing.T) {
	m := New()
	for range 3 {
		m.Learn("chế biến mủ cao su trong 12 tháng")
	}
	m.Learn("một lần thôi nhé")
	var file bytes.Buffer
	if err := m.Save(&file); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(file.String(), heading+"\n3\t#\ttháng\n") {
		t.Errorf("file: %.80q", file.String())
	}
	again := New()
	if err := again.Load(bytes.NewReader(file.Bytes())); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(m.pairs, again.pairs, cmp.AllowUnexported(pair{})); d != "" {
		t.Error(d)
	}
	for reason, text := range map[string]string{
		"no heading": "3\tmủ\tcao\n", "a wrong form": "sohoa syllable pairs 2\n3\tmủ\tcao\n", "a line cut off": heading + "\n3\tmủ\n",
		"no count": heading + "\nx\tmủ\tcao\n", "less than one paper": heading + "\n0\tmủ\tcao\n", "no syllable": heading + "\n3\t<b>\tcao\n",
	} {
		fresh := New()
		if err := fresh.Load(strings.NewReader(text)); err == nil || fresh.Learned() != 0 {
			t.Errorf("%s: error %v, %d pairs", reason, err, fresh.Learned())
		}
	}
}

func TestTheModelIsBounded(t *testing.T) {
	m := New()
	m.MaxPairs = 100
	seeded := len(m.pairs)
	var syllables []string
	for on := range strings.FieldsSeq("b c d l m n s t v x") {
		for r := range strings.FieldsSeq("a an ang ao at au") {
			if s := on + r; Legal(s) {
				syllables = append(syllables, s)
			}
		}
	}
	for range 5 {
		m.Learn("cao su tự nhiên")
	}
	rng := testkit.Chance(1)
	for range 500 {
		rng.Shuffle(len(syllables), func(i, j int) { syllables[i], syllables[j] = syllables[j], syllables[i] })
		m.Learn(strings.Join(syllables[:10], " "))
		if m.Learned() > 100 || len(m.pairs) > seeded+100 {
			t.Fatalf("%d pairs learned, %d in all", m.Learned(), len(m.pairs))
		}
	}
}

// Names, numbers and codes come out as they went in, whatever stands around them.
func TestNamesNumbersAndCodesAreNeverTouched(t *testing.T) {
	m := New()
	rng := testkit.Chance(7)
	var common []string
	for w := range seedWords() {
		common = append(common, w)
	}
	surnames := strings.Fields("Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Chu Tạ Lương")
	var given []string // whatever can be a syllable can be a name; those of common words are the dangerous ones
	for _, w := range common {
		given = append(given, strings.Fields(w)...)
	}
	pick := func(from []string) string { return from[rng.IntN(len(from))] }
	capital := func(s string) string { return token{shape: title}.dressed(s) }
	for range 20_000 {
		name := []string{pick(surnames), capital(pick(given)), capital(pick(given))}
		code := fmt.Sprintf("%d/QĐ-%s", rng.IntN(3000), strings.ToUpper(pick(given)))
		number := fmt.Sprint(rng.IntN(1e6))
		kept := append(slices.Clone(name), code, number)
		if rng.IntN(2) == 0 {
			for i := range name {
				kept[i] = strings.ToUpper(name[i])
			}
		}
		text := strings.Join([]string{pick(common), "ông", strings.Join(kept[:3], " "), pick(common), kept[3], pick(common), kept[4], pick(common)}, " ")
		words := page(text)
		for _, r := range m.Repair(words) {
			if r.Sure && slices.Contains(kept, r.Read) {
				t.Fatalf("%q: %+v", text, r)
			}
		}
	}
}

func FuzzRepair(f *testing.F) {
	f.Add("thông tự\nTRIÊN khai, “vướng mặc”", float32(0.9))
	f.Add("\u0301 a\u0323\u0301 ổ ﬁ ǅ", float32(-1))
	m := New()
	f.Fuzz(func(t *testing.T, text string, confidence float32) {
		words := page(text)
		for i := range words {
			words[i].Confidence = confidence
		}
		last := -1
		for _, r := range m.Repair(words) {
			if r.Index <= last || r.Index >= len(words) || r.Read != words[r.Index].Text || r.Better == r.Read || r.Better == "" {
				t.Fatalf("%+v of %q", r, text)
			}
			last = r.Index
		}
		fresh := Model{pairs: map[pair]int{}, seen: map[string]int{}, alike: map[string][]string{}, learned: map[pair]int{}}
		fresh.Learn(text)
	})
}

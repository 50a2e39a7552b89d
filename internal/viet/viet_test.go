package viet

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
)

func TestFold(t *testing.T) {
	tests := []struct{ name, in, exact, fold string }{
		{"marks and đ go", "Quyết Định", "quyết định", "quyet dinh"},
		{"eth and African D look like Đ", "QÐ QƉ ðất", "qđ qđ đất", "qd qd dat"},
		{"decomposed input gives the composed exact form", norm.NFD.String("Nguyễn Ước"), "nguyễn ước", "nguyen uoc"},
		{"tone typed as combining mark behind a composed vowel (Windows-1258)", "tiê\u0301ng Viê\u0323t", "tiếng việt", "tieng viet"},
		{"Ê Đê letters keep their breve in the exact form", "Y Bhem Niê, H'Linh Byă, Čư M’gar Ñ ƀ ĕ ĭ ŏ ŭ", "y bhem niê, h'linh byă, čư m'gar ñ ƀ ĕ ĭ ŏ ŭ", "y bhem nie, h'linh bya, cu m'gar n b e i o u"},
		{"dashes and apostrophes are one", "A–B—C−D `x´", "a-b-c-d 'x'", "a-b-c-d 'x'"},
		{"soft hyphens and zero width go", "quy\u00adết\u200b định", "quyết định", "quyet dinh"},
		{"two tone styles are one exact form", "hoà THUÝ khoẻ uỷ", "hòa thúy khỏe ủy", "hoa thuy khoe uy"},
		{"other scripts survive", "Ελλάδα 한글 中文", "ελλάδα 한글 中文", "ελλαδα 한글 中文"},
		{"digits and signs stay", "Số: 05/QĐ-UBND ./.", "số: 05/qđ-ubnd ./.", "so: 05/qd-ubnd ./."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Exact(tt.in); got != tt.exact {
				t.Errorf("Exact = %q, want %q", got, tt.exact)
			}
			if got := Fold(tt.in); got != tt.fold {
				t.Errorf("Fold = %q, want %q", got, tt.fold)
			}
			if got := FoldWithSource(tt.in).Text; got != tt.fold {
				t.Errorf("FoldWithSource = %q, want %q", got, tt.fold)
			}
		})
	}
}

func TestEveryVietnameseLetterFolds(t *testing.T) {
	for plain, marked := range map[string]string{
		"a": "àảãáạăằẳẵắặâầẩẫấậ", "e": "èẻẽéẹêềểễếệ", "i": "ìỉĩíị", "o": "òỏõóọôồổỗốộơờởỡớợ", "u": "ùủũúụưừửữứự", "y": "ỳỷỹýỵ", "d": "đ",
	} {
		for _, r := range marked {
			for _, s := range []string{string(r), strings.ToUpper(string(r)), norm.NFD.String(string(r))} {
				if got := Fold(s); got != plain {
					t.Errorf("Fold(%q) = %q, want %q", s, got, plain)
				}
			}
		}
	}
}

func TestUnifyTone(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"open oa", "hoà hoá hoả hoã hoạ", "hòa hóa hỏa hõa họa"},
		{"open oe", "khoẻ loè", "khỏe lòe"},
		{"open uy", "thuý uỷ luỹ tuỳ", "thúy ủy lũy tùy"},
		{"capitals keep their case", "HOÀ Uỷ THUÝ", "HÒA Ủy THÚY"},
		{"never after q", "quý quỳ Quỹ", "quý quỳ Quỹ"},
		{"a tone astray after q comes home", "qúy qùa", "quý quà"},
		{"closed syllables keep it on the second vowel", "hoàn ngoài xoáy huỳnh khuỷu", "hoàn ngoài xoáy huỳnh khuỷu"},
		{"closed syllables get it there", "hòan thành, tòan bộ, hùynh", "hoàn thành, toàn bộ, huỳnh"},
		{"vowels that carry marks of their own are left", "hoặc thuế quyết nguyễn khuyến", "hoặc thuế quyết nguyễn khuyến"},
		{"already right", "hòa thúy ủy", "hòa thúy ủy"},
		{"no tone at all", "hoa khoe tuy", "hoa khoe tuy"},
		{"a word ends at a sign", "hoà/thuý-uỷ", "hòa/thúy-ủy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := UnifyTone(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestYVariant(t *testing.T) {
	for in, want := range map[string]string{
		"kỹ": "kĩ", "kĩ": "kỹ", "lý": "lí", "quý": "quí", "quí": "quý", "ty": "ti", "ky": "ki", "sĩ": "sỹ",
		"vi": "", "vy": "", "y": "", "thủy": "", "hai": "", "kỳ lạ": "", "k": "", "": "",
	} {
		got, ok := YVariant(in)
		if got != want || ok != (want != "") {
			t.Errorf("YVariant(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
}

func TestWords(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"numbers and notations part at signs", "Số: 1287/QĐ-UBND", []string{"số", "1287", "qđ", "ubnd"}},
		{"an apostrophe between letters joins", "Ea H’leo, M'Đrắk, 'tôi'", []string{"ea", "hleo", "mđrắk", "tôi"}},
		{"marks belong to their letter", norm.NFD.String("Đắk Lắk"), []string{"đắk", "lắk"}},
		{"a soft hyphen is no border", "thủ\u00adtục x", []string{"thủtục", "x"}},
		{"nothing but signs", "-- ./. ''", nil},
		{"a modifier apostrophe alone is no word", "ʼ a", []string{"a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for w := range Words(tt.in) {
				if tt.in[w.Start:w.End] != w.Text {
					t.Errorf("offsets %d:%d do not give %q", w.Start, w.End, w.Text)
				}
				got = append(got, w.Exact())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFoldedSource(t *testing.T) {
	for _, text := range []string{"Ủy ban nhân dân tỉnh Đắk Lắk", norm.NFD.String("Ủy ban nhân dân tỉnh Đắk Lắk")} {
		f := FoldWithSource(text)
		i := strings.Index(f.Text, "nhan dan")
		start, end := f.Source(i, i+len("nhan dan"))
		if got := NFC(text[start:end]); got != "nhân dân" {
			t.Errorf("source of nhan dan = %q", got)
		}
		start, end = f.Source(len(f.Text)-1, len(f.Text))
		if got := NFC(text[start:end]); got != "k" {
			t.Errorf("source of the last letter = %q", got)
		}
	}
}

func TestAliases(t *testing.T) {
	tests := []struct{ name, form, want string }{
		{"abbreviation to words", "UBND", "ủy ban nhân dân"},
		{"words to abbreviation", "Uỷ ban nhân dân", "UBND"},
		{"typed without marks", "uy ban nhan dan", "UBND"},
		{"what people call it", "sổ đỏ", "giấy chứng nhận quyền sử dụng đất"},
		{"old department finds the new", "Sở TT&TT", "sở khoa học và công nghệ"},
		{"apostrophe left out", "Ea Hleo", "Ea H Leo"},
		{"place by initials", "bmt", "Buôn Ma Thuột"},
		{"one way only", "QĐ", "quyết định"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Aliases(tt.form)
			if !slices.ContainsFunc(got, func(a Alias) bool { return a.Form == tt.want }) {
				t.Errorf("Aliases(%q) = %v, want %q among them", tt.form, got, tt.want)
			}
		})
	}
	if got := Aliases("quyết định"); got != nil {
		t.Errorf("one-way form answers backwards: %v", got)
	}
	if got := Aliases("không có"); got != nil {
		t.Errorf("unknown form: %v", got)
	}
}

func TestAliasTableIsSound(t *testing.T) {
	for line := range strings.Lines(aliasTable) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		cols := strings.Split(line, "\t")
		if len(cols) != 3 || cols[0] != "=" && cols[0] != ">" || len(strings.Split(cols[2], " | ")) < 2 {
			t.Errorf("bad line %q", line)
		}
		if NFC(line) != line {
			t.Errorf("line not in NFC: %q", line)
		}
	}
	if LongestAlias() < 6 {
		t.Errorf("LongestAlias = %d", LongestAlias())
	}
}

func TestSortKey(t *testing.T) {
	want := strings.Fields("a à ả ã á ạ an ă ắ â b c d dương đ đá e ê i m o ô ơ u ư y")
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int { return strings.Compare(string(SortKey(a)), string(SortKey(b))) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if Compare("hoà", "hòa") != 0 || Compare("Đạt", "Dũng") <= 0 || Compare("An", "Ân") >= 0 {
		t.Error("Compare disagrees with the alphabet")
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		name, a, b string
		limit, d   int
	}{
		{"same", "quyet", "quyet", 0, 0},
		{"one replaced", "quyet", "guyet", 2, 1},
		{"two neighbours swapped", "quyte", "quyet", 2, 1},
		{"one missing", "quet", "quyet", 2, 1},
		{"over the limit", "quyet", "nghi", 2, 3},
		{"length alone is over", "a", "abcdef", 2, 3},
		{"nothing allowed", "a", "b", 0, 1},
		{"empty", "", "ab", 2, 2},
		{"runes, not bytes", "đ", "d", 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Distance(tt.a, tt.b, tt.limit); got != tt.d {
				t.Errorf("got %d, want %d", got, tt.d)
			}
			if got := Distance(tt.b, tt.a, tt.limit); got != tt.d {
				t.Errorf("turned round: got %d, want %d", got, tt.d)
			}
		})
	}
}

func TestFind(t *testing.T) {
	text := Fold("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VlỆT NAM\nĐộc lập - Tự do")
	start, end, d, ok := Find(text, "chu nghia viet nam", 3)
	if !ok || d != 1 || text[start:end] != "chu nghia vlet nam" {
		t.Errorf("got %q distance %d %v", text[start:end], d, ok)
	}
	if _, _, _, ok := Find(text, "giay phep xay dung", 3); ok {
		t.Error("found what is not there")
	}
	if start, end, d, ok := Find("xx doc lap", "doc lap", 0); !ok || d != 0 || start != 3 || end != 10 {
		t.Errorf("exact phrase: %d %d %d %v", start, end, d, ok)
	}
}

func TestDetectEncoding(t *testing.T) {
	tests := []struct {
		name, text string
		enc        Encoding
		decoded    string
	}{
		{"TCVN3", "QuyÕt ®Þnh cña Uû ban nh©n d©n tØnh §¾k L¾k", TCVN3, "Quyết định của Uỷ ban nhân dân tỉnh Đắk Lắk"},
		{"VNI", "Quyeát ñònh cuûa Uûy ban nhaân daân tænh Ñaék Laék", VNI, "Quyết định của Ủy ban nhân dân tỉnh Đắk Lắk"},
		{"Unicode", "Quyết định của Ủy ban nhân dân tỉnh Đắk Lắk", Unicode, "Quyết định của Ủy ban nhân dân tỉnh Đắk Lắk"},
		{"Unicode, decomposed", norm.NFD.String("Quyết định của Ủy ban"), Unicode, norm.NFD.String("Quyết định của Ủy ban")},
		{"no marks at all", "Decision of the committee", Unicode, "Decision of the committee"},
		{"French is not VNI", "déjà vu à la carte, garçon", Unicode, "déjà vu à la carte, garçon"},
		{"one odd word proves nothing", "cña", Unicode, "cña"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			enc, score := DetectEncoding(tt.text)
			if enc != tt.enc || score < 0 || score > 1 {
				t.Errorf("got %s %.2f, want %s", enc, score, tt.enc)
			}
			if got := Decode(enc, tt.text); got != tt.decoded {
				t.Errorf("decoded %q, want %q", got, tt.decoded)
			}
		})
	}
	if _, score := DetectEncoding("QuyÕt ®Þnh cña Uû ban nh©n d©n tØnh"); score < 0.9 {
		t.Errorf("clear TCVN3 scores %.2f", score)
	}
}

func FuzzForms(f *testing.F) {
	for _, s := range []string{"Quyết định", norm.NFD.String("Hoà Thuý"), "H̱ẖ", "İI\u0307", "q̃úy", "a\u00ad\u0301b", "\xff\xc3", "Ǆ ǅ ﬁ", "ʼnoà", "가\u1100\u1161", "ﷺ", "\u0344a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n := NFC(s); NFC(n) != n {
			t.Errorf("NFC is not idempotent on %q", s)
		}
		exact := Exact(s)
		if again := Exact(exact); again != exact {
			t.Errorf("Exact(%+q) = %+q, again %+q", s, exact, again)
		}
		fold := Fold(s)
		if again := Fold(fold); again != fold {
			t.Errorf("Fold(%+q) = %+q, again %+q", s, fold, again)
		}
		if got := Fold(exact); got != fold {
			t.Errorf("Fold(Exact(%+q)) = %+q, Fold = %+q", s, got, fold)
		}
		if tone := UnifyTone(s); UnifyTone(tone) != tone {
			t.Errorf("UnifyTone is not idempotent on %+q", s)
		}
		if !utf8.ValidString(exact) || !utf8.ValidString(fold) {
			t.Errorf("forms of %+q are not UTF-8", s)
		}
		src := FoldWithSource(s)
		if src.Text != fold {
			t.Errorf("FoldWithSource(%+q) = %+q, Fold = %+q", s, src.Text, fold)
		}
		last := 0
		for i := range len(fold) + 1 {
			start, end := src.Source(i, min(i+1, len(fold)))
			if start < last || end < start || end > len(s) {
				t.Fatalf("source of %d in %+q = %d:%d after %d", i, s, start, end, last)
			}
			last = start
		}
		_, _ = DetectEncoding(s)
		_, _ = Decode(TCVN3, s), Decode(VNI, s)
	})
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"Ea H’leo 1287/QĐ-UBND", "\u0301a", "a\u200b'b", "\xffa'\xffb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at := 0
		for w := range Words(s) {
			if w.Start < at || w.End <= w.Start || w.End > len(s) || s[w.Start:w.End] != w.Text {
				t.Fatalf("word %+v of %+q after %d", w, s, at)
			}
			at = w.End
			if fold := w.Fold(); fold == "" || w.Exact() == "" || strings.ContainsAny(fold, " '-") {
				t.Errorf("word %+q folds to %+q", w.Text, fold)
			}
		}
	})
}

func FuzzDistance(f *testing.F) {
	f.Add("quyet dinh", "quyte dih", 3)
	f.Fuzz(func(t *testing.T, a, b string, limit int) {
		limit = min(max(limit, 0), 8)
		if len(a) > 60 || len(b) > 60 {
			return
		}
		d := Distance(a, b, limit)
		if d < 0 || d > limit+1 || d != Distance(b, a, limit) {
			t.Errorf("Distance(%q, %q, %d) = %d, turned %d", a, b, limit, d, Distance(b, a, limit))
		}
		if wide := Distance(a, b, 130); min(wide, limit+1) != d && !strings.ContainsRune(a+b, utf8.RuneError) {
			t.Errorf("Distance(%q, %q) = %d within %d, %d without", a, b, d, limit, wide)
		}
		if start, end, _, ok := Find(a, b, limit); ok && (start < 0 || end < start || end > len(a)) {
			t.Errorf("Find(%q, %q) = %d:%d", a, b, start, end)
		}
	})
}

var page = strings.Repeat("Căn cứ Luật Tổ chức chính quyền địa phương; xét đề nghị của Giám đốc Sở Khoa học và Công nghệ tỉnh Đắk Lắk tại Tờ trình số 112/TTr-SKHCN, ", 20)

func BenchmarkAppendFold(b *testing.B) {
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	buf := make([]byte, 0, len(page))
	for b.Loop() {
		buf = AppendFold(buf[:0], page)
	}
}

func BenchmarkAppendExact(b *testing.B) {
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	buf := make([]byte, 0, len(page))
	for b.Loop() {
		buf = AppendExact(buf[:0], page)
	}
}

func BenchmarkWords(b *testing.B) {
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	var buf []byte
	for b.Loop() {
		for w := range Words(page) {
			buf = w.AppendFold(buf[:0])
			buf = w.AppendExact(buf)
		}
	}
}

func BenchmarkSortKey(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		SortKey("Nguyễn Thị Hoài Thương")
	}
}

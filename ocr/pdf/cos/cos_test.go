package cos

import (
	"bytes"
	stdlzw "compress/lzw"
	"compress/zlib"
	"context"
	std85 "encoding/ascii85"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLexer(t *testing.T) {
	cases := []struct {
		reason, in string
		want       Object
	}{
		{"a name with escapes", "/J#61va#53cript", Name("JavaScript")},
		{"a name with a bad escape", "/A#zz#4", Name("A#zz#4")},
		{"the empty name", "/ ", Name("")},
		{"a string with brackets", "(a(b)c)", String("a(b)c")},
		{"a string with escapes", `(\101\n\)\` + "\r\n" + `x\7)`, String("A\n)x\x07")},
		{"a string without end", "(abc", String("abc")},
		{"a string in hexadecimal", "<41 4 2 5>", String("ABP")},
		{"numbers", "[1 -2 +3 4.5 -.5 6. --7 8-9]", Array{int64(1), int64(-2), int64(3), 4.5, -0.5, 6.0, int64(0), int64(8)}},
		{"a number larger than any", "123456789012345678901234567890", 123456789012345678901234567890.0},
		{"references and what only looks like one", "[1 0 R 2 0 RG 3 0]", Array{Ref{1, 0}, int64(2), int64(0), Keyword("RG"), int64(3), int64(0)}},
		{"constants", "[true false null]", Array{true, false, nil}},
		{"a dictionary", "<</A 1/B/C/D(x)>>", Dict{{"A", int64(1)}, {"B", Name("C")}, {"D", String("x")}}},
		{"both of two keys alike", "<</A 1/A 2>>", Dict{{"A", int64(1)}, {"A", int64(2)}}},
		{"a key without value", "<</A>>", Dict{{"A", nil}}},
		{"a dictionary without end", "<</A<</B 1 endobj", Dict{{"A", Dict{{"B", int64(1)}}}}},
		{"a value without key", "<<(x)/A 1>>", Dict{{"", String("x")}, {"A", int64(1)}}},
		{"comments", "% one\n[%two\r1%three\n]", Array{int64(1)}},
		{"zero bytes as blanks", "[1\x000\x00R]", Array{Ref{1, 0}}},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got, _ := NewLexer([]byte(c.in), 0).Next()
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
	t.Run("the last of two keys alike is the value", func(t *testing.T) {
		if got := (Dict{{"A", int64(1)}, {"A", int64(2)}}).Get("A"); got != int64(2) {
			t.Error(got)
		}
	})
	t.Run("deep nesting stops", func(t *testing.T) {
		l := NewLexer(bytes.Repeat([]byte("["), 1_000_000), 0)
		if _, _ = l.Next(); !l.TooDeep {
			t.Error("went down a million levels")
		}
	})
}

func compressed(b []byte) []byte {
	var buf bytes.Buffer
	z := zlib.NewWriter(&buf)
	_, _ = z.Write(b)
	_ = z.Close()
	return buf.Bytes()
}

func TestFilters(t *testing.T) {
	text := []byte(strings.Repeat("Cộng hòa xã hội chủ nghĩa Việt Nam. ", 200))
	var a85 bytes.Buffer
	e := std85.NewEncoder(&a85)
	_, _ = e.Write(text)
	_ = e.Close()
	a85.WriteString("~>")
	var lz bytes.Buffer
	w := stdlzw.NewWriter(&lz, stdlzw.MSB, 8)
	_, _ = w.Write(text)
	_ = w.Close()
	up := []byte{}
	for i := 0; i < 10; i++ { // rows of four that only ever add one to the row above
		up = append(up, 2, 1, 1, 1, 1)
	}
	rows := []byte{}
	for i := byte(1); i <= 10; i++ {
		rows = append(rows, i, i, i, i)
	}
	cases := []struct {
		reason, dict string
		in, want     []byte
	}{
		{"deflate", "/Filter/FlateDecode", compressed(text), text},
		{"deflate, short name in a list", "/Filter[/Fl]", compressed(text), text},
		{"deflate with a broken checksum", "/Filter/FlateDecode", compressed(text)[:len(compressed(text))-4], text},
		{"deflate twice", "/Filter[/FlateDecode/FlateDecode]", compressed(compressed(text)), text},
		{"base 85", "/Filter/ASCII85Decode", a85.Bytes(), text},
		{"hexadecimal", "/Filter/ASCIIHexDecode", []byte(fmt.Sprintf("%x>", text)), text},
		{"hexadecimal around deflate", "/Filter[/AHx/Fl]", []byte(fmt.Sprintf("%x>", compressed(text))), text},
		{"LZW, late change", "/Filter/LZWDecode/DecodeParms<</EarlyChange 0>>", lz.Bytes(), text},
		{"run lengths", "/Filter/RunLengthDecode", []byte{2, 'a', 'b', 'c', 253, 'x', 128, 'z'}, []byte("abcxxxx")},
		{"prediction from above", "/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 4>>", compressed(up), rows},
		{"TIFF prediction", "/Filter/FlateDecode/DecodeParms[<</Predictor 2/Columns 4>>]", compressed([]byte{1, 1, 1, 1, 5, 0, 0, 1}), []byte{1, 2, 3, 4, 5, 5, 5, 6}},
		{"TIFF prediction of four bits", "/Filter/FlateDecode/DecodeParms<</Predictor 2/Columns 4/BitsPerComponent 4>>", compressed([]byte{0x11, 0x11}), []byte{0x12, 0x34}},
		{"no filter", "", text, text},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			f := file(t, fmt.Sprintf("1 0 obj <<%s/Length %d>>stream\n%s\nendstream endobj", c.dict, len(c.in), c.in))
			s, is := f.Resolve(Ref{1, 0}).(*Stream)
			if !is {
				t.Fatal("no stream")
			}
			got, err := f.Bytes(s)
			if err != nil || !bytes.Equal(got, c.want) {
				t.Errorf("%v: %.60q, want %.60q", err, got, c.want)
			}
		})
	}
	t.Run("a picture codec is left alone", func(t *testing.T) {
		f := file(t, "1 0 obj <</Filter[/AHx/DCT]/Length 5>>stream\n4142>\nendstream endobj")
		d, err := f.Decode(f.Resolve(Ref{1, 0}).(*Stream))
		if err != nil || d.Codec.Name != "DCTDecode" {
			t.Fatalf("%v %v", d.Codec, err)
		}
		if b, _ := io.ReadAll(d); string(b) != "AB" {
			t.Errorf("%q", b)
		}
	})
}

func file(t *testing.T, body string) *File {
	t.Helper()
	f, err := Open(context.Background(), []byte("%PDF-1.4\n"+body), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestStreamsWhoseLengthLies(t *testing.T) {
	for reason, length := range map[string]string{"missing": "", "too long": "/Length 999", "too short": "/Length 1", "negative": "/Length -5", "a loop": "/Length 1 0 R", "nonsense": "/Length/X"} {
		t.Run(reason, func(t *testing.T) {
			f := file(t, "1 0 obj <<"+length+">>stream\nhello\nendstream endobj")
			if got := f.Raw(f.Resolve(Ref{1, 0}).(*Stream)); string(got) != "hello" {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestRepair(t *testing.T) {
	f := file(t, "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[]>>endobj 1 0 obj<</Type/Catalog/Pages 2 0 R/New true>>endobj")
	if !f.Repaired || f.Root().Get("New") != true {
		t.Errorf("repaired %v, root %v: the last definition counts where no table does", f.Repaired, f.Root())
	}
	if got := len(f.All(Ref{1, 0})); got != 3 {
		t.Errorf("%d meanings of object 1, want the present one and both definitions", got)
	}
}

func TestReferencesInACircleEnd(t *testing.T) {
	f := file(t, "1 0 obj 2 0 R endobj 2 0 obj 1 0 R endobj trailer<</Root 1 0 R>>")
	if got := f.Resolve(Ref{1, 0}); got != nil {
		t.Errorf("%v", got)
	}
}

func TestCancelledWorkStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, []byte("%PDF-1.4\n1 0 obj<<>>endobj"), Limits{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestShadowKeepsStructureAndDropsPictures(t *testing.T) {
	f := file(t, "1 0 obj<</Type/Catalog/Pages 2 0 R/A#20B(x\\))>>endobj 2 0 obj<</Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Subtype/Image/Length 5>>stream\nhello\nendstream endobj 4 0 obj<</Length 5>>stream\nworld\nendstream endobj")
	var out bytes.Buffer
	if err := f.Shadow(&out, func(s *Stream) bool { return s.Dict.Name("Subtype") == "Image" }, nil); err != nil {
		t.Fatal(err)
	}
	g, err := Open(context.Background(), out.Bytes(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if g.Repaired || g.Revisions() != 1 {
		t.Errorf("the shadow has no sound table:\n%s", out.Bytes())
	}
	if d := cmp.Diff(f.Root(), g.Root()); d != "" {
		t.Error(d)
	}
	if got := g.Raw(g.Resolve(Ref{3, 0}).(*Stream)); len(got) != 0 {
		t.Errorf("the picture is still there: %q", got)
	}
	if got := g.Raw(g.Resolve(Ref{4, 0}).(*Stream)); string(got) != "world" {
		t.Errorf("%q", got)
	}
}

// FuzzWalk opens anything and walks it under small budgets: no panic, no endless loop, no error but budgets and "no PDF".
func FuzzWalk(f *testing.F) {
	f.Add([]byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/J#61vaScript>>>>endobj trailer<</Root 1 0 R>>"))
	f.Add([]byte("%PDF-1.5\n1 0 obj<</Type/ObjStm/N 1/First 4/Length 8>>stream\n2 0 <<>>\nendstream endobj xref\n0 1\n0 f\ntrailer<</Prev 9/XRefStm 9>>startxref\n9\n%%EOF"))
	f.Add([]byte("1 0 obj<</Type/XRef/W[1 2 1]/Index[0 2]/Size 2/Length 8>>stream\n\x01\x00\x00\x00\x02\x00\x01\x00\nendstream startxref 0"))
	f.Add([]byte("1 0 obj<</Filter[/Fl/LZW/A85/AHx/RL]/DecodeParms[null<</Predictor 15>>]>>stream\nx\nendstream trailer<</Encrypt<</Filter/Standard/V 2/R 3/O(xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx)/U(xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx)>>>>"))
	s := newSecret()
	f.Add([]byte("%PDF-1.6\n1 0 obj<</Type/Catalog>>endobj " + stream(2, "/Filter[/Crypt]/DecodeParms[<</Name/StdCF>>]", s.lock(2, "x")) + stream(3, "/Type/ObjStm/N 1/First 4", s.lock(3, "7 0 <</S/JavaScript>>")) +
		"trailer<</Root 1 0 R/ID[(" + fileID + ")]/Encrypt<<" + s.dict + aesFilters + ">>>>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(context.Background(), data, Limits{Objects: 1000, StreamBytes: 1 << 16, TotalBytes: 1 << 20, HeldBytes: 1 << 16, Values: 10_000})
		var limit *LimitError
		if err != nil {
			if !errors.Is(err, ErrNotPDF) && !errors.As(err, &limit) {
				t.Fatal(err)
			}
			return
		}
		file.Updates()
		err = file.EachObject(func(o Found) error {
			if text, is := o.Object.(String); is {
				file.Text(text, o.ID)
			}
			if s, is := o.Object.(*Stream); is {
				if d, err := file.Decode(s); err == nil {
					if _, err := io.Copy(io.Discard, d); err != nil {
						return err
					}
				}
			}
			file.All(o.ID)
			return nil
		})
		if err != nil && !errors.As(err, &limit) {
			t.Fatal(err)
		}
		if err := file.Shadow(io.Discard, func(*Stream) bool { return false }, nil); err != nil && !errors.As(err, &limit) {
			t.Fatal(err)
		}
	})
}

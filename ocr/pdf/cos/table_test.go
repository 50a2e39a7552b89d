package cos

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
)

// draft writes a file with tables that say what a test wants.
type draft struct{ bytes.Buffer }

func (d *draft) object(num int, body string) (at int) {
	at = d.Len()
	fmt.Fprintf(d, "%d 0 obj %s endobj\n", num, body)
	return at
}

// table writes a section with an entry per number.
func (d *draft) table(entries map[int]int, trailer string) (at int) {
	at = d.Len()
	d.WriteString("xref\n")
	for num, off := range entries {
		fmt.Fprintf(d, "%d 1\n%010d 00000 n \n", num, off)
	}
	if len(entries) == 0 {
		d.WriteString("0 0\n")
	}
	fmt.Fprintf(d, "trailer<</Size 9%s>>\nstartxref\n%d\n%%%%EOF\n", trailer, at)
	return at
}

func (d *draft) open(t *testing.T) *File {
	t.Helper()
	f, err := Open(context.Background(), d.Bytes(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	f.Dict(f.Root().Get("Pages"))
	return f
}

func TestTables(t *testing.T) {
	cases := []struct {
		reason  string
		write   func(d *draft)
		untidy  bool
		updates int
	}{
		{"in order", func(d *draft) {
			one, two := d.object(1, "<</Type/Catalog/Pages 2 0 R>>"), d.object(2, "<<>>")
			d.table(map[int]int{1: one, 2: two}, "/Root 1 0 R")
		}, false, 0},
		{"an entry that points at nothing", func(d *draft) {
			one, two := d.object(1, "<</Type/Catalog/Pages 2 0 R>>"), d.object(2, "<<>>")
			d.table(map[int]int{1: one, 2: two, 7: 10_000}, "/Root 1 0 R")
		}, true, 0},
		{"an entry that points at another object", func(d *draft) {
			one, two := d.object(1, "<</Type/Catalog/Pages 2 0 R>>"), d.object(2, "<<>>")
			d.table(map[int]int{1: one, 2: two, 7: two}, "/Root 1 0 R")
		}, true, 0},
		{"an object in use that no table lists", func(d *draft) {
			one := d.object(1, "<</Type/Catalog/Pages 2 0 R>>")
			d.object(2, "<<>>")
			d.table(map[int]int{1: one}, "/Root 1 0 R")
		}, true, 0},
		{"a chain in a circle", func(d *draft) {
			one, two := d.object(1, "<</Type/Catalog/Pages 2 0 R>>"), d.object(2, "<<>>")
			d.table(map[int]int{1: one, 2: two}, fmt.Sprintf("/Root 1 0 R/Prev %d", d.Len()))
		}, true, 0},
		{"changed once", func(d *draft) {
			one, two := d.object(1, "<</Type/Catalog/Pages 2 0 R>>"), d.object(2, "<<>>")
			first := d.table(map[int]int{1: one, 2: two}, "/Root 1 0 R")
			two = d.object(2, "<</New true>>")
			d.table(map[int]int{2: two}, fmt.Sprintf("/Root 1 0 R/Prev %d", first))
		}, false, 1},
		{"as Word writes it, with an empty section at the end", func(d *draft) {
			one, two := d.object(1, "<</Type/Catalog/Pages 2 0 R>>"), d.object(2, "<<>>")
			first := d.table(map[int]int{1: one, 2: two}, "/Root 1 0 R")
			d.table(nil, fmt.Sprintf("/Root 1 0 R/Prev %d", first))
		}, false, 0},
		{"linearised", func(d *draft) {
			zero := d.object(3, "<</Linearized 1/L 1>>")
			one, two := d.object(1, "<</Type/Catalog/Pages 2 0 R>>"), d.object(2, "<<>>")
			first := d.table(map[int]int{2: two}, "/Root 1 0 R")
			d.table(map[int]int{1: one, 3: zero}, fmt.Sprintf("/Root 1 0 R/Prev %d", first))
		}, false, 0},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			d := &draft{}
			d.WriteString("%PDF-1.4\n")
			c.write(d)
			f := d.open(t)
			if f.Untidy != c.untidy || f.Updates() != c.updates || f.Repaired {
				t.Errorf("untidy %v, %d updates, repaired %v; want %v, %d, false", f.Untidy, f.Updates(), f.Repaired, c.untidy, c.updates)
			}
		})
	}
}

func TestRootless(t *testing.T) {
	catalogue := "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj "
	for reason, c := range map[string]struct {
		body string
		want bool
	}{
		"a trailer that names it":        {catalogue + "trailer<</Root 1 0 R>>", false},
		"a trailer that names nothing":   {catalogue + "trailer<</Size 9>>", true},
		"a trailer that names a phantom": {catalogue + "trailer<</Root 8 0 R>>", true},
		"no trailer":                     {catalogue, true},
	} {
		t.Run(reason, func(t *testing.T) {
			if f := file(t, c.body); f.Rootless != c.want || len(f.Root()) == 0 {
				t.Errorf("rootless %v, root %v", f.Rootless, f.Root())
			}
		})
	}
}

// TestDamageIsNoticed tells data that end from data that are cut.
func TestDamageIsNoticed(t *testing.T) {
	text := []byte(strings.Repeat("Cộng hòa xã hội chủ nghĩa Việt Nam. ", 200))
	whole := compressed(text)
	noise := bytes.Clone(whole)
	for i := 20; i < 40; i++ {
		noise[i] ^= 0x5a
	}
	cases := []struct {
		reason, dict string
		in           []byte
		hurt         bool
	}{
		{"whole", "/Filter/FlateDecode", whole, false},
		{"without its checksum", "/Filter/FlateDecode", whole[:len(whole)-4], false},
		{"cut in the middle", "/Filter/FlateDecode", whole[:len(whole)/2], true},
		{"damaged", "/Filter/FlateDecode", noise, true},
		{"empty", "/Filter/FlateDecode", nil, false},
		{"damage in the first of two steps", "/Filter[/FlateDecode/FlateDecode]", compressed(whole)[:len(whole)/2], true},
		{"prediction by a number of colours that cannot be", "/Filter/FlateDecode/DecodeParms<</Predictor 2/Colors 536870913>>", whole, true},
		{"an LZW code from nowhere", "/Filter/LZWDecode", []byte{0x80, 0x7f, 0xff, 0xff}, true},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			f := file(t, fmt.Sprintf("1 0 obj <<%s/Length %d>>stream\n%s\nendstream endobj", c.dict, len(c.in), c.in))
			d, err := f.Decode(f.Resolve(Ref{1, 0}).(*Stream))
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if _, err := out.ReadFrom(d); err != nil {
				t.Fatal(err)
			}
			if d.Hurt() != c.hurt {
				t.Errorf("hurt %v after %d bytes", d.Hurt(), out.Len())
			}
		})
	}
}

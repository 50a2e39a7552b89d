package sheet

import (
	"bytes"
	"fmt"
	"io"
	"testing"
)

// wide is a table of n rows of 20 columns such as a delivery has.
func wide(b *testing.B, n int) []byte {
	var out bytes.Buffer
	w := NewBook(&out)
	if err := w.Sheet(Page{Name: "x"}); err != nil {
		b.Fatal(err)
	}
	cells := make([]Out, 20)
	for i := range n {
		for k := range cells {
			cells[k].Text = fmt.Sprintf("Về việc cấp giấy phép %d, %d", k, i)
		}
		if err := w.Row(0, cells...); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

func BenchmarkReadXLSX(b *testing.B) {
	const rows = 5000
	file := wide(b, rows)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		t, err := Open(bytes.NewReader(file), int64(len(file)), Options{})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for {
			if _, err := t.Next(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != rows {
			b.Fatalf("%d rows", n)
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkWriteXLSX(b *testing.B) {
	const rows = 5000
	b.ReportAllocs()
	for b.Loop() {
		wide(b, rows)
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

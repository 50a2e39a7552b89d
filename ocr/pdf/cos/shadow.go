package cos

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"sort"
	"strconv"
)

// Shadow writes the newest revision anew as a plain file: same objects, same numbers, object streams dissolved, a fresh cross-reference
// table. The bytes of streams for which empty says true are left out. A validator that holds a whole file in memory can so judge the
// structure of a file of scans a hundred times as large. Files with encryption cannot be written this way.
func (f *File) Shadow(w io.Writer, empty func(*Stream) bool) error {
	out := &counter{w: bufio.NewWriter(w)}
	fmt.Fprintf(out, "%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n", shadowVersion)
	nums := make([]int, 0, len(f.byNum))
	for _, i := range f.byNum {
		if n := int(f.found[i].num); n > 0 && (len(nums) == 0 || nums[len(nums)-1] != n) {
			nums = append(nums, n)
		}
	}
	sort.Ints(nums)
	offsets := make([]int64, len(nums))
	for k, n := range nums {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		o, err := f.lookup(Ref{Num: n})
		if err != nil {
			return err
		}
		s, is := o.(*Stream)
		if is && (s.Dict.Name("Type") == "ObjStm" || s.Dict.Name("Type") == "XRef") || o == nil {
			continue
		}
		offsets[k] = out.n
		fmt.Fprintf(out, "%d 0 obj\n", n)
		if is {
			f.shadowStream(out, s, empty(s))
		} else {
			write(out, o, 0)
		}
		io.WriteString(out, "\nendobj\n")
	}
	table := out.n
	io.WriteString(out, "xref\n0 1\n0000000000 65535 f \n")
	for k, n := range nums {
		if offsets[k] > 0 {
			fmt.Fprintf(out, "%d 1\n%010d 00000 n \n", n, offsets[k])
		}
	}
	trailer := Dict{}
	last := 0
	if len(nums) > 0 {
		last = nums[len(nums)-1]
	}
	for _, key := range []Name{"Root", "Info", "ID"} {
		if v := f.trailer.Get(key); v != nil {
			trailer = append(trailer, Entry{key, v})
		}
	}
	trailer = append(trailer, Entry{"Size", int64(last + 1)})
	io.WriteString(out, "trailer\n")
	write(out, trailer, 0)
	fmt.Fprintf(out, "\nstartxref\n%d\n%%%%EOF\n", table)
	if out.err != nil {
		return out.err
	}
	return out.w.Flush()
}

// shadowVersion allows everything a validator that asks for versions might.
const shadowVersion = "1.7"

func (f *File) shadowStream(w io.Writer, s *Stream, empty bool) {
	var raw []byte
	if !empty {
		raw = f.Raw(s)
	}
	d := Dict{{"Length", int64(len(raw))}}
	for _, e := range s.Dict {
		if e.Key != "Length" {
			d = append(d, e)
		}
	}
	write(w, d, 0)
	io.WriteString(w, "stream\n")
	_, _ = w.Write(raw)
	io.WriteString(w, "\nendstream")
}

// counter counts bytes and keeps the first error.
type counter struct {
	w   *bufio.Writer
	n   int64
	err error
}

func (c *counter) Write(b []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(b)
	c.n, c.err = c.n+int64(n), err
	return n, err
}

// write puts an object in PDF syntax.
func write(w io.Writer, o Object, depth int) {
	if depth > 200 {
		io.WriteString(w, "null")
		return
	}
	switch v := o.(type) {
	case bool:
		io.WriteString(w, strconv.FormatBool(v))
	case int64:
		io.WriteString(w, strconv.FormatInt(v, 10))
	case float64:
		io.WriteString(w, strconv.FormatFloat(v, 'f', -1, 64))
	case Name:
		writeName(w, v)
	case String:
		io.WriteString(w, "<"+hex.EncodeToString([]byte(v))+">")
	case Ref:
		fmt.Fprintf(w, "%d 0 R", v.Num)
	case Array:
		io.WriteString(w, "[")
		for _, e := range v {
			write(w, e, depth+1)
			io.WriteString(w, " ")
		}
		io.WriteString(w, "]")
	case Dict:
		io.WriteString(w, "<<")
		for _, e := range v {
			if e.Key == "" {
				continue
			}
			writeName(w, e.Key)
			io.WriteString(w, " ")
			write(w, e.Val, depth+1)
			io.WriteString(w, "\n")
		}
		io.WriteString(w, ">>")
	default:
		io.WriteString(w, "null")
	}
}

func writeName(w io.Writer, n Name) {
	out := []byte{'/'}
	for _, c := range []byte(n) {
		if c <= ' ' || c > '~' || isDelim(c) || c == '#' {
			out = append(out, '#', "0123456789ABCDEF"[c>>4], "0123456789ABCDEF"[c&15])
		} else {
			out = append(out, c)
		}
	}
	_, _ = w.Write(out)
}

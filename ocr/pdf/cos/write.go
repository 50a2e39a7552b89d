package cos

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"sort"
	"strconv"
)

// Writer writes a plain PDF from front to back: numbered objects, one cross-reference table, a trailer. It keeps the first error and
// returns it from Finish, so that single writes need no look. Nothing in it depends on the time or on chance.
type Writer struct {
	w       *bufio.Writer
	sum     hash.Hash
	n       int64
	most    int64
	err     error
	last    int
	offsets []placedObject
}

type placedObject struct {
	num int
	off int64
}

// ErrTooLong says that more was written than the Writer allows.
var ErrTooLong = errors.New("pdf output is too long")

// NewWriter begins a file of the given version ("1.7") of at most most bytes; zero is any length.
func NewWriter(w io.Writer, version string, most int64) *Writer {
	out := &Writer{w: bufio.NewWriterSize(w, 64<<10), sum: sha256.New(), most: most}
	fmt.Fprintf(out, "%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n", version)
	return out
}

// Write puts bytes as they are. It is for the bytes of streams and for comments.
func (w *Writer) Write(b []byte) (int, error) {
	if w.err == nil && w.most > 0 && w.n+int64(len(b)) > w.most {
		w.err = ErrTooLong
	}
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.w.Write(b)
	_, _ = w.sum.Write(b[:n])
	w.n, w.err = w.n+int64(n), err
	return n, err
}

// Err is the first error met.
func (w *Writer) Err() error { return w.err }

// Next gives an object number nobody has yet.
func (w *Writer) Next() int {
	w.last++
	return w.last
}

// Used says that numbers up to num are taken.
func (w *Writer) Used(num int) { w.last = max(w.last, num) }

// Object writes object num.
func (w *Writer) Object(num int, o Object) {
	w.begin(num)
	write(w, o, 0)
	io.WriteString(w, "\nendobj\n")
}

func (w *Writer) begin(num int) {
	w.Used(num)
	w.offsets = append(w.offsets, placedObject{num, w.n})
	fmt.Fprintf(w, "%d 0 obj\n", num)
}

// Stream writes a stream object with these very bytes. The Length of d is replaced.
func (w *Writer) Stream(num int, d Dict, raw []byte) {
	out := Dict{{"Length", int64(len(raw))}}
	for _, e := range d {
		if e.Key != "Length" {
			out = append(out, e)
		}
	}
	w.begin(num)
	write(w, out, 0)
	io.WriteString(w, "stream\n")
	_, _ = w.Write(raw)
	io.WriteString(w, "\nendstream\nendobj\n")
}

// StreamOf writes a stream object whose dictionary, without Length, is given in PDF syntax, and whose bytes come from fill. The size is
// checked; -1 means that it shows while writing, and is kept in an object of its own.
func (w *Writer) StreamOf(num int, dict string, size int64, fill func(io.Writer) error) error {
	length, lengthNum := strconv.FormatInt(size, 10), 0
	if size < 0 {
		w.Used(num)
		lengthNum = w.Next()
		length = fmt.Sprintf("%d 0 R", lengthNum)
	}
	w.begin(num)
	fmt.Fprintf(w, "<<%s/Length %s>>stream\n", dict, length)
	from := w.n
	if err := fill(w); err != nil {
		return err
	}
	wrote := w.n - from
	if size >= 0 && wrote != size && w.err == nil {
		return fmt.Errorf("stream of %d bytes announced as %d", wrote, size)
	}
	io.WriteString(w, "\nendstream\nendobj\n")
	if lengthNum > 0 {
		w.Object(lengthNum, wrote)
	}
	return w.err
}

// Sum is the SHA-256 of everything written so far.
func (w *Writer) Sum() []byte { return w.sum.Sum(nil) }

// Finish writes the table and the trailer; Size is added. Nothing may be written after it.
func (w *Writer) Finish(trailer Dict) error {
	rows := append([]placedObject{{num: 0}}, w.offsets...)
	sort.Slice(rows, func(i, j int) bool { return rows[i].num < rows[j].num })
	table := w.n
	io.WriteString(w, "xref\n")
	for i := 0; i < len(rows); {
		n := 1 // rows whose numbers follow each other
		for i+n < len(rows) && rows[i+n].num == rows[i].num+n {
			n++
		}
		fmt.Fprintf(w, "%d %d\n", rows[i].num, n)
		for _, r := range rows[i : i+n] {
			if r.num == 0 {
				io.WriteString(w, "0000000000 65535 f \n")
			} else {
				fmt.Fprintf(w, "%010d 00000 n \n", r.off)
			}
		}
		i += n
	}
	io.WriteString(w, "trailer\n")
	write(w, append(Dict{{"Size", int64(w.last + 1)}}, trailer...), 0)
	fmt.Fprintf(w, "\nstartxref\n%d\n%%%%EOF\n", table)
	if w.err != nil {
		return w.err
	}
	return w.w.Flush()
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

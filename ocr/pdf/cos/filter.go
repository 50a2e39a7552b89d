package cos

import (
	"bufio"
	"compress/flate"
	"errors"
	"io"
)

// Filter is one step of a stream's decoding.
type Filter struct {
	Name  Name
	Parms Dict
}

// ImageCodec says whether name is a codec of pictures, whose output is bounded by the picture's own dimensions and not unpacked here.
func ImageCodec(name Name) bool {
	switch name {
	case "DCTDecode", "CCITTFaxDecode", "JBIG2Decode", "JPXDecode":
		return true
	}
	return false
}

var shortNames = map[Name]Name{
	"A85": "ASCII85Decode", "AHx": "ASCIIHexDecode", "CCF": "CCITTFaxDecode", "DCT": "DCTDecode",
	"Fl": "FlateDecode", "LZW": "LZWDecode", "RL": "RunLengthDecode",
}

// Filters lists the filters of a stream dictionary in the order in which they are undone. resolve follows references.
func Filters(d Dict, resolve func(Object) Object) []Filter {
	f := resolve(d.Get("Filter"))
	if f == nil {
		f = resolve(d.Get("F")) // inline images; a file specification is not a name and falls through
	}
	p := resolve(d.Get("DecodeParms"))
	if p == nil {
		p = resolve(d.Get("DP"))
	}
	long := func(n Name) Name {
		if l, ok := shortNames[n]; ok {
			return l
		}
		return n
	}
	switch v := f.(type) {
	case Name:
		parms, _ := p.(Dict)
		if a, is := p.(Array); is && len(a) > 0 {
			parms, _ = resolve(a[0]).(Dict)
		}
		return []Filter{{long(v), parms}}
	case Array:
		parms, _ := p.(Array)
		out := make([]Filter, 0, len(v))
		for i, o := range v {
			n, _ := resolve(o).(Name)
			var pd Dict
			if i < len(parms) {
				pd, _ = resolve(parms[i]).(Dict)
			} else if one, is := p.(Dict); is && len(v) == 1 {
				pd = one
			}
			out = append(out, Filter{long(n), pd})
		}
		return out
	}
	return nil
}

// maxFilters bounds a chain: each Flate step can multiply by a thousand, and no honest producer uses more than three.
const maxFilters = 8

// errFilter says that a filter is unknown or its data too damaged to go on.
var errFilter = errors.New("pdf filter")

// decoder is a chain of filters under a budget.
type decoder struct {
	r     io.Reader
	limit int64 // of the output of every step
	spend func(n int) error
	over  error // the budget that was spent; a step in between may have swallowed it
	id    int   // the object
	hurt  bool  // a step ended early: its data are damaged or cut
}

func (d *decoder) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if d.over != nil {
		return 0, d.over
	}
	return n, err
}

// add puts one step on the chain and counts what it gives out.
func (d *decoder) add(r io.Reader) { d.r = &bounded{d: d, r: r, left: d.limit} }

// build makes the chain. It stops before the first image codec and says which one that is.
func (d *decoder) build(src io.Reader, filters []Filter, resolve func(Object) Object) (codec Filter, err error) {
	d.r = src
	if len(filters) > maxFilters {
		return codec, &LimitError{"filters", maxFilters, d.id}
	}
	for _, f := range filters {
		if ImageCodec(f.Name) {
			return f, nil
		}
		switch f.Name {
		case "FlateDecode":
			d.add(newInflater(d.r, &d.hurt))
			d.r = predictor(d.r, f.Parms, resolve, &d.hurt)
		case "LZWDecode":
			early := true
			if n, ok := Int(resolve(f.Parms.Get("EarlyChange"))); ok && n == 0 {
				early = false
			}
			d.add(newLZW(d.r, early, &d.hurt))
			d.r = predictor(d.r, f.Parms, resolve, &d.hurt)
		case "ASCII85Decode":
			d.add(&ascii85{r: bufio.NewReader(d.r)})
		case "ASCIIHexDecode":
			d.add(&asciiHex{r: bufio.NewReader(d.r)})
		case "RunLengthDecode":
			d.add(&runLength{r: bufio.NewReader(d.r)})
		case "Crypt", "":
		default:
			return codec, errFilter
		}
	}
	return codec, nil
}

// inflater undoes zlib without minding its checksum, and turns damage into an early end, as viewers do.
type inflater struct {
	src  *bufio.Reader
	z    io.ReadCloser
	done bool
	hurt *bool
}

func newInflater(r io.Reader, hurt *bool) io.Reader {
	return &inflater{src: bufio.NewReader(r), hurt: hurt}
}

func (f *inflater) Read(p []byte) (int, error) {
	if f.done {
		return 0, io.EOF
	}
	if f.z == nil {
		head, err := f.src.Peek(2)
		if err != nil {
			f.done = true
			return 0, io.EOF
		}
		if head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
			_, _ = f.src.Discard(2)
		} else if head[0] == '\r' || head[0] == '\n' { // a line end too many before the data
			_, _ = f.src.Discard(1)
			return 0, nil
		}
		f.z = flate.NewReader(f.src)
	}
	n, err := f.z.Read(p)
	if err != nil {
		f.done = true
		*f.hurt = *f.hurt || err != io.EOF
		return n, io.EOF
	}
	return n, nil
}

type asciiHex struct {
	r    *bufio.Reader
	done bool
}

func (a *asciiHex) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && !a.done {
		hi, ok := a.digit()
		if !ok {
			break
		}
		lo, ok := a.digit()
		if !ok {
			lo = 0
		}
		p[n] = byte(hi<<4 | lo)
		n++
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (a *asciiHex) digit() (int, bool) {
	for !a.done {
		c, err := a.r.ReadByte()
		if err != nil || c == '>' {
			a.done = true
			break
		}
		if v := hexValue(c); v >= 0 {
			return v, true
		}
	}
	return 0, false
}

type ascii85 struct {
	r    *bufio.Reader
	out  [4]byte
	have []byte
	done bool
}

func (a *ascii85) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(a.have) == 0 {
			if a.done || !a.group() {
				break
			}
		}
		k := copy(p[n:], a.have)
		a.have = a.have[k:]
		n += k
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (a *ascii85) group() bool {
	var v uint32
	digits := 0
	for digits < 5 {
		c, err := a.r.ReadByte()
		if err != nil || c == '~' {
			a.done = true
			break
		}
		switch {
		case c == 'z' && digits == 0:
			a.out = [4]byte{}
			a.have = a.out[:]
			return true
		case c >= '!' && c <= 'u':
			v = v*85 + uint32(c-'!')
			digits++
		}
	}
	if digits < 2 {
		return false
	}
	for i := digits; i < 5; i++ {
		v = v*85 + 84
	}
	a.out = [4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}
	a.have = a.out[:digits-1]
	return true
}

type runLength struct {
	r    *bufio.Reader
	left int
	b    byte
	copy bool
	done bool
}

func (r *runLength) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && !r.done {
		if r.left == 0 {
			c, err := r.r.ReadByte()
			if err != nil || c == 128 {
				r.done = true
				break
			}
			r.copy = c < 128
			if r.copy {
				r.left = int(c) + 1
			} else {
				r.left = 257 - int(c)
				if r.b, err = r.r.ReadByte(); err != nil {
					r.done = true
					break
				}
			}
		}
		b := r.b
		if r.copy {
			var err error
			if b, err = r.r.ReadByte(); err != nil {
				r.done = true
				break
			}
		}
		p[n] = b
		n++
		r.left--
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// bounded ends a step with a LimitError once it gave out more than it may.
type bounded struct {
	d    *decoder
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.d.over != nil {
		return 0, b.d.over
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		b.d.over = &LimitError{"stream_bytes", b.d.limit, b.d.id}
	} else if b.d.spend != nil {
		b.d.over = b.d.spend(n)
	}
	if b.d.over != nil {
		return 0, b.d.over
	}
	return n, err
}

package cos

import (
	"bytes"
	"fmt"
	"io"
	"sort"
)

// Raw returns the bytes of a stream as they stand in the file.
func (f *File) Raw(s *Stream) []byte {
	start := s.Start
	if start >= int64(len(f.data)) {
		return nil
	}
	if n, ok := Int(f.Resolve(s.Dict.Get("Length"))); ok && n >= 0 && n <= int64(len(f.data))-start {
		after := f.data[start+n:]
		for i := 0; i < 4 && len(after) > 0 && isSpace(after[0]); i++ {
			after = after[1:]
		}
		if bytes.HasPrefix(after, []byte("endstream")) {
			return f.data[start : start+n]
		}
	}
	end := f.endstream(start)
	raw := f.data[start:end]
	if bytes.HasSuffix(raw, []byte("\r\n")) {
		return raw[:len(raw)-2]
	}
	if n := len(raw); n > 0 && (raw[n-1] == '\n' || raw[n-1] == '\r') {
		return raw[:n-1]
	}
	return raw
}

// endstream finds the first `endstream` at or after start. All of them are listed once, so that a file full of streams without end
// costs one pass and not one pass each.
func (f *File) endstream(start int64) int64 {
	if f.endstreams == nil {
		f.endstreams = []int64{}
		for at := 0; ; {
			i := bytes.Index(f.data[at:], []byte("endstream"))
			if i < 0 {
				break
			}
			f.endstreams = append(f.endstreams, int64(at+i))
			at += i + len("endstream")
		}
	}
	i := sort.Search(len(f.endstreams), func(i int) bool { return f.endstreams[i] >= start })
	if i < len(f.endstreams) {
		return f.endstreams[i]
	}
	return int64(len(f.data))
}

// Decoded is a stream half or wholly unpacked.
type Decoded struct {
	io.Reader
	// Codec is the picture codec the bytes are still in; its Name is "" when everything is undone.
	Codec Filter

	chain *decoder
}

// Hurt says, after reading, whether the data ended in damage and not where they should.
func (d Decoded) Hurt() bool { return d.chain.hurt }

// Decode undoes encryption and filters up to a picture codec, while it is read. Reads fail with a *LimitError once a budget is spent.
// An unknown filter is an error.
func (f *File) Decode(s *Stream) (Decoded, error) { return f.decode(s, f.lim.StreamBytes) }

// DecodeLimit is Decode with a budget of its own for this stream.
func (f *File) DecodeLimit(s *Stream, limit int64) (Decoded, error) { return f.decode(s, limit) }

func (f *File) decode(s *Stream, limit int64) (Decoded, error) {
	var src io.Reader = bytes.NewReader(f.Raw(s))
	if f.crypt != nil {
		src = f.crypt.reader(src, s, f.Resolve)
	}
	return f.undo(src, s.Dict, limit, s.ID.Num)
}

// DecodeInline undoes the filters of an inline image.
func (f *File) DecodeInline(raw []byte, d Dict) (Decoded, error) {
	return f.undo(bytes.NewReader(raw), d, f.lim.StreamBytes, 0)
}

func (f *File) undo(src io.Reader, dict Dict, limit int64, id int) (Decoded, error) {
	d := &decoder{limit: limit, id: id}
	tick := 0
	d.spend = func(n int) error {
		if f.spent += int64(n); f.spent > f.lim.TotalBytes {
			return &LimitError{"total_bytes", f.lim.TotalBytes, id}
		}
		if tick += n; tick > 1<<20 {
			tick = 0
			return f.ctx.Err()
		}
		return nil
	}
	codec, err := d.build(src, Filters(dict, f.Resolve), f.Resolve)
	if err != nil {
		return Decoded{}, err
	}
	return Decoded{d, codec, d}, nil
}

// Bytes unpacks a stream into memory, at most HeldBytes of it.
func (f *File) Bytes(s *Stream) ([]byte, error) {
	d, err := f.decode(s, f.lim.HeldBytes)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(d)
	if err != nil {
		return nil, fmt.Errorf("unpack object %d: %w", s.ID.Num, err)
	}
	return data, nil
}

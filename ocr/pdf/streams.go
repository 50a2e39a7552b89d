package pdf

import (
	"errors"
	"io"

	"sohoa/ocr/pdf/cos"
)

// codedHead is how much of a coded picture is unpacked to read its own size: what stands before a JPEG's frame (profiles, thumbnails) is
// less.
const codedHead = 1 << 20

// stream counts what one stream unpacks to. A picture with a single filter is bounded by its own dimensions instead, and is only unpacked
// by whoever reads it, row by row.
func (in *inspection) stream(s *cos.Stream) error {
	raw := int64(len(in.file.Raw(s)))
	in.raw += raw
	if in.file.Lock() == cos.Locked {
		return nil
	}
	filters := cos.Filters(s.Dict, in.file.Resolve)
	page := in.pageOf[s.ID.Num]
	if in.file.Resolve(s.Dict.Get("Subtype")) == cos.Name("Image") {
		in.pictures += raw
		pixels := describe(in.file, s.Dict).pixels()
		if len(filters) > 0 {
			coded, readable, err := in.coded(s)
			if err != nil {
				return err
			}
			if !readable {
				in.found.add("stream_damaged", page, s.ID.Num)
			}
			pixels = max(pixels, coded)
		}
		if pixels > in.limits.ImagePixels {
			in.found.add("image_too_large", page, s.ID.Num)
		}
		if len(filters) <= 1 {
			return nil
		}
	}
	if len(filters) == 0 {
		return nil
	}
	hurt, err := drain(in.file, s)
	if hurt {
		in.found.add("stream_damaged", page, s.ID.Num)
	}
	return err
}

// coded reads how many pixels a coded picture itself says it has, through encryption and whatever filters stand before the codec. readable is
// false when the bytes are not what the codec's name says.
func (in *inspection) coded(s *cos.Stream) (pixels int64, readable bool, err error) {
	d, err := in.file.Decode(s)
	if err != nil {
		return 0, true, limitOnly(err)
	}
	if d.Codec.Name == "" {
		return 0, true, nil
	}
	head, err := io.ReadAll(io.LimitReader(d, codedHead))
	if err != nil {
		return 0, true, limitOnly(err)
	}
	pixels, readable = codedPixels(in.file, d.Codec, head)
	return pixels, readable, nil
}

// drain unpacks a stream only to count. hurt says that its data end in damage.
func drain(f *cos.File, s *cos.Stream) (hurt bool, err error) {
	d, err := f.Decode(s)
	if err != nil {
		return false, limitOnly(err) // an unknown filter unpacks to nothing
	}
	_, err = io.Copy(io.Discard, d)
	return d.Hurt(), err
}

func limitOnly(err error) error {
	if limit := (*cos.LimitError)(nil); errors.As(err, &limit) {
		return err
	}
	return nil
}

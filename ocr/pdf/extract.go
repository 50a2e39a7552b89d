package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"

	"golang.org/x/image/ccitt"

	"sohoa/ocr/pdf/cos"
)

// errNotExtractable sends a page to be drawn: the picture is in a form only pdfium understands, or there is more to the page than the
// picture.
var errNotExtractable = errors.New("picture cannot be taken out as it is")

// What may stand on a page beside the picture that is the page, when the picture alone is taken.
const (
	besidePaths  = 40   // rules and frames of a stamp
	besideImages = 0.10 // part of the page under other pictures: a drawn signature, a seal
)

// extractable says whether taking out the single picture shows the page.
func (p *Paper) extractable(s *sheet) bool {
	if p.scan.single == nil || p.marks.partial || p.marks.drawn > besidePaths {
		return false
	}
	page := rect{0, 0, s.width(), s.height()}
	beside := 0.0
	for i := range p.marks.images {
		if im := &p.marks.images[i]; im != p.scan.single {
			b := im.ctm.bounds().intersect(page)
			if !b.empty() {
				beside += b.width() * b.height() / (page.width() * page.height())
			}
		}
	}
	return beside < besideImages && upright(p.scan.single.ctm)
}

// upright says whether a picture's sides are parallel to the page's.
func upright(m matrix) bool {
	straight := abs(m[1]) < 1e-3*abs(m[0]) && abs(m[2]) < 1e-3*abs(m[3])
	turned := abs(m[0]) < 1e-3*abs(m[1]) && abs(m[3]) < 1e-3*abs(m[2])
	return straight || turned
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

// pixels maps the pixels of a w×h picture (origin top left, y down) to where ctm shows them.
func pixels(ctm matrix, w, h int) matrix {
	return matrix{1 / float64(w), 0, 0, -1 / float64(h), 0, 1}.then(ctm)
}

// rawJPEG returns the picture's own JPEG, when it is one that shows the same everywhere: one DCT filter, gray or three components, no
// mask, no decode array.
func (p *Paper) rawJPEG(pl *placed) ([]byte, image.Config, error) {
	if pl.stream == nil {
		return nil, image.Config{}, errNotExtractable
	}
	d := pl.stream.Dict
	for _, key := range []cos.Name{"SMask", "Mask", "Decode"} {
		if p.file.Resolve(d.Get(key)) != nil {
			return nil, image.Config{}, errNotExtractable
		}
	}
	n, _ := components(p.file, d.Get("ColorSpace"), 0)
	if family, is := p.file.Resolve(d.Get("ColorSpace")).(cos.Array); is && len(family) > 0 {
		if f, _ := p.file.Resolve(family[0]).(cos.Name); f != "ICCBased" && f != "CalRGB" && f != "CalGray" {
			return nil, image.Config{}, errNotExtractable
		}
	}
	src, err := p.file.DecodeLimit(pl.stream, 256<<20)
	if err != nil || src.Codec.Name != "DCTDecode" || src.Codec.Parms.Has("ColorTransform") {
		return nil, image.Config{}, errNotExtractable
	}
	var raw []byte
	if len(cos.Filters(d, p.file.Resolve)) == 1 && p.file.Lock() == cos.Unlocked {
		raw = p.file.Raw(pl.stream)
	} else if raw, err = io.ReadAll(src); err != nil {
		return nil, image.Config{}, fmt.Errorf("unpack picture: %w", err)
	}
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, cfg, errNotExtractable
	}
	if int64(cfg.Width)*int64(cfg.Height) > p.limits.PagePixels {
		return nil, cfg, errNotExtractable
	}
	if have := jpegComponents(raw); have != n || n != 1 && n != 3 {
		return nil, cfg, errNotExtractable
	}
	return raw, cfg, nil
}

// extract takes the picture out of the page without drawing the page.
func (p *Paper) extract(pl *placed) (image.Image, error) {
	if raw, _, err := p.rawJPEG(pl); err == nil {
		m, err := jpeg.Decode(bytes.NewReader(raw))
		if err != nil {
			return nil, errNotExtractable // pdfium forgives more
		}
		return m, nil
	}
	if pl.stream == nil {
		return nil, errNotExtractable
	}
	return p.samples(pl.stream)
}

// samples decodes pictures that are rows of packed samples, and fax.
func (p *Paper) samples(s *cos.Stream) (image.Image, error) {
	f, d := p.file, s.Dict
	info := describe(f, d)
	if info.pixels() == 0 || info.pixels() > p.limits.PagePixels {
		return nil, errNotExtractable
	}
	if f.Resolve(d.Get("SMask")) != nil || f.Resolve(d.Get("Mask")) != nil {
		return nil, errNotExtractable
	}
	space, ok := p.space(d, info)
	if !ok {
		return nil, errNotExtractable
	}
	w, h := int(info.width), int(info.height)
	row := (w*space.n*space.bits + 7) / 8
	src, err := f.DecodeLimit(s, int64(row+1)*int64(h)+1<<16)
	if err != nil {
		return nil, errNotExtractable
	}
	var r io.Reader = src
	switch src.Codec.Name {
	case "":
	case "CCITTFaxDecode":
		if space.bits != 1 || space.n != 1 {
			return nil, errNotExtractable
		}
		if r, err = p.fax(src, w, h); err != nil {
			return nil, err
		}
	default:
		return nil, errNotExtractable
	}
	return space.read(r, w, h, row)
}

// fax undoes CCITT group 3 (one-dimensional) and group 4.
func (p *Paper) fax(src cos.Decoded, w, h int) (io.Reader, error) {
	parms := src.Codec.Parms
	num := func(key cos.Name, def int64) int64 {
		if n, ok := cos.Int(p.file.Resolve(parms.Get(key))); ok {
			return n
		}
		return def
	}
	flag := func(key cos.Name) bool { b, _ := p.file.Resolve(parms.Get(key)).(bool); return b }
	if num("Columns", 1728) != int64(w) {
		return nil, errNotExtractable
	}
	var sub ccitt.SubFormat
	switch k := num("K", 0); {
	case k < 0:
		sub = ccitt.Group4
	case k == 0:
		sub = ccitt.Group3
	default:
		return nil, errNotExtractable // mixed coding
	}
	return ccitt.NewReader(src, ccitt.MSB, sub, w, h, &ccitt.Options{Align: flag("EncodedByteAlign"), Invert: flag("BlackIs1")}), nil
}

package pdf

import (
	"math"

	"sohoa/ocr/pdf/cos"
)

// picture is what an image dictionary says about itself.
type picture struct {
	width, height int64
	bits          int64
	colours       int  // components; 0 when the codec knows and the dictionary does not say
	coloured      bool // more than gray
	codec         cos.Name
	jpx           bool
}

// describe reads an image dictionary.
func describe(f *cos.File, d cos.Dict) picture {
	p := picture{}
	p.width, _ = cos.Int(f.Resolve(d.Get("Width")))
	p.height, _ = cos.Int(f.Resolve(d.Get("Height")))
	p.bits, _ = cos.Int(f.Resolve(d.Get("BitsPerComponent")))
	for _, filter := range cos.Filters(d, f.Resolve) {
		if cos.ImageCodec(filter.Name) {
			p.codec = filter.Name
		}
	}
	if mask, _ := f.Resolve(d.Get("ImageMask")).(bool); mask {
		p.bits, p.colours = 1, 1
		return p
	}
	p.jpx = p.codec == "JPXDecode"
	p.colours, p.coloured = components(f, d.Get("ColorSpace"), 0)
	if p.colours == 0 && p.jpx {
		p.coloured = true // the picture itself knows; a gray JPEG 2000 is rare
	}
	return p
}

func (p picture) pixels() int64 {
	if p.width <= 0 || p.height <= 0 {
		return 0
	}
	if p.width > math.MaxInt64/p.height {
		return math.MaxInt64
	}
	return p.width * p.height
}

// components says how many components a colour space has and whether it can show more than gray.
func components(f *cos.File, o cos.Object, depth int) (n int, coloured bool) {
	if depth > 8 {
		return 0, false
	}
	switch v := f.Resolve(o).(type) {
	case cos.Name:
		switch v {
		case "DeviceGray", "G", "CalGray":
			return 1, false
		case "DeviceRGB", "RGB", "CalRGB":
			return 3, true
		case "DeviceCMYK", "CMYK":
			return 4, true
		}
	case cos.Array:
		if len(v) == 0 {
			return 0, false
		}
		family, _ := f.Resolve(v[0]).(cos.Name)
		switch family {
		case "Indexed", "I":
			if len(v) > 1 {
				_, coloured = components(f, v[1], depth+1)
			}
			return 1, coloured
		case "ICCBased":
			if len(v) > 1 {
				d, _ := f.Dict(v[1])
				c, _ := cos.Int(f.Resolve(d.Get("N")))
				return int(c), c > 1
			}
		case "Lab":
			return 3, true
		case "Separation":
			return 1, true
		case "DeviceN":
			if len(v) > 1 {
				names, _ := f.Resolve(v[1]).(cos.Array)
				return len(names), len(names) > 1
			}
		default:
			return components(f, family, depth+1)
		}
	}
	return 0, false
}

// scan is the picture a page consists of, when it is a scanned page.
type scan struct {
	dpi      int
	coloured bool
	large    bool    // the page is larger than A3
	covers   bool    // pictures cover most of the page
	single   *placed // the one picture that is the whole page; nil for strips, layers and pages with more on them
	coverage float64 // part of the page under pictures
}

// scanCoverage is from which part of the page on pictures count as a scan of it. Scanners leave margins; letterheads cover less.
const scanCoverage = 0.75

// a3 is the longer side of A3 in points, with the millimetres a scanner adds.
const a3 = 1200

// grid is how finely coverage is measured on each axis.
const grid = 64

// scanOf judges whether the pictures of a page are a scan of the page, and how fine it is.
func scanOf(f *cos.File, s *sheet, m marks) scan {
	page := rect{0, 0, s.width(), s.height()}
	var cells [grid][grid]bool
	var out scan
	var strips, weight float64
	full := 0
	for i := range m.images {
		p := &m.images[i]
		info := describe(f, p.dict())
		b := p.ctm.bounds().intersect(page)
		if b.empty() || info.pixels() == 0 {
			continue
		}
		cover(&cells, page, b)
		part := b.width() * b.height() / (page.width() * page.height())
		if part < 0.02 {
			continue
		}
		dpi := p.dpi(info)
		if part >= scanCoverage {
			full++
			out.single = p
			if dpi > out.dpi {
				out.dpi = dpi
			}
		} else {
			strips += part * float64(dpi)
			weight += part
		}
		if !p.mask && info.coloured {
			out.coloured = true
		}
	}
	n := 0
	for y := range cells {
		for x := range cells[y] {
			if cells[y][x] {
				n++
			}
		}
	}
	out.coverage = float64(n) / (grid * grid)
	out.covers = out.coverage >= scanCoverage
	if !out.covers {
		return scan{coverage: out.coverage}
	}
	if full == 0 && weight > 0 {
		out.dpi = int(math.Round(strips / weight))
	}
	out.large = math.Max(page.width(), page.height()) > a3
	if full != 1 {
		out.single = nil
	}
	return out
}

func cover(cells *[grid][grid]bool, page, b rect) {
	x0, x1 := int(b.X0/page.width()*grid+0.5), int(b.X1/page.width()*grid+0.5)
	y0, y1 := int(b.Y0/page.height()*grid+0.5), int(b.Y1/page.height()*grid+0.5)
	for y := max(y0, 0); y < min(y1, grid); y++ {
		for x := max(x0, 0); x < min(x1, grid); x++ {
			cells[y][x] = true
		}
	}
}

// dpi is the finer of the two resolutions with which the page shows the picture.
func (p *placed) dpi(info picture) int {
	w := math.Hypot(p.ctm[0], p.ctm[1])
	h := math.Hypot(p.ctm[2], p.ctm[3])
	if w <= 0 || h <= 0 {
		return 0
	}
	return int(math.Round(math.Min(math.Max(float64(info.width)*72/w, float64(info.height)*72/h), 1e6)))
}

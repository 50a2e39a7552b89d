package pdf

import (
	"context"
	"fmt"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// Bounds of mapPages: a finding about an object further away than that names no page.
const (
	claimDepth  = 6
	claimPage   = 2000    // objects of one page
	claimObject = 200_000 // objects of one paper
)

// mapPages notes which objects belong to which page, so that a finding can say where.
func (in *inspection) mapPages(pages []sheet) {
	in.pageOf = make(map[int]int, 2*len(pages))
	in.listed = make(map[int]bool, len(pages))
	for i := range pages {
		if id := pages[i].id; id > 0 {
			in.pageOf[id] = i + 1
			in.listed[id] = true
		}
	}
	for i := range pages {
		left := claimPage
		in.claim(pages[i].dict, i+1, claimDepth, &left)
		in.claim(pages[i].resources, i+1, claimDepth, &left)
	}
}

// elsewhere are the keys that lead out of a page.
var elsewhere = map[cos.Name]bool{"Parent": true, "P": true, "Dest": true, "D": true, "Prev": true, "StructParent": true, "StructParents": true, "B": true, "Pg": true, "SD": true}

// claim gives page everything reachable from o that no earlier page has.
func (in *inspection) claim(o cos.Object, page, depth int, left *int) {
	if depth == 0 || *left <= 0 || len(in.pageOf) > claimObject {
		return
	}
	*left--
	switch v := o.(type) {
	case cos.Ref:
		if in.pageOf[v.Num] > 0 {
			return
		}
		in.pageOf[v.Num] = page
		in.claim(in.file.Resolve(v), page, depth, left)
	case cos.Array:
		for _, e := range v {
			in.claim(e, page, depth-1, left)
		}
	case cos.Dict:
		for _, e := range v {
			if !elsewhere[e.Key] && holds(e.Val) {
				in.claim(e.Val, page, depth-1, left)
			}
		}
	case *cos.Stream:
		in.claim(v.Dict, page, depth, left)
	}
}

// holds says whether o can lead anywhere.
func holds(o cos.Object) bool {
	switch o.(type) {
	case cos.Ref, cos.Array, cos.Dict:
		return true
	}
	return false
}

// measurePages judges sizes, pictures and scans, page by page, before anything is drawn.
func (in *inspection) measurePages(ctx context.Context, pages []sheet) error {
	in.out.Pages = make([]archive.PageInfo, 0, len(pages))
	scans := map[int]scan{}
	var total int64
	for i := range pages {
		s := &pages[i]
		if s.boxless {
			if in.unboxed == nil {
				in.unboxed = map[int]bool{}
			}
			in.boxless, in.unboxed[s.id] = true, true
			in.found.add("no_page_size", i+1, s.id)
		}
		if !checkSize(&in.found, s, i+1, in.limits) {
			in.out.Pages = append(in.out.Pages, archive.PageInfo{Rotation: s.rotate})
			continue
		}
		m, err := contents(ctx, in.file, s)
		if err != nil {
			return fmt.Errorf("contents of page %d: %w", i+1, err)
		}
		for _, p := range m.images {
			pixels := describe(in.file, p.dict()).pixels()
			if pixels > in.limits.ImagePixels {
				in.found.add("image_too_large", i+1, p.object())
			}
			total += min(pixels, in.limits.ImagePixels)
		}
		if total > in.limits.TotalPixels {
			in.found.add("too_many_pixels", 0, 0)
		}
		if m.unseen > 0 && len(m.images) == 0 {
			in.found.add("invisible_text", i+1, s.id)
		}
		sc := scanOf(in.file, s, m)
		if sc.covers {
			scans[i+1] = sc
		}
		in.out.Pages = append(in.out.Pages, pageInfo(s, sc))
	}
	measure(&in.found, in.out.PDFVersion, claimsPDFA(in.file), scans, len(pages))
	return nil
}

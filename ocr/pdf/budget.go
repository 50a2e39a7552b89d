package pdf

import (
	"context"
	"errors"
	"math"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// RenderDPI is the resolution pages without a scan of their own are drawn at; the pixel budget of a page is computed for it.
const RenderDPI = 300

// budgetCode translates a spent budget into a finding and the object it was spent on; "" when err is something else.
func budgetCode(err error) (code string, object int) {
	var limit *cos.LimitError
	switch {
	case errors.As(err, &limit):
		switch limit.What {
		case "objects":
			return "too_many_objects", limit.Object
		case "depth":
			return "too_deep", limit.Object
		case "stream_bytes", "total_bytes", "filters", "values":
			return "inflates_too_far", limit.Object
		}
		return "too_much_work", limit.Object
	case errors.Is(err, context.DeadlineExceeded):
		return "inspection_time", 0
	}
	return "", 0
}

// checkSize judges one page's size before anything is drawn.
func checkSize(found *findings, s *sheet, number int, l archive.InspectLimits) bool {
	w, h := s.width(), s.height()
	switch {
	case !(w >= 1 && h >= 1) || math.IsInf(w, 0) || math.IsInf(h, 0):
		found.add("page_size", number, s.id)
		return false
	case w > l.PagePoints || h > l.PagePoints:
		found.add("page_too_large", number, s.id)
		return false
	case w/72*h/72*RenderDPI*RenderDPI > float64(l.ImagePixels):
		found.add("page_too_large", number, s.id)
		return false
	}
	return true
}

package sheet

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// numberText writes a number as a person reads it: 15 significant digits, which is what spreadsheet programs show and let
// type; no exponent; zeros in front when the cell's format asks for them. False: it is no number.
func numberText(v string, width int) (string, float64, bool) {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return "", 0, false
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	if err != nil { // rounding up the largest number
		short = f
	}
	if short == 0 {
		short = 0 // not -0
	}
	s := strconv.FormatFloat(short, 'f', -1, 64)
	if math.Abs(short) >= 1e21 { // nothing a person typed: 300 digits would say less than the exponent
		s = strconv.FormatFloat(short, 'g', 15, 64)
	} else if n := width - len(s); n > 0 && short >= 0 && !strings.Contains(s, ".") {
		s = strings.Repeat("0", n) + s
	}
	return s, f, true
}

// Days of a workbook are counted from 1900 or 1904 (ECMA-376 part 1, 18.17.4). The count from 1900 holds a 29 February 1900
// that never was, as number 60.
var (
	epoch1900 = time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	epoch1904 = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
)

const lastSerial = 2958466 // the day after 9999-12-31

// serialTime returns the time a serial number stands for, to the second. False: outside the calendar of spreadsheets.
func serialTime(v float64, from1904 bool) (time.Time, bool) {
	if !(v >= 0) || v >= lastSerial {
		return time.Time{}, false
	}
	epoch := epoch1900
	days, part := math.Modf(v)
	switch {
	case from1904:
		if epoch = epoch1904; v >= lastSerial-1462 {
			return time.Time{}, false
		}
	case days < 60:
		days++
	case days == 60:
		return time.Time{}, false
	}
	return epoch.AddDate(0, 0, int(days)).Add(time.Duration(math.Round(part*86400)) * time.Second), true
}

// serialOf is the reverse, counted from 1900.
func serialOf(t time.Time) float64 {
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	n := (day.Unix() - epoch1900.Unix()) / 86400
	if n <= 60 {
		n--
	}
	return float64(n)
}

// timeText writes a time of a Date cell.
func timeText(t time.Time, serial float64) string {
	switch {
	case serial < 1:
		return t.Format(time.TimeOnly)
	case t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0:
		return t.Format(time.DateOnly)
	}
	return t.Format(time.DateTime)
}

// format is what a number format means for reading: a day, or a number with zeros in front.
type format struct {
	date  bool
	width int
}

// builtIn says whether a format that every program knows by number is one of days (ECMA-376 part 1, 18.8.30; 27 to 36 and 50
// to 58 are days in the East Asian editions).
func builtIn(id int) format {
	return format{date: id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58}
}

// parseFormat reads the code of a number format. Only its first section counts: the others are for negative numbers and text.
func parseFormat(code string) format {
	var bare []rune
	rs := []rune(code)
	for i := 0; i < len(rs); i++ {
		switch c := rs[i]; c {
		case '"': // words stand between quotes
			for i++; i < len(rs) && rs[i] != '"'; i++ {
			}
		case '\\', '_', '*': // one character that is shown, left free, or repeated
			i++
		case '[': // colour, condition or locale; [h] counts hours
			end := i + 1
			for end < len(rs) && rs[end] != ']' {
				end++
			}
			if in := strings.ToLower(string(rs[i+1 : min(end, len(rs))])); in != "" && strings.Trim(in, "hms") == "" {
				bare = append(bare, 'h')
			}
			i = end
		case ';':
			i = len(rs)
		default:
			bare = append(bare, c)
		}
	}
	s := strings.ToLower(string(bare))
	if s != "general" && strings.ContainsAny(s, "dmyhs") {
		return format{date: true}
	}
	if len(s) > 1 && len(s) <= 64 && strings.Trim(s, "0") == "" {
		return format{width: len(s)}
	}
	return format{}
}

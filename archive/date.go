package archive

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"sohoa/internal/viet"
)

// Date is a calendar day without a time. It is comparable; the zero value means "no date", which is legal on a paper.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// Zone is the time zone of Vietnam, which has had no other offset since 1975.
var Zone = time.FixedZone("+07", 7*60*60)

// DateOf returns the day of t in t's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

var dateForms = []*regexp.Regexp{
	regexp.MustCompile(`^(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})$`),
	regexp.MustCompile(`^(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})$`),
	regexp.MustCompile(`^(?:.*,\s*)?ngay\s+(?P<d>\d{1,2})\s+thang\s+(?P<m>\d{1,2})\s+nam\s+(?P<y>\d{4})$`),
}

// ParseDate reads 2024-01-05, 5/1/2024, 05.01.2024 and "[Đắk Lắk,] ngày 05 tháng 01 năm 2024". "" is the zero Date.
func ParseDate(s string) (Date, error) {
	s = viet.Fold(s)
	if s == "" {
		return Date{}, nil
	}
	for _, form := range dateForms {
		m := form.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		n := func(name string) int { v, _ := strconv.Atoi(m[form.SubexpIndex(name)]); return v }
		d := Date{n("y"), time.Month(n("m")), n("d")}
		if d.Year > 0 && DateOf(d.Time()) == d {
			return d, nil
		}
		break
	}
	return Date{}, Fault(Invalid, "date", Text{"Ngày không đúng (viết dạng 05/01/2024).", "This is not a date (write it as 2024-01-05 or 05/01/2024)."})
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Time returns the start of the day in Vietnam.
func (d Date) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Zone) }

// String returns the ISO form, or "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Local returns the form people read here, 05/01/2024, or "".
func (d Date) Local() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", d.Day, d.Month, d.Year)
}

// Before reports whether d comes before o. No date comes before every date.
func (d Date) Before(o Date) bool { return d.String() < o.String() }

// Independence is the first day a document of this state can carry.
var Independence = Date{1945, time.September, 2}

// CheckIssued says what is wrong with d as a day of issue, as of today: nil, or a warning finding.
func (d Date) CheckIssued(today Date) *Finding {
	switch {
	case d.IsZero():
		return nil
	case d.Before(Independence):
		return &Finding{Code: "issued_too_early", Severity: Warning, Msg: Text{"Ngày ban hành trước 02/09/1945.", "The day of issue is before 2 September 1945."}}
	case today.Before(d):
		return &Finding{Code: "issued_in_future", Severity: Warning, Msg: Text{"Ngày ban hành sau hôm nay.", "The day of issue is after today."}}
	}
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

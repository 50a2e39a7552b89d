package archive

import "time"

// Calendar knows working days. It is safe for concurrent use.
type Calendar interface {
	// Due returns the end of the days-th working day after from, which is what "within n working days" means at a counter. What
	// comes in after the cut-off hour or on a day off counts as having come on the next working day. Zero days is the end of
	// the working day from counts to.
	Due(from time.Time, days int) time.Time
}

// OfficeWeek is the plain week of an office: Monday to Friday, no holidays, in the zone of Vietnam. It implements Calendar.
type OfficeWeek struct {
	CutOff time.Duration // since midnight; zero means 15:00, after which one-stop counters count a paper for the next day
	Closes time.Duration // since midnight; zero means 17:00
}

// Due implements Calendar.
func (w OfficeWeek) Due(from time.Time, days int) time.Time {
	cut, closes := w.CutOff, w.Closes
	if cut <= 0 {
		cut = 15 * time.Hour
	}
	if closes <= 0 {
		closes = 17 * time.Hour
	}
	t := from.In(Zone)
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, Zone)
	if t.Sub(day) > cut {
		day = day.AddDate(0, 0, 1)
	}
	off := func() bool { return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday }
	for off() {
		day = day.AddDate(0, 0, 1)
	}
	for range days {
		for day = day.AddDate(0, 0, 1); off(); {
			day = day.AddDate(0, 0, 1)
		}
	}
	return day.Add(closes).UTC()
}

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sohoa/archive"
)

// limitFlags adds a flag for every limit of the table whose field begins with prefix.
func (o *options) limitFlags(fs *flag.FlagSet, prefix string) {
	l := archive.DefaultLimits()
	o.bounds = &l
	for _, r := range archive.LimitRows() {
		if r.Field != "" && strings.HasPrefix(r.Field, prefix) {
			fs.Var(&limitFlag{r, reflect.ValueOf(r.In(o.bounds)).Elem()}, r.Flag, usageOf(r))
		}
	}
}

// limits are what the flags said.
func (o *options) limits() archive.Limits {
	if o.bounds == nil {
		return archive.DefaultLimits()
	}
	return *o.bounds
}

// usageOf is the line of a limit in a list of flags; package flag takes the name of the value out of back quotes.
func usageOf(r archive.LimitRow) string {
	value := map[archive.Unit]string{archive.UnitBytes: "size", archive.UnitRate: "size", archive.UnitDuration: "duration", archive.UnitShare: "share", archive.UnitRoom: "size"}[r.Unit]
	if value == "" {
		value = "number"
	}
	s := fmt.Sprintf("`%s` of a limit: %s (%s)", value, strings.ToLower(r.Name.EN[:1])+r.Name.EN[1:], r.Unit)
	if strings.HasPrefix(r.Field, "Quota.") {
		s += "; 0 is no limit"
	}
	return s
}

// limitFlag reads one limit in its unit: 512M, 90s, 80%, 2G or 5%.
type limitFlag struct {
	row archive.LimitRow
	v   reflect.Value
}

func (f *limitFlag) String() string {
	if !f.v.IsValid() { // package flag asks the zero value
		return ""
	}
	return f.row.Unit.Format(f.v.Interface())
}

func (f *limitFlag) Set(s string) error {
	switch f.row.Unit {
	case archive.UnitDuration:
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 {
			return errors.New("want a time such as 90s, 15m or 2h")
		}
		f.v.Set(reflect.ValueOf(d))
		return nil
	case archive.UnitShare, archive.UnitRoom:
		if p, ok := strings.CutSuffix(s, "%"); ok {
			n, err := strconv.ParseFloat(p, 64)
			if err != nil || !(n > 0 && n < 100) {
				return errors.New("want a share between 0% and 100%")
			}
			f.v.SetFloat(n / 100)
			return nil
		}
		if f.row.Unit == archive.UnitShare {
			return errors.New("want a share such as 80%")
		}
		n, err := sizeOf(s)
		f.v.SetFloat(float64(n))
		return err
	}
	if s == "0" && strings.HasPrefix(f.row.Field, "Quota.") {
		f.v.SetInt(0)
		return nil
	}
	n, err := sizeOf(s)
	if err != nil {
		return err
	}
	if f.v.CanFloat() {
		f.v.SetFloat(float64(n))
		return nil
	}
	if f.v.OverflowInt(n) || f.v.Kind() == reflect.Int && n > math.MaxInt32 {
		return errors.New("the number is too large")
	}
	f.v.SetInt(n)
	return nil
}

// sizeOf reads a positive number, with K, M, G or T for powers of 1024.
func sizeOf(s string) (int64, error) {
	mult := int64(1)
	if s != "" {
		switch strings.ToUpper(s[len(s)-1:]) {
		case "K":
			mult = 1 << 10
		case "M":
			mult = 1 << 20
		case "G":
			mult = 1 << 30
		case "T":
			mult = 1 << 40
		}
	}
	if mult > 1 {
		s = s[:len(s)-1]
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || n > (1<<62)/mult {
		return 0, errors.New("want a positive number, with K, M, G or T")
	}
	return n * mult, nil
}

// helpLimits prints every limit: what it bounds, how much, how it is set, what happens beyond it and why.
func helpLimits(w io.Writer, lang string) {
	say := func(vi, en string) string { return archive.Text{VI: vi, EN: en}.In(lang) }
	fmt.Fprintln(w, say("Giới hạn của hệ thống. Đặt bằng cờ của sohoa serve hoặc biến môi trường; 1K là 1024. Mọi trả lời từ chối đều nói rõ lý do và không lưu lại gì.",
		"The limits of the house. Set them by flags of sohoa serve or by their environment variables; 1K is 1024. Every refusal says why, and nothing of it is kept."))
	fmt.Fprintln(w)
	line := func(name, value, rest string) {
		fmt.Fprintf(w, "  %s%s %9s  %s\n", name, strings.Repeat(" ", max(0, 52-utf8.RuneCountInString(name))), value, rest)
	}
	for _, r := range archive.LimitRows() {
		if r.Flag == "" {
			continue
		}
		line(r.Name.In(lang), r.Default(), "--"+r.Flag+"  "+r.Twin())
		fmt.Fprintf(w, "      %s [%s]\n", r.Why.In(lang), r.Beyond(lang))
	}
	fmt.Fprintf(w, "\n%s\n\n", say("Cố định:", "Fixed:"))
	for _, r := range archive.LimitRows() {
		if r.Flag == "" {
			line(r.Name.In(lang), r.Default(), "["+r.Beyond(lang)+"]")
		}
	}
}

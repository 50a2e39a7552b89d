package archive

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// IDType says which register an owner's identifier belongs to.
type IDType string

const (
	IDCitizen IDType = "cccd" // 12-digit personal id
	IDOldCard IDType = "cmnd" // 9-digit card, no longer issued
	IDTax     IDType = "mst"  // tax code of a business
	IDOther   IDType = "other"
)

var (
	cccdForm = regexp.MustCompile(`^\d{12}$`)
	cmndForm = regexp.MustCompile(`^\d{9}$`)
	taxForm  = regexp.MustCompile(`^\d{10}(-\d{3})?$`)
	phoneVN  = regexp.MustCompile(`^0[35789]\d{8}$`)
)

// withoutSpaces takes out the spaces and dots people write into a number.
func withoutSpaces(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// NormaliseOwnerID returns the identifier without the spaces and dots people write, the register it looks like, and
// warnings. It refuses nothing: a paper may carry an identifier that was wrong on the day it was printed.
func NormaliseOwnerID(t IDType, s string) (IDType, string, []Finding) {
	s = withoutSpaces(dashes.Replace(s))
	if s == "" {
		return "", "", nil
	}
	if t == "" {
		switch {
		case cccdForm.MatchString(s):
			t = IDCitizen
		case cmndForm.MatchString(s):
			t = IDOldCard
		case taxForm.MatchString(s):
			t = IDTax
		default:
			t = IDOther
		}
	}
	warn := func(code, vi, en string) []Finding {
		return []Finding{{Code: code, Severity: Warning, Msg: Text{vi, en}}}
	}
	switch t {
	case IDCitizen:
		if _, _, err := ParseCitizenID(s); err != nil {
			return t, s, warn("personal_id", "Số định danh cá nhân phải có 12 chữ số và phần thế kỷ, năm sinh hợp lệ.", "A personal id has 12 digits, with a valid century and birth year.")
		}
	case IDOldCard:
		if !cmndForm.MatchString(s) {
			return t, s, warn("old_card", "Số CMND phải có 9 chữ số.", "An old identity card number has 9 digits.")
		}
	case IDTax:
		if !cccdForm.MatchString(s) && !TaxCodeSound(s) {
			return t, s, warn("tax_code", "Mã số thuế không khớp chữ số kiểm tra.", "The tax code does not match its check digit.")
		}
	}
	return t, s, nil
}

// CitizenBirth is what a 12-digit personal id says of its holder (it has no check digit).
type CitizenBirth struct {
	Year   int
	Female bool
}

// ParseCitizenID reads the birth year, the sex and the province digits of a 12-digit personal id (Decree 137/2015/NĐ-CP
// art. 13: three digits place, one century and sex, two birth year, six random).
func ParseCitizenID(s string) (CitizenBirth, string, error) {
	if !cccdForm.MatchString(s) {
		return CitizenBirth{}, "", Errorf(Invalid, "personal id is not 12 digits")
	}
	c := int(s[3] - '0')
	b := CitizenBirth{Year: 1900 + 100*(c/2) + int(s[4]-'0')*10 + int(s[5]-'0'), Female: c%2 == 1}
	if s[:3] == "000" || b.Year > 2100 {
		return CitizenBirth{}, "", Errorf(Invalid, "personal id with impossible place or century")
	}
	return b, s[:3], nil
}

// TaxCodeSound reports whether a 10-digit tax code (or 10-NNN) matches its check digit: weights 31 29 23 19 17 13 7 5
// 3, d10 = 10 − (Σ mod 11). A Σ that is a multiple of 11 leaves no digit and is not sound. Warn on it, never block.
func TaxCodeSound(s string) bool {
	if !taxForm.MatchString(s) {
		return false
	}
	sum := 0
	for i, w := range [...]int{31, 29, 23, 19, 17, 13, 7, 5, 3} {
		sum += w * int(s[i]-'0')
	}
	return 10-sum%11 == int(s[9]-'0')
}

// MaskID hides the middle of an identifier: 066*****1234. Short ones are hidden whole.
func MaskID(s string) string {
	n := len([]rune(s))
	if n < 8 {
		return strings.Repeat("*", n)
	}
	r := []rune(s)
	return string(r[:3]) + strings.Repeat("*", n-7) + string(r[n-4:])
}

// ParsePhone returns a Vietnamese mobile number in E.164 form.
func ParsePhone(s string) (string, error) {
	s = withoutSpaces(strings.ReplaceAll(dashes.Replace(s), "-", ""))
	switch {
	case strings.HasPrefix(s, "+84"):
		s = "0" + s[3:]
	case strings.HasPrefix(s, "84") && len(s) == 11:
		s = "0" + s[2:]
	}
	if !phoneVN.MatchString(s) {
		return "", Fault(Invalid, "phone", Text{"Số điện thoại di động không đúng.", "This is not a Vietnamese mobile number."})
	}
	return fmt.Sprintf("+84%s", s[1:]), nil
}

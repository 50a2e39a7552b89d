package archive

import (
	"regexp"
	"strings"
)

// AgencyCode identifies an agency in the form of Decision 20/2020/QĐ-TTg as renewed in 2025: "H15.50.05", left to
// right, at most 35 characters. It is comparable; the zero value means none. Old right-to-left codes
// ("000.00.12.H15") are read and turned round.
type AgencyCode string

var (
	agencyNew = regexp.MustCompile(`^[A-Z]\d{2}(\.[0-9A-Z]{2,3}){0,9}$`)
	agencyOld = regexp.MustCompile(`^\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}$`)
)

const maxAgencyCode = 35

// ParseAgencyCode normalises case and space and accepts both forms.
func ParseAgencyCode(s string) (AgencyCode, error) {
	s = strings.ToUpper(strings.TrimSpace(s))
	if agencyOld.MatchString(s) {
		return turnAgency(s), nil
	}
	if len(s) > maxAgencyCode || !agencyNew.MatchString(s) {
		return "", Fault(Invalid, "agency_code", Text{"Mã cơ quan không đúng dạng (ví dụ H15.50.05).", "The agency code is not well formed (for example H15.50.05)."})
	}
	return AgencyCode(s), nil
}

// turnAgency turns 000.05.12.H15 into H15.12.05: parts in reverse, empty levels ("00", "000") left out.
func turnAgency(s string) AgencyCode {
	p := strings.Split(s, ".")
	out := p[3]
	for _, part := range []string{p[2], p[1], p[0]} {
		if strings.Trim(part, "0") != "" {
			out += "." + part
		}
	}
	return AgencyCode(out)
}

func (c AgencyCode) String() string { return string(c) }

// Parent returns the code one level up, or "" at the top. It says nothing about whether that agency exists.
func (c AgencyCode) Parent() AgencyCode {
	i := strings.LastIndexByte(string(c), '.')
	if i < 0 {
		return ""
	}
	return c[:i]
}

// Within reports whether c is top or lies below it by code. History (predecessors) is the registry's matter.
func (c AgencyCode) Within(top AgencyCode) bool {
	return c == top || strings.HasPrefix(string(c), string(top)+".")
}

// MarshalText implements encoding.TextMarshaler.
func (c AgencyCode) MarshalText() ([]byte, error) { return []byte(c), nil }

// UnmarshalText implements encoding.TextUnmarshaler; "" is the zero value.
func (c *AgencyCode) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*c = ""
		return nil
	}
	v, err := ParseAgencyCode(string(b))
	if err != nil {
		return err
	}
	*c = v
	return nil
}

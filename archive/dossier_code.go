package archive

import (
	"regexp"
	"strings"
	"time"
)

// DossierCode is the code the one-stop system gave a dossier and nobody here changes: agency, day of receipt and a
// running number, "H15.50.05.13-261008-0975". It is comparable; the zero value means none.
type DossierCode string

var dossierForm = regexp.MustCompile(`^([A-Z]\d{2}(?:\.\d{2}){0,4}|\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})-(\d{6})-(\d{4,7})$`)

// ParseDossierCode normalises case, space and look-alike dashes, and checks that the six digits are a real day.
func ParseDossierCode(s string) (DossierCode, error) {
	s = strings.ToUpper(strings.TrimSpace(dashes.Replace(s)))
	m := dossierForm.FindStringSubmatch(s)
	if m == nil {
		return "", Fault(Invalid, "dossier_code", Text{"Mã hồ sơ không đúng dạng (ví dụ H15.50.05.13-261008-0975).", "The dossier code is not well formed (for example H15.50.05.13-261008-0975)."})
	}
	if _, err := time.Parse("060102", m[2]); err != nil {
		return "", Fault(Invalid, "dossier_date", Text{"Sáu chữ số ngày trong mã hồ sơ không phải một ngày có thật.", "The six date digits of the dossier code are not a real day."})
	}
	return DossierCode(s), nil
}

// ParseTypedDossierCode is ParseDossierCode for a code copied off paper on a phone: spaces anywhere, or instead of the hyphens, O for 0
// and I or L for 1.
func ParseTypedDossierCode(s string) (DossierCode, error) {
	if len(s) > 100 {
		s = "" // none is half as long
	}
	words := strings.Fields(strings.ToUpper(dashes.Replace(s)))
	var code DossierCode
	var err error
	for _, between := range []string{"", "-"} {
		typed := strings.Join(words, between)
		if code, err = ParseDossierCode(typed); err == nil {
			return code, nil
		}
		if typed == "" {
			continue
		}
		if code, err := ParseDossierCode(typed[:1] + lookalikes.Replace(typed[1:])); err == nil { // the first letter may be one of them
			return code, nil
		}
	}
	return "", err
}

var lookalikes = strings.NewReplacer("O", "0", "I", "1", "L", "1")

var dashes = strings.NewReplacer("–", "-", "—", "-", "‐", "-", "‑", "-", "−", "-")

func (c DossierCode) String() string { return string(c) }

// Agency returns the receiving agency in the new form, as the code says it.
func (c DossierCode) Agency() AgencyCode {
	m := dossierForm.FindStringSubmatch(string(c))
	if m == nil {
		return ""
	}
	a, err := ParseAgencyCode(m[1])
	if err != nil {
		return ""
	}
	return a
}

// Received returns the day of receipt, as the code says it.
func (c DossierCode) Received() Date {
	m := dossierForm.FindStringSubmatch(string(c))
	if m == nil {
		return Date{}
	}
	t, err := time.Parse("060102", m[2])
	if err != nil {
		return Date{}
	}
	return DateOf(t)
}

// MarshalText implements encoding.TextMarshaler.
func (c DossierCode) MarshalText() ([]byte, error) { return []byte(c), nil }

// UnmarshalText implements encoding.TextUnmarshaler; "" is the zero value.
func (c *DossierCode) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*c = ""
		return nil
	}
	v, err := ParseDossierCode(string(b))
	if err != nil {
		return err
	}
	*c = v
	return nil
}

package archive

import (
	"regexp"
	"strings"
)

// ProcedureCode identifies an administrative procedure in the national catalogue: "1.000123", optionally with the old
// agency behind it ("1.000123.000.00.12.H15"). Procedures are matched on Base. The zero value means none.
type ProcedureCode string

var procedureForm = regexp.MustCompile(`^[1-3]\.\d{6}(\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})?$`)

// ParseProcedureCode normalises case and space.
func ParseProcedureCode(s string) (ProcedureCode, error) {
	s = strings.ToUpper(strings.TrimSpace(s))
	if !procedureForm.MatchString(s) {
		return "", Fault(Invalid, "procedure_code", Text{"Mã thủ tục không đúng dạng (ví dụ 1.000123).", "The procedure code is not well formed (for example 1.000123)."})
	}
	return ProcedureCode(s), nil
}

func (c ProcedureCode) String() string { return string(c) }

// Base returns the first eight characters, on which procedures are the same.
func (c ProcedureCode) Base() ProcedureCode {
	if len(c) > 8 {
		return c[:8]
	}
	return c
}

// MarshalText implements encoding.TextMarshaler.
func (c ProcedureCode) MarshalText() ([]byte, error) { return []byte(c), nil }

// UnmarshalText implements encoding.TextUnmarshaler; "" is the zero value.
func (c *ProcedureCode) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*c = ""
		return nil
	}
	v, err := ParseProcedureCode(string(b))
	if err != nil {
		return err
	}
	*c = v
	return nil
}

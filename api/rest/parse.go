package rest

import (
	"encoding"
	"strconv"
	"time"

	"sohoa/archive"
)

// parser reads the values of a request and gathers what is wrong with them, so that a caller hears of all faults at once.
// It repeats names, never values.
type parser struct{ faults []archive.FieldError }

var notValid = archive.Text{VI: "Giá trị không đúng.", EN: "The value is not valid."}

func (p *parser) fault(field, code string, msg archive.Text) {
	p.faults = append(p.faults, archive.FieldError{Field: field, Code: code, Msg: msg})
}

// err returns what was wrong, or nil.
func (p *parser) err() error {
	if len(p.faults) == 0 {
		return nil
	}
	return &archive.Error{Kind: archive.Invalid, Msg: archive.KindText(archive.Invalid), Fields: p.faults}
}

// note records the fault of a field as the domain words it.
func (p *parser) note(field string, err error) {
	code, msg := "invalid", notValid
	var e *archive.Error
	if as(err, &e) {
		code = e.CodeOrKind()
		if e.Code != "" {
			msg = e.Msg
		}
	}
	p.fault(field, code, msg)
}

// text reads s into one of the domain's value types; "" leaves the zero value.
func (p *parser) text(field, s string, into encoding.TextUnmarshaler) {
	if s == "" {
		return
	}
	if err := into.UnmarshalText([]byte(s)); err != nil {
		p.note(field, err)
	}
}

func (p *parser) agency(field, s string) (c archive.AgencyCode)       { p.text(field, s, &c); return c }
func (p *parser) procedure(field, s string) (c archive.ProcedureCode) { p.text(field, s, &c); return c }
func (p *parser) dossier(field, s string) (c archive.DossierCode)     { p.text(field, s, &c); return c }
func (p *parser) date(field, s string) (d archive.Date)               { p.text(field, s, &d); return d }
func (p *parser) id(field, s string) (id archive.ID)                  { p.text(field, s, &id); return id }

// instant reads a time, or a day, which begins at midnight in Vietnam.
func (p *parser) instant(field, s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC()
	}
	if d := p.date(field, s); !d.IsZero() {
		return d.Time().UTC()
	}
	return time.Time{}
}

// number reads a whole number from min to max; "" is def.
func (p *parser) number(field, s string, def, min, max int) int {
	if s == "" {
		return def
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < min || n > max {
		p.fault(field, "out_of_range", archive.Text{VI: "Số không nằm trong khoảng cho phép.", EN: "The number is out of range."})
		return def
	}
	return n
}

func (p *parser) flag(field, s string) bool {
	switch s {
	case "", "false", "0":
		return false
	case "true", "1":
		return true
	}
	p.fault(field, "not_boolean", archive.Text{VI: "Viết true hoặc false.", EN: "Write true or false."})
	return false
}

func unknownParameter(name string) error {
	msg := archive.Text{VI: "Không có tham số này.", EN: "There is no such parameter."}
	return &archive.Error{Kind: archive.Invalid, Msg: archive.KindText(archive.Invalid), Fields: []archive.FieldError{{Field: "query." + Name(name), Code: "unknown_parameter", Msg: msg}}}
}

// Name makes the name of a field as a caller wrote it fit to be repeated: short, and of letters that mean nothing to any
// reader.
func Name(s string) string {
	out := make([]byte, 0, min(len(s), 64))
	for i := 0; i < len(s) && len(out) < 64; i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '.', c == '-', c == '[', c == ']':
			out = append(out, c)
		default:
			out = append(out, '?')
		}
	}
	return string(out)
}

// documentID reads the id of a path. What is no id names nothing.
func documentID(s string) (archive.ID, error) {
	id, err := archive.ParseID(s)
	if err != nil {
		return archive.ID{}, archive.ErrNotFound
	}
	return id, nil
}

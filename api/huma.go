package api

import (
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"sohoa/api/reply"
	"sohoa/api/rest"
	"sohoa/archive"
)

// speakOurProblems changes what huma keeps once per process: its errors become our problem documents, and lists are never
// null. It is done before the first operation is registered, and only once, because handlers may be running already.
var speakOurProblems = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, msg string, _ ...error) huma.StatusError {
		return &reply.Problem{Status: status, Detail: msg}
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		p := reply.Of(ctx.Context(), translate(status, errs))
		ctx.SetHeader("Cache-Control", "no-store")
		if s := p.RetryAfter(); s != "" {
			ctx.SetHeader("Retry-After", s)
		}
		return p
	}
})

// translate turns what huma found into an error of the domain. What a handler returned is one already.
func translate(status int, errs []error) error {
	if status >= 500 && len(errs) == 1 {
		return errs[0]
	}
	switch status {
	case 413:
		return archive.Errorf(archive.TooLarge, "body over the limit")
	case 415:
		return archive.Fault(archive.Unprocessable, "unsupported_type", archive.Text{VI: "Nội dung phải là JSON (Content-Type: application/json).", EN: "The body must be JSON (Content-Type: application/json)."})
	case 408:
		return archive.Fault(archive.Invalid, "too_slow", archive.KindText(archive.Unavailable))
	}
	e := &archive.Error{Kind: archive.Invalid, Msg: archive.KindText(archive.Invalid)}
	for _, err := range errs {
		if d, ok := err.(huma.ErrorDetailer); ok {
			if f := wrongField(d.ErrorDetail()); len(e.Fields) < 50 {
				e.Fields = append(e.Fields, f)
			}
		}
	}
	if len(e.Fields) == 0 && len(errs) == 0 { // huma says only this without details
		e.Fields = []archive.FieldError{{Field: "body", Code: "required", Msg: sentences["required"]}}
	}
	return e
}

// wrongField words one finding of huma. The value it carries is dropped; the place is named as the contract spells it.
func wrongField(d *huma.ErrorDetail) archive.FieldError {
	field := strings.TrimPrefix(d.Location, "body.")
	code := codeOf(d.Message)
	if code == "required" {
		// huma names the object, and the missing member only in its sentence.
		if before, after, ok := strings.Cut(validation.MsgExpectedRequiredProperty, "%s"); ok {
			if name, ok := strings.CutPrefix(d.Message, before); ok {
				field = strings.TrimPrefix(strings.TrimPrefix(d.Location, "body")+"."+strings.TrimSuffix(name, after), ".")
			}
		}
	}
	return archive.FieldError{Field: rest.Name(field), Code: code, Msg: sentences[code]}
}

var sentences = map[string]archive.Text{
	"required":          {VI: "Trường này bắt buộc.", EN: "This is required."},
	"unknown_field":     {VI: "Không có trường này.", EN: "There is no such field."},
	"unknown_parameter": {VI: "Không có tham số này.", EN: "There is no such parameter."},
	"wrong_type":        {VI: "Kiểu giá trị không đúng.", EN: "The value is of the wrong type."},
	"not_allowed":       {VI: "Giá trị không nằm trong danh sách cho phép.", EN: "The value is not one of those allowed."},
	"out_of_range":      {VI: "Số không nằm trong khoảng cho phép.", EN: "The number is out of range."},
	"length":            {VI: "Quá dài hoặc quá ngắn.", EN: "Too long or too short."},
	"invalid":           {VI: "Giá trị không đúng.", EN: "The value is not valid."},
}

// codes tells huma's sentences apart by how they begin; its own words for them are variables of package validation.
var codes = []struct {
	code, begins string
}{
	{"required", "required "},
	{"required", head(validation.MsgExpectedRequiredProperty)},
	{"unknown_field", validation.MsgUnexpectedProperty},
	{"unknown_parameter", "unknown query parameter"},
	{"wrong_type", validation.MsgExpectedBoolean},
	{"wrong_type", "invalid "},
	{"wrong_type", validation.MsgExpectedInteger},
	{"wrong_type", validation.MsgExpectedArray},
	{"wrong_type", validation.MsgExpectedObject},
	{"not_allowed", head(validation.MsgExpectedOneOf)},
	{"out_of_range", head(validation.MsgExpectedMinimumNumber)},
	{"out_of_range", head(validation.MsgExpectedMaximumNumber)},
	{"length", head(validation.MsgExpectedMinLength)},
	{"length", head(validation.MsgExpectedMaxLength)},
	{"length", head(validation.MsgExpectedMinItems)},
	{"length", head(validation.MsgExpectedMaxItems)},
}

func head(format string) string {
	s, _, _ := strings.Cut(format, "%")
	return s
}

func codeOf(message string) string {
	if message == validation.MsgExpectedString || message == validation.MsgExpectedNumber {
		return "wrong_type"
	}
	for _, c := range codes {
		if strings.HasPrefix(message, c.begins) {
			return c.code
		}
	}
	return "invalid"
}

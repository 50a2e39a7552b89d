package rest

import (
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net"
	"strings"

	"sohoa/archive"
)

func badType() error {
	return archive.Fault(archive.Unprocessable, "unsupported_type", archive.Text{VI: "Content-Type không đúng cho cách gửi này.", EN: "The Content-Type does not fit this way of sending."})
}

func badForm(msg archive.Text) error {
	return &archive.Error{Kind: archive.Invalid, Code: "bad_form", Msg: msg}
}

var (
	formBroken = archive.Text{VI: "Biểu mẫu multipart bị hỏng.", EN: "The multipart form is damaged."}
	formOrder  = archive.Text{VI: "Biểu mẫu gồm phần metadata (nếu có) rồi đến phần file, không có phần khác.", EN: "The form is a part metadata (if any), then a part file, and no other part."}
)

// multipart reads a form up to its file and leaves t.file at the first byte of it. The form is streamed: of its parts only
// the metadata, which is small, is ever in memory.
func (t *take) multipart(body io.Reader, boundary string, limit int64) error {
	if boundary == "" || len(boundary) > 70 { // RFC 2046 §5.1.1
		return badForm(formBroken)
	}
	gate := &fence{r: body, left: limit + maxFormHead}
	form := multipart.NewReader(gate, boundary)
	for seen := false; ; seen = true {
		part, err := form.NextRawPart() // raw: a quoted-printable file would not be the file
		if err == io.EOF {              // bare: the closing boundary; wrapped, the body broke off before it
			return badForm(formOrder)
		}
		if err != nil {
			return formError(err)
		}
		switch part.FormName() {
		case "metadata":
			if seen {
				return badForm(formOrder)
			}
			if err := decodeMetadata(part, limit, &t.meta); err != nil {
				return err
			}
		case "file":
			if e := part.Header.Get("Content-Transfer-Encoding"); e != "" && !strings.EqualFold(e, "binary") && !strings.EqualFold(e, "8bit") && !strings.EqualFold(e, "7bit") {
				return badForm(archive.Text{VI: "Phần file phải được gửi nguyên byte.", EN: "The part file must be sent as bytes."})
			}
			if t.meta.FileName == "" {
				t.meta.FileName = part.FileName()
			}
			t.typ = part.Header.Get("Content-Type")
			gate.open = true
			t.file = &lastPart{form, part, gate}
			return nil
		default:
			return badForm(formOrder)
		}
	}
}

// maxFormHead bounds what a form holds beside its metadata and its file: boundaries and the heads of parts. Package
// mime/multipart would keep up to 10 MiB of a part's head in memory, times the uploads under way.
const maxFormHead = 64 << 10

// fence lets so many bytes pass, and any number while it is open.
type fence struct {
	r    io.Reader
	open bool
	left int64
}

func (f *fence) Read(p []byte) (int, error) {
	if f.open {
		return f.r.Read(p)
	}
	if f.left <= 0 {
		return 0, archive.Errorf(archive.TooLarge, "heads of form parts over %d bytes", maxFormHead)
	}
	n, err := f.r.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	return n, err
}

// formError tells a damaged form from a body that broke off or came too slowly, which the door words itself.
func formError(err error) error {
	var domain *archive.Error
	var late net.Error
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	case errors.As(err, &domain), errors.As(err, &late):
		return err
	case strings.HasPrefix(err.Error(), "multipart: "), strings.HasPrefix(err.Error(), "malformed MIME"):
		return badForm(formBroken)
	}
	return err
}

// lastPart reads a part and, at its end, makes sure that the form ends there too. It is asked while the bytes are being
// spooled, so that a form with something after its file is refused before anything is kept.
type lastPart struct {
	form *multipart.Reader
	part *multipart.Part
	gate *fence
}

// Read fills p where it can: a part comes in pieces of 4 KiB, which would each become a write of their own.
func (l *lastPart) Read(p []byte) (int, error) {
	n := 0
	var err error
	for n < len(p) && err == nil {
		var m int
		m, err = l.part.Read(p[n:])
		n += m
	}
	if err == nil {
		return n, nil
	}
	if err != io.EOF {
		return n, formError(err)
	}
	l.gate.open, l.gate.left = false, maxFormHead
	switch _, next := l.form.NextRawPart(); next {
	case nil:
		return n, badForm(formOrder)
	case io.EOF: // bare: the closing boundary was there
		return n, io.EOF
	default:
		return n, formError(next)
	}
}

// decodeMetadata reads the JSON of a form over what m says already. Unknown members are refused by name.
func decodeMetadata(r io.Reader, limit int64, m *DepositMetadata) error {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return formError(err)
	}
	if int64(len(b)) > limit {
		return archive.Errorf(archive.TooLarge, "metadata over %d bytes", limit)
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	err = d.Decode(m)
	if err == nil && d.More() {
		err = errors.New("more than one value")
	}
	if err == nil {
		return nil
	}
	field, code, msg := "metadata", "invalid_json", archive.Text{VI: "Phần metadata không phải JSON đúng.", EN: "The part metadata is not valid JSON."}
	var typ *json.UnmarshalTypeError
	if errors.As(err, &typ) {
		field, code, msg = "metadata."+Name(typ.Field), "wrong_type", archive.Text{VI: "Kiểu giá trị không đúng.", EN: "The value is of the wrong type."}
	} else if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		field, code, msg = "metadata."+Name(strings.Trim(name, `"`)), "unknown_field", archive.Text{VI: "Không có trường này.", EN: "There is no such field."}
	}
	return &archive.Error{Kind: archive.Invalid, Msg: archive.KindText(archive.Invalid), Fields: []archive.FieldError{{Field: field, Code: code, Msg: msg}}}
}

package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"sohoa/archive"
)

// depositForm is the box that papers are dropped into. With script each file goes by itself to the REST interface; without
// it the form sends one file to deposit.
type depositForm struct {
	Kinds    []Option
	Agencies []Option
	Agency   string // chosen custodian
	Dossier  string
	Accept   string
	Largest  int64 // bytes of one file
	Faults   Faults
	Alert    string
	Findings []Finding
	Other    string // the paper that has the same bytes
	Many     bool   // too many agencies for a selection: a field with suggestions
	Notes    []Note // what stands in the way, or soon will
	Aside    bool   // what was refused can be kept aside for a checker
	Must     bool   // whose scope is the whole province has to name an agency
}

const accepted = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,application/pdf,image/jpeg,image/png,image/tiff"

func (d *depositForm) furnish(v *visit, n names, most int64) {
	kind := ""
	for _, o := range d.Kinds {
		if o.Selected {
			kind = o.Value
		}
	}
	d.Kinds, d.Accept = v.options("kind", []string{string(archive.Component), string(archive.Result)}, kind), accepted
	d.Must, d.Largest = v.actor.Agency == "", most
	for _, g := range n {
		if v.actor.Covers(g.Code) {
			d.Agencies = append(d.Agencies, Option{Value: g.Code.String(), Text: g.Name, Selected: g.Code.String() == d.Agency})
		}
	}
	if d.Many = len(d.Agencies) > fewChoices; d.Many {
		d.Agencies = nil
	}
}

// deposit takes one file from a browser without script.
func (p *Pages) deposit(v *visit) error {
	var dep archive.Deposit
	form := depositForm{}
	doc, err := p.receive(v, &dep, &form, func() (archive.Document, error) { return p.Archive.Deposit(v.ctx, v.actor, dep) })
	if err == nil {
		done := "deposited"
		if doc.Aside() {
			done = "aside"
		}
		return v.redirect("/documents/" + doc.ID.String() + "?done=" + done)
	}
	faults, alert, status, ok := p.faults(v, err)
	if !ok {
		return err
	}
	form.Faults, form.Alert = faults, alert
	if form.Alert == "" && len(faults) > 0 && faults.Of("agency") == "" && faults.Of("dossier") == "" {
		form.Alert = faults[0].Text
	}
	var e *archive.Error
	if errors.As(err, &e) {
		form.Findings, form.Other = v.findings(e.Findings), e.Other.String()
		form.Aside = e.Kind == archive.Unprocessable && e.Code != "unsupported_type" && p.Archive.Quarantine != nil
	}
	form.Kinds = []Option{{Value: string(dep.Kind), Selected: true}}
	return p.showHome(v, status, form)
}

// receive reads a form whose fields stand before its file and hands the file on as it comes: it is never whole in memory.
func (p *Pages) receive(v *visit, dep *archive.Deposit, form *depositForm, then func() (archive.Document, error)) (archive.Document, error) {
	free, err := p.Archive.Slot(v.ctx)
	if err != nil {
		return archive.Document{}, err
	}
	defer free()
	r := v.gin.Request
	if n := r.ContentLength; n > v.most {
		dep.Size = n - v.most // at least; the rest may be the fields beside the file
	}
	head := &fields{ReadCloser: http.MaxBytesReader(v.gin.Writer, r.Body, p.Archive.Limits.FileBytes+v.most), left: v.most}
	r.Body = head
	parts, err := r.MultipartReader()
	if err != nil {
		return archive.Document{}, archive.Errorf(archive.Invalid, "deposit form: %w", err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			msg := archive.Text{VI: "Chưa chọn tệp nào.", EN: "No file was chosen."}
			return archive.Document{}, archive.Fault(archive.Invalid, "no_file", msg)
		}
		if err != nil {
			return archive.Document{}, formError(err)
		}
		if part.FormName() == "file" {
			if part.FileName() == "" {
				continue
			}
			head.file = true
			dep.Body, dep.FileName, dep.MediaType = part, part.FileName(), part.Header.Get("Content-Type")
			return then()
		}
		if err := takeField(part, dep, form); err != nil {
			return archive.Document{}, err
		}
	}
}

// fields bounds what stands before the file of a form: package mime/multipart would keep up to 10 MiB of a part's head in memory,
// and any number of parts may come.
type fields struct {
	io.ReadCloser
	left int64
	file bool // it has begun
}

func (f *fields) Read(p []byte) (int, error) {
	if f.file {
		return f.ReadCloser.Read(p)
	}
	if f.left <= 0 {
		return 0, &http.MaxBytesError{}
	}
	n, err := f.ReadCloser.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	return n, err
}

// takeField reads one of the fields beside the file.
func takeField(part *multipart.Part, dep *archive.Deposit, form *depositForm) error {
	longest := int64(200) // bytes of any of these fields
	if part.FormName() == "reason" {
		longest = 8 << 10 // cut to the limit of a field by the archive
	}
	b, err := io.ReadAll(io.LimitReader(part, longest))
	if err != nil {
		return formError(err)
	}
	value := string(b)
	read := func(field string, err error) error {
		var e *archive.Error
		if errors.As(err, &e) {
			return &archive.Error{Kind: archive.Invalid, Msg: e.Msg, Fields: []archive.FieldError{{Field: field, Code: e.CodeOrKind(), Msg: e.Msg}}}
		}
		return err
	}
	switch part.FormName() {
	case "kind":
		dep.Kind = archive.DocumentKind(value)
	case "dossier":
		form.Dossier = value
		return read("dossier", dep.Dossier.UnmarshalText(b))
	case "agency":
		form.Agency = value
		return read("agency", dep.Agency.UnmarshalText(b))
	case "reason":
		dep.Reason = value
	case "allow_duplicate":
		dep.AllowDuplicate = value != ""
	case "on_fault":
		dep.OnFault = archive.OnFault(value)
	}
	return nil
}

// formError keeps what the transport says (too large, too slow) and calls the rest a form that broke off.
func formError(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return archive.Errorf(archive.TooLarge, "%w", err)
	}
	return archive.Errorf(archive.Invalid, "deposit form: %w", err)
}

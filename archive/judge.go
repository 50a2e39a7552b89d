package archive

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"
)

// OnFault says what becomes of a paper that does not pass.
type OnFault string

const (
	Refuse    OnFault = "refuse"     // nothing of it is kept; "" means this
	KeepAside OnFault = "quarantine" // it is kept in quarantine for a checker, unless it is of a type that is never taken
)

// Codes of findings that the archive itself makes.
const (
	FindingVirus      = "virus"       // the scanner's word
	FindingNotScanned = "not_scanned" // the scanner was away, or would not look at a file like this
)

// verdict is what scanner and inspector say of a file.
type verdict struct {
	Inspection
	unscanned error // why the scanner has not judged; nil when it has, or when there is none
}

// virus reports whether the scanner found something. The inspector has not seen such a file: type and pages are unknown.
func (v *verdict) virus() bool { return hasFinding(v.Findings, FindingVirus) }

func hasFinding(fs []Finding, code string) bool {
	return slices.ContainsFunc(fs, func(f Finding) bool { return f.Code == code })
}

// judge has a file scanned, then inspected: the inspector's children see only what the scanner let pass. When the scanner
// is away they see it all the same, sandboxed as they are, so that a Word file or a damaged one is sent back at once
// instead of waiting in quarantine for a scanner that could not make it acceptable.
func (a *Archive) judge(ctx context.Context, f *os.File, declared string) (verdict, error) {
	virus, err := a.scan(ctx, f)
	if ctx.Err() != nil {
		return verdict{}, context.Cause(ctx)
	}
	if virus != "" {
		return verdict{Inspection: Inspection{Refusal: "unsafe_file", Findings: []Finding{virusFinding(virus)}}}, nil
	}
	insp, ierr := a.inspect(ctx, f, declared)
	if ierr != nil {
		return verdict{}, ierr
	}
	if err != nil && insp.Refusal != "unsupported_type" {
		insp.Findings = append(insp.Findings, notScanned(err))
	}
	return verdict{insp, err}, nil
}

// scan asks the scanner, where there is one.
func (a *Archive) scan(ctx context.Context, f *os.File) (virus string, err error) {
	if a.Scanner == nil {
		return "", nil
	}
	virus, err = a.Scanner.Scan(ctx, f)
	if err != nil && ctx.Err() == nil {
		a.Log.Warn("scan for viruses", "err", err)
	}
	return clean(virus, 100), err
}

func (a *Archive) inspect(ctx context.Context, f *os.File, declared string) (Inspection, error) {
	began := time.Now()
	insp, err := a.Inspector.Inspect(ctx, f, InspectRequest{DeclaredType: declared, AllowOwnerLocks: a.Policy.AllowOwnerLocks, Limits: a.Limits.Inspect})
	a.Counters.Inspected.observe(time.Since(began))
	return insp, err
}

func virusFinding(name string) Finding {
	return Finding{Code: FindingVirus, Severity: Fatal, Msg: Text{"Phần mềm diệt vi rút nhận ra: " + name, "The virus scanner recognised: " + name}}
}

func notScanned(err error) Finding {
	msg := Text{"Chưa quét được vi rút: phần mềm diệt vi rút không trả lời.", "Not scanned for viruses yet: the scanner does not answer."}
	var e *Error
	if errors.As(err, &e) && e.Code != "" { // in its own words, for instance that the file is too large for it
		msg = Text{"Chưa quét được vi rút. " + e.Msg.VI, "Not scanned for viruses yet. " + e.Msg.EN}
	}
	return Finding{Code: FindingNotScanned, Severity: Fatal, Msg: msg}
}

// keepsAside reports whether a file with this verdict goes to quarantine. A file of a type that is never taken does not: no
// checker could let it in.
func (a *Archive) keepsAside(wish OnFault, v *verdict) bool {
	switch {
	case a.Quarantine == nil || v.Refusal == "unsupported_type":
		return false
	case v.Refusal == "":
		return v.unscanned != nil // never unseen, whatever the caller wished
	case wish == KeepAside:
		return true
	}
	return a.Policy.QuarantineUnsafe && v.Refusal == "unsafe_file" && !v.virus()
}

// refuse writes the event of a refusal (what was refused, from whom) and returns the refusal.
func (a *Archive) refuse(ctx context.Context, actor Actor, d *Deposit, digest Digest, v *verdict) error {
	code := v.Refusal
	if code == "" {
		code = "scanner_away"
	}
	a.Counters.Refusals.Add(1)
	ev := NewEvent(actor, EvRefuse, a.Clock.Now())
	ev.Outcome, ev.Dossier = Denied, d.Dossier
	ev.Detail = map[string]string{"code": code, "digest": digest.String(), "file_name": clean(d.FileName, a.Limits.FileName)}
	c, cancel := settle(ctx)
	defer cancel()
	if err := a.update(c, func(tx Tx) error { return tx.Events().Append(c, ev) }); err != nil {
		return err
	}
	return refusal(v)
}

var refusalText = map[string]Text{
	"unsupported_type": {"Chỉ nhận PDF, JPEG, PNG, TIFF. Tệp Word, Excel: hãy in ra PDF rồi gửi lại.", "Only PDF, JPEG, PNG and TIFF are taken. For Word or Excel files, print to PDF and send that."},
	"unsafe_file":      {"Tệp chứa nội dung chạy được hoặc tệp đính kèm nên không nhận. Hãy in lại ra PDF thường.", "The file holds active content or attachments and is refused. Print it to a plain PDF."},
	"damaged_file":     {"Tệp hỏng, không đọc được. Hãy quét lại hoặc xuất lại tệp.", "The file is damaged and cannot be read. Scan or export it again."},
	"encrypted_file":   {"Tệp có mật khẩu. Hãy bỏ mật khẩu rồi gửi lại.", "The file is protected by a password. Remove it and send the file again."},
	"limits_exceeded":  {"Tệp vượt giới hạn xử lý (số trang, kích thước trang, điểm ảnh hoặc dung lượng bung nén).", "The file exceeds a limit (pages, page size, pixels or unpacked size)."},
}

var virusText = Text{"Phần mềm diệt vi rút nhận ra mã độc trong tệp. Đừng mở tệp này; hãy báo quản trị và quét lại giấy tờ từ bản giấy.",
	"The virus scanner recognised something in the file. Do not open it; tell the administrator and scan the paper again."}

func refusal(v *verdict) error {
	if v.Refusal == "" {
		return errScannerAway(v.unscanned)
	}
	msg, ok := refusalText[v.Refusal]
	switch {
	case v.virus():
		msg = virusText
	case !ok:
		msg = kindText[Unprocessable]
	}
	if len(v.Findings) == 1 && slices.Contains([]string{OfficeFile, ForeignPicture, PackedFile, MediaFile, ProgramFile}, v.Findings[0].Code) {
		msg = v.Findings[0].Msg // names what the file is, and what to do about that
	}
	// A refusal says what is wrong with the paper; that nobody scanned it is the house's affair.
	fs := slices.DeleteFunc(slices.Clone(v.Findings), func(f Finding) bool { return f.Code == FindingNotScanned })
	return &Error{Kind: Unprocessable, Code: v.Refusal, Msg: msg, Findings: fs}
}

// errScannerAway is the answer where an unscanned file can be neither taken nor kept aside.
func errScannerAway(cause error) error {
	return &Error{Kind: Unavailable, Code: "scanner_away", RetryAfter: 30 * time.Second, Err: cause,
		Msg: Text{"Phần mềm diệt vi rút không trả lời nên chưa nhận tệp. Xin thử lại sau ít phút.", "The virus scanner does not answer, so the file was not taken. Try again in a few minutes."}}
}

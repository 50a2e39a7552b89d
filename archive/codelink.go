package archive

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// A paper that carries the code of a dossier is put into that dossier by its reading, when the one who brought it could have done the same by
// hand and nobody would see it who does not see it now. What a code says is hostile: it opens no dossier, moves no paper from one custodian to
// another, never touches one that was submitted, and is not heard again once a person has put the paper somewhere.

// Codes of findings about the dossier a code on a page names.
const (
	DossierCodesDiffer = "dossier_codes_differ" // its pages name several
	DossierUnknown     = "dossier_unknown"      // there is none of this code that the asker sees
	DossierElsewhere   = "dossier_elsewhere"    // another agency keeps it
	DossierOther       = "dossier_other"        // the paper lies in another
)

// dossierField is the field of a proposal that names a dossier.
const dossierField = "dossier_code"

// codeConfidence is that of what a code says. It is decoded right or not at all; what was recognised in print is less sure.
const codeConfidence = 0.98

// seenCodes gathers the dossiers that the codes of a paper name, page by page.
type seenCodes struct {
	first Proposal // the zero one: none is named
	kind  CodeKind
	other int  // a page that names another; 0: none
	stack bool // separator sheets lie between the pages: each part has its own dossier
}

func (s *seenCodes) add(p *PageReading) {
	if _, cuts := SeparatorOf(p.Codes); cuts && p.Number > 1 {
		s.stack = true
	}
	for _, c := range p.Codes {
		for _, d := range dossiersIn(c.Text) {
			switch {
			case s.first.Value == "":
				s.first, s.kind = Proposal{Field: dossierField, Value: d.String(), Confidence: codeConfidence, Page: p.Number, Box: c.Box}, c.Kind
			case s.first.Value != d.String() && s.other == 0:
				s.other = p.Number
			}
		}
	}
}

// links reports whether the codes name one dossier.
func (s *seenCodes) links() bool { return s.first.Value != "" && s.other == 0 && !s.stack }

// told adds to a reading what the codes say.
func (s *seenCodes) told(r *Reading) {
	switch {
	case s.first.Value == "" || s.stack: // of a stack, the stack tells
		return
	case s.other != 0:
		r.Findings = append(r.Findings, Finding{Code: DossierCodesDiffer, Severity: Warning, Page: s.other, Msg: Text{
			fmt.Sprintf("Trang %d và trang %d mang mã của hai hồ sơ khác nhau nên giấy tờ chưa được tự đưa vào hồ sơ nào. Hãy chọn hồ sơ đúng, hoặc tách giấy tờ.", s.first.Page, s.other),
			fmt.Sprintf("Pages %d and %d carry the codes of two different dossiers, so the paper was not put into either. Choose the right one, or split the paper.", s.first.Page, s.other)}})
		return
	}
	for i, p := range r.Proposals {
		if p.Field == dossierField {
			if p.Confidence < codeConfidence {
				r.Proposals[i] = s.first
			}
			return
		}
	}
	r.Proposals = append(r.Proposals, s.first)
}

// dossiersIn returns the well-formed dossier codes within what a code says: links, JSON and lists carry one among other things.
func dossiersIn(text string) (out []DossierCode) {
	for _, t := range strings.FieldsFunc(text, func(r rune) bool {
		return r != '.' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		if d, err := ParseDossierCode(t); err == nil {
			out = append(out, d)
		}
	}
	return out
}

// uploader is who brought a paper, with the rights of today; false when nobody is left who answers for it. A paper that came without a person
// (the inbox) is held to its custodian's own scope.
func (a *Archive) uploader(ctx context.Context, d *Document) (who Actor, ok bool, err error) {
	if d.Uploader.IsZero() {
		who, err = a.Admit(ctx, Actor{Role: RoleService, Agency: d.Custodian})
		return who, err == nil, err
	}
	err = a.Catalog.View(ctx, func(tx Tx) error {
		account, err := tx.Accounts().Get(ctx, d.Uploader)
		if err == nil {
			who, ok = account.Actor(), !account.Closed
			return nil
		}
		if KindOf(err) != NotFound {
			return err
		}
		token, err := tx.Tokens().Get(ctx, d.Uploader)
		if err == nil {
			who, ok = token.Actor(), token.RevokedAt.IsZero()
			return nil
		}
		if KindOf(err) == NotFound {
			return nil
		}
		return err
	})
	if err != nil || !ok {
		return who, false, err
	}
	who, err = a.Admit(ctx, who)
	return who, err == nil, err
}

// linkIn puts a paper into the dossier its codes name, in the transaction that ends its reading: both are there after a power cut, or neither
// is and the job does both again. Whatever stands against it leaves the paper as it is, with the proposal.
func (a *Archive) linkIn(ctx context.Context, tx Tx, id ID, s *seenCodes, uploader Actor, now time.Time) error {
	code, err := ParseDossierCode(s.first.Value)
	if err != nil {
		return nil // told() takes well-formed ones only
	}
	d, err := tx.Documents().Get(ctx, id)
	if err != nil {
		return err
	}
	rule, err := ruleFor(Refile, &d)
	if err != nil {
		return err
	}
	if d.Dossier != "" || !d.State.Editable() || rule.Durable || !uploader.Sees(now).Admits(&d) || rule.check(uploader, &d, "") != nil {
		return nil
	}
	to, err := tx.Dossiers().Get(ctx, code)
	if KindOf(err) == NotFound || err == nil && (to.Custodian != d.Custodian || !uploader.Covers(to.Custodian)) {
		return nil
	}
	if err != nil {
		return err
	}
	if filed, err := everFiled(ctx, tx, id); err != nil || filed {
		return err
	}
	switch err := unlocked(ctx, tx, id); {
	case CodeOf(err) == "busy": // an act of a person is under way: hers counts
		return nil
	case err != nil:
		return err
	}
	next := d
	next.Dossier, next.UpdatedAt = code, next.changed(now)
	p := refiling(&d, next)
	p.Actor, p.Action, p.At = System, EvMove, now
	b := s.first.Box
	p.tell(map[string]string{"move": string(Refile), "by": byReading, "code_kind": string(s.kind), "code_page": fmt.Sprint(s.first.Page),
		"code_box": fmt.Sprintf("%.1f %.1f %.1f %.1f", b.X0, b.Y0, b.X1, b.Y1)})
	return a.apply(ctx, tx, &p, nil)
}

// byReading says in the detail of a move that a code on a page led to it.
const byReading = "reading"

// filedEvents bounds how much of a paper's history is looked through at once; filedLooks, how often. A paper with more changes behind it was
// in many hands.
const (
	filedEvents = 200
	filedLooks  = 10
)

// everFiled reports whether a paper was ever put into a dossier, or taken out of one, after it came.
func everFiled(ctx context.Context, tx Tx, id ID) (bool, error) {
	for _, act := range []Action{EvMove, EvEdit} {
		f := EventFilter{Document: id, Action: act, Limit: filedEvents}
		for look := 0; ; look++ {
			l, err := tx.Events().Browse(ctx, f)
			if err != nil {
				return false, err
			}
			for _, e := range l.Items {
				if _, moved := e.Detail["to_dossier"]; moved {
					return true, nil
				}
			}
			if l.Next == "" {
				break
			}
			if look == filedLooks {
				return true, nil
			}
			f.After = l.Next
		}
	}
	return false, nil
}

// CodeLink is where the code stands by which a paper was put into its dossier.
type CodeLink struct {
	Dossier DossierCode
	Page    int
	Box     Box
}

// CodeLink tells by which code reading put the paper into the dossier it lies in; false when it was a person, or is of no account any more.
// The caller may see the paper.
func (a *Archive) CodeLink(ctx context.Context, d *Document) (l CodeLink, ok bool, err error) {
	if d.Dossier == "" || !d.State.Editable() && d.State != Checking {
		return l, false, nil
	}
	const moves = 20 // since: submitted, returned, scanned again
	err = a.Catalog.View(ctx, func(tx Tx) error {
		evs, err := tx.Events().Browse(ctx, EventFilter{Document: d.ID, Action: EvMove, Limit: moves})
		for _, e := range evs.Items {
			if _, moved := e.Detail["to_dossier"]; !moved {
				continue
			}
			if e.Detail["by"] == byReading && e.ActorRole == RoleSystem && e.Detail["to_dossier"] == d.Dossier.String() {
				l, ok = CodeLink{Dossier: d.Dossier}, true
				_, _ = fmt.Sscan(e.Detail["code_page"], &l.Page)
				_, _ = fmt.Sscan(e.Detail["code_box"], &l.Box.X0, &l.Box.Y0, &l.Box.X1, &l.Box.Y1)
			}
			return nil
		}
		return err
	})
	return l, ok, err
}

// codeWarning says why a paper does not lie in the dossier a code on it names, as far as the asker may know: a dossier out of sight and one
// that does not exist are the same to her.
func (a *Archive) codeWarning(ctx context.Context, tx Tx, actor Actor, d *Document, out []Finding) ([]Finding, error) {
	if !d.State.Editable() && d.State != Checking || len(d.Standing) > 0 {
		return out, nil
	}
	var p *Proposal
	for i := range d.Reading.Proposals {
		if q := &d.Reading.Proposals[i]; q.Field == dossierField && q.Confidence >= codeConfidence {
			p = &d.Reading.Proposals[i]
		}
	}
	if p == nil {
		return out, nil
	}
	code, err := ParseDossierCode(p.Value)
	if err != nil || code == d.Dossier {
		return out, nil
	}
	f := Finding{Severity: Warning, Page: p.Page}
	if d.Dossier != "" {
		f.Code, f.Msg = DossierOther, Text{
			fmt.Sprintf("Trang %d có mã của hồ sơ %s, còn giấy tờ đang ở hồ sơ %s. Nếu để nhầm, hãy chuyển hồ sơ; nếu đúng thì không cần làm gì.", p.Page, code, d.Dossier),
			fmt.Sprintf("Page %d carries the code of dossier %s, and the paper lies in %s. If that is a mistake, move it; if not, there is nothing to do.", p.Page, code, d.Dossier)}
		return append(out, f), nil
	}
	to, err := tx.Dossiers().Get(ctx, code)
	switch {
	case err != nil && KindOf(err) != NotFound:
		return nil, err
	case err != nil || !seesDossier(actor, &to, a.Clock.Now()):
		f.Code, f.Msg = DossierUnknown, Text{
			fmt.Sprintf("Trang %d có mã của hồ sơ %s, nhưng trong các hồ sơ bạn xem được không có hồ sơ này. Nếu mã đúng, hãy nhận mã ở ô Mã hồ sơ để mở hồ sơ; nếu không, hãy xóa mã được đề xuất.", p.Page, code),
			fmt.Sprintf("Page %d carries the code of dossier %s, and among the dossiers you see there is none of it. If the code is right, take it in the field Dossier code to open the dossier; if not, clear what is proposed.", p.Page, code)}
	case to.Custodian != d.Custodian:
		f.Code, f.Msg = DossierElsewhere, Text{
			fmt.Sprintf("Trang %d có mã của hồ sơ %s do cơ quan khác lưu giữ, nên giấy tờ chưa được tự đưa vào. Nhận mã ở ô Mã hồ sơ thì cơ quan đó sẽ lưu giữ giấy tờ này.", p.Page, code),
			fmt.Sprintf("Page %d carries the code of dossier %s, which another agency keeps, so the paper was not put into it. Take the code in the field Dossier code, and that agency will keep this paper.", p.Page, code)}
	default:
		return out, nil // the proposal says it all
	}
	return append(out, f), nil
}

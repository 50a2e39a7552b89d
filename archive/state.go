package archive

import "slices"

// State is where a document stands in its life.
type State string

const (
	Review      State = "review"    // a clerk confirms the fields
	Checking    State = "checking"  // a second person looks
	Accepted    State = "accepted"  // components end here
	Published   State = "published" // results only
	Superseded  State = "superseded"
	Withdrawn   State = "withdrawn"
	Returned    State = "returned"    // sent back with a reason
	Quarantined State = "quarantined" // kept outside the OCFL root; opened by a checker only
	Discarded   State = "discarded"   // can be restored for a time, then erased with a tombstone
	Disposed    State = "disposed"    // a tombstone
)

// States lists every state in the order of a paper's life.
var States = []State{Review, Checking, Accepted, Published, Superseded, Withdrawn, Returned, Quarantined, Discarded, Disposed}

// Move is an act that changes a document's state.
type Move string

const (
	Submit     Move = "submit"
	Accept     Move = "accept"
	Return     Move = "return"
	Publish    Move = "publish"
	Supersede  Move = "supersede"
	Withdraw   Move = "withdraw"
	Quarantine Move = "quarantine"
	Release    Move = "release"
	Discard    Move = "discard"
	Restore    Move = "restore"
	Rescan     Move = "rescan"  // a new version of the file
	Revert     Move = "revert"  // the new scan is dropped; the version that stood before it counts again
	Refile     Move = "move"    // into another dossier
	Arrange    Move = "arrange" // a new version of its own pages and others', arrange.go
	Split      Move = "split"   // its pages become papers of their own, and it is discarded
	Merge      Move = "merge"   // its pages go into another paper, and it is discarded
)

// Rule says who may make a move, from where to where, and what must hold. A move may have several rules; of those the one
// that fits where a document stands holds.
type Rule struct {
	Move       Move
	From       []State
	To         State // "" means the state the document had before (restore, revert), or has (move)
	Alone      bool  // not while an accepted or published version stands behind a new scan
	Behind     bool  // only while one does
	Roles      []Role
	ByUploader bool // the uploader may make it too, whatever the role
	FourEyes   bool // as the policy of its custodian says (foureyes.go); never who entered or changed it, but where the lot passed it over
	IfPassed   bool // where the lot passed it over, whoever submitted it may make it too, whatever the role
	Lone       bool // where it was checked by lot or by a neighbouring unit its uploader may make it too: there may be nobody else
	Reason     bool // a reason is required
	ResultOnly bool
	Durable    bool // writes an OCFL version before its transaction (acts at or after accept)
	Name       Text
}

// Rules is the whole state table. The documentation, the pages' buttons and the tests read it; nothing else decides.
var Rules = []Rule{
	{Move: Submit, From: []State{Review, Returned}, To: Checking, Roles: []Role{RoleClerk, RoleChecker, RoleService}, ByUploader: true, Name: Text{"Gửi kiểm tra", "Submit"}},
	{Move: Accept, From: []State{Checking}, To: Accepted, Roles: []Role{RoleChecker}, FourEyes: true, IfPassed: true, Durable: true, Name: Text{"Chấp nhận", "Accept"}},
	{Move: Return, From: []State{Checking}, To: Returned, Roles: []Role{RoleChecker}, Reason: true, Name: Text{"Trả lại", "Return"}},
	{Move: Publish, From: []State{Accepted}, To: Published, Roles: []Role{RoleChecker}, Lone: true, ResultOnly: true, Durable: true, Name: Text{"Công bố", "Publish"}},
	{Move: Supersede, From: []State{Published}, To: Superseded, Roles: []Role{RoleChecker}, Reason: true, ResultOnly: true, Durable: true, Name: Text{"Thay thế", "Supersede"}},
	{Move: Withdraw, From: []State{Published}, To: Withdrawn, Roles: []Role{RoleChecker}, Reason: true, ResultOnly: true, Durable: true, Name: Text{"Thu hồi", "Withdraw"}},
	{Move: Quarantine, From: []State{Review, Checking, Returned}, To: Quarantined, Alone: true, Roles: []Role{RoleChecker}, Reason: true, Name: Text{"Cách ly", "Quarantine"}},
	{Move: Release, From: []State{Quarantined}, To: Review, Roles: []Role{RoleChecker}, Reason: true, Name: Text{"Giải tỏa cách ly", "Release"}},
	{Move: Discard, From: []State{Review, Checking, Returned, Quarantined}, To: Discarded, Alone: true, Roles: []Role{RoleChecker}, ByUploader: true, Reason: true, Name: Text{"Bỏ", "Discard"}},
	{Move: Restore, From: []State{Discarded}, To: "", Roles: []Role{RoleChecker}, ByUploader: true, Name: Text{"Khôi phục", "Restore"}},
	{Move: Rescan, From: []State{Review, Returned}, To: Review, Roles: []Role{RoleClerk, RoleChecker, RoleService}, ByUploader: true, Durable: true, Name: Text{"Quét lại", "New scan"}},
	{Move: Rescan, From: []State{Accepted, Published}, To: Review, Roles: []Role{RoleChecker}, ByUploader: true, Reason: true, Durable: true, Name: Text{"Quét lại", "New scan"}},
	{Move: Arrange, From: []State{Review, Returned}, To: Review, Roles: []Role{RoleClerk, RoleChecker, RoleService}, ByUploader: true, Durable: true, Name: Text{"Sắp xếp trang", "Arrange pages"}},
	{Move: Split, From: []State{Review, Returned}, To: Discarded, Alone: true, Roles: []Role{RoleClerk, RoleChecker, RoleService}, ByUploader: true, Name: Text{"Tách giấy tờ", "Split"}},
	{Move: Merge, From: []State{Review, Returned}, To: Discarded, Alone: true, Roles: []Role{RoleClerk, RoleChecker, RoleService}, ByUploader: true, Name: Text{"Gộp vào giấy tờ khác", "Merge into another paper"}},
	{Move: Revert, From: []State{Review, Checking, Returned}, To: "", Behind: true, Roles: []Role{RoleChecker}, ByUploader: true, Reason: true, Durable: true, Name: Text{"Hủy bản quét mới", "Drop the new scan"}},
	{Move: Revert, From: []State{Accepted}, To: "", Behind: true, Roles: []Role{RoleChecker}, Reason: true, Durable: true, Name: Text{"Hủy bản quét mới", "Drop the new scan"}},
	{Move: Refile, From: []State{Review, Returned}, To: "", Alone: true, Roles: []Role{RoleClerk, RoleChecker, RoleService}, ByUploader: true, Name: Text{"Chuyển hồ sơ", "Move to another dossier"}},
	{Move: Refile, From: []State{Checking}, To: "", Alone: true, Roles: []Role{RoleChecker}, Name: Text{"Chuyển hồ sơ", "Move to another dossier"}},
	{Move: Refile, From: []State{Accepted, Published}, To: "", Roles: []Role{RoleChecker}, Reason: true, Durable: true, Name: Text{"Chuyển hồ sơ", "Move to another dossier"}},
	{Move: Refile, From: []State{Review, Checking, Returned}, To: "", Behind: true, Roles: []Role{RoleChecker}, Reason: true, Durable: true, Name: Text{"Chuyển hồ sơ", "Move to another dossier"}},
}

// RuleOf returns the first rule of a move, NotFound when there is no such move.
func RuleOf(m Move) (Rule, error) {
	for _, r := range Rules {
		if r.Move == m {
			return r, nil
		}
	}
	return Rule{}, ErrNotFound
}

// ruleFor returns the rule of a move that fits where d stands; when none does, one that says what is wrong.
func ruleFor(m Move, d *Document) (Rule, error) {
	best, err := RuleOf(m)
	if err != nil {
		return Rule{}, err
	}
	for _, r := range Rules {
		if r.Move != m || !slices.Contains(r.From, d.State) {
			continue
		}
		if best = r; r.fits(d) {
			return r, nil
		}
	}
	return best, nil
}

// fits reports whether a version standing behind d, or none, is what the rule is for.
func (r Rule) fits(d *Document) bool {
	stands := len(d.Standing) > 0
	return !(r.Alone && stands) && !(r.Behind && !stands)
}

var errStands = Fault(Conflict, "version_stands", Text{
	"Giấy tờ đã có bản được chấp nhận hoặc công bố, đang chờ bản quét mới. Hãy hủy bản quét mới trước.",
	"An accepted or published version stands behind the new scan. Drop the new scan first."})

// check says whether actor may make the move on d with reason. Scope and the right to see d are decided before.
func (r Rule) check(a Actor, d *Document, reason string) error {
	own := !a.ID.IsZero() && (r.ByUploader && a.ID == d.Uploader || r.IfPassed && d.Work.Check.Passed() && a.ID == d.Submitter ||
		r.Lone && d.Work.Check.Alone() && a.ID == d.Uploader)
	if !own && !slices.Contains(r.Roles, a.Role) {
		return ErrForbidden
	}
	if r.Move != Accept && r.Move != Return && !a.Covers(d.Custodian) {
		return ErrForbidden // seen to be checked for its unit, and for nothing else
	}
	if !slices.Contains(r.From, d.State) || r.Behind && !r.fits(d) {
		return Fault(Conflict, "wrong_state", Text{"Giấy tờ đang ở trạng thái không cho phép việc này.", "The paper's present state does not allow this."})
	}
	if r.Alone && !r.fits(d) {
		return errStands
	}
	if r.FourEyes {
		if err := fourEyes(a, d); err != nil {
			return err
		}
	}
	if r.ResultOnly && d.Kind != Result {
		return Fault(Conflict, "not_a_result", Text{"Chỉ kết quả giải quyết mới được công bố.", "Only results of procedures are published."})
	}
	if r.Reason && reason == "" {
		return &Error{Kind: Invalid, Code: "reason_required", Msg: Text{"Việc này cần ghi lý do.", "This needs a reason."},
			Fields: []FieldError{{Field: "reason", Code: "required", Msg: Text{"Xin ghi lý do.", "Please give a reason."}}}}
	}
	return nil
}

// Moves returns the moves actor could make on d now, in the order of the table, supposing a reason is given.
func Moves(a Actor, d *Document) []Rule {
	var out []Rule
	for _, r := range Rules {
		if r.check(a, d, "-") == nil {
			out = append(out, r)
		}
	}
	return out
}

// Editable reports whether the fields of a document in this state can be changed by a clerk.
func (s State) Editable() bool { return s == Review || s == Returned }

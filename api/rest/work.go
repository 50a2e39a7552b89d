package rest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

func (s *server) work() {
	list := operation("list-work", http.MethodGet, "/work", "work", "One of the caller's work lists, by term")
	list.Description = "mine: given to the caller. returned: of these, sent back. unit: the caller's unit's. unassigned: nobody's yet. soon, overdue: by their term. " +
		"neighbours: papers of other units that the caller's is to check. mentions: with a comment to the caller."
	huma.Register(s.api, list, s.listWork)
	huma.Register(s.api, operation("count-work", http.MethodGet, "/work/counts", "work", "How much stands on each work list, up to 1,000"), s.countWork)
	assign := operation("assign-document", http.MethodPost, "/documents/{id}/assign", "work", "Say whose work a paper is", http.StatusConflict, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType)
	assign.Description = "It raises no revision. A clerk takes what is nobody's and gives away what is hers; a checker gives anything."
	huma.Register(s.api, assign, s.assign)
	huma.Register(s.api, operation("list-colleagues", http.MethodGet, "/documents/{id}/colleagues", "work", "Who could be given the paper"), s.colleagues)
	huma.Register(s.api, operation("list-comments", http.MethodGet, "/documents/{id}/comments", "work", "What was said about a paper, oldest first"), s.listComments)
	say := operation("add-comment", http.MethodPost, "/documents/{id}/comments", "work", "Say something about a paper", http.StatusConflict, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType)
	say.DefaultStatus = http.StatusCreated
	huma.Register(s.api, say, s.addComment)
	retract := operation("retract-comment", http.MethodPost, "/documents/{id}/comments/{comment}/retract", "work", "Take a comment back", http.StatusConflict, http.StatusPreconditionFailed, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType)
	retract.Description = "Its place stays, with who took it back, when and why; its words stay in the trail."
	retract.DefaultStatus = http.StatusNoContent
	huma.Register(s.api, retract, s.retractComment)
	huma.Register(s.api, operation("get-rules", http.MethodGet, "/agencies/{code}/rules", "registry", "How an agency's papers are checked, and their terms"), s.getRules)
	put := operation("set-rules", http.MethodPut, "/agencies/{code}/rules", "registry", "Lay down how an agency's papers are checked, and their terms",
		http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType)
	put.Description = "Holds for what is submitted or enters a stage from then on, and for the agencies below that lay down nothing themselves. Only an administrator whose scope ends above the agency may."
	huma.Register(s.api, put, s.setRules)
	draws := operation("audit-draws", http.MethodGet, "/draws", "audit", "The lots of a day, each computed again")
	draws.Description = "The day's secret is promised by its SHA-256 before the first lot and told on a later day. A lot is HMAC-SHA256(secret, \"sohoa/draw/1\" LF file digest in hex), " +
		"its first eight bytes big-endian modulo 10000; the paper is drawn when that is below the share in hundredths of a percent."
	huma.Register(s.api, draws, s.draws)
}

// Waits is what a paper waits for.
type Waits struct {
	DueAt    *time.Time `json:"due_at,omitempty"`
	Overdue  bool       `json:"overdue,omitempty"`
	Assignee string     `json:"assignee,omitempty" format:"uuid" doc:"Account; absent: nobody's yet"`
	Unit     string     `json:"unit,omitempty"`
	Check    string     `json:"check,omitempty" enum:"always,sample,neighbour" doc:"By which policy it was submitted"`
	Drawn    bool       `json:"drawn,omitempty" doc:"The lot fell on it"`
	CheckAt  string     `json:"check_at,omitempty" doc:"The neighbouring unit that checks"`
}

func waits(d *archive.Document) *Waits {
	w := &d.Work
	if !w.Open() {
		return nil
	}
	out := &Waits{DueAt: localPtr(w.DueAt()), Unit: w.Unit.String(), Check: string(w.Check.Mode), Drawn: w.Check.Drawn, CheckAt: w.Check.At.String()}
	if !w.Assignee.IsZero() {
		out.Assignee = w.Assignee.String()
	}
	return out
}

type listWorkIn struct {
	List   string   `query:"list" enum:"mine,returned,unit,unassigned,neighbours,mentions,soon,overdue" default:"mine"`
	State  []string `query:"state" doc:"Any of these, separated by commas"`
	Kind   string   `query:"kind" enum:"component,result"`
	Order  string   `query:"order" enum:"due,newest,oldest,changed" doc:"Default: due; changed for mentions"`
	Cursor string   `query:"cursor" maxLength:"500"`
	Limit  int      `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *server) listWork(ctx context.Context, in *listWorkIn) (*documentPageOut, error) {
	var p parser
	f := archive.Filter{States: p.states("query.state", in.State), Kind: archive.DocumentKind(in.Kind), Order: archive.Order(in.Order), After: in.Cursor, Limit: in.Limit}
	if err := p.err(); err != nil {
		return nil, err
	}
	l, err := s.Archive.Work(ctx, s.Who(ctx), archive.WorkList(in.List), f)
	if err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	return &documentPageOut{DocumentPage{t.documents(l.Items), l.Next}}, nil
}

// WorkCount is how much stands on one list.
type WorkCount struct {
	List  string `json:"list"`
	Count int    `json:"count"`
	More  bool   `json:"more,omitempty" doc:"There are more than were counted"`
}

// WorkCounts are the lists the caller has.
type WorkCounts struct {
	Items []WorkCount `json:"items"`
}

const workCounted = 1000

func (s *server) countWork(ctx context.Context, _ *struct{}) (*struct{ Body WorkCounts }, error) {
	n, err := s.Archive.WorkCounts(ctx, s.Who(ctx), workCounted)
	if err != nil {
		return nil, err
	}
	out := WorkCounts{Items: []WorkCount{}}
	for _, l := range archive.WorkLists {
		if c, ok := n[l]; ok {
			out.Items = append(out.Items, WorkCount{string(l), min(c, workCounted), c > workCounted})
		}
	}
	return &struct{ Body WorkCounts }{out}, nil
}

// AssignIn says whose work a paper is.
type AssignIn struct {
	Assignee string `json:"assignee,omitempty" doc:"Account; absent: nobody's"`
	Unit     string `json:"unit,omitempty" doc:"Absent: the one it has"`
}

func (s *server) assign(ctx context.Context, in *struct {
	ID   string `path:"id" doc:"Id of the paper"`
	Body AssignIn
}) (*struct{ Body Document }, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	var p parser
	as := archive.Assignment{Assignee: p.id("assignee", in.Body.Assignee), Unit: p.agency("unit", in.Body.Unit)}
	if err := p.err(); err != nil {
		return nil, err
	}
	t, err := s.teller(ctx)
	if err != nil {
		return nil, err
	}
	d, err := s.Archive.Assign(ctx, t.actor, id, as)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Document }{t.document(&d)}, nil
}

// Colleague is somebody work can be given to.
type Colleague struct {
	ID   string `json:"id" format:"uuid"`
	Name string `json:"name"`
	Role string `json:"role"`
	Unit string `json:"unit,omitempty"`
}

// Colleagues are all of them.
type Colleagues struct {
	Items []Colleague `json:"items"`
}

type onDocument struct {
	ID string `path:"id" doc:"Id of the paper"`
}

func (s *server) colleagues(ctx context.Context, in *onDocument) (*struct{ Body Colleagues }, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	cs, err := s.Archive.Colleagues(ctx, s.Who(ctx), id)
	if err != nil {
		return nil, err
	}
	out := Colleagues{Items: []Colleague{}}
	for _, c := range cs {
		out.Items = append(out.Items, Colleague{c.ID.String(), c.Name, string(c.Role), c.Unit.String()})
	}
	return &struct{ Body Colleagues }{out}, nil
}

// Comment is something said about a paper.
type Comment struct {
	ID          string     `json:"id" format:"uuid"`
	At          time.Time  `json:"at"`
	Author      string     `json:"author" format:"uuid"`
	AuthorName  string     `json:"author_name"`
	Body        string     `json:"body,omitempty" doc:"Absent when it was taken back"`
	Mention     string     `json:"mention,omitempty" format:"uuid" doc:"The account it is said to"`
	MentionName string     `json:"mention_name,omitempty"`
	RetractedAt *time.Time `json:"retracted_at,omitempty"`
	Why         string     `json:"why,omitempty"`
}

func tellComment(c *archive.Comment) Comment {
	out := Comment{ID: c.ID.String(), At: local(c.At), Author: c.Author.String(), AuthorName: c.AuthorName, Body: c.Body, MentionName: c.MentionName, RetractedAt: localPtr(c.RetractedAt), Why: c.Why}
	if !c.Mention.IsZero() {
		out.Mention = c.Mention.String()
	}
	return out
}

// CommentPage is one page of comments.
type CommentPage struct {
	Items []Comment `json:"items"`
	Next  string    `json:"next" doc:"Cursor of the next page; empty on the last"`
}

func (s *server) listComments(ctx context.Context, in *struct {
	ID     string `path:"id" doc:"Id of the paper"`
	Cursor string `query:"cursor" maxLength:"60"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}) (*struct{ Body CommentPage }, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	var p parser
	after := p.id("query.cursor", in.Cursor)
	if err := p.err(); err != nil {
		return nil, err
	}
	cs, err := s.Archive.Comments(ctx, s.Who(ctx), id, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := CommentPage{Items: []Comment{}}
	for i := range cs {
		out.Items = append(out.Items, tellComment(&cs[i]))
	}
	if len(cs) == in.Limit {
		out.Next = cs[len(cs)-1].ID.String()
	}
	return &struct{ Body CommentPage }{out}, nil
}

// CommentIn is a comment to be made.
type CommentIn struct {
	Body       string `json:"body" doc:"Plain text, several lines"`
	ToAssignee bool   `json:"to_assignee,omitempty" doc:"Addressed to whose work the paper is"`
}

func (s *server) addComment(ctx context.Context, in *struct {
	ID   string `path:"id" doc:"Id of the paper"`
	Body CommentIn
}) (*struct{ Body Comment }, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	c, err := s.Archive.Comment(ctx, s.Who(ctx), id, archive.Remark{Body: in.Body.Body, ToAssignee: in.Body.ToAssignee})
	if err != nil {
		return nil, err
	}
	return &struct{ Body Comment }{tellComment(&c)}, nil
}

func (s *server) retractComment(ctx context.Context, in *struct {
	ID      string `path:"id" doc:"Id of the paper"`
	Comment string `path:"comment" doc:"Id of the comment"`
	Body    *MoveIn
}) (*struct{}, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	comment, err := documentID(in.Comment)
	if err != nil {
		return nil, err
	}
	why := ""
	if in.Body != nil {
		why = in.Body.Reason
	}
	return nil, s.Archive.Retract(ctx, s.Who(ctx), id, comment, why)
}

// CheckPolicy is how papers of one kind are checked.
type CheckPolicy struct {
	Kind      string  `json:"kind,omitempty" enum:"component,result" doc:"Absent: both"`
	Mode      string  `json:"mode" enum:"always,sample,neighbour"`
	Percent   float64 `json:"percent,omitempty" minimum:"0" maximum:"100" doc:"Of a sample"`
	Neighbour string  `json:"neighbour,omitempty" doc:"Unit whose checkers check"`
}

// Term is how many working days a paper may stay in a state.
type Term struct {
	Kind  string `json:"kind,omitempty" enum:"component,result" doc:"Absent: both"`
	Stage string `json:"stage" enum:"review,returned,checking,accepted,quarantined"`
	Days  int    `json:"days" minimum:"0" maximum:"250" doc:"0: no term"`
}

// RulesIn are the rules an agency lays down.
type RulesIn struct {
	Checks []CheckPolicy `json:"checks,omitempty" maxItems:"3"`
	Terms  []Term        `json:"terms,omitempty" maxItems:"15"`
}

// Rules are what an agency lays down, and what is in force for its papers.
type Rules struct {
	Checks  []CheckPolicy `json:"checks"`
	Terms   []Term        `json:"terms"`
	InForce RulesIn       `json:"in_force"`
}

type rulesOut struct {
	ETag string `header:"ETag"`
	Body Rules
}

func tellRules(r archive.Rulebook) RulesIn {
	out := RulesIn{Checks: []CheckPolicy{}, Terms: []Term{}}
	for _, c := range r.Checks {
		out.Checks = append(out.Checks, CheckPolicy{string(c.Kind), string(c.Mode), c.Percent, c.Neighbour.String()})
	}
	for _, t := range r.Terms {
		out.Terms = append(out.Terms, Term{string(t.Kind), string(t.Stage), t.Days})
	}
	return out
}

func (s *server) rules(ctx context.Context, g archive.Agency) (*rulesOut, error) {
	force, err := s.Archive.RulesInForce(ctx, g.Code)
	if err != nil {
		return nil, err
	}
	own := tellRules(g.Rules)
	return &rulesOut{etag(g.Revision), Rules{own.Checks, own.Terms, tellRules(force)}}, nil
}

func (s *server) getRules(ctx context.Context, in *agencyIn) (*rulesOut, error) {
	if !s.Who(ctx).Role.May(archive.ActRead) {
		return nil, archive.ErrForbidden
	}
	g, err := s.agency(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	return s.rules(ctx, g)
}

func (s *server) setRules(ctx context.Context, in *struct {
	Code    string `path:"code" doc:"Code of the agency"`
	IfMatch string `header:"If-Match" doc:"ETag of what was read, or *"`
	Body    RulesIn
}) (*rulesOut, error) {
	after, err := revision(in.IfMatch)
	if err != nil {
		return nil, err
	}
	code, err := archive.ParseAgencyCode(in.Code)
	if err != nil {
		return nil, archive.ErrNotFound
	}
	var p parser
	var r archive.Rulebook
	for _, c := range in.Body.Checks {
		r.Checks = append(r.Checks, archive.CheckPolicy{Kind: archive.DocumentKind(c.Kind), Mode: archive.CheckMode(c.Mode), Percent: c.Percent, Neighbour: p.agency("checks.neighbour", c.Neighbour)})
	}
	for _, t := range in.Body.Terms {
		r.Terms = append(r.Terms, archive.Term{Kind: archive.DocumentKind(t.Kind), Stage: archive.State(t.Stage), Days: t.Days})
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	g, err := s.Archive.SetRules(ctx, s.Who(ctx), code, r, after)
	if err != nil {
		return nil, err
	}
	return s.rules(ctx, g)
}

// Draws are the lots of a day.
type Draws struct {
	Day       string  `json:"day" format:"date"`
	Committed string  `json:"sha256,omitempty" doc:"Of the day's secret, told before its first lot"`
	Secret    string  `json:"secret,omitempty" doc:"Told on a later day"`
	Wrong     int     `json:"wrong" doc:"Lots that do not follow from the secret"`
	More      bool    `json:"more,omitempty" doc:"There are more than are told"`
	Items     []Drawn `json:"items"`
}

// Drawn is one lot.
type Drawn struct {
	At        time.Time `json:"at"`
	Document  string    `json:"document" format:"uuid"`
	Custodian string    `json:"custodian"`
	By        string    `json:"by" doc:"Who submitted"`
	File      string    `json:"file" doc:"Digest of the file the lot was drawn for"`
	Percent   string    `json:"percent"`
	Lot       int       `json:"lot"`
	Drawn     bool      `json:"drawn"`
	Right     bool      `json:"right" doc:"It follows from the secret; true while that is not told"`
	State     string    `json:"state,omitempty" doc:"Where the paper stands now; absent out of sight"`
}

func (s *server) draws(ctx context.Context, in *struct {
	Day string `query:"day" required:"true" doc:"Day in Vietnam"`
}) (*struct{ Body Draws }, error) {
	var p parser
	day := p.date("query.day", in.Day)
	if err := p.err(); err != nil {
		return nil, err
	}
	d, err := s.Archive.DrawsOf(ctx, s.Who(ctx), day)
	if err != nil {
		return nil, err
	}
	out := Draws{Day: d.Day, Committed: d.Committed, Secret: d.Secret, Wrong: d.Wrong, More: d.More, Items: []Drawn{}}
	for _, x := range d.Papers {
		out.Items = append(out.Items, Drawn{local(x.At), x.Document.String(), x.Custodian.String(), x.By, x.File, x.Percent, x.Lot, x.Drawn, x.Right, string(x.State)})
	}
	slices.Reverse(out.Items) // as they were drawn
	return &struct{ Body Draws }{out}, nil
}

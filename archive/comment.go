package archive

import (
	"context"
	"strings"
	"time"
)

// Comment is something said about a paper. Nobody changes it afterwards; what was taken back leaves its place, and its words to
// the trail.
type Comment struct {
	ID          ID
	Document    ID
	At          time.Time
	Author      ID
	AuthorName  string
	Body        string // "" when it was taken back
	Mention     ID     // the account it is said to; zero: to everybody
	MentionName string
	RetractedAt time.Time
	RetractedBy ID
	Why         string
}

// Retracted reports whether it was taken back.
func (c *Comment) Retracted() bool { return !c.RetractedAt.IsZero() }

// Comments keeps what is said about papers.
type Comments interface {
	Insert(ctx context.Context, c Comment) error // Conflict when the id is there
	// Of returns the comments of a paper, oldest first, keyset by after (zero for the start).
	Of(ctx context.Context, document ID, after ID, limit int) ([]Comment, error)
	Get(ctx context.Context, id ID) (Comment, error)
	// Retract notes that a comment was taken back; ErrStale when it was before.
	Retract(ctx context.Context, id ID, at time.Time, by ID, why string) error
	Count(ctx context.Context, document ID) (int, error)
}

// WorkLimits bound what people do with papers together. Zero means the default in DefaultLimits.
type WorkLimits struct {
	CommentText int // characters of one comment
	Comments    int // of one paper, those taken back included
	Bulk        int // papers of one bulk act
}

// Remark is a comment to be made.
type Remark struct {
	Body string
	// ToAssignee addresses it to whose work the paper is; it comes on that person's list of mentions.
	ToAssignee bool
}

// Comment says something about a paper. Everybody who may read and comment sees it: a neighbour's checker while the paper is
// hers to check. Errors: NotFound, Forbidden, Invalid with field body, Conflict too_many_comments or nobody_assigned.
func (a *Archive) Comment(ctx context.Context, actor Actor, id ID, r Remark) (Comment, error) {
	now := a.Clock.Now()
	d, err := a.fetch(ctx, actor, id, now)
	if err != nil {
		return Comment{}, err
	}
	if err := Decide(actor, ActComment, &d, now); err != nil {
		a.denied(ctx, actor, EvComment, id.String(), now)
		return Comment{}, err
	}
	if n := len([]rune(strings.TrimSpace(r.Body))); n > a.Limits.Work.CommentText {
		return Comment{}, invalidField("body", Text{"Ý kiến quá dài.", "The comment is too long."})
	}
	c := Comment{ID: NewID(), Document: id, At: now, Author: actor.ID, AuthorName: actor.Name, Body: cleanLines(r.Body, a.Limits.Work.CommentText)}
	if c.Body == "" {
		return Comment{}, invalidField("body", Text{"Xin ghi ý kiến.", "Write something."})
	}
	if r.ToAssignee {
		if c.Mention = d.Work.Assignee; c.Mention.IsZero() {
			return Comment{}, Fault(Conflict, "nobody_assigned", Text{"Giấy tờ chưa giao cho ai.", "The paper is nobody's work yet."})
		}
		names, err := a.NamesOf(ctx, []ID{c.Mention})
		if err != nil {
			return Comment{}, err
		}
		c.MentionName = names[c.Mention]
	}
	ev := documentEvent(actor, EvComment, now, &d)
	ev.Detail = map[string]string{"act": "say", "comment": c.ID.String(), "body": c.Body}
	if r.ToAssignee {
		ev.Detail["mention"], ev.Detail["mention_name"] = c.Mention.String(), c.MentionName
	}
	// One transaction: the words are in the trail, or nowhere. A catalog made again from the store reads them there.
	err = a.update(ctx, func(tx Tx) error {
		n, err := tx.Comments().Count(ctx, id)
		if err != nil {
			return err
		}
		if n >= a.Limits.Work.Comments {
			return Fault(Conflict, "too_many_comments", Text{"Giấy tờ đã có quá nhiều ý kiến.", "The paper has too many comments already."})
		}
		if err := tx.Comments().Insert(ctx, c); err != nil {
			return err
		}
		return tx.Events().Append(ctx, ev)
	})
	return c, err
}

// Retract takes a comment back: its author may, and a checker in whose scope the paper is. Its place stays, with who took it
// back, when and why; its words stay in the trail. Errors: NotFound, Forbidden, Conflict stale_revision when it was before.
func (a *Archive) Retract(ctx context.Context, actor Actor, id, comment ID, why string) error {
	now := a.Clock.Now()
	d, err := a.fetch(ctx, actor, id, now)
	if err != nil {
		return err
	}
	why = clean(why, a.Limits.FieldText)
	return a.update(ctx, func(tx Tx) error {
		c, err := tx.Comments().Get(ctx, comment)
		if err == nil && c.Document != id {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		if c.Author != actor.ID && !(actor.Role == RoleChecker && actor.Covers(d.Custodian)) || !actor.Role.May(ActComment) {
			return ErrForbidden
		}
		if err := tx.Comments().Retract(ctx, comment, now, actor.ID, why); err != nil {
			return err
		}
		ev := documentEvent(actor, EvComment, now, &d)
		ev.Detail = map[string]string{"act": "retract", "comment": comment.String(), "reason": why}
		return tx.Events().Append(ctx, ev)
	})
}

// Comments returns what was said about a paper, oldest first, keyset by after. The words of what was taken back are left out.
func (a *Archive) Comments(ctx context.Context, actor Actor, id, after ID, limit int) ([]Comment, error) {
	if _, err := a.fetch(ctx, actor, id, a.Clock.Now()); err != nil {
		return nil, err
	}
	var cs []Comment
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		cs, err = tx.Comments().Of(ctx, id, after, a.rows(limit))
		return err
	})
	for i := range cs {
		if cs[i].Retracted() {
			cs[i].Body = ""
		}
	}
	return cs, err
}

// replayComment makes a comment's row again from its event.
func replayComment(ctx context.Context, tx Tx, e *Event) error {
	id, err := ParseID(e.Detail["comment"])
	if err != nil {
		return nil // of a form nobody knows: the event itself is kept
	}
	if e.Detail["act"] == "retract" {
		err := tx.Comments().Retract(ctx, id, e.At, e.ActorID, e.Detail["reason"])
		if KindOf(err) == NotFound || CodeOf(err) == ErrStale.Code {
			return nil
		}
		return err
	}
	c := Comment{ID: id, Document: e.Document, At: e.At, Author: e.ActorID, AuthorName: e.ActorName, Body: e.Detail["body"], MentionName: e.Detail["mention_name"]}
	if m, err := ParseID(e.Detail["mention"]); err == nil {
		c.Mention = m
	}
	if err := tx.Comments().Insert(ctx, c); KindOf(err) != Conflict {
		return err
	}
	return nil
}

// cleanLines is clean for a text of several lines: lines are kept, more than one empty line between them is not.
func cleanLines(s string, max int) string {
	var out []string
	for line := range strings.Lines(s) {
		if line = clean(line, max); line != "" || len(out) > 0 && out[len(out)-1] != "" {
			out = append(out, line)
		}
	}
	r := []rune(strings.TrimSpace(strings.Join(out, "\n")))
	return string(r[:min(len(r), max)])
}

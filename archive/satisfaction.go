package archive

import (
	"context"
	"strconv"
	"time"
)

// ScaleMost is the best answer about the service; 1 is the worst. Answers from ScaleContent on count as content.
const (
	ScaleMost    = 5
	ScaleContent = 4
)

// Opinion is what the holder of a receipt said of how a dossier was settled: one for each dossier.
type Opinion struct {
	Dossier   DossierCode
	Custodian AgencyCode // answerable for the dossier when it was said
	Scale     int        // 1 to ScaleMost
	Comment   string     // a stranger's words
	Grant     Digest     // by which it was said, and may be changed while it lasts
	At        time.Time
}

// SatisfactionRow counts the answers about one agency in one month.
type SatisfactionRow struct {
	Custodian AgencyCode
	Month     Date // its first day, in Vietnam
	Counts    [ScaleMost]int
}

// Total is how many answered.
func (r SatisfactionRow) Total() (n int) {
	for _, c := range r.Counts {
		n += c
	}
	return n
}

// Content is how many of them were content.
func (r SatisfactionRow) Content() (n int) {
	for _, c := range r.Counts[ScaleContent-1:] {
		n += c
	}
	return n
}

// Opinions keeps answers about the service.
type Opinions interface {
	// Put writes an answer over the one before of its dossier. The month it counts for stays that of the first.
	Put(ctx context.Context, o Opinion) error
	// Get returns the answer about a dossier; NotFound when there is none.
	Get(ctx context.Context, code DossierCode) (Opinion, error)
	// Months counts the answers about agencies inside see, from month to month (both in it, both optional), by month, the newest
	// first, then agency.
	Months(ctx context.Context, see Visibility, from, to Date) ([]SatisfactionRow, error)
	// Comments returns answers with a comment inside see, the newest first, at most limit.
	Comments(ctx context.Context, see Visibility, from, to Date, limit int) ([]Opinion, error)
}

// answered fills in what was said of the dossier.
func (r *Retrieved) answered(ctx context.Context, tx Tx) error {
	o, err := tx.Opinions().Get(ctx, r.Grant.Dossier)
	switch {
	case err == nil:
		r.Answer, r.MayAnswer = &o, o.Grant == r.Grant.Hash
	case KindOf(err) == NotFound:
		r.MayAnswer, err = true, nil
	}
	return err
}

// ErrAnswered says that somebody answered for the dossier before, by another look-up.
var ErrAnswered = Fault(Conflict, "answered", Text{"Hồ sơ này đã có ý kiến đánh giá rồi.", "This dossier has been answered for already."})

// Answer keeps what the holder of a grant says of the service. While the grant lasts it can be said again; then it stands.
// ErrGrantOver, ErrAnswered, Invalid.
func (a *Archive) Answer(ctx context.Context, asker Actor, secret string, scale int, comment string) error {
	if scale < 1 || scale > ScaleMost {
		msg := Text{"Xin chọn một mức đánh giá.", "Choose one of the answers."}
		return &Error{Kind: Invalid, Code: "scale", Msg: msg, Fields: []FieldError{{Field: "scale", Code: "required", Msg: msg}}}
	}
	now := a.Clock.Now()
	return a.update(ctx, func(tx Tx) error {
		g, err := a.granted(ctx, tx, secret, now)
		if err != nil {
			return err
		}
		old, err := tx.Opinions().Get(ctx, g.Dossier)
		if err == nil && old.Grant != g.Hash {
			return ErrAnswered
		}
		if err != nil && KindOf(err) != NotFound {
			return err
		}
		d, err := tx.Dossiers().Get(ctx, g.Dossier)
		if err != nil {
			return err
		}
		o := Opinion{Dossier: g.Dossier, Custodian: d.Custodian, Scale: scale, Comment: clean(comment, a.Limits.Retrieval.Comment), Grant: g.Hash, At: now}
		if err := tx.Opinions().Put(ctx, o); err != nil {
			return err
		}
		// The words are no part of the trail: they can be anybody's, about anybody.
		return tx.Events().Append(ctx, retrieval(citizen(asker), now, &d, map[string]string{"act": "answered", "scale": strconv.Itoa(scale)}))
	})
}

// Satisfaction is the answers of citizens inside an actor's scope.
type Satisfaction struct {
	Rows     []SatisfactionRow
	Comments []Opinion
}

// Satisfaction counts answers by agency and month, from month to month (both in it, both optional), with the newest comments.
func (a *Archive) Satisfaction(ctx context.Context, actor Actor, from, to Date) (Satisfaction, error) {
	now := a.Clock.Now()
	if !actor.Role.May(ActOpinions) || !actor.active(now) {
		return Satisfaction{}, ErrForbidden
	}
	var out Satisfaction
	see := actor.Sees(now)
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		if out.Rows, err = tx.Opinions().Months(ctx, see, from, to); err != nil {
			return err
		}
		out.Comments, err = tx.Opinions().Comments(ctx, see, from, to, 50)
		return err
	})
	return out, err
}

package archive

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Quota is what one agency was granted in the registry instead of the house's own limits. A nil member means the house's
// (Limits.Quota), zero no limit. It holds for papers whose custodian is this very agency; those below it have their own.
type Quota struct {
	Bytes        *int64 `json:"bytes,omitempty"` // kept, of all days
	PapersPerDay *int64 `json:"papers_per_day,omitempty"`
	BytesPerDay  *int64 `json:"bytes_per_day,omitempty"`
}

// IsZero reports whether nothing was granted.
func (q Quota) IsZero() bool { return q == Quota{} }

func (q Quota) same(o Quota) bool {
	eq := func(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }
	return eq(q.Bytes, o.Bytes) && eq(q.PapersPerDay, o.PapersPerDay) && eq(q.BytesPerDay, o.BytesPerDay)
}

func (q Quota) check() error {
	for _, m := range []struct {
		name string
		n    *int64
	}{{"quota.bytes", q.Bytes}, {"quota.papers_per_day", q.PapersPerDay}, {"quota.bytes_per_day", q.BytesPerDay}} {
		if m.n != nil && *m.n < 0 {
			return invalidField(m.name, Text{"Hạn mức là số từ 0 trở lên; 0 là không giới hạn.", "A quota is a number from 0 on; 0 means no limit."})
		}
	}
	return nil
}

// Grants reports whether an administrator may change the quota of code: one whose scope ends above it.
func (a Actor) Grants(code AgencyCode) bool {
	return a.Agency == "" || a.Agency != code && (a.Covers(code) || code.Within(a.Agency))
}

// QuotaLimits bound what is taken in on one day (of Vietnam) and what is kept. Zero means no limit.
type QuotaLimits struct {
	UserPapers   int64 // files of one account or token a day
	UserBytes    int64 // and their bytes
	AgencyPapers int64 // files for one custodian a day
	AgencyBytes  int64 // and their bytes
	AgencyTotal  int64 // bytes one custodian keeps
}

// over returns l with what q grants an agency in place.
func (q Quota) over(l QuotaLimits) QuotaLimits {
	for _, m := range []struct {
		granted *int64
		limit   *int64
	}{{q.Bytes, &l.AgencyTotal}, {q.PapersPerDay, &l.AgencyPapers}, {q.BytesPerDay, &l.AgencyBytes}} {
		if m.granted != nil {
			*m.limit = *m.granted
		}
	}
	return l
}

// Count is a number of files and their bytes.
type Count struct {
	Papers int64
	Bytes  int64
}

// Charge is what one act adds to the accounts. Day, Actor and In are of what was taken in, a new scan included; Kept is what
// the custodian keeps more, or less when it is negative. A zero In leaves the day alone.
type Charge struct {
	Day       Date
	Actor     ID
	Custodian AgencyCode
	In        Count
	Kept      Count
}

// Used is what stands in the accounts of one actor and one custodian on one day.
type Used struct {
	Actor  Count // taken in from the actor that day, for any custodian; nothing for the zero actor
	Agency Count // taken in for the custodian that day
	Kept   Count // kept for the custodian
}

// AgencyUse is what one custodian keeps and took in on a day.
type AgencyUse struct {
	Custodian AgencyCode
	Kept      Count
	Today     Count
}

// Usage keeps accounts of what is taken in and kept. They are written in the transaction of the act itself and never by
// hand, so that they are exact however many acts there are at once.
type Usage interface {
	// Add books c. Two Updates that book at once both count; on neither engine is one the other's lost race because of it.
	Add(ctx context.Context, c Charge) error
	// Of returns the accounts of an actor and a custodian on day, what this transaction booked included.
	Of(ctx context.Context, day Date, actor ID, custodian AgencyCode) (Used, error)
	// Agencies returns every custodian that keeps something or took something in on day, by code.
	Agencies(ctx context.Context, day Date) ([]AgencyUse, error)
	// Recount returns what the documents themselves come to, disposed ones excepted: what Kept has to be.
	Recount(ctx context.Context) (map[AgencyCode]Count, error)
	// Forget removes the accounts of days before day.
	Forget(ctx context.Context, day Date) error
}

// usageKept is how long the accounts of a day are kept: a year and the month that compares with it.
const usageKept = 400 * 24 * time.Hour

func dayOf(t time.Time) Date { return DateOf(t.In(Zone)) }

// Tomorrow is when the quotas of the day begin again: midnight of Vietnam.
func Tomorrow(now time.Time) time.Time {
	d := dayOf(now)
	return time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, Zone)
}

// Allowance is one quota of a caller and how much of it is used.
type Allowance struct {
	Name  string // as the contract spells it: user_papers_per_day …
	Limit int64
	Used  int64
	Bytes bool // it counts bytes, not files
	Daily bool // it begins again at midnight
}

// Warn reports whether four fifths are used: time to say so, before the next file is refused.
func (a Allowance) Warn() bool { return a.Used*5 >= a.Limit*4 }

// Full reports whether nothing more fits.
func (a Allowance) Full() bool { return a.Used >= a.Limit }

// allowances lists the quotas that bind, the one that time does not heal first.
func allowances(l QuotaLimits, u Used) []Allowance {
	all := []Allowance{
		{"agency_bytes", l.AgencyTotal, u.Kept.Bytes, true, false},
		{"user_papers_per_day", l.UserPapers, u.Actor.Papers, false, true},
		{"user_bytes_per_day", l.UserBytes, u.Actor.Bytes, true, true},
		{"agency_papers_per_day", l.AgencyPapers, u.Agency.Papers, false, true},
		{"agency_bytes_per_day", l.AgencyBytes, u.Agency.Bytes, true, true},
	}
	return slices.DeleteFunc(all, func(a Allowance) bool { return a.Limit <= 0 })
}

// quotas returns what binds a deposit of actor for custodian. Nobody bounds the program itself as a user.
func (a *Archive) quotas(actor Actor, custodian AgencyCode) QuotaLimits {
	l := a.registry.quota(custodian).over(a.Limits.Quota)
	if actor.ID.IsZero() {
		l.UserPapers, l.UserBytes = 0, 0
	}
	return l
}

// AgencyQuota returns the quotas in force for an agency: what it was granted, else the house's. Zero members bind nothing.
func (a *Archive) AgencyQuota(code AgencyCode) QuotaLimits {
	l := a.registry.quota(code).over(a.Limits.Quota)
	l.UserPapers, l.UserBytes = 0, 0
	return l
}

// AgencyUses returns what every custodian keeps and took in today, for administrators.
func (a *Archive) AgencyUses(ctx context.Context, actor Actor) (map[AgencyCode]AgencyUse, error) {
	if !actor.Role.May(ActStatus) {
		return nil, ErrForbidden
	}
	out := map[AgencyCode]AgencyUse{}
	err := a.Catalog.View(ctx, func(tx Tx) error {
		all, err := tx.Usage().Agencies(ctx, dayOf(a.Clock.Now()))
		for _, u := range all {
			out[u.Custodian] = u
		}
		return err
	})
	return out, err
}

// quota is what the registry, as it was loaded last, grants an agency.
func (c *registryCache) quota(code AgencyCode) Quota {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, ok := slices.BinarySearchFunc(c.agencies, code, func(g Agency, c AgencyCode) int { return cmp.Compare(g.Code, c) })
	if !ok {
		return Quota{}
	}
	return c.agencies[i].Quota
}

// Allowances returns the quotas that bind actor when it deposits for custodian (zero: its own agency) and how much of each is
// used. The list is empty where the house sets none.
func (a *Archive) Allowances(ctx context.Context, actor Actor, custodian AgencyCode) ([]Allowance, error) {
	now := a.Clock.Now()
	if custodian == "" {
		custodian = actor.Agency
	}
	if err := DecideAt(actor, ActDeposit, custodian, now); err != nil {
		return nil, err
	}
	if _, err := a.registry.load(ctx, a.Catalog); err != nil {
		return nil, err
	}
	l := a.quotas(actor, custodian)
	if l == (QuotaLimits{}) {
		return nil, nil
	}
	var u Used
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		u, err = tx.Usage().Of(ctx, dayOf(now), actor.ID, custodian)
		return err
	})
	return allowances(l, u), err
}

var quotaText = map[string]Text{
	"user_papers_per_day":   {"Bạn đã gửi đủ số tệp của hôm nay. Xin gửi tiếp vào ngày mai, hoặc nhờ quản trị nâng hạn mức.", "You have sent today's number of files. Go on tomorrow, or ask the administrator to raise the quota."},
	"user_bytes_per_day":    {"Bạn đã gửi đủ dung lượng của hôm nay. Xin gửi tiếp vào ngày mai, hoặc nhờ quản trị nâng hạn mức.", "You have sent today's amount of data. Go on tomorrow, or ask the administrator to raise the quota."},
	"agency_papers_per_day": {"Cơ quan đã nhận đủ số tệp của hôm nay. Xin gửi tiếp vào ngày mai, hoặc nhờ quản trị nâng hạn mức.", "The agency has taken in today's number of files. Go on tomorrow, or ask the administrator to raise the quota."},
	"agency_bytes_per_day":  {"Cơ quan đã nhận đủ dung lượng của hôm nay. Xin gửi tiếp vào ngày mai, hoặc nhờ quản trị nâng hạn mức.", "The agency has taken in today's amount of data. Go on tomorrow, or ask the administrator to raise the quota."},
	"agency_bytes":          {"Cơ quan đã dùng hết dung lượng lưu trữ được cấp. Xin nhờ quản trị nâng hạn mức.", "The agency has used up the storage it was granted. Ask the administrator to raise the quota."},
}

// fits returns nil when coming more still fits into every quota, else the refusal, which names the quota and nobody.
func fits(l QuotaLimits, u Used, coming Count, now time.Time) error {
	for _, q := range allowances(l, u) {
		more := coming.Papers
		if q.Bytes {
			more = coming.Bytes
		}
		if q.Used+more <= q.Limit && (more > 0 || !q.Full()) {
			continue
		}
		e := Fault(Conflict, "quota_exceeded", quotaText[q.Name])
		e.Fields = []FieldError{{Field: "quota." + q.Name, Code: "quota_exceeded", Msg: e.Msg}}
		if q.Daily {
			e.RetryAfter = Tomorrow(now).Sub(now)
		}
		return e
	}
	return nil
}

// room refuses a file before its body is read when a quota or a disk has no room for it. Size is what the caller announced,
// 0 when it did not; what really came is judged again by charge, or by the second look of a new scan.
func (a *Archive) room(ctx context.Context, actor Actor, custodian AgencyCode, size int64, now time.Time) error {
	if err := a.roomOnDisk(size); err != nil {
		return err
	}
	if _, err := a.registry.load(ctx, a.Catalog); err != nil {
		return err
	}
	l := a.quotas(actor, custodian)
	if l == (QuotaLimits{}) {
		return nil
	}
	var u Used
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		u, err = tx.Usage().Of(ctx, dayOf(now), actor.ID, custodian)
		return err
	})
	if err != nil {
		return err
	}
	err = fits(l, u, Count{1, size}, now)
	a.noteQuota(ctx, actor, custodian, err, now)
	return err
}

// roomToKeep refuses a file made of pages that are here already when a disk or the agency's storage has no room for it. The
// quotas of the day are about what is taken in.
func (a *Archive) roomToKeep(ctx context.Context, custodian AgencyCode, size int64, now time.Time) error {
	if err := a.roomOnDisk(size); err != nil {
		return err
	}
	if _, err := a.registry.load(ctx, a.Catalog); err != nil {
		return err
	}
	l := QuotaLimits{AgencyTotal: a.quotas(Actor{}, custodian).AgencyTotal}
	if l.AgencyTotal <= 0 {
		return nil
	}
	var u Used
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		u, err = tx.Usage().Of(ctx, dayOf(now), ID{}, custodian)
		return err
	})
	if err != nil {
		return err
	}
	return fits(l, u, Count{Bytes: size}, now)
}

// charge books a paper taken in and refuses it when a quota does not hold it: inside the transaction of the deposit, so that
// of two files for one last place only one is kept.
func (a *Archive) charge(ctx context.Context, tx Tx, actor Actor, d *Document, now time.Time) error {
	c := Count{1, d.Head().Size}
	if err := tx.Usage().Add(ctx, Charge{Day: dayOf(now), Actor: actor.ID, Custodian: d.Custodian, In: c, Kept: c}); err != nil {
		return err
	}
	l := a.quotas(actor, d.Custodian)
	if l == (QuotaLimits{}) {
		return nil
	}
	u, err := tx.Usage().Of(ctx, dayOf(now), actor.ID, d.Custodian)
	if err != nil {
		return err
	}
	// What was just booked is in u: take it out, and let fits see it come.
	for _, n := range []*Count{&u.Actor, &u.Agency, &u.Kept} {
		n.Papers, n.Bytes = max(0, n.Papers-c.Papers), max(0, n.Bytes-c.Bytes)
	}
	return fits(l, u, c, now)
}

// recharge books what an act changes of a paper that is kept: a new scan, another custodian. It refuses nothing: a durable act
// is in the store already. Several new scans at the same moment can therefore pass a quota by what was under way, and are
// counted all the same.
func recharge(ctx context.Context, tx Tx, p *pending) error {
	if p.Action != EvVersion && p.Left == nil {
		return nil
	}
	before, err := tx.Documents().Get(ctx, p.Next.ID)
	if err != nil {
		return err
	}
	c := Charge{Day: dayOf(p.At), Actor: p.Actor.ID, Custodian: p.Next.Custodian, Kept: keptOf(&p.Next)}
	if p.Action == EvVersion && !p.Made {
		c.In = Count{1, p.Next.Head().Size}
	}
	old := Charge{Custodian: before.Custodian, Kept: keptOf(&before).negative()}
	if old.Custodian == c.Custodian {
		c.Kept.Papers, c.Kept.Bytes = c.Kept.Papers+old.Kept.Papers, c.Kept.Bytes+old.Kept.Bytes
	} else if err := tx.Usage().Add(ctx, old); err != nil {
		return err
	}
	return tx.Usage().Add(ctx, c)
}

// refund gives back what a document kept, with the transaction that makes it a tombstone.
func refund(ctx context.Context, tx Tx, d *Document) error {
	return tx.Usage().Add(ctx, Charge{Custodian: d.Custodian, Kept: keptOf(d).negative()})
}

// keptOf is what a document comes to: one paper, the bytes of all its versions.
func keptOf(d *Document) Count {
	n := Count{Papers: 1}
	for _, v := range d.Versions {
		n.Bytes += v.Size
	}
	return n
}

func (c Count) negative() Count { return Count{-c.Papers, -c.Bytes} }

// noteQuota keeps one event a day of an actor who met a full quota. It is best effort, like every denial.
func (a *Archive) noteQuota(ctx context.Context, actor Actor, custodian AgencyCode, err error, now time.Time) {
	if CodeOf(err) != "quota_exceeded" {
		return
	}
	ev := NewEvent(actor, EvRefuse, now)
	ev.Outcome, ev.Object = Denied, "agency:"+custodian.String()
	ev.Detail = map[string]string{"code": "quota_exceeded"}
	ev.Once = "quota:" + actor.ID.String() + ":" + custodian.String() + ":" + dayOf(now).String()
	c, cancel := settle(ctx)
	defer cancel()
	if err := a.update(c, func(tx Tx) error { return tx.Events().Append(c, ev) }); err != nil {
		a.Log.Error("write refusal", "err", err)
	}
}

// checkUsage compares the accounts of what is kept with the documents, in one moment. With repair it books the difference.
func (a *Archive) checkUsage(ctx context.Context, repair bool, found func(Discrepancy) error) error {
	var wrong []Discrepancy
	look := func(tx Tx) error {
		wrong = nil
		want, err := tx.Usage().Recount(ctx)
		if err != nil {
			return err
		}
		have, err := tx.Usage().Agencies(ctx, dayOf(a.Clock.Now()))
		if err != nil {
			return err
		}
		for _, h := range have {
			if _, ok := want[h.Custodian]; !ok {
				want[h.Custodian] = Count{}
			}
		}
		for code, w := range want {
			i := slices.IndexFunc(have, func(h AgencyUse) bool { return h.Custodian == code })
			var h Count
			if i >= 0 {
				h = have[i].Kept
			}
			if h == w {
				continue
			}
			wrong = append(wrong, Discrepancy{Kind: "usage_mismatch", Object: "usage:" + code.String(), Detail: mismatch(w, h), Repaired: repair})
			if repair {
				if err := tx.Usage().Add(ctx, Charge{Custodian: code, Kept: Count{w.Papers - h.Papers, w.Bytes - h.Bytes}}); err != nil {
					return err
				}
			}
		}
		return nil
	}
	run := a.Catalog.View
	if repair {
		run = a.Catalog.Update
	}
	if err := run(ctx, look); err != nil {
		return err
	}
	slices.SortFunc(wrong, func(x, y Discrepancy) int { return cmp.Compare(x.Object, y.Object) })
	for _, d := range wrong {
		if err := found(d); err != nil {
			return err
		}
	}
	return nil
}

func mismatch(want, have Count) string {
	return fmt.Sprintf("documents: %d of %d bytes; booked: %d of %d bytes", want.Papers, want.Bytes, have.Papers, have.Bytes)
}

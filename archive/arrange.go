package archive

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// PageRef is one page of a paper: page Page of version Version of Document, turned clockwise by Turn more degrees. A zero
// Document is the paper the act is about, a zero Version its head.
type PageRef struct {
	Document ID
	Version  int
	Page     int
	Turn     int // a multiple of 90
}

// Seen is a paper as the caller saw it.
type Seen struct {
	Document ID
	After    int64 // its revision; 0 does not ask
}

// Arrangement says what pages a paper shall have.
type Arrangement struct {
	Pages  []PageRef // in their new order; at least one
	Absorb []Seen    // papers that are discarded with the act, because pages of theirs are in this one now
	After  int64     // revision the caller saw; 0 does not ask
	// Then runs inside the transaction, last. It may run more than once. Optional.
	Then func(context.Context, Tx, Document) error
}

// Arrange gives a paper in review or returned a new version of picked pages: its own in another order, turned, or without
// some, and pages of other papers. The old version stays, and arranging all its pages again brings it back (byte for byte: a
// file whose every page is picked as it is goes over as it is, signed ones too). Pages that were read keep their reading
// unless they were turned.
//
// Papers that are absorbed are discarded in the same transaction, with a reason that names this one; they can be restored as
// any discarded paper can. Pages of another paper are taken only by who may edit both, within one custodian, from a paper
// in review or returned, and never into one that more people may see.
//
// Errors: NotFound, Forbidden, ErrStale, Conflict wrong_state, busy, other_custodian, other_access, signed_file, locked_file or
// form_without_look, Invalid nothing_changed, no_pages, no_such_page or limits_exceeded, Unprocessable, TooLarge, Unavailable.
func (a *Archive) Arrange(ctx context.Context, actor Actor, id ID, r Arrangement) (Document, error) {
	now := a.Clock.Now()
	doc, rule, err := a.mayEdit(ctx, actor, id, Arrange, r.After, now)
	if err != nil {
		return Document{}, err
	}
	g, err := a.gather(ctx, actor, &doc, r.Pages, now)
	if err != nil {
		return Document{}, err
	}
	absorbed, err := a.absorb(ctx, actor, g, r.Absorb, now)
	if err != nil {
		return Document{}, err
	}
	if v, ok := g.whole(); ok && len(absorbed) == 0 && v.document.ID == id && v.version.Number == doc.Head().Number {
		return Document{}, Fault(Invalid, "nothing_changed", Text{"Các trang vẫn như cũ, chưa có gì để lưu.", "The pages are as they were: there is nothing to save."})
	}
	if err := a.roomToKeep(ctx, doc.Custodian, g.size(), now); err != nil {
		return Document{}, err
	}
	// The spool has an intent of its own, without a document: it holds bytes and locks nothing while they are made. Power lost
	// until the act: the janitor unspools them.
	spool := Intent{ID: NewID(), Node: a.Node, Act: "spool", CreatedAt: now, ExpiresAt: now.Add(a.Limits.IntentTime)}
	if err := a.Catalog.Update(ctx, func(tx Tx) error { return tx.Intents().Open(ctx, spool) }); err != nil {
		return Document{}, err
	}
	defer a.abandonSoon(ctx, spool)
	a.step("arrange/intent")
	made, err := a.make(ctx, spool, g)
	if err != nil {
		return Document{}, err
	}
	a.step("arrange/made")
	next, from := doc, doc.State
	v := next.AddVersion(made.version(doc.Head().FileName, a.Limits.FileName, actor, now))
	// Words of pages that stay are put beside the new version before anybody asks for them. Power lost here leaves files of a
	// version that does not exist yet; the one that will have its number overwrites them.
	rows := a.keepReadings(ctx, g, id, v.Number)
	next.Findings, next.Reading, next.State, next.UpdatedAt = made.insp.Findings, a.firstReading(len(v.Pages)), rule.To, next.changed(now)
	next.Reading.PagesDone = len(rows)
	p := pending{Next: next, After: doc.Revision, Actor: actor, Action: EvVersion, At: now, Read: true, Made: true, Absorbed: absorbed}
	p.tell(map[string]string{"move": string(Arrange), "version": strconv.Itoa(v.Number), "digest": v.Digest.String(), "from": string(from)})
	p.tell(g.changes(&doc))
	first := func(ctx context.Context, tx Tx) error { return a.lockAbsorbed(ctx, tx, &p) }
	then := func(ctx context.Context, tx Tx, d Document) error {
		if err := putRows(ctx, tx, &d, rows); err != nil || r.Then == nil {
			return err
		}
		return r.Then(ctx, tx, d)
	}
	// Power lost on the way leaves the paper as it was, or the new version in review and the absorbed papers discarded: the
	// object's version decides, and the janitor rolls the rows forward to it. What a roll forward does not know are the
	// readings, and those pages are read again.
	out, err := a.perform(ctx, p, rule.Durable, []File{{Path: v.Path(), Spooled: made.spooled}}, first, then)
	a.step("arrange/committed")
	if err != nil {
		a.freeAbsorbed(ctx, absorbed)
		return out, err
	}
	a.watch.notify(id)
	for _, x := range absorbed {
		a.watch.notify(x.Document)
	}
	return out, nil
}

// Merge appends the pages of others, in their order, to a paper, and discards the others. It is Arrange with all pages.
func (a *Archive) Merge(ctx context.Context, actor Actor, target Seen, others []Seen, then func(context.Context, Tx, Document) error) (Document, error) {
	r := Arrangement{Absorb: others, After: target.After, Then: then}
	for _, id := range append([]ID{target.Document}, idsOf(others)...) {
		d, err := a.fetch(ctx, actor, id, a.Clock.Now())
		if err != nil {
			return Document{}, err
		}
		for n := range d.PageCount() {
			r.Pages = append(r.Pages, PageRef{Document: id, Version: d.Head().Number, Page: n + 1})
		}
	}
	if len(others) == 0 {
		return Document{}, invalidField("documents", Text{"Xin chọn giấy tờ để gộp.", "Name the papers to merge."})
	}
	return a.Arrange(ctx, actor, target.Document, r)
}

func idsOf(seen []Seen) []ID {
	out := make([]ID, len(seen))
	for i, s := range seen {
		out[i] = s.Document
	}
	return out
}

// mayEdit is may for acts that change the file: they are edits as well.
func (a *Archive) mayEdit(ctx context.Context, actor Actor, id ID, m Move, after int64, now time.Time) (Document, Rule, error) {
	d, rule, err := a.may(ctx, actor, id, m, after, "", now)
	if err != nil {
		return d, rule, err
	}
	if err := Decide(actor, ActEdit, &d, now); err != nil {
		a.denied(ctx, actor, Action(m), id.String(), now)
		return d, rule, err
	}
	return d, rule, nil
}

// source is a version that pages are taken from.
type source struct {
	document *Document
	version  Version
}

// gathering is an arrangement that was looked up and found allowed.
type gathering struct {
	sources []source
	picks   []PagePick
}

// gather looks up what pages are picked of, and decides whether they may be.
func (a *Archive) gather(ctx context.Context, actor Actor, self *Document, refs []PageRef, now time.Time) (*gathering, error) {
	l := a.Limits.Assemble
	if len(refs) == 0 {
		return nil, Fault(Invalid, "no_pages", Text{"Giấy tờ phải còn ít nhất một trang.", "A paper keeps at least one page."})
	}
	if len(refs) > l.Pages {
		return nil, Fault(Invalid, "limits_exceeded", Text{"Giấy tờ có quá nhiều trang.", "The paper would have too many pages."})
	}
	g := &gathering{}
	papers := map[ID]*Document{self.ID: self}
	at := map[string]int{}
	for _, r := range refs {
		id := r.Document
		if id.IsZero() {
			id = self.ID
		}
		d, ok := papers[id]
		if !ok {
			if len(papers) > l.Sources {
				return nil, errTooManySources
			}
			other, err := a.fetch(ctx, actor, id, now)
			if err != nil {
				return nil, err
			}
			if err := Decide(actor, ActEdit, &other, now); err != nil {
				a.denied(ctx, actor, Action(Arrange), id.String(), now)
				return nil, err
			}
			if err := joins(actor, self, &other); err != nil {
				return nil, err
			}
			d = &other
			papers[id] = d
		}
		v, err := d.Version(r.Version)
		if err != nil || r.Version < 0 || r.Page < 1 || r.Page > len(v.Pages) || r.Turn%90 != 0 {
			return nil, Fault(Invalid, "no_such_page", Text{"Không có trang đã chọn.", "There is no such page."})
		}
		key := id.String() + "/" + strconv.Itoa(v.Number)
		if at[key] == 0 {
			if g.sources = append(g.sources, source{d, v}); len(g.sources) > l.Sources {
				return nil, errTooManySources
			}
			at[key] = len(g.sources)
		}
		g.picks = append(g.picks, PagePick{Source: at[key], Page: r.Page, Turn: (r.Turn%360 + 360) % 360})
	}
	return g, nil
}

var errTooManySources = Fault(Invalid, "limits_exceeded", Text{"Lấy trang từ quá nhiều giấy tờ cùng một lúc.", "Pages of too many papers are taken at once."})

// joins says whether pages of other may come into self. Whoever brought a sealed paper may show it to those self is sealed for.
func joins(actor Actor, self, other *Document) error {
	rank := map[Access]int{Public: 0, Restricted: 1, Sealed: 2}
	named := func(id ID) bool {
		return slices.Contains(other.Named, id) || !actor.ID.IsZero() && actor.ID == other.Uploader
	}
	switch {
	case !other.State.Editable():
		return Fault(Conflict, "wrong_state", Text{"Chỉ lấy được trang của giấy tờ đang xem lại hoặc bị trả lại.", "Pages can be taken only from papers in review or returned."})
	case other.Custodian != self.Custodian:
		return Fault(Conflict, "other_custodian", Text{"Hai giấy tờ do hai cơ quan khác nhau lưu giữ.", "The two papers are kept by different agencies."})
	case rank[other.Access] > rank[self.Access], other.Access == Sealed && !all(self.Named, named):
		return Fault(Conflict, "other_access", Text{"Trang của giấy tờ mật hơn không được đưa vào giấy tờ nhiều người xem được.",
			"Pages of a paper that fewer people may see do not go into one that more may."})
	}
	return nil
}

func all[T any](xs []T, is func(T) bool) bool {
	return !slices.ContainsFunc(xs, func(x T) bool { return !is(x) })
}

// whole returns the one version whose every page was picked, in order and as it is.
func (g *gathering) whole() (source, bool) {
	if len(g.sources) != 1 || len(g.picks) != len(g.sources[0].version.Pages) {
		return source{}, false
	}
	for i, p := range g.picks {
		if p.Page != i+1 || p.Turn != 0 {
			return source{}, false
		}
	}
	return g.sources[0], true
}

func (g *gathering) size() (n int64) {
	for _, s := range g.sources {
		n += s.version.Size
	}
	return n
}

// changes says for the trail what an arrangement does to the pages of d.
func (g *gathering) changes(d *Document) map[string]string {
	head := d.Head()
	kept, order := map[int]bool{}, []int{}
	rotated, inserted := 0, 0
	var others []string
	for _, p := range g.picks {
		s := g.sources[p.Source-1]
		if s.document.ID != d.ID || s.version.Number != head.Number {
			inserted++
		} else {
			kept[p.Page] = true
			order = append(order, p.Page)
		}
		if p.Turn != 0 {
			rotated++
		}
	}
	for _, s := range g.sources {
		if s.document.ID != d.ID {
			others = append(others, s.document.ID.String())
		}
	}
	out := map[string]string{"pages": strconv.Itoa(len(g.picks))}
	for name, n := range map[string]int{"rotated": rotated, "inserted": inserted, "removed": len(head.Pages) - len(kept), "moved": len(order) - rising(order)} {
		if n > 0 {
			out[name] = strconv.Itoa(n)
		}
	}
	if len(others) > 0 {
		out["papers"] = strings.Join(others, ",")
	}
	if s, ok := g.whole(); ok && s.document.ID == d.ID {
		out["as_version"] = strconv.Itoa(s.version.Number)
	}
	return out
}

// rising is the length of the longest run of pages that still follow each other, with others between them or not: the rest
// were moved.
func rising(pages []int) int {
	var ends []int // ends[n] is the lowest page a run of n+1 can end with
	for _, p := range pages {
		i, _ := slices.BinarySearch(ends, p)
		if i == len(ends) {
			ends = append(ends, p)
		} else {
			ends[i] = p
		}
	}
	return len(ends)
}

// making is a file that was made of picked pages, spooled and judged.
type making struct {
	spooled Spooled
	insp    Inspection
}

// version is the version the file becomes.
func (m making) version(name string, longest int, actor Actor, now time.Time) Version {
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && m.insp.MediaType == PDF && !strings.EqualFold(name[dot:], ".pdf") {
		name = name[:dot] + ".pdf" // it was a picture
	}
	return Version{Digest: m.spooled.Digest(), Size: m.spooled.Size(), MediaType: m.insp.MediaType, FileName: clean(name, longest), Pages: m.insp.Pages,
		CreatedAt: now, CreatedBy: actor.ID}
}

// make writes the picked pages into the spool of an intent, and judges the file as if it had come from outside: it was
// made by a child that had foreign files before it.
func (a *Archive) make(ctx context.Context, intent Intent, g *gathering) (making, error) {
	var out making
	var err error
	if s, ok := g.whole(); ok {
		out.spooled, err = a.copied(ctx, intent, s)
	} else {
		out.spooled, err = a.assembled(ctx, intent, g)
	}
	if err != nil {
		return making{}, err
	}
	f, err := out.spooled.Open()
	if err != nil {
		return making{}, err
	}
	defer f.Close()
	if out.insp, err = a.inspect(ctx, f, g.sources[0].version.MediaType); err != nil {
		return making{}, err
	}
	if out.insp.Refusal != "" {
		return making{}, refusal(&verdict{Inspection: out.insp})
	}
	if out.insp.PageCount() != len(g.picks) {
		return making{}, Errorf(Unprocessable, "%d pages were picked, the file made of them has %d", len(g.picks), out.insp.PageCount())
	}
	return out, nil
}

// copied spools a version as it is.
func (a *Archive) copied(ctx context.Context, intent Intent, s source) (Spooled, error) {
	if err := a.roomOnDisk(s.version.Size); err != nil {
		return nil, err
	}
	c, err := a.content(ctx, s.document, s.version)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return a.Vault.Spool(ctx, intent.ID, c, s.version.Size)
}

// assembled spools a file made by the assembler, while it is made.
func (a *Archive) assembled(ctx context.Context, intent Intent, g *gathering) (Spooled, error) {
	if a.Assembler == nil {
		return nil, Errorf(Unavailable, "no assembler")
	}
	if err := a.roomOnDisk(0); err != nil {
		return nil, err
	}
	sources := make([]AssembleSource, len(g.sources))
	for i, s := range g.sources {
		f, done, err := a.local(ctx, s.document, s.version)
		if err != nil {
			return nil, err
		}
		defer done()
		sources[i] = AssembleSource{File: f, MediaType: s.version.MediaType}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := a.Assembler.Assemble(ctx, sources, g.picks, w, a.Limits.Assemble)
		w.CloseWithError(err) // nil is the end of the file
		ended <- err
	}()
	sp, err := a.Vault.Spool(ctx, intent.ID, r, a.Limits.Assemble.Bytes)
	if err != nil { // the disk is full, or what r gave up with
		cancel()
		r.CloseWithError(err)
	}
	<-ended // the sources are open until here
	return sp, err
}

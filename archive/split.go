package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Splitting says into what papers one is taken apart.
type Splitting struct {
	Parts [][]PageRef // at least two, each of at least one page of the paper's head; pages may be left out
	// Places are where the parts go, one for each; one part is enough then. Empty: all stay where the paper is. Optional.
	Places []Place
	After  int64 // revision the caller saw; 0 does not ask
	// Then runs inside the transaction, last, with the new papers in the order of Parts. It may run more than once. Optional.
	Then func(context.Context, Tx, []Document) error
}

// Place says where a part of a paper goes and what it is. The zero Place is where the paper is.
type Place struct {
	Dossier DossierCode  // zero: the paper's. It is opened when nobody has yet
	Kind    DocumentKind // zero: the paper's
	Type    string       // zero: not said
}

// Split makes papers of their own of the pages of one in review or returned, and discards it with a reason that names them:
// restored, it is what it was. The new papers are in its dossier, with its custodian, kind, access and uploader. The one that
// begins with its first page has its fields; the others have its procedure and language, and are proposed the rest when they
// are read. Everything becomes visible in one transaction or not at all.
//
// Errors as for Arrange, and Invalid parts for fewer than two or too many.
func (a *Archive) Split(ctx context.Context, actor Actor, id ID, s Splitting) ([]Document, error) {
	now := a.Clock.Now()
	doc, _, err := a.mayEdit(ctx, actor, id, Split, s.After, now)
	if err != nil {
		return nil, err
	}
	parts, err := a.parts(ctx, actor, &doc, s, now)
	if err != nil {
		return nil, err
	}
	for _, c := range custodians(parts) {
		if err := a.roomToKeep(ctx, c, doc.Head().Size, now); err != nil {
			return nil, err
		}
	}
	// 1. One intent for each paper to be, and one that locks the paper. Power lost before this: nothing anywhere. After it:
	// rows the janitor closes.
	lock := Intent{ID: NewID(), Node: a.Node, Object: DocumentObject(id), Document: id, Act: string(Split), CreatedAt: now, ExpiresAt: now.Add(a.Limits.IntentTime)}
	err = a.lock(ctx, lock, doc.Revision, func(ctx context.Context, tx Tx) error {
		for i := range parts {
			if err := tx.Intents().Open(ctx, parts[i].intent); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	kept := false
	defer func() {
		if kept {
			return
		}
		for i := range parts {
			a.abandonSoon(ctx, parts[i].intent)
		}
		a.abandonSoon(ctx, lock) // last: until its parts are gone nobody should try again
	}()
	a.step("split/intents")
	// 2. Their files and objects. Power lost: objects the intents name and no documents claim; the janitor erases them.
	for i := range parts {
		if err := a.commitPart(ctx, actor, &doc, &parts[i], i, now); err != nil {
			return nil, err
		}
		a.step("split/object")
	}
	// 3. One transaction for all. Power lost before its flush: as step 2. After it: the papers are there and the one they were
	// is discarded.
	out := make([]Document, len(parts))
	ids := make([]string, len(parts))
	for i := range parts {
		out[i], ids[i] = parts[i].doc, parts[i].doc.ID.String()
	}
	err = a.update(ctx, func(tx Tx) error {
		if err := tx.Intents().Close(ctx, lock.ID); err != nil {
			return err
		}
		for i := range parts {
			if err := a.insertPart(ctx, tx, actor, &doc, &parts[i], now); err != nil {
				return err
			}
		}
		cur, err := tx.Documents().Get(ctx, id)
		if err != nil {
			return err
		}
		if cur.Revision != doc.Revision {
			return ErrStale
		}
		if err := putAway(ctx, tx, &cur, actor, Split, splitReason(ids), map[string]string{"parts": strings.Join(ids, ",")}, now); err != nil {
			return err
		}
		if s.Then != nil {
			return s.Then(ctx, tx, out)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	kept = true
	a.step("split/committed")
	wake(a.work)
	a.watch.notify(id)
	return out, nil
}

// reasonParts is how many papers a reason names; the event names all.
const reasonParts = 10

func splitReason(ids []string) string {
	s := fmt.Sprintf("Đã tách thành %d giấy tờ: %s", len(ids), strings.Join(ids[:min(len(ids), reasonParts)], ", "))
	if len(ids) > reasonParts {
		s += " …"
	}
	return s
}

// part is one paper to be.
type part struct {
	doc    Document
	intent Intent
	g      *gathering
	rows   []Page // readings it keeps
}

// parts looks up what is to be of whom.
func (a *Archive) parts(ctx context.Context, actor Actor, doc *Document, s Splitting, now time.Time) ([]part, error) {
	refs, least := s.Parts, 2
	if len(s.Places) > 0 {
		least = 1
	}
	if len(refs) < least || len(refs) > a.Limits.Assemble.Parts || len(s.Places) > 0 && len(s.Places) != len(refs) {
		msg := Text{fmt.Sprintf("Một giấy tờ tách được thành 2 đến %d giấy tờ.", a.Limits.Assemble.Parts), fmt.Sprintf("A paper is split into 2 to %d papers.", a.Limits.Assemble.Parts)}
		return nil, invalidField("parts", msg)
	}
	out := make([]part, len(refs))
	for i, pages := range refs {
		for _, p := range pages {
			if !p.Document.IsZero() && p.Document != doc.ID || p.Version != 0 && p.Version != doc.Head().Number {
				return nil, invalidField("parts", Text{"Chỉ tách được các trang của chính giấy tờ này.", "Only pages of this very paper can be split off."})
			}
		}
		g, err := a.gather(ctx, actor, doc, pages, now)
		if err != nil {
			return nil, err
		}
		id := NewID()
		d := Document{ID: id, Revision: 1, State: Review, Kind: doc.Kind, Dossier: doc.Dossier, Custodian: doc.Custodian, Access: doc.Access, Named: doc.Named,
			Fields: Fields{Procedure: doc.Fields.Procedure, Language: doc.Fields.Language}, Uploader: doc.Uploader, Object: 1, CreatedAt: now, UpdatedAt: now}
		if pages[0].Page == 1 {
			d.Fields = doc.Fields // number, date and subject stand on the first page
		}
		if len(s.Places) > 0 {
			if err := a.placed(ctx, actor, doc, &d, s.Places[i], now); err != nil {
				return nil, inField("places["+strconv.Itoa(i)+"]", err)
			}
		}
		d.Work.Hands = slices.Clone(doc.Work.Hands)
		d.Work.touch(actor.ID)
		if err := a.reckon(ctx, &d, actor, now); err != nil {
			return nil, err
		}
		out[i] = part{doc: d, g: g, intent: Intent{ID: NewID(), Node: a.Node, Object: DocumentObject(id), Document: id, Act: "deposit", CreatedAt: now, ExpiresAt: now.Add(a.Limits.IntentTime)}}
	}
	return out, nil
}

// placed sends a part to its place.
func (a *Archive) placed(ctx context.Context, actor Actor, doc, d *Document, p Place, now time.Time) error {
	switch p.Kind {
	case "":
	case Component, Result:
		d.Kind = p.Kind
	default:
		return invalidField("kind", Text{"Loại giấy tờ là component hoặc result.", "The kind is component or result."})
	}
	if t := clean(p.Type, a.Limits.FieldText); t != "" {
		d.Fields.Type = t
	}
	if p.Dossier == "" || p.Dossier == doc.Dossier {
		return nil
	}
	d.Dossier = p.Dossier
	if err := a.followDossier(ctx, actor, doc, d); err != nil {
		return err
	}
	// Whoever splits a paper deposits its parts: he needs the right where they go.
	return DecideAt(actor, ActDeposit, d.Custodian, now)
}

// inField says of an error about a field of a part which part it is.
func inField(where string, err error) error {
	var e *Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return err
	}
	out := *e
	out.Fields = nil
	for _, f := range e.Fields {
		if f.Field == "dossier" {
			f.Field = "dossier_code"
		}
		f.Field = where + "." + f.Field
		out.Fields = append(out.Fields, f)
	}
	return &out
}

// custodians are those who get parts, each once.
func custodians(parts []part) []AgencyCode {
	var out []AgencyCode
	for i := range parts {
		if c := parts[i].doc.Custodian; !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// commitPart makes the file of a part and puts it into the store.
func (a *Archive) commitPart(ctx context.Context, actor Actor, doc *Document, p *part, i int, now time.Time) error {
	made, err := a.make(ctx, p.intent, p.g)
	if err != nil {
		return err
	}
	v := made.version(partName(doc.Head().FileName, i+1), a.Limits.FileName, actor, now)
	v.Number = 1
	p.doc.Versions, p.doc.Findings, p.doc.Reading = []Version{v}, made.insp.Findings, a.firstReading(len(v.Pages))
	p.rows = a.keepReadings(ctx, p.g, p.doc.ID, 1)
	p.doc.Reading.PagesDone = len(p.rows)
	_, err = a.Vault.Commit(ctx, Commit{Object: p.intent.Object, Message: string(Split), User: actor.Name, Intent: p.intent.ID, At: now,
		Files: []File{{Path: v.Path(), Spooled: made.spooled}, {Path: metadataPath, Bytes: metadataJSON(&p.doc)}}})
	return err
}

// partName numbers a file name before its ending.
func partName(name string, n int) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return fmt.Sprintf("%s (%d)%s", name[:i], n, name[i:])
	}
	if name == "" {
		return ""
	}
	return fmt.Sprintf("%s (%d)", name, n)
}

// insertPart makes a part visible.
func (a *Archive) insertPart(ctx context.Context, tx Tx, actor Actor, from *Document, p *part, now time.Time) error {
	if err := tx.Intents().Close(ctx, p.intent.ID); err != nil {
		return err
	}
	if p.doc.Dossier != from.Dossier {
		if err := a.ensureDossier(ctx, tx, actor, &p.doc, now); err != nil {
			return err
		}
	}
	if err := tx.Documents().Insert(ctx, p.doc); err != nil {
		return err
	}
	if err := tx.Usage().Add(ctx, Charge{Day: dayOf(now), Actor: actor.ID, Custodian: p.doc.Custodian, Kept: keptOf(&p.doc)}); err != nil {
		return err
	}
	if err := putRows(ctx, tx, &p.doc, p.rows); err != nil {
		return err
	}
	if err := a.enqueueNext(ctx, tx, &p.doc, now); err != nil {
		return err
	}
	ev := documentEvent(actor, EvDeposit, now, &p.doc)
	head := p.doc.Head()
	ev.Detail = map[string]string{"version": "1", "digest": head.Digest.String(), "file_name": head.FileName, "from_document": from.ID.String(), "pages": strconv.Itoa(len(head.Pages))}
	return tx.Events().Append(ctx, ev)
}

package rest

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
	"sohoa/internal/sheet"
)

func (s *server) events() {
	op := operation("list-events", http.MethodGet, "/events", "trail", "The audit trail, newest first")
	op.Description = "For auditors and administrators, who see the events of everybody in their scope; conditions are joined by and. With `Accept: text/csv` or `format=csv` the whole answer comes as one CSV file of everything up to now, at most 100,000 events: narrow the time for more. Taking it is an event, too. A program says what it works for in the header `Sohoa-Purpose` (UTF-8, or percent-encoded) of any request; every event of the request carries it."
	op.Responses = map[string]*huma.Response{"200": s.json("Events", schema[EventPage](s))}
	op.Responses["200"].Content["text/csv"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	huma.Register(s.api, op, s.listEvents)
}

// Event is one audited act.
type Event struct {
	ID          string            `json:"id" format:"uuid"`
	Seq         *int64            `json:"seq" nullable:"true" doc:"Number in the log; null until it is numbered, a moment after the act"`
	At          time.Time         `json:"at"`
	Action      string            `json:"action" example:"ingestion"`
	Outcome     string            `json:"outcome" enum:"success,denied,failure"`
	ActorID     string            `json:"actor_id,omitempty"`
	ActorName   string            `json:"actor_name,omitempty"`
	ActorRole   string            `json:"actor_role,omitempty"`
	Agency      string            `json:"agency,omitempty"`
	Address     string            `json:"address,omitempty"`
	RequestID   string            `json:"request_id,omitempty"`
	Purpose     string            `json:"purpose,omitempty"`
	Document    string            `json:"document,omitempty"`
	DossierCode string            `json:"dossier_code,omitempty"`
	Object      string            `json:"object,omitempty"`
	Detail      map[string]string `json:"detail"`
	Leaf        string            `json:"leaf" doc:"Leaf hash in the log, hex"`
}

// EventPage is one page of events.
type EventPage struct {
	Items []Event `json:"items"`
	Next  string  `json:"next" doc:"Cursor of the next page; empty on the last"`
}

func tellEvent(e *archive.Event) Event {
	out := Event{ID: e.ID.String(), At: local(e.At), Action: string(e.Action), Outcome: string(e.Outcome), ActorID: e.ActorID.String(), ActorName: e.ActorName,
		ActorRole: string(e.ActorRole), Agency: e.Agency.String(), Address: e.Address, RequestID: e.Request, Purpose: e.Purpose, Document: e.Document.String(),
		DossierCode: e.Dossier.String(), Object: e.Object, Detail: e.Detail, Leaf: fmt.Sprintf("%x", e.Leaf)}
	if out.Detail == nil {
		out.Detail = map[string]string{}
	}
	if e.Seq >= 0 {
		seq := e.Seq
		out.Seq = &seq
	}
	return out
}

func tellEvents(es []archive.Event) []Event {
	out := make([]Event, 0, len(es))
	for i := range es {
		out = append(out, tellEvent(&es[i]))
	}
	return out
}

type listEventsIn struct {
	Actor    string `query:"actor" doc:"Id of an account or token"`
	Login    string `query:"login" maxLength:"200" doc:"Sign-in name of an account"`
	Document string `query:"document" doc:"Id of a paper"`
	Dossier  string `query:"dossier" doc:"Code of a dossier"`
	Unit     string `query:"unit" doc:"Code of the agency of who acted, with all below it"`
	Action   string `query:"action" maxLength:"60"`
	Outcome  string `query:"outcome" enum:"success,denied,failure" doc:"Done, refused or failed"`
	Purpose  string `query:"purpose" maxLength:"1000" doc:"Purpose, the whole of it"`
	Address  string `query:"address" maxLength:"100" doc:"Network address"`
	From     string `query:"from" doc:"Time or day"`
	To       string `query:"to" doc:"Time, exclusive, or day"`
	Format   string `query:"format" enum:"json,csv" default:"json"`
	Cursor   string `query:"cursor" maxLength:"500"`
	Limit    int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Accept   string `header:"Accept"`
}

// eventsOut writes itself: JSON, or CSV as it is read.
type eventsOut struct{ Body func(huma.Context) }

func (s *server) listEvents(ctx context.Context, in *listEventsIn) (*eventsOut, error) {
	var p parser
	f := archive.EventFilter{Actor: p.id("query.actor", in.Actor), Login: in.Login, Document: p.id("query.document", in.Document), Dossier: p.dossier("query.dossier", in.Dossier),
		Unit: p.agency("query.unit", in.Unit), Action: archive.Action(in.Action), Outcome: archive.Outcome(in.Outcome), Purpose: in.Purpose, Address: in.Address,
		At: archive.Span{From: p.instant("query.from", in.From), To: p.instant("query.to", in.To)}, After: in.Cursor, Limit: in.Limit}
	if err := p.err(); err != nil {
		return nil, err
	}
	table := in.Format == "csv" || strings.HasPrefix(in.Accept, "text/csv")
	if table {
		var err error
		if f, err = s.Archive.TrailTable(ctx, s.Who(ctx), f); err != nil {
			return nil, err
		}
		f.Limit = 200
	}
	l, err := s.Archive.Trail(ctx, s.Who(ctx), f)
	if err != nil {
		return nil, err
	}
	if table {
		return &eventsOut{func(hc huma.Context) { s.eventTable(hc, f, l) }}, nil
	}
	return &eventsOut{func(hc huma.Context) {
		hc.SetHeader("Content-Type", "application/json")
		hc.SetStatus(http.StatusOK)
		e := json.NewEncoder(hc.BodyWriter())
		e.SetEscapeHTML(false)
		_ = e.Encode(EventPage{tellEvents(l.Items), l.Next}) // the caller is gone: nobody is left to be told
	}}, nil
}

// exportCut is the last line of a table that had to end before its time.
var exportCut = archive.Text{VI: "BẢNG NÀY CHƯA HẾT: đã đủ số dòng cho phép. Hãy thu hẹp khoảng thời gian rồi xuất phần còn lại.",
	EN: "THIS TABLE IS NOT WHOLE: it has as many lines as are allowed. Narrow the time and export the rest."}

var eventColumns = []string{"at", "action", "outcome", "actor_name", "actor_role", "actor_id", "agency", "address", "document", "dossier_code", "object", "detail", "purpose", "request_id", "seq", "id", "leaf"}

// eventTable writes page after page, so that no more than one is in memory.
func (s *server) eventTable(hc huma.Context, f archive.EventFilter, l archive.EventListing) {
	hc.SetHeader("Content-Type", "text/csv; charset=utf-8")
	hc.SetHeader("Content-Disposition", `attachment; filename="events.csv"`)
	hc.SetStatus(http.StatusOK)
	w := csv.NewWriter(hc.BodyWriter())
	_ = w.Write(eventColumns)
	for n := 0; ; {
		for i := range l.Items {
			if n++; n > s.Archive.Limits.Door.ExportRows { // a short table must not look like a whole one
				_ = w.Write([]string{exportCut.In(s.Lang(hc.Context()))})
				w.Flush()
				return
			}
			e := tellEvent(&l.Items[i])
			seq := ""
			if e.Seq != nil {
				seq = fmt.Sprint(*e.Seq)
			}
			detail, err := json.Marshal(e.Detail)
			if err != nil {
				panic(err) // strings: cannot fail
			}
			row := []string{e.At.Format(time.RFC3339Nano), e.Action, e.Outcome, e.ActorName, e.ActorRole, e.ActorID, e.Agency, e.Address, e.Document, e.DossierCode, e.Object, string(detail), e.Purpose, e.RequestID, seq, e.ID, e.Leaf}
			for i := range row {
				row[i] = sheet.Guard(row[i])
			}
			_ = w.Write(row)
		}
		w.Flush()
		if l.Next == "" || w.Error() != nil {
			return
		}
		f.After = l.Next
		var err error
		if l, err = s.Archive.Trail(hc.Context(), s.Who(hc.Context()), f); err != nil {
			s.Archive.Log.Error("export events", "err", err)
			panic(http.ErrAbortHandler) // a short table must not look like a whole one
		}
	}
}

type documentEventsIn struct {
	ID     string `path:"id" doc:"Id of the paper"`
	Cursor string `query:"cursor" maxLength:"36" doc:"Id of an event: the list goes on after it"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type eventPageOut struct{ Body EventPage }

func (s *server) documentEvents(ctx context.Context, in *documentEventsIn) (*eventPageOut, error) {
	id, err := documentID(in.ID)
	if err != nil {
		return nil, err
	}
	return eventPage(in.Cursor, in.Limit, func(after archive.ID, limit int) ([]archive.Event, error) {
		return s.Archive.History(ctx, s.Who(ctx), id, after, limit)
	})
}

// eventPage answers with one page of a history, oldest first, behind the event that cursor names.
func eventPage(cursor string, limit int, history func(after archive.ID, limit int) ([]archive.Event, error)) (*eventPageOut, error) {
	var p parser
	after := p.id("query.cursor", cursor)
	if err := p.err(); err != nil {
		return nil, err
	}
	es, err := history(after, limit)
	if err != nil {
		return nil, err
	}
	out := EventPage{Items: tellEvents(es)}
	if len(es) == limit {
		out.Next = es[len(es)-1].ID.String()
	}
	return &eventPageOut{out}, nil
}

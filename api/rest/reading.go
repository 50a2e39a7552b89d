package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

// Reading is how far a paper has been read and what reading proposes.
type Reading struct {
	Progress
	Proposals []Proposal  `json:"proposals"`
	Linked    *LinkedCode `json:"linked,omitempty" doc:"By which code on a page reading put the paper into its dossier. Absent when a person did, or it lies in none. Taken back by POST /documents/{id}/move"`
}

// LinkedCode is the code by which reading put a paper into its dossier.
type LinkedCode struct {
	DossierCode string    `json:"dossier_code" example:"H15.50.05.13-261008-0975"`
	Page        int       `json:"page"`
	Box         []float32 `json:"box" minItems:"4" maxItems:"4" doc:"x0, y0, x1, y1 in points from the top left"`
	Revision    int64     `json:"revision" doc:"The paper's present revision: taking it back follows it"`
}

// Proposal is what reading thinks a field should be. It is shown, never taken unseen.
type Proposal struct {
	Field      string    `json:"field" example:"issued_on"`
	Value      string    `json:"value"`
	Confidence float32   `json:"confidence" minimum:"0" maximum:"1"`
	Page       int       `json:"page"`
	Box        []float32 `json:"box" minItems:"4" maxItems:"4" doc:"x0, y0, x1, y1 in points from the top left"`
	Hand       bool      `json:"handwritten,omitempty" doc:"Written by hand, or left open for it: the value is empty and a person reads the place"`
}

const eventStream = "text/event-stream"

func (s *server) readings() {
	op := operation("get-reading", http.MethodGet, "/documents/{id}/reading", "documents", "How far it has been read, and what is proposed")
	op.Description = "With `Accept: text/event-stream` the same object comes as server-sent events of the name `reading`, now and after each change, until reading has ended (event `end`)."
	op.Parameters = []*huma.Param{inPath("id", "Id of the paper")}
	ok := s.json("The reading", schema[Reading](s))
	ok.Content[eventStream] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	op.Responses = map[string]*huma.Response{"200": ok}
	s.plain(op, s.reading)
}

func (s *server) readingOf(ctx context.Context, d *archive.Document) (Reading, error) {
	r := Reading{Progress: teller{lang: s.Lang(ctx)}.progress(&d.Reading), Proposals: make([]Proposal, 0, len(d.Reading.Proposals))}
	for _, p := range d.Reading.Proposals {
		value := p.Value
		if p.Field == "owner.id" {
			value = archive.MaskID(value)
		}
		r.Proposals = append(r.Proposals, Proposal{p.Field, value, p.Confidence, p.Page, []float32{p.Box.X0, p.Box.Y0, p.Box.X1, p.Box.Y1}, p.Hand})
	}
	l, linked, err := s.Archive.CodeLink(ctx, d)
	if linked {
		r.Linked = &LinkedCode{l.Dossier.String(), l.Page, []float32{l.Box.X0, l.Box.Y0, l.Box.X1, l.Box.Y1}, d.Revision}
	}
	return r, err
}

func (s *server) reading(c *gin.Context) {
	ctx := c.Request.Context()
	id, err := documentID(c.Param("id"))
	if err != nil {
		s.Fail(c, err)
		return
	}
	changed, end := s.Archive.Watch(id) // before the first look, so that no change falls between
	defer end()
	d, err := s.Archive.Document(ctx, s.Who(ctx), id)
	if err != nil {
		s.Fail(c, err)
		return
	}
	if !strings.Contains(c.GetHeader("Accept"), eventStream) {
		r, err := s.readingOf(ctx, &d)
		if err != nil {
			s.Fail(c, err)
			return
		}
		body, err := encode(r)
		if err != nil {
			s.Fail(c, err)
			return
		}
		send(c, http.StatusOK, nil, body)
		return
	}
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		s.Fail(c, archive.Errorf(archive.Unavailable, "%d event streams open", cap(s.streams)))
		return
	}
	s.follow(c, id, &d, changed)
}

const (
	heartbeat    = 15 * time.Second // keeps proxies from cutting a silent stream, and notices who left
	lookAgain    = 3 * time.Second  // changes made by other nodes wake nobody here
	longestWatch = 10 * time.Minute // then the browser comes again and is asked who it is
)

// follow streams the reading until it has ended, the caller leaves, or the rights end.
func (s *server) follow(c *gin.Context, id archive.ID, d *archive.Document, changed <-chan struct{}) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), longestWatch)
	defer cancel()
	h := c.Writer.Header()
	h.Set("Content-Type", eventStream)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a buffering proxy would hold the events back
	c.Status(http.StatusOK)
	look, beat := time.NewTicker(lookAgain), time.NewTicker(heartbeat)
	defer look.Stop()
	defer beat.Stop()
	var last string
	for {
		r, err := s.readingOf(ctx, d)
		if err != nil {
			return
		}
		now, err := json.Marshal(r)
		if err != nil {
			return
		}
		if string(now) != last {
			last = string(now)
			if !event(c, "reading", last) {
				return
			}
		}
		if over(d.Reading.State) {
			event(c, "end", "{}")
			return
		}
		for wait := true; wait; {
			select {
			case <-ctx.Done():
				return
			case <-s.Closing: // the browser comes again by itself, to whoever serves then
				return
			case <-beat.C:
				if !write(c, ": \n\n") {
					return
				}
			case <-changed:
				wait = false
			case <-look.C:
				wait = false
			}
		}
		if !s.Still(c.Request) {
			return // signed out, or the account changed or was closed: the next request says which
		}
		fresh, err := s.Archive.Document(ctx, s.Who(ctx), id)
		if err != nil {
			return // gone, or no longer the caller's to see: the next request says which
		}
		d = &fresh
	}
}

func over(r archive.ReadingState) bool {
	return r == archive.ReadingDone || r == archive.ReadingPartial || r == archive.ReadingFailed || r == archive.ReadingOff
}

// event writes one event. JSON holds no line break, so one data line carries it.
func event(c *gin.Context, name, data string) bool {
	return write(c, "event: "+name+"\ndata: "+data+"\n\n")
}

func write(c *gin.Context, s string) bool {
	if _, err := c.Writer.WriteString(s); err != nil {
		return false
	}
	c.Writer.Flush()
	return true
}

package reply

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"sohoa/archive"
)

// ContentType of a problem document (RFC 9457 §3).
const ContentType = "application/problem+json"

// Problem is the body of every answer that is not what was asked for.
type Problem struct {
	Type      string           `json:"type" doc:"urn:sohoa:problem: and the code" example:"urn:sohoa:problem:wrong_state"`
	Title     string           `json:"title" doc:"What sort of problem it is, in the caller's language"`
	Status    int              `json:"status" doc:"The status of the answer"`
	Detail    string           `json:"detail" doc:"What happened and what to do, in the caller's language; fit for any reader"`
	Code      string           `json:"code" doc:"A stable word for programs" example:"wrong_state"`
	RequestID string           `json:"request_id" doc:"Number of the request, for the administrator"`
	Errors    []ProblemField   `json:"errors,omitempty" doc:"Wrong fields of the request"`
	Findings  []ProblemFinding `json:"findings,omitempty" doc:"What inspection found in the paper"`
	Document  string           `json:"document,omitempty" format:"uuid" doc:"The paper that stands against it, where the caller may see that paper"`

	retry time.Duration
}

// ProblemField names one wrong field. It never holds the value.
type ProblemField struct {
	Field   string `json:"field" doc:"As the contract spells it"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// ProblemFinding is one thing found in a paper.
type ProblemFinding struct {
	Code     string `json:"code" doc:"A stable word for programs" example:"low_resolution"`
	Severity string `json:"severity" enum:"info,warning,error"`
	Page     int    `json:"page,omitempty" doc:"From 1; absent for the whole paper"`
	Object   int    `json:"object,omitempty" doc:"Number of the object of the PDF; absent where it is not about one"`
	Message  string `json:"message"`
}

// Error returns the sentence for people.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the status of the answer.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType replaces the JSON type that would be sent otherwise.
func (p *Problem) ContentType(string) string { return ContentType }

// RetryAfter returns the header of that name, or "".
func (p *Problem) RetryAfter() string {
	if p.retry <= 0 {
		return ""
	}
	return strconv.Itoa(int(math.Ceil(p.retry.Seconds())))
}

// Of returns the answer to err for the request of ctx, and notes err as the request's cause.
func Of(ctx context.Context, err error) *Problem {
	r := From(ctx)
	r.cause = err
	var ready *Problem
	if errors.As(err, &ready) {
		return ready
	}
	e := known(err)
	p := &Problem{Status: statusOf(e), Code: e.CodeOrKind(), Detail: r.Say(e.Msg), RequestID: r.ID}
	p.Type = "urn:sohoa:problem:" + p.Code
	p.Title = r.Say(title(p.Status))
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, ProblemField{Field: f.Field, Code: f.Code, Message: r.Say(f.Msg)})
	}
	p.Findings = Findings(r.Lang, e.Findings)
	p.Document = e.Other.String()
	p.retry = e.RetryAfter
	if p.retry == 0 && (p.Status == http.StatusServiceUnavailable || p.Status == http.StatusAccepted || e.Code == "storage_full") {
		p.retry = 5 * time.Second
	}
	return p
}

// Findings puts findings into the words of lang.
func Findings(lang string, fs []archive.Finding) []ProblemFinding {
	out := make([]ProblemFinding, 0, len(fs))
	for _, f := range fs {
		out = append(out, ProblemFinding{Code: f.Code, Severity: string(f.Severity), Page: f.Page, Object: f.Object, Message: f.Msg.In(lang)})
	}
	return out
}

// Write answers with err. It must be the first thing written.
func Write(w http.ResponseWriter, ctx context.Context, err error) {
	p := Of(ctx, err)
	h := w.Header()
	for _, name := range []string{"Content-Length", "Content-Disposition", "ETag", "Last-Modified"} {
		h.Del(name) // meant for the answer that did not come
	}
	h.Set("Content-Type", ContentType)
	h.Set("Cache-Control", "no-store")
	if s := p.RetryAfter(); s != "" {
		h.Set("Retry-After", s)
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller is gone: nobody is left to be told
}

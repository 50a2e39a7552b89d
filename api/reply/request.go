package reply

import (
	"context"
	"strings"

	"sohoa/archive"
)

// Request is what an answer needs to know of its request. It is made once, at the door, and travels in the context.
type Request struct {
	ID   string // the request's number, answered as X-Request-Id and written in the log and the trail
	Lang string // "vi" or "en"

	cause error
}

type key struct{}

// With returns ctx carrying r.
func With(ctx context.Context, r *Request) context.Context { return context.WithValue(ctx, key{}, r) }

// From returns the request of ctx; outside a request it is an empty one in Vietnamese.
func From(ctx context.Context) *Request {
	if r, ok := ctx.Value(key{}).(*Request); ok {
		return r
	}
	return &Request{Lang: "vi"}
}

// Cause returns the error this request was answered with, for the log; nil when it went well.
func (r *Request) Cause() error { return r.cause }

// Say returns a sentence in the request's language.
func (r *Request) Say(t archive.Text) string { return t.In(r.Lang) }

// Language chooses between the two languages of this house by an Accept-Language header (RFC 9110 §12.5.4): the first of
// the two that is wanted at all, by weight; Vietnamese when neither is named.
func Language(header string) string {
	best, weight := "vi", 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if tag != "vi" && tag != "en" {
			continue
		}
		if q := quality(params); q > weight {
			best, weight = tag, q
		}
	}
	return best
}

// quality reads the weight of "q=0.8": three digits at most, by hand so that no header costs more than its length.
func quality(params string) float64 {
	v, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
	if !ok {
		return 1
	}
	whole, frac, _ := strings.Cut(v, ".")
	q, unit := 0.0, 1.0
	if whole == "1" {
		return 1
	}
	for i := 0; i < len(frac) && i < 3; i++ {
		if frac[i] < '0' || frac[i] > '9' {
			return 0
		}
		unit /= 10
		q += unit * float64(frac[i]-'0')
	}
	return q
}

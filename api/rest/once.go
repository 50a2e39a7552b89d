package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"sohoa/archive"
)

// digestEntry is where the digest of the answered body is kept among the headers of an answer. It is never sent.
const digestEntry = "sohoa-body"

// once is one request with an Idempotency-Key. The zero value is a request without one, and does nothing.
type once struct {
	s   *server
	key archive.Answer
}

// begin claims the key of a request. When the key has been answered before, the answer is returned and the caller replays
// it after comparing bodies. Errors: Invalid for a key that is none; Conflict code still_running.
//
// Crash-safety: the claim is a row of its own, committed before the act begins. Power lost before the act's transaction:
// the row says "running", nothing of the act is visible, and the janitor forgets the row when this node is up again, so
// that the repeated request does the act. Power lost after it: the row was completed inside that very transaction, and
// the repeated request hears the first answer. One gap is left: a durable move or a new scan that was in the store but not
// yet in the catalog is rolled forward by the janitor without its answer; the repeated request then meets the Conflict of
// the state or of the same bytes, and nothing is done twice.
func (s *server) begin(ctx context.Context, route, key string) (*once, *archive.Answer, error) {
	if key == "" {
		return &once{}, nil, nil
	}
	if !soundKey(key) {
		msg := archive.Text{VI: "Idempotency-Key gồm 1 đến 200 ký tự ASCII nhìn thấy được.", EN: "An Idempotency-Key is 1 to 200 visible ASCII characters."}
		return nil, nil, &archive.Error{Kind: archive.Invalid, Msg: msg, Fields: []archive.FieldError{{Field: "header.Idempotency-Key", Code: "invalid", Msg: msg}}}
	}
	a := archive.Answer{Actor: s.Who(ctx).ID, Route: route, Key: key, Node: s.Archive.Node, CreatedAt: s.now()}
	var old archive.Answer
	fresh := false
	err := s.Archive.Catalog.Update(ctx, func(tx archive.Tx) (err error) {
		old, fresh, err = tx.Answers().Begin(ctx, a)
		return err
	})
	switch {
	case err != nil:
		return nil, nil, err
	case fresh:
		return &once{s, a}, nil, nil
	case old.Status == 0:
		e := archive.Fault(archive.Conflict, "still_running", archive.Text{VI: "Yêu cầu trước với khóa này còn đang chạy.", EN: "The first request with this key is still running."})
		e.RetryAfter = time.Second
		return nil, nil, e
	}
	return &once{}, &old, nil
}

// maxKey is what an Idempotency-Key may measure: two UUIDs and a word fit four times.
const maxKey = 200

func soundKey(key string) bool {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return len(key) <= maxKey
}

// complete keeps the answer, inside the transaction of the act.
func (o *once) complete(ctx context.Context, tx archive.Tx, body archive.Digest, status int, headers map[string]string, reply []byte) error {
	if o.s == nil {
		return nil
	}
	a := o.key
	a.Body, a.Status, a.Reply = body, status, reply
	a.Header = map[string]string{digestEntry: body.String()}
	for k, v := range headers {
		a.Header[k] = v
	}
	return tx.Answers().Complete(ctx, a)
}

// settle keeps the answer to an act that has no room for it in its own transaction (registry, accounts, tokens). Power
// lost between the two: the key is forgotten with its node's former life, and the repeated request meets the Conflict of a
// code or login that is there already; a repeated token is a second token, which nobody knows and the list shows.
func (o *once) settle(ctx context.Context, body archive.Digest, status int, headers map[string]string, reply []byte) error {
	if o.s == nil {
		return nil
	}
	return o.s.Archive.Catalog.Update(ctx, func(tx archive.Tx) error { return o.complete(ctx, tx, body, status, headers, reply) })
}

// abandon forgets a key whose request was refused: a refusal is not kept. After complete it does nothing.
func (o *once) abandon(ctx context.Context) {
	if o.s == nil {
		return
	}
	c, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := o.s.Archive.Catalog.Update(c, func(tx archive.Tx) error {
		return tx.Answers().Abandon(c, o.key.Actor, o.key.Route, o.key.Key)
	})
	if err != nil {
		o.s.Archive.Log.Warn("abandon idempotency key; it stays taken until this node starts again", "err", err)
	}
}

var errKeyReused = archive.Fault(archive.Invalid, "key_reused", archive.Text{
	VI: "Idempotency-Key này đã dùng cho một nội dung khác.", EN: "This Idempotency-Key was used with another body."})

// sameBody compares the body of a repeated request with that of the first.
func sameBody(old *archive.Answer, body archive.Digest) error {
	if old.Header[digestEntry] != body.String() {
		return errKeyReused
	}
	return nil
}

// created is what a JSON operation that makes something answers with.
type created[T any] struct {
	Status   int
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     T
}

func (c *created[T]) headers() map[string]string {
	return map[string]string{"Location": c.Location, "ETag": c.ETag}
}

// repeatable runs an act that makes something at most once per key. Act gets the once to complete in its own transaction
// and returns the answer; when the act could not complete it there, settled is false and it is completed afterwards.
func repeatable[T any](ctx context.Context, s *server, route, key string, raw []byte, act func(*once, archive.Digest) (out *created[T], settled bool, err error)) (*created[T], error) {
	body := archive.DigestOf(raw)
	o, old, err := s.begin(ctx, route, key)
	if err != nil {
		return nil, err
	}
	if old != nil {
		if err := sameBody(old, body); err != nil {
			return nil, err
		}
		out := &created[T]{Status: old.Status, Location: old.Header["Location"], ETag: old.Header["ETag"]}
		if err := json.Unmarshal(old.Reply, &out.Body); err != nil {
			return nil, archive.Errorf(archive.Corrupt, "kept answer: %v", err)
		}
		return out, nil
	}
	out, settled, err := act(o, body)
	if err != nil {
		o.abandon(ctx)
		return nil, err
	}
	if out.Status == 0 {
		out.Status = http.StatusCreated
	}
	if settled {
		return out, nil
	}
	reply, err := json.Marshal(out.Body)
	if err != nil {
		return nil, err
	}
	return out, o.settle(ctx, body, out.Status, out.headers(), reply)
}

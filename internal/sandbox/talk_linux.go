package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// brokenTalk says that the conversation with a child cannot go on. fault is set when the child said something it must not say; otherwise its end
// of the channel is gone.
type brokenTalk struct {
	err   error
	fault bool
}

func (b *brokenTalk) Error() string { return b.err.Error() }

// converse listens to a child until its task is done. Replies go to each, in order; whatever a child in foreign hands sends, each sees only whole
// messages within the limit, and none after the end. refusal is what the handler returned, if anything; err is a *brokenTalk, or what each returned.
func converse(r io.Reader, limit int, each func([]byte) error, clock *clock) (replied bool, refusal *Refusal, err error) {
	fault := func(format string, args ...any) error {
		return &brokenTalk{fmt.Errorf("%w: "+format, append([]any{ErrMessage}, args...)...), true}
	}
	for {
		k, body, err := readFrame(r, limit)
		if err != nil {
			return replied, nil, &brokenTalk{err, errors.Is(err, ErrMessage)}
		}
		switch k {
		case kindReply:
			clock.pause() // what the caller does with a reply is not the child's time
			if each == nil {
				return replied, nil, fault("a reply nobody asked for")
			}
			replied = true
			if err := each(body); err != nil {
				return replied, nil, err
			}
			clock.start()
		case kindAlive:
			clock.start()
		case kindDone:
			if len(body) == 0 {
				return replied, nil, nil
			}
			refusal = &Refusal{}
			if err := json.Unmarshal(body, refusal); err != nil {
				return replied, nil, fault("%w", err)
			}
			return replied, refusal, nil
		default:
			return replied, nil, fault("kind %q", k)
		}
	}
}

package sandbox

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"testing/iotest"
	"time"
)

// FuzzConverse lets a child in foreign hands say anything, in pieces of any size: the parent ends with one of the known outcomes, hands on whole
// messages within the limit, and reads nothing past the end of the task.
func FuzzConverse(f *testing.F) {
	const limit = 64
	frame := func(k kind, body string) string { return string(append(header(k, len(body)), body...)) }
	f.Add([]byte(frame(kindReply, "one") + frame(kindAlive, "") + frame(kindReply, "two") + frame(kindDone, "") + "left"))
	f.Add([]byte(frame(kindDone, `{"Code":"late","Msg":"x"}`)))
	f.Add([]byte(frame(kindDone, "no JSON")))
	f.Add([]byte(frame(kindReady, "{}")))
	f.Add([]byte(frame(kindSetup, "{}")))
	f.Add([]byte("p\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var heard [][]byte
		each := func(b []byte) error {
			if len(b) > limit {
				t.Errorf("a message of %d bytes, limit %d", len(b), limit)
			}
			heard = append(heard, slices.Clone(b))
			return nil
		}
		replied, refusal, err := converse(bytes.NewReader(in), limit, each, newClock(time.Hour, 0))
		var broken *brokenTalk
		switch {
		case err != nil && !errors.As(err, &broken):
			t.Errorf("ended with %v, which no child may cause", err)
		case err != nil && refusal != nil:
			t.Errorf("both refused and broke: %v, %v", refusal, err)
		case replied != (len(heard) > 0):
			t.Errorf("replied %v, %d messages heard", replied, len(heard))
		}
		// In pieces it must be heard the same.
		var again [][]byte
		replied2, refusal2, err2 := converse(iotest.OneByteReader(bytes.NewReader(in)), limit, func(b []byte) error { again = append(again, slices.Clone(b)); return nil }, newClock(time.Hour, 0))
		if replied != replied2 || (refusal == nil) != (refusal2 == nil) || (err == nil) != (err2 == nil) || !slices.EqualFunc(heard, again, bytes.Equal) {
			t.Errorf("whole: %v %v %v %q; in pieces: %v %v %v %q", replied, refusal, err, heard, replied2, refusal2, err2, again)
		}
		// Where nobody listens for replies, one is a fault.
		if _, _, err := converse(bytes.NewReader(in), limit, nil, newClock(time.Hour, 0)); len(heard) > 0 && (!errors.As(err, &broken) || !broken.fault) {
			t.Errorf("a reply nobody asked for ended with %v", err)
		}
	})
}

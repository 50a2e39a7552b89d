package sandbox

import (
	"errors"
	"fmt"
)

var (
	// ErrDied says that the child ended by itself, twice, on the same task (or once, after it had begun to reply). The
	// paper is at fault: do not try again.
	ErrDied = errors.New("child process died")
	// ErrTimeout says that the child went too long without a reply, or used up its processor time, and was killed.
	ErrTimeout = errors.New("child process exceeded its time")
	// ErrMemory says that the child and what it started held more memory than allowed and were killed.
	ErrMemory = errors.New("child process exceeded its memory")
	// ErrMessage says that a message was larger than the profile allows or not understood. A child that sends one is killed.
	ErrMessage = errors.New("message between parent and child not acceptable")
	// ErrStart says that no child could be started. It has nothing to do with the paper: try again later.
	ErrStart = errors.New("child process could not be started")
	// ErrLevel says that Require was asked for and this machine cannot give the full sandbox. It comes wrapped in ErrStart.
	ErrLevel = errors.New("sandbox level below full")
	// ErrClosed says that the pool has been closed.
	ErrClosed = errors.New("sandbox pool closed")
)

// Refusal is the error a Handler returned, as it reaches the caller of Pool.Do. A Handler that returns a *Refusal
// decides both fields; of any other error only the text crosses. The child lives on.
type Refusal struct {
	Code string // for programs; empty when the handler gave none
	Msg  string
}

func (r *Refusal) Error() string {
	if r.Code == "" {
		return r.Msg
	}
	return fmt.Sprintf("%s: %s", r.Code, r.Msg)
}

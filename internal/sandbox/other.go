//go:build !linux

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
)

// Elsewhere than on Linux there is no sandbox: handlers run inside this process, one call at a time for each slot of the
// pool. Time and cancellation are looked at between replies only; memory is not watched.

var hereRoles Roles

// Main remembers the roles. It always returns.
func Main(roles Roles) { hereRoles = roles }

type ready struct {
	LandlockABI int
	Notes       []string
}

type child struct {
	profile Profile
	level   Level
	info    ready
	papers  int
	scratch string
	peak    atomic.Int64 // never known
}

func startChild(p Profile, _ Off) (*child, error) {
	if hereRoles[p.Role] == nil {
		return nil, fmt.Errorf("no role %q in this program", p.Role)
	}
	c := &child{profile: p, level: LevelNone, info: ready{Notes: []string{"no sandbox on this system"}}}
	if p.Scratch != "" {
		var err error
		if c.scratch, err = os.MkdirTemp(p.Scratch, "child-"); err != nil {
			return nil, fmt.Errorf("make scratch folder: %w", err)
		}
	}
	return c, nil
}

func (c *child) run(ctx context.Context, t Task, files []*os.File) (replied bool, err error) {
	err = hereRoles[c.profile.Role](&Call{
		Body: t.Body, Files: files, Scratch: c.scratch,
		alive: func() error { return context.Cause(ctx) },
		reply: func(b []byte) error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if len(b) > c.profile.MessageBytes || t.Each == nil {
				return ErrMessage
			}
			replied = true
			return t.Each(b)
		},
	})
	var r *Refusal
	if err == nil || errors.As(err, &r) || ctx.Err() != nil {
		return replied, err
	}
	return replied, &Refusal{Msg: err.Error()}
}

func (c *child) dead() bool { return false }
func (c *child) fit() error { return errors.New("scratch folder used") }
func (c *child) stop() {
	if c.scratch != "" {
		_ = os.RemoveAll(c.scratch)
	}
}

// reopen opens every file anew by its name.
func reopen(files []File) ([]*os.File, error) {
	var opened []*os.File
	for i, f := range files {
		flag := os.O_RDONLY
		if f.Write {
			flag = os.O_RDWR
		}
		again, err := os.OpenFile(f.Name(), flag, 0)
		if err != nil {
			closeAll(opened)
			return nil, fmt.Errorf("pass file %d: %w", i, err)
		}
		opened = append(opened, again)
	}
	return opened, nil
}

// SelfTest finds that there is nothing to test: the report is not sound.
func SelfTest(context.Context, Config) (Report, error) {
	return Report{Level: LevelNone, Notes: []string{"no sandbox on this system"},
		Checks: []Check{{Name: "sandbox", Detail: "not on this system"}}}, nil
}

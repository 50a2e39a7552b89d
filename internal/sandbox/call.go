package sandbox

import "os"

// A Handler does the work of one role inside a child. It runs one Call at a time. A panic ends the child, which is what
// a parser in an unknown state deserves. A returned error reaches the parent as a *Refusal and the child goes on.
type Handler func(*Call) error

// Roles maps the name of a role to its Handler.
type Roles map[string]Handler

// Call is one task as the child sees it.
type Call struct {
	// Body is the request, as given in Task.Body. It is the handler's to keep.
	Body []byte
	// Files are the passed descriptors, in the order of Task.Files. They are closed when the handler returns.
	Files []*os.File
	// Scratch is the child's own folder, empty at the start of each call; "" when the profile gives none.
	Scratch string

	reply func([]byte) error
	alive func() error
}

// Reply sends one message to the parent and resets the clock of the task. Messages arrive in order. When it returns an
// error the parent is gone or the message is too large (ErrMessage): return that error.
func (c *Call) Reply(body []byte) error { return c.reply(body) }

// Alive resets the clock of the task without a message: for a handler that prepares much before it replies. A handler
// calls it when a step is done, not by a timer, or a hang would go unseen. Its error is that of Reply.
func (c *Call) Alive() error { return c.alive() }

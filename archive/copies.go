package archive

import "context"

// Copies is implemented by a Vault that keeps every object twice. The second copy is a whole store of its own, readable
// without the first.
type Copies interface {
	// Copy brings the second copy of an object up to the first and returns whether there was anything to do. An object that
	// is in neither is no error; one whose copies tell different histories is Conflict code copies_diverge. Unavailable
	// while either store is away. Durable on return.
	Copy(ctx context.Context, object ObjectID) (copied bool, err error)
	// Waits reports whether Commit copies before it returns, so that what is acknowledged is in both stores.
	Waits() bool
}

// Distant is implemented by Copies whose second copy can be out of reach, from the start too.
type Distant interface {
	// Away returns why the second copy could not be reached a moment ago, nil when it could. It asks nobody.
	Away() error
}

// Scrubber is implemented by a Vault that can read all of one object again, down to its disks, and repair what is damaged
// from a second copy where there is one.
type Scrubber interface {
	// Scrub reads every byte of every copy of an object past the caches of this machine. An object that is in no copy is
	// NotFound. The error is for a store that could not be read; damage is no error.
	Scrub(ctx context.Context, object ObjectID) (Scrubbed, error)
}

// Scrubbed says what one scrub met.
type Scrubbed struct {
	Bytes    int64         // read, over all copies
	Damage   []Discrepancy // before anything was repaired
	Repaired []string      // keys written again from the good copy, named by their copy
	Left     []Discrepancy // damage that no copy could mend
}

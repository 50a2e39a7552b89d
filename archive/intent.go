package archive

import "time"

// Intent is the catalog's word, committed before the first byte reaches the store, that somebody is about to write under
// this name. The janitor removes only bytes named by an expired intent that never became a document.
type Intent struct {
	ID        ID
	Node      string // which process; a node that starts again abandons the intents of its former life
	Object    ObjectID
	Document  ID
	Act       string // "deposit", "version", or a Move
	After     int    // the head the act follows; 0 for a deposit
	Payload   []byte // what recovery needs to roll the act forward, JSON; nil for a deposit
	CreatedAt time.Time
	ExpiresAt time.Time
}

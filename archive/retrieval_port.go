package archive

import (
	"context"
	"time"
)

// Receipt is what is known of the newest receipt of a dossier. The code itself is known to its holder only.
type Receipt struct {
	Dossier  DossierCode
	Number   int // of the dossier's receipts, from 1
	MAC      Digest
	IssuedAt time.Time
	IssuedBy ID
}

// Grant is the leave to see and take the results of one dossier for some minutes, given for the right code. Only the hash of
// its secret is kept. It ends with the receipt it was given for.
type Grant struct {
	Hash      Digest
	Dossier   DossierCode
	Receipt   int // its number
	Address   string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Retrievals keeps receipts and grants.
type Retrievals interface {
	// Put writes a receipt over the one before of its dossier, whose grants end with it.
	Put(ctx context.Context, r Receipt) error
	// Receipt returns the newest receipt of a dossier. Where there is none it returns one of number 0 with a MAC that no code has,
	// by the same statement and with as many rows: who asks learns nothing from how long it took.
	Receipt(ctx context.Context, code DossierCode) (Receipt, error)
	// Grant adds g, and ends the oldest grants of its dossier beyond most.
	Grant(ctx context.Context, g Grant, most int) error
	// Granted returns the grant of a secret while the receipt it was given for is the newest; NotFound otherwise. It does not look
	// at the time.
	Granted(ctx context.Context, hash Digest) (Grant, error)
	// End removes a grant; one that is gone already is no error.
	End(ctx context.Context, hash Digest) error
	// Expire removes grants that are over at now.
	Expire(ctx context.Context, now time.Time) error
}

// Miss counts the wrong look-ups from one address in one hour.
type Miss struct {
	Hour    time.Time
	Address string // "" for those beyond the number of addresses remembered
	Count   int
}

// Tries keeps how far wrong look-ups have run into the limits of the places they concern (an address, a dossier, the house): for
// each the time at which they will be forgotten. A restart changes nothing.
type Tries interface {
	// Due returns that time for each of places, in their order; zero where nothing is remembered.
	Due(ctx context.Context, places []string) ([]time.Time, error)
	// Put writes it for places, and forgets the places whose time is over at now: so there are never more rows than the limits of
	// the house let wrong look-ups through while they are remembered.
	Put(ctx context.Context, places []string, due []time.Time, now time.Time) error
	// Missed counts one wrong look-up of an address in an hour. Beyond most addresses of one hour, the rest count together.
	Missed(ctx context.Context, hour time.Time, address string, most int) error
	// Misses returns the counts of hours before one, at most limit.
	Misses(ctx context.Context, before time.Time, limit int) ([]Miss, error)
	// Told removes counts that are in the trail now.
	Told(ctx context.Context, ms []Miss) error
}

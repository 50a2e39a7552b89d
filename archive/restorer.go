package archive

import "context"

// Restorer writes rows as they once were, for rebuilding a catalog from its store. It is used while nobody else works on the
// catalog.
type Restorer interface {
	// Empty reports whether the catalog has never seen an event, a document or an account.
	Empty(ctx context.Context) (bool, error)
	// Event adds an event with the nonce and the leaf it was sealed with, without a number: events are numbered again in the
	// order in which they are given. One that is there already is left as it is.
	Event(ctx context.Context, e Event) error
	// The rest insert a row or replace it whole, revision included. The reading of a document that is there stays.
	Document(ctx context.Context, d Document) error
	Dossier(ctx context.Context, d Dossier) error
	Agency(ctx context.Context, a Agency) error
	Procedure(ctx context.Context, p Procedure) error
	Account(ctx context.Context, a Account) error
}

// Package archive is what Sohoa is: dossiers, documents, versions, states, rights, events, and the acts upon them.
//
// It knows no database, no HTTP, no PDF library and no search engine. What it needs of them it declares as ports
// (Vault, Catalog, Index, Inspector, Reader, Derived, Ledger, Clock), each with one conformance suite that every
// implementation runs. A room of the house serves archive; archive serves api and cmd.
//
// The order of every act is the same: an intent in the catalog, bytes in the vault, one transaction that holds the row,
// the event with its leaf hash and the pending work, and only then the answer. Text and index are derived afterwards and
// can be made again from what is kept.
package archive

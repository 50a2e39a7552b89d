package ocfl

import "sohoa/storage/blob"

// Partials returns where uploads lie on their way into this vault: in its spool, so that a finished one becomes part of an
// object without being copied. Every so many bytes are made durable at least; 0 means the default of blob.NewPartials. Call it
// once. Closing the vault closes it.
func (v *Vault) Partials(every int64) *blob.Partials { return blob.NewPartials(v.spool, every) }

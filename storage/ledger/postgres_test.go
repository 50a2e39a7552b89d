package ledger_test

import (
	"testing"

	"sohoa/archive"
	"sohoa/archive/ledgertest"
	"sohoa/storage/catalog"
	"sohoa/storage/catalog/postgrestest"
)

func TestLedgerOnPostgres(t *testing.T) {
	cluster := postgrestest.Start(t)
	ledgertest.Run(t, func(t *testing.T) (archive.Catalog, archive.Ledger) {
		c, err := catalog.Open(t.Context(), cluster.Database(t), catalog.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c, openLedger(t, c, newKey(t))
	})
}

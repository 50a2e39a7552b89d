package blob_test

import (
	"testing"

	"sohoa/archive"
	"sohoa/archive/vaulttest"
	"sohoa/storage/blob"
)

func TestDerived(t *testing.T) {
	vaulttest.Derived(t, func(t *testing.T) archive.Derived {
		d, err := blob.OpenDerived(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return d
	})
}

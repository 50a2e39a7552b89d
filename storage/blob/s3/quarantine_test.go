package s3_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"sohoa/archive"
	"sohoa/archive/quarantinetest"
	"sohoa/internal/testkit/s3server"
	"sohoa/storage/blob"
)

// The quarantine of a house whose store is a prefix of a bucket lies beside that prefix.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	server := s3server.Start(t)
	quarantinetest.Run(t, func(t *testing.T) quarantinetest.Setup {
		bucket := server.Bucket(t)
		c := config(server, bucket)
		c.Prefix = "kho-quarantine"
		return quarantinetest.Setup{Store: blob.NewQuarantine(open(t, c)), Damage: func(t *testing.T, id archive.ID, n int, change func([]byte) []byte) {
			name := filepath.Join(server.Folder, bucket, "kho-quarantine", id.String(), fmt.Sprintf("%04d", n))
			b, err := os.ReadFile(name)
			if err == nil {
				err = os.WriteFile(name, change(b), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}}
	})
}

package catalog

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"sohoa/archive"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the tables to the state this program knows. Migrations are numbered and only added; a database that
// holds a later one was written by a newer program, whose rows this one might misread, and is refused.
//
// Before it changes tables that hold rows it hands them to before, so that a migration that goes wrong has a way back.
func migrate(ctx context.Context, db *sql.DB, d dialect, before func(at int64) error) error {
	p, err := provider(db, d)
	if err != nil {
		return err
	}
	at, err := p.GetDBVersion(ctx)
	if err != nil {
		return d.translate(err)
	}
	sources := p.ListSources()
	newest := sources[len(sources)-1].Version
	if at > newest {
		return newer(at, newest)
	}
	if at > 0 && at < newest && before != nil {
		if err := before(at); err != nil {
			return fmt.Errorf("keep the catalog as it is before migration %d: %w", at+1, err)
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", d.translate(err))
	}
	return nil
}

func newer(at, newest int64) error {
	return &archive.Error{Kind: archive.Unavailable, Code: "newer_catalog", Msg: archive.Text{
		VI: "Cơ sở dữ liệu do một phiên bản Sohoa mới hơn tạo ra. Xin dùng phiên bản đó hoặc mới hơn.",
		EN: "The database was written by a newer version of Sohoa. Use that version or a later one.",
	}, Err: fmt.Errorf("the database is at migration %d, this program knows %d", at, newest)}
}

// provider knows the migrations of an engine.
func provider(db *sql.DB, d dialect) (*goose.Provider, error) {
	folder, err := fs.Sub(migrations, "migrations/"+d.name)
	if err != nil {
		return nil, err
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{}
	if d.name == "postgres" {
		// Several processes may start at the same moment.
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("migration lock: %w", err)
		}
		dialect, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, db, folder, options...)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}

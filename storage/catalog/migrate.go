package catalog

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"strings"

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

// Newer returns Unavailable newer_catalog when the database of dsn was written by a newer program. One that is not there, or that
// cannot be read, is not newer. It is asked before a catalog is set aside for another; nothing is changed by asking.
func Newer(ctx context.Context, dsn string) error {
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		if st, err := os.Stat(path); err != nil || st.Size() == 0 {
			return nil
		}
	}
	db, d, err := openPlain(dsn)
	if err != nil {
		return nil
	}
	defer db.Close()
	p, err := provider(db, d)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	var at int64
	if err := db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`).Scan(&at); err != nil {
		return nil
	}
	if newest := sources[len(sources)-1].Version; at > newest {
		return newer(at, newest)
	}
	return nil
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

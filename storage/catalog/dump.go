package catalog

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sohoa/archive"
)

// A dump is the rows of a catalog as lines of JSON, the same from both engines and for both:
//
//	{"format":"sohoa/catalog/1","migration":4}
//	{"table":"documents","columns":["id","revision",…]}
//	["0199…",3,…]
//
// Texts and numbers are themselves, bytes are {"b":"<base64>"}. Of uploads that have not ended there is nothing in it: their
// bytes are on the disk of one node.
const dumpFormat = "sohoa/catalog/1"

// notDumped are the tables that mean nothing elsewhere.
var notDumped = []string{"goose_db_version", "uploads"}

// DumpInfo says what is in a dump.
type DumpInfo struct {
	Migration int64            `json:"migration"`
	Rows      map[string]int64 `json:"rows"` // by table
}

type dumpHead struct {
	Format    string   `json:"format,omitempty"`
	Migration int64    `json:"migration,omitempty"`
	Table     string   `json:"table,omitempty"`
	Columns   []string `json:"columns,omitempty"`
}

type dumpBytes struct {
	B string `json:"b"`
}

// Dump writes every row as it stood at one moment. The catalog serves meanwhile.
func (c *Catalog) Dump(ctx context.Context, w io.Writer) (DumpInfo, error) {
	var info DumpInfo
	err := c.engine.view(ctx, func(t *tx) (err error) {
		info, err = t.dump(ctx, w)
		return err
	})
	return info, err
}

func (t *tx) dump(ctx context.Context, w io.Writer) (DumpInfo, error) {
	out := bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	info := DumpInfo{Rows: map[string]int64{}}
	if err := t.one(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE version_id > $1`, []any{0}, &info.Migration); err != nil {
		return info, err
	}
	if err := enc.Encode(dumpHead{Format: dumpFormat, Migration: info.Migration}); err != nil {
		return info, err
	}
	names, err := t.tables(ctx)
	if err != nil {
		return info, err
	}
	for _, name := range names {
		if slices.Contains(notDumped, name) {
			continue
		}
		if info.Rows[name], err = t.dumpTable(ctx, enc, name); err != nil {
			return info, fmt.Errorf("dump %s: %w", name, err)
		}
	}
	return info, out.Flush()
}

// tables lists the tables, those that others refer to first.
func (t *tx) tables(ctx context.Context) ([]string, error) {
	text := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> $1 ORDER BY name`
	if t.d.name == "postgres" {
		text = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name <> $1 ORDER BY table_name`
	}
	names, err := all(ctx, t, text, []any{""}, func(scan func(...any) error) (s string, err error) {
		err = scan(&s)
		return s, err
	})
	slices.SortStableFunc(names, func(a, b string) int {
		switch {
		case a == "documents":
			return -1
		case b == "documents":
			return 1
		}
		return strings.Compare(a, b)
	})
	return names, err
}

func (t *tx) dumpTable(ctx context.Context, enc *json.Encoder, name string) (int64, error) {
	order := ""
	if name == "events" {
		order = ` ORDER BY position` // the log goes over in the order in which it was written
	}
	rows, err := t.run.query(ctx, `SELECT * FROM `+name+order, nil)
	if err != nil {
		return 0, t.fail(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, t.fail(err)
	}
	if err := enc.Encode(dumpHead{Table: name, Columns: columns}); err != nil {
		return 0, err
	}
	values, places := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		places[i] = &values[i]
	}
	n := int64(0)
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return n, t.fail(err)
		}
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				values[i] = dumpBytes{base64.StdEncoding.EncodeToString(b)}
			}
		}
		if err := enc.Encode(values); err != nil {
			return n, err
		}
		n++
	}
	if err := rows.Err(); err != nil {
		return n, t.fail(err)
	}
	return n, nil
}

// Load makes a catalog of a dump in an empty database, at the state of the tables the dump was made in; Open then brings it
// to the present. Conflict catalog_not_empty when there is a row already; Unavailable newer_catalog for a dump of a newer
// program. On error the database holds no rows.
func Load(ctx context.Context, dsn string, r io.Reader) (DumpInfo, error) {
	db, d, err := openPlain(dsn)
	if err != nil {
		return DumpInfo{}, err
	}
	defer db.Close()
	in := bufio.NewReaderSize(r, 1<<16)
	var head dumpHead
	if err := readLine(in, &head); err != nil || head.Format != dumpFormat {
		return DumpInfo{}, archive.Errorf(archive.Corrupt, "not a dump of a catalog: %v", err)
	}
	p, err := provider(db, d)
	if err != nil {
		return DumpInfo{}, err
	}
	if sources := p.ListSources(); head.Migration > sources[len(sources)-1].Version {
		return DumpInfo{}, newer(head.Migration, sources[len(sources)-1].Version)
	}
	if _, err := p.UpTo(ctx, head.Migration); err != nil {
		return DumpInfo{}, fmt.Errorf("make tables: %w", d.translate(err))
	}
	info := DumpInfo{Migration: head.Migration, Rows: map[string]int64{}}
	st, err := db.BeginTx(ctx, nil)
	if err != nil {
		return info, d.translate(err)
	}
	defer st.Rollback() // does nothing after a commit
	if err := loadRows(ctx, st, d, in, &info); err != nil {
		return info, err
	}
	if d.name == "postgres" { // the next event comes behind those that were loaded
		if _, err := st.ExecContext(ctx, `SELECT setval(pg_get_serial_sequence('events', 'position'), (SELECT coalesce(max(position), 0) + 1 FROM events), false)`); err != nil {
			return info, d.translate(err)
		}
	}
	return info, d.translate(st.Commit())
}

func loadRows(ctx context.Context, st *sql.Tx, d dialect, in *bufio.Reader, info *DumpInfo) error {
	var insert *sql.Stmt
	var table string
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return nil
		}
		if err != nil {
			return archive.Errorf(archive.Corrupt, "the dump breaks off: %v", err)
		}
		if line[0] == '{' {
			var head dumpHead
			if err := json.Unmarshal(line, &head); err != nil || !isName(head.Table) || !slices.ContainsFunc(head.Columns, isName) {
				return archive.Errorf(archive.Corrupt, "the dump has a line that is none: %v", err)
			}
			table = head.Table
			if insert, err = beginTable(ctx, st, d, head); err != nil {
				return fmt.Errorf("load %s: %w", table, err)
			}
			info.Rows[table] = 0
			continue
		}
		values, err := rowValues(line)
		if err != nil || insert == nil {
			return archive.Errorf(archive.Corrupt, "a row of %s: %v", table, err)
		}
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return fmt.Errorf("load a row of %s: %w", table, d.translate(err))
		}
		info.Rows[table]++
	}
}

// beginTable prepares for the rows of a table. What a migration put into it goes: the dump has it too.
func beginTable(ctx context.Context, st *sql.Tx, d dialect, head dumpHead) (*sql.Stmt, error) {
	for _, c := range head.Columns {
		if !isName(c) {
			return nil, archive.Errorf(archive.Corrupt, "a column of no name")
		}
	}
	if head.Table == "events" || head.Table == "documents" || head.Table == "accounts" {
		var n int
		if err := st.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM `+head.Table+` LIMIT 1) AS x`).Scan(&n); err != nil {
			return nil, d.translate(err)
		}
		if n > 0 {
			return nil, archive.Fault(archive.Conflict, "catalog_not_empty", archive.Text{VI: "Danh mục đích không trống.", EN: "The catalog to load into is not empty."})
		}
	}
	if _, err := st.ExecContext(ctx, `DELETE FROM `+head.Table); err != nil {
		return nil, d.translate(err)
	}
	overriding := ""
	if d.name == "postgres" && head.Table == "events" {
		overriding = " OVERRIDING SYSTEM VALUE"
	}
	s, err := st.PrepareContext(ctx, `INSERT INTO `+head.Table+` (`+strings.Join(head.Columns, ", ")+`)`+overriding+` VALUES (`+parameters(1, len(head.Columns))+`)`)
	if err != nil {
		return nil, d.translate(err)
	}
	return s, nil
}

// isName keeps whoever wrote a dump from writing SQL.
func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_0123456789") == ""
}

func rowValues(line []byte) ([]any, error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	var raw []any
	if err := dec.Decode(&raw); err != nil {
		return nil, err
	}
	for i, v := range raw {
		switch v := v.(type) {
		case json.Number:
			if n, err := v.Int64(); err == nil {
				raw[i] = n
			} else if f, err := v.Float64(); err == nil {
				raw[i] = f
			} else {
				return nil, err
			}
		case map[string]any:
			text, _ := v["b"].(string)
			b, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return nil, err
			}
			raw[i] = b
		case nil, string:
		default:
			return nil, errors.New("a value of no kind")
		}
	}
	return raw, nil
}

func readLine(in *bufio.Reader, v any) error {
	line, err := in.ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, v)
}

// openPlain opens the database that dsn names without the engine around it.
func openPlain(dsn string) (*sql.DB, dialect, error) {
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		if err := makeFile(path); err != nil {
			return nil, sqliteDialect, err
		}
		db, err := sqliteDB(path, Options{Wait: 5 * time.Second})
		return db, sqliteDialect, err
	}
	db, err := postgresDB(dsn)
	return db, postgresDialect, err
}

// keepBefore writes a dump of the catalog beside its file, before a migration. On PostgreSQL the folder is Options.Keep.
func keepBefore(ctx context.Context, db *sql.DB, d dialect, dir string, at int64) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(dir, fmt.Sprintf("catalog-%s-migration-%d.jsonl.gz", time.Now().Format("20060102-150405"), at))
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // it holds personal data
	if err != nil {
		return err
	}
	z := gzip.NewWriter(f)
	err = dumpPlain(ctx, db, d, z)
	// Durable before the first table changes: the power may fail in the middle of the migration.
	err = errors.Join(err, z.Close(), f.Sync(), f.Close())
	if err != nil {
		os.Remove(path)
	}
	return err
}

// dumpPlain dumps a database that is not opened as a catalog.
func dumpPlain(ctx context.Context, db *sql.DB, d dialect, w io.Writer) error {
	st, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: d.name == "postgres"})
	if err != nil {
		return d.translate(err)
	}
	defer st.Rollback() // it wrote nothing
	t := &tx{run: postgresTx{st}, d: d}
	defer t.end()
	_, err = t.dump(ctx, w)
	return err
}

package catalog

// dialect holds the few expressions that cannot be one text for both engines.
type dialect struct {
	name string
	// chooses says that the way a list is found is chosen by us (plan.go) and not by the database.
	chooses bool
	// few is how many rows may then be read and sorted for one page; some milliseconds.
	few int
	// counting follows the name of the table in a count: SQLite would rather group by an index that has to look at every row.
	counting string
	// inJSON says that a column is one of the texts in a JSON array, given as the parameter "?".
	inJSON func(column string) string
	// claimLock ends the inner SELECT of a claim: on PostgreSQL workers skip the job another one is taking.
	claimLock string
	// leaderLock is run before the unnumbered events are read, so that one sequencer works at a time; "" where there is
	// one writer anyway.
	leaderLock string
	// slot is the row of an account that this transaction books on. On PostgreSQL transactions that run at once have
	// different ones, so that none waits for another; SQLite has one writer and needs one.
	slot string
	// bytes is the type of a column of bytes, where a parameter has to be told it is one.
	bytes string
	// translate makes an archive.Error of what the driver said.
	translate func(error) error
}

var sqliteDialect = dialect{
	name:      "sqlite",
	chooses:   true,
	few:       4000,
	counting:  " INDEXED BY documents_custodian",
	inJSON:    func(column string) string { return column + " IN (SELECT value FROM json_each(?))" },
	slot:      "0",
	bytes:     "BLOB",
	translate: translateSQLite,
}

var postgresDialect = dialect{
	name: "postgres",
	inJSON: func(column string) string {
		return column + " = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(? AS jsonb))))"
	},
	bytes:      "BYTEA",
	slot:       "pg_backend_pid() % 64",
	claimLock:  " FOR UPDATE SKIP LOCKED",
	leaderLock: "SELECT pg_advisory_xact_lock(7365716131)", // any number, the same in every process
	translate:  translatePostgres,
}

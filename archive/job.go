package archive

import "time"

// JobKind names what is to be done.
type JobKind string

const (
	JobRead JobKind = "read" // recognise a version's pages
	JobBulk JobKind = "bulk" // one act on many papers; its key is the batch
	JobScan JobKind = "scan" // look for viruses in a paper that was quarantined because the scanner was away
)

// Job is work to do later, kept in the catalog. It is done at least once, so its worker is idempotent.
type Job struct {
	ID         ID
	Kind       JobKind
	Key        string // one unfinished job per kind and key
	Document   ID
	Version    int
	Priority   int // higher first
	RunAt      time.Time
	Attempts   int // claims so far
	LeaseUntil time.Time
	Node       string
	Done       int // progress
	Total      int
	LastError  string
	CreatedAt  time.Time
}

// JobCounts is how many jobs stand where.
type JobCounts struct {
	Due     int
	Later   int
	Running int
	Failed  int
	Oldest  time.Time // creation of the oldest due job; zero when none
}

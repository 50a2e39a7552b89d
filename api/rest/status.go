package rest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

func (s *server) status() {
	huma.Register(s.api, operation("get-status", http.MethodGet, "/status", "house", "State of the house, for administrators"), s.getStatus)
}

// Status is the state of the house.
type Status struct {
	Version   string              `json:"version"`
	Commit    string              `json:"commit,omitempty"`
	Node      string              `json:"node"`
	StartedAt time.Time           `json:"started_at"`
	Sandbox   string              `json:"sandbox,omitempty" doc:"Level the children reached"`
	Store     string              `json:"store,omitempty"`
	Stores    []Store             `json:"stores" doc:"Where papers are kept, and what the servers of buckets were found to do"`
	Catalog   string              `json:"catalog,omitempty"`
	Disk      *Disk               `json:"disk,omitempty" doc:"The file system the store lies on; the spool's where the store is a bucket"`
	Disks     []DiskState         `json:"disks" doc:"Every file system the house writes to"`
	Agencies  []AgencyUse         `json:"agencies" doc:"The ten agencies that keep most"`
	Jobs      map[string]JobCount `json:"jobs" doc:"By kind"`
	Intents   int                 `json:"intents" doc:"Writes under way or left by a crash"`
	Index     IndexState          `json:"index"`
	Documents map[string]int      `json:"documents" doc:"By state"`
	Second    *SecondStore        `json:"second_store,omitempty" doc:"Absent where there is one store only"`
	Scrub     Scrub               `json:"scrub"`
	Inbox     *Inbox              `json:"inbox,omitempty" doc:"The folder network scanners write to; absent when there is none"`
	Reader    string              `json:"reader" doc:"Empty when papers can be read; else what is missing"`
	Scanner   Scanner             `json:"scanner" doc:"Who looks for viruses"`
}

// Scanner is the state of the virus scanner.
type Scanner struct {
	State   string `json:"state" enum:"off,ready,away" doc:"While it is away what comes in waits in quarantine"`
	Message string `json:"message,omitempty" doc:"Why it is away"`
}

// Disk is the room left where the store lies.
type Disk struct {
	FreeBytes  int64 `json:"free_bytes"`
	TotalBytes int64 `json:"total_bytes"`
}

// DiskState is a file system and what of the house lies on it.
type DiskState struct {
	Uses       []string `json:"uses" doc:"store, second store, catalog, spool, quarantine, derived, index, scratch"`
	FreeBytes  int64    `json:"free_bytes"`
	TotalBytes int64    `json:"total_bytes"`
	Warn       bool     `json:"warn" doc:"It is filling up"`
	Full       bool     `json:"full" doc:"Less than the reserve is free: no paper is taken in until there is room"`
}

// AgencyUse is what an agency keeps and took in today, with the quotas that bind it.
type AgencyUse struct {
	Agency      AgencyRef `json:"agency"`
	Papers      int64     `json:"papers"`
	Bytes       int64     `json:"bytes"`
	PapersToday int64     `json:"papers_today"`
	BytesToday  int64     `json:"bytes_today"`
	Quota       *Quota    `json:"quota,omitempty" doc:"In force: granted to it, else the house's; absent members bind nothing"`
}

// JobCount is how many jobs stand where.
type JobCount struct {
	Due     int        `json:"due"`
	Later   int        `json:"later"`
	Running int        `json:"running"`
	Failed  int        `json:"failed"`
	Oldest  *time.Time `json:"oldest,omitempty" doc:"When the oldest due job was made"`
}

// IndexState is how far the index has followed.
type IndexState struct {
	Documents int64 `json:"documents"`
	Position  int64 `json:"position" doc:"Number of the last event it holds; -1 for none"`
	LastEvent int64 `json:"last_event" doc:"Newest number of the log; -1 for none"`
	Lag       int64 `json:"lag" doc:"Events still to come"`
}

// SecondStore says how far the second copy of the store has followed.
type SecondStore struct {
	Mode  string     `json:"mode" enum:"wait,follow"`
	Lag   int64      `json:"lag" doc:"Events whose papers it may not have yet"`
	Since *time.Time `json:"since,omitempty" doc:"When the oldest of them happened"`
	Away  bool       `json:"away" doc:"It cannot be reached: papers wait to be copied there; with wait, no paper is taken in until it is back"`
}

// Scrub says how far the reading of every stored byte is.
type Scrub struct {
	BeganAt  *time.Time `json:"began_at,omitempty" doc:"Of the pass under way, or of the last"`
	EndedAt  *time.Time `json:"ended_at,omitempty" doc:"Absent while a pass is under way"`
	SoundAt  *time.Time `json:"sound_at,omitempty" doc:"When the last pass ended that left no damage"`
	Objects  int64      `json:"objects"`
	Bytes    int64      `json:"bytes"`
	Damaged  int64      `json:"damaged" doc:"Objects with damage"`
	Repaired int64      `json:"repaired" doc:"Files written again from the other copy"`
	Left     int64      `json:"left" doc:"Objects whose damage no copy could mend"`
}

type statusOut struct{ Body Status }

func (s *server) getStatus(ctx context.Context, _ *struct{}) (*statusOut, error) {
	st, err := s.Archive.Status(ctx, s.Who(ctx))
	if err != nil {
		return nil, err
	}
	var house House
	if s.House != nil {
		house = s.House(ctx)
	}
	out := Status{Version: house.Version, Commit: house.Commit, Node: st.Node, StartedAt: local(st.Started), Sandbox: house.Sandbox, Store: house.Store, Catalog: house.Catalog,
		Jobs: map[string]JobCount{}, Intents: st.Intents, Documents: map[string]int{}, Reader: st.ReaderMsg.In(s.Lang(ctx)),
		Scanner: Scanner{string(st.Scanner), st.ScanMsg.In(s.Lang(ctx))},
		Index:   IndexState{Documents: st.Indexed, Position: st.IndexedTo, LastEvent: st.LastEvent, Lag: max(0, st.LastEvent-st.IndexedTo)}}
	if in := house.Inbox; in != nil {
		told := *in
		if told.LastTakenAt != nil {
			told.LastTakenAt = localPtr(*told.LastTakenAt)
		}
		out.Inbox = &told
	}
	out.Stores = []Store{}
	for _, st := range house.Stores {
		for _, w := range st.Concerns {
			st.Warnings = append(st.Warnings, w.In(s.Lang(ctx)))
		}
		out.Stores = append(out.Stores, st)
	}
	out.Disks, out.Agencies = []DiskState{}, []AgencyUse{}
	for _, d := range st.Disks {
		out.Disks = append(out.Disks, DiskState{d.Uses, d.Free, d.Total, d.Warn, d.Full})
		if slices.Contains(d.Uses, "store") || out.Disk == nil && slices.Contains(d.Uses, "spool") { // of a bucket only the spool lies here
			out.Disk = &Disk{d.Free, d.Total}
		}
	}
	name, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	for _, u := range st.Agencies[:min(10, len(st.Agencies))] {
		a := AgencyUse{Agency: AgencyRef{u.Custodian.String(), name(u.Custodian)}, Papers: u.Kept.Papers, Bytes: u.Kept.Bytes, PapersToday: u.Today.Papers, BytesToday: u.Today.Bytes}
		if q := s.Archive.AgencyQuota(u.Custodian); q != (archive.QuotaLimits{}) {
			a.Quota = &Quota{positive(q.AgencyTotal), positive(q.AgencyPapers), positive(q.AgencyBytes)}
		}
		out.Agencies = append(out.Agencies, a)
	}
	if st.Second.Mode != "" {
		out.Second = &SecondStore{st.Second.Mode, st.Second.Lag, localPtr(st.Second.Since), st.Second.Away}
	}
	r := st.Scrub
	out.Scrub = Scrub{localPtr(r.Began), localPtr(r.Ended), localPtr(r.Sound), r.Objects, r.Bytes, r.Damaged, r.Repaired, r.Left}
	for kind, n := range st.Jobs {
		out.Jobs[string(kind)] = JobCount{n.Due, n.Later, n.Running, n.Failed, localPtr(n.Oldest)}
	}
	for _, state := range archive.States {
		out.Documents[string(state)] = st.States[state]
	}
	return &statusOut{out}, nil
}

func positive(n int64) *int64 {
	if n <= 0 {
		return nil
	}
	return &n
}

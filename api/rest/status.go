package rest

import (
	"context"
	"net/http"
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
	Catalog   string              `json:"catalog,omitempty"`
	Disk      *Disk               `json:"disk,omitempty"`
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
	if house.DiskTotal > 0 {
		out.Disk = &Disk{house.DiskFree, house.DiskTotal}
	}
	if st.Second.Mode != "" {
		out.Second = &SecondStore{st.Second.Mode, st.Second.Lag, localPtr(st.Second.Since)}
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

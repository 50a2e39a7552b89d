package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/archive"
)

func (s *server) limits() {
	op := operation("get-limits", http.MethodGet, "/limits", "house", "Limits, and what is left of the caller's quotas")
	op.Description = "What a program or a page can know before it sends a file. The quotas are those of the caller and of one agency; the list is empty where none is set, and for callers who may not deposit."
	huma.Register(s.api, op, s.getLimits)
}

// Limits is what a caller should know before it sends something.
type Limits struct {
	MaxFileBytes     int64    `json:"max_file_bytes"`
	MediaTypes       []string `json:"media_types" doc:"Found out by looking into the file"`
	MaxPages         int      `json:"max_pages" doc:"Of one paper"`
	MaxImagePixels   int64    `json:"max_image_pixels"`
	MaxMetadataBytes int64    `json:"max_metadata_bytes" doc:"JSON of one request"`
	MaxFileName      int      `json:"max_file_name" doc:"Characters; longer names are cut"`
	MaxFieldText     int      `json:"max_field_text" doc:"Characters; longer values are cut"`
	MaxListRows      int      `json:"max_list_rows"`
	MaxQueryText     int      `json:"max_query_text" doc:"Characters of a search"`
	MaxTableBytes    int64    `json:"max_table_bytes" doc:"CSV loaded into the registry"`
	MaxTableRows     int      `json:"max_table_rows"`
	UploadsAtOnce    int      `json:"uploads_at_once" doc:"Of all callers together"`
	StorageFull      bool     `json:"storage_full" doc:"No paper is taken in just now: 507 storage_full"`
	Quotas           []UseOf  `json:"quotas"`
}

// UseOf is one quota and how much of it is used.
type UseOf struct {
	Name     string     `json:"name" enum:"user_papers_per_day,user_bytes_per_day,agency_papers_per_day,agency_bytes_per_day,agency_bytes"`
	Limit    int64      `json:"limit"`
	Used     int64      `json:"used"`
	Warn     bool       `json:"warn" doc:"Four fifths are used"`
	ResetsAt *time.Time `json:"resets_at,omitempty" doc:"Absent for what does not begin again"`
}

type limitsIn struct {
	Agency string `query:"agency" doc:"The quotas of a deposit for this agency; default the caller's own"`
}

type limitsOut struct{ Body Limits }

func (s *server) getLimits(ctx context.Context, in *limitsIn) (*limitsOut, error) {
	var p parser
	agency := p.agency("query.agency", in.Agency)
	if err := p.err(); err != nil {
		return nil, err
	}
	l := s.Archive.Limits
	out := Limits{MaxFileBytes: l.FileBytes, MediaTypes: []string{archive.PDF, archive.JPEG, archive.PNG, archive.TIFF}, MaxPages: l.Inspect.Pages, MaxImagePixels: l.Inspect.ImagePixels,
		MaxMetadataBytes: l.MetadataBytes, MaxFileName: l.FileName, MaxFieldText: l.FieldText, MaxListRows: l.ListRows, MaxQueryText: l.QueryText,
		MaxTableBytes: l.Door.TableBytes, MaxTableRows: l.Door.TableRows, UploadsAtOnce: l.Door.Uploads, StorageFull: s.Archive.StorageFull(), Quotas: []UseOf{}}
	quotas, err := s.Archive.Allowances(ctx, s.Who(ctx), agency)
	if err != nil && agency != "" { // asked for one that is not the caller's; without a wish there is nothing to refuse
		return nil, err
	}
	if err != nil && archive.KindOf(err) != archive.Forbidden && archive.KindOf(err) != archive.NotFound {
		return nil, err
	}
	for _, q := range quotas {
		u := UseOf{Name: q.Name, Limit: q.Limit, Used: q.Used, Warn: q.Warn()}
		if q.Daily {
			u.ResetsAt = localPtr(archive.Tomorrow(s.now()))
		}
		out.Quotas = append(out.Quotas, u)
	}
	return &limitsOut{out}, nil
}

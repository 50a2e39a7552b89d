package rest

import (
	"context"

	"sohoa/archive"
)

// FoundCount is how often one thing was found with the papers of one custodian.
type FoundCount struct {
	Custodian AgencyRef `json:"custodian"`
	Code      string    `json:"code" example:"skewed"`
	Name      string    `json:"name,omitempty" doc:"In a few words; absent where the code is about the file and not about the scan"`
	Papers    int       `json:"papers"`
	Pages     int       `json:"pages" doc:"Pages named; a finding about a whole paper counts as one"`
}

// FoundCounts is the whole table: a row for each custodian the caller sees and each code.
type FoundCounts struct {
	Items []FoundCount `json:"items"`
}

type countFindingsIn struct {
	CreatedFrom string `query:"created_from" doc:"Deposited since: time or day"`
	CreatedTo   string `query:"created_to" doc:"Deposited before: time, exclusive, or day"`
}

type countFindingsOut struct{ Body FoundCounts }

func (s *server) countFindings(ctx context.Context, in *countFindingsIn) (*countFindingsOut, error) {
	var p parser
	span := archive.Span{From: p.instant("query.created_from", in.CreatedFrom), To: p.instant("query.created_to", in.CreatedTo)}
	if err := p.err(); err != nil {
		return nil, err
	}
	counts, err := s.Archive.Found(ctx, s.Who(ctx), span)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	short := map[string]string{}
	for _, f := range archive.ScanFindings {
		short[f.Code] = f.Name.In(s.Lang(ctx))
	}
	out := FoundCounts{Items: make([]FoundCount, 0, len(counts))}
	for _, c := range counts {
		out.Items = append(out.Items, FoundCount{AgencyRef{c.Custodian.String(), names(c.Custodian)}, c.Code, short[c.Code], c.Papers, c.Pages})
	}
	return &countFindingsOut{out}, nil
}

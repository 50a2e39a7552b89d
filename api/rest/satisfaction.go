package rest

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"sohoa/internal/sheet"
)

// Satisfaction counts what applicants said of one agency in one month.
type Satisfaction struct {
	Month   string    `json:"month" example:"2026-11"`
	Agency  AgencyRef `json:"agency"`
	Counts  []int     `json:"counts" doc:"Answers of 1, 2, 3, 4 and 5"`
	Total   int       `json:"total"`
	Content int       `json:"content" doc:"Answers of 4 and 5"`
	Ratio   float64   `json:"ratio" doc:"content of total"`
}

// SatisfactionList is the counts of several months and agencies.
type SatisfactionList struct {
	Items []Satisfaction `json:"items"`
}

type satisfactionIn struct {
	From   string `query:"from" maxLength:"10" doc:"First month, as any day of it"`
	To     string `query:"to" maxLength:"10" doc:"Last month, as any day of it"`
	Format string `query:"format" enum:"json,csv" default:"json"`
}

func (s *server) satisfaction() {
	op := operation("get-satisfaction", http.MethodGet, "/satisfaction", "dossiers", "What applicants said of the service, by agency and month")
	op.Description = "Of agencies in the caller's scope, the newest month first. A month without answers has no line: nobody said anything, which is not nought."
	op.Responses = map[string]*huma.Response{"200": s.json("The counts", schema[SatisfactionList](s))}
	op.Responses["200"].Content["text/csv"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	huma.Register(s.api, op, s.getSatisfaction)
}

func (s *server) getSatisfaction(ctx context.Context, in *satisfactionIn) (*eventsOut, error) {
	var p parser
	from, to := p.date("query.from", in.From), p.date("query.to", in.To)
	if err := p.err(); err != nil {
		return nil, err
	}
	got, err := s.Archive.Satisfaction(ctx, s.Who(ctx), from, to)
	if err != nil {
		return nil, err
	}
	name, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	out := SatisfactionList{Items: []Satisfaction{}}
	for _, r := range got.Rows {
		out.Items = append(out.Items, Satisfaction{Month: r.Month.String()[:7], Agency: AgencyRef{r.Custodian.String(), name(r.Custodian)}, Counts: r.Counts[:], Total: r.Total(), Content: r.Content(), Ratio: float64(r.Content()) / float64(max(1, r.Total()))})
	}
	if in.Format == "csv" {
		return &eventsOut{func(hc huma.Context) { satisfactionTable(hc, out.Items) }}, nil
	}
	return &eventsOut{func(hc huma.Context) {
		hc.SetHeader("Content-Type", "application/json")
		hc.SetStatus(http.StatusOK)
		_ = json.NewEncoder(hc.BodyWriter()).Encode(out) // the caller is gone: nobody is left to be told
	}}, nil
}

func satisfactionTable(hc huma.Context, rows []Satisfaction) {
	hc.SetHeader("Content-Type", "text/csv; charset=utf-8")
	hc.SetHeader("Content-Disposition", `attachment; filename="satisfaction.csv"`)
	hc.SetStatus(http.StatusOK)
	w := csv.NewWriter(hc.BodyWriter())
	_ = w.Write([]string{"month", "agency", "agency_name", "scale_1", "scale_2", "scale_3", "scale_4", "scale_5", "total", "content", "ratio"})
	for _, r := range rows {
		row := []string{r.Month, r.Agency.Code, sheet.Guard(r.Agency.Name)}
		for _, n := range r.Counts {
			row = append(row, strconv.Itoa(n))
		}
		_ = w.Write(append(row, strconv.Itoa(r.Total), strconv.Itoa(r.Content), strconv.FormatFloat(r.Ratio, 'f', 4, 64)))
	}
	w.Flush()
}

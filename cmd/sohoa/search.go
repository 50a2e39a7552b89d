package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"sohoa/archive"
)

// found is a search answer in the shape of the API, whichever way it was had.
type found struct {
	Total *int64 `json:"total"`
	Items []struct {
		Document struct {
			ID        string `json:"id"`
			State     string `json:"state"`
			Type      string `json:"type"`
			Number    string `json:"number"`
			Notation  string `json:"notation"`
			Subject   string `json:"subject"`
			IssuedOn  string `json:"issued_on"`
			Dossier   string `json:"dossier_code"`
			PageCount int    `json:"page_count"`
		} `json:"document"`
		Score    float64 `json:"score"`
		Snippets []struct {
			Field string `json:"field"`
			Page  int    `json:"page"`
			Parts []struct {
				Text string `json:"text"`
				Hit  bool   `json:"hit"`
			} `json:"parts"`
		} `json:"snippets"`
	} `json:"items"`
	Next       string `json:"next"`
	DidYouMean string `json:"did_you_mean,omitempty"`
}

// search is `sohoa search "câu hỏi"`.
func search(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	var asJSON bool
	var limit int
	fs := o.flags(e, "search")
	o.remote(fs)
	fs.BoolVar(&asJSON, "json", false, "print the answer as JSON, as the API gives it")
	fs.IntVar(&limit, "limit", 20, "most results")
	words, err := o.parseMixed(e, fs, args)
	if err != nil {
		return exitFailed, err
	}
	q := strings.Join(words, " ")
	if strings.TrimSpace(q) == "" {
		return exitFailed, errors.New(`usage: sohoa search "câu hỏi" [--json]`)
	}
	var answer found
	if o.server != "" {
		c, err := newClient(e, o.server)
		if err != nil {
			return exitFailed, err
		}
		err = c.do(ctx, "GET", "/search?q="+url.QueryEscape(q)+"&limit="+strconv.Itoa(limit), nil, nil, -1, &answer)
		if err != nil {
			return exitFailed, err
		}
	} else if err := searchHere(ctx, e, &o, q, limit, &answer); err != nil {
		return exitFailed, err
	}
	if asJSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return exitDone, enc.Encode(answer)
	}
	printFound(e.stdout, &answer, isTerminal(e.stdout), e.lang)
	return exitDone, nil
}

func searchHere(ctx context.Context, e *env, o *options, q string, limit int, answer *found) error {
	h, err := openHouse(ctx, e, o, parts{index: true})
	if err != nil {
		return err
	}
	defer h.Close()
	// What was accepted before the last stop and is not indexed yet is indexed now, so that the answer is whole.
	if err := h.catchUp(ctx); err != nil {
		return err
	}
	f, err := h.archive.Search(ctx, archive.System, archive.Query{Text: q, Limit: limit})
	if err != nil {
		return err
	}
	b, err := json.Marshal(shapeFound(f))
	if err != nil {
		return err
	}
	return json.Unmarshal(b, answer)
}

// catchUp numbers, copies and indexes what is left over, for commands that run without a server.
func (h *house) catchUp(ctx context.Context) error {
	for {
		n, err := h.archive.Ledger.Sequence(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	for {
		n, err := h.archive.MirrorStep(ctx)
		if err != nil && archive.KindOf(err) == archive.Unavailable {
			h.log.Warn("the second store is away; the next server copies what it lacks", "err", err)
			break
		}
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	for {
		n, err := h.archive.IndexStep(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

func shapeFound(f archive.Found) map[string]any {
	items := []map[string]any{}
	for _, hit := range f.Hits {
		d := f.Documents[hit.Document]
		snippets := []map[string]any{}
		for _, s := range hit.Snippets {
			parts := []map[string]any{}
			for _, p := range s.Parts {
				parts = append(parts, map[string]any{"text": p.Text, "hit": p.Hit})
			}
			snippets = append(snippets, map[string]any{"field": s.Field, "page": s.Page, "parts": parts})
		}
		items = append(items, map[string]any{"score": hit.Score, "snippets": snippets, "document": map[string]any{
			"id": d.ID, "state": d.State, "type": d.Fields.Type, "number": d.Fields.Number, "notation": d.Fields.Notation, "subject": d.Fields.Subject,
			"issued_on": d.Fields.IssuedOn, "dossier_code": d.Dossier, "page_count": d.PageCount()}})
	}
	out := map[string]any{"items": items, "next": f.Next, "total": nil}
	if f.Counted {
		out["total"] = f.Total
	}
	if f.DidYouMean != "" {
		out["did_you_mean"] = f.DidYouMean
	}
	return out
}

// printFound writes results for a person. Text from papers is stripped of control characters before it meets a terminal.
func printFound(w io.Writer, a *found, colour bool, lang string) {
	on, off := "", ""
	if colour {
		on, off = "\x1b[1m", "\x1b[0m"
	}
	if a.Total != nil {
		fmt.Fprintf(w, "%d %s\n", *a.Total, archive.Text{VI: "kết quả", EN: "found"}.In(lang))
	}
	if a.DidYouMean != "" {
		fmt.Fprintf(w, "%s %s\n", archive.Text{VI: "Có phải bạn tìm:", EN: "Did you mean:"}.In(lang), printable(a.DidYouMean))
	}
	for _, it := range a.Items {
		d := it.Document
		title := strings.TrimSpace(d.Type + " " + d.Number + joinIf(d.Number, "/", d.Notation) + "  " + d.Subject)
		if title == "" {
			title = archive.Text{VI: "(chưa có thông tin)", EN: "(no fields yet)"}.In(lang)
		}
		fmt.Fprintf(w, "\n%s  [%s] %s\n", d.ID, d.State, printable(title))
		for _, s := range it.Snippets {
			var b strings.Builder
			for _, p := range s.Parts {
				if p.Hit {
					b.WriteString(on + printable(p.Text) + off)
				} else {
					b.WriteString(printable(p.Text))
				}
			}
			where := s.Field
			if s.Page > 0 {
				where = fmt.Sprintf("%s %d", archive.Text{VI: "trang", EN: "page"}.In(lang), s.Page)
			}
			fmt.Fprintf(w, "    %s: %s\n", where, b.String())
		}
	}
}

func joinIf(a, sep, b string) string {
	if a == "" || b == "" {
		return b
	}
	return sep + b
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

package rest

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"sohoa/archive"
)

// maxFaults bounds how many wrong lines one answer names.
const maxFaults = 100

// Loaded says how many lines of a CSV file were taken.
type Loaded struct {
	Loaded int `json:"loaded"`
}

// loads lets an operation take text/csv too: many at once, all or none, faults named by line.
func (s *server) loads(op *huma.Operation, columns string, load func(context.Context, *table) (int, error)) {
	op.MaxBodyBytes = s.Archive.Limits.MetadataBytes
	op.DefaultStatus = http.StatusCreated
	op.Description = "With `Content-Type: text/csv` a whole table is added or changed, all lines or none. The first line names the columns: " + columns +
		". Columns are parted by commas or semicolons, values inside a cell by a vertical bar. Faults are named `line 12.name`."
	op.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}}
	op.Responses = map[string]*huma.Response{"200": s.json("The table was taken", schema[Loaded](s))}
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		if typ, _, _ := mime.ParseMediaType(ctx.Header("Content-Type")); typ != "text/csv" {
			next(ctx)
			return
		}
		c := humagin.Unwrap(ctx)
		t, err := readTable(io.LimitReader(c.Request.Body, s.Archive.Limits.Door.TableBytes+1), strings.Split(columns, ","), s.Archive.Limits.Door)
		n := 0
		if err == nil {
			n, err = load(c.Request.Context(), t)
		}
		if err != nil {
			s.Fail(c, err)
			return
		}
		body, err := encode(Loaded{n})
		if err != nil {
			s.Fail(c, err)
			return
		}
		send(c, http.StatusOK, nil, body)
	})
}

// table is a CSV file being read line by line.
type table struct {
	r       *csv.Reader
	read    *counter
	columns []string // as the file has them
	row     []string
	line    int
	rows    int // that were not empty
	limits  archive.DoorLimits
	failed  error
}

// counter counts what passes, so that a file cut by the limit is not taken for a whole one.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// readTable reads the first line. Every column must be one of known; the first of known must be there.
func readTable(r io.Reader, known []string, l archive.DoorLimits) (*table, error) {
	t := &table{read: &counter{r: r}, limits: l}
	b := bufio.NewReaderSize(t.read, 64<<10)
	if bom, _ := b.Peek(3); string(bom) == "\xef\xbb\xbf" {
		_, _ = b.Discard(3)
	}
	first, _ := b.Peek(4096)
	head, _, _ := strings.Cut(string(first), "\n")
	t.r = csv.NewReader(b)
	t.r.FieldsPerRecord = -1
	t.r.TrimLeadingSpace = true
	if strings.Count(head, ";") > strings.Count(head, ",") { // what spreadsheets write where the comma parts decimals
		t.r.Comma = ';'
	}
	var p parser
	row, err := t.r.Read()
	if err != nil && !errors.Is(err, io.EOF) && !isCSV(err) {
		return nil, err
	}
	for _, name := range row {
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(known, name) {
			p.fault("line 1."+Name(name), "unknown_column", archive.Text{VI: "Không có cột này.", EN: "There is no such column."})
		}
		t.columns = append(t.columns, name)
	}
	if !slices.Contains(t.columns, known[0]) && len(p.faults) == 0 {
		p.fault("line 1."+known[0], "required", archive.Text{VI: "Dòng đầu phải có tên các cột.", EN: "The first line must name the columns."})
	}
	return t, p.err()
}

func isCSV(err error) bool {
	var e *csv.ParseError
	return errors.As(err, &e)
}

// next goes to the next line that is not empty. It stops when the file ends, breaks off, or has too many faults.
func (t *table) next(p *parser) bool {
	for len(p.faults) < maxFaults {
		row, err := t.r.Read()
		if isCSV(err) {
			var e *csv.ParseError
			errors.As(err, &e)
			p.fault(fmt.Sprintf("line %d", e.Line), "not_csv", archive.Text{VI: "Dòng này không đúng dạng CSV.", EN: "This line is not CSV."})
			return false
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.failed = err
			}
			return false
		}
		t.row, t.line = row, 0
		t.line, _ = t.r.FieldPos(0)
		if len(row) > len(t.columns) {
			p.fault(fmt.Sprintf("line %d", t.line), "too_many_cells", archive.Text{VI: "Dòng này có nhiều ô hơn số cột.", EN: "This line has more cells than there are columns."})
			continue
		}
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		if t.rows++; t.rows > t.limits.TableRows {
			t.failed = archive.Errorf(archive.TooLarge, "table of more than %d lines", t.limits.TableRows)
			return false
		}
		return true
	}
	return false
}

func (t *table) at() string { return fmt.Sprintf("line %d.", t.line) }

func (t *table) cell(column string) string {
	if i := slices.Index(t.columns, column); i >= 0 && i < len(t.row) {
		return strings.TrimSpace(t.row[i])
	}
	return ""
}

// list reads a cell of several values.
func (t *table) list(column string) []string {
	var out []string
	for v := range strings.SplitSeq(t.cell(column), "|") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// err returns why the table cannot be taken, or nil.
func (t *table) err(p *parser) error {
	switch {
	case t.failed != nil:
		return t.failed
	case t.read.n > t.limits.TableBytes:
		return archive.Errorf(archive.TooLarge, "table over %d bytes", t.limits.TableBytes)
	}
	return p.err()
}

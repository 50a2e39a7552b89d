package intake

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"

	"sohoa/internal/sheet"
)

// Report is the table a run leaves: one row for each file it looked at, written as the file is done with, so that it can be
// read while a watch goes on. It is not safe for concurrent use; Config.Each is called by one at a time.
type Report struct {
	f *os.File
	w *csv.Writer
}

// OpenReport begins a report in place of an older one. The caller closes it.
func OpenReport(path string) (*Report, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	r := &Report{f, csv.NewWriter(f)}
	f.WriteString("\ufeff") // spreadsheet programs take it for UTF-8 only so
	r.w.Write([]string{"file", "outcome", "code", "reason", "document"})
	return r, r.flush()
}

// Add writes the row of one file, its reason in lang.
func (r *Report) Add(res Result, lang string) error {
	row := []string{Printable(res.File.Path), string(res.Outcome), res.Code, res.Reason(lang), res.Document}
	for i := range row {
		row[i] = sheet.Guard(row[i])
	}
	r.w.Write(row)
	return r.flush()
}

func (r *Report) flush() error {
	r.w.Flush()
	if err := r.w.Error(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// Close ends the report.
func (r *Report) Close() error { return errors.Join(r.flush(), r.f.Close()) }

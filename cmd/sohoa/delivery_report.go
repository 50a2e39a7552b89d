package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"sohoa/archive"
	"sohoa/archive/delivery"
	"sohoa/cmd/sohoa/intake"
	"sohoa/internal/sheet"
)

// report writes the delivery's own table again, row by row in the same places, with what became of each row behind it. The file
// gets its name when it is whole: power lost before that leaves an older report, or none, and a hidden file.
func (d *deliveryRun) report(left []string) (err error) {
	fail := func(err error) error { return fmt.Errorf("write report %s: %w", d.opt.report, err) }
	f, err := os.CreateTemp(filepath.Dir(d.opt.report), ".sohoa-report-*")
	if err != nil {
		return fail(err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	b := bufio.NewWriterSize(f, 1<<16)
	if err := d.writeReport(b, left); err != nil {
		return fail(err)
	}
	if err := b.Flush(); err != nil {
		return fail(err)
	}
	if err := f.Chmod(d.perm); err != nil { // who may read the index may read its report
		return fail(err)
	}
	if err := f.Sync(); err != nil {
		return fail(err)
	}
	if err := f.Close(); err != nil {
		return fail(err)
	}
	if err := os.Rename(f.Name(), d.opt.report); err != nil {
		return fail(err)
	}
	return nil
}

func (d *deliveryRun) writeReport(to io.Writer, left []string) error {
	if strings.EqualFold(filepath.Ext(d.opt.report), ".csv") {
		w := sheet.NewCSV(to)
		places, err := d.reportRows(w)
		if err != nil {
			return err
		}
		// A table without sheets has one place for the files that no row names: below the rows.
		for _, path := range left {
			row := make([]sheet.Out, places.width)
			row[d.index.Header.At(d.index.FileColumn())].Text = intake.Printable(path)
			row[places.at[delivery.ReportStatus]].Text = noRowText.In(d.env.lang)
			if err := w.Row(0, row...); err != nil {
				return err
			}
		}
		return w.Close()
	}
	book := sheet.NewBook(to)
	if err := book.Sheet(sheet.Page{Name: d.say("Kết quả", "Result"), Widths: d.widths(), Header: d.index.Header.Line}); err != nil {
		return err
	}
	if _, err := d.reportRows(book); err != nil {
		return err
	}
	if len(left) > 0 {
		if err := book.Sheet(sheet.Page{Name: d.say("Tệp không có dòng", "Files without a row"), Widths: []float64{80}, Header: 1}); err != nil {
			return err
		}
		if err := book.Row(0, sheet.Headings(d.say("Tệp", "File"))...); err != nil {
			return err
		}
		for _, path := range left {
			if err := book.Row(0, sheet.Texts(intake.Printable(path))...); err != nil {
				return err
			}
		}
	}
	return book.Close()
}

var noRowText = archive.Text{VI: "tệp không có dòng nào nêu", EN: "no row names this file"}

// places are where the report's own columns stand: where an earlier report had them, else behind the table.
type places struct {
	at    map[delivery.Column]int
	width int
}

var reportTitles = []struct {
	column delivery.Column
	title  archive.Text
	width  float64
}{
	{delivery.ReportLine, archive.Text{VI: "Sohoa: dòng", EN: "Sohoa: line"}, 12},
	{delivery.ReportStatus, archive.Text{VI: "Sohoa: kết quả", EN: "Sohoa: status"}, 18},
	{delivery.ReportPaper, archive.Text{VI: "Sohoa: mã giấy tờ", EN: "Sohoa: paper id"}, 38},
	{delivery.ReportErrors, archive.Text{VI: "Sohoa: lỗi", EN: "Sohoa: errors"}, 80},
}

func (d *deliveryRun) places() places {
	p := places{at: map[delivery.Column]int{}, width: d.index.Width()}
	for _, r := range reportTitles {
		if p.at[r.column] = d.index.Header.At(r.column); p.at[r.column] < 0 {
			p.at[r.column] = p.width
			p.width++
		}
	}
	return p
}

// widths give the columns that hold sentences room.
func (d *deliveryRun) widths() []float64 {
	p := d.places()
	w := make([]float64, p.width)
	for i, title := range d.index.Header.Titles { // at least the heading is read whole
		w[i] = float64(min(30, max(9, utf8.RuneCountInString(title)+3)))
	}
	for c, width := range map[delivery.Column]float64{delivery.File: 32, delivery.Folder: 32, delivery.Subject: 50, delivery.Dossier: 26, delivery.IssuingAgency: 30, delivery.NumberNotation: 16,
		delivery.IssuedOn: 12, delivery.OwnerID: 15, delivery.OwnerName: 24, delivery.SignerName: 24, delivery.SignerPosition: 18} {
		if at := d.index.Header.At(c); at >= 0 {
			w[at] = max(w[at], width)
		}
	}
	for _, r := range reportTitles {
		w[p.at[r.column]] = r.width
	}
	return w
}

// reportRows walks the index once more beside its outcomes, which are in the order of its lines.
func (d *deliveryRun) reportRows(w sheet.Writer) (places, error) {
	p := d.places()
	next := 0
	for row, err := range d.index.Rows() {
		if err != nil {
			return p, err
		}
		out := make([]sheet.Out, p.width)
		for i, c := range row.Cells {
			out[i].Cell = c
		}
		if row.Line == d.index.Header.Line {
			for i := range out {
				out[i].Look = sheet.Heading
			}
			for _, r := range reportTitles {
				out[p.at[r.column]].Cell = sheet.Cell{Text: r.title.In(d.env.lang)}
			}
		}
		if next < len(d.items) && d.items[next].Line == row.Line {
			d.tell(out, &d.items[next], p)
			next++
		}
		last := len(out)
		for last > 0 && out[last-1].Text == "" {
			last--
		}
		if err := w.Row(row.Line, out[:last]...); err != nil {
			return p, err
		}
	}
	return p, nil
}

// tell writes what became of a row into its cells.
func (d *deliveryRun) tell(out []sheet.Out, it *item, p places) {
	var all []string
	for _, f := range it.Faults {
		look, text := sheet.Wrong, f.Msg.In(d.env.lang)
		if f.Severity == archive.Warning {
			look, text = sheet.Doubtful, d.say("Xem lại: ", "Look again: ")+text
		}
		if f.At < 0 || f.At >= len(out) {
			all = append(all, text)
			continue
		}
		c := &out[f.At]
		if c.Look != sheet.Wrong {
			c.Look = look
		}
		if c.Note != "" {
			c.Note += "\n"
		}
		c.Note += text
		title := strings.Join(strings.Fields(d.index.Header.Titles[f.At]), " ")
		all = append(all, title+": "+text)
	}
	look := sheet.Plain
	switch it.fate {
	case fateWrong, fateAside, fateChanged:
		look = sheet.Wrong
	case fateUndone:
		look = sheet.Doubtful
	}
	out[p.at[delivery.ReportLine]].Cell = sheet.Cell{Text: strconv.Itoa(it.Line), Kind: sheet.Number, Serial: float64(it.Line)}
	out[p.at[delivery.ReportStatus]] = sheet.Out{Cell: sheet.Cell{Text: fateText[it.fate].In(d.env.lang)}, Look: look}
	out[p.at[delivery.ReportPaper]].Cell = sheet.Cell{Text: it.paper}
	out[p.at[delivery.ReportErrors]] = sheet.Out{Cell: sheet.Cell{Text: strings.Join(all, "; ")}}
}

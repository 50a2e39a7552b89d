package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// The columns of the invented delivery, by their letter in the workbook.
var deliveryColumns = []string{"STT", "Tên tệp", "Mã hồ sơ", "Mã thủ tục", "Loại văn bản", "Số, ký hiệu", "Ngày ban hành", "Cơ quan ban hành", "Trích yếu", "Người ký", "Chủ sở hữu",
	"Số CCCD", "Số trang", "Ngôn ngữ", "Độ mật", "Thành phần/Kết quả", "Mã cơ quan", "Ghi chú"}

// invented is a contractor's delivery: a folder and the rows of its index.
type invented struct {
	t       testing.TB
	dir     string
	rows    [][]any
	wrong   map[string]string // cell → what the report says there
	planted map[int]bool      // rows that must not be taken, by index
	repair  []func()
}

const paperLine = 4 // two rows of titles, the headings, then the papers

// deliver writes n small papers and their rows.
func deliver(t testing.TB, n int, agency string) *invented {
	t.Helper()
	d := &invented{t: t, dir: t.TempDir(), wrong: map[string]string{}, planted: map[int]bool{}}
	for i := range n {
		box := fmt.Sprintf("Hop %02d", i/200)
		name := fmt.Sprintf("to %05d.pdf", i)
		d.write(box+"/"+name, testkit.TextPDF(fmt.Sprintf("to giay so %d", i)))
		file := `hop ` + box[4:] + `\` + name // as the contractor's Windows program writes it
		d.rows = append(d.rows, []any{i + 1, file, fmt.Sprintf("H15.50-%02d1008-%04d", 20+i%5, i%9999), "1.000123", "Quyết định", fmt.Sprintf("%d/QĐ-UBND", i+1), time.Date(2024, 1, 1+i%28, 0, 0, 0, 0, time.UTC),
			"UBND xã Ea Kao", fmt.Sprintf("Về việc cấp phép số %d", i), "Y Bhem Niê", "H'Linh Byă", fmt.Sprintf("0660850%05d", i%99999), 1, "Tiếng Việt", "Thường", "Kết quả", agency, "x"})
	}
	return d
}

func (d *invented) write(name string, b []byte) {
	d.t.Helper()
	path := filepath.Join(d.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		d.t.Fatal(err)
	}
}

func column(title string) int { return slices.Index(deliveryColumns, title) }

func cellName(row int, title string) string {
	name, err := excelize.CoordinatesToCellName(column(title)+1, paperLine+row)
	if err != nil {
		panic(err)
	}
	return name
}

// put changes a cell and remembers how to change it back.
func (d *invented) put(row int, title string, v any) {
	at := column(title)
	was := d.rows[row][at]
	d.rows[row][at] = v
	d.repair = append(d.repair, func() { d.rows[row][at] = was })
}

func (d *invented) path(row int) string {
	return fmt.Sprintf("Hop %02d/to %05d.pdf", row/200, row)
}

// replace changes a file and remembers how to change it back.
func (d *invented) replace(row int, b []byte) {
	path := filepath.Join(d.dir, d.path(row))
	was, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatal(err)
	}
	if b == nil {
		if err := os.Remove(path); err != nil {
			d.t.Fatal(err)
		}
	} else {
		d.write(d.path(row), b)
	}
	d.repair = append(d.repair, func() { d.write(d.path(row), was) })
}

// broken is a cell whose formula failed.
type broken struct{}

// faults are the ways in which a row is made wrong: the column that must be marked, and what must be said there.
var faults = []struct {
	title, says string
	plant       func(d *invented, row int)
}{
	{"Tên tệp", "no such file", func(d *invented, row int) { d.replace(row, nil) }},
	{"Tên tệp", "must lie inside", func(d *invented, row int) { d.put(row, "Tên tệp", `..\..\`+fmt.Sprintf("to %05d.pdf", row)) }},
	{"Tên tệp", "names no file", func(d *invented, row int) { d.put(row, "Tên tệp", nil) }},
	{"Tên tệp", "damaged", func(d *invented, row int) { d.replace(row, []byte("%PDF-1.4\ncut off "+strconv.Itoa(row))) }},
	{"Tên tệp", "script", func(d *invented, row int) { d.replace(row, scripted(row)) }},
	{"Tên tệp", "empty", func(d *invented, row int) { d.replace(row, []byte{}) }},
	{"Tên tệp", "print to PDF", func(d *invented, row int) { d.replace(row, []byte("MZ this is a program "+strconv.Itoa(row))) }},
	{"Tên tệp", "same as that of row", func(d *invented, row int) {
		b, err := os.ReadFile(filepath.Join(d.dir, d.path(row-1)))
		if err != nil {
			d.t.Fatal(err)
		}
		d.replace(row, b)
	}},
	{"Mã hồ sơ", "dossier code", func(d *invented, row int) { d.put(row, "Mã hồ sơ", "H15.50/261008/0975") }},
	{"Mã hồ sơ", "not a real day", func(d *invented, row int) { d.put(row, "Mã hồ sơ", "H15.50-241345-0975") }},
	{"Mã thủ tục", "procedure code", func(d *invented, row int) { d.put(row, "Mã thủ tục", "TTHC-12") }},
	{"Số, ký hiệu", "Longer than", func(d *invented, row int) { d.put(row, "Số, ký hiệu", "1287/"+strings.Repeat("QĐ-UBND", 5)) }},
	{"Số, ký hiệu", "into a day", func(d *invented, row int) {
		d.put(row, "Số, ký hiệu", time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC))
	}},
	{"Ngày ban hành", "not a date", func(d *invented, row int) { d.put(row, "Ngày ban hành", "30/02/2024") }},
	{"Ngày ban hành", "after today", func(d *invented, row int) { d.put(row, "Ngày ban hành", time.Now().AddDate(1, 0, 0)) }},
	{"Ngày ban hành", "before 2 September", func(d *invented, row int) { d.put(row, "Ngày ban hành", "01/01/1945") }},
	{"Trích yếu", "Longer than 500", func(d *invented, row int) { d.put(row, "Trích yếu", strings.Repeat("đ", 501)) }},
	{"Trích yếu", "formula", func(d *invented, row int) { d.put(row, "Trích yếu", broken{}) }},
	{"Số CCCD", "zero at the start", func(d *invented, row int) { d.put(row, "Số CCCD", 66085000000+row) }},
	{"Số CCCD", "12 digits", func(d *invented, row int) { d.put(row, "Số CCCD", "06608500123") }},
	{"Số trang", "1 page(s)", func(d *invented, row int) { d.put(row, "Số trang", 2) }},
	{"Số trang", "whole number", func(d *invented, row int) { d.put(row, "Số trang", "hai") }},
	{"Ngôn ngữ", "not known", func(d *invented, row int) { d.put(row, "Ngôn ngữ", "Tiếng lóng") }},
	{"Độ mật", "Secret papers", func(d *invented, row int) { d.put(row, "Độ mật", "Mật") }},
	{"Thành phần/Kết quả", "component", func(d *invented, row int) { d.put(row, "Thành phần/Kết quả", "bản nháp") }},
	{"Mã cơ quan", "not in the registry", func(d *invented, row int) { d.put(row, "Mã cơ quan", "H15.99") }},
}

// scripted is a PDF that would run a script.
func scripted(row int) []byte {
	b := testkit.TextPDF(fmt.Sprintf("to giay so %d", row))
	return bytes.Replace(b, []byte("/Type /Catalog"), []byte("/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> /Type /Catalog"), 1)
}

// plant makes n rows wrong, each in one of the ways, far enough apart that none touches another.
func (d *invented) plant(n int) {
	step := len(d.rows) / n
	for i := range n {
		row, f := i*step+step/2, faults[i%len(faults)]
		f.plant(d, row)
		d.planted[row] = true
		d.wrong[cellName(row, f.title)] = f.says
	}
}

// index writes the rows as a workbook.
func (d *invented) index() string {
	d.t.Helper()
	must := func(err error) {
		d.t.Helper()
		if err != nil {
			d.t.Fatal(err)
		}
	}
	f := excelize.NewFile()
	defer f.Close()
	must(f.SetSheetRow("Sheet1", "A1", &[]any{"CÔNG TY SỐ HÓA"}))
	must(f.SetSheetRow("Sheet1", "A2", &[]any{"BẢNG KÊ GIAO NỘP"}))
	must(f.SetSheetRow("Sheet1", "A3", &deliveryColumns))
	for i, row := range d.rows {
		cells := slices.Clone(row)
		failed := slices.Index(cells, any(broken{}))
		if failed >= 0 {
			cells[failed] = nil
		}
		must(f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", paperLine+i), &cells))
		if failed >= 0 {
			must(f.SetCellFormula("Sheet1", cellName(i, deliveryColumns[failed]), "1/0"))
		}
	}
	path := filepath.Join(d.dir, "BẢNG KÊ.xlsx")
	must(f.SaveAs(path))
	return path
}

// marked reads a report: what is noted at which cell, and the paper of each line by status.
func marked(t testing.TB, path string) (notes map[string]string, status map[int]string) {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheet := f.GetSheetName(0)
	notes, status = map[string]string{}, map[int]string{}
	comments, err := f.GetComments(sheet)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range comments {
		notes[c.Cell] = c.Text
		style, err := f.GetCellStyle(sheet, c.Cell)
		if err != nil {
			t.Fatal(err)
		}
		if fill := f.Styles.Fills.Fill[*f.Styles.CellXfs.Xf[style].FillID]; fill.PatternFill.FgColor == nil {
			t.Errorf("%s has a note and no colour", c.Cell)
		}
	}
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	at := len(deliveryColumns) + 1
	if got := rows[2][at-1 : at+3]; !slices.Equal(got, []string{"Sohoa: line", "Sohoa: status", "Sohoa: paper id", "Sohoa: errors"}) {
		t.Fatalf("headings %q", rows[2])
	}
	for i, row := range rows {
		if i+1 < paperLine {
			continue
		}
		status[i+1] = row[at]
		if row[at-1] != strconv.Itoa(i+1) {
			t.Errorf("line %d says it is %s", i+1, row[at-1])
		}
		if named := len(row) > at+1 && row[at+1] != ""; named != slices.Contains([]string{"taken", "there before", "changed since it was taken"}, row[at]) && row[at] != "quarantined" {
			t.Errorf("line %d is %s with the paper %q", i+1, row[at], row[at+1:])
		}
	}
	return notes, status
}

var lastLine = regexp.MustCompile(`(\d+) rows: (.*); files no row names (\d+)`)

// counts reads the sentence a run ends with.
func counts(t testing.TB, out string) map[string]int {
	t.Helper()
	m := lastLine.FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("no last line: %s", out)
	}
	got := map[string]int{}
	for part := range strings.SplitSeq(m[2], ", ") {
		i := strings.LastIndexByte(part, ' ')
		n, err := strconv.Atoi(part[i+1:])
		if err != nil {
			t.Fatalf("count %q in %s", part, out)
		}
		if n > 0 {
			got[part[:i]] = n
		}
	}
	if n, _ := strconv.Atoi(m[3]); n > 0 {
		got["extra"] = n
	}
	return got
}

// papersKept counts the papers of a data folder by state.
func papersKept(t testing.TB, data string) map[archive.State]int {
	t.Helper()
	h, err := openHouse(t.Context(), &env{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, getenv: func(string) string { return "" }, lang: "en"}, &options{data: data}, parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	got := map[archive.State]int{}
	for cursor := ""; ; {
		l, err := h.archive.Documents(context.Background(), archive.System, archive.Filter{Limit: 200, After: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range l.Items {
			got[p.State]++
		}
		if cursor = l.Next; cursor == "" {
			return got
		}
	}
}

// TestDelivery is the way of a contractor's delivery: wrong rows come back at their line and column, the rest is in, a second
// run changes nothing, and the corrected index takes what was left.
func TestDelivery(t *testing.T) {
	t.Parallel()
	n, planted := 500, 40
	p := self(t)
	if os.Getenv("SOHOA_LONG") != "" {
		n, planted = 5000, 200
		p = builtProgram(t)
	}
	d := deliver(t, n, "H15.50")
	d.plant(planted)
	d.write("Hop 00/thua.pdf", testkit.TextPDF("khong ai goi den"))
	d.write("doc cho ky.docx", []byte("x"))
	index := d.index()
	report := strings.TrimSuffix(index, ".xlsx") + ".report.xlsx"
	data := t.TempDir()
	run := func(want int, extra ...string) map[string]int {
		t.Helper()
		began := time.Now()
		out := p.run(t, want, append([]string{"import", d.dir, "--index", index, "--data", data, "--agency", "H15.50", "--jobs", "4"}, extra...)...)
		t.Logf("%s in %s", strings.SplitN(out, "\n", 2)[0], time.Since(began).Round(time.Millisecond))
		return counts(t, out)
	}
	// What is quarantined, and what is wrong. A file that does not pass is kept aside, unless it is of a type never taken.
	var aside, wrong int
	extra := 2
	for _, says := range d.wrong {
		if says == "must lie inside" || says == "names no file" {
			extra++ // the file they meant is named by no row
		}
		if says == "damaged" || says == "script" {
			aside++
		} else {
			wrong++
		}
	}
	check := func(notes map[string]string) {
		t.Helper()
		got := slices.Sorted(maps.Keys(notes))
		if diff := cmp.Diff(slices.Sorted(maps.Keys(d.wrong)), got); diff != "" {
			t.Errorf("cells marked: %s", diff)
		}
		for cell, says := range d.wrong {
			if !strings.Contains(strings.ToLower(notes[cell]), strings.ToLower(says)) {
				t.Errorf("%s: %q does not say %q", cell, notes[cell], says)
			}
		}
	}

	got := run(exitFindings, "--dry-run")
	if diff := cmp.Diff(map[string]int{"would be taken": n - planted, "wrong": wrong, "quarantined": aside, "extra": extra}, got); diff != "" {
		t.Errorf("dry run: %s", diff)
	}
	if _, err := os.Stat(filepath.Join(data, "catalog.db")); err == nil && len(papersKept(t, data)) > 0 {
		t.Error("the dry run kept papers")
	}
	notes, _ := marked(t, report)
	// The dry run knows nothing of the registry's future: everything else it says as the real one does.
	check(notes)

	got = run(exitFindings)
	first := map[string]int{"taken": n - planted, "wrong": wrong, "quarantined": aside, "extra": extra}
	if diff := cmp.Diff(first, got); diff != "" {
		t.Errorf("first run: %s", diff)
	}
	notes, status := marked(t, report)
	check(notes)
	for line, s := range status {
		if planted := d.planted[line-paperLine]; (s == "taken") == planted {
			t.Errorf("line %d is %s", line, s)
		}
	}
	before := papersKept(t, data)
	if diff := cmp.Diff(map[archive.State]int{archive.Review: n - planted, archive.Quarantined: aside}, before); diff != "" {
		t.Errorf("kept: %s", diff)
	}

	got = run(exitFindings)
	if diff := cmp.Diff(map[string]int{"there before": n - planted + aside, "wrong": wrong, "extra": extra}, got); diff != "" {
		t.Errorf("second run: %s", diff)
	}
	if diff := cmp.Diff(before, papersKept(t, data)); diff != "" {
		t.Errorf("the second run changed what is kept: %s", diff)
	}

	for _, repair := range d.repair {
		repair()
	}
	os.Remove(filepath.Join(d.dir, "Hop 00", "thua.pdf"))
	os.Remove(filepath.Join(d.dir, "doc cho ky.docx"))
	d.index()
	got = run(exitDone)
	if diff := cmp.Diff(map[string]int{"taken": planted, "there before": n - planted}, got); diff != "" {
		t.Errorf("the corrected index: %s", diff)
	}
	if diff := cmp.Diff(map[archive.State]int{archive.Review: n, archive.Quarantined: aside}, papersKept(t, data)); diff != "" {
		t.Errorf("kept in the end: %s", diff)
	}
	if notes, _ := marked(t, report); len(notes) != 0 {
		t.Errorf("a right delivery is marked: %v", notes)
	}

	// A row that says something else of a paper that is in, and a file that was replaced, are told and not applied.
	d.put(0, "Trích yếu", "Về việc khác")
	d.index()
	d.write(d.path(1), testkit.TextPDF("mot ban quet khac"))
	got = run(exitFindings)
	if diff := cmp.Diff(map[string]int{"there before": n - 2, "changed since it was taken": 2}, got); diff != "" {
		t.Errorf("after changes: %s", diff)
	}
	if notes, status := marked(t, report); status[paperLine] != "changed since it was taken" || !strings.Contains(notes["B5"], "new scan") {
		t.Errorf("changes: %q %v", status[paperLine], notes)
	}
	if total := papersKept(t, data)[archive.Review]; total != n {
		t.Errorf("%d papers kept", total)
	}
}

// TestACorrectedReportIsTheNextIndex: whoever gets the report mends it where it is marked and sends it back.
func TestACorrectedReportIsTheNextIndex(t *testing.T) {
	p, d, data := self(t), deliver(t, 6, "H15.50"), t.TempDir()
	d.put(2, "Ngày ban hành", "30/02/2024")
	d.put(3, "Số CCCD", 66085000003)
	index := d.index()
	report := strings.TrimSuffix(index, ".xlsx") + ".report.xlsx"
	run := func(want int, index string) map[string]int {
		t.Helper()
		return counts(t, p.run(t, want, "import", d.dir, "--index", index, "--data", data, "--agency", "H15.50"))
	}
	if diff := cmp.Diff(map[string]int{"taken": 4, "wrong": 2}, run(exitFindings, index)); diff != "" {
		t.Error(diff)
	}
	f, err := excelize.OpenFile(report)
	if err != nil {
		t.Fatal(err)
	}
	sheet := f.GetSheetName(0)
	for cell, v := range map[string]string{cellName(2, "Ngày ban hành"): "28/02/2024", cellName(3, "Số CCCD"): "066085000003"} {
		if err := f.SetCellStr(sheet, cell, v); err != nil {
			t.Fatal(err)
		}
	}
	next := filepath.Join(d.dir, "trả lại.xlsx")
	if err := errors.Join(f.SaveAs(next), f.Close(), os.Remove(report), os.Remove(index)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"taken": 2, "there before": 4}, run(exitDone, next)); diff != "" {
		t.Error(diff)
	}
	notes, status := marked(t, strings.TrimSuffix(next, ".xlsx")+".report.xlsx") // its columns stand where they stood
	if len(notes) != 0 || status[paperLine+2] != "taken" || status[paperLine] != "there before" {
		t.Errorf("%v %v", notes, status)
	}
}

// TestDeliverySurvivesTheKill: killed in the middle, run again, every row is in once.
func TestDeliverySurvivesTheKill(t *testing.T) {
	t.Parallel()
	const n = 120
	p, d, data := self(t), deliver(t, n, "H15.50"), t.TempDir()
	index := d.index()
	args := []string{"import", d.dir, "--index", index, "--data", data, "--agency", "H15.50"}
	for round := range 3 {
		cmd := p.command(args...)
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		journalled := func() int {
			lines := 0
			all, _ := filepath.Glob(filepath.Join(data, "imports", "*.jsonl"))
			for _, j := range all {
				b, _ := os.ReadFile(j)
				lines += bytes.Count(b, []byte("\n"))
			}
			return lines
		}
		for deadline := time.Now().Add(time.Minute); journalled() < 20*(round+1); time.Sleep(2 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d papers journalled", journalled())
			}
		}
		if round > 0 {
			cmd.Process.Kill()
			cmd.Wait()
			continue
		}
		cmd.Process.Signal(os.Interrupt) // Ctrl-C leaves a report of how far it came
		cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != exitFailed {
			t.Errorf("stopped, it exits %d", code)
		}
		_, status := marked(t, strings.TrimSuffix(index, ".xlsx")+".report.xlsx")
		done := counts(t, out.String())
		rows := map[string]int{}
		for _, s := range status {
			rows[s]++
		}
		if diff := cmp.Diff(done, rows); diff != "" || done["not done yet"] == 0 || done["taken"] < 20 {
			t.Errorf("stopped, it says %v and reports %v", done, rows)
		}
	}
	got := counts(t, p.run(t, exitDone, args...))
	if got["taken"]+got["there before"] != n || got["there before"] < 60 {
		t.Errorf("after three kills: %v", got)
	}
	if diff := cmp.Diff(map[archive.State]int{archive.Review: n}, papersKept(t, data)); diff != "" {
		t.Error(diff)
	}
}

// TestDeliveryThroughAServer: the same through the API, with all that a row says, and a report as CSV.
func TestDeliveryThroughAServer(t *testing.T) {
	t.Parallel()
	p, data := self(t), t.TempDir()
	s := p.start(t, data, "clerk", "--no-reading")
	through := p
	through.env = append(slices.Clone(p.env), "SOHOA_TOKEN="+s.token)
	d := deliver(t, 8, "H15")
	d.put(2, "Ngày ban hành", "30/02/2024")
	d.put(3, "Số trang", 7)
	d.put(4, "Mã cơ quan", "H99") // outside the token's scope, and not registered
	index := d.index()
	report := filepath.Join(t.TempDir(), "r.csv")
	args := []string{"import", d.dir, "--index", index, "--server", s.url, "--data", t.TempDir(), "--agency", "H15", "--report", report}
	if diff := cmp.Diff(map[string]int{"taken": 5, "wrong": 3}, counts(t, through.run(t, exitFindings, args...))); diff != "" {
		t.Error(diff)
	}
	b, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	r.FieldsPerRecord = -1 // rows of titles are shorter
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := len(deliveryColumns)
	var told []string
	for _, row := range rows[3:] {
		told = append(told, row[at]+" "+row[at+1]+" "+strings.Join(row[min(len(row), at+3):], ""))
	}
	want := []string{"4 taken ", "5 taken ", "6 wrong Ngày ban hành: This is not a date (write it as 2024-01-05 or 05/01/2024).", "7 wrong Số trang: The file has 1 page(s), not the number announced.",
		"8 wrong Mã cơ quan: This agency is not in the registry. Check it, or register it first.", "9 taken ", "10 taken ", "11 taken "}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
	var doc struct {
		Kind, Type, Number, Notation, Subject, Language, Dossier string
		Issued                                                   string `json:"issued_on"`
		Code                                                     string `json:"dossier_code"`
		Procedure                                                string `json:"procedure_code"`
		Signer, Owner                                            struct{ Name string }
		Agency                                                   struct{ Name string } `json:"issuing_agency"`
	}
	s.must(200, "GET", "/api/v1/documents/"+rows[3][at+2], nil, &doc)
	if doc.Kind != "result" || doc.Type != "QĐ" || doc.Number != "1" || doc.Notation != "QĐ-UBND" || doc.Issued != "2024-01-01" || doc.Code != "H15.50-201008-0000" || doc.Procedure != "1.000123" ||
		doc.Subject != "Về việc cấp phép số 0" || doc.Signer.Name != "Y Bhem Niê" || doc.Owner.Name != "H'Linh Byă" || doc.Agency.Name != "UBND xã Ea Kao" || doc.Language != "vi" {
		t.Errorf("the paper says %+v", doc)
	}
	if diff := cmp.Diff(map[string]int{"there before": 5, "wrong": 3}, counts(t, through.run(t, exitFindings, args...))); diff != "" {
		t.Errorf("again: %s", diff)
	}
	if diff := cmp.Diff(map[string]int{"there before": 5, "wrong": 3}, counts(t, through.run(t, exitFindings, append(args, "--dry-run")...))); diff != "" {
		t.Errorf("dry run: %s", diff)
	}
}

// TestDeliveryRefusedWhole: what is wrong with the index itself is said before anything is taken.
func TestDeliveryRefusedWhole(t *testing.T) {
	p, dir := self(t), t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	put("a.pdf", string(testkit.TextPDF("mot")))
	for name, c := range map[string]struct {
		index string
		args  []string
		says  string
	}{
		"no column for the file":   {put("1.csv", "Số,Ký hiệu\n1,QĐ\n"), nil, "names the files"},
		"not Unicode":              {put("2.csv", "T\xaan t\xd6p,Tr\xddch y\xd5u\na.pdf,Quy\xd5t \xae\xdenh v\xd2 vi\xd6c\n"), nil, "--encoding tcvn3"},
		"cut off":                  {put("3.csv", "Tên tệp,Số\na.pdf,1\n\"b.pdf,2\n"), nil, "Line 3"},
		"too many rows":            {put("4.csv", "Tên tệp,Số\na.pdf,1\na.pdf,2\n"), []string{"--max-index-rows", "2"}, "more than 2 rows"},
		"too large":                {put("5.csv", "Tên tệp,Số\n"+strings.Repeat("a.pdf,1\n", 200)), []string{"--max-index", "1K"}, "larger than"},
		"no such sheet":            {deliver(t, 1, "H15.50").index(), []string{"--sheet", "Khác"}, "Sheet1"},
		"not there":                {filepath.Join(dir, "none.csv"), nil, "open the index"},
		"a map to nowhere":         {put("6.csv", "x,y\na.pdf,1\n"), []string{"--map", "x=nowhere"}, "there is no column"},
		"the report over it":       {put("7.csv", "Tên tệp\na.pdf\n"), []string{"--report", filepath.Join(dir, "7.csv")}, "names the index itself"},
		"a report of another form": {put("8.csv", "Tên tệp\na.pdf\n"), []string{"--report", "x.pdf"}, ".xlsx or .csv"},
		"and watching":             {put("9.csv", "Tên tệp\na.pdf\n"), []string{"--watch"}, "--index goes without"},
	} {
		data := filepath.Join(t.TempDir(), "data")
		cmd := p.command(append([]string{"import", dir, "--index", c.index, "--data", data, "--agency", "H15.50"}, c.args...)...)
		out, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(string(out), c.says) {
			t.Errorf("%s: exit %d, %s", name, cmd.ProcessState.ExitCode(), out)
		}
		if _, err := os.Stat(filepath.Join(data, "catalog.db")); err == nil && len(papersKept(t, data)) > 0 {
			t.Errorf("%s: papers were taken", name)
		}
	}
}

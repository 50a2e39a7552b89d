package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sohoa/archive"
	"sohoa/archive/delivery"
	"sohoa/cmd/sohoa/intake"
	"sohoa/internal/sheet"
)

// deliveryOptions are what `sohoa import --index` adds to importOptions.
type deliveryOptions struct {
	index, sheet, encoding string
	columns                columnMap
}

func (d *deliveryOptions) flags(fs *flag.FlagSet) {
	d.columns = columnMap{}
	fs.StringVar(&d.index, "index", "", "the delivery's table, a CSV or XLSX `file`: one row for each paper, with the name of its file; looked for in DIR, too")
	fs.StringVar(&d.sheet, "sheet", "", "with --index: the sheet of this `name` (default: the first one shown)")
	fs.StringVar(&d.encoding, "encoding", "", "with --index: the `encoding` of a table that is not Unicode: tcvn3, vni or windows-1258")
	fs.Var(d.columns, "map", "with --index: what a column means whose heading is not understood, `\"Heading=column\"`, again for each, or parted by semicolons; the column is one of "+
		strings.Join(delivery.Columns(), ", ")+", or - to pass the column over")
}

// columnMap is a flag that can be given again and again.
type columnMap delivery.Map

func (m columnMap) String() string { return "" }

func (m columnMap) Set(s string) error {
	for one := range strings.SplitSeq(s, ";") {
		if err := delivery.Map(m).Put(one); err != nil {
			return err
		}
	}
	return nil
}

// fate is what became of a row.
type fate string

const (
	fateTaken   fate = "taken"
	fateBefore  fate = "before"      // by an earlier run, with the same words
	fateChanged fate = "changed"     // by an earlier run; since then the row, or the file, was changed
	fateAside   fate = "quarantined" //
	fateWrong   fate = "wrong"       //
	fateFit     fate = "fit"         // would be taken
	fateUndone  fate = "undone"      // its turn has not come
)

// item is a row and what became of it.
type item struct {
	delivery.Row
	fate  fate
	paper string         // id
	sum   archive.Digest // of its file, where an earlier run noted it
}

// wrong notes what is wrong with the item.
func (it *item) wrong(x *delivery.Index, c delivery.Column, f fate, code string, msg archive.Text) {
	it.fate = f
	it.Fault(&x.Header, c, archive.Fatal, code, msg)
}

// deliveryRun is one run of sohoa import --index.
type deliveryRun struct {
	env    *env
	opt    *importOptions
	config intake.Config
	fault  archive.OnFault
	path   string // of the index
	perm   os.FileMode
	index  *delivery.Index
	files  []intake.File
	names  *delivery.Files
	items  []item
	bar    *progress
	done   int
}

func (d *deliveryRun) say(vi, en string) string { return archive.Text{VI: vi, EN: en}.In(d.env.lang) }

// importDelivery is `sohoa import DIR --index FILE`: what the rows of a table say is taken with the files they name.
func importDelivery(ctx context.Context, e *env, o *options, i *importOptions, dir string, fault archive.OnFault) (int, error) {
	if i.watch || i.remove || i.moveTo != "" {
		return exitFailed, errors.New("--index goes without --watch, --remove and --move-to: the delivery stays as it was handed over, because its report speaks of it")
	}
	d := &deliveryRun{env: e, opt: i, fault: fault}
	var err error
	if d.config, err = i.folder(dir, o, nil); err != nil {
		return exitFailed, err
	}
	d.config.Take = nil // every file that no row names is told
	if err := d.open(sheet.Limits(o.limits().Index)); err != nil {
		return exitFailed, err
	}
	if err := d.reportPath(); err != nil {
		return exitFailed, err
	}
	rules, err := d.rules(o)
	if err != nil {
		return exitFailed, err
	}
	if i.dryRun {
		return d.check(ctx, o, rules)
	}
	if d.config.Journal, err = intake.OpenJournal(filepath.Join(o.data, "imports"), d.config.Source); err != nil {
		return exitFailed, err
	}
	defer d.config.Journal.Close()
	if o.server != "" {
		server, err := newClient(e, o.server)
		if err != nil {
			return exitFailed, err
		}
		d.config.Depositor = &serverDepositor{server, fault}
		if rules.Offices, err = server.offices(ctx); err != nil {
			return exitFailed, err
		}
		return d.run(ctx, rules)
	}
	o.readers = 0 // papers are read by the server that runs later
	h, err := openHouse(ctx, e, o, parts{working: true})
	if err != nil {
		return exitFailed, err
	}
	defer h.Close()
	if err := h.learn(ctx); err != nil {
		return exitFailed, err
	}
	defer h.closeLog(ctx)
	all, err := h.archive.Agencies(ctx)
	if err != nil {
		return exitFailed, err
	}
	rules.Offices, rules.NeedAgency = delivery.NewOffices(all), true
	depositor := &houseDepositor{archive: h.archive, actor: archive.System, known: true, onFault: fault}
	d.config.Depositor, d.config.Record = depositor, depositor.record
	return d.run(ctx, rules)
}

// open reads the index and says what of it is not understood.
func (d *deliveryRun) open(l sheet.Limits) error {
	d.path = d.opt.index
	f, err := os.Open(d.path)
	if errors.Is(err, os.ErrNotExist) && !filepath.IsAbs(d.path) {
		d.path = filepath.Join(d.config.Dir, d.opt.index)
		f, err = os.Open(d.path)
	}
	if err != nil {
		return fmt.Errorf("open the index: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	d.perm = st.Mode().Perm()
	b, err := io.ReadAll(io.LimitReader(f, l.FileBytes+1)) // one byte more is too much, and said so by the reader
	if err != nil {
		return fmt.Errorf("read the index: %w", err)
	}
	d.index, err = delivery.Read(b, delivery.Options{Sheet: d.opt.sheet, Encoding: d.opt.encoding, Map: delivery.Map(d.opt.columns), Limits: l})
	if err != nil {
		return err
	}
	if unknown := d.index.Header.Unknown(); len(unknown) > 0 {
		for i := range unknown {
			unknown[i] = intake.Printable(unknown[i])
		}
		fmt.Fprintf(d.env.stderr, d.say("cột không dùng tới: %s (nếu cần, xem --map)\n", "columns passed over: %s (see --map if they matter)\n"), strings.Join(unknown, " | "))
	}
	return nil
}

// reportPath decides where the report goes: beside the index unless told otherwise, and never over it.
func (d *deliveryRun) reportPath() error {
	if d.opt.report == "" {
		d.opt.report = strings.TrimSuffix(d.path, filepath.Ext(d.path)) + ".report.xlsx"
	}
	switch strings.ToLower(filepath.Ext(d.opt.report)) {
	case ".xlsx", ".csv":
	default:
		return errors.New("--report takes a file that ends in .xlsx or .csv")
	}
	if sameFile(d.opt.report, d.path) {
		return errors.New("--report names the index itself")
	}
	return nil
}

// sameFile reports whether two paths lead to one file. A file that is not there is none.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	y, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(x, y)
}

// rules are what the flags say of every row.
func (d *deliveryRun) rules(o *options) (*delivery.Rules, error) {
	plan, err := d.opt.plan()
	if err != nil {
		return nil, err
	}
	base, err := plan(intake.File{Path: "x"}) // no folder says anything here: the table does
	if err != nil {
		return nil, err
	}
	return &delivery.Rules{Kind: base.Kind, Agency: base.Agency, Dossier: base.Dossier, Offices: delivery.NewOffices(nil), Today: archive.DateOf(time.Now().In(archive.Zone))}, nil
}

// offices asks the server which agencies there are.
func (c *client) offices(ctx context.Context) (*delivery.Offices, error) {
	var all []archive.Agency
	for next := ""; ; {
		var page struct {
			Items []struct {
				Code    archive.AgencyCode `json:"code"`
				Name    string             `json:"name"`
				Aliases []string           `json:"aliases"`
			} `json:"items"`
			Next string `json:"next"`
		}
		if err := c.do(ctx, http.MethodGet, "/agencies?"+url.Values{"limit": {"200"}, "cursor": {next}}.Encode(), nil, nil, 0, &page); err != nil {
			return nil, err
		}
		for _, a := range page.Items {
			all = append(all, archive.Agency{Code: a.Code, Name: a.Name, Aliases: a.Aliases})
		}
		if next = page.Next; next == "" {
			return delivery.NewOffices(all), nil
		}
	}
}

// plan lists the folder, reads the table against it, and sorts out what needs no deposit.
func (d *deliveryRun) plan(ctx context.Context, rules *delivery.Rules) error {
	folder, err := intake.New(d.config)
	if err != nil {
		return err
	}
	found, err := folder.List(ctx)
	if err != nil {
		return err
	}
	if found.Deep > 0 {
		fmt.Fprintf(d.env.stderr, d.say("%d thư mục nằm quá sâu, không xem tới; xem --depth\n", "%d folders lie too deep and were not looked into; see --depth\n"), found.Deep)
	}
	var paths []string
	for _, f := range found.Files {
		at := filepath.Join(d.config.Dir, f.Path)
		if sameFile(at, d.path) || sameFile(at, d.opt.report) {
			continue
		}
		d.files = append(d.files, f)
		paths = append(paths, f.Path)
	}
	d.names = delivery.NewFiles(paths)
	rows, err := d.index.Plan(rules, d.names)
	if err != nil {
		return err
	}
	before := d.config.Journal.ByPath()
	for _, r := range rows {
		it := item{Row: r, fate: fateUndone}
		if err := d.recall(&it, before); err != nil {
			return err
		}
		if it.fate == fateUndone && it.Wrong() {
			it.fate = fateWrong
		}
		d.items = append(d.items, it)
	}
	return d.twins(ctx)
}

var changedText = archive.Text{VI: "Giấy tờ đã nhận từ trước với nội dung khác. Hãy sửa giấy tờ đó trong chương trình; dòng này không được nạp lại.",
	EN: "The paper was taken before with other data. Change that paper in the program; the row is not applied again."}

var replacedText = archive.Text{VI: "Dòng này đã được nhận từ trước với một tệp khác. Hãy thêm tệp này làm bản quét mới của giấy tờ đó trong chương trình.",
	EN: "The row was taken before with another file. Add this one as a new scan of that paper in the program."}

// recall finds out what an earlier run did with a row.
func (d *deliveryRun) recall(it *item, before map[string][]intake.Entry) error {
	var was intake.Entry
	known := false
	path := it.File
	if it.At >= 0 {
		f := d.files[it.At]
		path = f.Path
		was, known = d.config.Journal.Find(f)
	}
	entries := slices.DeleteFunc(slices.Clone(before[path]), func(e intake.Entry) bool { return e.Aside }) // a scan that did not pass may be replaced
	switch {
	case known:
	case len(entries) == 0:
		return nil
	case it.At < 0: // the file has gone, its paper has not
		was, known = entries[len(entries)-1], true
	default: // the file was touched, or replaced
		sum, err := d.digest(it.At)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(entries, func(e intake.Entry) bool { return e.Digest == sum || e.Digest.IsZero() })
		if at < 0 {
			it.paper = paperID(entries[0])
			it.wrong(d.index, d.index.FileColumn(), fateChanged, "file_replaced", replacedText)
			return nil
		}
		was, known = entries[at], true
	}
	twice := slices.ContainsFunc(it.Faults, func(f delivery.Fault) bool { return f.Code == delivery.FileTwice })
	switch {
	case was.Said == it.Said:
		it.fate, it.paper, it.sum = fateBefore, paperID(was), was.Digest
		it.Faults = slices.DeleteFunc(it.Faults, func(f delivery.Fault) bool { return f.Severity == archive.Fatal }) // it is in
	case !twice: // else it is another row's paper
		it.paper = paperID(was)
		it.wrong(d.index, "", fateChanged, "changed", changedText)
	}
	return nil
}

func paperID(e intake.Entry) string {
	if e.Paper.IsZero() {
		return ""
	}
	return e.Paper.String()
}

func (d *deliveryRun) digest(at int) (archive.Digest, error) {
	f, err := os.OpenInRoot(d.config.Dir, d.files[at].Path)
	if err != nil {
		return archive.Digest{}, err
	}
	defer f.Close()
	h := archive.NewHasher()
	if _, err := io.Copy(h, f); err != nil {
		return archive.Digest{}, fmt.Errorf("read %s: %w", intake.Printable(d.files[at].Path), err)
	}
	return h.Digest(), nil
}

// twins makes rows wrong whose file has the bytes of another row's: there can be one paper, and it would say what only one of
// them says. Only files of one size are read for that.
func (d *deliveryRun) twins(ctx context.Context) error {
	sizes := map[int64][]*item{}
	for i := range d.items {
		if it := &d.items[i]; it.At >= 0 && (it.fate == fateUndone || it.fate == fateBefore) {
			n := d.files[it.At].Size
			sizes[n] = append(sizes[n], it)
		}
	}
	for n, group := range sizes {
		if len(group) < 2 || n == 0 {
			continue
		}
		// Who is in owns the bytes, then who stands first in the table.
		slices.SortStableFunc(group, func(a, b *item) int { return strings.Compare(string(a.fate), string(b.fate)) }) // before, undone
		owner := map[archive.Digest]int{}
		for _, it := range group {
			sum := it.sum
			if sum.IsZero() {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				var err error
				if sum, err = d.digest(it.At); err != nil {
					return err
				}
			}
			first, taken := owner[sum]
			if !taken {
				owner[sum] = it.Line
			} else if it.fate == fateUndone {
				it.wrong(d.index, d.index.FileColumn(), fateWrong, "same_bytes", archive.Text{
					VI: fmt.Sprintf("Tệp này giống hệt tệp của dòng %d.", first), EN: fmt.Sprintf("This file is the same as that of row %d.", first)})
			}
		}
	}
	return nil
}

// run deposits what is right and leaves a report.
func (d *deliveryRun) run(ctx context.Context, rules *delivery.Rules) (int, error) {
	d.config.Plan = func(intake.File) (intake.Request, error) { return intake.Request{}, intake.ErrPass } // until the table is read
	if err := d.plan(ctx, rules); err != nil {
		return exitFailed, err
	}
	byPath := map[string]*item{}
	var todo []intake.File
	for i := range d.items {
		if it := &d.items[i]; it.fate == fateUndone {
			f := d.files[it.At]
			byPath[f.Path] = it
			todo = append(todo, f)
		}
	}
	d.bar = newProgress(d.env, archive.Text{VI: "dòng", EN: "rows"})
	d.done = len(d.items) - len(todo)
	d.config.Plan = func(f intake.File) (intake.Request, error) {
		it := byPath[f.Path]
		if it == nil {
			return intake.Request{}, intake.ErrPass
		}
		return intake.Request{Kind: it.Kind, Agency: it.Agency, Dossier: it.Dossier, Access: it.Access, Fields: it.Fields, Pages: it.Pages, Said: it.Said}, nil
	}
	d.config.Each = func(r intake.Result) {
		if it := byPath[r.File.Path]; it != nil {
			d.settle(it, &r)
		}
		d.done++
		d.bar.set(int64(d.done), int64(len(d.items)))
	}
	folder, err := intake.New(d.config)
	if err != nil {
		return exitFailed, err
	}
	// Power lost in the middle: what is acknowledged is in the journal or known by its key, and the next run goes on behind it. The
	// report is written at the end and made again by that run.
	stopped := folder.Once(ctx, todo)
	d.bar.done()
	return d.finish(stopped)
}

// settle notes what became of a row's file.
func (d *deliveryRun) settle(it *item, r *intake.Result) {
	it.paper = r.Document
	reason := archive.Text{VI: r.Reason("vi"), EN: r.Reason("en")}
	switch r.Outcome {
	case intake.Taken:
		it.fate = fateTaken
	case intake.Before:
		it.fate = fateBefore
		if r.Otherwise {
			it.wrong(d.index, "", fateChanged, "changed", changedText)
		} else if r.Code != "" { // another way in than this delivery, or so long ago that the house has forgotten its key
			it.Fault(&d.index.Header, d.index.FileColumn(), archive.Warning, r.Code, archive.Text{VI: "Tệp này đã có trong kho; dữ liệu của dòng không được ghi vào giấy tờ đó.",
				EN: "This very file is already kept; what the row says was not written to that paper."})
		}
	case intake.Quarantined:
		it.wrong(d.index, d.index.FileColumn(), fateAside, "quarantined", reason)
	case intake.Refused:
		c := delivery.ColumnOfField(r.Code)
		if r.Code == "agency_scope" || r.Code == archive.NotFound.String() { // out of scope is answered as if it were not there
			c, reason = delivery.Custodian, scopeOfRowText
		}
		if d.index.Header.At(c) < 0 {
			c = d.index.FileColumn()
		}
		it.wrong(d.index, c, fateWrong, r.Code, reason)
	}
}

var scopeOfRowText = archive.Text{VI: "Cơ quan lưu giữ chưa có trong danh mục, hoặc không thuộc phạm vi của khóa API này.",
	EN: "The agency that keeps the paper is not registered, or outside the scope of this token."}

// finish writes the report and says how it went.
func (d *deliveryRun) finish(stopped error) (int, error) {
	counts := map[fate]int{}
	for i := range d.items {
		counts[d.items[i].fate]++
	}
	left := d.names.Unclaimed()
	if err := d.report(left); err != nil {
		return exitFailed, errors.Join(stopped, err)
	}
	fmt.Fprintf(d.env.stdout, d.say("%d dòng:", "%d rows:"), len(d.items))
	sep := " "
	for _, f := range []fate{fateFit, fateTaken, fateBefore, fateAside, fateWrong, fateChanged, fateUndone} {
		if d.shows(f, counts[f]) {
			fmt.Fprintf(d.env.stdout, "%s%s %d", sep, fateText[f].In(d.env.lang), counts[f])
			sep = ", "
		}
	}
	fmt.Fprintf(d.env.stdout, d.say("; tệp không có dòng nào nêu %d\n", "; files no row names %d\n"), len(left))
	fmt.Fprintf(d.env.stdout, d.say("báo cáo: %s\n", "report: %s\n"), d.opt.report)
	if stopped != nil {
		return exitFailed, fmt.Errorf("stopped: %w; run the same command again to go on", stopped)
	}
	if counts[fateWrong]+counts[fateAside]+counts[fateChanged]+len(left) > 0 {
		return exitFindings, nil
	}
	return exitDone, nil
}

// shows says which counts belong into the last line: those of every run, and those that happened.
func (d *deliveryRun) shows(f fate, n int) bool {
	switch f {
	case fateFit:
		return d.opt.dryRun
	case fateTaken:
		return !d.opt.dryRun
	case fateBefore, fateWrong:
		return true
	}
	return n > 0
}

var fateText = map[fate]archive.Text{
	fateTaken:   {VI: "đã nhận", EN: "taken"},
	fateBefore:  {VI: "đã có từ trước", EN: "there before"},
	fateChanged: {VI: "đã nhận nhưng nay khác", EN: "changed since it was taken"},
	fateAside:   {VI: "cách ly", EN: "quarantined"},
	fateWrong:   {VI: "sai", EN: "wrong"},
	fateFit:     {VI: "nhận được", EN: "would be taken"},
	fateUndone:  {VI: "chưa làm", EN: "not done yet"},
}

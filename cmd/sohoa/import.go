package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"sohoa/archive"
	"sohoa/cmd/sohoa/intake"
)

// importOptions are what `sohoa import` adds to options.
type importOptions struct {
	agency, dossier, kind string
	moveTo, report        string
	remove, watch, dryRun bool
	jobs                  int
	deliveryOptions
}

func (i *importOptions) flags(fs *flag.FlagSet) {
	fs.StringVar(&i.agency, "agency", "", "`code` of the agency that keeps the papers; a subfolder named by the code of one below it says it for what lies in it")
	fs.StringVar(&i.dossier, "dossier", "", "`code` of the dossier they belong to; a folder named by a dossier code says it for what lies in it")
	fs.StringVar(&i.kind, "kind", "component", "component or result")
	fs.StringVar(&i.moveTo, "move-to", "", "move each paper to this `folder` once it is acknowledged")
	fs.BoolVar(&i.remove, "remove", false, "remove each paper once it is acknowledged")
	fs.StringVar(&i.report, "report", "", "write what became of each file, and why, to this CSV `file` (default: DIR's name with .import.csv in the present folder, when something was refused or quarantined); with --index: of each row, to this .xlsx or .csv (default: beside the index, with .report.xlsx)")
	fs.IntVar(&i.jobs, "jobs", 4, "papers under way at once")
	fs.BoolVar(&i.watch, "watch", false, "go on and take what comes into the folder, until Ctrl-C")
	fs.BoolVar(&i.dryRun, "dry-run", false, "list what would be taken, and take nothing; with --index: look into every file and write the report")
	i.deliveryOptions.flags(fs)
}

// importDir is `sohoa import DIR`: every PDF, JPEG, PNG and TIFF below DIR is deposited, in order of name.
func importDir(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	var i importOptions
	fs := o.flags(e, "import")
	o.remote(fs)
	o.working(fs)
	o.folders(fs)
	i.flags(fs)
	rest, err := o.parseMixed(e, fs, args)
	if err != nil {
		return exitFailed, err
	}
	if len(rest) != 1 || i.remove && i.moveTo != "" || i.jobs < 1 || i.watch && i.dryRun {
		return exitFailed, errors.New("usage: sohoa import DIR [--agency CODE] [--remove | --move-to DIR] [--watch | --dry-run] [--index FILE]")
	}
	fault, err := onFault(o.onFault)
	if err != nil {
		return exitFailed, err
	}
	if i.index != "" {
		return importDelivery(ctx, e, &o, &i, rest[0], fault)
	}
	plan, err := i.plan()
	if err != nil {
		return exitFailed, err
	}
	c, err := i.folder(rest[0], &o, plan)
	if err != nil {
		return exitFailed, err
	}
	if i.dryRun {
		return dryRun(ctx, e, c, filepath.Join(o.data, "imports"))
	}
	if c.Journal, err = intake.OpenJournal(filepath.Join(o.data, "imports"), c.Source); err != nil {
		return exitFailed, err
	}
	defer c.Journal.Close()
	im := importer{env: e, config: c, watch: i.watch, reportPath: i.report}
	if im.reportPath == "" {
		im.reportPath, im.unasked = filepath.Base(c.Dir)+".import.csv", true
	}
	if o.server != "" {
		server, err := newClient(e, o.server)
		if err != nil {
			return exitFailed, err
		}
		im.config.Depositor = &serverDepositor{server, fault}
		return im.run(ctx)
	}
	o.readers = 0 // papers are read by the server that runs later; taking them in does not wait for it
	h, err := openHouse(ctx, e, &o, parts{working: true})
	if err != nil {
		return exitFailed, err
	}
	defer h.Close()
	if err := h.learn(ctx); err != nil {
		return exitFailed, err
	}
	defer h.closeLog(ctx)
	d := &houseDepositor{archive: h.archive, actor: archive.System, known: true, onFault: fault}
	im.config.Depositor, im.config.Record = d, d.record
	return im.run(ctx)
}

// folder returns what of the configuration does not need a house.
func (i *importOptions) folder(dir string, o *options, plan func(intake.File) (intake.Request, error)) (c intake.Config, err error) {
	c = intake.Config{Plan: plan, Take: isPaper, Jobs: i.jobs, Watched: i.watch, Limits: o.limits().Folder}
	if c.Dir, err = filepath.Abs(dir); err != nil {
		return c, err
	}
	if st, err := os.Stat(c.Dir); err != nil {
		return c, err
	} else if !st.IsDir() {
		return c, fmt.Errorf("%s is not a folder", c.Dir)
	}
	c.Source = c.Dir + "\x00" + o.server
	switch {
	case i.remove:
		c.After = intake.Remove
	case i.moveTo != "":
		c.After = intake.Move
		if c.Done, err = filepath.Abs(i.moveTo); err != nil {
			return c, err
		}
	}
	return c, nil
}

// isPaper goes by the name: a folder somebody points at holds other things too, and nobody wants a reason for each.
func isPaper(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff":
		return true
	}
	return false
}

// plan says of each file what the flags and the folders above it say.
func (i *importOptions) plan() (func(intake.File) (intake.Request, error), error) {
	base := intake.Request{Kind: archive.DocumentKind(i.kind)}
	if base.Kind != archive.Component && base.Kind != archive.Result {
		return nil, errors.New("--kind takes component or result")
	}
	var err error
	if i.agency != "" {
		if base.Agency, err = archive.ParseAgencyCode(i.agency); err != nil {
			return nil, err
		}
	}
	if i.dossier != "" {
		if base.Dossier, err = archive.ParseDossierCode(i.dossier); err != nil {
			return nil, err
		}
	}
	return func(f intake.File) (intake.Request, error) {
		r := base
		at, err := intake.PlaceOf(f.Path)
		if err != nil {
			return r, err
		}
		if at.Dossier != "" {
			r.Dossier = at.Dossier
		}
		// A box H01 in a delivery is no ministry: beside a given agency only those below it count.
		if at.Agency != "" && (base.Agency == "" || at.Agency.Within(base.Agency)) {
			r.Agency = at.Agency
		}
		return r, nil
	}, nil
}

// importer is one run of the command.
type importer struct {
	env        *env
	config     intake.Config
	watch      bool
	reportPath string
	unasked    bool // the report was not asked for: it stays only when there is something to look at

	report *intake.Report
	bar    *progress
	folder *intake.Folder
	counts map[intake.Outcome]int
	bytes  int64
	of     intake.Found
	wrong  error // of the report
}

func (im *importer) say(vi, en string) string { return archive.Text{VI: vi, EN: en}.In(im.env.lang) }

// run takes the folder in and leaves a report.
func (im *importer) run(ctx context.Context) (code int, err error) {
	im.counts = map[intake.Outcome]int{}
	if im.report, err = intake.OpenReport(im.reportPath); err != nil {
		return exitFailed, err
	}
	defer im.report.Close()
	im.bar = newProgress(im.env, archive.Text{VI: "giấy tờ", EN: "papers"})
	im.config.Each = im.each
	if im.folder, err = intake.New(im.config); err != nil {
		return exitFailed, err
	}
	if im.watch {
		fmt.Fprintf(im.env.stderr, im.say("đang chờ tệp mới trong %s; Ctrl-C để dừng\n", "watching %s; Ctrl-C stops\n"), im.config.Dir)
		err = im.folder.Watch(ctx)
	} else if im.of, err = im.folder.List(ctx); err == nil {
		err = im.folder.Once(ctx, im.of.Files)
	}
	im.bar.done()
	st := im.folder.Status()
	fmt.Fprintf(im.env.stdout, im.say("nhận %d, đã có từ trước %d, cách ly %d, từ chối %d, bỏ qua %d\n", "taken %d, there before %d, quarantined %d, refused %d, passed over %d\n"),
		im.counts[intake.Taken], im.counts[intake.Before]+int(st.Before), im.counts[intake.Quarantined], im.counts[intake.Refused], im.of.Passed)
	if n := im.of.Deep + st.Deep; n > 0 {
		fmt.Fprintf(im.env.stdout, im.say("%d thư mục nằm quá sâu, không xem tới; xem --folder-depth\n", "%d folders lie too deep and were not looked into; see --folder-depth\n"), n)
	}
	if err = errors.Join(err, im.wrong); err != nil {
		return exitFailed, fmt.Errorf("stopped: %w; run the same command again to go on", err)
	}
	if im.watch && st.Waiting > 0 {
		fmt.Fprintf(im.env.stdout, im.say("còn %d tệp chưa nhận, vẫn ở trong thư mục\n", "%d files are not taken yet and still in the folder\n"), st.Waiting)
	}
	if im.counts[intake.Refused]+im.counts[intake.Quarantined] > 0 {
		fmt.Fprintf(im.env.stdout, im.say("lý do: %s\n", "reasons: %s\n"), im.reportPath)
		return exitFindings, nil
	}
	if im.unasked {
		return exitDone, os.Remove(im.reportPath)
	}
	return exitDone, nil
}

func (im *importer) each(r intake.Result) {
	im.counts[r.Outcome]++
	im.bytes += r.File.Size
	if err := im.report.Add(r, im.env.lang); err != nil && im.wrong == nil {
		im.wrong = err
	}
	n := 0
	for _, c := range im.counts {
		n += c
	}
	im.bar.files(int64(n), int64(len(im.of.Files)), im.bytes, im.of.Bytes)
}

// dryRun lists what an import would take.
func dryRun(ctx context.Context, e *env, c intake.Config, journals string) (int, error) {
	im := importer{env: e}
	refused := 0
	c.Each = func(r intake.Result) { // what could not be listed
		refused++
		fmt.Fprintf(e.stdout, "%s\t%s\n", intake.Printable(r.File.Path), r.Reason(e.lang))
	}
	c.Depositor = noDepositor{}
	var err error
	if c.Journal, err = intake.ReadJournal(journals, c.Source); err != nil {
		return exitFailed, err
	}
	folder, err := intake.New(c)
	if err != nil {
		return exitFailed, err
	}
	found, err := folder.List(ctx)
	if err != nil {
		return exitFailed, err
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	take, before := 0, 0
	var bytes int64
	for _, f := range found.Files {
		r, err := c.Plan(f)
		state := im.say("sẽ nhận", "would be taken")
		switch {
		case err != nil:
			state = sentence(err, e.lang)
			refused++
		case folder.Known(f):
			state = im.say("đã có từ trước", "there before")
			before++
		default:
			take++
			bytes += f.Size
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", intake.Printable(f.Path), bytesText(f.Size), r.Agency, r.Dossier, state)
	}
	if err := w.Flush(); err != nil {
		return exitFailed, err
	}
	fmt.Fprintf(e.stdout, im.say("sẽ nhận %d (%s), đã có từ trước %d, từ chối %d, bỏ qua %d\n", "would take %d (%s), there before %d, would refuse %d, passed over %d\n"),
		take, bytesText(bytes), before, refused, found.Passed)
	if refused > 0 {
		return exitFindings, nil
	}
	return exitDone, nil
}

// noDepositor takes nothing.
type noDepositor struct{}

func (noDepositor) Deposit(context.Context, intake.Request, *intake.Paper) (intake.Receipt, error) {
	return intake.Receipt{}, intake.ErrStop
}

package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"sohoa/archive"
)

// importOptions are what `sohoa import` adds to options.
type importOptions struct {
	agency, dossier, kind string
	moveTo, report        string
	remove                bool
	jobs                  int
}

// importDir is `sohoa import DIR`: every PDF, JPEG, PNG and TIFF below DIR is deposited, in order of name.
func importDir(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	var io importOptions
	fs := o.flags(e, "import")
	o.remote(fs)
	o.working(fs)
	fs.StringVar(&io.agency, "agency", "", "`code` of the agency that keeps the papers")
	fs.StringVar(&io.dossier, "dossier", "", "`code` of the dossier they belong to; a folder named by a dossier code says it for what lies in it")
	fs.StringVar(&io.kind, "kind", "component", "component or result")
	fs.StringVar(&io.moveTo, "move-to", "", "move each paper to this `folder` once it is acknowledged")
	fs.BoolVar(&io.remove, "remove", false, "remove each paper once it is acknowledged")
	fs.StringVar(&io.report, "report", "", "write what was refused and why to this CSV `file` (default: DIR's name with .refused.csv, in the present folder)")
	fs.IntVar(&io.jobs, "jobs", 4, "papers under way at once")
	rest, err := o.parseMixed(e, fs, args)
	if err != nil {
		return exitFailed, err
	}
	if len(rest) != 1 || io.remove && io.moveTo != "" || io.jobs < 1 {
		return exitFailed, errors.New("usage: sohoa import DIR [--agency CODE] [--remove | --move-to DIR]")
	}
	im := importer{env: e, dir: rest[0], opt: io}
	if err := im.prepare(&o); err != nil {
		return exitFailed, err
	}
	if o.server != "" {
		c, err := newClient(e, o.server)
		if err != nil {
			return exitFailed, err
		}
		im.deposit = im.through(c)
		return im.run(ctx)
	}
	o.readers = 0 // papers are read by the server that runs later; taking them in does not wait for it
	h, err := openHouse(ctx, e, &o, parts{working: true})
	if err != nil {
		return exitFailed, err
	}
	defer h.Close()
	im.deposit = im.here(h)
	return im.run(ctx)
}

// importer walks a folder and deposits what it finds.
type importer struct {
	env     *env
	dir     string
	opt     importOptions
	agency  archive.AgencyCode
	dossier archive.DossierCode
	journal *journal
	deposit func(ctx context.Context, path string, d archive.DossierCode) (id string, err error)

	mu      sync.Mutex
	taken   int
	before  int
	refused [][]string
}

func (im *importer) prepare(o *options) (err error) {
	if im.opt.agency != "" {
		if im.agency, err = archive.ParseAgencyCode(im.opt.agency); err != nil {
			return err
		}
	}
	if im.opt.dossier != "" {
		if im.dossier, err = archive.ParseDossierCode(im.opt.dossier); err != nil {
			return err
		}
	}
	if im.opt.kind != string(archive.Component) && im.opt.kind != string(archive.Result) {
		return errors.New("--kind takes component or result")
	}
	if im.dir, err = filepath.Abs(im.dir); err != nil {
		return err
	}
	if st, err := os.Stat(im.dir); err != nil {
		return err
	} else if !st.IsDir() {
		return fmt.Errorf("%s is not a folder", im.dir)
	}
	if im.opt.report == "" {
		im.opt.report = filepath.Base(im.dir) + ".refused.csv"
	}
	if im.opt.moveTo != "" {
		if im.opt.moveTo, err = filepath.Abs(im.opt.moveTo); err != nil {
			return err
		}
	}
	im.journal, err = openJournal(filepath.Join(o.data, "imports"), im.dir+"\x00"+o.server)
	return err
}

// list finds the papers, in the order of their names, with their size.
func (im *importer) list() (paths []string, skipped int, err error) {
	err = filepath.WalkDir(im.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && im.opt.moveTo == path:
			return filepath.SkipDir
		case d.IsDir(), strings.HasPrefix(d.Name(), "."):
			return nil
		case !d.Type().IsRegular(): // links lead out of the folder
			skipped++
			return nil
		}
		switch strings.ToLower(filepath.Ext(path)) {
		case ".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff":
			paths = append(paths, path)
		default:
			skipped++
		}
		return nil
	})
	return paths, skipped, err
}

func (im *importer) run(ctx context.Context) (int, error) {
	defer im.journal.Close()
	paths, skipped, err := im.list()
	if err != nil {
		return exitFailed, err
	}
	bar := newProgress(im.env, archive.Text{VI: "giấy tờ", EN: "papers"})
	work := make(chan string)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	var done int64
	for range im.opt.jobs {
		wg.Go(func() {
			for path := range work {
				if err := im.one(ctx, path); err != nil {
					stop(err)
					continue
				}
				im.mu.Lock()
				done++
				n := done
				im.mu.Unlock()
				bar.set(n, int64(len(paths)))
			}
		})
	}
feed:
	for _, p := range paths {
		select {
		case work <- p:
		case <-ctx.Done():
			break feed
		}
	}
	close(work)
	wg.Wait()
	bar.done()
	if err := im.writeReport(); err != nil {
		return exitFailed, err
	}
	fmt.Fprintf(im.env.stdout, im.say("nhận %d, đã có từ trước %d, từ chối %d, bỏ qua %d\n", "taken %d, there before %d, refused %d, passed over %d\n"),
		im.taken, im.before, len(im.refused), skipped)
	if err := context.Cause(ctx); err != nil {
		return exitFailed, fmt.Errorf("stopped: %w; run the same command again to go on", err)
	}
	if len(im.refused) > 0 {
		fmt.Fprintf(im.env.stdout, im.say("lý do từ chối: %s\n", "reasons: %s\n"), im.opt.report)
		return exitFindings, nil
	}
	return exitDone, nil
}

func (im *importer) say(vi, en string) string { return archive.Text{VI: vi, EN: en}.In(im.env.lang) }

// one deposits a paper. A refusal is noted and the next paper's turn comes; only what concerns the whole run is returned.
func (im *importer) one(ctx context.Context, path string) error {
	rel, err := filepath.Rel(im.dir, path)
	if err != nil {
		return err
	}
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if im.journal.has(rel, st) {
		im.count(&im.before)
		return im.settle(path, rel)
	}
	id, err := im.deposit(ctx, path, im.dossierOf(rel))
	code, fatal := outcome(err)
	switch {
	case fatal:
		return err
	case code == "duplicate_content": // taken before the journal knew: the store is the witness
		im.count(&im.before)
	case err != nil:
		im.mu.Lock()
		im.refused = append(im.refused, []string{rel, code, sentence(err, im.env.lang)})
		im.mu.Unlock()
		return nil
	default:
		im.count(&im.taken)
	}
	// Acknowledged, now noted, now moved: a stop between costs a look, never a paper.
	if err := im.journal.add(rel, st, id); err != nil {
		return err
	}
	return im.settle(path, rel)
}

func (im *importer) count(n *int) {
	im.mu.Lock()
	defer im.mu.Unlock()
	*n++
}

// settle removes or moves a paper that is acknowledged.
func (im *importer) settle(path, rel string) error {
	switch {
	case im.opt.remove:
		return os.Remove(path)
	case im.opt.moveTo != "":
		to := filepath.Join(im.opt.moveTo, rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.Rename(path, to)
	}
	return nil
}

// dossierOf takes the nearest folder above that is named by a dossier code, else the one given.
func (im *importer) dossierOf(rel string) archive.DossierCode {
	for dir := filepath.Dir(rel); dir != "."; dir = filepath.Dir(dir) {
		if c, err := archive.ParseDossierCode(filepath.Base(dir)); err == nil {
			return c
		}
	}
	return im.dossier
}

// outcome returns the code of a refusal, and whether the error concerns the whole run.
func outcome(err error) (string, bool) {
	if err == nil {
		return "", false
	}
	var p *problem
	if errors.As(err, &p) {
		return p.Code, p.Status == 401 || p.Status == 403 || p.Status >= 500
	}
	switch archive.KindOf(err) {
	case archive.Unprocessable, archive.TooLarge, archive.Conflict, archive.Invalid:
		return archive.CodeOf(err), false
	}
	return archive.CodeOf(err), true
}

func (im *importer) here(h *house) func(context.Context, string, archive.DossierCode) (string, error) {
	return func(ctx context.Context, path string, dossier archive.DossierCode) (string, error) {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		d, err := h.archive.Deposit(ctx, archive.System, archive.Deposit{Body: f, FileName: filepath.Base(path), MediaType: mime.TypeByExtension(filepath.Ext(path)),
			Kind: archive.DocumentKind(im.opt.kind), Dossier: dossier, Agency: im.agency})
		return d.ID.String(), err
	}
}

func (im *importer) through(c *client) func(context.Context, string, archive.DossierCode) (string, error) {
	return func(ctx context.Context, path string, dossier archive.DossierCode) (string, error) {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		st, err := f.Stat()
		if err != nil {
			return "", err
		}
		q := url.Values{"file_name": {filepath.Base(path)}, "kind": {im.opt.kind}}
		if im.agency != "" {
			q.Set("agency", im.agency.String())
		}
		if dossier != "" {
			q.Set("dossier", dossier.String())
		}
		var out struct {
			ID string `json:"id"`
		}
		typ := mime.TypeByExtension(filepath.Ext(path))
		err = c.do(ctx, http.MethodPut, "/documents?"+q.Encode(), http.Header{"Content-Type": {typ}}, f, st.Size(), &out)
		return out.ID, err
	}
}

// writeReport writes the refused papers with a reason each; without any, an old report is taken away.
func (im *importer) writeReport() error {
	if len(im.refused) == 0 {
		if err := os.Remove(im.opt.report); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	f, err := os.Create(im.opt.report)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	f.WriteString("\ufeff") // spreadsheet programs take it for UTF-8 only so
	w := csv.NewWriter(f)
	w.Write([]string{"file", "code", "reason"})
	for _, row := range im.refused {
		for i := range row {
			row[i] = plainCell(row[i])
		}
		w.Write(row)
	}
	w.Flush()
	return errors.Join(w.Error(), f.Close())
}

// plainCell keeps a file name from being run as a formula by the program that opens the table.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

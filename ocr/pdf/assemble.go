package pdf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// Assembly writes one PDF of pages taken from other papers, from front to back. Streams go over byte for byte; what is written anew is the
// frame around them: the page tree, the pages' own entries, the cross-reference table. The same pages give the same bytes: nothing in the
// output depends on the time, and its ID is a digest of its content.
//
// What does not go over: the information dictionary and XMP metadata (a title may be about pages that were left out, and a claim of PDF/A
// is for a judge to renew), the structure tree, page labels, threads, thumbnails, attachments, every action but plain links, and whatever
// points at pages that were not picked. Of the resources pages share only those go over that a picked page names: a page that was taken
// out must not stay behind as an unused picture. Form fields become what they look like.
//
// pdfcpu was not taken for this: it holds every stream in memory (a file of 500 MB is beyond a child's cap), writes a clock and chance into
// the output, and copies shared resources whole.
//
// Used by one goroutine at a time.
type Assembly struct {
	w       *cos.Writer
	lim     archive.AssembleLimits
	catalog int
	tree    int
	first   int // object number of page 1; the others follow
	pages   int
	put     []bool
	objects int // written beside the pages
	donors  []*Donor

	pictures int // pages made of picture files

	letters *glyphless // of the text laid over pages; nil when there is none
	mark    *Mark      // what the file says of itself; nil when it says nothing
}

// NewAssembly begins a file of the given number of pages.
func NewAssembly(w io.Writer, pages int, lim archive.AssembleLimits) *Assembly {
	lim = lim.WithDefaults()
	a := &Assembly{w: cos.NewWriter(w, "1.7", lim.Bytes), lim: lim, catalog: 1, tree: 2, first: 3, pages: pages, put: make([]bool, pages)}
	a.w.Used(a.first + pages - 1)
	return a
}

// page is the object number of page at, from 1.
func (a *Assembly) page(at int) int { return a.first + at - 1 }

// next gives a new object its number. It fails by panic with a spent budget, which Put and Finish turn into their error: copying is a
// recursion in which every step would have to pass it on.
func (a *Assembly) next() int {
	if a.objects++; a.objects > a.lim.Objects {
		panic(&cos.LimitError{What: "objects", Limit: int64(a.lim.Objects)})
	}
	return a.w.Next()
}

// Donor is a PDF that gives pages to an Assembly.
type Donor struct {
	a       *Assembly
	file    *cos.File
	release func()
	pages   []sheet

	first  map[int]int // page of the donor → place of its first copy in the assembly
	copied map[int]int // object number there → here
	queue  []cos.Ref   // numbered here, not yet written
	layers []layer
	form   cos.Dict

	places map[int]int               // see picked
	dests  map[cos.String]cos.Object // see named
}

// Open makes a PDF a donor. It must stay unchanged and open until the Assembly is finished. Errors: Conflict signed_file for a file that
// holds a signature, Conflict locked_file for one its owner locked, Unprocessable for one that cannot be taken apart.
func (a *Assembly) Open(ctx context.Context, f *os.File) (*Donor, error) { return a.open(ctx, f, true) }

// OpenSigned is Open for an assembly that is not to replace its source: it takes pages of a signed file, too, and of one its owner locked that
// opens without a password. What shows of a signature goes over, the signature does not; what is written is not encrypted, as it is not on the
// screen of whoever opens the source. Conflict locked_file for a file that needs a password.
func (a *Assembly) OpenSigned(ctx context.Context, f *os.File) (*Donor, error) {
	return a.open(ctx, f, false)
}

func (a *Assembly) open(ctx context.Context, f *os.File, unsigned bool) (d *Donor, err error) {
	defer a.guard(ctx, "open source", &err)
	data, release, err := view(f)
	if err != nil {
		return nil, err
	}
	keep := false
	defer func() {
		if !keep {
			release()
		}
	}()
	file, err := cos.Open(ctx, data, cos.Limits{Objects: a.lim.Objects, TotalBytes: a.lim.InflatedBytes})
	if err != nil {
		return nil, fmt.Errorf("open pdf: %w", err)
	}
	switch {
	case file.Lock() == cos.OwnerLocked && !unsigned:
		file.Plainly()
	case file.Lock() != cos.Unlocked:
		return nil, archive.Fault(archive.Conflict, "locked_file", archive.Text{
			VI: "Tệp này bị chủ sở hữu khóa, không tách ghép trang được. Xin in ra PDF thường hoặc quét lại.",
			EN: "The owner of this file locked it, so its pages cannot be rearranged. Print it to a plain PDF or scan it again."})
	}
	if unsigned {
		if err := refuseSigned(file); err != nil {
			return nil, err
		}
	}
	d = &Donor{a: a, file: file, release: release, first: map[int]int{}, copied: map[int]int{}}
	d.pages, _, _ = sheets(file, maxPages)
	d.form, _ = file.Dict(file.Root().Get("AcroForm"))
	a.donors = append(a.donors, d)
	keep = true
	return d, nil
}

func refuseSigned(file *cos.File) error {
	signed := false
	err := file.EachObject(func(o cos.Found) error {
		_, is := signatureOf(file, o)
		signed = signed || is
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for signatures: %w", err)
	}
	if signed {
		return archive.Fault(archive.Conflict, "signed_file", archive.Text{
			VI: "Tệp này có chữ ký số. Đổi trang sẽ làm mất chữ ký nên không được phép.",
			EN: "This file is digitally signed. Changing its pages would break the signature, so it is not allowed."})
	}
	return nil
}

// Pages is how many pages the donor has.
func (d *Donor) Pages() int { return len(d.pages) }

// Expect announces that page n of the donor will be page at of the assembly, so that links to it can be kept. All pages are announced
// before the first Put.
func (d *Donor) Expect(n, at int) {
	if _, ok := d.first[n]; !ok {
		d.first[n] = at
	}
}

// Put copies page n of the donor to be page at, turned clockwise by turn more degrees. Invalid when there is no such page.
func (d *Donor) Put(ctx context.Context, n, at, turn int) error {
	return d.put(ctx, n, at, turn, nil)
}

// PutWithText is Put, unturned, with words laid invisibly over the page, where they are on the page as displayed.
func (d *Donor) PutWithText(ctx context.Context, n, at int, words []archive.Word) error {
	return d.put(ctx, n, at, 0, words)
}

func (d *Donor) put(ctx context.Context, n, at, turn int, words []archive.Word) (err error) {
	defer d.a.guard(ctx, "copy page", &err)
	if n < 1 || n > len(d.pages) || at < 1 || at > d.a.pages || d.a.put[at-1] {
		return archive.Errorf(archive.Invalid, "page %d as page %d", n, at)
	}
	d.file.Use(ctx)
	s := &d.pages[n-1]
	out := cos.Dict{
		{Key: "Type", Val: cos.Name("Page")}, {Key: "Parent", Val: cos.Ref{Num: d.a.tree}}, {Key: "MediaBox", Val: s.media.array()},
	}
	if s.box != s.media {
		out = append(out, cos.Entry{Key: "CropBox", Val: s.box.array()})
	}
	if r := ((s.rotate+turn)%360 + 360) % 360; r != 0 {
		out = append(out, cos.Entry{Key: "Rotate", Val: int64(r)})
	}
	for _, key := range []cos.Name{"UserUnit", "BleedBox", "TrimBox", "ArtBox", "Group", "Tabs"} {
		if v := d.value(s.dict.Get(key), 0); v != nil {
			out = append(out, cos.Entry{Key: key, Val: v})
		}
	}
	used, err := d.usedOnPage(s)
	if err != nil {
		return err
	}
	resources := d.pruned(s.resources, used)
	var contents cos.Object
	if len(words) > 0 {
		contents, resources, err = d.overlaid(ctx, s, resources, words)
	} else {
		contents = d.value(s.dict.Get("Contents"), 0)
	}
	if err != nil {
		return err
	}
	if contents != nil {
		out = append(out, cos.Entry{Key: "Contents", Val: contents})
	}
	out = append(out, cos.Entry{Key: "Resources", Val: resources})
	annots, err := d.annotations(s, at)
	if err != nil {
		return err
	}
	if len(annots) > 0 {
		out = append(out, cos.Entry{Key: "Annots", Val: annots})
	}
	d.a.w.Object(d.a.page(at), out)
	d.a.put[at-1] = true
	return d.drain(ctx)
}

func (r rect) array() cos.Array { return cos.Array{r.X0, r.Y0, r.X1, r.Y1} }

// Finish writes what belongs to the whole and ends the file.
func (a *Assembly) Finish(ctx context.Context) (err error) {
	defer a.guard(ctx, "finish", &err)
	kids := make(cos.Array, a.pages)
	for i := range kids {
		if !a.put[i] {
			return archive.Errorf(archive.Internal, "page %d was never put", i+1)
		}
		kids[i] = cos.Ref{Num: a.page(i + 1)}
	}
	a.w.Object(a.tree, cos.Dict{{Key: "Type", Val: cos.Name("Pages")}, {Key: "Count", Val: int64(a.pages)}, {Key: "Kids", Val: kids}})
	catalog := cos.Dict{{Key: "Type", Val: cos.Name("Catalog")}, {Key: "Pages", Val: cos.Ref{Num: a.tree}}}
	if v := a.outlines(); v != nil {
		catalog = append(catalog, cos.Entry{Key: "Outlines", Val: v})
	}
	if v := a.optionalContent(); v != nil {
		catalog = append(catalog, cos.Entry{Key: "OCProperties", Val: v})
	}
	if v := a.outputIntents(); v != nil {
		catalog = append(catalog, cos.Entry{Key: "OutputIntents", Val: v})
	}
	for _, d := range a.donors {
		if err := d.drain(ctx); err != nil {
			return err
		}
	}
	if a.letters != nil {
		a.letters.write(a.w)
	}
	trailer := cos.Dict{{Key: "Root", Val: cos.Ref{Num: a.catalog}}}
	if a.mark != nil {
		catalog, trailer = a.marked(catalog, trailer)
	}
	a.w.Object(a.catalog, catalog)
	id := cos.String(a.w.Sum()[:16])
	return a.w.Finish(append(trailer, cos.Entry{Key: "ID", Val: cos.Array{id, id}}))
}

// Close frees the donors. It does not end the file: that is Finish.
func (a *Assembly) Close() {
	for _, d := range a.donors {
		d.release()
	}
	a.donors = nil
}

// guard turns spent budgets and panics over hostile papers into errors of the archive's kinds.
func (a *Assembly) guard(ctx context.Context, what string, err *error) {
	var limit *cos.LimitError
	if r := recover(); r != nil {
		if spent, is := r.(*cos.LimitError); is {
			*err = spent
		} else {
			*err = archive.Errorf(archive.Unprocessable, "%s: %v", what, r)
		}
	}
	if *err == nil {
		*err = a.w.Err()
	}
	var known *archive.Error
	switch {
	case *err == nil || ctx.Err() != nil || errors.As(*err, &known):
	case errors.Is(*err, cos.ErrTooLong):
		*err = archive.Fault(archive.TooLarge, "too_large", archive.Text{
			VI: "Tệp ghép lại vượt quá dung lượng cho phép.", EN: "The assembled file is larger than allowed."})
	case errors.As(*err, &limit):
		e := archive.Fault(archive.Unprocessable, "limits_exceeded", archive.Text{
			VI: "Tệp vượt giới hạn xử lý nên không tách ghép trang được.", EN: "The file exceeds a limit, so its pages cannot be rearranged."})
		e.Err = *err
		*err = e
	case a.w.Err() != nil: // whoever takes the bytes has stopped taking them
	default:
		*err = archive.Errorf(archive.Unprocessable, "%s: %w", what, *err)
	}
}

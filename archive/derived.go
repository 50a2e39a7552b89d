package archive

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// The derived folder of a document:
//
//	documents/<id>/<version>/pages/<n>      one page's reading while the version is being read (gzip JSON)
//	documents/<id>/<version>/words          all pages, one gzip member each, found by Page.Offset and Length
//	documents/<id>/<version>/text           all pages' text, gzip, each ended by a form feed
//	documents/<id>/<version>/images/<n>-<w> page images for the viewer (JPEG)
//	documents/<id>/<version>/copies/<tag>   the reading copy (PDF)
//
// Images and copies are a cache: they may be gone at any time (Passing), and who wants one makes it.
func derivedRoot(id ID) string { return "documents/" + id.String() }

func derivedVersion(id ID, version int) string { return fmt.Sprintf("documents/%s/%d", id, version) }

func pageKey(id ID, version, n int) string {
	return fmt.Sprintf("%s/pages/%d", derivedVersion(id, version), n)
}

func imageKey(id ID, version, n, width int) string {
	return fmt.Sprintf("%s/images/%d-%d", derivedVersion(id, version), n, width)
}

func copyKey(id ID, version int, tag string) string {
	return derivedVersion(id, version) + "/copies/" + tag
}

// Passing says of the key of a derived file whether it is kept only as long as there is room: it was made for somebody who looked, and is made
// again for the next. The words and the text are not: making them again takes a recogniser its time.
func Passing(key string) bool {
	parts := strings.Split(key, "/")
	return len(parts) == 5 && parts[0] == "documents" && (parts[3] == "images" || parts[3] == "copies")
}

// openPassing opens a passing file. Derived files are not synced: what a power cut left empty or full of zeros is taken away, and is NotFound
// like one that was never made.
func (a *Archive) openPassing(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	f, err := a.Derived.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	last := []byte{0}
	if end, err := f.Seek(-1, io.SeekEnd); err == nil && end >= 0 {
		_, _ = io.ReadFull(f, last) // what cannot be read stays 0
	}
	if _, err := f.Seek(0, io.SeekStart); err == nil && last[0] != 0 { // neither a JPEG nor a PDF ends with a zero
		return f, nil
	}
	f.Close()
	if err := a.Derived.Remove(ctx, key); err != nil {
		return nil, err
	}
	return nil, ErrNotFound
}

func packPage(p *PageReading) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := json.NewEncoder(z).Encode(p); err != nil {
		return nil, err
	}
	err := z.Close()
	return b.Bytes(), err
}

// unpackPage reads one page. A page holds at most maxPage bytes of JSON: more is a damaged file.
func unpackPage(r io.Reader) (PageReading, error) {
	const maxPage = 64 << 20
	var p PageReading
	z, err := gzip.NewReader(r)
	if err != nil {
		return p, Errorf(Corrupt, "derived page: %v", err)
	}
	z.Multistream(false)
	if err := json.NewDecoder(io.LimitReader(z, maxPage)).Decode(&p); err != nil {
		return p, Errorf(Corrupt, "derived page: %v", err)
	}
	return p, nil
}

// pageReading returns the words of one page, wherever they lie now. NotFound while it is not read.
func (a *Archive) pageReading(ctx context.Context, p Page) (PageReading, error) {
	if p.Source == "" {
		return PageReading{}, ErrNotFound
	}
	key := derivedVersion(p.Document, p.Version) + "/words"
	if p.Offset < 0 {
		key = pageKey(p.Document, p.Version, p.Number)
	}
	f, err := a.Derived.Open(ctx, key)
	if err != nil {
		return PageReading{}, err
	}
	defer f.Close()
	if p.Offset > 0 {
		if _, err := f.Seek(p.Offset, io.SeekStart); err != nil {
			return PageReading{}, err
		}
	}
	var r io.Reader = f
	if p.Offset >= 0 {
		r = io.LimitReader(f, p.Length)
	}
	return unpackPage(r)
}

// combine gathers the single page files of a version into the words and the text file. But for the few pages at both ends,
// one page is in memory at a time.
func (a *Archive) combine(ctx context.Context, d *Document, version int, rows []Page) (gathered, error) {
	out := gathered{rows: make([]Page, len(rows)), lesson: &lesson{}}
	pr, pw := io.Pipe()
	tr, tw := io.Pipe()
	across := passing{again: func(n int) (PageReading, error) { return a.pageReading(ctx, rows[n-1]) }}
	go func() {
		var off int64
		text := gzip.NewWriter(tw)
		err := func() error {
			for i, row := range rows {
				out.rows[i] = row
				p := PageReading{Number: row.Number}
				if row.Source != "" {
					var err error
					if p, err = a.pageReading(ctx, row); err != nil {
						return err
					}
				}
				for _, f := range p.Findings {
					if len(out.findings) < maxReadingFindings {
						f.Page = row.Number
						out.findings = append(out.findings, f)
					}
				}
				across.add(&p)
				out.codes.add(&p)
				b, err := packPage(&p)
				if err != nil {
					return err
				}
				out.lesson.page(&p)
				if i < ProposalPages || i >= len(rows)-ProposalPages {
					out.ends = append(out.ends, p)
				}
				out.rows[i].Offset, out.rows[i].Length = off, int64(len(b))
				off += int64(len(b))
				if _, err := pw.Write(b); err != nil {
					return err
				}
				if _, err := io.WriteString(text, strings.ReplaceAll(p.Text, "\f", " ")+"\f"); err != nil {
					return err
				}
			}
			fs := across.findings()
			out.findings = append(out.findings, fs[:min(len(fs), maxAcrossFindings)]...)
			return text.Close()
		}()
		tw.CloseWithError(err)
		pw.CloseWithError(err)
	}()
	root := derivedVersion(d.ID, version)
	done := make(chan error, 1)
	go func() {
		err := a.Derived.Put(ctx, root+"/text", tr)
		tr.CloseWithError(err)
		done <- err
	}()
	err := a.Derived.Put(ctx, root+"/words", pr)
	pr.CloseWithError(err)
	if terr := <-done; err == nil {
		err = terr
	}
	return out, err
}

// gathered is what combine has seen on its way.
type gathered struct {
	rows     []Page // with their places in the words file
	findings []Finding
	ends     []PageReading // the first and last ProposalPages
	lesson   *lesson
	codes    seenCodes
}

// maxReadingFindings bounds what a 5,000-page file can have to say about itself.
const maxReadingFindings = 200

// maxAcrossFindings bounds those that show only across pages. They have room of their own: bad scans of every page would take it.
const maxAcrossFindings = 50

// Texts yields the text of a document's head page by page. It is the PageTexts of this house and asks no
// rights: the index and its snippets stand behind them.
func (a *Archive) Texts(ctx context.Context, id ID) TextSeq {
	return func(yield func(PageText, error) bool) {
		var d Document
		rows := []Page{}
		err := a.Catalog.View(ctx, func(tx Tx) (err error) {
			if d, err = tx.Documents().Get(ctx, id); err != nil {
				return err
			}
			if d.Aside() {
				return nil // no text leaves the quarantine, though what was read before may not be removed yet
			}
			if d.Reading.State == ReadingDone || d.Reading.State == ReadingPartial {
				rows = nil
				return nil
			}
			rows, err = tx.Pages().List(ctx, id, d.Head().Number)
			return err
		})
		if err != nil {
			yield(PageText{}, err)
			return
		}
		if rows == nil {
			a.wholeText(ctx, derivedVersion(id, d.Head().Number)+"/text", yield)
			return
		}
		for _, row := range rows {
			p, err := a.pageReading(ctx, row)
			if KindOf(err) == NotFound {
				continue
			}
			if !yield(PageText{p.Number, p.Text}, err) || err != nil {
				return
			}
		}
	}
}

func (a *Archive) wholeText(ctx context.Context, key string, yield func(PageText, error) bool) {
	f, err := a.Derived.Open(ctx, key)
	if err != nil {
		if KindOf(err) != NotFound {
			yield(PageText{}, err)
		}
		return
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		yield(PageText{}, Errorf(Corrupt, "derived text: %v", err))
		return
	}
	b := newFeedReader(z)
	for n := 1; ; n++ {
		s, err := b.next()
		if err == io.EOF {
			return
		}
		if !yield(PageText{n, s}, err) || err != nil {
			return
		}
	}
}

package archive

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
)

// feedReader cuts a stream at form feeds.
type feedReader struct{ r *bufio.Reader }

func newFeedReader(r io.Reader) feedReader { return feedReader{bufio.NewReader(r)} }

func (f feedReader) next() (string, error) {
	s, err := f.r.ReadString('\f')
	if err == io.EOF && s != "" {
		return s, nil
	}
	if err != nil && err != io.EOF {
		return "", Errorf(Corrupt, "derived text: %v", err)
	}
	return strings.TrimSuffix(s, "\f"), err
}

// errNotRead says that a derived thing is still being made: ask again.
func errNotRead() error {
	e := Fault(Unavailable, "not_ready", Text{"Giấy tờ đang được đọc. Xin thử lại sau giây lát.", "The paper is still being read. Try again in a moment."})
	e.RetryAfter = 2e9
	return e
}

// pages is Document for what stands on the pages. In quarantine that takes ActQuarantine.
func (a *Archive) pages(ctx context.Context, actor Actor, id ID) (Document, error) {
	d, err := a.Document(ctx, actor, id)
	if err != nil {
		return Document{}, err
	}
	now := a.Clock.Now()
	if err := Decide(actor, ActPages, &d, now); err != nil {
		a.denied(ctx, actor, EvView, id.String(), now)
		return Document{}, err
	}
	return d, nil
}

// PageWords returns what was read on page n of the head. Unavailable code not_ready while it is being read.
func (a *Archive) PageWords(ctx context.Context, actor Actor, id ID, n int) (PageReading, error) {
	d, err := a.pages(ctx, actor, id)
	if err != nil {
		return PageReading{}, err
	}
	if n < 1 || n > d.PageCount() {
		return PageReading{}, ErrNotFound
	}
	var row Page
	err = a.Catalog.View(ctx, func(tx Tx) (err error) {
		row, err = tx.Pages().Get(ctx, id, d.Head().Number, n)
		return err
	})
	if KindOf(err) == NotFound || err == nil && row.Source == "" {
		return PageReading{}, errNotRead()
	}
	if err != nil {
		return PageReading{}, err
	}
	return a.pageReading(ctx, row)
}

// WriteText writes the text of the head to w, pages ended by form feeds. Unavailable code not_ready when no page
// has been read yet; nothing is written then.
func (a *Archive) WriteText(ctx context.Context, actor Actor, id ID, w io.Writer) error {
	d, err := a.pages(ctx, actor, id)
	if err != nil {
		return err
	}
	if d.Reading.PagesDone == 0 && (d.Reading.State == ReadingWaiting || d.Reading.State == ReadingRunning) {
		return errNotRead()
	}
	for p, err := range a.Texts(ctx, id) {
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, p.Text+"\n\f"); err != nil {
			return err
		}
	}
	return nil
}

// ImageWidths are the widths page images are made and cached at, in pixels.
var ImageWidths = []int{400, 1000, 1800}

// ImageWidth is the width that is made for a wanted one: the nearest above, or the widest.
func ImageWidth(wanted int) int {
	for _, w := range ImageWidths {
		if w >= wanted {
			return w
		}
	}
	return ImageWidths[len(ImageWidths)-1]
}

// PageImage returns a JPEG of page n of the head, at the cached width that is nearest above the wanted one.
func (a *Archive) PageImage(ctx context.Context, actor Actor, id ID, n, width int) (io.ReadSeekCloser, error) {
	d, err := a.pages(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if n < 1 || n > d.PageCount() || d.State == Disposed {
		return nil, ErrNotFound
	}
	return a.pageImage(ctx, &d, d.Head(), n, width)
}

// pageImage returns page n of a version, drawing it when nobody has looked at it lately.
func (a *Archive) pageImage(ctx context.Context, d *Document, v Version, n, width int) (io.ReadSeekCloser, error) {
	w := ImageWidth(width)
	key := imageKey(d.ID, v.Number, n, w)
	for range copyTries {
		f, err := a.openPassing(ctx, key)
		if KindOf(err) != NotFound || err == nil {
			return f, err
		}
		if did, err := a.making.alone(ctx, key, func() error { return a.makeImage(ctx, d, v, n, w, key) }); did || err != nil {
			if err != nil {
				return nil, err
			}
			break
		}
	}
	return a.openPassing(ctx, key)
}

func (a *Archive) makeImage(ctx context.Context, d *Document, v Version, n, width int, key string) error {
	if a.Reader == nil {
		return Errorf(Unavailable, "no reader to draw pages")
	}
	f, done, err := a.local(ctx, d, v)
	if err != nil {
		return err
	}
	defer done()
	jpg, err := a.Reader.Render(ctx, f, RenderRequest{MediaType: v.MediaType, Page: n, Width: width, Limits: a.Limits.Read})
	if err != nil {
		return err
	}
	return a.Derived.Put(ctx, key, bytes.NewReader(jpg))
}

// local returns a version as a file of this machine, copying it there when the store is elsewhere.
func (a *Archive) local(ctx context.Context, d *Document, v Version) (*os.File, func(), error) {
	c, err := a.content(ctx, d, v)
	if err != nil {
		return nil, nil, err
	}
	if f, ok := c.(Filer); ok {
		return f.File(), func() { c.Close() }, nil
	}
	defer c.Close()
	f, err := os.CreateTemp(a.Scratch, "sohoa-read-*")
	if err != nil {
		return nil, nil, fmt.Errorf("make local copy: %w", err)
	}
	os.Remove(f.Name()) // the open descriptor is all that is needed; a crash leaves nothing
	if _, err := io.Copy(f, c); err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("make local copy of %s: %w", d.ID, err)
	}
	return f, func() { f.Close() }, nil
}

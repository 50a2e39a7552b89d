package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// copyForm changes when copies are made otherwise than before: those of the older form are no longer found, and the cache lets them go.
const copyForm = 2

// copyTries is how often somebody who waited for another's attempt tries again: each time the other had failed.
const copyTries = 3

// Copied is a reading copy ready to be sent.
type Copied struct {
	io.ReadSeekCloser
	Document Document
	Tag      string // the same as long as the copy is the same
}

// ReadingCopy returns a PDF of the head that can be searched, and notes the download: its pages with the recognised words laid over them
// invisibly, marked as no original. It is made when somebody first asks and kept among the derived files until its room is needed; made again,
// it is the same.
//
// It is not made ahead of time for every paper: that would take the room of the store once more for copies of which most are never asked for,
// while making one takes a hundredth of a second a page.
//
// Errors: NotFound, Forbidden, Unavailable not_ready while the paper is being read, Conflict not_read when nobody reads it or no page could be
// read, Conflict locked_file and form_without_look, Unprocessable, TooLarge.
func (a *Archive) ReadingCopy(ctx context.Context, actor Actor, id ID) (*Copied, error) {
	c, err := a.FindReadingCopy(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	for range copyTries {
		if c.ReadSeekCloser, err = a.openPassing(ctx, c.key); err == nil {
			break
		}
		if KindOf(err) != NotFound {
			return nil, err
		}
		did, merr := a.making.alone(ctx, c.key, func() error { return a.makeCopy(ctx, c) })
		if merr != nil {
			return nil, merr
		}
		if did {
			c.ReadSeekCloser, err = a.openPassing(ctx, c.key)
			break
		}
	}
	if err != nil {
		return nil, err
	}
	ev := documentEvent(actor, EvDownload, a.Clock.Now(), &c.Document)
	v := c.Document.Head()
	ev.Detail = map[string]string{"version": strconv.Itoa(v.Number), "digest": v.Digest.String(), "what": "reading_copy"}
	if err := a.update(ctx, func(tx Tx) error { return tx.Events().Append(ctx, ev) }); err != nil {
		c.Close()
		return nil, err
	}
	return &c.Copied, nil
}

// PlannedCopy is a reading copy that may not be made yet.
type PlannedCopy struct {
	Copied
	key  string
	rows []Page
	mark CopyMark
}

// FindReadingCopy is ReadingCopy without making, opening or noting anything: it tells what the copy would be, and who may not have it.
func (a *Archive) FindReadingCopy(ctx context.Context, actor Actor, id ID) (*PlannedCopy, error) {
	now := a.Clock.Now()
	d, err := a.fetch(ctx, actor, id, now)
	if err != nil {
		return nil, err
	}
	if err := Decide(actor, ActDownload, &d, now); err != nil {
		a.denied(ctx, actor, EvDownload, id.String(), now)
		return nil, err
	}
	if d.State == Disposed {
		return nil, ErrNotFound
	}
	switch d.Reading.State {
	case ReadingDone, ReadingPartial:
	case ReadingWaiting, ReadingRunning:
		return nil, errNotRead()
	default:
		return nil, errNoWords
	}
	if d.Aside() {
		return nil, Fault(Conflict, "wrong_state", Text{"Giấy tờ đang bị cách ly nên không có bản đọc.", "The paper is in quarantine and has no reading copy."})
	}
	v := d.Head()
	c := &PlannedCopy{Copied: Copied{Document: d}, mark: copyMark(&d, v)}
	err = a.Catalog.View(ctx, func(tx Tx) (err error) {
		c.rows, err = tx.Pages().List(ctx, id, v.Number)
		return err
	})
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%d %s %q", copyForm, v.Digest, c.mark)
	for _, r := range c.rows {
		fmt.Fprintf(sum, "\n%d %s %d %d %d %g", r.Number, r.Source, r.Offset, r.Length, r.Words, r.Confidence)
	}
	c.Tag = hex.EncodeToString(sum.Sum(nil)[:16])
	c.key = copyKey(id, v.Number, c.Tag)
	return c, nil
}

var errNoWords = Fault(Conflict, "not_read", Text{"Giấy tờ này chưa được nhận dạng chữ nên không có bản đọc. Xin tải bản gốc, hoặc cho đọc lại.",
	"There is no text of this paper, so there is no reading copy. Take the original, or have it read again."})

// copyMark is what the copy of a version says of itself.
func copyMark(d *Document, v Version) CopyMark {
	f := &d.Fields
	title := strings.TrimSpace(TypeName(f.Type) + " " + strings.Trim(f.Number+"/"+f.Notation, "/"))
	for _, other := range []string{f.Subject, v.FileName} {
		if title == "" {
			title = other
		}
	}
	lang := f.Language
	if lang == "" {
		lang = "vi"
	}
	return CopyMark{Title: "Bản đọc: " + clean(title, 200), Language: lang, Source: v.Digest,
		Note: "Bản đọc để xem và tìm kiếm, không phải bản gốc. A reading copy to view and search, not the original."}
}

// makeCopy has the copy made and put among the derived files. Power lost here leaves a file in the spool of the derived folder, which the next
// start empties: a copy is there whole or not at all.
func (a *Archive) makeCopy(ctx context.Context, c *PlannedCopy) error {
	if a.Copier == nil {
		return Errorf(Unavailable, "nobody makes reading copies here")
	}
	d, v := &c.Document, c.Document.Head()
	words, done, err := a.words(ctx, c.rows, derivedVersion(d.ID, v.Number)+"/words")
	if err != nil {
		return err
	}
	defer done()
	src, free, err := a.local(ctx, d, v)
	if err != nil {
		return err
	}
	defer free()
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := a.Copier.Copy(ctx, CopyRequest{Source: AssembleSource{File: src, MediaType: v.MediaType}, Pages: len(v.Pages), Words: words, Mark: c.mark}, w, a.Limits.Assemble)
		w.CloseWithError(err)
		ended <- err
	}()
	err = a.Derived.Put(ctx, c.key, r)
	r.CloseWithError(err)
	if made := <-ended; made != nil {
		return made
	}
	return err
}

// words returns what was read of a version as a file of this machine. Readings that were lost are the paper's to be read again.
func (a *Archive) words(ctx context.Context, rows []Page, key string) (*os.File, func(), error) {
	for _, r := range rows {
		if r.Offset < 0 { // read, but not gathered yet: the reading says done in the moment in which it is
			return nil, nil, errNotRead()
		}
	}
	f, err := a.Derived.Open(ctx, key)
	if KindOf(err) == NotFound {
		return nil, nil, errNoWords
	}
	if err != nil {
		return nil, nil, err
	}
	if own, is := f.(Filer); is {
		return own.File(), func() { f.Close() }, nil
	}
	defer f.Close()
	t, err := os.CreateTemp(a.Scratch, "sohoa-words-*")
	if err != nil {
		return nil, nil, fmt.Errorf("make local copy of words: %w", err)
	}
	os.Remove(t.Name()) // the open descriptor is all that is needed; a crash leaves nothing
	if _, err := io.Copy(t, f); err != nil {
		t.Close()
		return nil, nil, fmt.Errorf("make local copy of words: %w", err)
	}
	return t, func() { t.Close() }, nil
}

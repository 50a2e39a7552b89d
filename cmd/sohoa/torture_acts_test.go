package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// An act of the steps scenario is one thing asked of a running house. It returns what comes afterwards, in the next life: to
// see that the act was done or not done, and to do it if it was not. Before is what must have been done for it.
type stepAct struct {
	name string
	// before prepares in peace; do is what may be cut short anywhere, and says on the way what was acknowledged.
	before func(*acting) error
	do     func(*acting)
	// after runs in the next life, recovered.
	after func(*acting) error
	// mine says which steps the act is the one to meet; others are met by chance, in work of the background.
	mine func(step string) bool
	// first is a step at which the program is killed before, so that do, which is the next start, has something to recover.
	first string
}

// acting is one performance of an act.
type acting struct {
	h    *tortured
	s    *server
	n    int
	id   string // of the paper it is about
	more []string
	body []byte
	up   halfway
	cut  bool // the performance did not end with an answer
}

// ask makes one request as one of the office. An answer that does not come is no error, want apart.
func (a *acting) ask(token, method, path string, header map[string]string, body []byte, want int) (paper, http.Header, error) {
	h := map[string]string{"Authorization": "Bearer " + token, "If-Match": "*", "Content-Type": "application/json"}
	for k, v := range header {
		h[k] = v
	}
	a.h.w.try()
	status, head, b, err := a.s.call(method, path, h, bytes.NewReader(body))
	a.cut = a.cut || err != nil
	if err != nil {
		return paper{}, nil, errNoAnswer
	}
	if status != want {
		return paper{}, nil, fmt.Errorf("%s %s: %d, want %d: %s", method, path, status, want, b)
	}
	p, _ := paperOf(b)
	return p, head, nil
}

var errNoAnswer = errors.New("no answer")

// heard notes an error that is not the silence of a dead program.
func (a *acting) heard(err error) {
	if err != nil && !errors.Is(err, errNoAnswer) {
		a.h.t.Error(err)
	}
}

func (a *acting) fresh(pages ...string) []byte {
	a.h.papers++
	if len(pages) == 0 {
		pages = []string{""}
	}
	for i := range pages {
		pages[i] = fmt.Sprintf("giấy tờ %d, trang %d %s", a.h.papers, i+1, pages[i])
	}
	return testkit.TextPDF(pages...)
}

var bytesAre = map[string]string{"Content-Type": "application/octet-stream"}

func (a *acting) put(body []byte, query string) (paper, error) {
	key := map[string]string{"Content-Type": "application/octet-stream", "Idempotency-Key": archive.DigestOf(body).Hex()}
	p, _, err := a.ask(a.h.office.clerk, http.MethodPut, "/api/v1/documents?agency=H15&file_name=x.pdf"+query, key, body, http.StatusCreated)
	if err == nil && p.State == "review" {
		a.h.w.note(a.h.t, told{p.ID, 1, archive.DigestOf(body).String(), "review"})
	}
	return p, err
}

// deposited makes a paper in review of its own.
func deposited(pages ...string) func(*acting) error {
	return func(a *acting) error {
		a.body = a.fresh(slices.Clone(pages)...)
		p, err := a.put(a.body, "")
		a.id = p.ID
		return err
	}
}

// bare is deposited without a word to the witness: the paper is going to be something else.
func bare(pages ...string) func(*acting) error {
	return func(a *acting) error {
		a.body = a.fresh(slices.Clone(pages)...)
		p, _, err := a.ask(a.h.office.clerk, http.MethodPut, "/api/v1/documents?agency=H15&file_name=x.pdf", bytesAre, a.body, http.StatusCreated)
		a.id = p.ID
		return err
	}
}

func (a *acting) move(token, id, move, reason string) error {
	body, _ := json.Marshal(map[string]string{"reason": reason})
	if reason == "" {
		body = []byte("{}")
	}
	_, _, err := a.ask(token, http.MethodPost, "/api/v1/documents/"+id+"/"+move, nil, body, http.StatusOK)
	return err
}

func submitted(a *acting) error {
	if err := deposited()(a); err != nil {
		return err
	}
	patch := map[string]string{"Content-Type": "application/merge-patch+json"}
	if _, _, err := a.ask(a.h.office.clerk, http.MethodPatch, "/api/v1/documents/"+a.id, patch, []byte(`{"type":"don","subject":"Đơn"}`), http.StatusOK); err != nil {
		return err
	}
	return a.move(a.h.office.clerk, a.id, "submit", "")
}

// state returns the paper as it stands; the act is done when it is in one of states.
func (a *acting) state(id string) (paper, error) {
	p, _, err := a.ask(a.h.office.checker, http.MethodGet, "/api/v1/documents/"+id, nil, nil, http.StatusOK)
	return p, err
}

// moved returns what sees to it that a move is made: it was, and is not made twice, or it is made now.
func moved(token func(office) string, move, reason string, from, to string) func(*acting) error {
	return func(a *acting) error {
		p, err := a.state(a.id)
		if err != nil {
			return err
		}
		if p.State == from && a.cut {
			if err := a.move(token(a.h.office), a.id, move, reason); err != nil {
				return fmt.Errorf("again: %w", err)
			}
			p, err = a.state(a.id)
		}
		if err == nil && p.State != to {
			err = fmt.Errorf("the paper is %s", p.State)
		}
		return err
	}
}

func clerkOf(o office) string   { return o.clerk }
func checkerOf(o office) string { return o.checker }

// in reports whether a step is one of the named acts', or of the disk store below them.
func in(prefixes ...string) func(string) bool {
	return func(step string) bool {
		return slices.ContainsFunc(append(prefixes, "store/"), func(p string) bool { return strings.HasPrefix(step, p) })
	}
}

func only(prefixes ...string) func(string) bool {
	return func(step string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(step, p) })
	}
}

// servedActs are those a running house performs.
var servedActs = []stepAct{
	{name: "deposit", mine: in("deposit/"),
		before: func(a *acting) error { a.body = a.fresh(); return nil },
		do:     func(a *acting) { _, err := a.put(a.body, ""); a.heard(err) },
		// The same request with the same key: the first answer, or the paper taken in now, and never two of it.
		after: func(a *acting) error { p, err := a.put(a.body, ""); a.id = p.ID; return err }},
	{name: "deposit into quarantine", mine: in("deposit/"),
		before: func(a *acting) error {
			a.h.papers++
			a.body = fmt.Appendf(nil, "%%PDF-1.4\nno PDF %d", a.h.papers)
			return nil
		},
		do:    func(a *acting) { _, err := a.put(a.body, "&on_fault=quarantine"); a.heard(err) },
		after: func(a *acting) error { _, err := a.put(a.body, "&on_fault=quarantine"); return err }},
	{name: "new scan", mine: in("act/"), before: deposited(), do: rescan, after: func(a *acting) error {
		p, err := a.state(a.id)
		if err == nil && len(p.Versions) == 1 {
			if !a.cut {
				return errors.New("an acknowledged version is not there")
			}
			rescan(a)
			p, err = a.state(a.id)
		}
		if err == nil && (len(p.Versions) != 2 || p.Versions[1].Digest != archive.DigestOf(a.body).String()) {
			err = fmt.Errorf("versions are %+v", p.Versions)
		}
		return err
	}},
	{name: "change of a field", mine: only("row/"), before: deposited(), do: func(a *acting) { a.heard(a.move(a.h.office.clerk, a.id, "discard", "thử")) },
		after: func(a *acting) error {
			if err := moved(clerkOf, "discard", "thử", "review", "discarded")(a); err != nil {
				return err
			}
			return a.move(a.h.office.clerk, a.id, "restore", "")
		}},
	{name: "accept", mine: in("act/"), before: submitted, do: func(a *acting) {
		err := a.move(a.h.office.checker, a.id, "accept", "")
		if err == nil {
			a.h.w.note(a.h.t, told{a.id, 1, archive.DigestOf(a.body).String(), "accepted"})
		}
		a.heard(err)
	}, after: moved(checkerOf, "accept", "", "checking", "accepted")},
	{name: "into quarantine", mine: in("quarantine/intent", "quarantine/copied", "quarantine/committed", "leave/"), before: bare(),
		do:    func(a *acting) { a.heard(a.move(a.h.office.checker, a.id, "quarantine", "thử")) },
		after: moved(checkerOf, "quarantine", "thử", "review", "quarantined")},
	{name: "out of quarantine", mine: in("act/", "leave/"), before: func(a *acting) error {
		if err := bare()(a); err != nil {
			return err
		}
		return a.move(a.h.office.checker, a.id, "quarantine", "thử")
	}, do: func(a *acting) { a.heard(a.move(a.h.office.checker, a.id, "release", "thử")) },
		after: moved(checkerOf, "release", "thử", "quarantined", "review")},
	{name: "split", mine: in("split/"), before: bare("", ""), do: func(a *acting) { a.heard(split(a)) }, after: func(a *acting) error {
		p, err := a.state(a.id)
		if err == nil && p.State == "review" && a.cut {
			err = split(a)
		} else if err == nil && p.State != "discarded" {
			err = fmt.Errorf("the paper is %s", p.State)
		}
		return err
	}},
	{name: "merge", mine: in("arrange/", "act/"), before: func(a *acting) error {
		if err := bare()(a); err != nil {
			return err
		}
		a.more = []string{a.id}
		return bare()(a)
	}, do: func(a *acting) { a.heard(merge(a)) }, after: func(a *acting) error {
		p, err := a.state(a.id)
		if err == nil && len(p.Versions) == 1 && a.cut {
			err = merge(a)
		}
		if err != nil {
			return err
		}
		if p, err = a.state(a.more[0]); err == nil && p.State != "discarded" {
			err = fmt.Errorf("the merged paper is %s", p.State)
		}
		return err
	}},
	{name: "upload in pieces", mine: in("upload/row", "upload/file", "upload/whole", "upload/taken", "deposit/"),
		before: func(a *acting) error { a.body = a.fresh(); return nil },
		do:     func(a *acting) { a.heard(upload(a)) },
		after: func(a *acting) error {
			if a.up.place == "" { // nothing was promised
				return upload(a)
			}
			return a.up.goOn(a.s)
		}},
	{name: "upload given up", mine: only("upload/dropped", "store/remove"),
		before: func(a *acting) error {
			a.body = a.fresh()
			return begin(a)
		},
		do: func(a *acting) { a.heard(giveUp(a)) },
		after: func(a *acting) error {
			if err := giveUp(a); err != nil && !strings.Contains(err.Error(), ": 404,") {
				return err
			}
			return nil
		}},
	{name: "damage mended", mine: in("scrub/"), before: func(a *acting) error {
		if err := deposited()(a); err != nil {
			return err
		}
		return eventually(func() error {
			if originalIn(a.h.second, archive.DigestOf(a.body)) == "" {
				return errors.New("the second store does not get it")
			}
			return nil
		})
	}, do: func(a *acting) {
		path := a.h.original(archive.DigestOf(a.body))
		b, err := os.ReadFile(path)
		if err == nil {
			b[len(b)/2] ^= 1
			err = os.WriteFile(path, b, 0o644)
		}
		if err != nil {
			a.h.t.Error(err)
			return
		}
		// Whoever reads it has the house look, and is given the other copy or an error, never what is damaged.
		status, _, got, err := a.s.call(http.MethodGet, "/api/v1/documents/"+a.id+"/file", nil, nil)
		if err == nil && status == http.StatusOK && !bytes.Equal(got, a.body) {
			a.h.t.Error("damaged bytes were handed out as sound")
		}
		a.cut = true
	}, after: func(a *acting) error {
		return eventually(func() error {
			if err := same(a.s, told{a.id, 1, archive.DigestOf(a.body).String(), "review"}); err != nil {
				return err
			}
			b, err := os.ReadFile(a.h.original(archive.DigestOf(a.body)))
			if err == nil && !bytes.Equal(b, a.body) {
				err = errors.New("the damage is still there")
			}
			return err
		})
	}},
	{name: "segment closed", mine: only("segment/", "house/", "mirror/owed"), before: deposited(), do: waits, after: nothing},
	{name: "second copy made", mine: only("mirror/"), before: deposited(), do: waits, after: nothing},
	{name: "deposit abandoned", mine: in("abandon/"), first: "deposit/object", before: func(a *acting) error { a.body = a.fresh(); return nil },
		do: func(a *acting) { _, err := a.put(a.body, ""); a.heard(err) }, after: func(a *acting) error { _, err := a.put(a.body, ""); return err }},
	{name: "act rolled forward", mine: in("recover/"), first: "act/object", before: deposited(), do: rescan, after: func(a *acting) error {
		p, err := a.state(a.id)
		if err == nil && len(p.Versions) != 2 {
			err = fmt.Errorf("%d versions: the store has two", len(p.Versions))
		}
		return err
	}},
	{name: "quarantine undone", mine: only("quarantine/undone"), first: "quarantine/copied", before: bare(),
		do:    func(a *acting) { a.heard(a.move(a.h.office.checker, a.id, "quarantine", "thử")) },
		after: moved(checkerOf, "quarantine", "thử", "review", "quarantined")},
	{name: "erasure finished", mine: in("erase/"), first: "row/committed", before: bare(),
		do: func(a *acting) { a.heard(a.move(a.h.office.clerk, a.id, "discard", "thử")) },
		after: func(a *acting) error {
			return eventually(func() error {
				p, err := a.state(a.id)
				if err == nil && p.State != "disposed" {
					err = fmt.Errorf("the paper is %s", p.State)
				}
				return err
			})
		}},
}

func nothing(*acting) error { return nil }

// waits is for acts of the background: what is to be done was deposited before.
func waits(a *acting) { a.cut = true }

func rescan(a *acting) {
	a.body = a.fresh("lại")
	_, _, err := a.ask(a.h.office.clerk, http.MethodPost, "/api/v1/documents/"+a.id+"/versions?file_name=lai.pdf", bytesAre, a.body, http.StatusCreated)
	if err == nil {
		a.h.w.note(a.h.t, told{a.id, 2, archive.DigestOf(a.body).String(), "review"})
	}
	a.heard(err)
}

func split(a *acting) error {
	_, _, err := a.ask(a.h.office.clerk, http.MethodPost, "/api/v1/documents/"+a.id+"/split", nil, []byte(`{"parts":[[{"page":1}],[{"page":2}]]}`), http.StatusCreated)
	return err
}

func merge(a *acting) error {
	_, _, err := a.ask(a.h.office.clerk, http.MethodPost, "/api/v1/documents/"+a.id+"/merge", nil, []byte(`{"documents":[{"id":"`+a.more[0]+`"}]}`), http.StatusOK)
	return err
}

var tus = map[string]string{"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}

func begin(a *acting) error {
	head := map[string]string{"Upload-Length": strconv.Itoa(len(a.body)), "Upload-Metadata": "filename eC5wZGY=,agency SDE1"}
	for k, v := range tus {
		head[k] = v
	}
	half := len(a.body) / 2
	_, got, err := a.ask(a.h.office.clerk, http.MethodPost, "/api/v1/uploads", head, a.body[:half], http.StatusCreated)
	if err != nil {
		return err
	}
	_, place, _ := strings.Cut(got.Get("Location"), "/api/")
	a.up = halfway{"/api/" + place, a.body, half}
	return nil
}

func upload(a *acting) error {
	if err := begin(a); err != nil {
		return err
	}
	head := map[string]string{"Upload-Offset": strconv.Itoa(a.up.acked)}
	for k, v := range tus {
		head[k] = v
	}
	_, got, err := a.ask(a.h.office.clerk, http.MethodPatch, a.up.place, head, a.body[a.up.acked:], http.StatusNoContent)
	if err == nil {
		a.h.w.note(a.h.t, told{filepath.Base(got.Get("Content-Location")), 1, archive.DigestOf(a.body).String(), "review"})
	}
	return err
}

func giveUp(a *acting) error {
	_, _, err := a.ask(a.h.office.clerk, http.MethodDelete, a.up.place, tus, nil, http.StatusNoContent)
	return err
}

package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// workers is how many clients there are at a time.
const workers = 8

// office is the tokens of those who work with a house: one scans, one checks, one looks after it.
type office struct{ clerk, checker, admin string }

func newOffice(t *testing.T, p program, dir string, house ...string) office {
	t.Helper()
	token := func(role string) string {
		args := append([]string{"token", "add", "--data", dir, "--role", role}, house...)
		if role != "admin" {
			args = append(args, "--agency", "H15")
		}
		return strings.TrimSpace(p.run(t, 0, args...))
	}
	return office{token("clerk"), token("checker"), token("admin")}
}

// clerks deposit, scan again and submit papers, and have them accepted, until they are told to stop or the program dies.
type clerks struct {
	t      testing.TB
	s      *server
	office office
	w      *witness
	stop   chan struct{}
	all    sync.WaitGroup
}

// employ sets the clerks to work. What each does next is drawn from seed.
func employ(t testing.TB, s *server, o office, w *witness, n int, seed uint64) *clerks {
	c := &clerks{t: t, s: s, office: o, w: w, stop: make(chan struct{})}
	for i := range n {
		c.all.Go(func() {
			k := clerk{clerks: c, chance: testkit.Chance(seed + uint64(i)<<32), name: fmt.Sprintf("%x-%d", seed, i)}
			for ; ; k.n++ {
				select {
				case <-c.stop:
					return
				default:
					k.work()
				}
			}
		})
	}
	return c
}

// dismiss returns when the last clerk has gone.
func (c *clerks) dismiss() {
	close(c.stop)
	c.all.Wait()
}

type clerk struct {
	*clerks
	chance *rand.Rand
	name   string
	n      int
	own    []told // papers in review that this clerk alone works on
}

// work does one thing.
func (k *clerk) work() {
	switch x := k.chance.IntN(100); {
	case x < 55 || len(k.own) == 0:
		k.deposit()
	case x < 70:
		k.upload()
	case x < 85:
		k.rescan()
	default:
		k.accept()
	}
}

// paper makes bytes that nobody has deposited yet; every third is larger than one write.
func (k *clerk) paper() []byte {
	if k.chance.IntN(3) == 0 {
		return testkit.PDF(1, 120_000+k.chance.IntN(200_000), k.chance.Uint64())
	}
	return testkit.TextPDF(fmt.Sprintf("giấy tờ %s số %d", k.name, k.n))
}

func (k *clerk) call(token, method, path string, header map[string]string, body []byte) (int, http.Header, paper, []byte, error) {
	h := map[string]string{"Authorization": "Bearer " + token, "Content-Type": "application/octet-stream"}
	for name, value := range header {
		h[name] = value
	}
	var r io.Reader
	if body != nil {
		r = bytes.NewReader(body)
	}
	k.w.try()
	status, head, b, err := k.s.call(method, path, h, r)
	p, ok := paperOf(b)
	if err == nil && status < 300 && !ok && strings.HasPrefix(head.Get("Content-Type"), "application/json") {
		err = fmt.Errorf("an answer of %d that cannot be read", status)
	}
	return status, head, p, b, err
}

// heard notes what an answer acknowledged. Refusals are as good as no answer: nothing was promised.
func (k *clerk) heard(status int, p paper, err error, version int, body []byte) bool {
	if err != nil || status != http.StatusCreated {
		return false
	}
	line := told{p.ID, version, archive.DigestOf(body).String(), "review"}
	k.w.note(k.t, line)
	return true
}

func (k *clerk) deposit() {
	body := k.paper()
	status, _, p, _, err := k.call(k.office.clerk, http.MethodPut, fmt.Sprintf("/api/v1/documents?file_name=%s-%d.pdf&kind=component&agency=H15", k.name, k.n), nil, body)
	if k.heard(status, p, err, 1, body) {
		k.own = append(k.own, told{ID: p.ID, Version: 1})
	}
}

// upload sends a paper in two pieces.
func (k *clerk) upload() {
	body := k.paper()
	tus := map[string]string{"Tus-Resumable": "1.0.0", "Upload-Length": strconv.Itoa(len(body)), "Content-Type": "application/offset+octet-stream",
		"Upload-Metadata": "filename " + base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s-%d.pdf", k.name, k.n)) + ",agency " + base64.StdEncoding.EncodeToString([]byte("H15"))}
	half := len(body) / 2
	status, head, _, _, err := k.call(k.office.clerk, http.MethodPost, "/api/v1/uploads", tus, body[:half])
	if err != nil || status != http.StatusCreated {
		return
	}
	place := head.Get("Location")
	if _, rest, ok := strings.Cut(place, "/api/"); ok {
		place = "/api/" + rest
	}
	delete(tus, "Upload-Length")
	delete(tus, "Upload-Metadata")
	tus["Upload-Offset"] = head.Get("Upload-Offset")
	status, head, _, _, err = k.call(k.office.clerk, http.MethodPatch, place, tus, body[half:])
	if err != nil || status != http.StatusNoContent {
		k.w.unfinished(halfway{place, body, half})
		return
	}
	id := path.Base(head.Get("Content-Location"))
	if k.heard(http.StatusCreated, paper{ID: id}, nil, 1, body) {
		k.own = append(k.own, told{ID: id, Version: 1})
	}
}

// halfway is an upload whose sender heard no answer to its second piece.
type halfway struct {
	place string
	body  []byte
	acked int
}

// goOn sends what the server says it has not got. Less than was acknowledged is a loss.
func (u halfway) goOn(s *server) error {
	tus := map[string]string{"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
	status, head, _, err := s.call(http.MethodHead, u.place, tus, nil)
	at, nerr := strconv.Atoi(head.Get("Upload-Offset"))
	if err != nil || nerr != nil || status != http.StatusOK || at < u.acked {
		return fmt.Errorf("%d %v, it says %q", status, err, head.Get("Upload-Offset"))
	}
	tus["Upload-Offset"] = strconv.Itoa(at)
	status, head, b, err := s.call(http.MethodPatch, u.place, tus, bytes.NewReader(u.body[at:]))
	if err != nil || status != http.StatusNoContent {
		return fmt.Errorf("going on at %d of %d: %d %v %s", at, len(u.body), status, err, b)
	}
	return same(s, told{path.Base(head.Get("Content-Location")), 1, archive.DigestOf(u.body).String(), "review"})
}

// rescan puts a new version behind a paper.
func (k *clerk) rescan() {
	i := k.chance.IntN(len(k.own))
	body := k.paper()
	status, _, p, _, err := k.call(k.office.clerk, http.MethodPost, fmt.Sprintf("/api/v1/documents/%s/versions?file_name=lai-%d.pdf", k.own[i].ID, k.n), nil, body)
	if err != nil || status != http.StatusCreated {
		k.drop(i) // what has become of it the clerk does not know
		return
	}
	k.own[i].Version = len(p.Versions)
	k.heard(status, p, nil, k.own[i].Version, body)
}

// accept fills in the form of a paper, submits it and has it accepted.
func (k *clerk) accept() {
	i := k.chance.IntN(len(k.own))
	own := k.own[i]
	k.drop(i)
	at := "/api/v1/documents/" + own.ID
	any := map[string]string{"If-Match": "*", "Content-Type": "application/merge-patch+json"}
	if status, _, _, _, err := k.call(k.office.clerk, http.MethodPatch, at, any, []byte(`{"type":"don","subject":"Đơn `+k.name+`"}`)); err != nil || status != http.StatusOK {
		return
	}
	any["Content-Type"] = "application/json"
	for _, move := range []struct{ token, name, state string }{{k.office.clerk, "submit", "checking"}, {k.office.checker, "accept", "accepted"}} {
		status, _, p, _, err := k.call(move.token, http.MethodPost, at+"/"+move.name, any, []byte("{}"))
		if err != nil || status != http.StatusOK || p.State != move.state || len(p.Versions) < own.Version {
			return
		}
		k.w.note(k.t, told{own.ID, own.Version, p.Versions[own.Version-1].Digest, move.state})
	}
}

func (k *clerk) drop(i int) { k.own = append(k.own[:i], k.own[i+1:]...) }

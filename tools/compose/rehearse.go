package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// patience is how long the whole rehearsal may take: a limit against hanging, far above the twenty seconds it takes.
const patience = 4 * time.Minute

// rehearse starts the services twice and uses them as their users would.
func (h *house) rehearse(ctx context.Context, r *report) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s, err := h.newStage(r)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.standIns(); err != nil {
		return err
	}
	scanning := h.programs["clamd"] != ""
	if !scanning {
		missing := "the virus scanner: clamd is not installed here, the house runs without one (apt-get install clamav-daemon)"
		if r.strict {
			r.wrong("%s", missing)
		}
		r.skip("%s", missing)
		delete(h.project.Services, "clamav")
		delete(h.project.Services["sohoa"].DependsOn, "clamav")
		delete(h.project.Services["sohoa"].Environment, "SOHOA_VIRUS_SCANNER")
	} else {
		r.skip("what the image of ClamAV does around clamd (renewing signatures); clamd itself, its settings and its port are real")
	}
	r.skip("what only an engine does: read-only roots, dropped rights, limits, owners of new volumes, networks (names are checked against them)")

	if err := s.up(ctx, "bucket"); err != nil {
		return err
	}
	if err := s.healthy(ctx, "s3"); err != nil {
		return err
	}
	keys, err := s.keys()
	if err != nil {
		return err
	}
	r.right("first start: keys drawn (%d characters, for their owner only), S3 server healthy, bucket made", len(keys))
	token, err := s.run(ctx, "sohoa", "token", "add", "--role", "clerk", "--agency", "H15")
	if err != nil {
		return err
	}
	if err := s.wholeHouse(ctx); err != nil {
		return err
	}
	r.right("%d services up in the order the file asks for, each healthy by its own check", len(s.running))
	c := &client{base: "http://" + s.addresses["sohoa"] + ":8080", token: token}
	doc, err := s.deposit(ctx, c, scanning)
	if err != nil {
		return err
	}
	if err := s.down(ctx); err != nil {
		return err
	}
	r.right("stopped by SIGTERM, each within its time")

	if err := s.wholeHouse(ctx); err != nil {
		return fmt.Errorf("second start: %w", err)
	}
	if again, err := s.keys(); err != nil || again != keys {
		return fmt.Errorf("the second start drew other keys: %v", err)
	}
	if got, err := c.file(ctx, doc); err != nil || !bytes.Equal(got, paper("")) {
		return fmt.Errorf("after the second start the paper is not what it was: %v", err)
	}
	if err := s.down(ctx); err != nil {
		return err
	}
	r.right("second start: the same keys, the same bucket, the same paper")
	return nil
}

// wholeHouse brings everything up and waits for the health of all.
func (s *stage) wholeHouse(ctx context.Context) error {
	for _, c := range s.services() {
		if err := s.up(ctx, c.Name); err != nil {
			return err
		}
	}
	for _, p := range slices.Clone(s.running) {
		if err := s.healthy(ctx, p.service.Name); err != nil {
			return err
		}
	}
	return nil
}

// keys returns both keys of the bucket, which nobody else can read.
func (s *stage) keys() (string, error) {
	all := ""
	for _, name := range []string{"access_key", "secret_key"} {
		path := filepath.Join(s.volume("keys"), name)
		info, err := os.Stat(path)
		if err != nil {
			return "", err
		}
		if info.Mode().Perm()&0o077 != 0 {
			return "", fmt.Errorf("%s can be read by others: %s", name, info.Mode())
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		all += strings.TrimSpace(string(text))
	}
	if len(all) < 50 {
		return "", fmt.Errorf("keys of %d characters", len(all))
	}
	return all, nil
}

func (s *stage) volume(name string) string { return filepath.Join(s.dir, "volumes", name) }

// deposit has a clean paper taken and one with a virus refused, and finds the bytes of the first, and not of the second, in
// the bucket.
func (s *stage) deposit(ctx context.Context, c *client, scanning bool) (string, error) {
	status, said, err := c.put(ctx, paper(""))
	if err != nil || status != http.StatusCreated || said.State != "review" {
		return "", fmt.Errorf("a clean paper: %d, state %q, code %q, %v", status, said.State, said.Code, err)
	}
	bad := paper(eicar())
	if scanning {
		status, no, err := c.put(ctx, bad)
		if err != nil || status != http.StatusUnprocessableEntity || no.Code != "unsafe_file" {
			return "", fmt.Errorf("a paper with a virus: %d, code %q, %v", status, no.Code, err)
		}
		s.report.right("a paper is taken and scanned; one with the test virus is refused")
	}
	bucket := filepath.Join(s.volume("objects"), "buckets", "papers", "store")
	found, err := holds(bucket, paper(""))
	if err != nil || found != 1 {
		return "", fmt.Errorf("the bucket holds the paper %d times: %v", found, err)
	}
	for _, dir := range []string{s.volume("objects"), s.volume("data")} {
		if n, err := holds(dir, bad); err != nil || n != 0 {
			return "", fmt.Errorf("%s holds what was refused %d times: %v", dir, n, err)
		}
	}
	if _, err := os.Stat(filepath.Join(s.volume("data"), "store")); err == nil {
		return "", fmt.Errorf("papers are kept in the data folder, too")
	}
	s.report.right("its bytes lie in the bucket, and what was refused lies nowhere")
	if got, err := c.file(ctx, said.ID); err != nil || !bytes.Equal(got, paper("")) {
		return "", fmt.Errorf("other bytes come back: %v", err)
	}
	return said.ID, nil
}

// holds counts the files below a folder that have these bytes.
func holds(dir string, want []byte) (n int, err error) {
	err = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		if info, err := e.Info(); err != nil || info.Size() != int64(len(want)) {
			return err
		}
		got, err := os.ReadFile(name)
		if err == nil && sha256.Sum256(got) == sha256.Sum256(want) {
			n++
		}
		return err
	})
	return n, err
}

// paper is a PDF of one page; inside lies in a stream of it.
func paper(inside string) []byte {
	var b bytes.Buffer
	var at []int
	object := func(text string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), text)
	}
	b.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>")
	text := "BT /F 18 Tf 40 100 Td (So hoa) Tj ET"
	object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text))
	object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(inside), inside))
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, off := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", off)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return b.Bytes()
}

// client speaks to the program.
type client struct{ base, token string }

type answer struct {
	ID, State, Code string
}

var idForm = regexp.MustCompile(`^[A-Za-z0-9-]{8,64}$`)

func (c *client) put(ctx context.Context, file []byte) (int, answer, error) {
	query := url.Values{"file_name": {"thu.pdf"}, "agency": {"H15"}}
	status, body, err := c.do(ctx, http.MethodPut, "/api/v1/documents?"+query.Encode(), file)
	if err != nil {
		return 0, answer{}, err
	}
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		return status, a, fmt.Errorf("%w: %s", err, body)
	}
	if status == http.StatusCreated && !idForm.MatchString(a.ID) {
		return status, a, fmt.Errorf("no number: %s", body)
	}
	return status, a, nil
}

func (c *client) file(ctx context.Context, id string) ([]byte, error) {
	status, body, err := c.do(ctx, http.MethodGet, "/api/v1/documents/"+id+"/file", nil)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%d: %s", status, body)
	}
	return body, err
}

func (c *client) do(ctx context.Context, method, path string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/pdf")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	return res.StatusCode, all, err
}

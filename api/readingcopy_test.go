package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"sohoa/api"
	"sohoa/archive"
)

// Copy writes down what it was given.
func (k *desk) Copy(_ context.Context, req archive.CopyRequest, out io.Writer, _ archive.AssembleLimits) error {
	k.copies.Add(1)
	z, err := gzip.NewReader(req.Words)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%%PDF-copy %s %s of %s", req.Mark.Language, req.Mark.Title, req.Mark.Source)
	for d := json.NewDecoder(z); ; {
		var p archive.PageReading
		if err := d.Decode(&p); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		fmt.Fprintf(out, " %d: %s", p.Number, p.Text)
	}
}

func TestReadingCopy(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	at := clerk.deposited("", paper(64))
	if a := clerk.do("GET", at+"/reading-copy", nil).refused(202, "not_ready"); a.header.Get("Retry-After") == "" {
		t.Error("202 without Retry-After")
	}
	w.work()
	waitFor(t, func() bool { return clerk.do("GET", at+"/reading", nil).want(200).text("state") == "done" })

	head := clerk.do("HEAD", at+"/reading-copy", nil).want(200)
	if w.desk.copies.Load() != 0 {
		t.Error("a look at the head made a copy")
	}
	c := clerk.do("GET", at+"/reading-copy", nil).want(200)
	digest := clerk.do("GET", at, nil).want(200).text("versions.0.digest")
	if s := string(c.body); !strings.HasPrefix(s, "%PDF-copy vi Bản đọc: ") || !strings.Contains(s, " of "+digest+" 1: ỦY BAN NHÂN DÂN TỈNH 2: cấp giấy phép xây dựng") {
		t.Errorf("copy %q", s)
	}
	if c.header.Get("ETag") != head.header.Get("ETag") || c.header.Get("Content-Type") != "application/pdf" || !strings.Contains(c.header.Get("Content-Disposition"), ".ban-doc.pdf") ||
		c.header.Get("Content-Security-Policy") == "" || c.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", c.header)
	}
	clerk.with("If-None-Match: "+c.header.Get("ETag")).do("GET", at+"/reading-copy", nil).want(304)
	if part := clerk.with("Range: bytes=0-8").do("GET", at+"/reading-copy", nil).want(206); !bytes.Equal(part.body, c.body[:9]) {
		t.Errorf("part %q", part.body)
	}
	if n := w.desk.copies.Load(); n != 1 {
		t.Errorf("made %d times", n)
	}
	// What the copy says of itself changes with the fields, and so does the copy.
	clerk.with("If-Match: *", "Content-Type: application/merge-patch+json").do("PATCH", at, `{"subject":"Cấp phép"}`).want(200)
	if again := clerk.do("GET", at+"/reading-copy", nil).want(200); again.header.Get("ETag") == c.header.Get("ETag") || !strings.Contains(string(again.body), "Bản đọc: Cấp phép") {
		t.Errorf("after the change: %s", again.body)
	}
	// One lost with the derived files is made again, the same.
	events := clerk.do("GET", at+"/events", nil).want(200)
	if n := strings.Count(string(events.body), `"reading_copy"`); n != 3 {
		t.Errorf("%d downloads noted, want 3: %s", n, events.body)
	}
	w.as(w.token(archive.RoleClerk, "H15.51")).do("GET", at+"/reading-copy", nil).refused(404, "not_found")
}

func TestNoReadingCopyWithoutReading(t *testing.T) {
	w := build(t, func(a *archive.Config, _ *api.Config) { a.Policy.NoReading = true })
	clerk := w.clerk()
	clerk.do("GET", clerk.deposited("", paper(64))+"/reading-copy", nil).refused(409, "not_read")
}

package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"sohoa/api"
	"sohoa/archive"
)

// paper returns the bytes of a paper the desk takes for a sound PDF; each call gives another one.
func paper(size int) []byte {
	b := make([]byte, max(size, 64))
	rand.Read(b)
	copy(b, "%PDF-1.7 paper ")
	return b
}

type part struct {
	name, file, typ, body string
	header                textproto.MIMEHeader
}

func form(parts ...part) (contentType string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{}
		for k, v := range p.header {
			h[k] = v
		}
		d := fmt.Sprintf(`form-data; name="%s"`, p.name)
		if p.file != "" {
			d += fmt.Sprintf(`; filename="%s"`, p.file)
		}
		h.Set("Content-Disposition", d)
		if p.typ != "" {
			h.Set("Content-Type", p.typ)
		}
		x, _ := w.CreatePart(h)
		io.WriteString(x, p.body)
	}
	w.Close()
	return w.FormDataContentType(), b.Bytes()
}

func (w *world) clerk() *caller { return w.as(w.token(archive.RoleClerk, "H15.50")) }

func TestDepositRaw(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	for _, method := range []string{http.MethodPut, http.MethodPost} {
		t.Run(method, func(t *testing.T) {
			body := paper(100_000)
			a := clerk.with("Content-Type: application/pdf").do(method, "/api/v1/documents?file_name=Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh.pdf&dossier=H15.50-261008-0975&kind=result&agency=H15.50", body).want(201)
			if loc := a.header.Get("Location"); loc != "/api/v1/documents/"+a.text("id") {
				t.Errorf("location %q", loc)
			}
			if a.header.Get("ETag") != `"r1"` || a.text("state") != "review" || a.text("kind") != "result" || a.text("dossier_code") != "H15.50-261008-0975" ||
				a.text("custodian.code") != "H15.50" || a.text("versions.0.digest") != archive.DigestOf(body).String() || a.text("versions.0.file_name") != "Quyết định.pdf" ||
				a.text("findings.0.code") != "low_resolution" || a.text("page_count") != "2" {
				t.Errorf("answer %s", a.body)
			}
			if got := clerk.do("GET", a.header.Get("Location")+"/file", nil).want(200); !bytes.Equal(got.body, body) {
				t.Error("other bytes came back")
			}
			clerk.with("Content-Type: application/pdf").do(method, "/api/v1/documents", body).refused(409, "duplicate_content")
			clerk.with("Content-Type: application/pdf").do(method, "/api/v1/documents?allow_duplicate=true", body).want(201)
		})
	}
}

func TestDepositRefusedSaysWhyAndKeepsNothing(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	for _, c := range []struct {
		reason, body, code string
		status             int
	}{
		{"a script in it", "%PDF-script", "unsafe_file", 422},
		{"no end of it", "%PDF-broken", "damaged_file", 422},
		{"a password on it", "%PDF-locked", "encrypted_file", 422},
		{"a picture the size of a field", "%PDF-bomb", "limits_exceeded", 422},
		{"a word processor's file", "PK\x03\x04", "unsupported_type", 415},
		{"nothing at all", "", "empty_file", 400},
	} {
		t.Run(c.reason, func(t *testing.T) {
			a := clerk.do("PUT", "/api/v1/documents?file_name=b%C3%AD%20m%E1%BA%ADt.pdf", c.body).refused(c.status, c.code)
			if c.status != 400 && a.text("findings.0.message") == "" {
				t.Errorf("no finding: %s", a.body)
			}
			if vi := clerk.with("Accept-Language: vi").do("PUT", "/api/v1/documents", c.body); vi.text("detail") == a.text("detail") || vi.text("title") == a.text("title") {
				t.Errorf("the same words in both languages: %s", vi.body)
			}
			if n := len(clerk.do("GET", "/api/v1/documents", nil).want(200).at("items").([]any)); n != 0 {
				t.Errorf("%d papers kept", n)
			}
		})
	}
	if n := w.Counters.Refusals.Load(); n != 10 {
		t.Errorf("%d refusals counted", n)
	}
}

func TestDepositParametersAreChecked(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	const secret = "zz9-plural-z-alpha"
	for _, c := range []struct{ reason, query, field string }{
		{"a dossier code of another form", "dossier=" + secret, "dossier"},
		{"an agency code of another form", "agency=" + secret, "agency"},
		{"a kind there is not", "kind=" + secret, "kind"},
		{"an access class there is not", "access=" + secret, "access"},
		{"neither true nor false", "allow_duplicate=" + secret, "query.allow_duplicate"},
		{"a mistyped parameter", "fil_name=x", "query.fil_name"},
		{"something else to do with a fault", "on_fault=" + secret, "on_fault"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			a := clerk.do("PUT", "/api/v1/documents?"+c.query, paper(64)).refused(400, "invalid")
			if a.text("errors.0.field") != c.field {
				t.Errorf("field %q: %s", a.text("errors.0.field"), a.body)
			}
			if bytes.Contains(a.body, []byte(secret)) {
				t.Errorf("the caller's value came back: %s", a.body)
			}
		})
	}
	clerk.do("PUT", "/api/v1/documents?agency=H15.99", paper(64)).refused(404, "not_found")
	w.as(w.token(archive.RoleAuditor, "H15.50")).do("PUT", "/api/v1/documents", paper(64)).refused(403, "forbidden")
}

func TestDepositMultipart(t *testing.T) {
	w := build(t)
	clerk := w.clerk()
	body := paper(50_000)
	meta := `{"dossier_code":"H15.50-261008-0975","type":"QĐ","number":"1287","notation":"QĐ-UBND","issued_on":"05/01/2024","issuing_agency":{"name":"UBND tỉnh"},
		"subject":"Cấp phép","page_count":2,"signer":{"name":"Y Bhem Niê"},"owner":{"id":"066 200 012 345","name":"H'Linh Byă"}}`
	typ, b := form(part{name: "metadata", typ: "application/json", body: meta}, part{name: "file", file: "Giấy phép số 1.pdf", typ: "application/pdf", body: string(body)})
	a := clerk.with("Content-Type: "+typ).do("POST", "/api/v1/documents", b).want(201)
	for path, want := range map[string]string{"dossier_code": "H15.50-261008-0975", "type": "QĐ", "number": "1287", "issued_on": "2024-01-05", "issuing_agency.name": "UBND tỉnh",
		"signer.name": "Y Bhem Niê", "owner.id": "066*****2345", "owner.id_type": "cccd", "owner.name": "H'Linh Byă", "versions.0.file_name": "Giấy phép số 1.pdf", "versions.0.digest": archive.DigestOf(body).String()} {
		if got := a.text(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	file := part{name: "file", file: "a.pdf", body: string(paper(64))}
	for _, c := range []struct {
		reason string
		parts  []part
		status int
		code   string
		field  string
	}{
		{"metadata after the file", []part{file, {name: "metadata", body: "{}"}}, 400, "bad_form", ""},
		{"two files", []part{file, file}, 400, "bad_form", ""},
		{"no file", []part{{name: "metadata", body: "{}"}}, 400, "bad_form", ""},
		{"no part at all", nil, 400, "bad_form", ""},
		{"a part nobody knows", []part{{name: "comment", body: "x"}, file}, 400, "bad_form", ""},
		{"metadata twice", []part{{name: "metadata", body: "{}"}, {name: "metadata", body: "{}"}, file}, 400, "bad_form", ""},
		{"metadata that is not JSON", []part{{name: "metadata", body: "{"}, file}, 400, "invalid", "metadata"},
		{"a mistyped member", []part{{name: "metadata", body: `{"isued_on":"2024-01-05"}`}, file}, 400, "invalid", "metadata.isued_on"},
		{"a number where words belong", []part{{name: "metadata", body: `{"subject":7}`}, file}, 400, "invalid", "metadata.subject"},
		{"a day that never was", []part{{name: "metadata", body: `{"issued_on":"2024-02-30"}`}, file}, 400, "invalid", "issued_on"},
		{"fewer pages than announced", []part{{name: "metadata", body: `{"page_count":3}`}, file}, 400, "page_count", "page_count"},
		{"a negative number of pages", []part{{name: "metadata", body: `{"page_count":-1}`}, file}, 400, "invalid", "page_count"},
		{"two values", []part{{name: "metadata", body: `{}{}`}, file}, 400, "invalid", "metadata"},
		{"more metadata than fits", []part{{name: "metadata", body: `{"subject":"` + strings.Repeat("a", 70<<10) + `"}`}, file}, 413, "too_large", ""},
		{"an encoded file", []part{{name: "file", file: "a.pdf", body: "JVBERi0=", header: textproto.MIMEHeader{"Content-Transfer-Encoding": {"base64"}}}}, 400, "bad_form", ""},
	} {
		t.Run(c.reason, func(t *testing.T) {
			typ, b := form(c.parts...)
			a := clerk.with("Content-Type: "+typ).do("POST", "/api/v1/documents", b).refused(c.status, c.code)
			if a.text("errors.0.field") != c.field {
				t.Errorf("field %q: %s", a.text("errors.0.field"), a.body)
			}
		})
	}
	t.Run("a part whose head never ends", func(t *testing.T) {
		b := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\nX-Long: " + strings.Repeat("a", 1<<20)
		clerk.with("Content-Type: multipart/form-data; boundary=x").do("POST", "/api/v1/documents", b).refused(413, "too_large")
	})
	t.Run("a form cut before its end", func(t *testing.T) {
		typ, b := form(file)
		clerk.with("Content-Type: "+typ).do("POST", "/api/v1/documents", b[:len(b)-10]).refused(400, "incomplete_body")
	})
	t.Run("a form by PUT", func(t *testing.T) {
		typ, b := form(file)
		clerk.with("Content-Type: "+typ).do("PUT", "/api/v1/documents", b).refused(415, "unsupported_type")
	})
	if l := clerk.do("GET", "/api/v1/documents", nil).want(200); len(l.at("items").([]any)) != 1 {
		t.Errorf("refused forms left papers: %s", l.body)
	}
}

func TestDepositLimits(t *testing.T) {
	w := build(t, func(a *archive.Config, _ *api.Config) { a.Limits.FileBytes = 10_000 })
	clerk := w.clerk()
	clerk.do("PUT", "/api/v1/documents", paper(10_000)).want(201)
	clerk.do("PUT", "/api/v1/documents", paper(10_001)).refused(413, "too_large")
	clerk.do("PUT", "/api/v1/documents", struct{ io.Reader }{bytes.NewReader(paper(10_001))}).refused(413, "too_large") // chunked: no length told
}

func TestUploadsAtOnceAreBounded(t *testing.T) {
	w := build(t, func(a *archive.Config, _ *api.Config) { a.Limits.Door.Uploads = 1 })
	clerk := w.clerk()
	w.desk.block = make(chan struct{})
	first := make(chan *answer)
	go func() { first <- clerk.do("PUT", "/api/v1/documents", paper(64)) }()
	waitFor(t, func() bool { return w.intents() == 1 })
	a := clerk.do("PUT", "/api/v1/documents", paper(64)).refused(503, "too_many_uploads")
	if a.header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
	close(w.desk.block)
	(<-first).want(201)
}

func (w *world) intents() int {
	var n int
	must(w.t, w.Catalog.View(w.t.Context(), func(tx archive.Tx) (err error) { n, err = tx.Intents().Count(w.t.Context()); return err }))
	return n
}

// waitFor polls until ok holds; a test that waits for the other side of a connection has nothing else to hold on to.
func waitFor(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("it did not come about in 20 s")
}

func TestAnUploadThatIsGivenUpLeavesNothing(t *testing.T) {
	w := build(t)
	token := w.token(archive.RoleClerk, "H15.50")
	ctx, hangUp := context.WithCancel(t.Context())
	pr, pw := io.Pipe()
	req, err := http.NewRequestWithContext(ctx, "PUT", w.server.URL+"/api/v1/documents", pr)
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	done := make(chan struct{})
	go func() { defer close(done); _, _ = http.DefaultTransport.RoundTrip(req) }()
	pw.Write(paper(100_000))
	waitFor(t, func() bool { return w.intents() == 1 })
	hangUp()
	pw.CloseWithError(io.ErrClosedPipe)
	<-done
	waitFor(t, func() bool { return w.intents() == 0 })
	if l := w.as(token).do("GET", "/api/v1/documents", nil).want(200); len(l.at("items").([]any)) != 0 {
		t.Errorf("something is visible: %s", l.body)
	}
}

func TestIdempotencyKey(t *testing.T) {
	w := build(t)
	clerk, other := w.clerk(), w.clerk()
	body := paper(20_000)
	keyed := clerk.with("Idempotency-Key: k-1")
	first := keyed.do("PUT", "/api/v1/documents?file_name=a.pdf", body).want(201)
	second := keyed.do("PUT", "/api/v1/documents?file_name=a.pdf", body).want(201)
	if !bytes.Equal(first.body, second.body) || first.header.Get("Location") != second.header.Get("Location") || first.header.Get("ETag") != second.header.Get("ETag") {
		t.Errorf("another answer:\n%s%s", first.body, second.body)
	}
	keyed.do("PUT", "/api/v1/documents?file_name=a.pdf", paper(20_000)).refused(422, "key_reused")
	keyed.do("PUT", "/api/v1/documents?file_name=b.pdf", body).refused(422, "key_reused")
	other.with("Idempotency-Key: k-1").do("PUT", "/api/v1/documents?file_name=a.pdf&allow_duplicate=true", body).want(201) // another actor's key

	t.Run("a form is the same whatever its boundary", func(t *testing.T) {
		parts := []part{{name: "metadata", body: `{"subject":"x"}`}, {name: "file", file: "c.pdf", body: string(paper(5000))}}
		typ1, b1 := form(parts...)
		typ2, b2 := form(parts...)
		a := clerk.with("Idempotency-Key: k-2", "Content-Type: "+typ1).do("POST", "/api/v1/documents", b1).want(201)
		b := clerk.with("Idempotency-Key: k-2", "Content-Type: "+typ2).do("POST", "/api/v1/documents", b2).want(201)
		if !bytes.Equal(a.body, b.body) {
			t.Errorf("another answer:\n%s%s", a.body, b.body)
		}
	})
	t.Run("a refusal is not kept", func(t *testing.T) {
		k := clerk.with("Idempotency-Key: k-3")
		k.do("PUT", "/api/v1/documents", "%PDF-script").refused(422, "unsafe_file")
		k.do("PUT", "/api/v1/documents", paper(64)).want(201)
	})
	t.Run("the first is still running", func(t *testing.T) {
		w.desk.block = make(chan struct{})
		defer func() { w.desk.block = nil }()
		k, b := clerk.with("Idempotency-Key: k-4"), paper(64)
		running := make(chan *answer)
		go func() { running <- k.do("PUT", "/api/v1/documents", b) }()
		waitFor(t, func() bool { return w.intents() == 1 })
		a := k.do("PUT", "/api/v1/documents", b).refused(409, "still_running")
		if a.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		close(w.desk.block)
		id := (<-running).want(201).text("id")
		if again := k.do("PUT", "/api/v1/documents", b).want(201); again.text("id") != id {
			t.Error("made twice")
		}
	})
	t.Run("a dossier", func(t *testing.T) {
		k := clerk.with("Idempotency-Key: k-5")
		in := map[string]any{"code": "H15.50-261008-0001", "title": "Cấp phép"}
		a := k.do("POST", "/api/v1/dossiers", in).want(201)
		b := k.do("POST", "/api/v1/dossiers", in).want(201)
		if !bytes.Equal(a.body, b.body) {
			t.Errorf("another answer:\n%s%s", a.body, b.body)
		}
		in["title"] = "Khác"
		k.do("POST", "/api/v1/dossiers", in).refused(422, "key_reused")
		clerk.do("POST", "/api/v1/dossiers", in).want(409)
	})
	t.Run("a token is not told twice", func(t *testing.T) {
		admin := w.as(w.token(archive.RoleAdmin, "")).with("Idempotency-Key: k-6")
		in := map[string]any{"role": "clerk", "agency": "H15.50"}
		a := admin.do("POST", "/api/v1/tokens", in).want(201)
		b := admin.do("POST", "/api/v1/tokens", in).want(201)
		if a.text("id") != b.text("id") || a.text("secret") == "" || b.text("secret") != "" {
			t.Errorf("answers:\n%s%s", a.body, b.body)
		}
	})
	clerk.with("Idempotency-Key: "+strings.Repeat("k", 201)).do("PUT", "/api/v1/documents", paper(64)).refused(400, "invalid")
}

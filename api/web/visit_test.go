package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sohoa/archive"
)

// brokenDoor breaks when it is asked who comes in.
type brokenDoor struct{ Door }

func (brokenDoor) Who(*http.Request) (archive.Actor, archive.Account, bool, error) {
	panic("the door fell off")
}

func TestPanicIsAPage(t *testing.T) {
	gin.SetMode(gin.TestMode)
	var log strings.Builder
	p, err := New(Config{Archive: &archive.Archive{Config: archive.Config{Clock: archive.SystemClock{}}}, Door: brokenDoor{}, Lang: func(context.Context) string { return "vi" },
		Problem: func(context.Context, error) Problem {
			return Problem{500, "Lỗi hệ thống", "Hệ thống gặp lỗi.", "yêu-cầu-1"}
		}, Code: func(string) (int, string, error) { return 0, "", nil }, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	e := gin.New()
	p.Register(e)
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if w.Code != 500 || !strings.Contains(w.Body.String(), "yêu-cầu-1") || !strings.Contains(log.String(), "the door fell off") || strings.Contains(w.Body.String(), "fell off") {
		t.Errorf("%d %s\n%s", w.Code, w.Body, log.String())
	}
}

func TestNewRefusesWhatIsMissing(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("pages without an archive")
	}
}

func TestLocal(t *testing.T) {
	for in, want := range map[string]string{"/": "/", "/search?q=a": "/search?q=a", "": "/", "//x": "/", "/\\x": "/", "https://x/": "/", "x": "/", "/\n": "/", "/%2f%2fx": "/%2f%2fx", "///x": "/"} {
		if got := local(in); got != want {
			t.Errorf("%q leads to %q, want %q", in, got, want)
		}
	}
}

func TestFindingsAreSaidOnce(t *testing.T) {
	v := &visit{lang: "vi"}
	low := archive.Text{VI: "Dưới 200 dpi.", EN: "Below 200 dpi."}
	fs := []archive.Finding{{Severity: archive.Info, Msg: archive.Text{VI: "Chưa phải PDF/A.", EN: "Not PDF/A."}}}
	for page := 1; page <= 10; page++ {
		fs = append(fs, archive.Finding{Severity: archive.Warning, Page: page, Msg: low}, archive.Finding{Severity: archive.Warning, Page: min(page, 3), Object: 7, Msg: low})
	}
	want := []Finding{{Tone: "warn", Level: "Lưu ý", Text: "Dưới 200 dpi.", Pages: []int{1, 2, 3, 4, 5, 6}, More: 4, Where: "trang 1, 2, 3, 4, 5, 6, …; đối tượng PDF 7", In: "đối tượng PDF 7"}, {Tone: "quiet", Level: "Thông tin", Text: "Chưa phải PDF/A."}}
	if diff := cmp.Diff(want, v.findings(fs), cmpopts.IgnoreUnexported(Finding{})); diff != "" {
		t.Error(diff)
	}
}

func TestFigures(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{size("vi", 999), "999\u00a0B"}, {size("vi", 1500), "1,5\u00a0KB"}, {size("en", 1500), "1.5\u00a0KB"}, {size("vi", 123_456_789), "123\u00a0MB"},
		{count("vi", 1234567), "1.234.567"}, {count("en", 1234567), "1,234,567"}, {count("vi", 999), "999"}, {count("vi", -1000), "-1.000"}, {percent(0.934), "93%"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestTitle(t *testing.T) {
	file := []archive.Version{{FileName: "a.pdf"}}
	for _, c := range []struct {
		reason         string
		fields         archive.Fields
		title, subline string
	}{
		{"nothing is known", archive.Fields{}, "a.pdf", ""},
		{"only the subject", archive.Fields{Subject: "Về việc"}, "Về việc", "a.pdf"},
		{"all of it", archive.Fields{Type: "QĐ", Number: "15", Notation: "QĐ-UBND", Subject: "Về việc"}, "Quyết định 15/QĐ-UBND", "Về việc"},
		{"a number alone", archive.Fields{Number: "15"}, "15", "a.pdf"},
		{"a type alone", archive.Fields{Type: "Đơn"}, "Đơn", "a.pdf"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			d := &archive.Document{Fields: c.fields, Versions: file}
			if title(d) != c.title || subtitle(d) != c.subline {
				t.Errorf("%q, %q", title(d), subtitle(d))
			}
		})
	}
}

func TestReadAs(t *testing.T) {
	d := &archive.Document{}
	if got := readAs(d); got != "" {
		t.Errorf("nothing was read, and it is called %q", got)
	}
	d.Reading.Proposals = []archive.Proposal{{Field: "type", Value: "QĐ"}, {Field: "number", Value: "15"}, {Field: "notation", Value: "QĐ-UBND"}, {Field: "subject", Value: "Về việc"}}
	if got := readAs(d); got != "Quyết định 15/QĐ-UBND – Về việc" {
		t.Errorf("%q", got)
	}
}

func TestFaultsKeepWhatIsInside(t *testing.T) {
	p := &Pages{Config: Config{Problem: func(context.Context, error) Problem { return Problem{Status: 400} }}}
	if _, _, _, ok := p.faults(&visit{lang: "vi"}, errors.New("disk on fire")); ok {
		t.Error("an unforeseen error is shown beside a field")
	}
}

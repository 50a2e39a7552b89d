package reply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"sohoa/archive"
)

func TestStatusOfEveryKindAndCode(t *testing.T) {
	fault := func(k archive.Kind, code string) error { return archive.Fault(k, code, archive.KindText(k)) }
	for _, c := range []struct {
		reason string
		err    error
		status int
		code   string
		retry  string
	}{
		{"a wrong request", archive.Errorf(archive.Invalid, "x"), 400, "invalid", ""},
		{"absent or out of scope", archive.ErrNotFound, 404, "not_found", ""},
		{"in scope, not allowed", archive.ErrForbidden, 403, "forbidden", ""},
		{"the state stands against it", fault(archive.Conflict, "wrong_state"), 409, "wrong_state", ""},
		{"somebody was quicker", archive.ErrStale, 412, "stale_revision", ""},
		{"too large", archive.Errorf(archive.TooLarge, "x"), 413, "too_large", ""},
		{"too large, says the transport", &http.MaxBytesError{Limit: 1}, 413, "too_large", ""},
		{"not a type we take", fault(archive.Unprocessable, "unsupported_type"), 415, "unsupported_type", ""},
		{"not a paper we take", fault(archive.Unprocessable, "unsafe_file"), 422, "unsafe_file", ""},
		{"the store is full", fault(archive.Unavailable, "storage_full"), 507, "storage_full", "5"},
		{"a part is away", archive.Errorf(archive.Unavailable, "x"), 503, "unavailable", "5"},
		{"away, and for how long", &archive.Error{Kind: archive.Unavailable, RetryAfter: 1500 * time.Millisecond}, 503, "unavailable", "2"},
		{"being made", &archive.Error{Kind: archive.Unavailable, Code: "not_ready", RetryAfter: 2 * time.Second}, 202, "not_ready", "2"},
		{"damaged", archive.Errorf(archive.Corrupt, "x"), 500, "corrupt", ""},
		{"unforeseen", errors.New("disk on fire"), 500, "internal", ""},
		{"unforeseen, wrapped", fmt.Errorf("a: %w", archive.Errorf(archive.Internal, "b")), 500, "internal", ""},
		{"a wrapped fault", fmt.Errorf("a: %w", archive.ErrNotFound), 404, "not_found", ""},
		{"the body broke off", fmt.Errorf("read: %w", io.ErrUnexpectedEOF), 400, "incomplete_body", ""},
		{"the body came too slowly", fmt.Errorf("read: %w", os.ErrDeadlineExceeded), 408, "too_slow", ""},
		{"the caller left", fmt.Errorf("read: %w", context.Canceled), StatusClientGone, "client_gone", ""},
		{"it took too long here", context.DeadlineExceeded, 503, "unavailable", "5"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			for _, lang := range []string{"vi", "en"} {
				r := &Request{ID: "n-1", Lang: lang}
				w := httptest.NewRecorder()
				w.Header().Set("ETag", `"x"`)
				Write(w, With(t.Context(), r), c.err)
				var p Problem
				if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
					t.Fatal(err)
				}
				if w.Code != c.status || p.Status != c.status || p.Code != c.code || p.RequestID != "n-1" || w.Header().Get("Retry-After") != c.retry {
					t.Errorf("answer %d, Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
				}
				if w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("ETag") != "" || p.Title == "" {
					t.Errorf("headers %v", w.Header())
				}
				if r.Cause() != c.err {
					t.Errorf("the log is told of %v", r.Cause())
				}
			}
		})
	}
}

func TestFieldsAndFindingsComeInTheCallersWords(t *testing.T) {
	err := &archive.Error{Kind: archive.Unprocessable, Code: "unsafe_file", Msg: archive.Text{VI: "không nhận", EN: "refused"}, Other: archive.NewID(),
		Fields:   []archive.FieldError{{Field: "number", Code: "required", Msg: archive.Text{VI: "xin ghi số", EN: "give the number"}}},
		Findings: []archive.Finding{{Code: "javascript", Severity: archive.Fatal, Page: 3, Msg: archive.Text{VI: "có mã lệnh", EN: "a script"}}}}
	p := Of(With(t.Context(), &Request{Lang: "en"}), err)
	if p.Detail != "refused" || p.Errors[0].Message != "give the number" || p.Findings[0].Message != "a script" || p.Findings[0].Page != 3 || p.Document != err.Other.String() || p.Type != "urn:sohoa:problem:unsafe_file" {
		t.Errorf("problem %+v", p)
	}
	if p := Of(t.Context(), err); p.Detail != "không nhận" {
		t.Errorf("outside a request: %+v", p)
	}
}

func FuzzLanguage(f *testing.F) {
	for _, s := range []string{"vi", "en-US,en;q=0.9", "*;q=0", ";;;,,,q=", "en;q=1.0000000001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if l := Language(s); l != "vi" && l != "en" {
			t.Errorf("language %q", l)
		}
	})
}

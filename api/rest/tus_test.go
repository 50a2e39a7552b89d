package rest

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestTusMetadata(t *testing.T) {
	const id = "01990000-0000-7000-8000-000000000001"
	digest := archive.DigestOf([]byte("x"))
	for _, c := range []struct {
		reason string
		lines  []string
		want   archive.UploadRequest
		faults []string // fields found wrong
	}{
		{"nothing", nil, archive.UploadRequest{}, nil},
		{"everything", []string{"filename " + b64("Quyết định.pdf") + ",filetype " + b64("application/pdf") + ",dossier " + b64("H15.50-261008-0975") + ",kind " + b64("result") +
			",agency " + b64("H15.50") + ",access " + b64("sealed") + ",allow_duplicate " + b64("true") + ",on_fault " + b64("quarantine") + ",document " + b64(id) + ",reason " + b64("mờ") +
			",digest " + b64(digest.String())},
			archive.UploadRequest{Digest: digest, Document: must(archive.ParseID(id)), Deposit: archive.Deposit{FileName: "Quyết định.pdf", MediaType: "application/pdf", Dossier: "H15.50-261008-0975",
				Kind: archive.Result, Agency: "H15.50", Access: archive.Sealed, AllowDuplicate: true, OnFault: archive.KeepAside, Reason: "mờ"}}, nil},
		{"the JSON wins", []string{"kind " + b64("result") + ",metadata " + b64(`{"kind":"component","number":"12","subject":"Về việc"}`)},
			archive.UploadRequest{Deposit: archive.Deposit{Kind: archive.Component, Fields: archive.Fields{Number: "12", Subject: "Về việc"}}}, nil},
		{"a key without a value", []string{"allow_duplicate,filename " + b64("a")}, archive.UploadRequest{Deposit: archive.Deposit{FileName: "a"}}, nil},
		{"spaces around the commas", []string{"filename " + b64("a") + " ,\tkind " + b64("result")}, archive.UploadRequest{Deposit: archive.Deposit{FileName: "a", Kind: archive.Result}}, nil},
		{"in several lines", []string{"filename " + b64("a"), "kind " + b64("result")}, archive.UploadRequest{Deposit: archive.Deposit{FileName: "a", Kind: archive.Result}}, nil},
		{"a key twice", []string{"kind " + b64("a") + ",kind " + b64("b")}, archive.UploadRequest{}, []string{"header.Upload-Metadata"}},
		{"no key", []string{"filename " + b64("a") + ","}, archive.UploadRequest{}, []string{"header.Upload-Metadata"}},
		{"not base64", []string{"filename a.pdf"}, archive.UploadRequest{}, []string{"header.Upload-Metadata"}},
		{"base64 cut short", []string{"filename YQ"}, archive.UploadRequest{}, []string{"header.Upload-Metadata"}},
		{"base64 with more behind it", []string{"filename YQ==YQ=="}, archive.UploadRequest{}, []string{"header.Upload-Metadata"}},
		{"base64 with bits nobody wrote", []string{"filename YR=="}, archive.UploadRequest{}, []string{"header.Upload-Metadata"}},
		{"two values", []string{"filename YQ== YQ=="}, archive.UploadRequest{}, []string{"header.Upload-Metadata"}},
		{"not UTF-8", []string{"filename " + b64("\xff\xfe")}, archive.UploadRequest{}, []string{"header.Upload-Metadata"}},
		{"a key we do not know", []string{"relativePath " + b64("a")}, archive.UploadRequest{}, []string{"header.Upload-Metadata.relativePath"}},
		{"a key that is no word", []string{"<b>é " + b64("a")}, archive.UploadRequest{}, []string{"header.Upload-Metadata.?b???"}},
		{"too many keys", []string{strings.Repeat("a,", 100)}, archive.UploadRequest{}, []string{"header.Upload-Metadata"}},
		{"too long", []string{"filename " + strings.Repeat("QUFB", 7000)}, archive.UploadRequest{}, []string{"header.Upload-Metadata"}},
		{"values that are none", []string{"document " + b64("1") + ",digest " + b64("md5:1") + ",dossier " + b64("?") + ",agency " + b64("?") + ",allow_duplicate " + b64("maybe")}, archive.UploadRequest{},
			[]string{"agency", "dossier", "header.Upload-Metadata.allow_duplicate", "header.Upload-Metadata.digest", "header.Upload-Metadata.document"}},
		{"JSON with a member we do not know", []string{"metadata " + b64(`{"colour":"red"}`)}, archive.UploadRequest{}, []string{"metadata.colour"}},
		{"JSON that is none", []string{"metadata " + b64(`{`)}, archive.UploadRequest{}, []string{"metadata"}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			var p parser
			got, err := p.tusRequest(http.Header{"Upload-Metadata": c.lines}, 1000)
			var e *archive.Error
			if c.faults != nil {
				if !as(err, &e) || e.Kind != archive.Invalid {
					t.Fatalf("got %v", err)
				}
				var fields []string
				for _, f := range e.Fields {
					fields = append(fields, f.Field)
				}
				slices.Sort(fields)
				if diff := cmp.Diff(c.faults, fields); diff != "" {
					t.Error(diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got.Told = ""
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestCount(t *testing.T) {
	for in, want := range map[string]int64{"0": 0, "7": 7, "0007": 7, "999999999999999999": 999999999999999999} {
		var p parser
		if n := p.count(http.Header{"Upload-Length": {in}}, "Upload-Length"); n != want || p.err() != nil {
			t.Errorf("%s: %d, %v", in, n, p.err())
		}
	}
	for reason, lines := range map[string][]string{"none": nil, "two": {"1", "1"}, "empty": {""}, "a sign": {"+1"}, "below zero": {"-1"}, "a space": {" 1"}, "a fraction": {"1.0"}, "a power": {"1e3"},
		"other digits": {"١"}, "too many": {"9999999999999999999"}, "two in a line": {"1, 1"}} {
		var p parser
		if n := p.count(http.Header{"Upload-Length": lines}, "Upload-Length"); n != 0 || p.err() == nil {
			t.Errorf("%s: %d", reason, n)
		}
	}
}

func FuzzTusMetadata(f *testing.F) {
	for _, s := range []string{"", "filename YQ==", "filename YQ==,kind cmVzdWx0", "allow_duplicate", ",", " ,", "a b c", "filename ====", "document MDE5OTAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAx",
		"metadata " + b64(`{"owner":{"id":"1"},"page_count":-1}`), "digest " + b64("sha256:"+strings.Repeat("0", 64)), "\x00 YQ==", "filename\tYQ==", strings.Repeat("a,", 20)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var p parser
		m := p.tusMetadata([]string{s})
		if len(s) > maxTusMetadata && m != nil {
			t.Errorf("%d bytes were read", len(s))
		}
		for k, v := range m {
			if !slices.Contains(tusKeys, k) || !utf8.ValidString(v) || len(v) > len(s) {
				t.Errorf("%q: %q", k, v)
			}
		}
		if p.err() == nil {
			// What was read means the same when it is written again.
			var again []string
			for _, k := range slices.Sorted(maps.Keys(m)) {
				again = append(again, strings.TrimSpace(k+" "+b64(m[k])))
			}
			var q parser
			if diff := cmp.Diff(m, q.tusMetadata([]string{strings.Join(again, ",")})); diff != "" || q.err() != nil {
				t.Errorf("%s %v", diff, q.err())
			}
		}
		var q parser
		req, err := q.tusRequest(http.Header{"Upload-Metadata": {s}}, 1000)
		if err == nil && req.Told != s {
			t.Errorf("told as %q", req.Told)
		}
		var e *archive.Error
		if err != nil && (!as(err, &e) || e.Kind != archive.Invalid && e.Kind != archive.TooLarge) {
			t.Errorf("got %v", err)
		}
	})
}

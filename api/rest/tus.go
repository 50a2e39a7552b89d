package rest

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

// What a request of the tus protocol 1.0.0 says in its headers (https://tus.io/protocols/resumable-upload). All of it comes from
// outside: lengths are counted before anything is decoded, and what is wrong is named by its key, never by its value.

const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,creation-with-upload,termination,expiration"
	tusBody       = "application/offset+octet-stream"

	maxTusMetadata = 24 << 10 // of the header; the whole head of a request is bounded by 32 KiB
	maxTusKeys     = 16       // there are twelve
)

var errTusVersion = archive.Fault(archive.Invalid, "tus_version", archive.Text{
	VI: "Cần đầu đề Tus-Resumable: 1.0.0.", EN: "The header Tus-Resumable: 1.0.0 is needed."})

// tus wraps a handler of the protocol: every answer carries the version, and requests of another one are refused (§ Headers,
// Tus-Resumable).
func (s *server) tus(h gin.HandlerFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Header("Tus-Resumable", tusVersion)
		if c.GetHeader("Tus-Resumable") != tusVersion {
			c.Header("Tus-Version", tusVersion)
			s.Fail(c, errTusVersion)
			return
		}
		h(c)
	}
}

// count reads a header that holds a number of bytes: digits and nothing else.
func (p *parser) count(h http.Header, name string) int64 {
	v := h.Values(name)
	field := "header." + name
	if len(v) != 1 {
		p.fault(field, "required", archive.Text{VI: "Cần đúng một đầu đề này.", EN: "Exactly one such header is needed."})
		return 0
	}
	if len(v[0]) == 0 || len(v[0]) > 18 || strings.Trim(v[0], "0123456789") != "" {
		p.fault(field, "invalid", notValid)
		return 0
	}
	n, err := strconv.ParseInt(v[0], 10, 64)
	if err != nil {
		p.fault(field, "invalid", notValid)
	}
	return n
}

// tusMetadata reads an Upload-Metadata header: comma-separated pairs of a key and a base64 value, the value may be missing.
func (p *parser) tusMetadata(lines []string) map[string]string {
	const field = "header.Upload-Metadata"
	bad := func() map[string]string {
		p.fault(field, "invalid", archive.Text{VI: "Upload-Metadata gồm các cặp khóa và giá trị base64, cách nhau bằng dấu phẩy.", EN: "Upload-Metadata is pairs of a key and a base64 value, separated by commas."})
		return nil
	}
	told := strings.Join(lines, ",")
	if told == "" {
		return nil
	}
	if len(told) > maxTusMetadata || strings.Count(told, ",") >= maxTusKeys {
		p.fault(field, "length", archive.Text{VI: "Upload-Metadata quá dài.", EN: "Upload-Metadata is too long."})
		return nil
	}
	out := map[string]string{}
	for pair := range strings.SplitSeq(told, ",") {
		key, value, _ := strings.Cut(strings.Trim(pair, " \t"), " ")
		b, err := base64.StdEncoding.Strict().DecodeString(value)
		if _, twice := out[key]; key == "" || twice || err != nil || strings.ContainsAny(value, "\r\n") || !utf8.Valid(b) {
			return bad()
		}
		if !slices.Contains(tusKeys, key) {
			p.fault(field+"."+Name(key), "unknown_field", archive.Text{VI: "Không có trường này.", EN: "There is no such field."})
			continue
		}
		out[key] = string(b)
	}
	return out
}

// tusKeys are the keys of Upload-Metadata. Metadata is the JSON that stands beside a file elsewhere; it wins over the others.
var tusKeys = []string{"filename", "filetype", "dossier", "kind", "agency", "access", "allow_duplicate", "on_fault", "document", "reason", "digest", "metadata"}

// tusRequest reads what an upload will become.
func (p *parser) tusRequest(h http.Header, limit int64) (archive.UploadRequest, error) {
	lines := h.Values("Upload-Metadata")
	m := p.tusMetadata(lines)
	meta := DepositMetadata{FileName: m["filename"], DossierCode: m["dossier"], Kind: m["kind"], Agency: m["agency"], Access: m["access"], Reason: m["reason"], OnFault: m["on_fault"],
		AllowDuplicate: p.flag("header.Upload-Metadata.allow_duplicate", m["allow_duplicate"])}
	if j := m["metadata"]; j != "" {
		if err := decodeMetadata(strings.NewReader(j), limit, &meta); err != nil {
			return archive.UploadRequest{}, err
		}
	}
	req := archive.UploadRequest{Deposit: meta.deposit(p), Document: p.id("header.Upload-Metadata.document", m["document"]), Told: strings.Join(lines, ",")}
	req.Deposit.MediaType = m["filetype"]
	p.text("header.Upload-Metadata.digest", m["digest"], &req.Digest)
	return req, p.err()
}

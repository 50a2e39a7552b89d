package s3

import (
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"sohoa/archive"
)

// Level says how far an endpoint keeps to a condition of a request.
type Level string

// The levels.
const (
	Enforced Level = "enforced" // also among requests at the same time
	Racy     Level = "racy"     // not among requests at the same time
	Ignored  Level = "ignored"  // the request is carried out whatever stands there
	Rejected Level = "rejected" // requests with the condition fail
	Untested Level = "untested"
)

// understood reports whether requests may carry the condition.
func (l Level) understood() bool { return l == Enforced || l == Racy }

// Report is what Open found the endpoint to do, as opposed to what it says.
type Report struct {
	At                      time.Time      `json:"at"`
	Took                    string         `json:"took"`
	CreateIfAbsent          Level          `json:"create_if_absent"`           // If-None-Match: * on a PUT
	CreateIfAbsentMultipart Level          `json:"create_if_absent_multipart"` // the same when parts are put together
	CompareAndSwap          Level          `json:"compare_and_swap"`           // If-Match on a PUT
	Multipart               bool           `json:"multipart"`
	SignedBody              bool           `json:"signed_body"`       // bytes that are not what their signature says are refused
	ChecksumHeader          bool           `json:"checksum_header"`   // x-amz-checksum-sha256 is taken, and refused when it is wrong
	TrailingChecksum        bool           `json:"trailing_checksum"` // one behind the bytes is taken
	RangeReads              bool           `json:"range_reads"`
	ListAfterWrite          bool           `json:"list_after_write"` // a list shows what was just written and not what was just removed
	Versioning              bool           `json:"versioning"`
	ObjectLock              bool           `json:"object_lock"`
	Retention               string         `json:"default_retention,omitempty"` // what the bucket itself locks every object with
	Encryption              string         `json:"encryption,omitempty"`        // how the server says that it encrypts what we write
	Styles                  []Style        `json:"styles"`                      // that reach the bucket; the first is in use
	Aborted                 int            `json:"aborted_uploads"`             // left-over multipart uploads that were removed
	Warnings                []archive.Text `json:"warnings,omitempty"`
}

// compliant reports whether the bucket locks everything so that nobody may pass it: what is removed stays as a version until
// its time is over, and trying to remove that only fails.
func (r *Report) compliant() bool { return strings.HasPrefix(r.Retention, string(minio.Compliance)) }

// Status is the state of the store now.
type Status struct {
	Endpoint string `json:"endpoint"`
	Bucket   string `json:"bucket"`
	Prefix   string `json:"prefix,omitempty"`
	Away     string `json:"away,omitempty"` // why the last call did not reach the server; empty when it did
	Found    Report `json:"found"`
}

// Status returns the state of the store without asking the server.
func (s *Store) Status() Status {
	st := Status{Endpoint: "https://" + s.config.Endpoint, Bucket: s.config.Bucket, Prefix: s.config.Prefix, Found: s.report}
	if s.config.Insecure {
		st.Endpoint = "http://" + s.config.Endpoint
	}
	if err := s.gate.away(); err != nil {
		st.Away = err.Error()
	}
	return st
}

// Away returns why the last call did not reach the server, nil when it did.
func (s *Store) Away() error { return s.gate.away() }

package magic

import (
	stdtar "archive/tar"
	stdzip "archive/zip"
	"bytes"
	"strings"
	"testing"
)

func zipped(t testing.TB, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := stdzip.NewWriter(&b)
	for _, n := range names {
		f, err := w.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write([]byte(n))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchive(t *testing.T) {
	var tarred bytes.Buffer
	w := stdtar.NewWriter(&tarred)
	if err := w.WriteHeader(&stdtar.Header{Name: "%PDF-1.4", Size: 1, Mode: 0o600, Format: stdtar.FormatUSTAR}); err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte("x"))
	_ = w.Close()
	wrong := bytes.Clone(tarred.Bytes())
	wrong[150]++
	pad := func(n int, mark string) []byte { return append(bytes.Repeat([]byte("%"), n), mark...) }
	paper := []byte("%PDF-1.4\n" + strings.Repeat("a line of a paper\n", 100))
	cases := []struct {
		reason string
		bytes  []byte
		want   string
	}{
		{"nothing", nil, ""},
		{"a paper", paper, ""},
		{"a ZIP behind a paper", append(bytes.Clone(paper), zipped(t, "a.exe", "b.exe")...), "zip"},
		{"a ZIP behind a paper and something after it", append(append(bytes.Clone(paper), zipped(t, "a")...), "\n%%EOF\n"...), "zip"},
		{"an empty ZIP at the end", append(bytes.Clone(paper), zipped(t)...), "zip"},
		{"the mark of a ZIP and no directory", append(bytes.Clone(paper), "PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00\x09\x00\x00\x00\x01\x00\x00\x00\x00\x00 and so on"...), ""},
		{"a tar whose first name is the header of a PDF", tarred.Bytes(), "tar"},
		{"the mark of a tar with a wrong sum", wrong, ""},
		{"a disk", pad(0x8001, "CD001"), "iso"},
		{"a medical picture", pad(128, "DICM"), "dicom"},
		{"RAR 4", append(bytes.Clone(paper), "Rar!\x1a\x07\x00"...), "rar"},
		{"RAR 5", append(bytes.Clone(paper), "Rar!\x1a\x07\x01\x00"...), "rar"},
		{"7z", append(bytes.Clone(paper), "7z\xbc\xaf\x27\x1c\x00\x04"...), "7z"},
		{"RAR farther in than anybody looks", pad(stub, "Rar!\x1a\x07\x00"), ""},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			if got := Archive(bytes.NewReader(c.bytes), int64(len(c.bytes))); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// FuzzArchive reads no byte outside the file and always ends.
func FuzzArchive(f *testing.F) {
	f.Add(zipped(f, "a"))
	f.Add([]byte("PK\x05\x06"))
	f.Add([]byte(strings.Repeat("PK\x05\x06", 30)))
	f.Fuzz(func(t *testing.T, b []byte) {
		switch got := Archive(bytes.NewReader(b), int64(len(b))); got {
		case "", "zip", "tar", "dicom", "iso", "rar", "7z":
		default:
			t.Errorf("a file is called %q", got)
		}
	})
}

// Package magic finds a second nature in files: a paper that another program would open as an archive or a disk. Only kinds that leave the
// first bytes of a file to somebody else are looked for; whatever has to begin at the first byte cannot also be a PDF or a picture.
package magic

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"strings"
)

// stub is how far unpackers of self-extracting archives look for the archive behind its program.
const stub = 2 << 20

// Archive names the kind of archive or disk image r of the given size could be opened as: zip, tar, iso, dicom, rar, 7z; "" for none. It
// reads at most the first two megabytes, the last 64 kilobytes and one central directory entry. What cannot be read is not found.
func Archive(r io.ReaderAt, size int64) string {
	if zip(r, size) {
		return "zip"
	}
	head := window(r, size, 0, stub)
	switch {
	case tar(head):
		return "tar"
	case at(head, 128, "DICM"):
		return "dicom"
	case at(head, 0x8001, "CD001"), at(head, 0x8801, "CD001"), at(head, 0x9001, "CD001"):
		return "iso"
	case bytes.Contains(head, []byte("Rar!\x1a\x07\x00")), bytes.Contains(head, []byte("Rar!\x1a\x07\x01\x00")):
		return "rar"
	case bytes.Contains(head, []byte("7z\xbc\xaf\x27\x1c\x00")):
		return "7z"
	}
	return ""
}

// window reads up to n bytes at off.
func window(r io.ReaderAt, size, off, n int64) []byte {
	if off < 0 || off >= size {
		return nil
	}
	b := make([]byte, min(n, size-off))
	got, _ := r.ReadAt(b, off)
	return b[:got]
}

func at(b []byte, off int, mark string) bool {
	return off <= len(b) && bytes.HasPrefix(b[off:], []byte(mark))
}

// End of the central directory (APPNOTE 4.3.16): 22 bytes and a comment of up to 64 KiB. Unpackers look for it from the end of the file and
// many do not mind what follows.
const zipEnd, zipComment = 22, 1<<16 - 1

// zip finds an end record whose directory lies where it says, counted from the start of the file or back from the record.
func zip(r io.ReaderAt, size int64) bool {
	from := max(0, size-zipEnd-zipComment-1024)
	tail := window(r, size, from, size-from)
	for i := bytes.LastIndex(tail, []byte("PK\x05\x06")); i >= 0; i = bytes.LastIndex(tail[:i], []byte("PK\x05\x06")) {
		if len(tail)-i < zipEnd {
			continue
		}
		end := tail[i:]
		entries, length, start := binary.LittleEndian.Uint16(end[10:]), int64(binary.LittleEndian.Uint32(end[12:])), int64(binary.LittleEndian.Uint32(end[16:]))
		if entries == 0 && length == 0 && i+zipEnd+int(binary.LittleEndian.Uint16(end[20:])) == len(tail) {
			return true // an empty archive that ends where the file does
		}
		record := from + int64(i)
		for _, at := range []int64{start, record - length} {
			if at < record && bytes.Equal(window(r, size, at, 4), []byte("PK\x01\x02")) {
				return true
			}
		}
	}
	return false
}

// tar checks the first header: its mark and its sum (POSIX.1-1988), because the name field may hold anything.
func tar(head []byte) bool {
	if len(head) < 512 || !at(head, 257, "ustar") {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(head[148:156]), " \x00"), 8, 64)
	if err != nil {
		return false
	}
	var sum int64
	for i, c := range head[:512] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int64(c)
	}
	return sum == want
}

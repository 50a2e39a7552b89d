package delivery

import (
	"path"
	"slices"
	"strings"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// cleanPath makes a path below the folder of what a row says: slashes, no dots. False: it leads out of the folder, or begins
// somewhere else on a disk.
func cleanPath(s string) (string, bool) {
	s = strings.ReplaceAll(viet.NFC(s), `\`, "/")
	if strings.HasPrefix(s, "/") || strings.Contains(s, ":") && (len(s) > 1 && s[1] == ':' || strings.Contains(s, "://")) || strings.ContainsRune(s, 0) {
		return "", false
	}
	if slices.Contains(strings.Split(s, "/"), "..") {
		return "", false
	}
	s = path.Clean(s)
	return s, s != "."
}

// Files tells which file of a delivery a row means. Names are only compared with those of files that are there: nothing a row
// says leads anywhere else.
type Files struct {
	paths  []string
	exact  map[string][]int // by path in NFC
	folded map[string][]int // by path in NFC and small letters
	bare   map[string][]int // by name alone, in NFC and small letters
	claims [][]int          // by file: the lines of the rows that name it
}

// NewFiles returns Files of the paths below the folder, with slashes.
func NewFiles(paths []string) *Files {
	f := &Files{paths: paths, exact: map[string][]int{}, folded: map[string][]int{}, bare: map[string][]int{}, claims: make([][]int, len(paths))}
	for i, p := range paths {
		nfc := viet.NFC(p)
		low := strings.ToLower(nfc)
		f.exact[nfc] = append(f.exact[nfc], i)
		f.folded[low] = append(f.folded[low], i)
		f.bare[path.Base(low)] = append(f.bare[path.Base(low)], i)
	}
	return f
}

// extensions are tried when a row leaves the ending of a name out.
var extensions = []string{"", ".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png"}

// Claim finds the file a row means and notes that the row names it. The name counts as written; if there is no such file, without
// regard to case; then with an ending left out; then, for a name without a folder, anywhere below the folder. Each only
// when it means exactly one file.
func (f *Files) Claim(line int, name string) (at int, err error) {
	at, many := f.find(name)
	switch {
	case many:
		return -1, archive.Fault(archive.Invalid, "ambiguous_file", archive.Text{VI: "Có nhiều tệp ứng với tên này. Hãy ghi đủ đường dẫn, đúng chữ hoa chữ thường.",
			EN: "Several files answer to this name. Write the whole path, with capitals as they are."})
	case at < 0:
		return -1, archive.Fault(archive.Invalid, "missing_file", archive.Text{VI: "Không có tệp này trong thư mục giao nộp.", EN: "There is no such file in the delivered folder."})
	}
	f.claims[at] = append(f.claims[at], line)
	return at, nil
}

func (f *Files) find(name string) (at int, many bool) {
	low := strings.ToLower(name)
	for _, try := range []func(ext string) []int{
		func(ext string) []int { return f.exact[name+ext] },
		func(ext string) []int { return f.folded[low+ext] },
		func(ext string) []int {
			if strings.Contains(low, "/") {
				return nil
			}
			return f.bare[low+ext]
		},
	} {
		for _, ext := range extensions {
			switch found := try(ext); len(found) {
			case 0:
			case 1:
				return found[0], false
			default:
				many = true
			}
		}
		if many {
			return -1, true
		}
	}
	return -1, false
}

// Path returns the path of a file as it is on the disk.
func (f *Files) Path(at int) string { return f.paths[at] }

// Lines returns the lines of the rows that name a file, in the order they were claimed.
func (f *Files) Lines(at int) []int { return f.claims[at] }

// Unclaimed returns the paths of the files that no row names, in the order they were given.
func (f *Files) Unclaimed() []string {
	var out []string
	for i, c := range f.claims {
		if len(c) == 0 {
			out = append(out, f.paths[i])
		}
	}
	return out
}

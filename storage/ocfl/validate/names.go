package validate

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Names of an object's files (§3.1, §3.5, §3.6).
const (
	inventoryFile    = "inventory.json"
	sidecarPrefix    = inventoryFile + "."
	declarationValue = "ocfl_object_"
	logsFolder       = "logs"
	extensionsFolder = "extensions"
	defaultContent   = "content"
)

// versionNumber reads a version's name, "v" and a positive number (§3.3). A number too great to count to is the greatest
// there is: no object has it rightly. The code is E104 or E105 when it is no such name.
func versionNumber(name string) (n int, padded bool, code string) {
	digits, ok := strings.CutPrefix(name, "v")
	if !ok {
		return 0, false, "E104"
	}
	if digits == "" || strings.Trim(digits, "0123456789") != "" || strings.Trim(digits, "0") == "" {
		return 0, false, "E105"
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		n = int(^uint(0) >> 1)
	}
	return n, digits[0] == '0', ""
}

// pathFault tells what is wrong with the form of a path: slashes at its ends, and elements that are empty, "." or "..".
func pathFault(p string) (ends, elements bool) {
	if strings.HasPrefix(p, "/") {
		p, ends = p[1:], true
	}
	if strings.HasSuffix(p, "/") {
		p, ends = p[:len(p)-1], true
	}
	for e := range strings.SplitSeq(p, "/") {
		if e == "" || e == "." || e == ".." {
			return ends, true
		}
	}
	return ends, false
}

// comparePaths orders paths so that whatever lies below a path follows it at once.
func comparePaths(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] == b[i] {
			continue
		}
		switch {
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return 1
		}
		return int(a[i]) - int(b[i])
	}
	return len(a) - len(b)
}

// clashes calls each with every path of a list sorted by comparePaths that stands in it twice or is a folder of the next.
func clashes(paths []string, each func(path string, twice bool)) {
	for i := 1; i < len(paths); i++ {
		rest, below := strings.CutPrefix(paths[i], paths[i-1])
		switch {
		case !below:
		case rest == "":
			each(paths[i], true)
		case rest[0] == '/':
			each(paths[i-1], false)
		}
	}
}

func sortPaths(paths []string) []string {
	slices.SortFunc(paths, comparePaths)
	return paths
}

var (
	// dateTime is the form of RFC 3339 §5.6; a second may be a leap second.
	dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$`)
	leap     = regexp.MustCompile(`:60(\.\d+)?([Zz]|[+-])`)

	// uri is RFC 3986: a scheme, a colon, and only characters that a URI may hold. What the scheme asks for is not looked at.
	uri = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$`)
)

func isDateTime(s string) bool {
	if !dateTime.MatchString(s) {
		return false
	}
	s = strings.ToUpper(leap.ReplaceAllString(s, ":59$1$2"))
	_, err := time.Parse(time.RFC3339Nano, s)
	return err == nil
}

func isURI(s string) bool { return uri.MatchString(s) }

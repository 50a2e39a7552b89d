package validate

import (
	"slices"
	"strings"
)

// judge compares the parts of one inventory with each other. What it learns (entries, files, states, fixity) is used by the
// comparisons with other inventories and with the store.
func (o *object) judge(inv *inventory) {
	report := func(code, format string, args ...any) { o.report(code, inv.path, format, args...) }
	if inv.id != "" && !isURI(inv.id) {
		report("W005", "the id %s is no URI", quote(inv.id))
	}
	switch {
	case inv.algorithm == "":
	case !addresses(inv.algorithm):
		report("E025", "digestAlgorithm is %s", quote(inv.algorithm))
	case inv.algorithm != "sha512":
		report("W004", "digestAlgorithm is %s", inv.algorithm)
	}
	inv.judgeNumbers(report)
	inv.judgeManifest(report)
	for _, b := range inv.blocks {
		inv.judgeState(b, report)
	}
	if !inv.blindState && !inv.noVersions {
		for _, l := range inv.manifest {
			if e := inv.entries[strings.ToLower(l.digest)]; !e.used && !e.malformed {
				report("E107", "no version uses the digest %s of the manifest", quote(l.digest))
			}
		}
	}
	inv.judgeFixity(report)
}

type reporter = func(code, format string, args ...any)

// judgeNumbers takes v1, v2, v3 … without a gap, all padded alike or none (§3.3), the last of them the head.
func (inv *inventory) judgeNumbers(report reporter) {
	inv.names = make(map[string]*block, len(inv.blocks))
	inv.numbers = make(map[int]*block, len(inv.blocks))
	if inv.noVersions {
		return
	}
	if len(inv.blocks) == 0 {
		report("E008", "there are no versions")
		return
	}
	for _, b := range inv.blocks {
		inv.names[b.name] = b
		n, padded, code := versionNumber(b.name)
		if code != "" {
			report(code, "%s is no version's name", quote(b.name))
			continue
		}
		b.number, b.padded = n, padded
		inv.numbers[n] = b
	}
	slices.SortStableFunc(inv.blocks, func(a, b *block) int { return a.number - b.number })
	last := 0
	var first *block
	for _, b := range inv.blocks {
		if b.number == 0 {
			continue
		}
		switch {
		case first == nil:
			first = b
			if b.number != 1 {
				report("E009", "the versions begin with %s", b.name)
			}
			if b.padded {
				report("W001", "version numbers are padded with zeros, as in %s", b.name)
			}
		case b.number == last:
			report("E012", "version %d has two names, one is %s", b.number, b.name)
		case b.number != last+1:
			report("E010", "no version between number %d and %s", last, b.name)
		}
		last = b.number
		switch {
		case first.padded && !b.padded:
			report("E011", "%s does not begin with v0 like %s", b.name, first.name)
			report("E013", "%s is not named as %s is", b.name, first.name)
		case first.padded != b.padded, first.padded && len(first.name) != len(b.name):
			report("E012", "%s is not named as %s is", b.name, first.name)
		}
	}
	if newest := inv.newest(); inv.head != "" && newest != nil && inv.head != newest.name {
		report("E040", "head is %s, the newest version %s", quote(inv.head), newest.name)
	}
}

// maxSpelled is how many spellings of one digest are remembered; the second is a breach already.
const maxSpelled = 8

func (inv *inventory) judgeManifest(report reporter) {
	inv.entries = make(map[string]*entry, len(inv.manifest))
	inv.files = map[string]*entry{}
	var all []string
	for _, l := range inv.manifest {
		low := strings.ToLower(l.digest)
		e := inv.entries[low]
		twice := e != nil
		if twice {
			report("E096", "the digest %s stands twice in the manifest", quote(l.digest))
		} else {
			e = &entry{digest: low}
			inv.entries[low] = e
		}
		if len(e.spelled) < maxSpelled {
			e.spelled = append(e.spelled, l.digest)
		}
		inv.judgeDigest(e, report)
		switch {
		case l.broken:
			report("E092", "what the manifest gives for %s is not an array of paths", quote(l.digest))
			inv.blindPaths = true
		case len(l.paths) == 0:
			report("E092", "the manifest names no file with the digest %s", quote(l.digest))
		}
		for _, p := range l.paths {
			if !inv.judgeContentPath(p, "manifest", report) {
				inv.blindPaths = true
				continue
			}
			if twice && inv.files[p] == e {
				continue // the whole entry stands twice
			}
			all = append(all, p)
			inv.judgePlace(p, report)
			if inv.files[p] == nil {
				inv.files[p] = e
				e.paths = append(e.paths, p)
			}
		}
	}
	clashes(sortPaths(all), func(p string, twice bool) {
		if twice {
			report("E101", "the content path %s stands twice in the manifest", quote(p))
		} else {
			report("E101", "the content path %s is a folder of another", quote(p))
		}
	})
}

// judgeDigest looks at the form of a digest of the manifest: that of the algorithm (§3.5.1), in hex (§3.4).
func (inv *inventory) judgeDigest(e *entry, report reporter) {
	if !addresses(inv.algorithm) {
		return
	}
	switch {
	case !isHex(e.digest):
		code := "E031"
		if inv.algorithm == "sha256" {
			code = "E030"
		}
		report(code, "the digest %s of the manifest is not in hex", quote(e.digest))
		e.malformed = true
	case !fits(inv.algorithm, e.digest):
		report("E039", "the digest %s of the manifest is none of %s", quote(e.digest), inv.algorithm)
		e.malformed = true
	}
}

func (inv *inventory) judgeContentPath(p, block string, report reporter) bool {
	ends, elements := pathFault(p)
	if ends {
		report("E100", "the content path %s of the %s begins or ends with a slash", quote(p), block)
	}
	if elements {
		report("E099", "the content path %s of the %s has an empty element, . or ..", quote(p), block)
	}
	return !ends && !elements
}

// judgePlace looks whether a content path begins with the folder of a version.
func (inv *inventory) judgePlace(p string, report reporter) {
	if inv.noVersions {
		return
	}
	first, rest, _ := strings.Cut(p, "/")
	if rest != "" && inv.names[first] != nil {
		return
	}
	if n, _, _ := versionNumber(first); rest != "" && n > 0 && inv.numbers[n] != nil {
		report("E014", "the content path %s means the folder %s", quote(p), inv.numbers[n].name)
		return
	}
	report("E042", "the content path %s lies in no version of this inventory", quote(p))
}

func (inv *inventory) judgeState(b *block, report reporter) {
	var all []string
	seen := make(map[string]bool, len(b.lists))
	for _, l := range b.lists {
		low := strings.ToLower(l.digest)
		e := inv.entries[low]
		switch {
		case seen[l.digest]:
			report("E033", "the key %s stands twice in state of %s", quote(l.digest), quote(b.name))
		case inv.noManifest:
		case e == nil:
			report("E050", "the digest %s in %s is not in the manifest", quote(l.digest), quote(b.name))
		case !slices.Contains(e.spelled, l.digest):
			report("E050", "the digest %s in %s is written otherwise in the manifest", quote(l.digest), quote(b.name))
		}
		seen[l.digest] = true
		if e != nil {
			e.used, low = true, e.digest
		}
		if l.broken {
			report("E051", "what state of %s gives for %s is not an array of paths", quote(b.name), quote(l.digest))
		}
		for _, p := range l.paths {
			ends, elements := pathFault(p)
			if ends {
				report("E053", "the logical path %s in %s begins or ends with a slash", quote(p), quote(b.name))
			}
			if elements {
				report("E052", "the logical path %s in %s has an empty element, . or ..", quote(p), quote(b.name))
			}
			all = append(all, p)
			b.state = append(b.state, logical{p, low})
		}
	}
	b.lists = nil
	clashes(sortPaths(all), func(p string, twice bool) {
		if twice {
			report("E095", "the logical path %s stands twice in %s", quote(p), quote(b.name))
		} else {
			report("E095", "the logical path %s in %s is a folder of another", quote(p), quote(b.name))
		}
	})
	slices.SortFunc(b.state, func(x, y logical) int {
		if c := comparePaths(x.path, y.path); c != 0 {
			return c
		}
		return strings.Compare(x.digest, y.digest)
	})
}

func (inv *inventory) judgeFixity(report reporter) {
	for _, f := range inv.fixityLists {
		seen := make(map[string]bool, len(f.lists))
		for _, l := range f.lists {
			low := strings.ToLower(l.digest)
			if seen[low] {
				report("E097", "the digest %s stands twice in fixity by %s", quote(l.digest), f.algorithm)
			}
			seen[low] = true
			fit := fits(f.algorithm, low)
			if !fit {
				report("E057", "the digest %s in fixity is none of %s", quote(l.digest), f.algorithm)
			}
			if l.broken {
				report("E057", "what fixity gives for %s is not an array of paths", quote(l.digest))
			}
			for _, p := range l.paths {
				switch {
				case !inv.judgeContentPath(p, "fixity block", report):
				case inv.files[p] != nil:
					if fit {
						inv.fixity = append(inv.fixity, fixed{f.algorithm, low, p})
					}
				case !inv.blindPaths && !inv.noManifest:
					report("E057", "the content path %s of the fixity block is not in the manifest", quote(p))
				}
			}
		}
	}
	inv.fixityLists = nil
}

package validate

import "strings"

// inventory is an inventory.json as far as it could be read. What is missing or of a wrong type is reported while it is read
// and left zero.
type inventory struct {
	path   string // of its file, below the object
	sums   map[string]string
	broken bool // it is not JSON, or past a bound: nothing but sums is known

	id, algorithm, head string
	spec                spec   // of its type; 0 when that is not known
	content             string // folder of content within a version; "" when what was given cannot be one
	hasContent          bool   // the key contentDirectory is there

	manifest   []list
	noManifest bool
	entries    map[string]*entry // of the manifest, by digest in lower case
	files      map[string]*entry // of the manifest, by content path
	blindPaths bool              // some content paths could not be read: what a file is not named by is not known

	blocks     []*block // by number, those whose name is none of a version first
	names      map[string]*block
	numbers    map[int]*block
	noVersions bool // there is no block of versions to compare with
	blindState bool // some states could not be read: which digests are used is not known

	fixity      []fixed
	fixityLists []fixityList
}

// entry is a digest of the manifest.
type entry struct {
	digest    string   // in lower case
	spelled   []string // as it is given; more than one is E096
	paths     []string
	malformed bool // no digest of the algorithm
	used      bool // by a state
}

// block describes a version.
type block struct {
	name   string
	number int // 0 when the name is none of a version
	padded bool

	created string
	message text
	user    text // what it says, name and address
	address text
	lists   []list
	state   []logical // sorted by comparePaths
}

// text is a string that may be missing.
type text struct {
	s     string
	given bool
}

// logical is a file of a version's state.
type logical struct {
	path, digest string // the digest in lower case
}

type fixityList struct {
	algorithm string
	lists     []list
}

// fixed is a digest of the fixity block for one file.
type fixed struct{ algorithm, digest, path string }

// newest returns the block with the greatest number, nil when none has one.
func (inv *inventory) newest() *block {
	if n := len(inv.blocks); n > 0 && inv.blocks[n-1].number > 0 {
		return inv.blocks[n-1]
	}
	return nil
}

// read reads the inventory; its error is as parser.token's.
func (inv *inventory) read(p *parser) error {
	var given struct{ id, typ, algorithm, head, manifest, versions bool }
	need := func(into *string, code, what string) error {
		s, ok, err := p.text()
		if err == nil && (!ok || s == "") {
			p.report(code, "%s is not a string, or empty", what)
		}
		*into = s
		return err
	}
	ok, err := p.unique("", func(key string) error {
		switch key {
		case "id":
			given.id = true
			return need(&inv.id, "E037", "id")
		case "type":
			given.typ = true
			var uri string
			err := need(&uri, "E038", "type")
			if inv.spec = specOfType(uri); err == nil && uri != "" && !inv.spec.known() {
				p.report("E038", "type is %s", quote(uri))
			}
			return err
		case "digestAlgorithm":
			given.algorithm = true
			return need(&inv.algorithm, "E025", "digestAlgorithm")
		case "head":
			given.head = true
			return need(&inv.head, "E040", "head")
		case "contentDirectory":
			inv.hasContent = true
			return inv.readContentDirectory(p)
		case "manifest":
			given.manifest = true
			lists, ok, err := p.lists()
			if err == nil && !ok {
				p.report("E106", "manifest is not a JSON object")
				inv.noManifest = true
			}
			inv.manifest = append(inv.manifest, lists...)
			return err
		case "versions":
			given.versions = true
			return inv.readVersions(p)
		case "fixity":
			return inv.readFixity(p)
		}
		p.report("E102", "the key %s is not one of an inventory", quote(key))
		return p.readOver()
	})
	if err == nil && !ok {
		err = malformed{"not a JSON object"}
	}
	if err == nil {
		err = p.end()
	}
	if err != nil {
		return err
	}
	for _, key := range []struct {
		given      bool
		code, name string
	}{
		{given.id, "E036", "id"},
		{given.typ, "E036", "type"},
		{given.algorithm, "E036", "digestAlgorithm"},
		{given.head, "E036", "head"},
		{given.manifest, "E041", "manifest"},
		{given.versions, "E041", "versions"},
	} {
		if !key.given {
			p.report(key.code, "there is no key %s", key.name)
		}
	}
	inv.noManifest = inv.noManifest || !given.manifest
	inv.noVersions = inv.noVersions || !given.versions
	if !inv.hasContent {
		inv.content = defaultContent
	}
	return nil
}

func (p *parser) readOver() error {
	t, err := p.token()
	if err != nil {
		return err
	}
	return p.skip(t)
}

func (inv *inventory) readContentDirectory(p *parser) error {
	s, ok, err := p.text()
	if err != nil {
		return err
	}
	ends, elements := pathFault(s)
	switch {
	case !ok:
		p.report("E017", "contentDirectory is not a string")
	case s == "." || s == "..":
		p.report("E018", "contentDirectory is %s", quote(s))
	case s == "":
		p.report("E108", "contentDirectory is empty")
	case ends || elements || strings.Contains(s, "/"):
		p.report("E017", "contentDirectory is %s", quote(s))
	default:
		inv.content = s
	}
	return nil
}

func (inv *inventory) readVersions(p *parser) error {
	seen := map[string]bool{}
	ok, err := p.unique(" in versions", func(name string) error {
		b := &block{name: p.intern(name)}
		err := b.read(p, inv)
		if seen[name] {
			inv.blindState = true // which of the two counts is anybody's guess
			return err
		}
		seen[name] = true
		inv.blocks = append(inv.blocks, b)
		return err
	})
	if err == nil && !ok {
		p.report("E044", "versions is not a JSON object")
		inv.noVersions = true
	}
	return err
}

func (b *block) read(p *parser, inv *inventory) error {
	var given struct{ created, state, message, user bool }
	ok, err := p.unique(" in version "+quote(b.name).String(), func(key string) error {
		switch key {
		case "created":
			given.created = true
			s, ok, err := p.text()
			if err == nil && (!ok || !isDateTime(s)) {
				p.report("E049", "created of %s is no date and time of RFC 3339 with zone and seconds", quote(b.name))
			}
			b.created = s
			return err
		case "state":
			given.state = true
			lists, ok, err := p.lists()
			if err == nil && !ok {
				p.report("E050", "state of %s is not a JSON object", quote(b.name))
				inv.blindState = true
			}
			b.lists = append(b.lists, lists...)
			return err
		case "message":
			given.message = true
			s, ok, err := p.text()
			if err == nil && !ok {
				p.report("E094", "message of %s is not a string", quote(b.name))
			}
			b.message = text{s, true}
			return err
		case "user":
			given.user = true
			return b.readUser(p)
		}
		p.report("E102", "the key %s of version %s is not one of a version", quote(key), quote(b.name))
		return p.readOver()
	})
	if err != nil {
		return err
	}
	if !ok {
		p.report("E047", "version %s is not a JSON object", quote(b.name))
		inv.blindState = true
		return nil
	}
	if !given.created {
		p.report("E048", "version %s has no key created", quote(b.name))
	}
	if !given.state {
		p.report("E048", "version %s has no key state", quote(b.name))
		inv.blindState = true
	}
	if !given.message {
		p.report("W007", "version %s has no key message", quote(b.name))
	}
	if !given.user {
		p.report("W007", "version %s has no key user", quote(b.name))
	}
	return nil
}

func (b *block) readUser(p *parser) error {
	named := false
	ok, err := p.unique(" in user of "+quote(b.name).String(), func(key string) error {
		switch key {
		case "name":
			named = true
			s, ok, err := p.text()
			if err == nil && (!ok || s == "") {
				p.report("E054", "the user's name in %s is not a string, or empty", quote(b.name))
			}
			b.user = text{s, true}
			return err
		case "address":
			s, ok, err := p.text()
			switch {
			case err != nil:
			case !ok:
				p.report("E054", "the user's address in %s is not a string", quote(b.name))
			case !isURI(s):
				p.report("W009", "the user's address in %s is no URI", quote(b.name))
			}
			b.address = text{s, true}
			return err
		}
		p.report("E102", "the key %s in user of %s is not one of a user", quote(key), quote(b.name))
		return p.readOver()
	})
	switch {
	case err != nil:
	case !ok:
		p.report("E054", "user of %s is not a JSON object", quote(b.name))
	case !named:
		p.report("E054", "user of %s has no name", quote(b.name))
	case !b.address.given:
		p.report("W008", "user of %s has no address", quote(b.name))
	}
	return err
}

func (inv *inventory) readFixity(p *parser) error {
	ok, err := p.unique(" in fixity", func(algorithm string) error {
		if algorithms[algorithm] == nil {
			p.report("E056", "fixity has the algorithm %s", quote(algorithm))
			return p.readOver()
		}
		lists, ok, err := p.lists()
		if err == nil && !ok {
			p.report("E057", "fixity by %s is not a JSON object", algorithm)
		}
		inv.fixityLists = append(inv.fixityLists, fixityList{algorithm, lists})
		return err
	})
	if err == nil && !ok {
		p.report("E111", "fixity is not a JSON object")
	}
	return err
}

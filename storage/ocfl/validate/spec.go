package validate

import "slices"

// spec is a version of the specification, comparable by age; 0 is not known.
type spec int

const (
	spec10 spec = 10
	spec11 spec = 11
	latest      = spec11
)

var specs = map[string]spec{"1.0": spec10, "1.1": spec11}

func (s spec) known() bool { return s != 0 }

func (s spec) String() string {
	for name, v := range specs {
		if v == s {
			return name
		}
	}
	return "?"
}

// typeURI is the type of an inventory written by this specification (§3.5.1).
func (s spec) typeURI() string { return "https://ocfl.io/" + s.String() + "/spec/#inventory" }

func specOfType(uri string) spec {
	for _, s := range specs {
		if uri == s.typeURI() {
			return s
		}
	}
	return 0
}

// before11 says which code of 1.0 names the fault that 1.1 gave a code of its own; "" where 1.0 has no such rule.
var before11 = map[string]string{
	"E103": "",     // order of specifications
	"E104": "E009", // version names
	"E105": "E009",
	"E106": "E041", // the manifest is an object
	"E107": "",     // unused digests
	"E108": "E017", // contentDirectory
	"E110": "E037", // changed id
	"E111": "E057", // the fixity block is an object
	"E112": "E086", // the root's extensions
	"W016": "",
}

// code gives a code of 1.1 as this specification has it, "" when it has none.
func (s spec) code(code string) string {
	if s == spec10 {
		if old, ok := before11[code]; ok {
			return old
		}
	}
	return code
}

// registered are the names of the extensions that the community has registered (https://ocfl.github.io/extensions/).
var registered = []string{
	"0000-example-extension",
	"0001-digest-algorithms",
	"0002-flat-direct-storage-layout",
	"0003-hash-and-id-n-tuple-storage-layout",
	"0004-hashed-n-tuple-storage-layout",
	"0005-mutable-head",
	"0006-flat-omit-prefix-storage-layout",
	"0007-n-tuple-omit-prefix-storage-layout",
	"0008-schema-registry",
	"0009-digest-algorithms",
	"0010-differential-n-tuple-omit-prefix-storage-layout",
	"0011-direct-clean-path-layout",
	"0012-hash-and-no-prefix-id-n-tuple-storage-layout",
	"initial",
}

func (o Options) isExtension(name string) bool {
	return slices.Contains(registered, name) || slices.Contains(o.Extensions, name)
}

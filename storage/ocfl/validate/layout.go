package validate

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// layout gives the folder of an object by its id.
type layout func(id string) string

// parseLayoutFile reads the extension's name out of ocfl_layout.json; why says what is wrong.
func parseLayoutFile(text string) (name, why string) {
	var doc map[string]any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		return "", "no JSON object: " + err.Error()
	}
	name, named := doc["extension"].(string)
	_, described := doc["description"].(string)
	switch {
	case !named:
		return "", "no key extension with a string"
	case !described:
		return "", "no key description with a string"
	}
	return name, ""
}

// parseLayout reads the config.json of a layout; nil for one whose rule is not known here. why says what is wrong.
func parseLayout(extension, text string) (l layout, why string) {
	c := struct {
		Algorithm string `json:"digestAlgorithm"`
		TupleSize int    `json:"tupleSize"`
		Tuples    int    `json:"numberOfTuples"`
		Short     bool   `json:"shortObjectRoot"`
	}{Algorithm: "sha256", TupleSize: 3, Tuples: 3}
	var leaf func(id, digest, rest string) string
	switch extension {
	case "0002-flat-direct-storage-layout":
		return func(id string) string { return id }, ""
	case "0003-hash-and-id-n-tuple-storage-layout":
		leaf = func(id, digest, _ string) string { return encapsulate(id, digest) }
	case "0004-hashed-n-tuple-storage-layout":
		leaf = func(_, digest, rest string) string {
			if c.Short {
				return rest
			}
			return digest
		}
	default:
		return nil, ""
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return nil, "the layout's parameters cannot be read: " + err.Error()
	}
	newHash := algorithms[c.Algorithm]
	if newHash == nil || newHash() == nil {
		return nil, fmt.Sprintf("the layout hashes by %s", quote(c.Algorithm))
	}
	if length := 2 * newHash().Size(); c.TupleSize < 0 || c.TupleSize > 32 || c.Tuples < 0 || c.Tuples > 32 ||
		(c.TupleSize == 0) != (c.Tuples == 0) || c.TupleSize*c.Tuples > length || c.Short && c.TupleSize*c.Tuples == length {
		return nil, fmt.Sprintf("the layout has %d tuples of %d", c.Tuples, c.TupleSize)
	}
	return func(id string) string {
		h := newHash()
		h.Write([]byte(id))
		digest := hex.EncodeToString(h.Sum(nil))
		var b strings.Builder
		rest := digest
		for range c.Tuples {
			b.WriteString(rest[:c.TupleSize] + "/")
			rest = rest[c.TupleSize:]
		}
		return b.String() + leaf(id, digest, rest)
	}, ""
}

// encapsulate names an object's folder by its id (extension 0003).
func encapsulate(id, digest string) string {
	const most = 100
	var b strings.Builder
	for i := range len(id) {
		switch c := id[i]; {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	if b.Len() > most {
		return b.String()[:most] + "-" + digest
	}
	return b.String()
}

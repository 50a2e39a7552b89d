package ocfl

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"hash"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"sohoa/archive"
)

// Files of an object (OCFL 1.1 §3.2) and words of its inventory (§3.5).
const (
	objectNamaste = "0=ocfl_object_1.1"
	objectText    = "ocfl_object_1.1\n"
	inventoryFile = "inventory.json"
	inventoryType = "https://ocfl.io/1.1/spec/#inventory"
	olderType     = "https://ocfl.io/1.0/spec/#inventory"
	contentFolder = "content"
	intentPrefix  = "urn:uuid:"
)

// inventory is an object's inventory.json.
//
// Ours say "sha256" where OCFL prefers sha512 (a validator warns with W004): the manifest's digests are then the ones the
// catalog, the log and every receipt speak of, and a person with sha256sum and a text editor can prove a paper.
type inventory struct {
	ID        string              `json:"id"`
	Type      string              `json:"type"`
	Algorithm string              `json:"digestAlgorithm"`
	Head      string              `json:"head"`
	Content   string              `json:"contentDirectory,omitempty"`
	Manifest  map[string][]string `json:"manifest"`
	Versions  map[string]*version `json:"versions"`
	Fixity    json.RawMessage     `json:"fixity,omitempty"`

	head  int // of Head
	width int // digits of a zero-padded version number; 0 when they are not padded
}

type version struct {
	Created time.Time           `json:"created"`
	State   map[string][]string `json:"state"`
	Message string              `json:"message,omitempty"`
	User    *user               `json:"user,omitempty"`
}

// user is who made a version. The standard asks for a URI that identifies the user in address (a SHOULD, §3.5.3.1). We write
// the intent under which the version was made, as urn:uuid:…: it names the one act, of one account, in the log, and
// recovery tells its own work by it without taking apart a sentence meant for people. An e-mail address would be personal
// data that can never be erased.
type user struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
}

// parseInventory reads an inventory strictly enough to rely on it; Corrupt says what is wrong.
func parseInventory(b []byte) (*inventory, error) {
	inv := &inventory{}
	if err := json.Unmarshal(b, inv); err != nil {
		return nil, archive.Errorf(archive.Corrupt, "inventory: %w", err)
	}
	if why := inv.check(); why != "" {
		return nil, archive.Errorf(archive.Corrupt, "inventory of %q: %s", inv.ID, why)
	}
	return inv, nil
}

func (inv *inventory) check() string {
	switch {
	case inv.ID == "":
		return "no id"
	case inv.Type != inventoryType && inv.Type != olderType:
		return "type is " + strconv.Quote(inv.Type)
	case inv.newHash() == nil:
		return "digest algorithm is " + strconv.Quote(inv.Algorithm)
	case strings.Contains(inv.Content, "/") || inv.Content == "." || inv.Content == "..":
		return "content directory is " + strconv.Quote(inv.Content)
	case inv.Manifest == nil:
		return "no manifest"
	}
	if why := inv.checkNumbers(); why != "" {
		return why
	}
	if why := inv.checkManifest(); why != "" {
		return why
	}
	for n := 1; n <= inv.head; n++ {
		if why := inv.checkState(n); why != "" {
			return "version " + strconv.Itoa(n) + ": " + why
		}
	}
	return ""
}

// checkNumbers takes 1, 2, 3 … without a gap, all padded alike or none (§3.2.1).
func (inv *inventory) checkNumbers() string {
	digits, ok := strings.CutPrefix(inv.Head, "v")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 1 || digits[0] == '+' {
		return "head is " + strconv.Quote(inv.Head)
	}
	inv.head = n
	if digits[0] == '0' {
		inv.width = len(digits)
	}
	if len(inv.Versions) != n {
		return "head is " + strconv.Itoa(n) + " of " + strconv.Itoa(len(inv.Versions)) + " versions"
	}
	for i := 1; i <= n; i++ {
		if inv.Versions[inv.name(i)] == nil {
			return "no version " + inv.name(i)
		}
	}
	return ""
}

func (inv *inventory) checkManifest() string {
	folded := make(map[string][]string, len(inv.Manifest))
	seen := map[string]bool{}
	for d, paths := range inv.Manifest {
		if !inv.isDigest(d) || len(paths) == 0 {
			return "manifest entry " + strconv.Quote(d)
		}
		for _, p := range paths {
			first, rest, _ := strings.Cut(p, "/")
			if !isPath(p) || seen[p] || rest == "" || inv.Versions[first] == nil {
				return "content path " + strconv.Quote(p)
			}
			seen[p] = true
		}
		// Digests are case-insensitive (§3.5.2); a digest given twice would name its bytes twice.
		low := strings.ToLower(d)
		if folded[low] != nil {
			return "digest twice in the manifest"
		}
		folded[low] = paths
	}
	inv.Manifest = folded
	return ""
}

func (inv *inventory) checkState(n int) string {
	v := inv.Versions[inv.name(n)]
	if v.Created.IsZero() {
		return "no time"
	}
	if v.State == nil {
		return "no state"
	}
	folded := make(map[string][]string, len(v.State))
	var all []string
	for d, paths := range v.State {
		low := strings.ToLower(d)
		if inv.Manifest[low] == nil {
			return "digest is not in the manifest"
		}
		for _, p := range paths {
			if !isPath(p) {
				return "logical path " + strconv.Quote(p)
			}
		}
		all = append(all, paths...)
		folded[low] = append(folded[low], paths...)
	}
	v.State = folded
	if p := clash(all); p != "" {
		return "logical path " + strconv.Quote(p) + " stands twice, or is a folder as well"
	}
	return ""
}

// isPath holds for the paths an inventory may name: relative, and without empty, "." and ".." elements (§3.5.2).
func isPath(p string) bool {
	return p != "" && !strings.HasPrefix(p, "/") && path.Clean(p) == p && p != "." && p != ".." && !strings.HasPrefix(p, "../")
}

// clash returns a path that stands twice in the list or is a folder of another, and "" when there is none.
func clash(paths []string) string {
	set := make(map[string]bool, len(paths))
	for _, p := range paths {
		if set[p] {
			return p
		}
		set[p] = true
	}
	for _, p := range paths {
		for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
			if set[dir] {
				return dir
			}
		}
	}
	return ""
}

func (inv *inventory) isDigest(d string) bool {
	_, err := hex.DecodeString(d)
	return err == nil && len(d) == 2*inv.newHash().Size()
}

// newHash returns the hash of the object's digests, and nil when we do not know the algorithm.
func (inv *inventory) newHash() hash.Hash {
	switch inv.Algorithm {
	case "sha256":
		return sha256.New()
	case "sha512":
		return sha512.New()
	}
	return nil
}

// name spells a version number as this object does.
func (inv *inventory) name(n int) string {
	s := strconv.Itoa(n)
	if pad := inv.width - len(s); pad > 0 {
		s = strings.Repeat("0", pad) + s
	}
	return "v" + s
}

func (inv *inventory) sidecarFile() string { return inventoryFile + "." + inv.Algorithm }

// digest returns the archive's digest of a manifest entry, and zero when the object is kept by another algorithm.
func (inv *inventory) digest(d string) archive.Digest {
	var out archive.Digest
	if inv.Algorithm == "sha256" {
		_, _ = hex.Decode(out[:], []byte(d))
	}
	return out
}

// find returns the digest of a file of the head state.
func (inv *inventory) find(logical string) (digest string, ok bool) {
	for d, paths := range inv.Versions[inv.Head].State {
		if slices.Contains(paths, logical) {
			return d, true
		}
	}
	return "", false
}

// describe returns version n as the archive speaks of it.
func (inv *inventory) describe(n int) archive.ObjectVersion {
	v := inv.Versions[inv.name(n)]
	out := archive.ObjectVersion{Number: n, Message: v.Message, At: v.Created.UTC()}
	if v.User != nil {
		out.User = v.User.Name
		if id, ok := strings.CutPrefix(v.User.Address, intentPrefix); ok {
			out.Intent, _ = archive.ParseID(id) // another tool's urn:uuid is no intent of ours
		}
	}
	return out
}

// sidecar is the text of an inventory's digest file (§3.7).
func sidecar(h hash.Hash, inventory []byte) []byte {
	h.Reset()
	h.Write(inventory)
	return []byte(hex.EncodeToString(h.Sum(nil)) + " " + inventoryFile + "\n")
}

// sidecarDigest reads the digest out of a sidecar, lower-case; "" when there is none.
func sidecarDigest(b []byte) string {
	words := strings.Fields(string(b))
	if len(words) != 2 || words[1] != inventoryFile {
		return ""
	}
	return strings.ToLower(words[0])
}

// Package validate judges objects and storage roots by the OCFL 1.1 and 1.0 specifications (https://ocfl.io/1.1/spec/), over any
// blob.Store. It reads nothing of package ocfl: what writes objects does not vouch for them.
//
// Findings carry the codes of the specification's list (E… breaks a MUST, W… a SHOULD). What a blob.Store cannot show is not
// judged: names that begin with a dot, links, and, in stores without blob.Folders, empty folders. A content path with such a
// name counts as a file that is not there.
//
// Memory is bounded by Options.MaxInventory and by the number of values in one inventory, whatever an object holds: two
// inventories at a time are kept, content streams. An inventory past these bounds is not judged, which is a finding too (Limit).
package validate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// Finding is one breach of the specification.
type Finding struct {
	Code    string // E… or W…, or Limit
	Object  string // the object's id as its inventory gives it, its folder when it gives none; "" for the storage root itself
	Folder  string // the object's folder in the store
	Path    string // what is at fault, below Folder; "" when it is the object as a whole
	Detail  string // one sentence for people who know the store
	Missing bool   // Path is a file of content that is not there, rather than one that is not as it should be
}

// Error tells a breach of a MUST, or an object that could not be judged, from one of a SHOULD.
func (f Finding) Error() bool { return !strings.HasPrefix(f.Code, "W") }

func (f Finding) String() string {
	return fmt.Sprintf("%s %s %s: %s", f.Code, f.Object, f.Path, f.Detail)
}

// Limit is the code of a finding that is no breach but a bound of this package, past which nothing was looked at.
const Limit = "LIMIT"

// Options of a validation. The zero value judges everything.
type Options struct {
	Structure    bool     // content is not read: a changed byte stays unseen, a missing or foreign file does not
	ID           string   // the id by which the caller knows the object; another in the inventory is E037. Optional, for Object only
	Accept       []string // codes that are not reported, for decisions of the house such as W004 (sha256 instead of sha512)
	Extensions   []string // names of local extensions, beside the registered ones
	Ignore       []string // folders directly below the storage root that are not looked at, such as a volume's lost+found
	MaxInventory int64    // bytes of the largest inventory that is read. Zero means 64 MiB

	// Hold keeps everybody from committing to an object until it is released. It is called for an object in which something
	// was found; the object is then judged again, and only what is found now is reported: a commit seen half done is no
	// damage. Optional.
	Hold func(id string) (release func())
}

func (o Options) maxInventory() int64 {
	if o.MaxInventory > 0 {
		return o.MaxInventory
	}
	return 64 << 20
}

// perCode is how many findings of one code are reported of one object; what follows them is counted and told in one.
const perCode = 50

// Object judges the object in a folder of the store and reports each breach to found, which may stop it by returning an error.
// An empty folder is E003 and E063. The error is found's, the context's, or the store's; damage of the object is none. Acts
// on the object meanwhile may be seen half done, unless Options.Hold says how to wait for them.
func Object(ctx context.Context, store blob.Store, folder string, o Options, found func(Finding) error) error {
	_, err := judge(ctx, newObject(store, folder, o, found))
	return err
}

// errSuspect ends a first look.
var errSuspect = errors.New("something is found")

// judge runs a validation, twice when it is to be sure, and returns the one that counts.
func judge(ctx context.Context, o *object) (*object, error) {
	if o.opts.Hold == nil {
		return o, o.run(ctx)
	}
	look := *o
	look.counts, look.last, look.told = map[string]int{}, map[string]Finding{}, map[string]bool{}
	look.found = func(Finding) error { return errSuspect }
	if err := look.run(ctx); !errors.Is(err, errSuspect) {
		look.found = o.found
		return &look, err
	}
	if id := cmp.Or(look.id, o.opts.ID); id != "" {
		defer o.opts.Hold(id)()
	}
	return o, o.run(ctx)
}

// object is the state of one validation.
type object struct {
	store  blob.Store
	folder string
	opts   Options
	found  func(Finding) error

	id     string
	spec   spec
	counts map[string]int
	last   map[string]Finding // of the codes that reached perCode
	told   map[string]bool    // folders that were reported already
	err    error              // found's; nothing is reported after it

	root         *inventory
	declarations []string
	sidecars     []string               // of the root inventory
	versions     map[string]*versionDir // by name; those of the root inventory only
	files        map[string]*content    // by content path; those of the root inventory only
	filled       map[string]bool        // folders below a content folder that hold a file; nil in a store without folders
	keys         int                    // listed
	mayVanish    bool                   // nothing there is no finding
	declaredAs   spec                   // 0 when that is not known
}

// versionDir is what the store holds of one version.
type versionDir struct {
	present   bool
	inventory bool
	content   bool
	sidecars  []string
}

func newObject(store blob.Store, folder string, o Options, found func(Finding) error) *object {
	return &object{
		store: store, folder: folder, opts: o, found: found, spec: latest,
		counts: map[string]int{}, last: map[string]Finding{}, told: map[string]bool{},
	}
}

func (o *object) run(ctx context.Context) error {
	err := o.check(ctx)
	if o.err != nil {
		return o.err
	}
	if err != nil {
		return fmt.Errorf("validate object in %s: %w", o.folder, err)
	}
	return o.finish()
}

// finish tells of the findings that were only counted.
func (o *object) finish() error {
	for _, code := range slices.Sorted(maps.Keys(o.last)) {
		f := o.last[code]
		if more := o.counts[code] - perCode; more > 0 && o.err == nil {
			f.Detail = fmt.Sprintf("and %d more of this kind", more)
			f.Path, f.Missing = "", false
			o.err = o.found(f)
		}
	}
	return o.err
}

// check goes from the inventory to the names in the store to the content: each step looks only at what the ones before it found
// sound, so that one fault is one finding and not a cascade.
func (o *object) check(ctx context.Context) error {
	var err error
	if o.root, err = o.load(ctx, inventoryFile); err != nil {
		return err
	}
	if o.root != nil && !o.root.broken {
		o.measure()
	}
	if err := o.list(ctx); err != nil || o.err != nil {
		return err
	}
	if o.keys == 0 && o.root == nil && o.mayVanish {
		return nil
	}
	if err := o.declared(ctx); err != nil || o.err != nil {
		return err
	}
	if o.root == nil {
		o.report("E063", inventoryFile, "there is no root inventory")
		return nil
	}
	if err := o.sidecar(ctx, "", o.root, o.sidecars); err != nil || o.err != nil || o.root.broken {
		return err
	}
	o.compareNames()
	if err := o.versionInventories(ctx); err != nil || o.err != nil {
		return err
	}
	o.compareFiles()
	if o.opts.Structure || o.err != nil {
		return nil
	}
	return o.readContent(ctx)
}

// adopt takes over from the root inventory what findings are reported by.
func (o *object) adopt(root *inventory) {
	if root.spec.known() {
		o.spec = root.spec
	}
	o.id = root.id
}

// measure takes over from the root inventory what the other steps are measured by.
func (o *object) measure() {
	if o.opts.ID != "" && o.root.id != "" && o.root.id != o.opts.ID {
		o.report("E037", inventoryFile, "the id is %s, known here as %s", quote(o.root.id), quote(o.opts.ID))
	}
	o.judge(o.root)
	o.versions = make(map[string]*versionDir, len(o.root.blocks))
	for _, b := range o.root.blocks {
		if b.number > 0 {
			o.versions[b.name] = &versionDir{}
		}
	}
	o.files = make(map[string]*content, len(o.root.files))
	for p, e := range o.root.files {
		c := &content{}
		if !e.malformed {
			c.want(o.root.algorithm, e.digest, "E092", inventoryFile)
		}
		o.files[p] = c
	}
	for _, f := range o.root.fixity {
		if c := o.files[f.path]; c != nil {
			c.want(f.algorithm, f.digest, "E093", inventoryFile)
		}
	}
}

// report tells a finding unless its code is accepted, was told too often, or is not one of the object's specification.
func (o *object) report(code, path, format string, args ...any) {
	o.tell(Finding{Code: code, Path: path}, format, args...)
}

// missing reports a file of content that an inventory names.
func (o *object) missing(code, path, who string) {
	o.tell(Finding{Code: code, Path: path, Missing: true}, "%s names it, it is not there", who)
}

func (o *object) tell(f Finding, format string, args ...any) {
	code := f.Code
	if code = o.spec.code(code); code == "" || o.err != nil || slices.Contains(o.opts.Accept, code) {
		return
	}
	o.counts[code]++
	if o.counts[code] > perCode {
		return
	}
	f.Code, f.Object, f.Folder, f.Path = code, short(o.name()), o.folder, short(f.Path)
	f.Detail = short(fmt.Sprintf(format, args...))
	if o.counts[code] == perCode {
		o.last[code] = f
	}
	o.err = o.found(f)
}

// reportOnce is report for a folder of which every file would be reported.
func (o *object) reportOnce(code, path, format string, args ...any) {
	key := code + " " + path
	if o.told[key] || o.counts[o.spec.code(code)] > perCode {
		return
	}
	o.told[key] = true
	o.report(code, path, format, args...)
}

// short bounds what an inventory can make a finding say, and keeps it to one line.
func short(s string) string {
	const most = 1024 // a store's longest key
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		s = strconv.Quote(s)
	}
	return s
}

func (o *object) name() string {
	if o.id != "" {
		return o.id
	}
	return o.folder
}

// key returns the store's key of a path of the object.
func (o *object) key(path string) string { return join(o.folder, path) }

func join(folder, path string) string {
	if folder == "" {
		return path
	}
	return folder + "/" + path
}

// quote renders text of an inventory for a sentence, when it comes to one: short, and without control characters.
func quote(s string) quoted { return quoted(s) }

type quoted string

func (q quoted) String() string {
	const most = 120
	s := string(q)
	if len(s) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		return strconv.Quote(s[:cut]) + "…"
	}
	return strconv.Quote(s)
}

// isGone tells that a key is not there, or cannot be a key of any store.
func isGone(err error) bool {
	k := archive.KindOf(err)
	return k == archive.NotFound || k == archive.Invalid
}

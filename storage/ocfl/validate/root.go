package validate

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// Names of a storage root's files (§4.1, §4.2).
const (
	rootDeclaration = "0=ocfl_"
	layoutFile      = "ocfl_layout.json"
)

// Bounds of what is remembered between the objects of a root.
const (
	maxPlaces = 4096
	maxIDs    = 1 << 20
)

// Root judges a storage root and every object in it, under the rules of Object. Each object is judged once, whatever the order
// in which the store lists its keys. An object that goes away meanwhile is passed over.
//
// Files directly in the root are not judged (E087) except the ones the specification names. That two objects have one id is seen
// by their places where the layout is 0002, 0003 or 0004, and otherwise among the first million.
func Root(ctx context.Context, store blob.Store, o Options, found func(Finding) error) error {
	r := &root{object: newObject(store, "", o, found), places: map[string]string{}}
	r.spec = latest
	for _, step := range []func(context.Context) error{r.declared, r.readLayout, r.walk} {
		err := step(ctx)
		if r.err != nil {
			return r.err
		}
		if err != nil {
			return fmt.Errorf("validate storage root: %w", err)
		}
	}
	if r.above > 0 && r.below > 0 {
		r.report("W015", "", "%d objects lie directly in the root, %d in folders", r.above, r.below)
	}
	return r.finish()
}

// root is the state of one validation. It reports as an object does.
type root struct {
	*object
	layout       layout                         // nil when the layout is not known here
	places       map[string]string              // by folder, what makes it an object's: the name of a file in it, or ""
	ids          map[[sha256.Size]byte]struct{} // when the layout does not tell objects apart
	above, below int                            // objects directly in the root, and in folders
}

// declared judges the root's conformance declaration (§4.2).
func (r *root) declared(ctx context.Context) error {
	valid := 0
	for _, version := range []string{"1.0", "1.1", "1.2", "2.0"} {
		name := rootDeclaration + version
		text, err := r.small(ctx, name, 64)
		if isGone(err) {
			continue
		}
		if err != nil && !isLost(err) {
			return err
		}
		if !specs[version].known() {
			r.report("E079", name, "%s is no version of the specification known here", version)
			continue
		}
		valid++
		r.spec = specs[version]
		if want := strings.TrimPrefix(name, "0=") + "\n"; text != want {
			r.report("E080", name, "it reads %s", quote(text))
		}
	}
	switch {
	case valid == 0:
		r.report("E069", "", "there is no declaration %s%s", rootDeclaration, latest)
	case valid > 1:
		r.report("E076", "", "there are %d declarations", valid)
	}
	return nil
}

// walk goes through every key of the root but those directly in it.
func (r *root) walk(ctx context.Context) error {
	folders := realFolders(r.store)
	if folders == nil {
		return r.walkKeys(ctx, "")
	}
	return r.eachFolder(ctx, folders, "", func(name string) error {
		if slices.Contains(r.opts.Ignore, name) {
			return nil
		}
		if err := r.walkKeys(ctx, name); err != nil || r.err != nil {
			return err
		}
		if name == extensionsFolder {
			return r.eachFolder(ctx, folders, name, func(name string) error { r.judgeExtension(name); return nil })
		}
		return r.walkEmpty(ctx, folders, name)
	})
}

func (r *root) walkKeys(ctx context.Context, folder string) error {
	for info, err := range r.store.List(ctx, folder) {
		if err != nil {
			return err
		}
		top, rest, below := strings.Cut(info.Key, "/")
		switch {
		case !below || slices.Contains(r.opts.Ignore, top):
		case top == extensionsFolder:
			name, _, below := strings.Cut(rest, "/")
			if below {
				r.judgeExtension(name)
			} else {
				r.report("E112", info.Key, "a file among the extensions")
			}
		default:
			err = r.judgeKey(ctx, info.Key)
		}
		if err != nil {
			return err
		}
		if r.err != nil {
			return nil
		}
	}
	return nil
}

func (r *root) judgeExtension(name string) {
	if !r.opts.isExtension(name) {
		r.reportOnce("W016", extensionsFolder+"/"+name, "not the name of a registered extension")
	}
}

// judgeKey finds the object that a key belongs to and judges it when the key is the one that makes it an object.
func (r *root) judgeKey(ctx context.Context, key string) error {
	folder, marker, err := r.objectOf(ctx, key)
	switch {
	case err != nil:
		return err
	case folder != "" && key == folder+"/"+marker:
		return r.judgeObject(ctx, folder)
	case folder != "":
		return nil
	case strings.HasPrefix(path.Base(key), "0="+declarationValue): // of a version not known here
		return r.judgeObject(ctx, path.Dir(key))
	}
	r.report("E072", key, "a file that is not part of an object")
	return nil
}

// objectOf returns the outermost folder above a key that is an object's, and the file that makes it one; "" when there is none.
func (r *root) objectOf(ctx context.Context, key string) (folder, marker string, err error) {
	for i, c := range key {
		if c != '/' {
			continue
		}
		if marker, err = r.marker(ctx, key[:i]); err != nil || marker != "" {
			return key[:i], marker, err
		}
	}
	return "", "", nil
}

// marker returns the file that makes a folder an object's: a declaration, or an inventory where the declaration is missing.
func (r *root) marker(ctx context.Context, folder string) (string, error) {
	if m, ok := r.places[folder]; ok {
		return m, nil
	}
	if len(r.places) >= maxPlaces {
		clear(r.places) // keys come folder by folder, from every store there is
	}
	for _, name := range []string{"0=" + declarationValue + "1.1", "0=" + declarationValue + "1.0", inventoryFile} {
		_, err := r.store.Stat(ctx, folder+"/"+name)
		if err == nil {
			r.places[folder] = name
			return name, nil
		}
		if !isGone(err) {
			return "", err
		}
	}
	r.places[folder] = ""
	return "", nil
}

func (r *root) judgeObject(ctx context.Context, folder string) error {
	o := newObject(r.store, folder, r.opts, r.found)
	o.opts.ID, o.mayVanish = "", true
	o, err := judge(ctx, o)
	if err != nil {
		if o.err != nil && errors.Is(err, o.err) {
			r.err = o.err
		}
		return err
	}
	if o.keys == 0 {
		return nil
	}
	if strings.Contains(folder, "/") {
		r.below++
	} else {
		r.above++
	}
	if o.declaredAs > r.spec {
		o.report("E081", "", "the object is declared by %s, the storage root by %s", o.declaredAs, r.spec)
	}
	r.judgePlacement(o)
	r.err = o.err
	return nil
}

// judgePlacement looks whether an object lies where its id belongs.
func (r *root) judgePlacement(o *object) {
	switch {
	case o.id == "":
	case r.layout != nil:
		if want := r.layout(o.id); want != o.folder {
			o.report("E083", "", "by the layout of the root its place is %s", quote(want))
		}
	case len(r.ids) < maxIDs:
		if r.ids == nil {
			r.ids = map[[sha256.Size]byte]struct{}{}
		}
		sum := sha256.Sum256([]byte(o.id))
		if _, taken := r.ids[sum]; taken {
			o.report("E037", inventoryFile, "another object has the id %s", quote(o.id))
		}
		r.ids[sum] = struct{}{}
	}
}

// walkEmpty reports the empty folders at and below one that leads to objects.
func (r *root) walkEmpty(ctx context.Context, store blob.Folders, folder string) error {
	marker, err := r.marker(ctx, folder)
	if err != nil || marker != "" {
		return err
	}
	held := false
	err = r.eachFolder(ctx, store, folder, func(name string) error {
		held = true
		return r.walkEmpty(ctx, store, folder+"/"+name)
	})
	if err != nil || held {
		return err
	}
	for _, err := range r.store.List(ctx, folder) {
		return err // it holds files, which were judged
	}
	r.report("E073", folder, "an empty folder")
	return nil
}

// realFolders returns the store's way to name folders when a folder is there by itself, and may be empty: on a file system, where
// a folder can be moved. What an object store calls folders are beginnings of keys.
func realFolders(store blob.Store) blob.Folders {
	if _, ok := store.(blob.Trees); !ok {
		return nil
	}
	f, _ := store.(blob.Folders)
	return f
}

// readLayout judges ocfl_layout.json (§4.1) and learns where objects lie.
func (r *root) readLayout(ctx context.Context) error {
	const most = 64 << 10
	text, err := r.small(ctx, layoutFile, most)
	if isGone(err) {
		return nil
	}
	if err != nil && !isLost(err) {
		return err
	}
	name, why := parseLayoutFile(text)
	if why != "" {
		r.report("E070", layoutFile, "%s", why)
		return nil
	}
	if !r.opts.isExtension(name) {
		r.report("E071", layoutFile, "%s is not the name of a registered extension", quote(name))
		return nil
	}
	config := extensionsFolder + "/" + name + "/config.json"
	text, err = r.small(ctx, config, most)
	if err != nil && archive.KindOf(err) != archive.NotFound && !isLost(err) {
		return err
	}
	if err != nil {
		text = "{}"
	}
	if r.layout, why = parseLayout(name, text); why != "" {
		r.report("E083", config, "%s", why)
	}
	return nil
}

package validate

import (
	"context"
	"path"
	"strings"

	"sohoa/storage/blob"
)

// maxNames bounds what is remembered of names that no inventory bounds.
const (
	maxDeclarations = 8
	maxSidecars     = 8
	maxFilled       = 1 << 20
)

// list walks every key of the object once and holds each against the root inventory. Nothing of it is kept but marks on what
// the inventory names.
func (o *object) list(ctx context.Context) error {
	folders := realFolders(o.store)
	if folders != nil {
		o.filled = map[string]bool{}
	}
	for info, err := range o.store.List(ctx, o.folder) {
		if err != nil {
			return err
		}
		o.keys++
		p := info.Key
		if o.folder != "" {
			p = strings.TrimPrefix(p, o.folder+"/")
		}
		if top, rest, below := strings.Cut(p, "/"); below {
			o.inFolder(top, rest)
		} else {
			o.inRoot(p)
		}
		if o.err != nil {
			return nil
		}
	}
	if folders != nil {
		return o.walkFolders(ctx, folders)
	}
	return nil
}

// inRoot judges a file of the object's root.
func (o *object) inRoot(name string) {
	switch t, value, declares := strings.Cut(name, "="); {
	case name == inventoryFile:
	case strings.HasPrefix(name, sidecarPrefix) && len(o.sidecars) < maxSidecars && (o.root != nil):
		o.sidecars = append(o.sidecars, name)
	case declares && (t == "0" || strings.HasPrefix(value, strings.TrimSuffix(declarationValue, "_"))) && len(o.declarations) < maxDeclarations:
		o.declarations = append(o.declarations, name)
	case o.root == nil && strings.HasPrefix(name, sidecarPrefix): // its inventory is missing, which is said already
	default:
		o.stray("", name)
	}
}

// inFolder judges a file that lies in a folder of the object's root.
func (o *object) inFolder(top, rest string) {
	if c := o.files[top+"/"+rest]; c != nil {
		c.seen = true
	}
	switch o.judgeTop(top) {
	case extensionsFolder:
		name, _, below := strings.Cut(rest, "/")
		if !below {
			o.report("E067", top+"/"+rest, "a file among the extensions")
		} else {
			o.judgeExtension(name)
		}
	case versionFolder:
		o.inVersion(top, rest)
	}
}

const versionFolder = "v"

// judgeTop judges a folder of the object's root by its name, and returns what it is: versionFolder for a version that the root
// inventory names, extensionsFolder, or "" for what is not looked into.
func (o *object) judgeTop(name string) string {
	if v := o.versions[name]; v != nil {
		v.present = true
		return versionFolder
	}
	n, _, _ := versionNumber(name)
	switch {
	case name == extensionsFolder:
		return extensionsFolder
	case name == logsFolder:
	case n > 0 && (o.root == nil || o.root.broken || o.root.noVersions):
	case n > 0:
		o.reportOnce("E046", name, "the folder of a version that the root inventory does not have")
	default:
		o.reportOnce("E001", name, "a folder that does not belong to an object")
	}
	return ""
}

func (o *object) judgeExtension(name string) {
	if !o.opts.isExtension(name) {
		o.reportOnce("W013", extensionsFolder+"/"+name, "not the name of a registered extension")
	}
}

// inVersion judges a file in the folder of a version.
func (o *object) inVersion(version, rest string) {
	v := o.versions[version]
	folder, below, isBelow := strings.Cut(rest, "/")
	switch {
	case rest == inventoryFile:
		v.inventory = true
	case !isBelow && strings.HasPrefix(rest, sidecarPrefix) && len(v.sidecars) < maxSidecars:
		v.sidecars = append(v.sidecars, rest)
	case !isBelow:
		o.stray(version, rest)
	case o.root.content == "": // what the folder is called is not known
	case folder != o.root.content:
		o.judgeBeside(version, folder)
	default:
		v.content = true
		p := version + "/" + rest
		if o.filled != nil && len(o.filled) < maxFilled {
			o.filled[path.Dir(p)] = true
		}
		if o.files[p] == nil && !o.root.noManifest && !o.root.blindPaths {
			o.report("E023", p, "the manifest does not name %s", quote(below))
		}
	}
}

func (o *object) judgeBeside(version, folder string) {
	o.reportOnce("W002", version+"/"+folder, "a folder beside the one of the content")
}

// walkFolders looks for folders without files, which a listing of files does not show.
func (o *object) walkFolders(ctx context.Context, store blob.Folders) error {
	if len(o.filled) >= maxFilled {
		o.report(Limit, "", "folders are not looked at: more than %d of them", maxFilled)
		return nil
	}
	return o.eachFolder(ctx, store, "", func(top string) error {
		switch o.judgeTop(top) {
		case extensionsFolder:
			return o.eachFolder(ctx, store, top, func(name string) error {
				o.judgeExtension(name)
				return nil
			})
		case versionFolder:
			return o.eachFolder(ctx, store, top, func(name string) error {
				switch {
				case o.root.content == "":
				case name != o.root.content:
					o.judgeBeside(top, name)
				case !o.versions[top].content:
					o.report("W003", top+"/"+name, "a folder of content without content")
					fallthrough
				default:
					_, err := o.walkContent(ctx, store, top+"/"+name, true)
					return err
				}
				return nil
			})
		}
		return nil
	})
}

// walkContent reports the empty folders below one of content. It does not look into folders that hold no file and were reported
// by their parent's being a version's content folder.
func (o *object) walkContent(ctx context.Context, store blob.Folders, folder string, top bool) (held bool, err error) {
	err = o.eachFolder(ctx, store, folder, func(name string) error {
		held = true
		_, err := o.walkContent(ctx, store, folder+"/"+name, false)
		return err
	})
	if err == nil && !top && !held && !o.filled[folder] {
		o.report("E024", folder, "an empty folder within content")
	}
	return held, err
}

func (o *object) eachFolder(ctx context.Context, store blob.Folders, folder string, each func(name string) error) error {
	key := o.folder
	if folder != "" {
		key = o.key(folder)
	}
	for name, err := range store.Folders(ctx, key) {
		if err == nil {
			err = each(name)
		}
		if err != nil {
			return err
		}
		if o.err != nil {
			return nil
		}
	}
	return nil
}

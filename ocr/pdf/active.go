package pdf

import (
	"slices"
	"strings"

	"sohoa/ocr/pdf/cos"
)

// actions says what an action of each type (ISO 32000-1 §12.6.4) means for us: "" is harmless.
var actions = map[cos.Name]string{
	"GoTo": "", "URI": "", "Named": "", "Hide": "", "ResetForm": "", "SetOCGState": "", "Trans": "", "Thread": "", "GoToDp": "",
	"JavaScript":         "javascript",
	"Launch":             "launch",
	"GoToR":              "remote_goto",
	"GoToE":              "remote_goto",
	"SubmitForm":         "submit_form",
	"ImportData":         "import_data",
	"Rendition":          "multimedia",
	"Movie":              "multimedia",
	"Sound":              "multimedia",
	"GoTo3DView":         "multimedia",
	"RichMediaExecute":   "multimedia",
	"NOP":                "",
	"SetState":           "",
	"DocumentJavaScript": "javascript",
}

// subtypes are annotations and external objects that bring something to run or to open.
var subtypes = map[cos.Name]string{
	"FileAttachment": "embedded_file",
	"RichMedia":      "multimedia",
	"3D":             "multimedia",
	"Screen":         "multimedia",
	"Movie":          "multimedia",
	"Sound":          "multimedia",
	"PS":             "postscript",
}

// unattended are the actions that may start without a click.
var unattended = map[cos.Name]bool{"GoTo": true, "Named": true, "Hide": true, "SetOCGState": true, "Trans": true, "Thread": true, "GoToDp": true}

// watch looks at single objects for active content. It judges by what an object says and not by what points at it: a script nobody
// reaches today is one repaired reference away from running tomorrow.
type watch struct {
	file  *cos.File
	found *findings
	page  func(object int) int

	id     cos.Ref // the object under the eye
	packed bool    // it comes from an object stream
}

// object judges one object with everything nested in it.
func (w *watch) object(o cos.Found) {
	w.id, w.packed = o.ID, o.Packed
	if s, is := o.Object.(*cos.Stream); is {
		w.stream(s, o.ID.Num)
	}
	w.nested(o.Object, o.ID.Num, false)
}

// nested walks values. free is set inside maps whose keys are names of the author's choosing (fonts, images, states): a font may be
// called JS.
func (w *watch) nested(o cos.Object, id int, free bool) {
	switch v := o.(type) {
	case cos.Array:
		for _, e := range v {
			w.nested(e, id, false)
		}
	case cos.Dict:
		w.dict(v, id, free)
	case *cos.Stream:
		w.dict(v.Dict, id, false)
	}
}

func (w *watch) add(code string, id int) { w.found.add(code, w.page(id), id) }

func (w *watch) dict(d cos.Dict, id int, free bool) {
	var seen [len(structural)]bool
	for _, e := range d {
		if k := slices.Index(structural[:], e.Key); k >= 0 && !free {
			if seen[k] && d.Conflict(e.Key) {
				w.add("ambiguous", id)
			}
			seen[k] = true
		}
		if !free || dangerousAnywhere(e.Val) {
			w.entry(d, e, id)
		}
		w.nested(e.Val, id, named[e.Key])
	}
}

// structural are the keys that say what a paper consists of. Readers differ in whether the first or the last of two counts: a paper that names
// two different values shows different things to different people.
var structural = [...]cos.Name{"Root", "Pages", "Kids", "Contents", "Filter", "DecodeParms", "Length", "Encrypt", "Resources", "MediaBox", "CropBox", "XObject", "Prev"}

// named are the keys under which authors choose the names.
var named = map[cos.Name]bool{"Font": true, "XObject": true, "ExtGState": true, "ColorSpace": true, "Pattern": true, "Shading": true, "Properties": true, "CharProcs": true, "RoleMap": true, "ClassMap": true}

// dangerousAnywhere keeps an author from hiding a script under a name of choice: resources are dictionaries, streams, arrays and
// names, never texts.
func dangerousAnywhere(v cos.Object) bool {
	_, is := v.(cos.String)
	return is
}

func (w *watch) entry(d cos.Dict, e cos.Entry, id int) {
	switch e.Key {
	case "S":
		for _, v := range w.file.All(e.Val) {
			if n, is := v.(cos.Name); is && actions[n] != "" {
				w.add(actions[n], id)
			}
		}
	case "Type":
		for _, v := range w.file.All(e.Val) {
			if v == cos.Name("EmbeddedFile") {
				w.add("embedded_file", id)
			}
		}
	case "Subtype":
		for _, v := range w.file.All(e.Val) {
			if n, is := v.(cos.Name); is && subtypes[n] != "" {
				w.add(subtypes[n], id)
			}
		}
	case "JS":
		if w.anyOf(e.Val, isScript) {
			w.add("javascript", id)
		}
	case "JavaScript":
		if w.anyOf(e.Val, w.holdsSomething) {
			w.add("javascript", id)
		}
	case "XFA":
		if w.anyOf(e.Val, isScript) {
			w.add("xfa", id)
		}
	case "EmbeddedFiles":
		if w.anyOf(e.Val, w.holdsSomething) {
			w.add("embedded_file", id)
		}
	case "EF", "AF":
		if w.anyOf(e.Val, w.holdsSomething) {
			w.add("embedded_file", id)
		}
	case "RichMediaContent", "3DD", "Movie", "Sound":
		if w.anyOf(e.Val, isContainer) {
			w.add("multimedia", id)
		}
	case "AA":
		if w.anyOf(e.Val, w.actsAlone) {
			w.add("auto_action", id)
		}
	case "OpenAction":
		if w.anyOf(e.Val, w.notUnattended) {
			w.add("auto_action", id)
		}
	case "A", "PA", "Next":
		if w.anyOf(e.Val, w.unknownAction) {
			w.add("unknown_action", id)
		}
	case "URI":
		for _, s := range w.texts(e.Val) {
			if unsafeLink(s) {
				w.add("unsafe_link", id)
			}
		}
	case "Alternates": // other pictures in place of this one, on screen or in print (§8.9.5.4)
		if w.anyOf(e.Val, func(v cos.Object) bool { a, is := v.(cos.Array); return is && len(a) > 0 }) {
			w.add("alternate_image", id)
		}
	case "OPI": // the print shop puts another picture in its place (§14.11.7)
		if w.anyOf(e.Val, isContainer) {
			w.add("external_content", id)
		}
	case "AP": // what an annotation looks like; R is its look under the pointer (§12.5.5)
		if w.anyOf(e.Val, func(v cos.Object) bool {
			ap, is := v.(cos.Dict)
			return is && w.anyOf(ap.Get("R"), isContainer)
		}) {
			w.add("shifting_page", id)
		}
	case "Ref": // a reference XObject shows a page of another file (§8.10.4)
		if d.Has("BBox") && w.anyOf(e.Val, isContainer) {
			w.add("external_content", id)
		}
	}
}

// stream looks for bytes that lie in another file (§7.3.8.2: F with a file specification).
func (w *watch) stream(s *cos.Stream, id int) {
	for _, e := range s.Dict {
		if e.Key != "F" {
			continue
		}
		if w.anyOf(e.Val, func(v cos.Object) bool { _, text := v.(cos.String); _, dict := v.(cos.Dict); return text || dict }) {
			w.add("external_content", id)
		}
	}
}

// texts returns what a string may say, as it stands and decrypted.
func (w *watch) texts(o cos.Object) (all []string) {
	if w.file.Lock() == cos.Locked {
		return nil
	}
	id := w.id
	if r, is := o.(cos.Ref); is {
		id = r
	}
	for _, v := range w.file.All(o) {
		s, is := v.(cos.String)
		if !is {
			continue
		}
		all = append(all, string(s))
		if w.file.Lock() == cos.OwnerLocked && !w.packed {
			all = append(all, string(w.file.Text(s, id)))
		}
	}
	return all
}

func (w *watch) anyOf(o cos.Object, is func(cos.Object) bool) bool {
	for _, v := range w.file.All(o) {
		if is(v) {
			return true
		}
	}
	return false
}

func isScript(o cos.Object) bool {
	switch v := o.(type) {
	case cos.String, *cos.Stream:
		return true
	case cos.Array:
		return len(v) > 0
	}
	return false
}

func isContainer(o cos.Object) bool {
	switch o.(type) {
	case cos.Dict, *cos.Stream, cos.Array:
		return true
	}
	return false
}

// holdsSomething is false for the empty name trees some producers leave behind.
func (w *watch) holdsSomething(o cos.Object) bool {
	switch v := o.(type) {
	case cos.Array:
		return len(v) > 0
	case *cos.Stream:
		return true
	case cos.Dict:
		for _, e := range v {
			if e.Key == "Limits" {
				continue
			}
			if a, is := w.file.Resolve(e.Val).(cos.Array); !is || len(a) > 0 {
				return true
			}
		}
	}
	return false
}

func (w *watch) actsAlone(o cos.Object) bool {
	d, is := o.(cos.Dict)
	if !is {
		return false
	}
	for _, e := range d {
		if w.anyOf(e.Val, w.notUnattended) {
			return true
		}
	}
	return false
}

// notUnattended says whether an action must not start by itself. A destination (array, name, text) is a place and no action.
func (w *watch) notUnattended(o cos.Object) bool {
	d, is := o.(cos.Dict)
	if !is || len(d) == 0 {
		return false
	}
	if d.Has("D") && !d.Has("S") {
		return false // a destination dictionary
	}
	for _, e := range d {
		if e.Key == "S" {
			if w.anyOf(e.Val, func(v cos.Object) bool { n, is := v.(cos.Name); return !is || !unattended[n] }) {
				return true
			}
		}
		if e.Key == "Next" && w.anyOf(e.Val, w.nextNotUnattended) {
			return true
		}
	}
	return !d.Has("S")
}

func (w *watch) nextNotUnattended(o cos.Object) bool {
	items := cos.Array{o}
	if a, is := o.(cos.Array); is {
		items = a
	}
	for _, i := range items {
		d, _ := w.file.Dict(i)
		if n, is := w.file.Resolve(d.Get("S")).(cos.Name); is && !unattended[n] {
			return true
		}
	}
	return false
}

// unknownAction refuses an action type nobody described. /A also names other things (attributes of structure elements), which have no S.
func (w *watch) unknownAction(o cos.Object) bool {
	d, is := o.(cos.Dict)
	if !is {
		return false
	}
	n, is := w.file.Resolve(d.Get("S")).(cos.Name)
	if !is || d.Has("O") {
		return false
	}
	_, known := actions[n]
	return !known
}

// unsafeLink accepts what a reader would type into a browser or a mail program and refuses code and local files.
func unsafeLink(uri string) bool {
	uri = strings.ToLower(strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, uri))
	for _, bad := range []string{"javascript:", "vbscript:", "data:", "file:", "\\\\", "ms-", "shell:", "jar:"} {
		if strings.HasPrefix(uri, bad) {
			return true
		}
	}
	return false
}

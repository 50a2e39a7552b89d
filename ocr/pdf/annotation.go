package pdf

import (
	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// maxAnnotations bounds one page; a page of a filled-in form has some hundred.
const maxAnnotations = 5000

// drawn are the annotations that are marks on the page and nothing else.
var drawn = map[cos.Name]bool{
	"Text": true, "FreeText": true, "Line": true, "Square": true, "Circle": true, "Polygon": true, "PolyLine": true, "Highlight": true,
	"Underline": true, "Squiggly": true, "StrikeOut": true, "Stamp": true, "Caret": true, "Ink": true, "Watermark": true, "Redact": true,
}

// annotationKeys are the entries that say what a mark is and how it looks. Others lead to actions, files, other annotations or other pages.
var annotationKeys = []cos.Name{"Rect", "Contents", "NM", "M", "F", "AS", "Border", "C", "T", "CA", "CreationDate", "RC", "Subj", "BS", "BE", "QuadPoints",
	"L", "LE", "IC", "LL", "LLE", "LLO", "CL", "Cap", "CP", "CO", "Vertices", "InkList", "RD", "DA", "DS", "Q", "Name", "Sy", "IT", "OC", "RO", "H", "Rotate"}

// annotations copies what is plain: marks, and links to addresses and to pages that were picked, too.
func (d *Donor) annotations(s *sheet, at int) (cos.Array, error) {
	list, _ := d.file.Resolve(s.dict.Get("Annots")).(cos.Array)
	var out cos.Array
	for i, o := range list {
		if i >= maxAnnotations {
			break
		}
		a, ok := d.file.Dict(o)
		if !ok {
			continue
		}
		copied, err := d.annotation(a)
		if err != nil {
			return nil, err
		}
		if copied == nil {
			continue
		}
		n := d.a.next()
		d.a.w.Object(n, append(copied, cos.Entry{Key: "P", Val: cos.Ref{Num: d.a.page(at)}}))
		out = append(out, cos.Ref{Num: n})
	}
	return out, nil
}

// annotation copies one, nil when it stays behind.
func (d *Donor) annotation(a cos.Dict) (cos.Dict, error) {
	kind, _ := d.file.Resolve(a.Get("Subtype")).(cos.Name)
	switch {
	case kind == "Link":
		target := d.link(a)
		if target == nil {
			return nil, nil
		}
		return append(d.plain(a, "Link"), *target), nil
	case drawn[kind]:
		out := d.plain(a, kind)
		if look := d.look(a, false); look != nil {
			out = append(out, cos.Entry{Key: "AP", Val: look})
		}
		return out, nil
	case kind == "Popup":
		return nil, nil
	case kind == "Widget" && d.unseen(a):
		return nil, archive.Fault(archive.Conflict, "form_without_look", archive.Text{
			VI: "Biểu mẫu này chỉ lưu số liệu, không lưu hình ảnh đã điền. Xin in ra PDF rồi thay tệp, sau đó mới đổi trang.",
			EN: "This form keeps what was typed but not how it looks. Print it to PDF and replace the file, then change its pages."})
	}
	// Form fields, and whatever else shows something: the look goes over as a stamp, what it could do stays behind.
	look := d.look(a, true)
	flags, _ := cos.Int(d.file.Resolve(a.Get("F")))
	if look == nil || flags&hiddenFlag != 0 {
		return nil, nil
	}
	out := cos.Dict{{Key: "Type", Val: cos.Name("Annot")}, {Key: "Subtype", Val: cos.Name("Stamp")}, {Key: "AP", Val: look},
		{Key: "F", Val: flags | readOnlyFlag | lockedFlag}}
	for _, key := range []cos.Name{"Rect", "OC"} {
		if v := d.value(a.Get(key), 0); v != nil {
			out = append(out, cos.Entry{Key: key, Val: v})
		}
	}
	return out, nil
}

// Flags of annotations (ISO 32000-1 §12.5.3).
const (
	hiddenFlag   = 1 << 1
	readOnlyFlag = 1 << 6
	lockedFlag   = 1 << 7
)

// plain copies the entries that every reader draws by.
func (d *Donor) plain(a cos.Dict, kind cos.Name) cos.Dict {
	out := cos.Dict{{Key: "Type", Val: cos.Name("Annot")}, {Key: "Subtype", Val: kind}}
	for _, key := range annotationKeys {
		if v := d.value(a.Get(key), 0); v != nil {
			out = append(out, cos.Entry{Key: key, Val: v})
		}
	}
	return out
}

// look copies the normal appearance; one chooses among states the one shown.
func (d *Donor) look(a cos.Dict, one bool) cos.Object {
	ap, _ := d.file.Dict(a.Get("AP"))
	n := ap.Get("N")
	states, is := d.file.Resolve(n).(cos.Dict)
	if is && one {
		n = states.Get(d.state(a, states))
	}
	if is && !one {
		return cos.Dict{{Key: "N", Val: d.value(n, 0)}}
	}
	if _, is := d.file.Resolve(n).(*cos.Stream); !is {
		return nil
	}
	return cos.Dict{{Key: "N", Val: d.value(n, 0)}}
}

// state is the appearance state of a check box as viewers choose it.
func (d *Donor) state(a, states cos.Dict) cos.Name {
	if n, is := d.file.Resolve(a.Get("AS")).(cos.Name); is {
		return n
	}
	parent, _ := d.file.Dict(a.Get("Parent"))
	for _, o := range []cos.Object{a.Get("V"), parent.Get("V")} {
		if n, is := d.file.Resolve(o).(cos.Name); is && states.Has(n) {
			return n
		}
	}
	return "Off"
}

// unseen says that a field holds a text whose look is left to the viewer: there is no appearance, or the file calls them all outdated.
func (d *Donor) unseen(a cos.Dict) bool {
	flags, _ := cos.Int(d.file.Resolve(a.Get("F")))
	if flags&hiddenFlag != 0 {
		return false
	}
	outdated, _ := d.file.Resolve(d.form.Get("NeedAppearances")).(bool)
	if d.look(a, true) != nil && !outdated {
		return false
	}
	kind, value := cos.Object(nil), cos.Object(nil)
	for node, depth := a, 0; node != nil && depth < 32; depth++ {
		if kind == nil {
			kind = d.file.Resolve(node.Get("FT"))
		}
		if value == nil {
			value = d.file.Resolve(node.Get("V"))
		}
		node, _ = d.file.Dict(node.Get("Parent"))
	}
	if kind != cos.Name("Tx") && kind != cos.Name("Ch") {
		return false
	}
	switch v := value.(type) {
	case cos.String:
		return v != ""
	case cos.Array:
		return len(v) > 0
	case *cos.Stream:
		return true
	}
	return false
}

// link keeps an address a person would type, or a place on a page that was picked; nil is neither.
func (d *Donor) link(a cos.Dict) *cos.Entry {
	if dest := d.place(a.Get("Dest")); dest != nil {
		return &cos.Entry{Key: "Dest", Val: dest}
	}
	action, _ := d.file.Dict(a.Get("A"))
	switch d.file.Resolve(action.Get("S")) {
	case cos.Name("URI"):
		uri, is := d.file.Resolve(action.Get("URI")).(cos.String)
		if !is || unsafeLink(string(uri)) {
			return nil
		}
		return &cos.Entry{Key: "A", Val: cos.Dict{{Key: "Type", Val: cos.Name("Action")}, {Key: "S", Val: cos.Name("URI")}, {Key: "URI", Val: uri}}}
	case cos.Name("GoTo"):
		if dest := d.place(action.Get("D")); dest != nil {
			return &cos.Entry{Key: "Dest", Val: dest}
		}
	}
	return nil
}

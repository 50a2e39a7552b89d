package pdf

import (
	"cmp"
	"slices"

	"sohoa/ocr/pdf/cos"
)

// signature is one signature dictionary and what its ByteRange says it covers. Nothing here is cryptography: that a range is in order
// does not make a signature valid, but a range out of order makes it worthless as a proof for the whole file.
type signature struct {
	object int
	offset int64
	sound  bool  // ByteRange is [0 a b c], the gap is exactly the signature's own bytes
	empty  bool  // no ByteRange or no Contents
	end    int64 // b+c: where the covered part ends
}

// signatureOf reads o as a signature dictionary. Fields and their values are told apart by what they hold, because Type is optional.
func signatureOf(f *cos.File, o cos.Found) (signature, bool) {
	d, is := o.Object.(cos.Dict)
	if !is {
		return signature{}, false
	}
	kind, _ := f.Resolve(d.Get("Type")).(cos.Name)
	_, text := f.Resolve(d.Get("Contents")).(cos.String)
	filter, _ := f.Resolve(d.Get("Filter")).(cos.Name)
	byType := kind == "Sig" || kind == "DocTimeStamp"
	byShape := d.Has("ByteRange") || (text && filter != "" && d.Has("SubFilter"))
	if !byType && !byShape || d.Has("FT") && !d.Has("ByteRange") {
		return signature{}, false
	}
	s := signature{object: o.ID.Num, offset: o.Offset}
	r, isArray := f.Resolve(d.Get("ByteRange")).(cos.Array)
	if !isArray || !text {
		s.empty = true
		return s, true
	}
	var n [4]int64
	for i := range r {
		v, ok := f.Resolve(r[i]).(int64)
		if !ok || v < 0 || i > 3 {
			return s, true
		}
		n[i] = v
	}
	size := f.Size()
	if len(r) != 4 || n[0] != 0 || n[1] > n[2] || n[1] > size || n[2] > size || n[3] > size-n[2] {
		return s, true
	}
	s.end = n[2] + n[3]
	data := f.Data()
	gap := data[n[1]:n[2]]
	s.sound = len(gap) >= 2 && gap[0] == '<' && gap[len(gap)-1] == '>' && onlyHex(gap[1:len(gap)-1]) &&
		o.Offset < n[1] && n[1]-o.Offset < 1<<20
	return s, true
}

func onlyHex(b []byte) bool {
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F', c == '\n', c == '\r', c == ' ', c == 0:
		default:
			return false
		}
	}
	return true
}

// judgeSignatures counts the signatures and reports what keeps them from vouching for the whole file.
func judgeSignatures(f *cos.File, found *findings, all []signature, objects []defined) int {
	newest := map[int]signature{}
	for _, s := range all {
		if have, ok := newest[s.object]; !ok || s.offset >= have.offset {
			newest[s.object] = s
		}
	}
	list := make([]signature, 0, len(newest))
	for _, s := range newest {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b signature) int { return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.object, b.object)) })
	if len(list) == 0 {
		return 0
	}
	sound, last := 0, int64(0)
	for _, s := range list {
		switch {
		case s.empty:
			found.add("signature_empty", 0, s.object)
		case !s.sound:
			found.add("signature_malformed", 0, s.object)
		default:
			sound++
			last = max(last, s.end)
		}
	}
	if sound == 0 {
		return len(list)
	}
	if blankAfter(f.Data(), last) < f.Size() {
		found.add("signature_appended", 0, 0)
	}
	if sound > 1 {
		found.add("signed_then_signed", 0, 0)
	}
	for _, s := range list {
		if s.sound {
			changedAfter(f, found, s, objects)
		}
	}
	return len(list)
}

// blankAfter passes white space from at on.
func blankAfter(data []byte, at int64) int64 {
	for at < int64(len(data)) && (data[at] == '\n' || data[at] == '\r' || data[at] == ' ' || data[at] == 0) {
		at++
	}
	return at
}

// defined is one definition of an object, as far as judging updates needs it.
type defined struct {
	num    int
	offset int64
	bears  bool // what signing itself has to rewrite: catalogue, pages, forms, signature fields, information, tables
}

// define notes what kind of object o is.
func define(f *cos.File, o cos.Found) defined {
	out := defined{num: o.ID.Num, offset: o.Offset}
	var d cos.Dict
	switch v := o.Object.(type) {
	case cos.Dict:
		d = v
	case *cos.Stream:
		d = v.Dict
	case cos.Array: // kids, annotations and fields are lists that signing extends
		out.bears = true
		return out
	default:
		out.bears = o.Object == nil
		return out
	}
	kind, _ := f.Resolve(d.Get("Type")).(cos.Name)
	switch kind {
	case "Catalog", "Pages", "Page", "XRef", "ObjStm", "Metadata", "Sig", "DocTimeStamp", "DSS", "VRI", "SigRef":
		out.bears = true
	}
	field, _ := f.Resolve(d.Get("FT")).(cos.Name)
	if field == "Sig" || d.Has("Fields") || d.Has("SigFlags") || d.Has("Producer") || d.Has("CreationDate") || d.Has("ModDate") || d.Has("Filter") && d.Has("ByteRange") {
		out.bears = true
	}
	if d.Has("Linearized") || d.Has("DocMDP") {
		out.bears = true
	}
	return out
}

// changedAfter reports objects the signature covers that a later revision says anew, beyond what further signing needs. Filling in a form
// or swapping what a field shows has this shape, and so have the shadow attacks.
func changedAfter(f *cos.File, found *findings, s signature, objects []defined) {
	before := map[int]bool{}
	for _, o := range objects {
		if o.offset < s.end && o.num > 0 {
			before[o.num] = true
		}
	}
	for _, o := range objects {
		if o.offset >= s.end && before[o.num] && !o.bears {
			found.add("changed_after_signing", 0, o.num)
		}
	}
}

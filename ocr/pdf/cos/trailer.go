package cos

import "errors"

// unlock reads how the file is encrypted and tries to open it without a password.
func (f *File) unlock() {
	var dict Dict
	var id String
	present := false
	for i, t := range append(append([]Dict{}, f.sections...), f.trailers...) {
		e := t.Get("Encrypt")
		d, ok := f.Dict(e)
		switch {
		case ok && dict == nil:
			dict = d
			if i > 0 { // the newest section does not say so: most readers then read plain bytes, and see other objects than we would
				f.doubt(0)
			}
		case ok && !sameLock(dict, d):
			f.doubt(0)
		}
		present = present || e != nil
		if ids, is := f.Resolve(t.Get("ID")).(Array); is && len(ids) > 0 && id == "" {
			id, _ = f.Resolve(ids[0]).(String)
		}
	}
	if dict == nil {
		if present { // encrypted in a way nobody can follow
			f.lock, f.Foreign = Locked, true
		}
		return
	}
	c, err := newCrypt(dict, id, f.Resolve)
	if err != nil {
		f.lock, f.Foreign = Locked, errors.Is(err, errHandler)
		return
	}
	f.crypt, f.lock = c, OwnerLocked
}

// sameLock says whether two encryption dictionaries give the same key.
func sameLock(a, b Dict) bool {
	for _, key := range []Name{"Filter", "V", "R", "O", "U", "P", "StmF", "CF"} {
		if !Equal(a.Get(key), b.Get(key)) {
			return false
		}
	}
	return true
}

// chooseTrailer takes the newest section that names a catalogue; without a chain the last trailer in the file; without any the last
// object that calls itself a catalogue.
func (f *File) chooseTrailer() {
	names := func(t Dict) bool { d, ok := f.Dict(t.Get("Root")); return ok && len(d) > 0 }
	for i, t := range f.sections {
		if names(t) {
			f.trailer = t
			f.Repaired = f.Repaired || i > 0
			return
		}
	}
	f.Repaired = true
	for i := len(f.trailers) - 1; i >= 0; i-- {
		if names(f.trailers[i]) {
			f.trailer = f.trailers[i]
			return
		}
	}
	for i := len(f.found) - 1; i >= 0; i-- {
		if o, err := f.load(int32(i)); err == nil {
			if d, is := o.(Dict); is && d.Name("Type") == "Catalog" {
				f.trailer = Dict{{"Root", Ref{int(f.found[i].num), int(f.found[i].gen)}}}
				f.Rootless = true
				return
			}
		}
	}
}

package main

import (
	"strings"

	"sohoa/api"
	"sohoa/storage/blob/s3"
)

// openedStore is a store as it was opened, for /status and the log.
type openedStore struct {
	use    string // first or second
	folder string // "" for a bucket
	bucket *s3.Store
}

// storeFacts are the stores as they stand, for /status.
func (h *house) storeFacts() []api.Store {
	h.storesMu.Lock()
	defer h.storesMu.Unlock()
	var out []api.Store
	for _, o := range h.stores {
		s := api.Store{Use: o.use, Kind: "file", Place: o.folder}
		if o.bucket != nil {
			st := o.bucket.Status()
			s.Kind, s.Place, s.Away = "s3", strings.TrimSuffix(st.Endpoint+" "+st.Bucket+"/"+st.Prefix, "/"), st.Away
			s.Found, s.Concerns = endpoint(st.Found), st.Found.Warnings
		}
		out = append(out, s)
	}
	return out
}

func endpoint(r s3.Report) *api.Endpoint {
	e := &api.Endpoint{At: r.At, CreateIfAbsent: string(r.CreateIfAbsent), CreateIfAbsentMultipart: string(r.CreateIfAbsentMultipart), CompareAndSwap: string(r.CompareAndSwap),
		Multipart: r.Multipart, SignedBody: r.SignedBody, ChecksumHeader: r.ChecksumHeader, TrailingChecksum: r.TrailingChecksum, RangeReads: r.RangeReads,
		ListAfterWrite: r.ListAfterWrite, Versioning: r.Versioning, ObjectLock: r.ObjectLock, DefaultRetention: r.Retention, Encryption: r.Encryption, Styles: []string{}}
	for _, s := range r.Styles {
		e.Styles = append(e.Styles, string(s))
	}
	return e
}

// opened notes a store and says in the log what its server was found to do.
func (h *house) opened(lang string, o openedStore) {
	h.storesMu.Lock()
	h.stores = append(h.stores, o)
	h.storesMu.Unlock()
	if o.bucket == nil {
		return
	}
	st := o.bucket.Status()
	f := st.Found
	h.log.Info("bucket tried out", "store", o.use, "endpoint", st.Endpoint, "bucket", st.Bucket, "took", f.Took, "create_if_absent", f.CreateIfAbsent,
		"in_parts", f.CreateIfAbsentMultipart, "compare_and_swap", f.CompareAndSwap, "signed_body", f.SignedBody, "trailing_checksum", f.TrailingChecksum,
		"list_after_write", f.ListAfterWrite, "versions", f.Versioning, "object_lock", f.ObjectLock, "encryption", f.Encryption, "styles", f.Styles, "aborted_uploads", f.Aborted)
	for _, w := range f.Warnings {
		h.log.Warn("bucket", "store", o.use, "says", w.In(lang))
	}
}

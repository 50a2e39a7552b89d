// Package s3 is a blob.Store in a bucket of any server that speaks S3 (AWS, Ceph, SeaweedFS, Garage, versitygw).
//
// What the endpoint must do, and what is done where it does not:
//
//	Create   PUT with If-None-Match: *, where Open found that the endpoint refuses a taken key. Elsewhere: HEAD, PUT, HEAD.
//	Replace  GET and hash, then PUT with If-Match of what was read, where Open found that the endpoint refuses another ETag.
//	         Elsewhere: GET and hash, PUT, HEAD.
//
// One key is written by one goroutine of a process at a time. Between processes the plain form leaves a window between the
// look before and the PUT, in which another writer's bytes can be replaced unseen; the look after it tells all writers but
// the last that they lost. The archive closes that window itself: acts on one object exclude each other by the document's
// row in the catalog, and an object's keys are written by acts on it only. Status says which form is in use.
//
// Every PUT carries a name of its own (metadata "Sohoa-Put"). A writer that lost a reply finds by it whether the bytes that
// stand there are its own, so that a Create that was repeated does not take itself for a stranger. A server may still carry
// out a request long after its client gave up; then the same bytes arrive a second time, or, where conditions are not
// enforced, the bytes of an abandoned Replace arrive late. Nothing on the client's side can prevent that; the inventory
// that they would bring back fails the comparison with its sidecar and is reported.
//
// Bytes go out of a file, hashed before and signed with that hash, so that the server itself refuses what changed on the
// way; they are never gathered in memory. What is read is checked by the layer above, which knows the digest it wants.
//
// A name that begins with a dot is no key: probes of Open live under such names and are not listed.
package s3

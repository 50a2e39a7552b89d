// Package ocfl keeps the archive's objects in an OCFL 1.1 storage root (https://ocfl.io/1.1/spec/) over any blob.Store.
//
// Order of a commit, with what a crash leaves after each step and who repairs it:
//
//	new object, store with blob.Trees (disk)
//	  staged beside the store, one rename ....... before it: rubbish in a dead process's workspace, removed by the next
//	                                              OpenDisk. After it: the whole object.
//	new object, other stores
//	  note in the spool ......................... names the object to Unspool
//	  content, v1/inventory, sidecars, 0= ....... several at once; no object is seen; Unspool, Erase or the next Commit
//	                                              removes the keys
//	  root inventory ............................ the commit point
//	version n+1
//	  note in the spool
//	  folder of the version (whole, or key by key) the object stands at n with a folder its inventory does not name
//	  root inventory (compare and swap) ......... the commit point
//	  root sidecar .............................. until it is there the root inventory is believed when it is byte for byte
//	                                              the head version's; Commit and Unspool write it
//	  note removed
//
// A version folder that the root inventory does not name was never acknowledged. It is removed by Unspool of the intent
// that made it, or by the next Commit to the object, whoever makes it: acts on one object exclude each other (a lock in
// this process, the intent in the catalog across processes), so that whoever holds the object knows its maker is gone; and
// an act that was promised is rolled forward by committing it again, from the intent, not from the folder.
//
// On a disk the root inventory and its sidecar are second names (hard links) of the head version's: one fsync serves both.
// Neither is ever written in place, and with the next version the root's names go to other files. The price is that one bad
// sector takes both copies of the newest inventory; it is 1 KB beside an original of 200 that has one copy as well, and
// both come back from the second store.
//
// To the letter OCFL 1.1 (E090) forbids hard links inside a storage hierarchy, because they are not portable. This is our
// one deviation, and known: two files more would be written and flushed for every deposit (thirteen fsyncs instead of
// eleven). No reader sees a difference, and a copy of the root made by any tool holds plain files. Where a file system has
// no hard links the files are copied.
package ocfl

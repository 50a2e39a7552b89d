// Package durable writes files so that they survive a power cut, and counts what that costs.
//
// A Folder is one directory tree, reached through os.Root only, so that no name leads out of it. A file is durable once
// Sync has returned for it and SyncDir for every folder whose list of names changed; nothing here syncs behind the
// caller's back. Files are made with mode 0640 and folders with 0750 whatever the umask says.
//
// A failed fsync is final: the kernel may have dropped the dirty pages and a second fsync would then lie. The caller
// gives the file up.
package durable

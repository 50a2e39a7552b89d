//go:build unix && !linux

package intake

import "os"

// inUse reports that somebody holds a lock on the file.
func inUse(f *os.File) bool { return locked(int(f.Fd())) }

package sandbox

import (
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// starter is the one operating system thread that starts all children. It gives up, for itself and so for everything
// born of it, what a child must not have from its first instruction on, which the rest of the server keeps: the chance of
// new privileges and every capability. It also lives as long as the server, and "death of the parent" means the thread.
var starter = sync.OnceValue(func() chan<- func(error) {
	work := make(chan func(error))
	go func() {
		runtime.LockOSThread() // for good: never unlocked, this thread is spoilt for other goroutines
		fault := shedRights()
		for f := range work {
			f(fault)
		}
	}()
	return work
})

// onStarter runs f on the starter thread.
func onStarter(f func() error) (err error) {
	done := make(chan struct{})
	starter() <- func(fault error) {
		defer close(done)
		if err = fault; err == nil {
			err = f()
		}
	}
	<-done
	return err
}

// shedRights gives up new privileges and all capabilities of this thread. Without root there are no capabilities, and the
// calls that would take them are refused: that is as good.
func shedRights() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("set no_new_privs: %w", err)
	}
	// Root's programs would regain every capability on exec without this.
	const noRoot, noRootLocked = 1 << 0, 1 << 1
	_ = unix.Prctl(unix.PR_SET_SECUREBITS, noRoot|noRootLocked, 0, 0, 0)
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		_ = unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
	}
	_ = unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&head, &none[0]); err != nil {
		return fmt.Errorf("give up capabilities: %w", err)
	}
	return nil
}

package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// denied are the system calls no child needs. Each line is a way to reach something that is not the child's own.
var denied = []string{
	// the network and other processes' sockets; sendmsg, recvmsg, read and write go on serving the inherited pair
	"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmmsg", "setsockopt", "socketcall",
	// other processes: their memory, descriptors, priorities, processors, queues
	"ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "pidfd_getfd", "kcmp",
	"rt_sigqueueinfo", "rt_tgsigqueueinfo", "migrate_pages", "move_pages", "setpriority", "ioprio_set",
	"sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr",
	"shmget", "shmat", "shmctl", "semget", "semop", "semctl", "semtimedop", "msgget", "msgsnd", "msgrcv", "msgctl", "ipc",
	"mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr",
	// a way out of the process group that is watched and killed as one
	"setpgid", "setsid",
	// memory that the watch does not see
	"memfd_create", "memfd_secret",
	// what Landlock leaves open: the attributes of any file its user owns, the events of any folder
	"chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "utime", "utimes", "utimensat", "futimesat",
	"setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr", "removexattrat",
	"truncate", "mknod", "mknodat", "inotify_init", "inotify_init1", "inotify_add_watch", "fanotify_init", "fanotify_mark",
	"open_by_handle_at", "name_to_handle_at", "sync", "syncfs", "quotactl", "quotactl_fd",
	// wide doors into the kernel
	"io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "io_submit", "io_cancel", "io_destroy", "io_getevents",
	"io_pgetevents", "bpf", "userfaultfd", "perf_event_open", "keyctl", "add_key", "request_key", "lookup_dcookie", "modify_ldt",
	"personality", "uselib", "vmsplice", "nfsservctl", "_sysctl", "sysfs", "ustat", "vhangup", "iopl", "ioperm", "syslog", "acct",
	// namespaces and mounts
	"unshare", "setns", "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "open_tree_attr",
	"fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "statmount", "listmount",
	// the machine
	"init_module", "finit_module", "delete_module", "create_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff",
	"settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "sethostname", "setdomainname", "setrlimit",
	// who the process is
	"setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid", "setgroups", "capset",
}

// starting are the calls by which a process makes another, or becomes one. Denied to children that start nothing.
var starting = []string{"execve", "execveat", "fork", "vfork", "pidfd_open"}

// signalling are the calls that reach other processes by number. Landlock confines them from ABI 6 on; below, and for
// children that start nothing, only a process's own number is allowed.
var signalling = []string{"kill", "tkill", "pidfd_send_signal"}

// cloneNever are the flags of clone that make new namespaces, and CLONE_PARENT, by which a process would slip out from under the
// one that started it. CLONE_NEWTIME is not among them: its bit belongs to the exit
// signal there, and only clone3 and unshare know it.
const cloneNever = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER |
	unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_PARENT

// Requests of ioctl that x/sys does not name, as amd64 and arm64 number them.
const (
	fioNbio  = 0x5421
	fioNclex = 0x5450
	fioClex  = 0x5451
	tcGets2  = 0x802c542a
)

// policy builds the filter as a list of what is allowed: every system call this library knows, less those denied, some
// with conditions. A list of denials with "allow" as its end would be shorter, but the library sends calls of a foreign
// architecture (int 0x80 on amd64) to the end of the list, and calls that newer kernels add would be open too.
//
// Conditions compare 64 bits although the kernel may use 32 of them; so they name values to allow, never values to deny.
func policy(exec, signals bool) (seccomp.Policy, error) {
	info, err := arch.GetInfo("")
	if err != nil {
		return seccomp.Policy{}, fmt.Errorf("%w: system calls of %s: %w", errors.ErrUnsupported, runtime.GOARCH, err)
	}
	rules := conditions(exec, signals)
	drop := map[string]bool{"clone3": true}
	for _, n := range denied {
		drop[n] = true
	}
	if !exec {
		for _, n := range starting {
			drop[n] = true
		}
	}
	if !signals {
		for _, n := range signalling {
			drop[n] = true
		}
		delete(drop, "kill") // conditional
	}
	var names []string
	for _, n := range slices.Sorted(maps.Keys(info.SyscallNames)) {
		if _, conditional := rules[n]; !drop[n] && !conditional {
			names = append(names, n)
		}
	}
	var some []seccomp.NameWithConditions
	for _, n := range slices.Sorted(maps.Keys(rules)) {
		if _, known := info.SyscallNames[n]; !known {
			continue
		}
		for _, c := range rules[n] {
			some = append(some, seccomp.NameWithConditions{Name: n, Conditions: c})
		}
	}
	groups := []seccomp.SyscallGroup{{Names: names, NamesWithCondtions: some, Action: seccomp.ActionAllow}}
	if _, known := info.SyscallNames["clone3"]; known {
		// clone3 hides its flags behind a pointer that a filter cannot read. ENOSYS sends C libraries back to clone.
		groups = append(groups, seccomp.SyscallGroup{
			Names: []string{"clone3"}, Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS),
		})
	}
	return seccomp.Policy{DefaultAction: seccomp.ActionErrno, Syscalls: groups}, nil // EPERM for all the rest
}

// conditions are the calls that are allowed with certain arguments only. Each entry of a list suffices.
func conditions(exec, signals bool) map[string][]seccomp.ArgumentConditions {
	is := func(arg uint32, values ...uint64) (all []seccomp.ArgumentConditions) {
		for _, v := range values {
			all = append(all, seccomp.ArgumentConditions{{Argument: arg, Operation: seccomp.Equal, Value: v}})
		}
		return all
	}
	rules := map[string][]seccomp.ArgumentConditions{
		// Limits may be read, not set.
		"prlimit64": is(2, 0),
		// Not: the parent-death signal taken off, the subreaper flag taken off (children_linux.go leans on it).
		"prctl": append(is(0, unix.PR_SET_NAME, unix.PR_GET_NAME, unix.PR_SET_VMA, unix.PR_CAPBSET_READ, unix.PR_GET_DUMPABLE,
			unix.PR_SET_NO_NEW_PRIVS, unix.PR_GET_NO_NEW_PRIVS, unix.PR_GET_SECCOMP, unix.PR_GET_PDEATHSIG),
			seccomp.ArgumentConditions{
				{Argument: 0, Operation: seccomp.Equal, Value: unix.PR_SET_PDEATHSIG},
				{Argument: 1, Operation: seccomp.Equal, Value: uint64(unix.SIGKILL)},
			}),
		// Not: F_SETOWN and F_SETSIG, which make the kernel signal any process.
		"fcntl": is(1, unix.F_DUPFD, unix.F_DUPFD_CLOEXEC, unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL,
			unix.F_GETLK, unix.F_SETLK, unix.F_SETLKW, unix.F_GETPIPE_SZ, unix.F_SETPIPE_SZ, unix.F_OFD_GETLK, unix.F_OFD_SETLK, unix.F_OFD_SETLKW),
		// Questions about terminals and pipes, and two flags.
		"ioctl": is(1, unix.TCGETS, tcGets2, unix.TIOCGWINSZ, unix.TIOCINQ, fioNbio, fioClex, fioNclex),
	}
	if exec {
		rules["clone"] = []seccomp.ArgumentConditions{{{Argument: 0, Operation: seccomp.BitsNotSet, Value: cloneNever}}}
	} else {
		rules["clone"] = []seccomp.ArgumentConditions{{
			{Argument: 0, Operation: seccomp.BitsSet, Value: unix.CLONE_THREAD},
			{Argument: 0, Operation: seccomp.BitsNotSet, Value: cloneNever},
		}}
	}
	if !signals {
		rules["tgkill"] = is(0, uint64(unix.Getpid()))
		rules["kill"] = is(0, uint64(unix.Getpid()))
	}
	return rules
}

// loadFilter puts the filter on every thread of this process.
func loadFilter(exec, signals bool) error {
	p, err := policy(exec, signals)
	if err != nil {
		return err
	}
	// The thread that loads must be the one that carries no_new_privs; TSYNC hands both to the others.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := seccomp.LoadFilter(seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: p}); err != nil {
		return err
	}
	// When a thread cannot be brought along the kernel answers with its number and changes nothing; the library takes
	// that for success.
	const filtered = 2 // SECCOMP_MODE_FILTER
	if mode, err := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0); err != nil || mode != filtered {
		return fmt.Errorf("seccomp filter did not take hold: mode %d, %v", mode, err)
	}
	return nil
}

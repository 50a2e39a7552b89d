// Package sandbox runs foreign parsers in child processes that can do next to nothing.
//
// A child is this very program, executed again through /proc/self/exe (so it is the same build even while the file on
// disk is being replaced) with a hidden first argument. Main, called first thing in main and in TestMain, notices that
// argument and never returns. Nothing happens in an init function.
//
// # What holds a child
//
//   - From its first instruction: no_new_privs, no capabilities (also under root), its own process group, death together
//     with the parent. These are properties of the one parent thread that starts all children (launch_linux.go).
//   - Before the first paper reaches it, by its own hand: limits on data, file size, open files, core dumps; Landlock
//     with the short list of paths in its Profile; a seccomp filter (filter_linux.go) on all threads.
//   - From outside, all the time: a clock that is reset by every reply, a watch on the anonymous memory of the whole
//     process group, a limit on processor seconds raised anew for every paper. Whoever crosses a line is killed with
//     its group, and Pool.Do says which line it was.
//
// # How papers reach it
//
// Parent and child share one unix stream socket pair, made by the parent before it starts the child. Messages are
// framed (frame.go); the descriptors of a paper travel beside the message that names it (SCM_RIGHTS), because a child
// handles many papers and can open nothing by itself. sendmsg and recvmsg on this inherited pair stay allowed while
// socket, socketpair, connect, bind and listen are denied; a connected pair reaches nobody else. The parent never
// accepts descriptors from a child. Every regular file is opened anew, read-only, through /proc/self/fd before it is
// passed: a child can neither write to the paper nor move the parent's file position. Rejected: one child per paper with
// inherited descriptors (30 CPU-ms each), and pidfd_getfd (wants ptrace rights).
//
// # What is not held
//
// The names, sizes and times of files outside the list can still be asked for (stat, access, readlink): Landlock does
// not cover them. A level below LevelFull means that the kernel lacks Landlock or seccomp; SelfTest tells what that
// opens. On other systems than Linux there is no sandbox at all (other.go): papers are handled inside this process.
package sandbox

package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"runtime/metrics"

	"golang.org/x/sys/unix"
)

const (
	// childArg marks a command line as a child's. No command of the program may have this name.
	childArg = "@child"
	// channel is the descriptor of the child's end of the socket pair.
	channel = 3

	exitOK    = 0
	exitUsage = 2
	exitSetup = 70 // could not shut itself in
	exitCPU   = 71 // used up its processor time
)

// Main runs this process as a child when its command line says so, and then never returns; else it returns at once. Call
// it first in main and in TestMain, with every role the program has.
func Main(roles Roles) {
	if len(os.Args) != 3 || os.Args[1] != childArg {
		return
	}
	os.Exit(childMain(roles, os.Args[2]))
}

func childMain(roles Roles, role string) int {
	unix.CloseOnExec(channel)
	k, body, err := readFrame(channelReader{}, 1<<20)
	if err != nil || k != kindSetup {
		fmt.Fprintln(os.Stderr, "this is an inner part of the program and is not started by hand")
		return exitUsage
	}
	var s setup
	if err := json.Unmarshal(body, &s); err != nil {
		fmt.Fprintln(os.Stderr, "setup:", err)
		return exitSetup
	}
	handle := roles[role]
	if role == selfTestRole {
		handle = selfTestChild
	}
	if handle == nil {
		fmt.Fprintf(os.Stderr, "no role %q in this program\n", role)
		return exitSetup
	}
	onProcessorLimit()
	debug.SetMemoryLimit(s.Memory / 4 * 3) // collect harder before the parent has to kill
	r, err := restrict(s)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitSetup
	}
	answer, err := json.Marshal(r)
	if err == nil {
		err = send(kindReady, answer, s.MessageBytes)
	}
	for err == nil {
		err = serve(s, handle)
	}
	if errors.Is(err, io.EOF) {
		return exitOK
	}
	fmt.Fprintln(os.Stderr, err)
	return exitSetup
}

// serve does one task. io.EOF says that the parent has closed its end.
func serve(s setup, handle Handler) error {
	body, files, err := receiveTask(s.MessageBytes)
	if err != nil {
		return err
	}
	call := &Call{
		Body: body, Files: files, Scratch: s.Scratch,
		reply: func(b []byte) error { return send(kindReply, b, s.MessageBytes) },
		alive: func() error { return send(kindAlive, nil, s.MessageBytes) },
	}
	err = handle(call)
	for _, f := range files {
		f.Close() // a handler may have closed it already
	}
	var answer []byte
	if err != nil {
		var r *Refusal
		if !errors.As(err, &r) {
			r = &Refusal{Msg: err.Error()}
		}
		if answer, err = json.Marshal(r); err != nil {
			return fmt.Errorf("encode refusal: %w", err)
		}
	}
	if err := send(kindDone, answer, s.MessageBytes); err != nil {
		return err
	}
	giveBack()
	return nil
}

// giveBack returns memory of a large paper to the system while the child waits for the next. It costs a collection, so
// small papers do without.
func giveBack() {
	const keep = 48 << 20
	m := []metrics.Sample{{Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(m)
	if m[0].Value.Uint64()+m[1].Value.Uint64() > keep {
		debug.FreeOSMemory()
	}
}

// onProcessorLimit ends the process at the soft limit of RLIMIT_CPU; the Go runtime alone ignores the signal.
func onProcessorLimit() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, unix.SIGXCPU)
	go func() {
		<-c
		os.Exit(exitCPU)
	}()
}

// receiveTask waits for the next task and takes its descriptors.
func receiveTask(limit int) ([]byte, []*os.File, error) {
	h := make([]byte, headerBytes)
	oob := make([]byte, unix.CmsgSpace(4*MaxFiles))
	var files []*os.File
	for got := 0; got < headerBytes; {
		n, oobn, flags, _, err := unix.Recvmsg(channel, h[got:], oob, unix.MSG_CMSG_CLOEXEC)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return nil, nil, fmt.Errorf("receive task: %w", err)
		case n == 0:
			return nil, nil, io.EOF
		case flags&unix.MSG_CTRUNC != 0:
			return nil, nil, fmt.Errorf("receive task: %w: more than %d descriptors", ErrMessage, MaxFiles)
		}
		got += n
		fds, err := passedFDs(oob[:oobn])
		if err != nil {
			return nil, nil, fmt.Errorf("receive descriptors: %w", err)
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "paper"))
		}
	}
	k, n, err := parseHeader(h, limit)
	if err != nil {
		return nil, nil, err
	}
	if k != kindTask {
		return nil, nil, fmt.Errorf("receive task: %w: kind %q", ErrMessage, k)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(channelReader{}, body); err != nil {
		return nil, nil, fmt.Errorf("receive task of %d bytes: %w", n, err)
	}
	return body, files, nil
}

func passedFDs(oob []byte) ([]int, error) {
	if len(oob) == 0 {
		return nil, nil
	}
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, err
	}
	var all []int
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			return nil, err
		}
		all = append(all, fds...)
	}
	return all, nil
}

// send writes one frame to the parent.
func send(k kind, body []byte, limit int) error {
	if len(body) > limit {
		return fmt.Errorf("%w: %d bytes to send, %d allowed", ErrMessage, len(body), limit)
	}
	for _, b := range [][]byte{header(k, len(body)), body} {
		for len(b) > 0 {
			n, err := unix.Write(channel, b)
			if err == unix.EINTR {
				continue
			}
			if err != nil {
				return fmt.Errorf("send to parent: %w", err)
			}
			b = b[n:]
		}
	}
	return nil
}

// channelReader reads the channel with blocking calls: the runtime's poller is not needed for the one descriptor of a
// process that does one thing at a time.
type channelReader struct{}

func (channelReader) Read(b []byte) (int, error) {
	for {
		n, err := unix.Read(channel, b)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, err
		case n == 0 && len(b) > 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

package sandbox

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain lets the test program be its own child.
func TestMain(m *testing.M) {
	Main(Roles{
		"echo":   echo,
		"read":   readPapers,
		"write":  writePaper,
		"count":  count,
		"hang":   hang,
		"spin":   spin,
		"alive":  alive,
		"grow":   grow,
		"large":  large,
		"crash":  crash,
		"once":   crashOnce,
		"refuse": refuse,
		"mute":   mute,
		"start":  start,
		"roomy":  roomy,
		"facts":  facts,
		"steal":  steal,
		"litter": litter,
	})
	os.Exit(m.Run())
}

func echo(c *Call) error { return c.Reply(c.Body) }

// readPapers replies with the whole of each descriptor, read from its present position.
func readPapers(c *Call) error {
	for _, f := range c.Files {
		b, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		if err := c.Reply(b); err != nil {
			return err
		}
	}
	return nil
}

func writePaper(c *Call) error {
	_, err := c.Files[0].Write(c.Body)
	return err
}

// count replies with the numbers from 1 to the one in the body.
func count(c *Call) error {
	n, err := strconv.Atoi(string(c.Body))
	if err != nil {
		return err
	}
	for i := 1; i <= n; i++ {
		if err := c.Reply([]byte(strconv.Itoa(i))); err != nil {
			return err
		}
	}
	return nil
}

// hang replies once when asked to, then never again.
func hang(c *Call) error {
	if len(c.Body) > 0 {
		if err := c.Reply(c.Body); err != nil {
			return err
		}
	}
	time.Sleep(time.Hour) // a child has other goroutines, so this is no deadlock
	return nil
}

// alive gives signs of life, every few milliseconds, for as long as the body says.
func alive(c *Call) error {
	d, err := time.ParseDuration(string(c.Body))
	if err != nil {
		return err
	}
	for begin := time.Now(); time.Since(begin) < d; time.Sleep(5 * time.Millisecond) {
		if err := c.Alive(); err != nil {
			return err
		}
	}
	return nil
}

func spin(*Call) error {
	for n := uint64(0); ; n++ {
		sink.Store(n)
	}
}

// sink keeps the compiler and the linter from thinking that spin does nothing.
var sink atomic.Uint64

var kept [][]byte

// grow takes memory and touches it until it is stopped.
func grow(*Call) error {
	for {
		kept = append(kept, bytes.Repeat([]byte{1}, 4<<20))
	}
}

// large asks for the number of bytes in the body at once and does not touch them.
func large(c *Call) error {
	n, err := strconv.Atoi(string(c.Body))
	if err != nil {
		return err
	}
	kept = append(kept, make([]byte, n))
	return nil
}

func crash(*Call) error { panic("this paper is poison") }

// crashOnce dies unless the descriptor, a file it may write, says that it has died before.
func crashOnce(c *Call) error {
	was, err := io.ReadAll(c.Files[0])
	if err != nil {
		return err
	}
	if len(was) == 0 {
		if _, err := c.Files[0].WriteAt([]byte("died"), 0); err != nil {
			return err
		}
		panic("first time")
	}
	return c.Reply(was)
}

func refuse(c *Call) error {
	if len(c.Body) > 0 {
		return fmt.Errorf("wrapped: %w", &Refusal{Code: string(c.Body), Msg: "no"})
	}
	return errors.New("plainly no")
}

// mute closes its end and lives on.
func mute(*Call) error {
	unix.Close(channel)
	time.Sleep(time.Hour)
	return nil
}

// start runs the command line in the body, words separated by spaces, with the first descriptor as its standard output,
// replies with its process number and waits for it.
func start(c *Call) error {
	words := strings.Fields(string(c.Body))
	cmd := exec.Command(words[0], words[1:]...)
	if len(c.Files) > 0 {
		cmd.Stdout = c.Files[0]
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := c.Reply([]byte(strconv.Itoa(cmd.Process.Pid))); err != nil {
		return err
	}
	return cmd.Wait()
}

// roomy writes a frame that announces more than any limit.
func roomy(*Call) error {
	h := make([]byte, headerBytes)
	h[0] = byte(kindReply)
	binary.BigEndian.PutUint32(h[1:], 1<<31)
	_, err := unix.Write(channel, h)
	return err
}

// facts replies with what the child knows of itself, one line each.
func facts(c *Call) error {
	var b strings.Builder
	fmt.Fprintln(&b, "env", strings.Join(os.Environ(), ","))
	fmt.Fprintln(&b, "group", unix.Getpgrp() == os.Getpid())
	prio, _ := unix.Getpriority(unix.PRIO_PROCESS, 0)
	fmt.Fprintln(&b, "nice", 20-prio)
	var l unix.Rlimit
	_ = unix.Getrlimit(unix.RLIMIT_CORE, &l)
	fmt.Fprintln(&b, "core", l.Cur, l.Max)
	_ = unix.Getrlimit(unix.RLIMIT_FSIZE, &l)
	fmt.Fprintln(&b, "fsize", l.Cur)
	nnp, _ := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	fmt.Fprintln(&b, "nnp", nnp)
	wd, _ := os.Getwd()
	fmt.Fprintln(&b, "wd", wd)
	return c.Reply([]byte(b.String()))
}

// steal sends a descriptor and a reply, as no honest child does.
func steal(c *Call) error {
	b := append(header(kindReply, 2), "ok"...)
	return unix.Sendmsg(channel, b, unix.UnixRights(channel), nil, 0)
}

// litter leaves a file in the scratch folder and replies with what it found there.
func litter(c *Call) error {
	entries, err := os.ReadDir(c.Scratch)
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(c.Scratch, "d"), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(c.Scratch, "d", "left"), c.Body, 0o600); err != nil {
		return err
	}
	return c.Reply([]byte(strconv.Itoa(len(entries))))
}

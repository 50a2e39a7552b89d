package sandbox

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// groupMemory returns the anonymous memory of a child and all it started, in bytes: what is resident, what is shared
// anonymously and what was swapped out. A child that started something gave up no descendant (it is their subreaper, and
// none can leave its process group), so the walk down from it is complete. Where the kernel keeps no list of children
// (CONFIG_PROC_CHILDREN) every process of the group is looked for.
func groupMemory(pid int, starts bool) (int64, error) {
	sum, err := anonymous(pid)
	if err != nil || !starts {
		return sum, err
	}
	below, listed := descendants(pid)
	if !listed {
		below = groupMembers(pid)
	}
	for _, p := range below {
		if n, err := anonymous(p); err == nil { // gone meanwhile: holds nothing
			sum += n
		}
	}
	return sum, nil
}

func anonymous(pid int) (int64, error) {
	return statusBytes(pid, "RssAnon", "RssShmem", "VmSwap")
}

// descendants lists all processes below pid. It reports false where the kernel does not list children.
func descendants(pid int) (below []int, listed bool) {
	tasks, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
	if err != nil {
		return nil, true // gone
	}
	for _, t := range tasks {
		b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/task/" + t.Name() + "/children")
		if err != nil {
			if _, gone := os.Stat("/proc/" + strconv.Itoa(pid) + "/task/" + t.Name()); gone == nil {
				return nil, false
			}
			continue
		}
		for _, f := range bytes.Fields(b) {
			child, err := strconv.Atoi(string(f))
			if err != nil {
				continue
			}
			more, ok := descendants(child)
			if !ok {
				return nil, false
			}
			below = append(append(below, child), more...)
		}
	}
	return below, true
}

// groupMembers lists the processes of a group other than its leader, by looking at every process of the machine.
func groupMembers(pgid int) (members []int) {
	all, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, e := range all {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == pgid {
			continue
		}
		b, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue
		}
		// pid (name) state ppid pgrp …; a name may hold anything, so count from its closing bracket.
		fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
		if len(fields) > 2 && string(fields[2]) == strconv.Itoa(pgid) {
			members = append(members, pid)
		}
	}
	return members
}

// processorTime returns what a process has used, user and system together.
func processorTime(pid int) (time.Duration, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, err
	}
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	const user, system, perSecond = 11, 12, 100 // USER_HZ is 100 on every Linux a Go program meets
	if len(fields) <= system {
		return 0, fmt.Errorf("process %d: %d fields in stat", pid, len(fields))
	}
	var ticks int64
	for _, i := range []int{user, system} {
		n, err := strconv.ParseInt(string(fields[i]), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("process %d: %w", pid, err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / perSecond, nil
}

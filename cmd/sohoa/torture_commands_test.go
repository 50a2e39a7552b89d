package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// steppedCommand is an act of the command line on a data folder nobody serves.
type steppedCommand struct {
	name string
	mine func(string) bool
	// args are given the folder and a backup of it; do they begin from nothing, fresh is true.
	args  func(dir, backup string) []string
	fresh bool
	check bool // the house is whole afterwards
}

var steppedCommands = []steppedCommand{
	{name: "rebuild", mine: in("rebuild/", "replay/"), args: func(dir, _ string) []string { return []string{"rebuild", "--data", dir} }, check: true},
	{name: "backup", mine: only("backup/"), args: func(dir, backup string) []string { return []string{"backup", backup + ".again", "--data", dir} }},
	{name: "restore", mine: in("restore/", "replay/"), fresh: true, check: true, args: func(dir, backup string) []string { return []string{"restore", backup, "--data", dir} }},
	{name: "restore over a newer store", mine: in("restore/", "replay/"), check: true, args: func(dir, backup string) []string { return []string{"restore", backup, "--data", dir} }},
}

// commands kills the commands at their steps, each on a copy of the house, gives the same command again and has the house
// checked with every byte of it.
func (h *steps) commands(w *torture, met map[string]bool) {
	h.t.Helper()
	backup := filepath.Join(h.t.TempDir(), "house.tar")
	h.p.run(h.t, exitDone, "backup", backup, "--data", h.dir)
	// The house is newer than its backup.
	s := h.recovered(false)
	a := &acting{h: h.tortured, s: s}
	for range 3 {
		if _, err := a.put(a.fresh(), ""); err != nil {
			h.t.Fatal(err)
		}
	}
	s.stop()

	for _, c := range steppedCommands {
		// Once in peace.
		h.write("trace", "")
		dir := h.copied(c)
		h.command(c.args(dir, backup)...)
		b, err := os.ReadFile(filepath.Join(h.folder, "trace"))
		if err != nil {
			h.t.Fatal(err)
		}
		h.remove("trace")
		h.whole(c, dir)
		count := map[string]int{}
		for step := range strings.Lines(string(b)) {
			count[strings.TrimSpace(step)]++
		}
		for _, step := range slices.Sorted(maps.Keys(count)) {
			if !c.mine(step) || w.size == 0 && met[step] {
				continue
			}
			for n := range w.rounds(1, 20) {
				if n > 0 && count[step] == 1 && n >= 3 {
					break // nothing is drawn by chance here: the fourth time would be the first again
				}
				h.cutCommand(c, step, 1+n%count[step], backup)
				met[step] = true
				if h.t.Failed() {
					return
				}
			}
		}
	}
}

// cutCommand kills one command at a step and gives it again.
func (h *steps) cutCommand(c steppedCommand, step string, at int, backup string) {
	h.t.Helper()
	dir := h.copied(c)
	h.arm(step, at)
	cmd := h.p.command(c.args(dir, backup)...)
	out, err := cmd.CombinedOutput()
	h.remove("die")
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if err == nil || !ok || status.Signal() != syscall.SIGKILL {
		h.t.Errorf("%s does not come by %s for the time %d: %v\n%s", c.name, step, at, err, out)
		return
	}
	h.f.Runs++
	h.f.Operations++
	h.command(c.args(dir, backup)...)
	h.whole(c, dir)
	if h.t.Failed() {
		h.f.Lost++
		h.t.Errorf("%s, killed at %s (%d)", c.name, step, at)
	}
	os.RemoveAll(dir)
	os.Remove(backup + ".again")
}

// copied is a copy of the house, or an empty folder with its key only.
func (h *steps) copied(c steppedCommand) string {
	h.t.Helper()
	dir, err := os.MkdirTemp(h.t.TempDir(), "")
	if err != nil {
		h.t.Fatal(err)
	}
	if !c.fresh {
		if out, err := exec.Command("cp", "-a", h.dir+"/.", dir).CombinedOutput(); err != nil {
			h.t.Fatalf("%v %s", err, out)
		}
	}
	return dir
}

func (h *steps) command(args ...string) {
	h.t.Helper()
	out, err := h.p.command(args...).CombinedOutput()
	if err != nil {
		h.t.Errorf("sohoa %s: %v\n%s", strings.Join(args, " "), err, tail(string(out), 2000))
	}
}

// whole has a house checked that a command has made.
func (h *steps) whole(c steppedCommand, dir string) {
	h.t.Helper()
	if c.check {
		h.command("check", "--read-data", "--data", dir)
	}
}

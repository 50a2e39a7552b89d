package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// programPath returns the real path of a program every system has: Landlock knows files, not links.
func programPath(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMemory(t *testing.T) {
	t.Run("a child that grows is killed", func(t *testing.T) {
		profile := Inspector("grow")
		profile.Memory = 64 << 20
		p := newPool(t, Config{Profile: profile})
		if err := p.Do(t.Context(), Task{}); !errors.Is(err, ErrMemory) {
			t.Fatalf("got %v, want ErrMemory", err)
		}
		got := p.Stats()
		if got.Memory != 1 || got.Tasks != 1 {
			t.Errorf("%+v: a memory kill is not tried again", got)
		}
		if got.Peak <= profile.Memory {
			t.Errorf("%+v: the peak is not above the %d bytes it was killed for", got, profile.Memory)
		}
	})
	t.Run("a task may allow less than the profile", func(t *testing.T) {
		profile := Inspector("grow")
		profile.Memory = 8 << 30
		p := newPool(t, Config{Profile: profile})
		if err := p.Do(t.Context(), Task{Memory: 64 << 20}); !errors.Is(err, ErrMemory) {
			t.Fatalf("got %v, want ErrMemory", err)
		}
	})
	t.Run("what is asked for at once is refused by the kernel before it is used", func(t *testing.T) {
		if raceDetector {
			t.Skip("the shadow memory of the race detector leaves no room for this limit")
		}
		profile := Inspector("large")
		profile.Memory = 64 << 20
		p := newPool(t, Config{Profile: profile})
		if err := p.Do(t.Context(), Task{Body: []byte(strconv.Itoa(2 << 30))}); !errors.Is(err, ErrMemory) {
			t.Fatalf("got %v, want ErrMemory", err)
		}
	})
	t.Run("memory of programs it started counts", func(t *testing.T) {
		// dd holds one block of this size in memory.
		dd := programPath(t, "dd")
		profile := Reader("start", t.TempDir(), dd)
		profile.Memory = 96 << 20
		profile.Read = append(profile.Read, "/dev/zero")
		p := newPool(t, Config{Profile: profile})
		err := p.Do(t.Context(), Task{Body: []byte(dd + " if=/dev/zero of=/dev/null bs=128M count=1000"), Each: collect(new([]string))})
		if !errors.Is(err, ErrMemory) {
			t.Fatalf("got %v, want ErrMemory", err)
		}
	})
}

// TestKillReachesGrandchildren lets a program inherit the writing end of a pipe: its end is the end of the last holder.
func TestKillReachesGrandchildren(t *testing.T) {
	sleep := programPath(t, "sleep")
	for _, tc := range []struct {
		name string
		task Task
		want error
	}{
		{"when the child is silent for too long", Task{Time: 200 * time.Millisecond}, ErrTimeout},
		{"when the receiver gives up", Task{}, io.ErrClosedPipe},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newPool(t, Config{Profile: Reader("start", t.TempDir(), sleep)})
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			task := tc.task
			task.Body = []byte(sleep + " 3600")
			task.Files = []File{{File: w, Write: true}}
			started := false
			task.Each = func([]byte) error {
				started = true
				w.Close()
				if errors.Is(tc.want, io.ErrClosedPipe) {
					return io.ErrClosedPipe
				}
				return nil
			}
			if err := p.Do(t.Context(), task); !errors.Is(err, tc.want) {
				t.Fatalf("got %v, want %v", err, tc.want)
			}
			if !started {
				t.Fatal("the program never ran")
			}
			if _, err := r.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("got %v, want EOF: somebody still holds the pipe", err)
			}
		})
	}
}

func TestFactsOfAChild(t *testing.T) {
	profile := Inspector("facts")
	profile.Env = []string{"LANG=C.UTF-8"}
	profile.Nice = 3
	profile.FileBytes = 12345
	t.Setenv("SOHOA_SECRET", "not for children")
	p := newPool(t, Config{Profile: profile})
	var got []string
	if err := p.Do(t.Context(), Task{Each: collect(&got)}); err != nil {
		t.Fatal(err)
	}
	prio, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"env GOMAXPROCS=1,GOTRACEBACK=single,LANG=C.UTF-8",
		"group true",
		fmt.Sprintf("nice %d", min(19, 20-prio+profile.Nice)), // on top of this process's own
		"core 0 0",
		"fsize 12345",
		"nnp 1",
		"wd /",
		"",
	}, "\n")
	if diff := cmp.Diff([]string{want}, got); diff != "" {
		t.Error(diff)
	}
}

func TestParentTakesNoDescriptors(t *testing.T) {
	p := newPool(t, Config{Profile: Inspector("steal")})
	open := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	do := func() {
		var got []string
		if err := p.Do(t.Context(), Task{Each: collect(&got)}); err != nil || len(got) != 1 {
			t.Fatalf("%q, %v", got, err)
		}
	}
	do()
	before := open()
	do()
	if after := open(); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func TestScratchIsEmptyForEveryPaperAndGoneWithTheChild(t *testing.T) {
	dir := t.TempDir()
	p := New(Config{Profile: Reader("litter", dir)})
	for range 2 {
		var got []string
		if err := p.Do(t.Context(), Task{Body: []byte("x"), Each: collect(&got)}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"0"}, got); diff != "" {
			t.Error(diff)
		}
	}
	p.Close()
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestServerKeepsItsRights(t *testing.T) {
	p := newPool(t, Config{Profile: Inspector("count")})
	if err := p.Do(t.Context(), Task{Body: []byte("0")}); err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b, err := os.ReadFile("/proc/thread-self/status")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "NoNewPrivs:\t0") {
		t.Error("a thread of the server lost the chance of new privileges")
	}
}

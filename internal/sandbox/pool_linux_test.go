package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func newPool(t *testing.T, cfg Config) *Pool {
	t.Helper()
	p := New(cfg)
	t.Cleanup(func() { p.Close() })
	return p
}

// collect returns an Each that gathers the replies.
func collect(into *[]string) func([]byte) error {
	return func(b []byte) error { *into = append(*into, string(b)); return nil }
}

func TestRepliesArriveInOrderAndChildIsReused(t *testing.T) {
	p := newPool(t, Config{Profile: Inspector("count")})
	for range 3 {
		var got []string
		if err := p.Do(t.Context(), Task{Body: []byte("4"), Each: collect(&got)}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"1", "2", "3", "4"}, got); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff(Stats{Live: 1, Started: 1, Tasks: 3}, counted(p)); diff != "" {
		t.Error(diff)
	}
}

func TestChildIsReplacedAfterItsPapers(t *testing.T) {
	p := newPool(t, Config{Profile: Inspector("count"), Papers: 2})
	for range 5 {
		if err := p.Do(t.Context(), Task{Body: []byte("0")}); err != nil {
			t.Fatal(err)
		}
	}
	if got := p.Stats().Started; got != 3 {
		t.Errorf("5 papers at 2 a child started %d children, want 3", got)
	}
}

func TestPassedPaper(t *testing.T) {
	path := filepath.Join(t.TempDir(), "paper")
	if err := os.WriteFile(path, []byte("giấy tờ"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Seek(3, io.SeekStart); err != nil {
		t.Fatal(err)
	}

	t.Run("is read from its start and leaves our position", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("read")})
		var got []string
		if err := p.Do(t.Context(), Task{Files: []File{{File: f}, {File: f}}, Each: collect(&got)}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"giấy tờ", "giấy tờ"}, got); diff != "" {
			t.Error(diff)
		}
		if at, _ := f.Seek(0, io.SeekCurrent); at != 3 {
			t.Errorf("our position moved to %d", at)
		}
	})
	t.Run("cannot be written though ours can", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("write")})
		var refusal *Refusal
		if err := p.Do(t.Context(), Task{Body: []byte("x"), Files: []File{{File: f}}}); !errors.As(err, &refusal) {
			t.Errorf("got %v, want the handler's own error", err)
		}
	})
	t.Run("is written when lent for writing", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("write")})
		if err := p.Do(t.Context(), Task{Body: []byte("GIẤY"), Files: []File{{File: f, Write: true}}}); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != "GIẤY tờ" {
			t.Errorf("file holds %q", got)
		}
	})
}

func TestHandlerErrorKeepsTheChild(t *testing.T) {
	p := newPool(t, Config{Profile: Inspector("refuse")})
	for _, tc := range []struct {
		name string
		body string
		want Refusal
	}{
		{"a refusal crosses whole", "bad_paper", Refusal{Code: "bad_paper", Msg: "no"}},
		{"of another error the text crosses", "", Refusal{Msg: "plainly no"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got *Refusal
			if err := p.Do(t.Context(), Task{Body: []byte(tc.body)}); !errors.As(err, &got) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(tc.want, *got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := p.Stats().Started; got != 1 {
		t.Errorf("started %d children, want 1", got)
	}
}

func TestDeath(t *testing.T) {
	t.Run("a second death is an error that says so", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("crash")})
		err := p.Do(t.Context(), Task{})
		if !errors.Is(err, ErrDied) {
			t.Fatalf("got %v, want ErrDied", err)
		}
		if !strings.Contains(err.Error(), "this paper is poison") {
			t.Errorf("%v: the child's last words are missing", err)
		}
		if diff := cmp.Diff(Stats{Started: 2, Tasks: 2, Died: 2}, counted(p)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("after one death the paper gets its retry", func(t *testing.T) {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		p := newPool(t, Config{Profile: Inspector("once")})
		var got []string
		if err := p.Do(t.Context(), Task{Files: []File{{File: f, Write: true}}, Each: collect(&got)}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"died"}, got); diff != "" {
			t.Error(diff)
		}
		if got := p.Stats().Died; got != 1 {
			t.Errorf("%d deaths counted, want 1", got)
		}
	})
	t.Run("an idle child that died costs nothing", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("echo")})
		var got []string
		if err := p.Do(t.Context(), Task{Body: []byte("a"), Each: collect(&got)}); err != nil {
			t.Fatal(err)
		}
		c := p.idle[0]
		c.kill(nil)
		<-c.gone
		if err := p.Do(t.Context(), Task{Body: []byte("b"), Each: collect(&got)}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(Stats{Live: 1, Started: 2, Tasks: 2}, counted(p)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a child that closes its end is as good as dead", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("mute")})
		if err := p.Do(t.Context(), Task{}); !errors.Is(err, ErrDied) {
			t.Errorf("got %v, want ErrDied", err)
		}
	})
}

// counted is what a pool counted, without what it weighed.
func counted(p *Pool) Stats {
	s := p.Stats()
	s.Peak = 0
	return s
}

func TestTime(t *testing.T) {
	t.Run("silence is killed and not tried again", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("hang")})
		err := p.Do(t.Context(), Task{Time: 50 * time.Millisecond})
		if !errors.Is(err, ErrTimeout) {
			t.Fatalf("got %v, want ErrTimeout", err)
		}
		if diff := cmp.Diff(Stats{Started: 1, Tasks: 1, Timeout: 1}, counted(p)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a reply sets the clock back and silence after it counts", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("hang")})
		var got []string
		err := p.Do(t.Context(), Task{Body: []byte("page 1"), Time: 100 * time.Millisecond, Each: collect(&got)})
		if !errors.Is(err, ErrTimeout) || len(got) != 1 {
			t.Fatalf("got %v after %d replies, want ErrTimeout after 1", err, len(got))
		}
	})
	t.Run("a slow receiver is not the child's fault", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("count")})
		n := 0
		err := p.Do(t.Context(), Task{Body: []byte("3"), Time: 500 * time.Millisecond, Each: func([]byte) error {
			if n++; n == 2 {
				time.Sleep(700 * time.Millisecond) // what is tested is that waiting here does not count
			}
			return nil
		}})
		if err != nil || n != 3 {
			t.Errorf("%d replies, then %v", n, err)
		}
	})
	t.Run("signs of life keep a silent child", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("alive")})
		if err := p.Do(t.Context(), Task{Body: []byte("1500ms"), Time: time.Second}); err != nil {
			t.Error(err)
		}
	})
	t.Run("but not for ever", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("alive")})
		if err := p.Do(t.Context(), Task{Body: []byte("1h"), Time: time.Minute, Whole: 100 * time.Millisecond}); !errors.Is(err, ErrTimeout) {
			t.Errorf("got %v, want ErrTimeout", err)
		}
	})
	t.Run("processor time ends a busy child", func(t *testing.T) {
		profile := Inspector("spin")
		profile.CPU = time.Millisecond // rounded up to the kernel's whole second
		p := newPool(t, Config{Profile: profile})
		if err := p.Do(t.Context(), Task{Time: time.Minute}); !errors.Is(err, ErrTimeout) {
			t.Errorf("got %v, want ErrTimeout", err)
		}
	})
}

func TestCancelKillsTheWork(t *testing.T) {
	p := newPool(t, Config{Profile: Inspector("hang")})
	reason := errors.New("the clerk went home")
	ctx, cancel := context.WithCancelCause(t.Context())
	err := p.Do(ctx, Task{Body: []byte("x"), Each: func([]byte) error { cancel(reason); return nil }})
	if !errors.Is(err, reason) {
		t.Errorf("got %v, want the cause of the context", err)
	}
	if got := p.Stats().Live; got != 0 {
		t.Errorf("%d children live", got)
	}
}

func TestReceiverErrorEndsTheTask(t *testing.T) {
	p := newPool(t, Config{Profile: Inspector("hang")})
	reason := errors.New("no room for this page")
	if err := p.Do(t.Context(), Task{Body: []byte("x"), Each: func([]byte) error { return reason }}); !errors.Is(err, reason) {
		t.Errorf("got %v", err)
	}
}

func TestMessageLimits(t *testing.T) {
	small := func(role string) Profile {
		p := Inspector(role)
		p.MessageBytes = 1000
		return p
	}
	t.Run("a task over the limit is refused before it is sent", func(t *testing.T) {
		p := newPool(t, Config{Profile: small("echo")})
		if err := p.Do(t.Context(), Task{Body: make([]byte, 1001)}); !errors.Is(err, ErrMessage) {
			t.Errorf("got %v, want ErrMessage", err)
		}
	})
	t.Run("a task at the limit comes back whole", func(t *testing.T) {
		p := newPool(t, Config{Profile: small("echo")})
		body := bytes.Repeat([]byte("x"), 1000)
		var got []string
		if err := p.Do(t.Context(), Task{Body: body, Each: collect(&got)}); err != nil || len(got) != 1 || got[0] != string(body) {
			t.Errorf("%d replies, %v", len(got), err)
		}
	})
	t.Run("a megabyte passes through the socket both ways", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("echo")})
		body := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
		var got []string
		if err := p.Do(t.Context(), Task{Body: body, Each: collect(&got)}); err != nil || len(got) != 1 || got[0] != string(body) {
			t.Errorf("%d replies, %v", len(got), err)
		}
	})
	t.Run("a child that announces two gigabytes is killed and nothing is allocated", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("roomy")})
		if err := p.Do(t.Context(), Task{Each: collect(new([]string))}); !errors.Is(err, ErrMessage) {
			t.Errorf("got %v, want ErrMessage", err)
		}
	})
	t.Run("a reply nobody asked for is an anomaly", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("echo")})
		if err := p.Do(t.Context(), Task{Body: []byte("x")}); !errors.Is(err, ErrMessage) {
			t.Errorf("got %v, want ErrMessage", err)
		}
	})
	t.Run("too many descriptors", func(t *testing.T) {
		p := newPool(t, Config{Profile: Inspector("read")})
		if err := p.Do(t.Context(), Task{Files: make([]File, MaxFiles+1)}); !errors.Is(err, ErrMessage) {
			t.Errorf("got %v, want ErrMessage", err)
		}
	})
}

func TestUnknownRoleIsNoFaultOfThePaper(t *testing.T) {
	p := newPool(t, Config{Profile: Inspector("nobody")})
	err := p.Do(t.Context(), Task{})
	if !errors.Is(err, ErrStart) || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("got %v, want ErrStart naming the role", err)
	}
}

func TestIdleChildIsStopped(t *testing.T) {
	p := newPool(t, Config{Profile: Inspector("count"), Idle: time.Millisecond})
	if err := p.Do(t.Context(), Task{Body: []byte("0")}); err != nil {
		t.Fatal(err)
	}
	for p.Stats().Live > 0 { // ends with the test's own deadline if it never happens
		time.Sleep(time.Millisecond)
	}
	if err := p.Do(t.Context(), Task{Body: []byte("0")}); err != nil {
		t.Errorf("after the idle stop: %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	p := newPool(t, Config{Profile: Inspector("echo"), Size: 3, Papers: 7})
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			want := strconv.Itoa(i)
			var got []string
			if err := p.Do(t.Context(), Task{Body: []byte(want), Each: collect(&got)}); err != nil {
				t.Error(err)
			} else if len(got) != 1 || got[0] != want {
				t.Errorf("task %s got %q", want, got)
			}
		})
	}
	wg.Wait()
	s := p.Stats()
	if s.Tasks != 60 || s.Busy != 0 || s.Live > 3 {
		t.Errorf("%+v", s)
	}
}

func TestCloseDrains(t *testing.T) {
	p := New(Config{Profile: Inspector("count")})
	begun, goOn := make(chan struct{}), make(chan struct{})
	result := make(chan error, 1)
	go func() {
		result <- p.Do(context.Background(), Task{Body: []byte("2"), Each: func(b []byte) error {
			if string(b) == "1" {
				close(begun)
				<-goOn
			}
			return nil
		}})
	}()
	<-begun
	closed := make(chan struct{})
	go func() { p.Close(); close(closed) }()
	<-p.done
	if err := p.Do(t.Context(), Task{}); !errors.Is(err, ErrClosed) {
		t.Errorf("new work while closing: %v, want ErrClosed", err)
	}
	select {
	case <-closed:
		t.Error("closed while a task was running")
	default:
	}
	close(goOn)
	if err := <-result; err != nil {
		t.Errorf("the running task: %v", err)
	}
	<-closed
	if got := p.Stats().Live; got != 0 {
		t.Errorf("%d children live after Close", got)
	}
}

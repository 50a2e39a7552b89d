package main

import (
	"bufio"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"sohoa/internal/testkit"
	"sohoa/internal/testkit/browser"
)

// TestDemo is the first five minutes of a newcomer: start the demonstration, sign in with what it printed, find the
// phrase it named, open the paper on the page it stands on, drop a paper of one's own, fill in its fields and submit it;
// then the same house again, as if started the next day.
func TestDemo(t *testing.T) {
	t.Parallel()
	testkit.Tesseract(t)
	testkit.Chromium(t)
	dir := t.TempDir()
	d := startDemo(t, dir)
	p := browser.Open(t, browser.Size(1366, 900), browser.Language("vi"))
	d.signIn(p, "canbo")
	p.Picture("demo-home")
	browser.Axe(t, p)

	p.Type(`header input[name="q"]`, `"`+d.phrase+`"`)
	p.Press(browser.Enter)
	// The page before has a main part too: the answer is there when the address has changed and everything has come.
	p.Wait(`location.pathname === "/search" && document.readyState === "complete"`)
	asked := p.Location()
	for deadline := time.Now().Add(2 * time.Minute); ; {
		p.WaitFor("main")
		if strings.Contains(strings.ToLower(p.Text("main")), d.phrase) && strings.Contains(p.Text("main"), "rang ") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%q is not found: %s", d.phrase, p.Text("main"))
		}
		time.Sleep(time.Second)
		p.Goto(asked)
	}
	p.Picture("demo-search")
	browser.Axe(t, p)
	p.Click(`main a[href^="/documents/"]`)
	p.Wait(`location.pathname.startsWith("/documents/") && document.readyState === "complete"`)
	p.Wait(`document.querySelector("main img")?.complete && document.querySelector("main img").naturalWidth > 100`)
	p.Picture("demo-document")
	browser.Axe(t, p)
	d.stop()

	again := startDemo(t, dir)
	if again.password["canbo"] == d.password["canbo"] {
		t.Error("a password was kept from the first start")
	}
	again.signIn(p, "quantri")
	p.Goto(again.url + "/admin")
	p.Picture("demo-admin")
	browser.Axe(t, p)
	again.stop()
}

// demoRun is a running demonstration and what it printed.
type demoRun struct {
	t        *testing.T
	cmd      *exec.Cmd
	done     chan struct{}
	url      string
	phrase   string
	password map[string]string
}

var (
	demoAccount = regexp.MustCompile(`^  \w+ +(\w+) +([a-z0-9-]{12,})$`)
	demoPhrase  = regexp.MustCompile(`look for "(.+)"$`)
)

func startDemo(t *testing.T, dir string) *demoRun {
	t.Helper()
	d := &demoRun{t: t, done: make(chan struct{}), password: map[string]string{}}
	d.cmd = builtProgram(t).command("demo", "--data", dir, "--listen", testkit.FreeAddress(t))
	logs := &lockedBuffer{}
	d.cmd.Stderr = logs
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	listening := make(chan struct{})
	go func() {
		defer close(d.done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			line := lines.Text()
			if m := demoAccount.FindStringSubmatch(line); m != nil {
				d.password[m[1]] = m[2]
			}
			if m := demoPhrase.FindStringSubmatch(line); m != nil {
				d.phrase = m[1]
			}
			if _, url, ok := strings.Cut(line, "listening on "); ok {
				d.url = url
				close(listening)
			}
		}
		d.cmd.Wait()
	}()
	select {
	case <-listening:
	case <-d.done:
		t.Fatalf("demo ended:\n%s", logs)
	case <-time.After(2 * time.Minute):
		d.cmd.Process.Kill()
		t.Fatalf("demo does not listen:\n%s", logs)
	}
	if len(d.password) != 5 || d.phrase == "" {
		t.Fatalf("demo printed %d accounts and the phrase %q", len(d.password), d.phrase)
	}
	t.Cleanup(d.stop)
	return d
}

func (d *demoRun) stop() {
	d.cmd.Process.Signal(os.Interrupt)
	select {
	case <-d.done:
	case <-time.After(time.Minute):
		d.cmd.Process.Kill()
		d.t.Error("the demonstration does not stop when asked")
		<-d.done
	}
}

func (d *demoRun) signIn(p *browser.Page, login string) {
	d.t.Helper()
	p.Goto(d.url + "/signin")
	p.Type(`input[name="login"]`, login)
	p.Type(`input[name="password"]`, d.password[login])
	p.Press(browser.Enter)
	p.Wait(`location.pathname !== "/signin" && document.readyState === "complete"`)
	p.WaitFor(`header input[name="q"]`)
}

// Package browser drives a real Chromium for the tests of pages. It is the home of chromedp: a test speaks to a Page in the words of
// a person (go, click, type, press, read), and every step fails the test by itself, so that a journey reads as a list of steps.
package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"sohoa/internal/testkit"
)

// patience is how long one step may take before the test fails. It is a limit against hanging, no promise of speed: with the race
// detector and two tests at once a page takes seconds.
const patience = 120 * time.Second

// Option changes how a page is opened.
type Option func(*settings)

type settings struct {
	width, height int64
	language      string
	noScript      bool
}

// Size sets the window in CSS pixels. Default 1366 × 768, the screen of an office.
func Size(width, height int) Option {
	return func(s *settings) { s.width, s.height = int64(width), int64(height) }
}

// Phone is the size of a citizen's phone.
func Phone() Option { return Size(390, 844) }

// Language sets Accept-Language. Default "vi".
func Language(tag string) Option { return func(s *settings) { s.language = tag } }

// NoScript switches script off in the page, as a public computer may. Steps that read or wait still work.
func NoScript() Option { return func(s *settings) { s.noScript = true } }

// Page is one tab in a browser profile of its own. It belongs to one goroutine. It is closed when the test ends.
type Page struct {
	t        testing.TB
	ctx      context.Context
	settings settings

	mu       sync.Mutex
	complain []string
	origin   string
}

// Open starts Chromium with a new profile and returns its first tab, blank. Without Chromium the test is skipped, or fails when
// CI=true. No host but this machine can be reached from the page.
func Open(t testing.TB, options ...Option) *Page {
	t.Helper()
	path := testkit.Chromium(t)
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile(t)),
		chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	t.Cleanup(stop)
	return open(t, allocator, options)
}

// Beside opens another tab in the same browser with a profile of its own: another person at another desk.
func (p *Page) Beside(options ...Option) *Page {
	p.t.Helper()
	return open(p.t, p.ctx, options, chromedp.WithNewBrowserContext())
}

func open(t testing.TB, parent context.Context, options []Option, more ...chromedp.ContextOption) *Page {
	t.Helper()
	p := &Page{t: t, settings: settings{width: 1366, height: 768, language: "vi"}}
	for _, o := range options {
		o(&p.settings)
	}
	ctx, cancel := chromedp.NewContext(parent, append(more, chromedp.WithListener(p.listen))...)
	t.Cleanup(cancel)
	p.ctx = ctx
	// The first run starts the browser and must not carry a deadline: the browser would end with it.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	p.do("prepare the tab", chromedp.EmulateViewport(p.settings.width, p.settings.height))
	p.do("prepare the tab", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		if _, err := cdp.Call(ctx, tab, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		headers := network.Headers{"Accept-Language": p.settings.language}
		if _, err := cdp.Call(ctx, tab, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: headers}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: p.settings.noScript})
		return err
	}))
	return p
}

// listen gathers what a careful developer would see in the console: errors, uncaught exceptions, refused content, requests that
// leave the origin of the page.
func (p *Page) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil && x.Description != "" {
			text = x.Description
		}
		p.complain = append(p.complain, "uncaught: "+text)
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeAssert {
			return
		}
		var words []string
		for _, a := range e.Args {
			words = append(words, strings.Trim(string(a.Value), `"`)+a.Description)
		}
		p.complain = append(p.complain, "console: "+strings.Join(words, " "))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			p.complain = append(p.complain, strings.TrimSpace("log: "+e.Entry.Text+" "+e.Entry.URL))
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && p.origin != "" && (u.Scheme == "http" || u.Scheme == "https") && u.Scheme+"://"+u.Host != p.origin {
			p.complain = append(p.complain, "request to another origin: "+e.Request.URL)
		}
	case *page.EventJavascriptDialogOpening:
		p.complain = append(p.complain, "dialog: "+e.Message)
	}
}

// Quiet fails the test for everything the page complained about since it was opened or since the last call: console errors,
// uncaught exceptions, content refused by policy, requests outside its origin.
func (p *Page) Quiet() {
	p.t.Helper()
	for _, c := range p.Complaints() {
		p.t.Errorf("page complains: %s", c)
	}
}

// Complaints returns what Quiet would report, and forgets it: for tests that provoke an error on purpose.
func (p *Page) Complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.complain
	p.complain = nil
	return c
}

// do runs one step with a deadline of its own and stops the test, with a picture of the page, when it does not succeed.
func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.fail(what, err)
	}
}

func get[T any](p *Page, what string, a chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		p.fail(what, err)
	}
	return v
}

func (p *Page) fail(what string, err error) {
	p.t.Helper()
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("nothing after %s", patience)
	}
	at := ""
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if u, e := chromedp.Run(ctx, chromedp.Location()); e == nil {
		at = " at " + u
	}
	if picture, e := chromedp.Run(ctx, chromedp.CaptureScreenshot()); e == nil {
		file := filepath.Join(p.t.ArtifactDir(), "page.png")
		if os.WriteFile(file, picture, 0o644) == nil {
			p.t.Logf("picture of the page: %s (kept when the tests run with -artifacts)", file)
		}
	}
	for _, c := range p.Complaints() {
		p.t.Logf("page complains: %s", c)
	}
	p.t.Fatalf("%s%s: %v", what, at, err)
}

// Eval runs an expression in the page, waits for its promise if it is one, and decodes the result as JSON into out. A nil out
// throws the result away.
func (p *Page) Eval(expression string, out any) {
	p.t.Helper()
	// The value travels as text so that any Go type can receive it, and an undefined result is no error.
	text := get(p, "evaluate", chromedp.Evaluate[string](
		"(async () => JSON.stringify((await ("+expression+")) ?? null))()", chromedp.EvalAwaitPromise))
	if out == nil {
		return
	}
	if err := json.Unmarshal([]byte(text), out); err != nil {
		p.t.Fatalf("evaluate %s: %v", expression, err)
	}
}

// profile makes a folder for the browser's profile. A browser that is being killed may still write into it, so it is removed without
// complaint; t.TempDir would fail the test.
func profile(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sohoa-chromium-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 50 {
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
	return dir
}

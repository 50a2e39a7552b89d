package browser

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Keys that have no letter, for Press.
const (
	Enter      = kb.Enter
	Escape     = kb.Escape
	Tab        = kb.Tab
	Backspace  = kb.Backspace
	ArrowUp    = kb.ArrowUp
	ArrowDown  = kb.ArrowDown
	ArrowLeft  = kb.ArrowLeft
	ArrowRight = kb.ArrowRight
	PageDown   = kb.PageDown
	PageUp     = kb.PageUp
	End        = kb.End
)

// Modifier is a key held down during Press.
type Modifier = chromedp.Modifier

// Modifiers for Press.
const (
	Ctrl  = chromedp.ModifierCtrl
	Shift = chromedp.ModifierShift
	Alt   = chromedp.ModifierAlt
)

// Goto opens an address and waits for it to load. The origin of the first address is the page's own: requests elsewhere are
// complaints.
func (p *Page) Goto(address string) {
	p.t.Helper()
	if u, err := url.Parse(address); err == nil {
		p.mu.Lock()
		if p.origin == "" && u.Host != "" {
			p.origin = u.Scheme + "://" + u.Host
		}
		p.mu.Unlock()
	}
	p.do("open "+address, chromedp.Navigate(address))
}

// Reload loads the page again.
func (p *Page) Reload() { p.t.Helper(); p.do("reload", chromedp.Reload()) }

// Click waits until the element is visible and clicks its middle.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Type empties a field and types into it key by key. Text beyond ASCII arrives as an input method would commit it.
func (p *Page) Type(selector, text string) {
	p.t.Helper()
	p.do("type into "+selector, chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.Clear(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Press presses keys one after the other wherever the focus is, holding the modifiers.
func (p *Page) Press(keys string, held ...Modifier) {
	p.t.Helper()
	p.do("press "+strconv.Quote(keys), chromedp.KeyEvent(keys, chromedp.KeyModifiers(held...)))
}

// Choose selects the option of a select element by its value, as a person would: the page hears input and change.
func (p *Page) Choose(selector, value string) {
	p.t.Helper()
	p.WaitFor(selector)
	var chosen bool
	p.Eval(fmt.Sprintf(`(() => { const s = document.querySelector(%q); s.value = %q;
		for (const e of ["input", "change"]) s.dispatchEvent(new Event(e, {bubbles: true}));
		return s.value === %[2]q; })()`, selector, value), &chosen)
	if !chosen {
		p.t.Fatalf("choose %q in %s: there is no such option", value, selector)
	}
}

// Upload hands files to a file field, which may be hidden.
func (p *Page) Upload(selector string, files ...string) {
	p.t.Helper()
	p.do("upload to "+selector, chromedp.SetUploadFiles(chromedp.CSS(selector), files))
}

// WaitFor waits until an element is visible.
func (p *Page) WaitFor(selector string) {
	p.t.Helper()
	p.do("wait for "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// WaitGone waits until no such element is visible.
func (p *Page) WaitGone(selector string) {
	p.t.Helper()
	p.Wait(fmt.Sprintf(`![...document.querySelectorAll(%q)].some(e => e.checkVisibility())`, selector))
}

// WaitText waits until the text of the element (or of any of several) holds the words. It survives a navigation on the way.
func (p *Page) WaitText(selector, words string) {
	p.t.Helper()
	p.Wait(fmt.Sprintf(`[...document.querySelectorAll(%q)].some(e => e.textContent.normalize("NFC").includes(%q))`, selector, words))
}

// Wait waits until an expression of the page is true. It asks again after a navigation.
func (p *Page) Wait(expression string) {
	p.t.Helper()
	p.do("wait until "+expression, chromedp.Func(p.poll(expression)))
}

// Text returns the rendered text of the first such element, which must be visible.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return strings.TrimSpace(get(p, "read "+selector, chromedp.Text(chromedp.CSS(selector))))
}

// Texts returns the rendered texts of all such elements; none is no error.
func (p *Page) Texts(selector string) []string {
	p.t.Helper()
	var all []string
	p.Eval(fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.innerText.trim())`, selector), &all)
	return all
}

// Value returns what stands in a field.
func (p *Page) Value(selector string) string {
	p.t.Helper()
	return get(p, "read "+selector, chromedp.Value(chromedp.CSS(selector)))
}

// Attribute returns an attribute of the first such element, empty where it has none.
func (p *Page) Attribute(selector, name string) string {
	p.t.Helper()
	return get(p, "read "+selector, chromedp.AttributeValue(chromedp.CSS(selector), name)).Value
}

// Count tells how many elements match, visible or not.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	var n int
	p.Eval(fmt.Sprintf(`document.querySelectorAll(%q).length`, selector), &n)
	return n
}

// Location returns the address of the page.
func (p *Page) Location() string {
	p.t.Helper()
	return get(p, "read the address", chromedp.Location())
}

// Title returns the title of the page.
func (p *Page) Title() string { p.t.Helper(); return get(p, "read the title", chromedp.Title()) }

// Resize changes the window, in CSS pixels.
func (p *Page) Resize(width, height int) {
	p.t.Helper()
	p.do("resize", chromedp.EmulateViewport(int64(width), int64(height)))
}

// Overflows tells whether the page must be scrolled sideways, which no page should at any width.
func (p *Page) Overflows() bool {
	p.t.Helper()
	var wide bool
	p.Eval(`document.documentElement.scrollWidth > document.documentElement.clientWidth + 1`, &wide)
	return wide
}

// Picture writes the whole page as NAME.png where pictures of pages are gathered: the folder SOHOA_PICTURES if the environment names
// one, otherwise the test's artifacts (kept with go test -artifacts). It returns the file.
func (p *Page) Picture(name string) string {
	p.t.Helper()
	dir := os.Getenv("SOHOA_PICTURES")
	if dir == "" {
		dir = p.t.ArtifactDir()
	}
	file := filepath.Join(dir, name+".png")
	data := get(p, "take a picture", chromedp.FullScreenshot(100))
	if err := os.WriteFile(file, data, 0o644); err != nil {
		p.t.Fatal(err)
	}
	return file
}

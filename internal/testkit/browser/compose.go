package browser

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Compose types through an input method, as Vietnamese is typed: the text stands underlined where the focus is, and the composition
// stays open. Keys pressed now carry isComposing, and a page must not act on them. Commit ends it.
func (p *Page) Compose(text string) {
	p.t.Helper()
	n := int64(len([]rune(text)))
	p.do("compose "+text, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: n, SelectionEnd: n})
		return err
	}))
}

// Commit ends a composition with its final text.
func (p *Page) Commit(text string) {
	p.t.Helper()
	p.do("commit "+text, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

// Drop lets files fall onto an element: it hears dragenter, dragover and drop with the files in them. For large files use Upload,
// which does not carry the bytes through the debugger.
func (p *Page) Drop(selector string, files ...string) {
	p.t.Helper()
	type file struct{ Name, Data string }
	var all []file
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			p.t.Fatal(err)
		}
		all = append(all, file{filepath.Base(name), base64.StdEncoding.EncodeToString(data)})
	}
	list, err := json.Marshal(all)
	if err != nil {
		p.t.Fatal(err)
	}
	p.WaitFor(selector)
	p.Eval(fmt.Sprintf(`(() => {
		const bag = new DataTransfer();
		for (const f of %s) {
			const type = {pdf: "application/pdf", png: "image/png", jpg: "image/jpeg", tif: "image/tiff"}[f.Name.split(".").pop()] || "";
			bag.items.add(new File([Uint8Array.from(atob(f.Data), c => c.charCodeAt(0))], f.Name, {type}));
		}
		for (const e of ["dragenter", "dragover", "drop"])
			document.querySelector(%q).dispatchEvent(new DragEvent(e, {dataTransfer: bag, bubbles: true, cancelable: true}));
	})()`, list, selector), nil)
}

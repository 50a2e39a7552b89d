package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"sohoa/internal/testkit"
)

// violation is what axe-core reports about one rule.
type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		Target  []any  `json:"target"`
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// Axe runs axe-core (all its rules: WCAG 2.2 A and AA, and its best practices) over the page as it stands and fails the test once per
// violation. Rules named in except are not run; say beside the call why. The page must have script switched on. Without
// tools/web/node_modules (`make web`) the test is skipped, or fails when CI=true.
func Axe(t testing.TB, p *Page, except ...string) {
	t.Helper()
	for _, v := range axe(t, p, except) {
		var places strings.Builder
		for _, n := range v.Nodes {
			fmt.Fprintf(&places, "\n  %v %s\n    %s", n.Target, n.HTML, strings.ReplaceAll(n.Summary, "\n", "\n    "))
		}
		t.Errorf("axe: %s (%s) on %s: %s%s", v.ID, v.Impact, p.Location(), v.Help, places.String())
	}
}

func axe(t testing.TB, p *Page, except []string) []violation {
	t.Helper()
	file := filepath.Join(testkit.Root(), "tools", "web", "node_modules", "axe-core", "axe.min.js")
	source, err := os.ReadFile(file)
	if err != nil {
		testkit.Missing(t, "axe-core is not installed: run make web")
	}
	// The debugger's evaluation is not bound by the page's content policy, so a strict policy stays in force while axe runs.
	p.do("load axe-core", chromedp.Evaluate[chromedp.Void](string(source)+"\n;undefined"))
	rules := make([]string, 0, len(except))
	for _, rule := range except {
		rules = append(rules, fmt.Sprintf("%q: {enabled: false}", rule))
	}
	var found []violation
	p.Eval(fmt.Sprintf(`axe.run(document, {resultTypes: ["violations"], rules: {%s}}).then(r => r.violations)`, strings.Join(rules, ", ")), &found)
	return found
}

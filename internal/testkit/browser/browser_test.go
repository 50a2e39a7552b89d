package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sound = `<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Tra cứu</title>
<meta name="viewport" content="width=device-width"></head><body><main><h1>Tra cứu kết quả</h1>
<form action="/found"><label for="q">Mã hồ sơ</label> <input id="q" name="q"> <select id="k" name="k" aria-label="Loại"><option value="a">A</option><option value="b">B</option></select>
<label for="f">Tệp</label> <input id="f" type="file"> <button>Tìm</button></form><noscript><p id="plain">Không có script</p></noscript></main></body></html>`

func site(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
		fmt.Fprint(w, sound)
	})
	mux.HandleFunc("/favicon.ico", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/found", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="vi"><title>x</title><p id="q">%s</p><p id="k">%s</p><p id="l">%s</p>`, r.FormValue("q"), r.FormValue("k"), r.Header.Get("Accept-Language"))
	})
	mux.HandleFunc("/desk", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><html lang="vi"><title>x</title><input id="q"><p id="keys"></p><p id="zone">Thả vào đây</p><script>
			const keys = document.querySelector("#keys"), zone = document.querySelector("#zone");
			document.querySelector("#q").addEventListener("compositionstart", () => keys.textContent += "start ");
			document.querySelector("#q").addEventListener("compositionend", e => keys.textContent += "end:" + e.data);
			document.addEventListener("keydown", e => keys.textContent += e.key + (e.isComposing ? "(composing) " : " "));
			zone.addEventListener("dragover", e => e.preventDefault());
			zone.addEventListener("drop", async e => { e.preventDefault(); const f = e.dataTransfer.files[0]; zone.textContent = f.name + " " + f.type + " " + await f.text(); });
			</script>`)
	})
	mux.HandleFunc("/noisy", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<!doctype html><title>x</title><img src="http://elsewhere.example/x.png" alt=""><script>console.error("seen"); undefinedFunction()</script>`)
	})
	mux.HandleFunc("/unsound", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<!doctype html><html><title>x</title><main><h1>x</h1><img src="/favicon.ico"><input></main>`)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func TestJourney(t *testing.T) {
	p := Open(t, Phone())
	p.Goto(site(t) + "/")
	if got := p.Text("h1"); got != "Tra cứu kết quả" {
		t.Errorf("heading %q", got)
	}
	if p.Overflows() {
		t.Error("the page is wider than the phone")
	}
	file := filepath.Join(t.TempDir(), "giấy.pdf")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Upload("#f", file)
	p.Wait(`document.querySelector("#f").files[0].name === "giấy.pdf"`)
	p.Choose("#k", "b")
	p.Type("#q", "đường Krông Pắc")
	p.Press(Enter)
	p.WaitText("#q", "đường Krông Pắc")
	if diff := cmp.Diff([]string{"đường Krông Pắc", "b", "vi"}, p.Texts("p")); diff != "" {
		t.Error(diff)
	}
	p.Quiet()
}

func TestPeopleAtTwoDesksShareNothing(t *testing.T) {
	url := site(t)
	one := Open(t)
	one.Goto(url + "/")
	one.Eval(`document.cookie = "who=one"`, nil)
	two := one.Beside(Language("en"))
	two.Goto(url + "/found?q=" + "x")
	var cookie string
	two.Eval(`document.cookie`, &cookie)
	if cookie != "" {
		t.Errorf("the second desk sees the cookie %q", cookie)
	}
	if got := two.Text("#l"); got != "en" {
		t.Errorf("Accept-Language %q", got)
	}
}

func TestNoScript(t *testing.T) {
	p := Open(t, NoScript())
	p.Goto(site(t) + "/")
	if got := p.Text("#plain"); got != "Không có script" {
		t.Errorf("noscript shows %q", got)
	}
}

func TestComplaints(t *testing.T) {
	p := Open(t)
	p.Goto(site(t) + "/noisy")
	got := p.Complaints()
	for _, want := range []string{"console: seen", "uncaught: ReferenceError", "request to another origin: http://elsewhere.example/x.png"} {
		if !slices.ContainsFunc(got, func(c string) bool { return strings.HasPrefix(c, want) }) {
			t.Errorf("no complaint %q in %q", want, got)
		}
	}
}

func TestAxe(t *testing.T) {
	p := Open(t)
	url := site(t)
	p.Goto(url + "/")
	Axe(t, p)
	p.Goto(url + "/unsound")
	var found []string
	for _, v := range axe(t, p, []string{"region"}) {
		found = append(found, v.ID)
	}
	slices.Sort(found)
	if diff := cmp.Diff([]string{"html-has-lang", "image-alt", "label"}, found); diff != "" {
		t.Error(diff)
	}
}

func TestComposeAndDrop(t *testing.T) {
	p := Open(t)
	p.Goto(site(t) + "/desk")
	p.Click("#q")
	p.Compose("đươ")
	p.Compose("đường")
	p.Press(ArrowRight)
	if got := p.Text("#keys"); got != "start ArrowRight(composing)" {
		t.Errorf("while composing the page heard %q", got)
	}
	p.Commit("đường")
	p.WaitText("#keys", "end:đường")
	if got := p.Value("#q"); got != "đường" {
		t.Errorf("the field holds %q", got)
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, []byte("%PDF"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Drop("#zone", file)
	p.WaitText("#zone", "a.pdf application/pdf %PDF")
	p.Quiet()
}

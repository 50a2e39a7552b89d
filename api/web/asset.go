package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

//go:embed static
var staticFiles embed.FS

// assets are the files a browser fetches beside a page. They lie together in one folder whose name is the hash of all of
// them, so that a module finds its neighbours by a relative name and a browser may keep them for ever.
type assets struct {
	hash  string
	files map[string][]byte
}

// jsTexts is the family of texts that scripts show; each language is a module of its own, text-vi.js and text-en.js.
const jsTexts = "js."

func readAssets() (*assets, error) {
	a := &assets{files: map[string][]byte{}}
	sum := sha256.New()
	add := func(name string, b []byte) {
		a.files[name] = b
		fmt.Fprintf(sum, "%s %d\n", name, len(b))
		sum.Write(b)
	}
	err := fs.WalkDir(staticFiles, "static", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := staticFiles.ReadFile(p)
		add(strings.TrimPrefix(p, "static/"), b)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	for _, lang := range []string{"vi", "en"} {
		words := map[string]string{}
		for key, t := range catalogue {
			if name, ok := strings.CutPrefix(key, jsTexts); ok {
				words[name] = t.In(lang)
			}
		}
		b, err := json.Marshal(words)
		if err != nil {
			return nil, fmt.Errorf("write texts for scripts: %w", err)
		}
		add("text-"+lang+".js", fmt.Appendf(nil, "export default %s;\n", b))
	}
	a.hash = base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:9])
	return a, nil
}

// url returns the address of an asset.
func (a *assets) url(name string) (string, error) {
	if _, ok := a.files[name]; !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return "/static/" + a.hash + "/" + name, nil
}

// asset serves one file. An old hash still answers, with the present file and without leave to keep it: a page that was
// open during an update must not lose its style.
func (p *Pages) asset(c *gin.Context) {
	name := strings.TrimPrefix(c.Param("name"), "/")
	b, ok := p.assets.files[name]
	if !ok {
		c.String(http.StatusNotFound, "404\n")
		return
	}
	h := c.Writer.Header()
	h.Set("Cache-Control", "no-cache")
	if c.Param("hash") == p.assets.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("ETag", `"`+p.assets.hash+`"`)
	h.Set("Content-Type", typeOf(name))
	http.ServeContent(c.Writer, c.Request, "", time.Time{}, bytes.NewReader(b))
}

func typeOf(name string) string {
	switch path.Ext(name) { // not left to the machine's own table, which differs
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func (p *Pages) favicon(c *gin.Context) {
	to, err := p.assets.url("mark.svg")
	if err != nil {
		c.String(http.StatusNotFound, "404\n")
		return
	}
	c.Redirect(http.StatusFound, to)
}

package rest

import (
	"bytes"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

// anyType stands for a sheet of a kind without a type.
const anyType = "-"

// separators mounts the printing of separator sheets.
func (s *server) separators() {
	op := operation("get-separators", http.MethodGet, "/separators", "pages", "Separator sheets to print, as PDF")
	op.Description = "With `dossier` one sheet for each `component` and `result` named (`-` for one without a type); with neither, one for the dossier, one for each component its procedure asks for and one for the result. " +
		"Without `dossier` one sheet that only begins another paper. Lay them before the papers, scan the stack in one go, and split it (`stack`, `split`)."
	many := func(name, text string) *huma.Param {
		p := inQuery(name, huma.TypeArray, text)
		p.Schema.Items = &huma.Schema{Type: huma.TypeString}
		return p
	}
	op.Parameters = []*huma.Param{inQuery("dossier", huma.TypeString, "Code of a dossier"), many("component", "Names of components; repeatable"), many("result", "Names of results; repeatable")}
	op.Responses = map[string]*huma.Response{"200": {Description: "The sheets", Content: map[string]*huma.MediaType{archive.PDF: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
	s.plain(op, s.getSeparators)
}

func (s *server) getSeparators(c *gin.Context) {
	ctx := c.Request.Context()
	var p parser
	dossier := p.dossier("query.dossier", c.Query("dossier"))
	if err := p.err(); err != nil {
		s.Fail(c, err)
		return
	}
	named := func(name string) []string {
		out := slices.DeleteFunc(c.QueryArray(name), func(x string) bool { return x == "" })
		for i := range out {
			if out[i] == anyType {
				out[i] = ""
			}
		}
		return out
	}
	sheets, err := s.Archive.Separators(ctx, s.Who(ctx), dossier, named("component"), named("result"))
	if err != nil {
		s.Fail(c, err)
		return
	}
	var b bytes.Buffer // some 20 KB and 4 KB a sheet
	if err := s.Sheets(&b, sheets, s.Lang(ctx)); err != nil {
		s.Fail(c, err)
		return
	}
	printed(c, http.StatusOK, "to-phan-cach.pdf", b.Bytes())
}

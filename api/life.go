package api

import (
	"context"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"sohoa/archive"
)

// life adds the signs of life for operators: outside the base path, and but for the measures open to all.
func (d *door) life(engine *gin.Engine, h huma.API, ready func(context.Context) error) {
	op := public("healthz", "/healthz", archive.Text{VI: "Tiến trình còn sống", EN: "The process is alive"})
	op.Responses = map[string]*huma.Response{"200": plainText("Alive")}
	plain(engine, h, op, func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })

	op = public("readyz", "/readyz", archive.Text{VI: "Hệ thống nhận được giấy tờ và trả lời được", EN: "The house can take papers in and answer"})
	op.Responses = map[string]*huma.Response{"200": plainText("Ready"), "500": problem(h, 500), "503": problem(h, 503)}
	plain(engine, h, op, func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), 5*time.Second)
		defer cancel()
		if err := d.notReady(ctx, ready); err != nil {
			d.Fail(c, err)
			return
		}
		c.String(http.StatusOK, "ready\n")
	})
	d.serveMetrics(engine, h)
}

// notReady says which part is missing, in words that give nothing away; the cause is for the log.
func (d *door) notReady(ctx context.Context, ready func(context.Context) error) error {
	missing := func(code string, msg archive.Text, err error) error {
		return &archive.Error{Kind: archive.Unavailable, Code: code, Msg: msg, Err: err}
	}
	if d.archive.Inspector == nil {
		return missing("no_inspector", archive.Text{VI: "Chưa có bộ kiểm tra tệp nên không nhận được giấy tờ.", EN: "There is no inspector, so no paper can be taken in."}, nil)
	}
	if err := d.archive.Ready(ctx); err != nil {
		return missing("catalog_away", archive.Text{VI: "Danh mục chưa trả lời.", EN: "The catalog does not answer."}, err)
	}
	if ready == nil {
		return nil
	}
	if err := ready(ctx); err != nil {
		return missing("starting", archive.Text{VI: "Hệ thống đang khởi động.", EN: "The house is starting."}, err)
	}
	return nil
}

func public(id, path string, summary archive.Text) huma.Operation {
	return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Tags: []string{"operation"}, Summary: summary.EN, Security: []map[string][]string{},
		Extensions: map[string]any{"x-summary-vi": summary.VI}}
}

// plain registers a gin handler and describes it in the document.
func plain(engine *gin.Engine, h huma.API, op huma.Operation, handler gin.HandlerFunc) {
	h.OpenAPI().AddOperation(&op)
	engine.Handle(op.Method, op.Path, handler)
}

func plainText(description string) *huma.Response {
	return &huma.Response{Description: description, Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}}}
}

func problem(h huma.API, status int) *huma.Response {
	t := reflect.TypeOf(huma.NewError(0, ""))
	return &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: h.OpenAPI().Components.Schemas.Schema(t, true, strconv.Itoa(status))}}}
}

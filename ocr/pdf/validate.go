package pdf

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/validate"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// configuration is pdfcpu without its folder of settings and fonts, without the network, with our budgets.
func configuration(l archive.InspectLimits) *model.Configuration {
	model.ConfigPath = "disable" // nothing is read from or written to the disk
	c := model.NewDefaultConfiguration()
	c.Cmd = model.VALIDATE
	c.ValidationMode = model.ValidationRelaxed
	c.Offline = true
	c.ValidateLinks = false
	c.Optimize = false
	c.Limits.MaxStreamBytes = 512 << 20
	c.Limits.MaxDecodeBytes = 64 << 20
	c.Limits.MaxImagePixels = l.ImagePixels
	c.Limits.MaxImageBytes = 256 << 20
	c.Limits.MaxObjectCount = l.Objects
	c.Limits.MaxXRefEntries = l.Objects
	return c
}

// pdfcpu keeps every stream and every value in memory: about bytesPerValue for each value beside the streams themselves.
const bytesPerValue = 200

// affordable says whether validating f fits in the memory of a child with room for the rest.
func affordable(f *cos.File, streams int64, l archive.InspectLimits) bool {
	return streams+int64(f.Values())*bytesPerValue < l.Memory*5/8
}

// validated runs pdfcpu's relaxed validation. A panic of it is damage of the file. When ctx ends first the validation goes on in the
// background until it notices: callers end their process after a paper that took too long.
func validated(ctx context.Context, data []byte, l archive.InspectLimits) error {
	done := make(chan error, 1)
	go func() { done <- validateNow(ctx, data, l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func validateNow(ctx context.Context, data []byte, l archive.InspectLimits) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("validate pdf: panic: %v", p)
		}
	}()
	c := configuration(l)
	doc, err := pdfcpu.ReadWithContext(ctx, bytes.NewReader(data), c)
	if err != nil {
		return fmt.Errorf("read pdf: %w", err)
	}
	if err := validate.XRefTable(doc); err != nil {
		for code, mark := range forgiven {
			if strings.Contains(err.Error(), mark) {
				return &forgivenError{code}
			}
		}
		return fmt.Errorf("validate pdf: %w", err)
	}
	return nil
}

// forgiven are breaches of the standard that every viewer lives with and that our own walk has looked at: they become warnings.
var forgiven = map[string]string{
	"no_page_size": "required entry=MediaBox missing",
}

// forgivenError carries the finding a forgiven breach becomes.
type forgivenError struct{ code string }

func (e *forgivenError) Error() string { return "validate pdf: " + e.code }

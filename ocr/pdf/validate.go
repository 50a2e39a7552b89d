package pdf

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/validate"

	"sohoa/archive"
	"sohoa/ocr/pdf/cos"
)

// diskless keeps pdfcpu from making a folder of settings and fonts in somebody's home. It is a variable of the whole process.
var diskless = sync.OnceFunc(func() { model.ConfigPath = "disable" })

// configuration is pdfcpu without the disk, without the network, with our budgets.
func configuration(l archive.InspectLimits) *model.Configuration {
	diskless()
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

// pdfcpu keeps every stream and every value in memory: so much for each value beside the streams themselves, and the streams twice while
// they are read.
const bytesPerValue = 250

// smallPictures is up to how many bytes of pictures the file itself is validated. Beyond, a shadow of it without the pictures' bytes is.
const smallPictures = 8 << 20

// affordable says whether validating so much fits in the memory of a child with room for the rest.
func affordable(streams int64, values int, l archive.InspectLimits) bool {
	return 2*streams+int64(values)*bytesPerValue < l.Memory*5/8
}

// subject chooses what pdfcpu gets to see: the file, its shadow, or nothing when even the shadow is too large.
//
// A file whose table is in order says the same to pdfcpu as to us. Of any other it gets the shadow, which is what our own walk made of it: two
// parsers repair the same damage differently, and what was checked here for circles would not be what pdfcpu follows there. What every viewer lives
// with and our walk has reported, a version that does not exist and pages without a size, is put right in the shadow, too: pdfcpu stops at the
// first thing it does not like and would not look at the rest.
func (in *inspection) subject() ([]byte, error) {
	values := in.file.Values()
	tidy := !in.file.Repaired && !in.file.Untidy && !in.boxless && !in.invented
	if tidy && in.pictures <= smallPictures && affordable(in.raw, values, in.limits) {
		return in.data, nil
	}
	if !affordable(in.raw-in.pictures, values, in.limits) {
		return nil, nil
	}
	var shadow bytes.Buffer
	err := in.file.Shadow(&shadow, func(s *cos.Stream) bool {
		return in.file.Resolve(s.Dict.Get("Subtype")) == cos.Name("Image")
	}, func(num int, d cos.Dict) cos.Dict {
		if !in.unboxed[num] {
			return d
		}
		return append(slices.Clone(d), cos.Entry{Key: "MediaBox", Val: cos.Array{int64(0), int64(0), int64(letter.X1), int64(letter.Y1)}})
	})
	return shadow.Bytes(), err
}

// validated runs pdfcpu's relaxed validation and returns how many pages pdfcpu sees. A panic of it is damage of the file. When ctx ends first the validation goes on in the
// background until it notices: callers end their process after a paper that took too long.
func validated(ctx context.Context, data []byte, l archive.InspectLimits) (pages int, err error) {
	type outcome struct {
		pages int
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		pages, err := validateNow(ctx, data, l)
		done <- outcome{pages, err}
	}()
	select {
	case o := <-done:
		return o.pages, o.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func validateNow(ctx context.Context, data []byte, l archive.InspectLimits) (pages int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("validate pdf: panic: %v", p)
		}
	}()
	c := configuration(l)
	doc, err := pdfcpu.ReadWithContext(ctx, bytes.NewReader(data), c)
	if err != nil {
		return 0, fmt.Errorf("read pdf: %w", err)
	}
	if err := validate.XRefTable(doc); err != nil {
		for code, mark := range forgiven {
			if strings.Contains(err.Error(), mark) {
				return 0, &forgivenError{code}
			}
		}
		return 0, fmt.Errorf("validate pdf: %w", err)
	}
	return doc.PageCount, nil
}

// forgiven are breaches of the standard that every viewer lives with and that our own walk has looked at: they become warnings.
var forgiven = map[string]string{
	"no_page_size": "required entry=MediaBox missing",
}

// forgivenError carries the finding a forgiven breach becomes.
type forgivenError struct{ code string }

func (e *forgivenError) Error() string { return "validate pdf: " + e.code }

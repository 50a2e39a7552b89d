package pdf

import (
	"bytes"
	"context"
	"errors"
	"strconv"

	"sohoa/ocr/pdf/cos"
)

// How many pages a paper has is asked of several readers, because a paper that shows one page here and two there is two papers.
//
//   - Our own walk of the page tree counts. Its number is the paper's.
//   - What the tree's root declares (/Count) is what pdfium, and with it most browsers, believes without counting.
//   - pdfcpu counts while it validates.
//
// A paper on which these three differ is refused. (pdfcpu refuses a wrong /Count of its own accord; papers too large for pdfcpu are held to the
// same.)
//
// pdfium itself is not asked here: it opens a paper in 2.5 ms, but wants 0.1 s and some 200 MB to start, with its compiled code at hand (5 s
// without), and an inspector has neither that memory nor a folder to read. It is asked by the reader (Paper.Doubts): for nothing
// where it opens the paper anyway, and on purpose where the paper's table was repaired or changed.
//
// Measured over 781 PDFs (the corpus and the test files of pdfcpu and pdfium): pdfium counted otherwise than our walk in three of them, and each
// time the declared number had said so; ten more it could not open at all, and Inspect refuses those, too.

// countDeclared compares the pages counted with the number the page tree declares. odd says that the count was cut short.
func (in *inspection) countDeclared(counted int, odd bool) {
	root, _ := in.file.Dict(in.file.Root().Get("Pages"))
	n, ok := cos.Int(in.file.Resolve(root.Get("Count")))
	if !ok || n <= 0 || odd || counted == 0 || n == int64(counted) || n > 1<<31-1 {
		return
	}
	in.found.add(CountDiffers, 0, 0, counted, int(n))
}

// validate lets pdfcpu have the second word.
func (in *inspection) validate(ctx context.Context) {
	data, err := in.subject()
	if err != nil {
		code, _ := budgetCode(err)
		if code == "" {
			code = "damaged"
		}
		in.found.add(code, 0, 0)
		return
	}
	if data == nil {
		in.found.add("not_validated", 0, 0)
		return
	}
	in.file = nil // its caches are not needed any more
	var forgiven *forgivenError
	pages, err := validated(ctx, data, in.limits)
	switch {
	case err == nil:
		if pages != len(in.out.Pages) {
			in.found.add(CountDiffers, 0, 0, len(in.out.Pages), pages)
		}
	case errors.As(err, &forgiven):
		in.found.add(forgiven.code, 0, 0)
	case errors.Is(err, context.DeadlineExceeded):
		in.leftBehind = true
		in.found.add("inspection_time", 0, 0)
	case ctx.Err() != nil:
		in.leftBehind = true
	default:
		in.found.add("invalid_structure", 0, objectOf(err))
	}
}

// objectOf finds the object number pdfcpu names in its message, 0 when it names none.
func objectOf(err error) int {
	msg := err.Error()
	for _, mark := range []string{"obj#:", "obj#", "obj "} {
		i := bytes.Index([]byte(msg), []byte(mark))
		if i < 0 {
			continue
		}
		digits := msg[i+len(mark):]
		n := 0
		for n < len(digits) && n < 9 && digits[n] >= '0' && digits[n] <= '9' {
			n++
		}
		if v, err := strconv.Atoi(digits[:n]); err == nil {
			return v
		}
	}
	return 0
}

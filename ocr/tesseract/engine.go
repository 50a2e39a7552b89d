package tesseract

import (
	"cmp"
	"image"
	"time"
)

// Language is the traineddata the papers of this house are read with.
const Language = "vie"

// Engine reads images with the Tesseract program. It is safe for concurrent use when each user has a Dir of its own.
type Engine struct {
	// Program is the absolute path of the program.
	Program string
	// Dir is where the program runs and its lists lie, beside the images by custom.
	Dir string
	// Data is the folder of the languages. Empty means the program's own. Optional.
	Data string
	// PageTime is how long the program may take for one page. Zero means one minute.
	PageTime time.Duration
	// Sparse reads words that stand about in no order, for a cutting of a page. Optional.
	Sparse bool
	// Line reads an image as one line. Optional.
	Line bool
	// Alive is called whenever the program begins an image. It must not call the Engine. Optional.
	Alive func()
}

func (e Engine) pageTime() time.Duration { return cmp.Or(e.PageTime, time.Minute) }

// Word is one word on an image.
type Word struct {
	Text       string // NFC, without spaces
	Box        image.Rectangle
	Confidence float32 // 0 to 1
	Line       int     // counted from 0 in reading order
}

// Result is what became of one image.
type Result struct {
	Index int // of the image in the batch
	Words []Word
	Err   error // why it could not be read: ErrTime or ErrCrash; nil when it was
}

// args are the arguments of one run over a list file. Inverted text is not looked for: it costs a second pass over every
// doubtful line and these papers have none. Dots per inch are said because the images do not say it.
func (e Engine) args(list string) []string {
	layout := "3" // columns and paragraphs
	if e.Sparse {
		layout = "11"
	}
	if e.Line {
		layout = "7"
	}
	a := []string{list, "stdout", "-l", Language, "--psm", layout, "--dpi", "200", "-c", "tessedit_do_invert=0"}
	if e.Data != "" {
		a = append(a, "--tessdata-dir", e.Data)
	}
	return append(a, "tsv")
}

// environment of the program: one thread, because the batches of several pages use the other cores better.
func (e Engine) environment() []string {
	return []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C"}
}

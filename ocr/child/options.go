package child

import (
	"context"
	"log/slog"
	"runtime"

	"sohoa/archive"
	"sohoa/internal/sandbox"
	"sohoa/ocr/syllable"
)

// Options say how many children there are and what they may use. Zero values work, except where said.
type Options struct {
	// Limits are the house's. Their time and memory bound every request, whatever it asks for.
	Limits archive.Limits
	// Inspectors is how many papers are inspected at once. Zero means one per processor, at least two.
	Inspectors int
	// Readers is how many children read at once, pages of one paper or of several. Zero means one per processor.
	Readers int
	// Renderers is how many page pictures are made at once, apart from reading. Zero means one.
	Renderers int
	// Assemblers is how many files are made of picked pages at once. Zero means two.
	Assemblers int
	// Scratch is the folder for the readers' passing files, on a disk. It belongs to this process alone: NewReader empties
	// it. Needed by NewReader.
	Scratch string
	// Cache is the folder of the page renderer's compiled code. It is made when missing. Empty: none.
	Cache string
	// Tesseract finds the program. It is asked again now and then, so that one installed later is found. It returns ""
	// when there is none. Nil means: there is none.
	Tesseract func() string
	// Tessdata is the folder of Tesseract's languages. Empty: Tesseract's own default.
	Tessdata string
	// Syllables repairs marks in what was recognised; it works in this process. Nil: words stay as recognised.
	Syllables *syllable.Model
	// Mode and Off are the sandbox's.
	Mode sandbox.Mode
	Off  sandbox.Off
	// Log gets a line for every child lost. Optional.
	Log *slog.Logger
}

func (o Options) withDefaults() Options {
	o.Limits.Inspect, o.Limits.Read, o.Limits.Assemble = o.Limits.Inspect.WithDefaults(), o.Limits.Read.WithDefaults(), o.Limits.Assemble.WithDefaults()
	if o.Inspectors <= 0 {
		o.Inspectors = max(2, runtime.GOMAXPROCS(0))
	}
	if o.Readers <= 0 {
		o.Readers = runtime.GOMAXPROCS(0)
	}
	if o.Renderers <= 0 {
		o.Renderers = 1
	}
	if o.Assemblers <= 0 {
		o.Assemblers = 2
	}
	if o.Tesseract == nil {
		o.Tesseract = func() string { return "" }
	}
	return o
}

func (o Options) pool(p sandbox.Profile, size int) sandbox.Config {
	return sandbox.Config{Profile: p, Size: size, Mode: o.Mode, Off: o.Off, Log: o.Log}
}

// SelfTest lets an inspector child and a reader child try to get out. The reports stand under the names of the roles. It is made under
// every Mode: the report says what a machine below the full level leaves open, and who asked for Require refuses by it.
func (o Options) SelfTest(ctx context.Context) (map[string]sandbox.Report, error) {
	o = o.withDefaults()
	o.Mode = sandbox.Best
	reports := map[string]sandbox.Report{}
	for role, p := range map[string]sandbox.Profile{roleInspect: o.inspectProfile(), roleRead: o.readProfile(roleRead, o.Tesseract())} {
		r, err := sandbox.SelfTest(ctx, o.pool(p, 1))
		if err != nil {
			return reports, outward(err)
		}
		reports[role] = r
	}
	return reports, nil
}

package archive

// Severity ranks a Finding.
type Severity string

const (
	Info    Severity = "info"
	Warning Severity = "warning" // the paper is kept and marked; a checker decides
	Fatal   Severity = "error"   // the paper is refused or quarantined
)

// Finding is one thing inspection, reading or a rule has to say about a paper, in words a clerk understands.
type Finding struct {
	Code     string   `json:"code"` // stable, snake_case: javascript, launch, embedded_file, low_resolution, not_colour …
	Severity Severity `json:"severity"`
	Page     int      `json:"page,omitempty"`   // 1-based; 0 means the whole paper
	Object   int      `json:"object,omitempty"` // PDF object number; 0 means none
	Msg      Text     `json:"message"`
	// Papers are others it is about, as far as the asker may see them. They are never kept: who asks again may see others.
	Papers []Document `json:"-"`
}

// Codes of the finding that says what a refused file is instead of a paper, and what to do about it.
const (
	OfficeFile     = "office_file"     // a file of a word processor, spreadsheet, editor: print to PDF
	ForeignPicture = "foreign_picture" // a picture of a kind not taken: save as JPEG
	PackedFile     = "packed_file"     // an archive of other files: unpack
	MediaFile      = "media_file"      // sound or film
	ProgramFile    = "program_file"    // something that runs
)

// Worst returns the highest severity in fs, or "" for none.
func Worst(fs []Finding) Severity {
	w := Severity("")
	for _, f := range fs {
		switch {
		case f.Severity == Fatal:
			return Fatal
		case f.Severity == Warning, w == "":
			w = f.Severity
		}
	}
	return w
}

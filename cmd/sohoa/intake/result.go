package intake

import (
	"strconv"
	"strings"

	"sohoa/archive"
)

// Outcome is what became of a file.
type Outcome string

const (
	Taken       Outcome = "taken"
	Before      Outcome = "before" // the house had it; nothing was deposited now
	Quarantined Outcome = "quarantined"
	Refused     Outcome = "refused"

	passed  Outcome = ""        // none of ours, or gone before its turn
	waiting Outcome = "waiting" // somebody may still be writing it
	held    Outcome = "held"    // not dealt with, through no fault of the paper; Err says why
)

// Result is what became of one file.
type Result struct {
	File     File
	Outcome  Outcome
	Code     string       // stable word for programs: why it was refused, quarantined or there before
	Msg      archive.Text // the same for people
	Findings []archive.Finding
	Document string // id of the paper, where it is known
	// Otherwise says, with Before, that another thing was said of the paper when it was deposited; see Request.Said.
	Otherwise bool
	// Err says what could not be done. With an acknowledged or a refused paper it is the removal or the move, which is tried
	// again.
	Err error
}

// Reason returns why in one line, with every finding that speaks against the paper.
func (r *Result) Reason(lang string) string {
	var b strings.Builder
	b.WriteString(r.Msg.In(lang))
	for _, f := range r.Findings {
		if f.Severity != archive.Fatal {
			continue
		}
		b.WriteString(" [")
		if f.Page > 0 {
			b.WriteString(strconv.Itoa(f.Page) + ": ")
		}
		b.WriteString(f.Msg.In(lang) + "]")
	}
	return strings.TrimSpace(b.String())
}

// refuse makes the result a refusal.
func (r *Result) refuse(why *Refusal) {
	r.Outcome, r.Code, r.Msg, r.Findings, r.Document = Refused, why.Code, why.Msg, why.Findings, why.Document
}

// Unreadable is the code of a file or folder this process may not read.
const Unreadable = "unreadable"

var unreadableText = archive.Text{VI: "Chương trình không có quyền đọc tệp hoặc thư mục này.", EN: "This program may not read the file or folder."}

// Growing is the code of a file that changed while it was read.
const Growing = "still_growing"

var growingText = archive.Text{VI: "Tệp còn đang được ghi; hãy chạy lại sau.", EN: "The file is still being written; run again later."}

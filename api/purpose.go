package api

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"sohoa/archive"
)

// purposeHeader says what a request is made for: a dossier that is worked on, an inspection. Every event of the request carries it.
const purposeHeader = "Sohoa-Purpose"

// purposeRunes bounds it: a sentence, because it stands in every event of the request for ever.
const purposeRunes = 300

var errPurpose = archive.Fault(archive.Invalid, "bad_purpose", archive.Text{
	VI: "Mục đích ghi trong Sohoa-Purpose phải là một dòng chữ UTF-8 (hoặc mã hóa phần trăm), không quá 300 ký tự.",
	EN: "The purpose in Sohoa-Purpose is one line of UTF-8 (or percent-encoded), at most 300 characters.",
})

func purpose(s string) (string, error) {
	if len(s) > 9*purposeRunes { // a Vietnamese letter takes three bytes, each three characters when encoded
		return "", errPurpose
	}
	if decoded, err := url.PathUnescape(s); err == nil {
		s = decoded
	}
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > purposeRunes || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		return "", errPurpose
	}
	return s, nil
}

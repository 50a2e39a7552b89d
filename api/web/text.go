package web

import (
	"fmt"
	"maps"

	"sohoa/archive"
)

type texts = map[string]archive.Text

// catalogue holds every text of the pages but what the archive itself says, parted by where it is shown. Keys are by page;
// families whose last part is a value of the archive (state, role, reading …) are complete for all its values, which a
// test holds.
var catalogue = joined(frameTexts, paperTexts, wordTexts, searchTexts, adminTexts, inboxTexts, mistakeTexts, pagesTexts, asideTexts, quotaTexts, uploadTexts, copyTexts, stackTexts, linkedTexts, scriptTexts, storeTexts, retrievalTexts, citizenTexts, signInTexts, workTexts, trailTexts, tokenTexts)

func joined(all ...texts) texts {
	out := texts{}
	for _, t := range all {
		maps.Copy(out, t)
	}
	return out
}

func known(key string) bool { _, ok := catalogue[key]; return ok }

// textOf returns a text in a language. A key that does not exist shows as itself, in brackets.
func textOf(lang, key string, args ...any) string {
	t, ok := catalogue[key]
	if !ok {
		return "[" + key + "]"
	}
	s := t.In(lang)
	if len(args) > 0 {
		s = fmt.Sprintf(s, args...)
	}
	return s
}

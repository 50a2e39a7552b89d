package web

import (
	"strings"
	"testing"
	"time"
)

func TestInboxOnTheHousePage(t *testing.T) {
	for _, c := range []struct {
		reason string
		in     *Inbox
		tone   string
		words  string
	}{
		{"no inbox, nothing to say", nil, "", ""},
		{"all is well", &Inbox{Waiting: 3}, "good", "3 files waiting."},
		{"when the last came", &Inbox{Last: time.Date(2026, 10, 8, 2, 3, 0, 0, time.UTC)}, "good", "Last taken: 08/10/2026 09:03."},
		{"the share is away", &Inbox{Trouble: "no such file", Refused: 2, Held: 1}, "bad", "keeps waiting for it. no such file"},
		{"files that cannot be taken", &Inbox{Waiting: 2, Held: 2}, "warn", "2 files could not be taken yet"},
		{"files to look at", &Inbox{Refused: 17}, "warn", "17 files were refused. They lie in the inbox's folder REFUSED"},
		{"held ones are told before refused ones", &Inbox{Held: 1, Refused: 17}, "warn", "17 files were refused. 1 files could not"},
		{"too many", &Inbox{Overfull: true}, "warn", "--folder-watched"},
	} {
		var d housePage
		d.inbox(&visit{lang: "en"}, c.in)
		if c.in == nil {
			if len(d.Health) != 0 {
				t.Errorf("%s: %v", c.reason, d.Health)
			}
			continue
		}
		if len(d.Health) != 1 || d.Health[0].Tone != c.tone || !strings.Contains(d.Health[0].Text+" "+d.Health[0].Advice, c.words) {
			t.Errorf("%s: %+v", c.reason, d.Health)
		}
	}
}

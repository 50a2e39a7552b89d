package archive_test

import (
	"context"
	"strings"
	"testing"

	"sohoa/archive"
)

// The segments tell of papers in quarantine too: with a new catalog they are there again, as they were. One that was released
// behind the last segment comes from its object, which is younger.
func TestQuarantineComesBackWithTheCatalog(t *testing.T) {
	h := open(t)
	h.virus = &scanner{away: true}
	h.reopen(t)
	ctx := context.Background()
	unseen := h.deposit(t, "chưa quét")
	h.virus.leave(false)
	keep := func(content string) archive.Document {
		in := paper(content)
		in.Body, in.OnFault = strings.NewReader("script "+content), archive.KeepAside
		d, err := h.Deposit(ctx, clerk, in)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	kept, released := keep("một"), keep("hai")
	moved := h.deposit(t, "ba")
	h.move(t, checker, moved.ID, archive.Quarantine, "nghi ngờ")
	thrown := keep("bốn")
	h.move(t, clerk, thrown.ID, archive.Discard, "nhầm")
	h.closeAll(t)
	h.move(t, checker, released.ID, archive.Release, "đã xem")
	h.loseCatalog(t)
	if _, err := h.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reason  string
		id      archive.ID
		state   archive.State
		finding string
		content string
	}{
		{"kept aside", kept.ID, archive.Quarantined, "javascript", "script một"}, {"released since", released.ID, archive.Review, "javascript", "script hai"},
		{"taken out of the store", moved.ID, archive.Quarantined, "", "paper ba"}, {"discarded from there", thrown.ID, archive.Discarded, "javascript", "script bốn"},
		{"never scanned", unseen.ID, archive.Quarantined, "not_scanned", "paper chưa quét"},
	} {
		d, err := h.Document(ctx, checker, c.id)
		if err != nil || d.State != c.state || c.finding != "" && (len(d.Findings) == 0 || d.Findings[0].Code != c.finding) || h.bytes(t, checker, c.id, 0) != c.content {
			t.Errorf("%s: %s with %+v, %v", c.reason, d.State, d.Findings, err)
		}
		if d.Aside() && d.Reading.State != archive.ReadingOff {
			t.Errorf("%s: it is going to be read: %+v", c.reason, d.Reading)
		}
	}
	h.sound(t)
	if err := h.ScanNext(ctx); err != nil {
		t.Fatal(err)
	}
	if d, err := h.Document(ctx, clerk, unseen.ID); err != nil || d.State != archive.Review {
		t.Errorf("scanned after all: %s, %v", d.State, err)
	}
	h.sound(t)
}

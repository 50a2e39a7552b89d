package archive_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
)

func TestNamesFieldsAndListsKeepTheirLimits(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	l := h.Limits
	in := paper("1")
	in.FileName = strings.Repeat("ệ", l.FileName+1)
	in.Fields.Subject = strings.Repeat("ệ", l.FieldText+1)
	d, err := h.Deposit(ctx, clerk, in)
	if err != nil {
		t.Fatal(err)
	}
	if n, m := len([]rune(d.Head().FileName)), len([]rune(d.Fields.Subject)); n != l.FileName || m != l.FieldText {
		t.Errorf("%d letters of the name and %d of the subject are kept, want %d and %d", n, m, l.FileName, l.FieldText)
	}
	for i := range 3 {
		h.deposit(t, fmt.Sprint("thêm ", i))
	}
	h.Limits.ListRows = 2
	if got, err := h.Documents(ctx, clerk, archive.Filter{Limit: 100}); err != nil || len(got.Items) != 2 || got.Next == "" {
		t.Errorf("%d rows, next %q, %v", len(got.Items), got.Next, err)
	}
	// One view in a quarter of an hour is one event; the next quarter has its own.
	views := func() int {
		n := 0
		l, err := h.Trail(ctx, archive.Actor{Role: archive.RoleAuditor}, archive.EventFilter{Action: archive.EvView})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range l.Items {
			if e.Document == d.ID {
				n++
			}
		}
		return n
	}
	h.Limits.ListRows = l.ListRows
	for range 3 {
		if _, err := h.Document(ctx, clerk, d.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n := views(); n != 1 {
		t.Errorf("%d views are noted, want 1", n)
	}
	h.clock.pass(l.ViewEvery + time.Minute)
	if _, err := h.Document(ctx, clerk, d.ID); err != nil {
		t.Fatal(err)
	}
	if n := views(); n != 2 {
		t.Errorf("%d views are noted later, want 2", n)
	}
	h.sound(t)
}

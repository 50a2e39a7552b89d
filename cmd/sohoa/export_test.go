package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"testing"

	"sohoa/archive"
)

// export writes everything that the store promises to bring back, a line of JSON each and always in the same order: papers,
// dossiers, agencies, procedures, accounts without their passwords, and the events numbered up to and with last (-1: all of
// them). What is zero is left out, so that an export made before a field was thought of is still right. Papers are written as
// they stand, without how far they are read.
func export(t testing.TB, h *house, w io.Writer, last int64) {
	t.Helper()
	ctx := context.Background()
	out := bufio.NewWriterSize(w, 1<<16)
	line := func(kind string, v any) error {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		var members map[string]any
		dec := json.NewDecoder(bytes.NewReader(b))
		dec.UseNumber()
		if err := dec.Decode(&members); err != nil {
			return err
		}
		b, err = json.Marshal(pruned(members))
		fmt.Fprintf(out, "%s %s\n", kind, b)
		return err
	}
	view := func(fn func(archive.Tx) error) {
		t.Helper()
		if err := h.archive.Catalog.View(ctx, fn); err != nil {
			t.Fatal(err)
		}
	}
	for after, more := (archive.ID{}), true; more; {
		view(func(tx archive.Tx) error {
			docs, err := tx.Documents().Walk(ctx, after, 500)
			more = len(docs) > 0
			for _, d := range docs {
				after = d.ID
				d.Reading = archive.Reading{}
				if reflect.DeepEqual(d.Work, d.Unplanned()) {
					d.Work = archive.Work{}
				}
				if err := line("document", d); err != nil {
					return err
				}
			}
			return err
		})
	}
	for after, more := "", true; more; {
		view(func(tx archive.Tx) error {
			l, err := tx.Dossiers().Browse(ctx, archive.Visibility{Everything: true}, archive.DossierFilter{Limit: 200, After: after})
			for _, d := range l.Items {
				if err := line("dossier", d); err != nil {
					return err
				}
			}
			after = l.Next
			more = after != ""
			return err
		})
	}
	view(func(tx archive.Tx) error {
		gs, err := tx.Registry().Agencies(ctx)
		if err != nil {
			return err
		}
		for _, g := range gs {
			if err := line("agency", g); err != nil {
				return err
			}
		}
		ps, err := tx.Registry().Procedures(ctx)
		if err != nil {
			return err
		}
		for _, p := range ps {
			if err := line("procedure", p); err != nil {
				return err
			}
		}
		as, err := tx.Accounts().List(ctx, "", 200)
		for _, acc := range as {
			acc.PasswordHash, acc.MustChange = "", false
			if err := line("account", acc); err != nil {
				return err
			}
		}
		return err
	})
	for at, more := int64(-1), true; more; {
		view(func(tx archive.Tx) error {
			evs, err := tx.Events().Since(ctx, at, 500)
			more = len(evs) > 0
			for _, e := range evs {
				if at = e.Seq; last >= 0 && at > last {
					more = false
					return nil
				}
				fmt.Fprintf(out, "event %d %s %s\n", e.Seq, hex.EncodeToString(e.Leaf[:]), e.Record())
			}
			return err
		})
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
}

// pruned leaves out what is empty, at every depth.
func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if x = pruned(x); x == nil {
				delete(v, k)
			} else {
				v[k] = x
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = pruned(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	case string:
		if v == "" || v == "0001-01-01T00:00:00Z" || v == (archive.ID{}).String() {
			return nil
		}
	case json.Number:
		if v == "0" {
			return nil
		}
	case bool:
		if !v {
			return nil
		}
	}
	return v
}

// lastEvent is the highest number in the log.
func lastEvent(t testing.TB, h *house) (n int64) {
	t.Helper()
	if err := h.archive.Catalog.View(context.Background(), func(tx archive.Tx) (err error) { n, err = tx.Events().Last(context.Background()); return err }); err != nil {
		t.Fatal(err)
	}
	return n
}

// exportSum is the digest of an export, for houses too large to keep one.
func exportSum(t testing.TB, h *house, last int64) string {
	t.Helper()
	sum := sha256.New()
	export(t, h, sum, last)
	return hex.EncodeToString(sum.Sum(nil))
}

package catalogtest

import (
	"fmt"

	"sohoa/archive"
)

// Comments of one moment stand in the order of their ids, which grow.
func remark(document archive.ID, minute int, body string) archive.Comment {
	return archive.Comment{ID: archive.NewID(), Document: document, At: at(minute), Author: archive.NewID(), AuthorName: "Lò Văn An", Body: body}
}

func (b bench) said(document, after archive.ID, limit int) (out []archive.Comment) {
	b.Helper()
	b.view(func(tx archive.Tx) (err error) {
		out, err = tx.Comments().Of(b.Context(), document, after, limit)
		return err
	})
	return out
}

var commentTests = []test{
	{"of one paper, oldest first, page by page", func(b bench) {
		paper, other := archive.NewID(), archive.NewID()
		var want []archive.Comment
		for i := range 5 {
			c := remark(paper, i/2, fmt.Sprintf("câu %d", i)) // two in one moment
			c.Mention, c.MentionName = archive.NewID(), "Lường Thị Bình"
			want = append(want, c)
		}
		b.update(func(tx archive.Tx) error {
			for _, i := range []int{3, 0, 4, 1, 2} {
				if err := tx.Comments().Insert(b.Context(), want[i]); err != nil {
					return err
				}
			}
			return tx.Comments().Insert(b.Context(), remark(other, 0, "ở giấy khác"))
		})
		same(b.T, "all", b.said(paper, archive.ID{}, 100), want)
		same(b.T, "two", b.said(paper, archive.ID{}, 2), want[:2])
		same(b.T, "the next two", b.said(paper, want[1].ID, 2), want[2:4])
		same(b.T, "the rest", b.said(paper, want[3].ID, 2), want[4:])
		b.view(func(tx archive.Tx) error {
			n, err := tx.Comments().Count(b.Context(), paper)
			same(b.T, "count", n, 5)
			return err
		})
	}},
	{"an id is taken once", func(b bench) {
		c := remark(archive.NewID(), 0, "một")
		b.update(func(tx archive.Tx) error { return tx.Comments().Insert(b.Context(), c) })
		b.refused(archive.Conflict, "", func(tx archive.Tx) error { return tx.Comments().Insert(b.Context(), c) })
	}},
	{"is taken back once", func(b bench) {
		c := remark(archive.NewID(), 0, "một")
		b.update(func(tx archive.Tx) error { return tx.Comments().Insert(b.Context(), c) })
		c.RetractedAt, c.RetractedBy, c.Why = at(3), archive.NewID(), "nhầm giấy"
		b.update(func(tx archive.Tx) error {
			return tx.Comments().Retract(b.Context(), c.ID, c.RetractedAt, c.RetractedBy, c.Why)
		})
		b.view(func(tx archive.Tx) error {
			got, err := tx.Comments().Get(b.Context(), c.ID)
			same(b.T, "comment", got, c)
			return err
		})
		b.refused(archive.Conflict, "stale_revision", func(tx archive.Tx) error {
			return tx.Comments().Retract(b.Context(), c.ID, at(4), archive.NewID(), "lần nữa")
		})
		b.refused(archive.NotFound, "", func(tx archive.Tx) error {
			return tx.Comments().Retract(b.Context(), archive.NewID(), at(4), archive.NewID(), "")
		})
		wantError(b.T, b.c.View(b.Context(), func(tx archive.Tx) error {
			_, err := tx.Comments().Get(b.Context(), archive.NewID())
			return err
		}), archive.NotFound, "")
	}},
}

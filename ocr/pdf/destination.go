package pdf

import (
	"sohoa/ocr/pdf/cos"
)

// place copies a destination, named ones resolved; nil when its page was not picked or there is no such place.
func (d *Donor) place(o cos.Object) cos.Object {
	dest := d.file.Resolve(o)
	switch v := dest.(type) {
	case cos.Name:
		names, _ := d.file.Dict(d.file.Root().Get("Dests"))
		dest = d.file.Resolve(names.Get(v))
	case cos.String:
		dest = d.named(v)
	}
	if v, is := dest.(cos.Dict); is {
		dest = d.file.Resolve(v.Get("D"))
	}
	a, is := dest.(cos.Array)
	if !is || len(a) < 1 || len(a) > 6 {
		return nil
	}
	page, is := a[0].(cos.Ref)
	if !is {
		return nil
	}
	at, ok := d.picked()[page.Num]
	if !ok {
		return nil
	}
	out := cos.Array{cos.Ref{Num: d.a.page(at)}}
	for _, e := range a[1:] { // how to show it: a name and numbers
		switch v := d.file.Resolve(e).(type) {
		case cos.Name, int64, float64, nil:
			out = append(out, v)
		default:
			return nil
		}
	}
	return out
}

// picked are the places of the picked pages in the assembly, by object number in the donor.
func (d *Donor) picked() map[int]int {
	if d.places == nil {
		d.places = map[int]int{}
		for n, at := range d.first {
			if n < 1 || n > len(d.pages) {
				continue
			}
			if id := d.pages[n-1].id; id > 0 {
				if have, ok := d.places[id]; !ok || at < have {
					d.places[id] = at
				}
			}
		}
	}
	return d.places
}

// maxNameNodes bounds the tree of named places.
const maxNameNodes = 20_000

// named looks a place up by name.
func (d *Donor) named(name cos.String) cos.Object {
	if d.dests == nil {
		d.dests = map[cos.String]cos.Object{}
		names, _ := d.file.Dict(d.file.Root().Get("Names"))
		seen := 0
		d.nameTree(names.Get("Dests"), &seen, 0)
	}
	return d.file.Resolve(d.dests[name])
}

func (d *Donor) nameTree(o cos.Object, seen *int, depth int) {
	node, ok := d.file.Dict(o)
	if *seen++; !ok || *seen > maxNameNodes || depth > 32 {
		return
	}
	pairs, _ := d.file.Resolve(node.Get("Names")).(cos.Array)
	for i := 0; i+1 < len(pairs); i += 2 {
		if key, is := d.file.Resolve(pairs[i]).(cos.String); is && len(d.dests) < maxNameNodes {
			d.dests[key] = pairs[i+1]
		}
	}
	kids, _ := d.file.Resolve(node.Get("Kids")).(cos.Array)
	for _, k := range kids {
		d.nameTree(k, seen, depth+1)
	}
}

// maxBookmarks bounds the outline of one donor.
const maxBookmarks = 10_000

// bookmark is one entry of the outline to be.
type bookmark struct {
	title cos.Object
	dest  cos.Object
	kids  []bookmark
}

// bookmarks are those entries of the donor's outline that lead to a picked page. What stands below an entry that does not takes its place.
func (d *Donor) bookmarks(o cos.Object, seen map[int]bool, depth int) (out []bookmark) {
	for o != nil && depth < 32 && len(seen) < maxBookmarks {
		r, is := o.(cos.Ref)
		if !is || seen[r.Num] {
			return out
		}
		seen[r.Num] = true
		item, ok := d.file.Dict(o)
		if !ok {
			return out
		}
		kids := d.bookmarks(item.Get("First"), seen, depth+1)
		dest := d.place(item.Get("Dest"))
		if action, ok := d.file.Dict(item.Get("A")); ok && dest == nil && d.file.Resolve(action.Get("S")) == cos.Name("GoTo") {
			dest = d.place(action.Get("D"))
		}
		title, is := d.file.Resolve(item.Get("Title")).(cos.String)
		if is && dest != nil {
			out = append(out, bookmark{title, dest, kids})
		} else {
			out = append(out, kids...)
		}
		o = item.Get("Next")
	}
	return out
}

// outlines writes the bookmarks of all donors, one donor after the other; nil when there are none.
func (a *Assembly) outlines() cos.Object {
	var all []bookmark
	for _, d := range a.donors {
		root, _ := d.file.Dict(d.file.Root().Get("Outlines"))
		all = append(all, d.bookmarks(root.Get("First"), map[int]bool{}, 0)...)
	}
	if len(all) == 0 {
		return nil
	}
	n := a.next()
	first, last, _ := a.writeBookmarks(all, n)
	a.w.Object(n, cos.Dict{{Key: "Type", Val: cos.Name("Outlines")}, {Key: "First", Val: first}, {Key: "Last", Val: last}, {Key: "Count", Val: int64(len(all))}})
	return cos.Ref{Num: n}
}

// writeBookmarks writes entries side by side, closed, and returns the first and the last.
func (a *Assembly) writeBookmarks(list []bookmark, parent int) (first, last cos.Ref, count int) {
	numbers := make([]int, len(list))
	for i := range list {
		numbers[i] = a.next()
	}
	for i, b := range list {
		out := cos.Dict{{Key: "Title", Val: b.title}, {Key: "Parent", Val: cos.Ref{Num: parent}}, {Key: "Dest", Val: b.dest}}
		if i > 0 {
			out = append(out, cos.Entry{Key: "Prev", Val: cos.Ref{Num: numbers[i-1]}})
		}
		if i+1 < len(list) {
			out = append(out, cos.Entry{Key: "Next", Val: cos.Ref{Num: numbers[i+1]}})
		}
		if len(b.kids) > 0 {
			f, l, n := a.writeBookmarks(b.kids, numbers[i])
			out = append(out, cos.Entry{Key: "First", Val: f}, cos.Entry{Key: "Last", Val: l}, cos.Entry{Key: "Count", Val: int64(-n)})
		}
		a.w.Object(numbers[i], out)
	}
	return cos.Ref{Num: numbers[0]}, cos.Ref{Num: numbers[len(list)-1]}, len(list)
}

package cos

import (
	"io"
	"sort"
)

// Shadow writes the newest revision anew as a plain file: same objects, same numbers, object streams dissolved, a fresh cross-reference
// table. The bytes of streams for which empty says true are left out, and mend may put something in a dictionary (nil: nothing is
// mended). A validator that holds a whole file in memory can so judge the structure of a file of scans a hundred times as large. Files with
// encryption cannot be written this way.
func (f *File) Shadow(w io.Writer, empty func(*Stream) bool, mend func(num int, d Dict) Dict) error {
	out := NewWriter(w, shadowVersion, 0)
	nums := make([]int, 0, len(f.byNum))
	for _, i := range f.byNum {
		if n := int(f.found[i].num); n > 0 && (len(nums) == 0 || nums[len(nums)-1] != n) {
			nums = append(nums, n)
		}
	}
	sort.Ints(nums)
	for _, n := range nums {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		o, err := f.lookup(Ref{Num: n})
		if err != nil {
			return err
		}
		out.Used(n)
		s, is := o.(*Stream)
		switch {
		case o == nil, is && (s.Dict.Name("Type") == "ObjStm" || s.Dict.Name("Type") == "XRef"):
		case is && empty(s):
			out.Stream(n, s.Dict, nil)
		case is:
			out.Stream(n, s.Dict, f.Raw(s))
		default:
			if d, is := o.(Dict); is && mend != nil {
				o = mend(n, d)
			}
			out.Object(n, o)
		}
	}
	trailer := Dict{}
	for _, key := range []Name{"Root", "Info", "ID"} {
		if v := f.trailer.Get(key); v != nil {
			trailer = append(trailer, Entry{key, v})
		}
	}
	return out.Finish(trailer)
}

// shadowVersion allows everything a validator that asks for versions might.
const shadowVersion = "1.7"

package validate_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"sohoa/storage/blob/mem"
	"sohoa/storage/ocfl/validate"
)

// Inventories made to cost more than they say are judged within bounds, or refused by name.
func TestHostileInventories(t *testing.T) {
	many := func(n int, f func(i int) string) string {
		all := make([]string, n)
		for i := range all {
			all[i] = f(i)
		}
		return strings.Join(all, ",")
	}
	with := func(from, to string) string { return strings.Replace(plain, from, to, 1) }
	entry := `["v1/content/a"]`
	for _, c := range []struct {
		name, inventory string
		o               validate.Options
		want            []string // among the codes; nothing else is asked of them
	}{
		{name: "larger than allowed", inventory: plain + strings.Repeat(" ", 10_000), o: validate.Options{MaxInventory: 10_000}, want: []string{validate.Limit}},
		{name: "a hundred thousand brackets", inventory: strings.Repeat("[", 100_000), want: []string{"E033"}},
		{name: "a hundred thousand braces", inventory: strings.Repeat(`{"id":`, 100_000), want: []string{"E033"}},
		{name: "more values than any object has", inventory: with(entry, "["+strings.Repeat(`"",`, 1<<20)+`""]`), want: []string{validate.Limit}},
		{name: "ten thousand unknown keys", inventory: with(`"head"`, many(10_000, func(i int) string { return fmt.Sprintf(`"k%d":0`, i) })+`,"head"`), want: []string{"E102"}},
		{name: "ten thousand versions", inventory: with(`"versions": {`, `"versions": {`+many(10_000, func(i int) string { return fmt.Sprintf(`"v%d":{}`, i+2) })+","), want: []string{"E040", "E046", "E048"}},
		{name: "versions that leave out nearly all numbers", inventory: with(`"versions": {`, `"versions": {"v9223372036854775807": {}, "v4000000000": {}, `), want: []string{"E010"}},
		{name: "a path of a hundred thousand elements", inventory: with(entry, `["v1/content/a", "`+strings.Repeat("a/", 100_000)+`a"]`), want: []string{"E042", "E092"}},
		{name: "a thousand paths, each a folder of the next", inventory: with(entry, `["v1/content/a",`+many(1000, func(i int) string { return `"` + strings.Repeat("v1/", i+1) + `x"` })+`]`), want: []string{"E092"}},
		{name: "a path twenty thousand times", inventory: with(entry, "["+strings.Repeat(`"v1/content/a",`, 20_000)+`"v1/content/a"]`), want: []string{"E101"}},
		{name: "fixity with twenty thousand digests for one file", inventory: with(`"versions"`, `"fixity": {"md5": {`+many(20_000, func(i int) string { return fmt.Sprintf(`"%032x": `+entry, i) })+`}}, "versions"`), want: []string{"E093"}},
		{name: "an id of a megabyte", inventory: with("urn:x:1", "urn:"+strings.Repeat("x", 1<<20)), want: nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := made(t, c.inventory)
			found := object(t, store, "o", c.o)
			for _, code := range c.want {
				if !slices.Contains(codes(found), code) {
					t.Errorf("no %s among %v", code, codes(found))
				}
			}
			if c.want == nil && len(found) > 0 {
				t.Errorf("found %v", codes(found))
			}
			if len(found) > 600 {
				t.Errorf("%d findings", len(found))
			}
			for _, f := range found {
				if len(f.Detail) > 2000 {
					t.Errorf("a sentence of %d bytes: %.200s", len(f.Detail), f.Detail)
				}
			}
		})
	}
}

// The rest of one kind is counted.
func TestManyFindingsAreCounted(t *testing.T) {
	store := made(t, plain)
	for i := range 120 {
		put(t, store, map[string]string{fmt.Sprintf("o/v1/content/b%d", i): "x"})
	}
	found := object(t, store, "o", validate.Options{})
	if last := found[len(found)-1]; len(found) != 51 || last.Detail != "and 70 more of this kind" || last.Code != "E023" {
		t.Errorf("%d findings, the last %v", len(found), last)
	}
}

// Files are hashed as they pass, not held.
func TestContentStreams(t *testing.T) {
	const size = 64 << 20
	store := made(t, plain)
	store.Damage("o/v1/content/a", func([]byte) []byte { return make([]byte, size) })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	found := object(t, store, "o", validate.Options{})
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > size/4 || !slices.Equal(codes(found), []string{"E092"}) {
		t.Errorf("%d bytes allocated for a file of %d; found %v", grown, size, codes(found))
	}
}

// Whatever an inventory says, it is judged without a panic and within the limits of findings, and two times the same.
func FuzzInventory(f *testing.F) {
	f.Add(plain)
	f.Add(strings.Replace(plain, `"versions"`, `"fixity": `+fixityOfPlain+`, "versions"`, 1))
	f.Add(`{"versions": {"v01": {"state": {"": [""]}}, "v1": 0}, "manifest": {"": ["/", "v01/../.."]}}`)
	f.Add(`{"contentDirectory": "..", "fixity": {"size": {"x": ["a"]}}}`)
	f.Fuzz(func(t *testing.T, inventory string) {
		store := made(t, inventory)
		found := object(t, store, "o", validate.Options{})
		if len(found) > 5000 {
			t.Errorf("%d findings", len(found))
		}
		if again := codes(object(t, store, "o", validate.Options{})); !slices.Equal(again, codes(found)) {
			t.Errorf("%v, then %v", codes(found), again)
		}
		other := mem.New()
		put(t, other, map[string]string{"o/inventory.json": inventory})
		object(t, other, "o", validate.Options{Structure: true})
	})
}

package main

import (
	"flag"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
)

// TestEveryLimitIsAFlagOfServe holds table, flags and environment to each other: what is documented can be set, arrives in
// the field the table names, and has the default the table says.
func TestEveryLimitIsAFlagOfServe(t *testing.T) {
	parsed := func(set map[string]string, args ...string) (archive.Limits, *flag.FlagSet, error) {
		var o options
		e := &env{stderr: &strings.Builder{}, getenv: func(k string) string { return set[k] }}
		fs := o.flags(e, "serve")
		o.serving(fs)
		err := o.parse(e, fs, args)
		return o.limits(), fs, err
	}
	plain, fs, err := parsed(nil)
	if err != nil {
		t.Fatal(err)
	}
	if plain != archive.DefaultLimits() {
		t.Errorf("without flags the limits are not the defaults: %+v", plain)
	}
	other := map[archive.Unit]string{archive.UnitDuration: "77s", archive.UnitShare: "55%", archive.UnitRoom: "7%"}
	for _, r := range archive.LimitRows() {
		if r.Flag == "" {
			continue
		}
		f := fs.Lookup(r.Flag)
		if f == nil {
			t.Errorf("serve has no flag --%s", r.Flag)
			continue
		}
		if r.Field == "" { // another room's, which has its own way to read it
			if d, err := time.ParseDuration(f.DefValue); f.DefValue != r.Default() && (err != nil || r.Value != d) && f.DefValue != strconv.Itoa(max(2, runtime.NumCPU())) && f.DefValue != strconv.Itoa(runtime.NumCPU()) {
				t.Errorf("--%s: default %s, the table says %s", r.Flag, f.DefValue, r.Default())
			}
			continue
		}
		if f.DefValue != r.Default() {
			t.Errorf("--%s: default %s, the table says %s", r.Flag, f.DefValue, r.Default())
		}
		value := other[r.Unit]
		if value == "" {
			value = "77"
		}
		byFlag, _, err := parsed(nil, "--"+r.Flag, value)
		if err != nil {
			t.Errorf("--%s %s: %v", r.Flag, value, err)
		}
		byTwin, _, err := parsed(map[string]string{r.Twin(): value})
		if err != nil || byTwin != byFlag {
			t.Errorf("%s=%s is not --%s: %v", r.Twin(), value, r.Flag, err)
		}
		want := archive.DefaultLimits()
		p := reflect.ValueOf(r.In(&want)).Elem()
		switch {
		case r.Unit == archive.UnitDuration:
			p.Set(reflect.ValueOf(77 * time.Second))
		case r.Unit == archive.UnitShare:
			p.SetFloat(0.55)
		case r.Unit == archive.UnitRoom:
			p.SetFloat(0.07)
		case p.CanFloat():
			p.SetFloat(77)
		default:
			p.SetInt(77)
		}
		if byFlag != want {
			t.Errorf("--%s does not set %s, or not that alone", r.Flag, r.Field)
		}
		for _, bad := range []string{"", "-1", "many", "1e400", "0s", "200%", "99999999999999999999"} {
			if _, _, err := parsed(nil, "--"+r.Flag+"="+bad); err == nil {
				t.Errorf("--%s=%s is taken", r.Flag, bad)
			}
		}
	}
	if l, _, err := parsed(nil, "--quota-user-papers", "0", "--disk-reserve", "3G", "--max-file", "2G"); err != nil || l.Quota.UserPapers != 0 || l.DiskReserve != 3<<30 || l.FileBytes != 2<<30 {
		t.Errorf("%+v, %v", l, err)
	}
	if _, _, err := parsed(nil, "--max-pages", "0"); err == nil {
		t.Error("no pages at all is taken for a limit")
	}
}

func TestHelpListsEveryLimitInBothLanguages(t *testing.T) {
	for lang, words := range map[string]string{"vi": "Dung lượng một tệp", "en": "Size of one file"} {
		var out strings.Builder
		if code := help(t.Context(), &env{stdout: &out, stderr: &out, getenv: func(string) string { return "" }, lang: lang}, []string{"limits"}); code != exitDone {
			t.Errorf("exit %d", code)
		}
		if !strings.Contains(out.String(), words) {
			t.Errorf("%s: %q is missing", lang, words)
		}
		for _, r := range archive.LimitRows() {
			if !strings.Contains(out.String(), r.Name.In(lang)) || r.Flag != "" && !strings.Contains(out.String(), "--"+r.Flag+" ") {
				t.Errorf("%s: %s is missing", lang, r.Name.EN)
			}
		}
	}
}

func TestDisksOfOneFileSystemAreOne(t *testing.T) {
	o := &options{data: t.TempDir()}
	got, err := disksOf(o).Disks()
	if err != nil || len(got) != 1 || strings.Join(got[0].Uses, " ") != "store catalog spool quarantine derived index scratch" || got[0].Total <= 0 || got[0].Free < 0 || got[0].Free > got[0].Total {
		t.Errorf("%+v, %v", got, err)
	}
	o.store, o.catalog, o.secondStore = "s3://papers", "postgres://x", "file:/dev/shm/none/yet"
	if got, err = disksOf(o).Disks(); err != nil || len(got) == 0 || strings.Contains(strings.Join(got[0].Uses, " ")+" ", "catalog ") {
		t.Errorf("with the catalog and the store elsewhere: %+v, %v", got, err)
	}
}

package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sohoa/archive"
)

func TestBucketsOnTheHousePage(t *testing.T) {
	v := &visit{lang: "en"}
	d := &housePage{}
	d.stores(v, []Store{
		{Place: "/srv/store"},
		{Bucket: true, Place: "http://s3:7070 papers/store", Versions: true, Lock: true},
		{Bucket: true, Second: true, Place: "x", Concerns: []archive.Text{{EN: "Lists are stale."}, {EN: "Reading breaks off."}}},
		{Bucket: true, Place: "y", Away: true},
	})
	var tones, texts []string
	for _, c := range d.Health {
		tones, texts = append(tones, c.Tone+" "+c.Name), append(texts, c.Text)
	}
	if diff := cmp.Diff([]string{"good S3 bucket", "warn Second S3 bucket", "bad S3 bucket"}, tones); diff != "" {
		t.Error(diff)
	}
	if want := "Lists are stale. Reading breaks off."; texts[1] != want {
		t.Errorf("says %q", texts[1])
	}
	if len(d.Facts) != 4 || d.Facts[1].Value != "http://s3:7070 papers/store" {
		t.Errorf("facts %v", d.Facts)
	}
}

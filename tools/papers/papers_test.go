package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const demo = "../../cmd/sohoa/demo/papers"

// The drawing is floating-point work whose last bit differs between processor families; the committed papers were drawn on amd64.
func TestSameBytesAgain(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the committed papers were drawn on amd64")
	}
	files, err := drawAll()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for name, want := range files {
		total += len(want)
		got, err := os.ReadFile(filepath.Join(demo, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from what the generator draws; run make papers", name)
		}
	}
	if total > 1<<20 {
		t.Errorf("the demo papers take %d bytes; the repository wants them within 1 MiB", total)
	}
	entries, err := os.ReadDir(demo)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := files[e.Name()]; !ok {
			t.Errorf("%s is drawn by nobody", e.Name())
		}
	}
}

func TestPhraseIsPrintedOnTheLastPageOnly(t *testing.T) {
	texts := make(map[string][]string)
	for _, p := range papers {
		s, err := compose(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range s.text {
			texts[p.File] = append(texts[p.File], strings.Join(page, " "))
		}
	}
	for _, p := range papers {
		for file, pages := range texts {
			for i, text := range pages {
				want := file == p.File && i == len(pages)-1
				if got := strings.Contains(text, p.Facts.Phrase.Text); got != want {
					t.Errorf("%q on page %d of %s: %v, want %v", p.Facts.Phrase.Text, i+1, file, got, want)
				}
			}
		}
	}
}

func TestRegisterIsWhole(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(demo, "papers.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list collection
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	dossierCode := regexp.MustCompile(`^[A-Z]\d{2}(\.\d{2}){0,4}-\d{6}-\d{4,7}$`)
	has := func(code string) bool {
		return slices.ContainsFunc(list.Agencies, func(a agency) bool { return a.Code == code })
	}
	for _, d := range list.Dossiers {
		if !dossierCode.MatchString(d.Code) || !has(d.Agency) || !slices.ContainsFunc(list.Procedures, func(p procedure) bool { return p.Code == d.Procedure }) {
			t.Errorf("dossier %+v", d)
		}
	}
	for _, p := range list.Papers {
		if !slices.ContainsFunc(list.Dossiers, func(d dossier) bool {
			return d.Code == p.Dossier && d.Procedure == p.Procedure && d.Agency == p.Agency
		}) {
			t.Errorf("%s: no such dossier, procedure and agency", p.File)
		}
		if p.Kind != "component" && p.Kind != "result" {
			t.Errorf("%s: kind %q", p.File, p.Kind)
		}
		if p.Phrase.Page != p.Pages || p.Pages == 0 {
			t.Errorf("%s: phrase on page %d of %d", p.File, p.Phrase.Page, p.Pages)
		}
	}
}

// A name that an official of an Ê Đê commune bears must come out letter by letter: no box, no question mark.
func TestEveryLetterHasAGlyph(t *testing.T) {
	letters := "ăâđêôơưĂÂĐÊÔƠƯắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữựíìỉĩịýỳỷỹỵĕĭŏŭčñƀŎŬƁ²³"
	for s, f := range parsed() {
		for _, r := range letters {
			if g, err := f.GlyphIndex(nil, r); err != nil || g == 0 {
				t.Errorf("%+v has no glyph for %c", s, r)
			}
		}
	}
}

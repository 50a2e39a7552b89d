// Command papers draws the invented papers that `sohoa demo` shows: decisions, permits and dispatches in the layout of Decree
// 30/2020/NĐ-CP, Annex I, as an office scanner would hand them over. People, communes, numbers and events are made up, and every
// seal says that it is a specimen.
//
// The same program on the same processor family draws the same bytes: all chance comes from the number of the paper. Liberation
// Serif stands in for Times New Roman; it has every Vietnamese, Ê Đê and M'nông letter.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", "", "the folder to write papers and papers.json to")
	flag.Parse()
	if *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := write(*out); err != nil {
		fmt.Fprintln(os.Stderr, "papers:", err)
		os.Exit(2)
	}
}

func write(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	files, err := drawAll()
	if err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// drawAll returns every file of the demo folder by name.
func drawAll() (map[string][]byte, error) {
	files := make(map[string][]byte)
	list := collection{Agencies: agencies, Procedures: procedures, Dossiers: dossiers}
	for i, p := range papers {
		s, err := compose(p)
		if err != nil {
			return nil, fmt.Errorf("draw %s: %w", p.File, err)
		}
		chance := newChance(uint64(i + 1))
		scans := make([]scan, 0, len(s.pages))
		for _, page := range s.pages {
			laid, err := scanned(page, p.Scan, chance)
			if err != nil {
				return nil, fmt.Errorf("scan %s: %w", p.File, err)
			}
			scans = append(scans, laid)
		}
		p.Facts.File = p.File
		p.Facts.Pages = len(s.pages)
		p.Facts.Phrase.Page = len(s.pages)
		p.Facts.DPI = p.Scan.DPI
		p.Facts.QR = p.QR
		list.Papers = append(list.Papers, p.Facts)
		files[p.File] = pdf(scans)
	}
	text, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return nil, err
	}
	files["papers.json"] = append(text, '\n')
	return files, nil
}

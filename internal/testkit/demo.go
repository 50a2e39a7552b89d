package testkit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// DemoPaper is one of the invented scans that the demo shows; see cmd/sohoa/demo/papers/papers.json.
type DemoPaper struct {
	Path      string `json:"-"`
	File      string `json:"file"`
	Name      string `json:"name"`
	Dossier   string `json:"dossier_code"`
	Procedure string `json:"procedure_code"`
	Agency    string `json:"agency_code"`
	Kind      string `json:"kind"`
	Pages     int    `json:"pages"`
	DPI       int    `json:"dpi"`
	QR        string `json:"qr"`
	Phrase    struct {
		Page int    `json:"page"`
		Text string `json:"text"`
	} `json:"phrase"` // printed on that page and in no other paper
	Fields struct {
		Type     string `json:"type"`
		Number   string `json:"number"`
		Notation string `json:"notation"`
		IssuedOn string `json:"issued_on"`
		Agency   string `json:"issuing_agency"`
		Subject  string `json:"subject"`
		Signer   string `json:"signer"`
		Position string `json:"position"`
		Owner    string `json:"owner"`
	} `json:"fields"`
}

// DemoPapers returns the invented scans of the demo: small papers with Vietnamese text whose content is known, part of the
// repository and so always there.
func DemoPapers(t testing.TB) []DemoPaper {
	t.Helper()
	folder := filepath.Join(Root(), "cmd", "sohoa", "demo", "papers")
	text, err := os.ReadFile(filepath.Join(folder, "papers.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Papers []DemoPaper }
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatalf("papers.json: %v", err)
	}
	for i := range list.Papers {
		list.Papers[i].Path = filepath.Join(folder, list.Papers[i].File)
	}
	return list.Papers
}

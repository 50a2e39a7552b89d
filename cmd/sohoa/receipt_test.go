package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	printed "sohoa/api/paper"
	"sohoa/archive"
	"sohoa/internal/testkit"
)

// A receipt is a sound file, and the code printed on it leads a phone to the results: read by our own reader, from the page.
func TestAReceiptIsReadBack(t *testing.T) {
	t.Parallel()
	const dossier archive.DossierCode = "H15.50.05.13-261008-0975"
	for name, half := range map[string]bool{"a5": true, "a4": false} {
		secret := archive.NewRetrievalCode()
		r := archive.IssuedReceipt{Receipt: archive.Receipt{Number: 1, IssuedAt: time.Now()}, Code: secret, Dossier: archive.Dossier{Code: dossier, Title: "Cấp giấy phép xây dựng"}, Agency: archive.Agency{Code: "H15.50.05.13"}}
		var b bytes.Buffer
		if err := printed.WriteReceipt(&b, printed.Receipt{IssuedReceipt: r, Address: "https://sohoa.example.gov.vn/t", Half: half}); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), name+".pdf")
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		got := codesOf(t, file)
		if len(got) != 1 || len(got[0]) != 1 || got[0][0].Text != "https://sohoa.example.gov.vn/t#"+dossier.String()+"."+string(secret) {
			t.Errorf("%s: %v", name, got)
		}
		if said, err := exec.Command(testkit.Need(t, "qpdf"), "--check", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", name, err, said)
		}
	}
}

package paper

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

func issued() archive.IssuedReceipt {
	code, err := archive.ParseRetrievalCode(string(archive.NewRetrievalCode()))
	if err != nil {
		panic(err)
	}
	return archive.IssuedReceipt{
		Receipt: archive.Receipt{Number: 2, IssuedAt: time.Date(2026, 11, 23, 2, 5, 0, 0, time.UTC)}, Code: code,
		Dossier: archive.Dossier{Code: "H15.50.05.13-261008-0975", Title: "Cấp giấy phép xây dựng nhà ở riêng lẻ tại thôn 3", Applicant: archive.Owner{Name: "H’Linh Niê Kđăm", ID: "066199001234"},
			ReceivedOn: archive.Date{Year: 2026, Month: 10, Day: 8}, DueOn: archive.Date{Year: 2026, Month: 10, Day: 29}},
		Agency: archive.Agency{Code: "H15.50.05.13", Name: "Ủy ban nhân dân xã Ea Kao"}, Above: "Ủy ban nhân dân tỉnh Đắk Lắk",
		Procedure: &archive.Procedure{Name: "Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV và nhà ở riêng lẻ"},
		Papers:    []string{"Đơn đề nghị cấp giấy phép xây dựng", "Bản sao giấy chứng nhận quyền sử dụng đất", "Bản vẽ thiết kế xây dựng: mặt bằng, mặt đứng, mặt cắt"}, Clerk: "Nguyễn Thị Một Cửa",
	}
}

// What a receipt says can be copied out of it, what its code says is the way to the results, and it is one page of the size asked for.
func TestReceipt(t *testing.T) {
	for _, half := range []bool{false, true} {
		t.Run(fmt.Sprintf("half %v", half), func(t *testing.T) {
			r := Receipt{IssuedReceipt: issued(), Address: "https://sohoa.example.gov.vn/t", Half: half}
			var b bytes.Buffer
			if err := WriteReceipt(&b, r); err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(b.Bytes(), []byte("/Lang(vi)")) || !bytes.Contains(b.Bytes(), []byte("/FontFile2")) || bytes.Count(b.Bytes(), []byte("/Type/Page/")) != 1 {
				t.Error("no language, no fonts, or not one page")
			}
			file := filepath.Join(t.TempDir(), "receipt.pdf")
			if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			if keep := os.Getenv("SOHOA_PICTURES"); keep != "" {
				_ = os.WriteFile(filepath.Join(keep, fmt.Sprintf("receipt-%v.pdf", half)), b.Bytes(), 0o600)
			}
			text := run(t, "pdftotext", "-layout", file, "-")
			for _, want := range []string{"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "ỦY BAN NHÂN DÂN XÃ EA KAO", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "H15.50.05.13-261008-0975", "H’Linh Niê Kđăm",
				"066*****1234", "08/10/2026", "29/10/2026", "Đơn đề nghị cấp giấy phép", "Nguyễn Thị Một Cửa", r.Code.Grouped(), "sohoa.example.gov.vn/t", "Giấy số 2"} {
				if !strings.Contains(text, want) {
					t.Errorf("%q is not in the text:\n%s", want, text)
				}
			}
			if strings.Contains(text, "066199001234") {
				t.Error("the id stands there whole")
			}
			size := "595.28 x 841.89"
			if half {
				size = "419.53 x 595.28"
			}
			if info := run(t, "pdfinfo", file); !strings.Contains(info, size) {
				t.Errorf("size: %s", info)
			}
			if fonts := run(t, "pdffonts", file); strings.Count(fonts, "yes yes yes") != 2 {
				t.Errorf("fonts are not all embedded, in part, and readable:\n%s", fonts)
			}
		})
	}
}

// Whatever a dossier holds, its receipt is a page, and the code stands on it.
func TestAReceiptIsOnePage(t *testing.T) {
	r := Receipt{IssuedReceipt: issued(), Address: "https://" + strings.Repeat("a", 60) + ".vn/t", Half: true}
	long := strings.Repeat("Đường Ngoằn ngoèo ", 150)
	r.IssuedReceipt.Dossier.Title, r.IssuedReceipt.Dossier.Applicant.Name, r.Agency.Name, r.Clerk = long, long, long, long
	r.Procedure = &archive.Procedure{Name: long}
	for i := range 60 {
		r.Papers = append(r.Papers, fmt.Sprint(i, long))
	}
	var b bytes.Buffer
	if err := WriteReceipt(&b, r); err != nil {
		t.Fatal(err)
	}
	if bytes.Count(b.Bytes(), []byte("/Type/Page/")) != 1 {
		t.Error("not one page")
	}
	file := filepath.Join(t.TempDir(), "receipt.pdf")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if keep := os.Getenv("SOHOA_PICTURES"); keep != "" {
		_ = os.WriteFile(filepath.Join(keep, "receipt-long.pdf"), b.Bytes(), 0o600)
	}
	if text := run(t, "pdftotext", file, "-"); !strings.Contains(text, r.Code.Grouped()) || strings.Contains(text, "40. ") || !strings.Contains(text, "và các giấy tờ khác") {
		t.Errorf("text:\n%s", text)
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	path := testkit.Need(t, name)
	out, err := exec.Command(path, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

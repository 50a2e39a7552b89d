package archive

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAgencyCode(t *testing.T) {
	cases := []struct {
		reason, in string
		want       AgencyCode
		kind       Kind
	}{
		{"a department", "H15.50", "H15.50", 0},
		{"a unit three levels down", "h15.50.05 ", "H15.50.05", 0},
		{"the province", "H15", "H15", 0},
		{"an old code is turned round", "000.00.12.H15", "H15.12", 0},
		{"an old code with two levels", "000.05.12.H15", "H15.12.05", 0},
		{"lower levels may hold letters", "H15.1A.B2C", "H15.1A.B2C", 0},
		{"no letter at the head", "15.50", "", Invalid},
		{"a level of one character", "H15.5", "", Invalid},
		{"nothing", "", "", Invalid},
		{"eleven levels", "H15.01.02.03.04.05.06.07.08.09.10", "", Invalid},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got, err := ParseAgencyCode(c.in)
			if got != c.want || (err != nil) != (c.kind != 0) || err != nil && KindOf(err) != c.kind {
				t.Errorf("ParseAgencyCode(%q) = %q, %v; want %q, kind %v", c.in, got, err, c.want, c.kind)
			}
		})
	}
	if AgencyCode("H15.50.05").Parent() != "H15.50" || AgencyCode("H15").Parent() != "" {
		t.Error("Parent does not go one level up")
	}
	if AgencyCode("H15.501").Within("H15.50") || !AgencyCode("H15.50.01").Within("H15.50") {
		t.Error("Within takes a longer number for a lower level")
	}
}

func TestDossierCode(t *testing.T) {
	cases := []struct {
		reason, in string
		want       DossierCode
		agency     AgencyCode
		day        string
		code       string
	}{
		{"new form", "H15.50.05.13-261008-0975", "H15.50.05.13-261008-0975", "H15.50.05.13", "2026-10-08", ""},
		{"old form", "000.00.12.H15-211104-0001", "000.00.12.H15-211104-0001", "H15.12", "2021-11-04", ""},
		{"typed with an en dash and spaces", " h15.50–261008–0975", "H15.50-261008-0975", "H15.50", "2026-10-08", ""},
		{"31 February", "H15.50-260231-0001", "", "", "", "dossier_date"},
		{"three digits at the end", "H15.50-261008-097", "", "", "", "dossier_code"},
		{"a line break behind it", "H15.50-261008-0975\nx", "", "", "", "dossier_code"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got, err := ParseDossierCode(c.in)
			if got != c.want || CodeOf(err) != c.code {
				t.Fatalf("ParseDossierCode(%q) = %q, %v; want %q, code %q", c.in, got, err, c.want, c.code)
			}
			if err == nil && (got.Agency() != c.agency || got.Received().String() != c.day) {
				t.Errorf("%s: agency %s on %s, want %s on %s", got, got.Agency(), got.Received(), c.agency, c.day)
			}
		})
	}
}

func TestProcedureCode(t *testing.T) {
	if c, err := ParseProcedureCode("1.000123.000.00.12.h15"); err != nil || c.Base() != "1.000123" {
		t.Errorf("long form: %q, %v", c, err)
	}
	for _, bad := range []string{"4.000123", "1.00012", "1.0001234", ""} {
		if _, err := ParseProcedureCode(bad); KindOf(err) != Invalid {
			t.Errorf("ParseProcedureCode(%q) = %v, want Invalid", bad, err)
		}
	}
}

func TestDate(t *testing.T) {
	cases := []struct{ in, want string }{
		{"2024-01-05", "2024-01-05"}, {"5/1/2024", "2024-01-05"}, {"05.01.2024", "2024-01-05"}, {"05-01-2024", "2024-01-05"},
		{"Đắk Lắk, ngày 05 tháng 01 năm 2024", "2024-01-05"}, {"ngày 5 tháng 1 năm 2024", "2024-01-05"},
		{"29/02/2024", "2024-02-29"}, {"", ""},
	}
	for _, c := range cases {
		if d, err := ParseDate(c.in); err != nil || d.String() != c.want {
			t.Errorf("ParseDate(%q) = %s, %v; want %s", c.in, d, err, c.want)
		}
	}
	for _, bad := range []string{"29/02/2023", "2024-13-01", "0000-01-01", "hôm qua", "1/2"} {
		if _, err := ParseDate(bad); KindOf(err) != Invalid {
			t.Errorf("ParseDate(%q) = %v, want Invalid", bad, err)
		}
	}
	today := Date{2026, time.November, 23}
	if f := (Date{1945, time.September, 1}).CheckIssued(today); f == nil || f.Severity != Warning {
		t.Error("a day before independence is no warning")
	}
	if f := (Date{2026, time.November, 24}).CheckIssued(today); f == nil || f.Code != "issued_in_future" {
		t.Error("tomorrow is no warning")
	}
	if (Date{}).CheckIssued(today) != nil || today.CheckIssued(today) != nil {
		t.Error("no date and today are legal")
	}
}

func TestOwnerIDs(t *testing.T) {
	cases := []struct {
		reason string
		typ    IDType
		in     string
		out    string
		as     IDType
		warn   string
	}{
		{"a personal id with spaces", "", "066 199 001 234", "066199001234", IDCitizen, ""},
		{"an old card", "", "240123456", "240123456", IDOldCard, ""},
		{"a sound tax code", IDTax, "0100109106", "0100109106", IDTax, ""},
		{"a branch", IDTax, "0100109106-001", "0100109106-001", IDTax, ""},
		{"a tax code with a wrong check digit only warns", IDTax, "0100109107", "0100109107", IDTax, "tax_code"},
		{"a household's tax code is the personal id", IDTax, "066199001234", "066199001234", IDTax, ""},
		{"a personal id of eleven digits only warns", IDCitizen, "06619900123", "06619900123", IDCitizen, "personal_id"},
		{"something else", "", "B1234567", "B1234567", IDOther, ""},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			typ, out, warn := NormaliseOwnerID(c.typ, c.in)
			code := ""
			if len(warn) > 0 {
				code = warn[0].Code
			}
			if typ != c.as || out != c.out || code != c.warn {
				t.Errorf("= %s %s %q, want %s %s %q", typ, out, code, c.as, c.out, c.warn)
			}
		})
	}
	b, place, err := ParseCitizenID("066199001234")
	if diff := cmp.Diff(CitizenBirth{Year: 1999, Female: true}, b); err != nil || diff != "" || place != "066" {
		t.Errorf("ParseCitizenID: %v %s %s", err, place, diff)
	}
	if got := MaskID("066199001234"); got != "066*****1234" {
		t.Errorf("MaskID = %s", got)
	}
	if got := MaskID("12345"); got != "*****" {
		t.Errorf("a short id shows %s", got)
	}
}

func TestPhone(t *testing.T) {
	for _, in := range []string{"0912 345 678", "+84912345678", "84912345678", "0912.345.678", "091-234-5678"} {
		if got, err := ParsePhone(in); err != nil || got != "+84912345678" {
			t.Errorf("ParsePhone(%q) = %q, %v", in, got, err)
		}
	}
	for _, bad := range []string{"0112345678", "912345678", "09123456789", ""} {
		if _, err := ParsePhone(bad); KindOf(err) != Invalid {
			t.Errorf("ParsePhone(%q) = %v, want Invalid", bad, err)
		}
	}
}

func TestIDAndDigestRoundTrip(t *testing.T) {
	id := NewID()
	if back, err := ParseID(id.String()); err != nil || back != id {
		t.Errorf("id %s came back as %s, %v", id, back, err)
	}
	d := DigestOf([]byte("sohoa"))
	if back, err := ParseDigest(d.String()); err != nil || back != d {
		t.Errorf("digest %s came back as %s, %v", d, back, err)
	}
	for _, bad := range []string{"", "sha1:00", "sha256:00", d.Hex(), "SHA256:" + d.Hex()} {
		if _, err := ParseDigest(bad); KindOf(err) != Invalid {
			t.Errorf("ParseDigest(%q) = %v, want Invalid", bad, err)
		}
	}
	for _, bad := range []string{"", "{" + id.String() + "}", "urn:uuid:" + id.String(), id.String()[1:]} {
		if _, err := ParseID(bad); KindOf(err) != Invalid {
			t.Errorf("ParseID(%q) = %v, want Invalid", bad, err)
		}
	}
}

// FuzzIdentifiers: what a parser accepts it writes, reads again as the same, and never panics on anything else.
func FuzzIdentifiers(f *testing.F) {
	for _, s := range []string{"H15.50.05", "000.00.12.H15", "H15.50.05.13-261008-0975", "1.000123", "2024-01-05", "ngày 05 tháng 01 năm 2024",
		"066199001234", "0100109106-001", "+84912345678", "018f3a5e-7b1c-7000-8000-000000000000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := ParseAgencyCode(s); err == nil {
			if again, err := ParseAgencyCode(c.String()); err != nil || again != c {
				t.Errorf("agency %q: %q, %v", c, again, err)
			}
		}
		if c, err := ParseDossierCode(s); err == nil {
			if again, err := ParseDossierCode(c.String()); err != nil || again != c || c.Agency() == "" || c.Received().IsZero() {
				t.Errorf("dossier %q: %q, %v", c, again, err)
			}
		}
		if c, err := ParseProcedureCode(s); err == nil {
			if again, err := ParseProcedureCode(c.String()); err != nil || again != c {
				t.Errorf("procedure %q: %q, %v", c, again, err)
			}
		}
		if d, err := ParseDate(s); err == nil {
			for _, form := range []string{d.String(), d.Local()} {
				if again, err := ParseDate(form); err != nil || again != d {
					t.Errorf("date %q: %q, %v", form, again, err)
				}
			}
		}
		if typ, id, _ := NormaliseOwnerID("", s); id != "" {
			if typ2, id2, _ := NormaliseOwnerID(typ, id); typ2 != typ || id2 != id {
				t.Errorf("owner id %q (%s) becomes %q (%s)", id, typ, id2, typ2)
			}
			if len([]rune(MaskID(id))) != len([]rune(id)) {
				t.Errorf("mask of %q changes its length", id)
			}
		}
		if p, err := ParsePhone(s); err == nil {
			if again, err := ParsePhone(p); err != nil || again != p {
				t.Errorf("phone %q: %q, %v", p, again, err)
			}
		}
	})
}

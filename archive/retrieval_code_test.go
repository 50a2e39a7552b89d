package archive

import (
	"fmt"
	"strings"
	"testing"
)

func TestRetrievalCode(t *testing.T) {
	seen := map[RetrievalCode]bool{}
	for range 200 {
		c := NewRetrievalCode()
		if seen[c] || len(c) != 13 || strings.Trim(string(c), crockford) != "" {
			t.Fatalf("code %s", c)
		}
		seen[c] = true
		if back, err := ParseRetrievalCode(c.Grouped()); back != c || err != nil {
			t.Fatalf("%s comes back as %s, %v", c.Grouped(), back, err)
		}
	}
	right := RetrievalCode("0123456789AB")
	right += RetrievalCode(checkLetter([]byte(right)))
	for reason, typed := range map[string]string{
		"as printed":            right.Grouped(),
		"lower case":            strings.ToLower(right.Grouped()),
		"spaces of a phone":     "  0123 4567\u00a089ab " + string(right[12]) + "\n",
		"letters for digits":    "OI23-4567-89AB-" + string(right[12]),
		"l for one, o for zero": "ol23456789ab" + string(right[12]),
		"a dash of a keyboard":  "0123–4567—89AB‑" + string(right[12]),
	} {
		if got, err := ParseRetrievalCode(typed); got != right || err != nil {
			t.Errorf("%s: %q is read as %q, %v", reason, typed, got, err)
		}
	}
	for reason, typed := range map[string]string{
		"nothing": "", "too short": string(right[:12]), "too long": string(right) + "0", "a letter that is none": "U" + string(right[1:]), "Vietnamese letters": "Đ" + string(right[1:]),
		"without end": strings.Repeat("0", 1<<20), "a fold of another script": "K" + string(right[1:]),
	} {
		if got, err := ParseRetrievalCode(typed); got != "" || err == nil {
			t.Errorf("%s is read as %q", reason, got)
		}
	}
	if s := fmt.Sprint(right.LogValue()); strings.Contains(s, "0123") {
		t.Errorf("a log says %s", s)
	}
}

// Every letter mistyped for another and every two letters exchanged are noticed, wherever they stand.
func TestTheCheckLetterNoticesWhatPeopleMistype(t *testing.T) {
	c := []byte(NewRetrievalCode())
	tried := 0
	try := func(b []byte) {
		tried++
		if string(b) == string(c) {
			return
		}
		if _, err := ParseRetrievalCode(string(b)); err == nil {
			t.Errorf("%s passes for %s", b, c)
		}
	}
	for i := range c {
		for _, l := range []byte(crockford) {
			b := append([]byte{}, c...)
			b[i] = l
			try(b)
		}
		for j := range c {
			b := append([]byte{}, c...)
			b[i], b[j] = b[j], b[i]
			try(b)
		}
	}
	if tried != 13*32+13*13 {
		t.Errorf("%d tried", tried)
	}
}

func TestACodeIsKeptForItsDossierAndHouseOnly(t *testing.T) {
	c := NewRetrievalCode()
	a := c.mac([]byte("key"), "H15.50-261008-0001")
	if a != c.mac([]byte("key"), "H15.50-261008-0001") || a == c.mac([]byte("key"), "H15.50-261008-0002") || a == c.mac([]byte("other"), "H15.50-261008-0001") || a.IsZero() {
		t.Error("the hash does not depend on what it should, or on more")
	}
}

func TestNetworkAndMask(t *testing.T) {
	for _, c := range []struct{ reason, address, network, masked string }{
		{"an address of IPv4", "203.0.113.77", "203.0.113.77", "203.0.113.*"},
		{"one written as IPv6", "::ffff:203.0.113.77", "203.0.113.77", "203.0.113.*"},
		{"a phone on IPv6", "2001:ee0:4a1b:9c00:1:2:3:4", "2001:ee0:4a1b:9c00::/64", "2001:ee0:4a1b:*"},
		{"with a zone", "fe80::1%eth0", "fe80::/64", "fe80:*"},
		{"no address", "unix", "", ""},
	} {
		if got := Network(c.address); got != c.network {
			t.Errorf("%s: network %q", c.reason, got)
		}
		if got := MaskAddress(c.address); got != c.masked {
			t.Errorf("%s: masked %q", c.reason, got)
		}
	}
}

func TestADossierCodeIsReadAsItIsTyped(t *testing.T) {
	for reason, typed := range map[string]string{
		"as printed": "H15.50.05.13-261008-0975", "lower case": "h15.50.05.13-261008-0975", "spaces for hyphens": " H15.50.05.13 261008 0975 ", "spaces too": "H15.50.05.13 - 261008 - 0975",
		"letters for digits": "HI5.5O.O5.l3-26IOO8-O975", "dashes of a phone": "H15.50.05.13–261008—0975",
	} {
		if got, err := ParseTypedDossierCode(typed); got != "H15.50.05.13-261008-0975" || err != nil {
			t.Errorf("%s: %q, %v", reason, got, err)
		}
	}
	for reason, typed := range map[string]string{"nothing": "", "half": "H15.50.05.13", "no day": "H15.50.05.13-261399-0975", "without end": strings.Repeat("H15 ", 1000)} {
		if got, err := ParseTypedDossierCode(typed); got != "" || err == nil {
			t.Errorf("%s: %q", reason, got)
		}
	}
}

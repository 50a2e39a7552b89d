package web

import "testing"

// Staff are told when the code on a receipt would lead nowhere.
func TestAReceiptThatLeadsNowhereIsTold(t *testing.T) {
	for address, told := range map[string]bool{"http://127.0.0.1:8080": true, "http://localhost": true, "http://[::1]:80": true, "https://sohoa.example.gov.vn": false, "": false, "http://10.0.0.5:8080": false} {
		if got := onlyHere(address); got != told {
			t.Errorf("%q: %v", address, got)
		}
	}
}

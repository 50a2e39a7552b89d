package web_test

import (
	"testing"

	"sohoa/api"
	"sohoa/archive"
	"sohoa/internal/testkit/browser"
)

// The page of the house over two buckets, one of which has a weakness and one of which is away.
func TestJourneyToTheHouseOverBuckets(t *testing.T) {
	for name, size := range map[string][]browser.Option{"1366": nil, "390": {browser.Phone()}} {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size...)
			w := build(t, func(k *desk) {
				k.stores = []api.Store{
					{Use: "first", Kind: "s3", Place: "http://s3:7070 papers/store", Found: &api.Endpoint{Versioning: true, ObjectLock: true, Encryption: "AES256"},
						Concerns: []archive.Text{{VI: "Danh sách của thùng chứa chậm hơn thực tế: đối tượng làm dở có thể bị bỏ sót.", EN: "Lists are stale."}}},
					{Use: "second", Kind: "s3", Place: "https://kho-hai.tinh.example:8443 ban-sao/kho", Found: &api.Endpoint{}, Away: "no answer"},
				}
			})
			w.account("quan", archive.RoleAdmin, "")
			enter(p, w, "quan")
			p.Goto(w.url + "/admin")
			p.Wait(`document.querySelector("ul.health").innerText.includes("Danh sách của thùng chứa chậm hơn thực tế") && document.querySelector("ul.health li.bad").innerText.includes("Không liên lạc được")`)
			sound(t, p, "house-buckets-"+name)
		})
	}
}

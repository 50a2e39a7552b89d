package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sohoa/api"
	"sohoa/archive"
)

// Two hundred tries at passwords at once, each from another address at another login, leave searching within twice its usual time:
// the gate lets half the processors hash. The two times are taken in one run, before and during.
func TestSearchingWhileTwoHundredSignIn(t *testing.T) {
	if os.Getenv("SOHOA_LONG") == "" {
		t.Skip("SOHOA_LONG is not set")
	}
	w := build(t, func(k *desk) {
		k.tune = func(_ string, c *api.Config) { c.TrustedProxies = []string{"127.0.0.1"} }
		k.text = func(n int) string {
			return fmt.Sprintf("Quyết định số %d về việc cấp giấy phép xây dựng nhà ở riêng lẻ", n)
		}
	}).registered().work()
	clerk := w.account("an", archive.RoleClerk, commune)
	for i := range 300 {
		w.paper(w.actor(clerk), fmt.Sprintf("giấy %d.pdf", i), "")
	}
	v := w.as(clerk)
	w.until(func() bool { return strings.Contains(v.get("/search?q=giấy+phép").body, "300") })
	search := func() time.Duration {
		began := time.Now()
		v.get("/search?q="+url.QueryEscape("giấy phép xây dựng")).has(t, http.StatusOK, "giấy")
		return time.Since(began)
	}
	middle := func(ds []time.Duration, share float64) time.Duration {
		slices.Sort(ds)
		return ds[int(share*float64(len(ds)-1))]
	}
	var quiet, busy []time.Duration
	for range 200 {
		quiet = append(quiet, search())
	}
	var wg sync.WaitGroup
	var hashed, refused, over atomic.Int32
	for i := range 200 {
		wg.Go(func() {
			form := url.Values{"login": {fmt.Sprintf("ai%d", i)}, "password": {"sai mật khẩu"}}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/signin", strings.NewReader(form.Encode()))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", i/100, i%100))
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Error(err)
				return
			}
			res.Body.Close()
			if res.StatusCode == http.StatusForbidden {
				hashed.Add(1)
			} else {
				refused.Add(1)
			}
			over.Add(1)
		})
	}
	began := time.Now()
	for over.Load() < 200 {
		busy = append(busy, search())
	}
	took := time.Since(began)
	wg.Wait()
	t.Logf("quiet: p50 %v p95 %v of %d · while 200 sign in (%v, %d checked, %d told to come again): p50 %v p95 %v of %d · ratio p50 %.2f p95 %.2f",
		middle(quiet, .5), middle(quiet, .95), len(quiet), took.Round(time.Millisecond), hashed.Load(), refused.Load(), middle(busy, .5), middle(busy, .95), len(busy),
		float64(middle(busy, .5))/float64(middle(quiet, .5)), float64(middle(busy, .95))/float64(middle(quiet, .95)))
	if middle(busy, .5) > 2*middle(quiet, .5) {
		t.Error("searching takes more than twice as long")
	}
}

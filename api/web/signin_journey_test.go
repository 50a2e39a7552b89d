package web_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"sohoa/api"
	"sohoa/api/session"
	"sohoa/archive"
	"sohoa/internal/testkit/browser"
	"sohoa/internal/testkit/oidcserver"
)

// code is what a phone shows: RFC 6238 written once more, so that the house is not judged by itself.
func code(t *testing.T, secret string, later int64) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, " ", ""))
	must(t, err)
	m := hmac.New(sha1.New, key)
	must(t, binary.Write(m, binary.BigEndian, time.Now().Unix()/30+later))
	sum := m.Sum(nil)
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff)%1_000_000)
}

func TestJourneyOfASecondFactor(t *testing.T) {
	for name, size := range map[string]browser.Option{"1366": browser.Size(1366, 768), "390": browser.Phone()} {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size)
			w := build(t).registered()
			w.account("an", archive.RoleClerk, commune)
			enter(p, w, "an")
			p.Goto(w.url + "/account")
			sound(t, p, "account-"+name)
			p.Goto(w.url + "/account/second-factor")
			sound(t, p, "factor-begin-"+name)
			p.Click(`button[value="begin"]`)
			p.WaitFor("svg.qr")
			sound(t, p, "factor-scan-"+name)
			secret := p.Text("code.key")
			p.Type("#f-code", code(t, secret, 0))
			p.Press(browser.Enter)
			p.WaitFor("ol.codes")
			sound(t, p, "factor-codes-"+name)
			p.Quiet()

			c := p.Beside(size)
			c.Goto(w.url + "/")
			c.Type("#f-login", "an")
			c.Type("#f-password", password)
			c.Press(browser.Enter)
			c.WaitText("h1", "Mã xác thực")
			sound(t, c, "code-"+name)
			c.Type("#f-code", code(t, secret, 1)) // the step after the one that turned it on
			c.Press(browser.Enter)
			c.WaitFor("details.menu")
			c.Goto(w.url + "/account/devices")
			sound(t, c, "devices-"+name)
			if got := c.Texts("tbody tr"); len(got) != 2 || !strings.Contains(strings.Join(got, " "), "Chrome") {
				t.Errorf("devices %q", got)
			}
			c.Click(`button[value="everywhere"]`)
			c.WaitText(".note", "Mọi thiết bị khác đã đăng xuất")
			p.Goto(w.url + "/account")
			p.WaitText("h1", "Đăng nhập")
			c.Quiet()

			boss := p.Beside(size)
			w.account("quan", archive.RoleAdmin, "")
			enter(boss, w, "quan")
			boss.Goto(w.url + "/admin/sign-in")
			sound(t, boss, "admin-signin-"+name)
			boss.Goto(w.url + "/admin/accounts")
			sound(t, boss, "admin-accounts-"+name)
			boss.Goto(w.url + "/prove?next=/admin/accounts")
			sound(t, boss, "prove-"+name)
			boss.Type("#f-secret", password)
			boss.Press(browser.Enter)
			boss.WaitText(".note", "Đã xác nhận")
			boss.Goto(w.url + "/invite")
			sound(t, boss, "invite-"+name)
			boss.Quiet()
		})
	}
}

// A person signs in at a real provider, with a second factor here because the role asks for one, and out again.
func TestJourneyAtAProvider(t *testing.T) {
	for name, size := range map[string]browser.Option{"1366": browser.Size(1366, 768), "390": browser.Phone()} {
		t.Run(name, func(t *testing.T) {
			p := browser.Open(t, size)
			var sso *oidcserver.Server
			w := build(t, func(k *desk) {
				k.tune = func(url string, c *api.Config) {
					sso = oidcserver.Start(t, url+session.ProviderReturn, oidcserver.Person{ID: "17", Username: "lan", Password: "mk-cua-lan", FirstName: "Lan", LastName: "Trần Thị"})
					provider, err := session.ParseProvider([]byte(`{"issuer": "` + sso.Issuer + `", "client_id": "web", "name": {"vi": "Đăng nhập chung của tỉnh"}, "user_info": true,
						"make_accounts": true, "rules": [{"claim": "sub", "value": "17", "role": "clerk", "agency": "H15.61"}]}`))
					must(t, err)
					provider.ClientSecret = oidcserver.ClientSecret
					c.PublicURL, c.Provider = url, provider
				}
			}).registered()
			at := func() {
				p.WaitFor("#username")
				p.Type("#username", "lan")
				p.Type("#password", "mk-cua-lan")
				p.Press(browser.Enter)
			}
			p.Goto(w.url + "/search")
			p.WaitText("a.primary", "Đăng nhập chung của tỉnh")
			sound(t, p, "signin-provider-"+name)
			p.Click("a.primary")
			at()
			p.WaitFor("details.menu")
			if got := p.Location(); !strings.HasPrefix(got, w.url+"/search") {
				t.Errorf("led to %s", got)
			}
			p.Goto(w.url + "/account")
			p.WaitText("main", "quyết định")
			sound(t, p, "account-provider-"+name)
			p.Goto(w.url + "/account/second-factor")
			p.Click(`button[value="begin"]`)
			p.WaitFor("svg.qr")
			secret := p.Text("code.key")
			p.Type("#f-code", code(t, secret, 0))
			p.Press(browser.Enter)
			p.WaitFor("ol.codes")
			p.Goto(w.url + "/account")
			p.Click("details.menu summary")
			p.Click(".menu .sheet button")
			p.WaitText("main", "Đăng xuất khỏi hệ thống chung nữa")
			sound(t, p, "signed-out-"+name)

			p.Goto(w.url + "/")
			p.Click("a.primary")
			at()
			p.WaitText("h1", "Mã xác thực")
			p.Type("#f-code", code(t, secret, 1))
			p.Press(browser.Enter)
			p.WaitFor("details.menu")
			for _, c := range p.Complaints() { // nothing else was asked for than the provider
				if !strings.Contains(c, sso.Issuer) {
					t.Errorf("page complains: %s", c)
				}
			}
		})
	}
}

// Where the provider is away the page says so, and a password still opens the door.
func TestJourneyWhileTheProviderIsAway(t *testing.T) {
	p := browser.Open(t)
	w := build(t, func(k *desk) {
		k.tune = func(url string, c *api.Config) {
			provider, err := session.ParseProvider([]byte(`{"issuer": "http://127.0.0.1:9/", "client_id": "web", "name": {"vi": "Đăng nhập chung"}, "rules": [{"claim": "sub", "value": "17", "role": "auditor"}]}`))
			must(t, err)
			c.PublicURL, c.Provider = url, provider
		}
	}).registered()
	w.account("an", archive.RoleClerk, commune)
	p.Goto(w.url + "/")
	p.Click("a.primary")
	p.WaitText(".note", "hiện không trả lời")
	sound(t, p, "provider-away")
	p.Complaints() // the browser notes the status
	enter(p, w, "an")
	p.Quiet()
}

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sohoa/archive"
)

// known returns a paper as the archive has it now.
func (w *world) known(d archive.Document) archive.Document {
	w.t.Helper()
	d, err := w.Document(w.t.Context(), archive.System, d.ID)
	must(w.t, err)
	return d
}

// public takes a paper to its publication.
func (w *world) public(clerk, checker archive.Actor, name string) archive.Document {
	w.t.Helper()
	d := w.paper(clerk, name, "")
	f := archive.Fields{Type: "QĐ", Number: "1287", Notation: "QĐ-UBND", Subject: "Về việc cấp giấy phép xây dựng"}
	kind := archive.Result
	_, err := w.Edit(w.t.Context(), clerk, d.ID, archive.Edit{Kind: &kind, Fields: &f})
	must(w.t, err)
	for _, m := range []archive.Move{archive.Submit, archive.Accept, archive.Publish} {
		who := checker
		if m == archive.Submit {
			who = clerk
		}
		d, err = w.Move(w.t.Context(), who, d.ID, archive.MoveRequest{Move: m})
		must(w.t, err)
	}
	return d
}

func TestSeveralPapersAreDiscardedAndTakenBack(t *testing.T) {
	w := build(t).registered()
	clerk, other, checker := w.account("an", archive.RoleClerk, commune), w.account("chi", archive.RoleClerk, commune), w.account("binh", archive.RoleChecker, commune)
	v := w.as(clerk)
	one, two, hers := w.paper(w.actor(clerk), "một.pdf", ""), w.paper(w.actor(clerk), "hai.pdf", ""), w.paper(w.actor(other), "của chị.pdf", "")
	home := v.get("/?tab=review")
	home.has(t, http.StatusOK, `aria-label="Chọn một.pdf"`, "Bỏ giấy tờ đã chọn…")
	if strings.Contains(home.body, "Chọn của chị.pdf") {
		t.Error("another's paper can be chosen")
	}
	both := []string{"id", one.ID.String(), "id", two.ID.String(), "id", hers.ID.String(), "id", "none"}
	v.post("/documents/discard").has(t, http.StatusBadRequest, "Chưa chọn giấy tờ nào")
	v.post("/documents/discard", both...).has(t, http.StatusOK, "Bạn sắp bỏ 3 giấy tờ", "một.pdf", "của chị.pdf", "Có thể khôi phục trong 30 ngày")
	v.post("/documents/discard", append(both, "reason", "")...).has(t, http.StatusBadRequest, "Xin ghi lý do")
	told := v.post("/documents/discard", append(both, "reason", "quét trùng")...)
	told.has(t, http.StatusOK, "2/3 giấy tờ đã xong", "Bạn không có quyền làm việc này", "Hoàn tác: khôi phục tất cả")
	if w.known(one).State != archive.Discarded || w.known(hers).State != archive.Review {
		t.Errorf("%s and %s", w.known(one).State, w.known(hers).State)
	}
	v.get("/?tab=review").has(t, http.StatusOK, `href="/bin"`, "Đã bỏ 2")
	v.get("/bin").has(t, http.StatusOK, "một.pdf", "hai.pdf", "quét trùng", "Người an", "30 ngày", "Khôi phục: một.pdf")
	w.as(checker).get("/bin").has(t, http.StatusOK, "một.pdf", "Người an")
	for _, stranger := range []*visitor{w.as(other), w.as(w.account("xa", archive.RoleChecker, "H15.62"))} {
		if page := stranger.get("/bin"); page.status != http.StatusOK || strings.Contains(page.body, "một.pdf") {
			t.Errorf("the bin of others: %s", page.text())
		}
	}
	w.as(other).post("/documents/restore", "id", one.ID.String()).has(t, http.StatusBadRequest, "Chưa chọn")
	v.post("/documents/restore", "id", one.ID.String(), "id", two.ID.String()).has(t, http.StatusOK, "2/2 giấy tờ đã xong")
	if w.known(one).State != archive.Review || w.known(two).State != archive.Review {
		t.Error("not taken back")
	}
	v.get("/bin").has(t, http.StatusOK, "Không có giấy tờ nào bị bỏ")

	// One paper, from its own page: undone by the button beside the word that it is done.
	at := "/documents/" + one.ID.String()
	v.post(at+"/moves/discard", "reason", "nhầm").leads(t, at+"?done=discard")
	v.get(at+"?done=discard").has(t, http.StatusOK, "Đã bỏ giấy tờ này", "Hoàn tác: khôi phục", `action="`+at+`/moves/restore"`, "Khôi phục được trong 30 ngày nữa")
	if page := w.as(checker).get(at); strings.Contains(page.body, "Hoàn tác") {
		t.Error("undo is offered to who did nothing")
	}
	v.post(at+"/moves/restore").leads(t, at+"?done=restore")
	if page := v.get(at + "?done=discard"); strings.Contains(page.body, "Hoàn tác") {
		t.Error("what is undone can be undone")
	}
}

func TestMoveToAnotherDossierAndBack(t *testing.T) {
	w := build(t).registered()
	clerk, checker := w.account("an", archive.RoleClerk, commune), w.account("binh", archive.RoleChecker, commune)
	const wrong, right = "H15.61-250915-0021", "H15.61-250915-0022"
	v, boss := w.as(clerk), w.as(checker)
	d := w.paper(w.actor(clerk), "đơn.pdf", wrong)
	at := "/documents/" + d.ID.String()
	v.get(at).has(t, http.StatusOK, "Chuyển hồ sơ…", "Lý do chuyển (không bắt buộc)")
	for _, c := range []struct {
		reason, code string
		status       int
		want         string
	}{
		{"no code at all", "H15-xx", http.StatusBadRequest, "Mã hồ sơ không đúng dạng"},
		{"the same", wrong, http.StatusConflict, "đang ở chính hồ sơ này"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			v.post(at+"/move", "dossier", c.code).has(t, c.status, c.want, `value="`+c.code+`"`)
		})
	}
	v.post(at+"/move", "dossier", right, "reason", "kẹp nhầm").leads(t, at+"?done=move")
	page := v.get(at + "?done=move")
	page.has(t, http.StatusOK, "Đã chuyển hồ sơ", "Hoàn tác: đưa về hồ sơ "+wrong, "từ hồ sơ "+wrong+" · sang hồ sơ "+right+" · lý do kẹp nhầm")
	for _, code := range []string{wrong, right} {
		v.get("/dossiers/"+code).has(t, http.StatusOK, "Lịch sử hồ sơ", at)
	}
	v.get("/dossiers/"+wrong).has(t, http.StatusOK, "Một giấy tờ chuyển sang hồ sơ khác", "sang hồ sơ "+right)
	v.get("/dossiers/"+right).has(t, http.StatusOK, "Nhận một giấy tờ từ hồ sơ khác", "đơn.pdf")
	// The address cannot make the button do something else.
	if p := v.get(at + "?done=move&from=H15.61-250915-0099"); strings.Contains(p.body, "0099\"") && !strings.Contains(p.body, wrong) {
		t.Error("the address says where the paper came from")
	}
	v.post(at+"/move", "dossier", wrong, "reason", "Hoàn tác việc chuyển hồ sơ").leads(t, at+"?done=move")
	if got := w.known(d).Dossier; got != wrong {
		t.Errorf("in %s", got)
	}

	p := w.public(w.actor(clerk), w.actor(checker), "công bố.pdf")
	at = "/documents/" + p.ID.String()
	if page := v.get(at); strings.Contains(page.body, "/move\"") {
		t.Error("a clerk may move a published paper")
	}
	v.post(at+"/move", "dossier", right, "reason", "nhầm").has(t, http.StatusForbidden)
	boss.post(at+"/move", "dossier", right).has(t, http.StatusBadRequest, "Xin ghi lý do")
	boss.post(at+"/move", "dossier", right, "reason", "nhầm hồ sơ").leads(t, at+"?done=move")
	boss.get(at+"?done=move").has(t, http.StatusOK, "Đã công bố", "Hoàn tác: đưa ra khỏi hồ sơ")
	w.as(w.account("xa", archive.RoleClerk, "H15.62")).post(at+"/move", "dossier", "").has(t, http.StatusNotFound)
}

func TestNewScanOfAPublishedPaperOnItsPages(t *testing.T) {
	w := build(t).registered()
	clerk, checker := w.account("an", archive.RoleClerk, commune), w.account("binh", archive.RoleChecker, commune)
	v, boss := w.as(clerk), w.as(checker)
	d := w.public(w.actor(clerk), w.actor(checker), "một.pdf")
	at := "/documents/" + d.ID.String()
	v.get(at).has(t, http.StatusOK, "Quét lại…", at+"/rescan", "đang công bố")
	v.get(at+"/rescan").has(t, http.StatusOK, "Bản đã công bố vẫn công khai", "Vì sao quét lại", "một.pdf")
	v.send(at+"/versions", "hai.pdf", "%PDF-1.7 hai").has(t, http.StatusBadRequest, "Xin ghi lý do", "Vì sao quét lại")
	v.send(at+"/versions", "xấu.pdf", "%PDF-script", "reason", "mờ").has(t, http.StatusUnprocessableEntity, "Trang 2 có mã lệnh", `>mờ</textarea>`)
	same := w.paper(w.actor(clerk), "sẵn có.pdf", "")
	c, _, err := w.File(t.Context(), w.actor(clerk), same.ID, 0)
	must(t, err)
	defer c.Close()
	b := make([]byte, c.Size())
	if _, err := c.Read(b); err != nil {
		t.Fatal(err)
	}
	v.send(at+"/versions", "hai.pdf", string(b), "reason", "mờ").has(t, http.StatusConflict, "đã có trong kho", "Vẫn gửi dù tệp này đã có trong kho", same.ID.String())
	v.send(at+"/versions", "hai.pdf", "%PDF-1.7 hai", "reason", "mờ trang 2").leads(t, at+"?done=rescanned")
	page := v.get(at)
	page.has(t, http.StatusOK, "Chờ xác nhận", "Bản 1 vẫn đang công bố", "/file?version=1", "Lý do quét lại: mờ trang 2", "bản đang dùng", "Hủy bản quét mới…", "không sửa ở đây", "Kết quả giải quyết")
	for _, gone := range []string{`name="kind"`, `name="access"`, `name="dossier_code"`, "/moves/discard"} {
		if strings.Contains(page.body, gone) {
			t.Errorf("the page offers %s", gone)
		}
	}
	d = w.known(d)
	v.post(at, form(d, "subject", "sửa lúc xem lại")...).leads(t, at+"?done=saved")
	if got := w.known(d); got.Kind != archive.Result || got.Fields.Subject != "sửa lúc xem lại" {
		t.Errorf("%s %q", got.Kind, got.Fields.Subject)
	}
	v.post(at+"/moves/revert").has(t, http.StatusBadRequest, "Xin ghi lý do")
	v.post(at+"/moves/revert", "reason", "bản cũ rõ hơn").leads(t, at+"?done=revert")
	v.get(at+"?done=revert").has(t, http.StatusOK, "Đã hủy bản quét mới", "Đã công bố", "Về việc cấp giấy phép xây dựng", "bản bị hủy 2", "bản cũ rõ hơn")
	// The checker of a new scan is somebody else than who made it.
	boss.send(at+"/versions", "ba.pdf", "%PDF-1.7 ba", "reason", "thiếu trang").leads(t, at+"?done=rescanned")
	v.post(at, form(w.known(d), "then", "submit")...).has(t, http.StatusSeeOther)
	boss.post(at+"/moves/accept").has(t, http.StatusForbidden, "không được tự kiểm tra giấy tờ của mình")
	third := w.as(w.account("dung", archive.RoleChecker, commune))
	third.post(at+"/moves/accept").has(t, http.StatusSeeOther)
	third.get(at).has(t, http.StatusOK, "Bản 1 vẫn đang công bố", "Đã chấp nhận")
	third.post(at+"/moves/publish").has(t, http.StatusSeeOther)
	d = w.known(d)
	if got := d.PublicVersion(); got != 3 {
		t.Errorf("version %d is public", got)
	}
	w.as(w.account("tra", archive.RoleAuditor, commune)).get(at+"/rescan").has(t, http.StatusForbidden)
}

func TestSameNumberIsAskedAboutBeforeItIsSentOn(t *testing.T) {
	w := build(t).registered()
	clerk := w.account("an", archive.RoleClerk, commune)
	v := w.as(clerk)
	first, second := w.paper(w.actor(clerk), "một.pdf", ""), w.paper(w.actor(clerk), "hai.pdf", "")
	v.post("/documents/"+first.ID.String(), form(first)...).has(t, http.StatusSeeOther)
	at := "/documents/" + second.ID.String()
	if page := v.get(at); !strings.Contains(page.body, `id="despite" hidden`) {
		t.Error("asked about a number that is alone")
	}
	v.post(at, form(second)...).leads(t, at+"?done=saved")
	v.get(at).has(t, http.StatusOK, "Đã có văn bản khác cùng số", `href="/documents/`+first.ID.String()+`"`, "Gửi dù trùng số", `id="despite">`)
	asked := v.post(at, form(w.known(second), "subject", "vừa sửa", "then", "submit")...)
	asked.has(t, http.StatusConflict, "Đã lưu, chưa gửi", "vừa sửa", "Gửi dù trùng số")
	if got := w.known(second); got.State != archive.Review || got.Fields.Subject != "vừa sửa" {
		t.Errorf("%s %q", got.State, got.Fields.Subject)
	}
	v.post(at, form(w.known(second), "then", "submit", "despite", "duplicate_number")...).has(t, http.StatusSeeOther)
	v.get(at).has(t, http.StatusOK, "Chờ kiểm tra", "gửi dù trùng số với giấy tờ khác")
	// Who may not see the other paper is warned, and told nothing of it.
	stranger := w.account("xa", archive.RoleClerk, "H15.62")
	own, err := w.Deposit(t.Context(), w.actor(stranger), archive.Deposit{Body: strings.NewReader("%PDF-1.7 của xã"), FileName: "của xã.pdf"})
	must(t, err)
	out := w.as(stranger)
	out.post("/documents/"+own.ID.String(), form(own)...).has(t, http.StatusSeeOther)
	page := out.get("/documents/" + own.ID.String())
	page.has(t, http.StatusOK, "Đã có văn bản khác cùng số")
	if strings.Contains(page.body, first.ID.String()) || strings.Contains(page.body, second.ID.String()) || strings.Contains(page.body, "paper-link") {
		t.Error("the other papers are given away")
	}
}

// What is found is what stands in the scan that counts: the new one while it is looked at, the old one again when it is dropped.
func TestSearchFollowsTheScanThatCounts(t *testing.T) {
	var said atomic.Pointer[string]
	say := func(s string) { said.Store(&s) }
	say("hàng cây muồng đen")
	w := build(t, func(k *desk) { k.text = func(int) string { return *said.Load() } }).registered().work()
	clerk, checker := w.account("an", archive.RoleClerk, commune), w.account("binh", archive.RoleChecker, commune)
	v := w.as(clerk)
	d := w.public(w.actor(clerk), w.actor(checker), "một.pdf")
	found := func(words string) bool {
		return strings.Contains(v.get("/search?q="+url.QueryEscape(words)).body, "/documents/"+d.ID.String())
	}
	w.until(func() bool { return found("muồng đen") })
	say("chiếc cầu treo")
	v.send("/documents/"+d.ID.String()+"/versions", "hai.pdf", "%PDF-1.7 hai", "reason", "mờ").has(t, http.StatusSeeOther)
	w.until(func() bool { return found("cầu treo") && !found("muồng đen") })
	v.post("/documents/"+d.ID.String()+"/moves/revert", "reason", "nhầm").has(t, http.StatusSeeOther)
	w.until(func() bool { return found("muồng đen") && !found("cầu treo") })
}

func TestBinTellsWhatIsAboutToGo(t *testing.T) {
	w := build(t).registered()
	clerk := w.account("an", archive.RoleClerk, commune)
	d := w.paper(w.actor(clerk), "sắp xóa.pdf", "")
	_, err := w.Move(t.Context(), w.actor(clerk), d.ID, archive.MoveRequest{Move: archive.Discard, Reason: "nhầm"})
	must(t, err)
	w.Limits.DiscardKept = 36 * time.Hour
	w.as(clerk).get("/bin").has(t, http.StatusOK, "2 ngày", `class="chip warn"`)
	w.Limits.DiscardKept = time.Nanosecond
	w.as(clerk).get("/bin").has(t, http.StatusOK, "sắp bị xóa")
}

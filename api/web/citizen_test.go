package web_test

import (
	"net/http"
	"strings"
	"testing"

	"sohoa/archive"
)

const fetched archive.DossierCode = "H15.61-261008-0975"

// office is a house in which a result of a dossier is public, another withdrawn, and a receipt was printed.
type office struct {
	*world
	clerk, checker archive.Account
	code           archive.RetrievalCode
	valid, gone    archive.Document
}

func (w *world) office() *office {
	w.t.Helper()
	w.registered()
	o := &office{world: w, clerk: w.account("an", archive.RoleClerk, commune), checker: w.account("binh", archive.RoleChecker, commune)}
	_, err := w.OpenDossier(w.t.Context(), w.actor(o.clerk), archive.Dossier{Code: fetched, Procedure: "1.900112", Title: "Cấp giấy phép xây dựng nhà ở tại thôn 3", Applicant: archive.Owner{Name: "H’Linh Niê Kđăm", ID: "066199001234"},
		DueOn: archive.Date{Year: 2026, Month: 10, Day: 29}}, nil)
	must(w.t, err)
	o.gone, o.valid = o.result("cũ"), o.result("mới")
	_, err = w.Move(w.t.Context(), w.actor(o.checker), o.gone.ID, archive.MoveRequest{Move: archive.Withdraw, Reason: "ghi sai diện tích"})
	must(w.t, err)
	_, err = w.Deposit(w.t.Context(), w.actor(o.clerk), archive.Deposit{Body: strings.NewReader("%PDF-1.7 đơn"), FileName: "đơn.pdf", Agency: commune, Dossier: fetched, Kind: archive.Component, Fields: archive.Fields{Subject: "Đơn đề nghị, không ai khác xem"}})
	must(w.t, err)
	r, err := w.IssueReceipt(w.t.Context(), w.actor(o.clerk), fetched)
	must(w.t, err)
	o.code = r.Code
	return o
}

func (o *office) result(name string) archive.Document {
	o.t.Helper()
	d, err := o.Deposit(o.t.Context(), o.actor(o.clerk), archive.Deposit{Body: strings.NewReader("%PDF-1.7 " + name), FileName: "giấy phép " + name + ".pdf", Agency: commune, Dossier: fetched, Kind: archive.Result,
		Fields: archive.Fields{Type: "QĐ", Number: "1287", Notation: "QĐ-UBND", Subject: "Về việc cấp giấy phép xây dựng", IssuedOn: archive.Date{Year: 2026, Month: 10, Day: 27}, Signer: archive.Signer{Name: "Trần Văn Ký"}, IssuingAgency: archive.AgencyRef{Code: commune, Name: "UBND phường Đồi Thông"}}})
	must(o.t, err)
	for _, m := range []archive.Move{archive.Submit, archive.Accept, archive.Publish} {
		who := o.checker
		if m == archive.Submit {
			who = o.clerk
		}
		d, err = o.Move(o.t.Context(), o.actor(who), d.ID, archive.MoveRequest{Move: m})
		must(o.t, err)
	}
	return d
}

// The whole way of a citizen in a browser without script.
func TestTheCitizensDoor(t *testing.T) {
	o := build(t).office()
	v := o.visitor()
	v.get("/").has(t, http.StatusOK, "Người dân: tra cứu kết quả", `href="/t"`)
	v.get("/t").has(t, http.StatusOK, "Tra cứu kết quả", "Mã hồ sơ", "Mã tra cứu")
	v.get("/t/results").leads(t, "/t?over=1")
	v.get("/t?over=1").has(t, http.StatusOK, "Đã hết thời gian xem")
	v.post("/t", "dossier", "H15", "code", "abc").has(t, http.StatusBadRequest, "Mã hồ sơ không đúng dạng", "Xin xem lại từng ký tự", `value="abc"`, `value="H15"`)
	wrong := archive.NewRetrievalCode().Grouped()
	a := v.post("/t", "dossier", fetched.String(), "code", wrong)
	a.has(t, http.StatusNotFound, "mã hồ sơ hoặc mã tra cứu chưa đúng", `value="`+fetched.String()+`"`)
	if strings.Contains(a.body, wrong) || a.header.Get("Set-Cookie") != "" {
		t.Error("a wrong code is shown again, or opens something")
	}
	a = v.post("/t", "dossier", " h15.61 261008 o975", "code", strings.ToLower(o.code.Grouped()))
	a.leads(t, "/t/results")
	if c := a.header.Get("Set-Cookie"); !strings.Contains(c, "HttpOnly; SameSite=Strict") || !strings.Contains(c, "Max-Age=900") {
		t.Errorf("cookie %q", c)
	}
	a = v.get("/t/results")
	a.has(t, http.StatusOK, "Đã có kết quả", "Cấp giấy phép xây dựng nhà ở tại thôn 3", "Ủy ban nhân dân phường Đồi Thông", "Còn hiệu lực", "Đã thu hồi", "ghi sai diện tích", "Thay vào đó đang có hiệu lực", `href="#r-`+o.valid.ID.String()+`"`,
		o.valid.Head().Digest.Hex(), "Tải về", "Bạn có hài lòng không?")
	for _, secret := range []string{"không ai khác xem", o.gone.Head().Digest.Hex(), "066199001234", string(o.code), o.code.Grouped()} {
		if strings.Contains(a.body, secret) {
			t.Errorf("the page shows %q", secret)
		}
	}
	a = v.get("/t/results/" + o.valid.ID.String())
	a.has(t, http.StatusOK, "Trang 1 trong 2 trang", "pages/2/image?width=1000")
	if strings.Contains(a.body, `class="menu"`) {
		t.Error("a stranger is shown an account's menu")
	}
	v.get("/t/results/"+o.gone.ID.String()).has(t, http.StatusNotFound)
	v.get("/t/results/none").has(t, http.StatusNotFound)
	file := v.get("/api/v1/public/results/" + o.valid.ID.String() + "/file")
	if file.status != http.StatusOK || file.body != "%PDF-1.7 mới" || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment;") {
		t.Errorf("file: %d %v", file.status, file.header)
	}
	v.post("/t/answer", "scale", "", "comment", "chưa chọn mức").has(t, http.StatusBadRequest, "Xin chọn một mức đánh giá", "chưa chọn mức")
	v.post("/t/answer", "scale", "2", "comment", hostile).leads(t, "/t/results?done=answered#rate")
	v.post("/t/answer", "scale", "5", "comment", hostile).leads(t, "/t/results?done=answered#rate")
	v.get("/t/results?done=answered").has(t, http.StatusOK, "Cảm ơn ý kiến của bạn", "Sửa đánh giá", `value="5" checked`)
	later := o.visitor()
	later.post("/t", "dossier", fetched.String(), "code", o.code.Grouped()).leads(t, "/t/results")
	later.get("/t/results").has(t, http.StatusOK, "Hồ sơ này đã được đánh giá")
	later.post("/t/answer", "scale", "1").has(t, http.StatusConflict, "đã có ý kiến đánh giá")

	staff := o.as(o.clerk)
	a = staff.get("/dossiers/" + fetched.String())
	a.has(t, http.StatusOK, "Người dân tra cứu", "Nhập đúng mã, mở danh sách kết quả", "127.0.0.*", "In giấy tiếp nhận có mã tra cứu", "In giấy khổ A5", "Đánh giá phục vụ")
	if strings.Contains(a.body, "127.0.0.1<") {
		t.Error("the address stands there whole")
	}
	a = staff.get("/satisfaction")
	a.has(t, http.StatusOK, "Ủy ban nhân dân phường Đồi Thông", "100%", "&lt;script&gt;")
	if x := inline.FindString(quoted.ReplaceAllString(a.body, "")); x != "" {
		t.Errorf("a comment became markup: %s", x)
	}
	staff.get("/satisfaction?from=nie").has(t, http.StatusBadRequest)
	staff.get("/dossiers").has(t, http.StatusOK, `href="/satisfaction"`)

	v.post("/t/end").leads(t, "/t?done=ended")
	v.get("/t/results").leads(t, "/t?over=1")
	o.as(o.account("mai", archive.RoleArchivist, commune)).get("/satisfaction").has(t, http.StatusForbidden)
}

// Each stage of a dossier is told in plain words.
func TestADossierInPlainWords(t *testing.T) {
	day := func(d int) archive.Date { return archive.Date{Year: 2100, Month: 1, Day: d} }
	for _, c := range []struct {
		reason string
		d      archive.Dossier
		want   string
	}{
		{"nothing yet", archive.Dossier{DueOn: day(1)}, "Đang giải quyết"},
		{"never promised", archive.Dossier{}, "Đang giải quyết"},
		{"late", archive.Dossier{DueOn: archive.Date{Year: 2020, Month: 1, Day: 1}}, "Đã quá hẹn"},
		{"closed without a paper", archive.Dossier{DueOn: day(1), ClosedOn: archive.Date{Year: 2026, Month: 11, Day: 1}}, "Hồ sơ đã đóng"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			w := build(t).registered()
			clerk := w.actor(w.account("an", archive.RoleClerk, commune))
			c.d.Code = fetched
			_, err := w.OpenDossier(t.Context(), clerk, c.d, nil)
			must(t, err)
			r, err := w.IssueReceipt(t.Context(), clerk, fetched)
			must(t, err)
			v := w.visitor()
			v.post("/t", "dossier", fetched.String(), "code", r.Code.Grouped()).leads(t, "/t/results")
			v.get("/t/results").has(t, http.StatusOK, c.want)
		})
	}
}

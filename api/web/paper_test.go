package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"sohoa/archive"
)

// send posts a form with a file, as a browser without script does: the fields first.
func (v *visitor) send(path, name, content string, fields ...string) answer {
	v.w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		must(v.w.t, m.WriteField(fields[i], fields[i+1]))
	}
	part, err := m.CreateFormFile("file", name)
	must(v.w.t, err)
	_, err = part.Write([]byte(content))
	must(v.w.t, err)
	must(v.w.t, m.Close())
	r, err := http.NewRequestWithContext(v.w.t.Context(), http.MethodPost, v.w.url+path, &b)
	must(v.w.t, err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.do(r)
}

func TestDepositWithoutScript(t *testing.T) {
	w := build(t).registered()
	v := w.as(w.account("an", archive.RoleClerk, commune))
	kept := v.send("/documents", "giấy phép.pdf", "%PDF-1.7 a", "kind", "result", "dossier", "H15.61-250915-0021", "agency", "")
	if kept.status != http.StatusSeeOther || !strings.HasSuffix(kept.location, "?done=deposited") {
		t.Fatalf("%d %s %s", kept.status, kept.location, kept.text())
	}
	v.get(kept.location).has(t, http.StatusOK, "Đã nhận giấy tờ", "giấy phép.pdf", "Chờ xác nhận", "Trang 2 quét ở 150 dpi", "H15.61-250915-0021", `<option value="result" selected>`)
	v.get("/").has(t, http.StatusOK, "giấy phép.pdf", "1 lưu ý")
	for _, c := range []struct {
		reason, content, name string
		fields                []string
		status                int
		want                  []string
	}{
		{"a script inside", "%PDF-script", "a.pdf", nil, http.StatusUnprocessableEntity, []string{"nội dung chạy được", "Trang 2 có mã lệnh"}},
		{"no paper at all", "MZ", "a.exe", nil, http.StatusUnsupportedMediaType, []string{"Chỉ nhận PDF"}},
		{"an empty file", "", "a.pdf", nil, http.StatusBadRequest, []string{"Tệp rỗng"}},
		{"no file", "%PDF-", "", nil, http.StatusBadRequest, []string{"Chưa chọn tệp"}},
		{"the same bytes again", "%PDF-1.7 a", "b.pdf", nil, http.StatusConflict, []string{"đã có trong kho", strings.TrimSuffix(kept.location, "?done=deposited")}},
		{"a code that is none", "%PDF-1.7 b", "b.pdf", []string{"dossier", "H15-xx"}, http.StatusBadRequest, []string{"Mã hồ sơ không đúng dạng", `value="H15-xx"`}},
		{"an agency out of scope", "%PDF-1.7 b", "b.pdf", []string{"agency", "H15.62"}, http.StatusNotFound, []string{"Không tìm thấy"}},
	} {
		t.Run(c.reason, func(t *testing.T) { v.send("/documents", c.name, c.content, c.fields...).has(t, c.status, c.want...) })
	}
	v.send("/documents", "b.pdf", "%PDF-1.7 a", "allow_duplicate", "yes").has(t, http.StatusSeeOther)
}

// fields of the form of a paper, by turns; more override what comes before.
func form(d archive.Document, more ...string) []string {
	f := []string{"revision", strconv.FormatInt(d.Revision, 10), "type", "Quyết định", "number", "1287", "notation", "QĐ-UBND", "issued_on", "5/1/2026",
		"issuing_agency_name", "Ủy ban nhân dân phường Đồi Thông", "subject", "Về việc cấp giấy phép xây dựng", "signer_name", "Trần Văn Ký", "signer_position", "Chủ tịch",
		"owner_name", "Y Bhem Niê", "owner_id", "066199000000", "owner_id_type", "", "procedure_code", "1.900112", "dossier_code", "", "kind", "result", "access", "restricted"}
	for i := 0; i+1 < len(more); i += 2 {
		for j := 0; j+1 < len(f); j += 2 {
			if f[j] == more[i] {
				f = append(f[:j], f[j+2:]...)
				break
			}
		}
		f = append(f, more[i], more[i+1])
	}
	return f
}

func TestEditAndSendOn(t *testing.T) {
	w := build(t).registered()
	clerk := w.account("an", archive.RoleClerk, commune)
	checker := w.account("binh", archive.RoleChecker, commune)
	me := w.actor(clerk)
	v := w.as(clerk)
	one, two := w.paper(me, "một.pdf", ""), w.paper(me, "hai.pdf", "")
	at := "/documents/" + one.ID.String()
	v.post(at, form(one)...).leads(t, at+"?done=saved")
	one, err := w.Document(t.Context(), me, one.ID)
	must(t, err)
	f := one.Fields
	if f.Type != "QĐ" || f.IssuingAgency.Code != commune || f.IssuedOn.String() != "2026-01-05" || f.Owner.ID != "066199000000" || f.Owner.IDType != archive.IDCitizen || one.Kind != archive.Result {
		t.Errorf("kept %+v %s", f, one.Kind)
	}
	page := v.get(at)
	page.has(t, http.StatusOK, "Quyết định 1287/QĐ-UBND", "Về việc cấp giấy phép xây dựng", `value="05/01/2026"`, `value="066*****0000"`, "Lưu và gửi kiểm tra")
	if strings.Contains(page.body, "066199000000") {
		t.Error("the identifier is shown whole")
	}
	// What comes back masked stays as it was.
	v.post(at, form(one, "owner_id", "066*****0000", "owner_id_type", "cccd", "owner_name", "Y Bhem")...).leads(t, at+"?done=saved")
	one, err = w.Document(t.Context(), me, one.ID)
	must(t, err)
	if one.Fields.Owner != (archive.Owner{IDType: archive.IDCitizen, ID: "066199000000", Name: "Y Bhem"}) {
		t.Errorf("owner %+v", one.Fields.Owner)
	}
	for _, c := range []struct {
		reason string
		fields []string
		status int
		want   string
	}{
		{"a day that is none", form(one, "issued_on", "31/02/2026"), http.StatusBadRequest, "Ngày không đúng"},
		{"what was typed is not lost", form(one, "issued_on", "31/02/2026", "subject", "vừa gõ"), http.StatusBadRequest, "vừa gõ"},
		{"half a mask", form(one, "owner_id", "066*****0001"), http.StatusBadRequest, "Số đang được che"},
		{"somebody was faster", form(one, "revision", "1"), http.StatusPreconditionFailed, "Có người vừa sửa"},
		{"sent on without a subject", form(one, "subject", "", "then", "submit"), http.StatusBadRequest, "Xin ghi trích yếu"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			v.post(at, c.fields...).has(t, c.status, c.want)
			if one, err = w.Document(t.Context(), me, one.ID); err != nil {
				t.Fatal(err)
			}
		})
	}
	v.post(at, form(one, "then", "submit")...).leads(t, "/documents/"+two.ID.String()+"?done=submit_next")
	v.get(at).has(t, http.StatusOK, "Chờ kiểm tra", "Người ký", "Trần Văn Ký")
	v.post("/documents/"+two.ID.String(), form(two, "number", "2", "then", "submit")...).leads(t, "/?done=submit")

	// A second person.
	second := w.as(checker)
	second.get("/").has(t, http.StatusOK, "Quyết định 1287/QĐ-UBND", "Quyết định 2/QĐ-UBND")
	second.get(at).has(t, http.StatusOK, "Chấp nhận", "Trả lại…")
	second.post(at+"/moves/return").has(t, http.StatusBadRequest, "Xin ghi lý do")
	second.post(at+"/moves/return", "reason", "Thiếu trang 3").leads(t, "/documents/"+two.ID.String()+"?done=return_next")
	v.get("/?tab=returned").has(t, http.StatusOK, "Thiếu trang 3")
	v.get(at).has(t, http.StatusOK, "Lý do: Thiếu trang 3", "Bị trả lại")
	v.post("/documents/"+two.ID.String()+"/moves/accept").has(t, http.StatusForbidden, "không có quyền")
	second.post("/documents/"+two.ID.String()+"/moves/accept").leads(t, "/?done=accept")
	second.post("/documents/"+two.ID.String()+"/moves/publish").leads(t, "/documents/"+two.ID.String()+"?done=publish")
	second.get("/documents/"+two.ID.String()).has(t, http.StatusOK, "Đã công bố", "Thu hồi…", "từ Đã chấp nhận · sang Đã công bố")

	// Thrown away, and taken back.
	v.post(at+"/moves/discard", "reason", "nhầm tệp").leads(t, at+"?done=discard")
	v.get(at+"?done=discard").has(t, http.StatusOK, "Khôi phục", "trong 30 ngày")
	v.post(at+"/moves/restore").leads(t, at+"?done=restore")
	v.send(at+"/versions", "lần hai.pdf", "%PDF-1.7 lần hai").leads(t, at+"?done=rescanned")
	v.get(at).has(t, http.StatusOK, "Bản 2", "lần hai.pdf", "một.pdf")
	v.send(at+"/versions", "xấu.pdf", "%PDF-script").has(t, http.StatusUnprocessableEntity, "Trang 2 có mã lệnh")
}

func TestOutOfScopeIsNotThere(t *testing.T) {
	w := build(t).registered()
	d := w.paper(w.actor(w.account("an", archive.RoleClerk, commune)), "a.pdf", "H15.61-250915-0021")
	other := w.as(w.account("xa", archive.RoleClerk, "H15.62"))
	at := "/documents/" + d.ID.String()
	for _, path := range []string{at, "/dossiers/H15.61-250915-0021", "/documents/none", "/dossiers/none", "/documents/" + archive.NewID().String()} {
		other.get(path).has(t, http.StatusNotFound, "Không tìm thấy")
	}
	other.post(at, form(d)...).has(t, http.StatusNotFound)
	other.post(at+"/moves/submit").has(t, http.StatusNotFound)
	for _, path := range []string{"/admin", "/admin/accounts", "/admin/tokens", "/admin/agencies", "/admin/procedures", "/trail"} {
		other.get(path).has(t, http.StatusForbidden, "không có quyền")
	}
}

func TestWorkList(t *testing.T) {
	w := build(t).registered()
	clerk := w.account("an", archive.RoleClerk, commune)
	v := w.as(clerk)
	v.get("/").has(t, http.StatusOK, "Bạn không còn giấy tờ nào phải xử lý")
	for i := range 55 {
		w.paper(w.actor(clerk), "tờ "+strconv.Itoa(i)+".pdf", "")
	}
	first := v.get("/?order=oldest")
	first.has(t, http.StatusOK, "tờ 0.pdf", "tờ 49.pdf", "Trang sau", "Việc của tôi 55")
	_, after, _ := strings.Cut(first.body, `href="/?after=`)
	after, _, _ = strings.Cut(after, `"`)
	second := v.get("/?after=" + strings.ReplaceAll(after, "&amp;", "&"))
	second.has(t, http.StatusOK, "tờ 54.pdf", "Về trang đầu")
	if strings.Contains(second.body, "tờ 49.pdf") || strings.Contains(first.body, "tờ 50.pdf") {
		t.Error("the pages overlap")
	}
	v.get("/?after=nonsense").has(t, http.StatusBadRequest)
}

func TestDossiers(t *testing.T) {
	w := build(t).registered()
	clerk := w.account("an", archive.RoleClerk, commune)
	v := w.as(clerk)
	v.get("/dossiers").has(t, http.StatusOK, "Chưa có hồ sơ nào")
	for _, c := range []struct{ reason, code, want string }{
		{"no code", "", "Xin điền ô này"},
		{"no such day", "H15.61-251332-0001", "không phải một ngày có thật"},
	} {
		t.Run(c.reason, func(t *testing.T) { v.post("/dossiers", "code", c.code).has(t, http.StatusBadRequest, c.want) })
	}
	v.post("/dossiers", "code", "h15.61-250915-0021", "procedure", "1.900112", "title", "Xin phép xây nhà", "applicant", "H'Linh Byă", "due", "01/10/2025").leads(t, "/dossiers/H15.61-250915-0021?done=dossier")
	v.get("/dossiers/H15.61-250915-0021").has(t, http.StatusOK, "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Còn thiếu theo thủ tục", "Đơn đề nghị", "Bản vẽ thiết kế", "quá hạn", "15/09/2025")
	v.get("/?dossier=H15.61-250915-0021").has(t, http.StatusOK, `name="dossier" type="text" value="H15.61-250915-0021"`)
	d := w.paper(w.actor(clerk), "đơn.pdf", "H15.61-250915-0021")
	v.post("/documents/"+d.ID.String(), form(d, "type", "Đơn đề nghị", "kind", "component", "dossier_code", "H15.61-250915-0021")...).has(t, http.StatusSeeOther)
	page := v.get("/dossiers/H15.61-250915-0021")
	page.has(t, http.StatusOK, "Bản vẽ thiết kế", "Đơn đề nghị 1287/QĐ-UBND")
	if strings.Contains(page.body, "<li>Đơn đề nghị</li>") {
		t.Error("what is there is called missing")
	}
	v.get("/dossiers?code=H15.61-2509").has(t, http.StatusOK, "Xin phép xây nhà", "Byă")
	v.get("/dossiers?code=H15.61-250915-0021").leads(t, "/dossiers/H15.61-250915-0021")
	v.post("/dossiers", "code", "H15.61-250915-0021").has(t, http.StatusConflict)
}

func TestSearch(t *testing.T) {
	w := build(t).registered().work()
	clerk := w.account("an", archive.RoleClerk, commune)
	v := w.as(clerk)
	v.get("/search").has(t, http.StatusOK, "Cách tìm", "đúng cụm từ này")
	d := w.paper(w.actor(clerk), "a.pdf", "")
	w.until(func() bool { return strings.Contains(v.get("/search?q=krong+pac").text(), "Krông Pắc") })
	found := v.get("/search?q=krong+pac")
	found.has(t, http.StatusOK, "<mark>Krông Pắc</mark>", "trang 2", "/documents/"+d.ID.String()+"?page=2&amp;q=krong&#43;pac", "1 giấy tờ")
	v.get("/search?q=kh%C3%B4ng+th%E1%BB%83+c%C3%B3").has(t, http.StatusOK, "Không tìm thấy", "Thử ít từ hơn")
	v.get("/search?q=x&from=31%2F02%2F2026").has(t, http.StatusBadRequest, "Ngày không đúng")
	v.get("/search?q=x&dossier=none").has(t, http.StatusBadRequest, "Mã hồ sơ không đúng dạng")
	v.get("/search?kind=component").has(t, http.StatusOK, "a.pdf", "Nhóm: Thành phần hồ sơ")
	w.as(w.account("xa", archive.RoleClerk, "H15.62")).get("/search?q=krong+pac").has(t, http.StatusOK, "Không tìm thấy")
}

// A province has more offices than a selection can show.
func TestManyAgencies(t *testing.T) {
	w := build(t).registered()
	var all []archive.Agency
	for i := range 400 {
		all = append(all, archive.Agency{Code: archive.AgencyCode("H15." + strconv.Itoa(100+i)), Name: "Đơn vị " + strconv.Itoa(i)})
	}
	must(t, w.LoadAgencies(t.Context(), archive.System, all))
	v := w.as(w.account("tinh", archive.RoleClerk, province))
	page := v.get("/")
	page.has(t, http.StatusOK, `<input id="f-agency" name="agency" list="scope"`)
	if strings.Contains(page.body, "Đơn vị 7") {
		t.Error("every agency stands in the page")
	}
	v.get("/lists").has(t, http.StatusOK, `["Đơn vị 7","H15.107","own"]`, `["1.900112","Cấp giấy phép xây dựng nhà ở riêng lẻ"]`)
	w.as(w.account("xa", archive.RoleClerk, commune)).get("/lists").has(t, http.StatusOK, `["Đơn vị 7","H15.107",""]`)
	boss := w.as(w.account("quan", archive.RoleAdmin, ""))
	boss.get("/admin/agencies").has(t, http.StatusOK, "Còn nhiều dòng nữa")
	boss.get("/admin/agencies?find=don+vi+399").has(t, http.StatusOK, "H15.499")
	boss.get("/admin/agencies?find=khong+co").has(t, http.StatusOK, "Không có dòng nào khớp")
}

package main

// An ordinary day at the counter: how most papers come out of the scanner.
var office = settings{DPI: 200, Skew: 0.5, Ground: 0.955, Noise: 2.2, Quality: 20}

// textMode is how many offices still scan: a quarter of the size, and the seal turned black.
func textMode(skew float64) settings {
	return settings{DPI: 200, Text: true, Skew: skew, Ground: 0.95, Noise: 6}
}

func tilted(s settings, skew float64) settings { s.Skew = skew; return s }

var building = []paper{
	{
		File: "01-don-de-nghi-cap-giay-phep-xay-dung.pdf",
		Facts: facts{
			Name: "Đơn đề nghị cấp giấy phép xây dựng", Dossier: "H15.61-250915-0021", Procedure: "1.900112", Agency: "H15.61", Kind: "component",
			Phrase: phrase{Text: "phương án phá dỡ mái hiên cũ"},
			Fields: fields{Type: "Đơn", IssuedOn: "2025-09-12", Subject: "Đề nghị cấp giấy phép xây dựng nhà ở riêng lẻ", Signer: "Trịnh Bá Khoát", Owner: "Trịnh Bá Khoát"},
		},
		Scan:    tilted(office, -0.7),
		Form:    "Mẫu số 01",
		Title:   "ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG",
		Subject: []string{"(Sử dụng cho công trình: Nhà ở riêng lẻ)"},
		To:      []string{"Ủy ban nhân dân phường Đồi Thông"},
		Body: []block{
			{Plain: "1. Thông tin về chủ đầu tư:"},
			{Plain: "- Tên chủ đầu tư (chủ hộ): *Trịnh Bá Khoát*"},
			{Plain: "- Số căn cước: 066080000000. Số điện thoại: 0262 000 112"},
			{Plain: "- Địa chỉ liên hệ: số 27, đường Lê Quý Kiệt, tổ dân phố 4, phường Đồi Thông, tỉnh Đắk Lắk"},
			{Plain: "2. Thông tin công trình:"},
			{Plain: "- Địa điểm xây dựng: lô đất số 318, tờ bản đồ số 12; diện tích 126,5 m²"},
			{Plain: "- Tại: đường Lê Quý Kiệt, tổ dân phố 4, phường Đồi Thông, tỉnh Đắk Lắk"},
			{Plain: "3. Nội dung đề nghị cấp phép:"},
			{Plain: "- Cấp công trình: IV. Diện tích xây dựng tầng 1: 84,0 m²"},
			{Plain: "- Tổng diện tích sàn: 168,0 m²; chiều cao công trình: 8,4 m; số tầng: 02"},
			{Plain: "4. Đơn vị thiết kế: Công ty TNHH Thiết kế Nhà Xanh Đồi Thông"},
			{Plain: "5. Dự kiến thời gian hoàn thành công trình: 07 tháng"},
			{Text: "6. Cam kết: Tôi xin cam đoan làm theo đúng giấy phép được cấp, nếu sai tôi xin hoàn toàn chịu trách nhiệm và bị xử lý theo quy định của pháp luật. Gửi kèm theo đơn này: bản sao giấy tờ về quyền sử dụng đất, 02 bộ bản vẽ thiết kế và phương án phá dỡ mái hiên cũ."},
		},
		PlaceDate: "Đồi Thông, ngày 12 tháng 9 năm 2025",
		Authority: []string{"NGƯỜI LÀM ĐƠN"},
		Signer:    "Trịnh Bá Khoát",
	},
	{
		File: "02-giay-phep-xay-dung.pdf",
		Facts: facts{
			Name: "Giấy phép xây dựng", Dossier: "H15.61-250915-0021", Procedure: "1.900112", Agency: "H15.61", Kind: "result",
			Phrase: phrase{Text: "che chắn vật liệu rơi vãi trong suốt quá trình thi công"},
			Fields: fields{Type: "Giấy phép", Number: "112", Notation: "GPXD", IssuedOn: "2025-10-14", Agency: "Ủy ban nhân dân phường Đồi Thông",
				Subject: "Sử dụng cho công trình: Nhà ở riêng lẻ", Signer: "Đoàn Văn Thưởng", Position: "Phó Chủ tịch", Owner: "Trịnh Bá Khoát"},
		},
		Scan:      settings{DPI: 200, Skew: 0.5, Ground: 0.955, Noise: 2.2, Quality: 17},
		QR:        "H15.61-250915-0021;1.900112;H15.61;112/GPXD;Sohoa;2025-10-14;2026-10-14;7F3K9Q2M",
		Parent:    []string{"ỦY BAN NHÂN DÂN", "TỈNH ĐẮK LẮK"},
		Issuer:    []string{"ỦY BAN NHÂN DÂN", "PHƯỜNG ĐỒI THÔNG"},
		Number:    "Số: 112/GPXD",
		PlaceDate: "Đồi Thông, ngày 14 tháng 10 năm 2025",
		Title:     "GIẤY PHÉP XÂY DỰNG",
		Subject:   []string{"(Sử dụng cho công trình: Nhà ở riêng lẻ)"},
		Body: []block{
			{Text: "1. Cấp cho ông: *TRỊNH BÁ KHOÁT*"},
			{Text: "Địa chỉ: số 27, đường Lê Quý Kiệt, tổ dân phố 4, phường Đồi Thông, tỉnh Đắk Lắk."},
			{Text: "2. Được phép xây dựng công trình theo những nội dung sau:"},
			{Text: "Công trình: nhà ở riêng lẻ, cấp IV, 02 tầng, do Công ty TNHH Thiết kế Nhà Xanh Đồi Thông lập hồ sơ thiết kế."},
			{Text: "Vị trí xây dựng: lô đất số 318, tờ bản đồ số 12, diện tích 126,5 m², mục đích sử dụng: đất ở tại đô thị. Cốt nền xây dựng công trình: cao hơn vỉa hè hiện trạng 0,30 m. Mật độ xây dựng 66,4 %; hệ số sử dụng đất 1,33 lần. Chỉ giới đường đỏ: trùng ranh giới lô đất; chỉ giới xây dựng: lùi 2,4 m so với chỉ giới đường đỏ."},
			{Table: &table{Widths: []float64{14, 62, 42, 42}, Rows: [][]string{
				{"TT", "Hạng mục", "Diện tích (m²)", "Chiều cao (m)"},
				{"1", "Tầng 1 (kể cả sân sau)", "84,0", "3,9"},
				{"2", "Tầng 2", "84,0", "3,3"},
				{"3", "Mái và tường chắn mái", "-", "1,2"},
				{"", "Cộng", "168,0", "8,4"},
			}}},
			{Text: "3. Giấy tờ về quyền sử dụng đất: Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất, số phát hành DA 104527, cấp ngày 05 tháng 01 năm 2024."},
			{Text: "4. Giấy phép này có hiệu lực khởi công xây dựng trong thời hạn 12 tháng kể từ ngày cấp; quá thời hạn trên mà chưa khởi công thì phải đề nghị gia hạn giấy phép."},
			{Text: "5. Chủ đầu tư phải thực hiện các nội dung sau đây: hoàn toàn chịu trách nhiệm trước pháp luật nếu xâm phạm các quyền hợp pháp của chủ sở hữu liền kề; thực hiện đúng các quy định của pháp luật về đất đai, về đầu tư xây dựng và giấy phép này; thông báo ngày khởi công bằng văn bản trước 07 ngày làm việc; xuất trình giấy phép cho cơ quan có thẩm quyền khi được yêu cầu; khi điều chỉnh thiết kế làm thay đổi nội dung giấy phép thì phải đề nghị điều chỉnh và chờ quyết định."},
			{Text: "Trong khu dân cư, chủ đầu tư bố trí thời gian chở vật liệu ngoài giờ cao điểm, không chiếm lòng đường, vỉa hè và phải che chắn vật liệu rơi vãi trong suốt quá trình thi công./."},
		},
		Recipients: []string{"Ông Trịnh Bá Khoát;", "Tổ dân phố 4;", "Lưu: VT, KT-HT."},
		Authority:  []string{"TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"},
		Signer:     "Đoàn Văn Thưởng",
		Sealed:     true,
	},
}

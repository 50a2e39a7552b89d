package main

// The register the papers stand in. The shape of the codes is the province's; the communes do not exist.
var agencies = []agency{
	{"H15", "Ủy ban nhân dân tỉnh Đắk Lắk", ""},
	{"H15.08", "Sở Nông nghiệp và Môi trường", "H15"},
	{"H15.61", "Ủy ban nhân dân phường Đồi Thông", "H15"},
	{"H15.62", "Ủy ban nhân dân xã Ea Sur", "H15"},
	{"H15.63", "Ủy ban nhân dân xã Cư Yang Bắc", "H15"},
}

var procedures = []procedure{
	{"1.900112", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Xây dựng", 15},
	{"1.900127", "Chuyển mục đích sử dụng đất của hộ gia đình, cá nhân", "Đất đai", 20},
	{"2.900134", "Cấp giấy xác nhận tình trạng hôn nhân", "Hộ tịch", 3},
	{"1.900141", "Đăng ký thành lập hộ kinh doanh", "Đăng ký kinh doanh", 3},
	{"1.900155", "Cấp phép khai thác nước dưới đất", "Tài nguyên nước", 30},
}

var dossiers = []dossier{
	{"H15.61-250915-0021", "1.900112", "H15.61", "Trịnh Bá Khoát", "2025-09-15"},
	{"H15.62-250903-0007", "1.900127", "H15.62", "Y Thuăn Mlô", "2025-09-03"},
	{"H15.63-251006-0013", "2.900134", "H15.63", "H'Rưm Kbuôr", "2025-10-06"},
	{"H15.61-251020-0038", "1.900141", "H15.61", "Lục Thị Nhường", "2025-10-20"},
	{"H15.08-250825-0104", "1.900155", "H15.08", "Hợp tác xã cà phê Đồng Tiến Thượng", "2025-08-25"},
}

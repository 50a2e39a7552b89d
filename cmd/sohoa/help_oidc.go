package main

import "sohoa/archive"

// oidcHelp explains the file of --oidc-file.
var oidcHelp = archive.Text{
	VI: `--oidc-file cho phép đăng nhập bằng hệ thống đăng nhập chung (OpenID Connect), ví dụ:

  {"issuer": "https://sso.tinh.gov.vn", "client_id": "sohoa", "name": {"vi": "Đăng nhập chung của tỉnh", "en": "Province sign-in"},
   "scopes": ["profile", "groups"], "make_accounts": true,
   "rules": [{"claim": "groups", "value": "sohoa-quan-tri", "role": "admin"},
             {"claim": "realm_access.roles", "value": "can-bo", "role": "clerk", "agency_claim": "ma_don_vi"},
             {"claim": "groups", "value": "kiem-tra-phuong", "role": "checker", "agency": "H15.61"}],
   "second_factor_amr": ["mfa", "otp"]}

Quy tắc đầu tiên khớp quyết định vai trò và cơ quan; không quy tắc nào khớp thì không vào được. make_accounts: người chưa có tài
khoản được tạo một tài khoản mới, tên và quyền theo quy tắc ở mỗi lần đăng nhập; tài khoản có sẵn chỉ được gắn khi chính chủ bấm
"Gắn" trên trang Tài khoản, không bao giờ theo tên hay thư điện tử. second_factor_amr: các giá trị amr cho biết nơi kia đã hỏi bước hai.
Địa chỉ quay về cần khai ở nơi kia: URL công khai + /signin/provider/return. Địa chỉ nhận tin đăng xuất (back-channel logout): URL công khai +
/signin/provider/logout; người đăng xuất ở nơi kia thì ở đây cũng hết phiên ngay. Nơi kia gửi tin không ghi typ logout+jwt thì thêm
"untyped_logout": true. Nơi kia mất liên lạc thì vẫn đăng nhập được bằng mật khẩu.`,
	EN: `--oidc-file lets people sign in at an OpenID Connect provider, too, for example:

  {"issuer": "https://sso.province.example", "client_id": "sohoa", "name": {"vi": "Đăng nhập chung của tỉnh", "en": "Province sign-in"},
   "scopes": ["profile", "groups"], "make_accounts": true,
   "rules": [{"claim": "groups", "value": "sohoa-admins", "role": "admin"},
             {"claim": "realm_access.roles", "value": "clerk", "role": "clerk", "agency_claim": "unit_code"},
             {"claim": "groups", "value": "checkers-61", "role": "checker", "agency": "H15.61"}],
   "second_factor_amr": ["mfa", "otp"]}

The first rule that fits gives role and agency; whom none fits does not come in. make_accounts: whoever has no account gets one, whose
name and rights are what the rules say at each sign-in; an account that exists is linked by its owner on the account page only, never
by name or e-mail. second_factor_amr: values of amr that say the provider asked for a second factor. Other words: user_info, login_claim,
name_claim. The address to return to, for the provider: the public URL + /signin/provider/return. The address for notices of a sign-out
(back-channel logout): the public URL + /signin/provider/logout; whoever signs out there is signed out here at once. A provider whose notices
do not say typ logout+jwt needs "untyped_logout": true. While the provider is away, passwords work.`,
}

package session

import "testing"

func TestCommonPasswordsAreRefused(t *testing.T) {
	for _, c := range []struct {
		reason, password string
		want             bool
	}{
		{"a word with a tail", "matkhau123", true},
		{"with its marks", "Mật khẩu 2026!", true},
		{"digits for letters", "P@ssw0rd2024", true},
		{"two words", "adminpassword", true},
		{"two in Vietnamese", "anhyeuemmaimai", true},
		{"said twice", "sohoasohoa", true},
		{"a run", "1234567890", true},
		{"backwards, and on", "0987654321", true},
		{"a row of the keyboard", "qwertyuiop", true},
		{"two rows", "qwertyasdfgh", true},
		{"two letters", "ababababab", true},
		{"runs of letters and digits", "abcdef123456", true},
		{"a place and a year", "daklak@2026", true},
		{"the login", "tranthilan1990", true},
		{"the name", "Trần Thị Lan 90", true},
		{"a sentence", "con trâu đi trước cái cày", false},
		{"words that know nothing of each other", "mật khẩu dài", false},
		{"digits that are no run", "8362910475", false},
		{"a common word among others", "password của bà ngoại tôi", false},
		{"printed by this house", OneTimePassword(), false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			if got := common(c.password, "tranthilan", "Trần Thị Lan"); got != c.want {
				t.Errorf("%q: %v", c.password, got)
			}
		})
	}
}
